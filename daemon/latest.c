/*
 * What every check last concluded, and its file.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <string.h>

#include "checks/causes.h"
#include "checks/check.h"
#include "daemon/findings_file.h"
#include "daemon/latest.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"
#include "daemon/settings_file.h"

enum { VERSION = 2, FILE_MAX = 256 * 1024 * 1024 };

/* How far ahead of now a conclusion may be dated: clocks are nudged. */
#define AHEAD_MOST_US (INT64_C(60) * 1000000)

/* The first line of the file. */
struct header {
    int64_t version;
    char *program;
    int64_t elapsed_us;
    struct report_counters counters;
};

static const struct field header_fields[] = {
    RECORD_INTEGER(header, version, VERSION, VERSION),
    RECORD_STRING(header, program, 128),
    RECORD_INTEGER(header, elapsed_us, 0, SETTINGS_SPAN_MAX),
    RECORD_INTEGER(header, counters.started_us, 0, SETTINGS_TIME_MAX),
    RECORD_INTEGER(header, counters.runs, 0, INT64_MAX),
    RECORD_INTEGER(header, counters.workers_failed, 0, INT64_MAX),
    RECORD_INTEGER(header, counters.alerts_standing, 0, INT64_MAX),
    RECORD_INTEGER(header, counters.log_dropped, 0, INT64_MAX),
    {.name = NULL},
};

static const struct record_type header_type
    = {"status", sizeof(struct header), header_fields};

/* The last one, so that a file that was cut is none. */
struct end {
    bool complete;
};

static const struct field end_fields[] = {
    RECORD_BOOLEAN(end, complete),
    {.name = NULL},
};

static const struct record_type end_type
    = {"end", sizeof(struct end), end_fields};

/* A file being read. */
struct reading {
    struct header *header;  /* NULL before the first line */
    struct settings_reading settings;
    struct findings *findings;
    bool ended;             /* after the last one */
};


void
latest_clear(struct latest *latest)
{
    findings_free(latest->findings);
    settings_free(latest->settings);
    *latest = (struct latest){NULL};
}


/* Whether findings have a result of a check. */
static bool
has_check(const struct findings *findings, const char *check)
{
    for (size_t i = 0; findings && i < findings->result_count; i++)
        if (strcmp(findings->results[i].check, check) == 0)
            return true;
    return false;
}


/* Judge anew what explains what, now that there are others. */
static void
explain(struct findings *findings, const struct settings *settings)
{
    for (size_t i = 0; i < findings->count; i++)
        strings_clear(&findings->items[i]->caused_by);
    causes_apply(findings, settings);
    findings_sort(findings);
}


/* Whether a run was without some check that ran before. */
static bool
is_partial(const struct latest *latest, const struct findings *findings)
{
    for (size_t i = 0; checks[i]; i++)
        if (has_check(latest->findings, checks[i]->name)
            && !has_check(findings, checks[i]->name))
            return true;
    return false;
}


void
latest_take(struct latest *latest, struct findings *findings,
            const struct settings *settings, int64_t elapsed_us)
{
    struct findings *merged = findings_new();
    bool partial = is_partial(latest, findings);

    for (size_t i = 0; checks[i]; i++) {
        const char *check = checks[i]->name;
        bool before = has_check(latest->findings, check);

        if (has_check(findings, check)) {
            findings_move_check(merged, findings, check);
            if (checks[i]->always && before && partial)
                findings_move_unjudged(merged, latest->findings,
                                       findings, check);
        } else if (before) {
            findings_move_check(merged, latest->findings, check);
        }
    }
    latest_clear(latest);
    latest->findings = merged;
    latest->settings = settings_copy(settings);
    latest->elapsed_us = elapsed_us;
    explain(merged, settings);
}


void
latest_keep(struct latest *latest, const struct strings *names)
{
    struct findings *kept;

    if (!latest->findings)
        return;
    kept = findings_new();
    for (size_t i = 0; checks[i]; i++)
        if (checks[i]->always || strings_contain(names, checks[i]->name))
            findings_move_check(kept, latest->findings, checks[i]->name);
    findings_free(latest->findings);
    latest->findings = kept;
    explain(kept, latest->settings);
}


