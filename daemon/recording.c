/*
 * A run's facts in a file, with the settings they are judged by.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/record.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"
#include "daemon/recording.h"

/* More targets of a kind than that are nobody's estate, and looking each up
   would take long. */
enum { VERSION = 1, TARGETS_MOST = 4096 };

/* Limits that keep sums of times far from overflow: the year 10000, and ten
   years. */
#define TIME_MAX (INT64_C(253402300800) * 1000000)
#define SPAN_MAX (INT64_C(10) * 366 * 86400 * 1000000)

/* The first line of a recording. */
struct header {
    int64_t version;
    char *program;
    int64_t time_us;     /* when the run began */
    char *host;          /* where: what the facts were seen from */
    int64_t elapsed_us;
};

static const struct field header_fields[] = {
    RECORD_INTEGER(header, version, VERSION, VERSION),
    RECORD_STRING(header, program, 128),
    RECORD_INTEGER(header, time_us, 0, TIME_MAX),
    RECORD_STRING(header, host, 512),
    RECORD_INTEGER(header, elapsed_us, 0, SPAN_MAX),
    {.name = NULL},
};

static const struct record_type header_type
    = {"recording", sizeof(struct header), header_fields};

/* A file being read. */
struct reading {
    struct lines lines;
    struct header *header;      /* NULL before the first line */
    struct settings *settings;  /* the file's own */
    bool has_numbers;
    struct facts *facts;        /* the caller's */
};


static void
write_record(FILE *stream, const struct record_type *type, const void *record)
{
    char *line = record_encode(type, record);

    fputs(line, stream);
    fputc('\n', stream);
    free(line);
}


static void
write_header(FILE *stream, const char *program,
             const struct settings_numbers *numbers, int64_t elapsed_us)
{
    struct header *header = record_new(&header_type);

    header->version = VERSION;
    record_set(&header->program, program);
    header->time_us = numbers->time_us;
    record_set(&header->host, numbers->host);
    header->elapsed_us = elapsed_us;
    write_record(stream, &header_type, header);
    record_free(&header_type, header);
}


static void
write_settings(FILE *stream, const struct settings *settings)
{
    write_record(stream, &settings_numbers_type, settings->numbers);
    for (size_t i = 0; i < settings->dc_count; i++)
        write_record(stream, &target_dc_type, settings->dcs[i]);
    for (size_t i = 0; i < settings->mail_count; i++)
        write_record(stream, &target_mail_type, settings->mail[i]);
}


static void
write_facts(FILE *stream, const struct facts *facts)
{
    for (int kind = 0; kind < FACT_KINDS; kind++)
        for (const struct fact *fact = facts_first(facts, (enum fact_kind)kind);
             fact; fact = fact->next)
            write_record(stream, fact_types[kind], fact);
}


bool
recording_write(const char *path, const char *program,
                const struct settings *settings, const struct facts *facts,
                int64_t elapsed_us, struct error *error)
{
    struct newfile file;

    if (facts_vantages(facts)->count > 1)
        return error_set(error, "recording to %s: the facts were seen from "
                         "several hosts; record on each and replay the files "
                         "together", path);
    if (!newfile_open(&file, path, 0600, error))
        return error_prefix(error, "recording");
    write_header(file.stream, program, settings->numbers, elapsed_us);
    write_settings(file.stream, settings);
    write_facts(file.stream, facts);
    if (!newfile_commit(&file, error))
        return error_prefix(error, "recording");
    return true;
}


/* Whether a text is a host in canonical spelling. */
static bool
is_host(const char *text)
{
    char *canonical = text_host(text);
    bool same = *text && strcmp(canonical, text) == 0;

    free(canonical);
    return same;
}


/* Take the header, which must be the first line and no other. */
static bool
take_header(struct reading *reading, struct header *header,
            struct error *error)
{
    bool again = reading->header;

    if (again || !is_host(header->host)) {
        record_free(&header_type, header);
        return again ? error_set(error, "a second header")
                     : error_set(error, "the header's host is no host name");
    }
    reading->header = header;
    return true;
}


/* Refuse times whose sums could overflow. */
static bool
numbers_fit(const struct settings_numbers *numbers)
{
    return numbers->time_us <= TIME_MAX && numbers->timeout_us <= SPAN_MAX
           && numbers->clock_warn_us <= SPAN_MAX
           && numbers->clock_crit_us <= SPAN_MAX;
}


static bool
take_numbers(struct reading *reading, struct settings_numbers *numbers,
             struct error *error)
{
    bool again = reading->has_numbers;

    if (again || !numbers_fit(numbers)) {
        record_free(&settings_numbers_type, numbers);
        return again ? error_set(error, "second settings")
                     : error_set(error, "a time in the settings is out of "
                                 "range");
    }
    record_free(&settings_numbers_type, reading->settings->numbers);
    reading->settings->numbers = numbers;
    reading->has_numbers = true;
    return true;
}