struct report
latest_report(const struct latest *latest,
              const struct report_counters *counters)
{
    return (struct report){
        .findings = latest->findings,
        .settings = latest->settings,
        .program = PACKAGE_STRING,
        .time_us = latest->settings->numbers->time_us,
        .host = latest->settings->numbers->host,
        .domain = latest->settings->numbers->domain,
        .elapsed_s = (double)latest->elapsed_us / 1e6,
        .age_us = -1,
        .counters = counters,
    };
}


/* Whether a result is too old, or, by a clock that was set back, of an age that
   nobody knows. */
static bool
is_old(const struct latest *latest, const struct check_result *result,
       int64_t now_us)
{
    int64_t age_us = now_us - result->judged_us;
    int64_t every_us = result->interval_us > latest->elapsed_us
                           ? result->interval_us : latest->elapsed_us;

    return age_us > 2 * every_us || age_us < -AHEAD_MOST_US;
}


bool
latest_is_stale(const struct latest *latest, int64_t now_us)
{
    for (size_t i = 0; i < latest->findings->result_count; i++)
        if (is_old(latest, &latest->findings->results[i], now_us))
            return true;
    return latest->findings->result_count == 0;
}


bool
latest_save(const struct latest *latest,
            const struct report_counters *counters, const char *path,
            struct error *error)
{
    struct header *header;
    struct newfile file;

    if (!newfile_open(&file, path, 0600, error))
        return error_prefix(error, "saving the status");
    header = record_new(&header_type);
    header->version = VERSION;
    record_set(&header->program, PACKAGE_STRING);
    header->elapsed_us = latest->elapsed_us;
    header->counters = *counters;
    record_write(&header_type, header, file.stream);
    record_free(&header_type, header);
    settings_write(latest->settings, file.stream);
    findings_write(latest->findings, file.stream);
    record_write(&end_type, &(const struct end){true}, file.stream);
    return newfile_commit(&file, error)
           || error_prefix(error, "saving the status");
}


/* Take a record over, or free it and fail. */
static bool
take_record(struct reading *reading, const struct record_type *type,
            void *record, struct error *error)
{
    bool good;

    if (type == &header_type && !reading->header) {
        reading->header = record;
        return true;
    }
    if (type == &header_type || !reading->header || reading->ended) {
        record_free(type, record);
        return error_set(error, "not a status: its first line, and no other, "
                         "is its header, and the last one its end");
    }
    if (type == &end_type) {
        record_free(type, record);
        return reading->ended = true;
    }
    if (settings_has_type(type))
        return settings_take(&reading->settings, type, record, error);
    good = findings_take(reading->findings, type, record, error);
    record_free(type, record);
    return good;
}


/* Read all lines. */
static bool
read_lines(struct reading *reading, struct lines *lines, struct error *error)
{
    const struct record_type *types[2 + SETTINGS_TYPES + FINDINGS_TYPES + 1]
        = {&header_type, &end_type};
    enum lines_result result;

    memcpy(types + 2, settings_types, sizeof(settings_types));
    memcpy(types + 2 + SETTINGS_TYPES, findings_types,
           sizeof(findings_types));
    while ((result = lines_next(lines, error)) == LINES_NEXT) {
        const struct record_type *type;
        void *record = record_decode(types, lines->text, lines->length, &type,
                                     error);

        if (!record || !take_record(reading, type, record, error))
            return false;
    }
    if (result == LINES_END
        && (!reading->settings.has_numbers || !reading->ended))
        return error_set(error, "the file ends early");
    return result == LINES_END;
}


bool
latest_load(struct latest *latest_out, struct report_counters *counters_out,
            const char *path, struct error *error)
{
    struct reading reading = {.settings = {.settings = settings_new()},
                              .findings = findings_new()};
    struct lines lines;
    bool good;

    *latest_out = (struct latest){reading.findings, reading.settings.settings,
                                  0};
    if (!lines_open(&lines, path, RECORD_LINE_MAX, FILE_MAX, error))
        return false;
    good = read_lines(&reading, &lines, error);
    if (good) {
        latest_out->elapsed_us = reading.header->elapsed_us;
        *counters_out = reading.header->counters;
        findings_sort(latest_out->findings);
    } else {
        error_prefix(error, "%s:%zu", path, lines.number);
    }
    record_free(&header_type, reading.header);
    lines_close(&lines);
    return good;
}