/* Add a target that is not there yet, taking it over. */
static void
append_dc(struct settings *settings, struct target_dc *dc)
{
    settings->dcs = xrealloc(settings->dcs, settings->dc_count + 1,
                             sizeof(*settings->dcs));
    settings->dcs[settings->dc_count++] = dc;
}


static void
append_mail(struct settings *settings, struct target_mail *mail)
{
    settings->mail = xrealloc(settings->mail, settings->mail_count + 1,
                              sizeof(*settings->mail));
    settings->mail[settings->mail_count++] = mail;
}


static bool
take_dc(struct settings *settings, struct target_dc *dc, struct error *error)
{
    if (settings->dc_count < TARGETS_MOST && is_host(dc->host)
        && !settings_find_dc(settings, dc->host)) {
        append_dc(settings, dc);
        return true;
    }
    error_set(error, "domain controller \"%s\" is no host name, there already, "
              "or one too many", dc->host);
    record_free(&target_dc_type, dc);
    return false;
}


static bool
take_mail(struct settings *settings, struct target_mail *mail,
          struct error *error)
{
    if (settings->mail_count < TARGETS_MOST && is_host(mail->host)
        && !settings_find_mail(settings, mail->host)) {
        append_mail(settings, mail);
        return true;
    }
    error_set(error, "mail server \"%s\" is no host name, there already, or "
              "one too many", mail->host);
    record_free(&target_mail_type, mail);
    return false;
}


/* The kind of a fact's type. */
static enum fact_kind
kind_of(const struct record_type *type)
{
    int kind = 0;

    while (fact_types[kind] != type)
        kind++;
    assert(kind < FACT_KINDS);
    return (enum fact_kind)kind;
}


/* Take a record over, or free it and fail. */
static bool
take_record(struct reading *reading, const struct record_type *type,
            void *record, struct error *error)
{
    if (type == &header_type)
        return take_header(reading, record, error);
    if (!reading->header) {
        record_free(type, record);
        return error_set(error, "not a recording: it does not begin with its "
                         "header");
    }
    if (type == &settings_numbers_type)
        return take_numbers(reading, record, error);
    if (type == &target_dc_type)
        return take_dc(reading->settings, record, error);
    if (type == &target_mail_type)
        return take_mail(reading->settings, record, error);
    facts_add(reading->facts, kind_of(type), record, reading->header->host);
    return true;
}


/* Read all lines into the reading; the error lacks file and line. */
static bool
read_lines(struct reading *reading, struct error *error)
{
    const struct record_type *types[FACT_KINDS + 5]
        = {&header_type, &settings_numbers_type, &target_dc_type,
           &target_mail_type};
    enum lines_result result;

    for (int kind = 0; kind < FACT_KINDS; kind++)
        types[4 + kind] = fact_types[kind];
    while ((result = lines_next(&reading->lines, error)) == LINES_NEXT) {
        const struct record_type *type;
        void *record = record_decode(types, reading->lines.text,
                                     reading->lines.length, &type, error);

        if (!record || !take_record(reading, type, record, error))
            return false;
    }
    if (result == LINES_END && !reading->has_numbers)
        return error_set(error, "the file ends without settings");
    return result == LINES_END;
}


/* Add the texts of another list that are not there yet. */
static void
merge_strings(struct strings *into, const struct strings *from)
{
    for (size_t i = 0; i < from->count; i++)
        strings_add_unique(into, from->items[i]);
}


/* Add another file's targets; where both have one, its addresses. */
static void
merge_targets(struct settings *into, const struct settings *from)
{
    for (size_t i = 0; i < from->dc_count; i++) {
        const struct target_dc *dc = from->dcs[i];

        if (settings_find_dc(into, dc->host))
            merge_strings(&settings_dc(into, dc->host)->addresses,
                          &dc->addresses);
        else
            append_dc(into, record_copy(&target_dc_type, dc));
    }
    for (size_t i = 0; i < from->mail_count; i++) {
        const struct target_mail *mail = from->mail[i];

        if (settings_find_mail(into, mail->host)) {
            struct target_mail *same = settings_mail(into, mail->host);

            merge_strings(&same->addresses, &mail->addresses);
            same->origin |= mail->origin;
        } else {
            append_mail(into, record_copy(&target_mail_type, mail));
        }
    }
}


bool
recording_read(const char *path, struct settings **settings_inout,
               struct facts *facts, struct error *error)
{
    struct reading reading = {.facts = facts};
    bool read;

    if (!lines_open(&reading.lines, path, RECORD_LINE_MAX, RECORDING_MAX,
                    error))
        return error_prefix(error, "replaying");
    reading.settings = settings_new();
    read = read_lines(&reading, error);
    if (!read) {
        error_prefix(error, "%s:%zu", path, reading.lines.number);
    } else if (!*settings_inout) {
        *settings_inout = reading.settings;
        reading.settings = NULL;
    } else {
        merge_targets(*settings_inout, reading.settings);
    }
    settings_free(reading.settings);
    record_free(&header_type, reading.header);
    lines_close(&reading.lines);
    return read;
}
