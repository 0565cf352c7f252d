/*
 * A run's facts in a file, with the settings they are judged by.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checks/record.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"
#include "daemon/recording.h"
#include "daemon/settings_file.h"

enum { VERSION = 2 };

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
    RECORD_INTEGER(header, time_us, 0, SETTINGS_TIME_MAX),
    RECORD_STRING(header, host, 512),
    RECORD_INTEGER(header, elapsed_us, 0, SETTINGS_SPAN_MAX),
    {.name = NULL},
};

static const struct record_type header_type
    = {"recording", sizeof(struct header), header_fields};

/* A file being read. */
struct reading {
    struct lines lines;
    struct header *header;      /* NULL before the first line */
    struct settings_reading own;
    struct facts *facts;        /* the caller's */
};


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
    record_write(&header_type, header, stream);
    record_free(&header_type, header);
}


static void
write_facts(FILE *stream, const struct facts *facts)
{
    for (int kind = 0; kind < FACT_KINDS; kind++)
        for (const struct fact *fact = facts_first(facts, (enum fact_kind)kind);
             fact; fact = fact->next)
            record_write(fact_types[kind], fact, stream);
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
    settings_write(settings, file.stream);
    write_facts(file.stream, facts);
    if (!newfile_commit(&file, error))
        return error_prefix(error, "recording");
    return true;
}


/* Take the header, which must be the first line and no other. */
static bool
take_header(struct reading *reading, struct header *header,
            struct error *error)
{
    bool again = reading->header;

    if (again || !settings_is_host(header->host)) {
        record_free(&header_type, header);
        return again ? error_set(error, "a second header")
                     : error_set(error, "the header's host is no host name");
    }
    reading->header = header;
    return true;
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
    if (settings_has_type(type))
        return settings_take(&reading->own, type, record, error);
    facts_add(reading->facts, kind_of(type), record, reading->header->host);
    return true;
}


/* Read all lines into the reading; the error lacks file and line. */
static bool
read_lines(struct reading *reading, struct error *error)
{
    const struct record_type *types[1 + SETTINGS_TYPES + FACT_KINDS + 1]
        = {&header_type};
    enum lines_result result;

    for (int i = 0; i < SETTINGS_TYPES; i++)
        types[1 + i] = settings_types[i];
    for (int kind = 0; kind < FACT_KINDS; kind++)
        types[1 + SETTINGS_TYPES + kind] = fact_types[kind];
    while ((result = lines_next(&reading->lines, error)) == LINES_NEXT) {
        const struct record_type *type;
        void *record = record_decode(types, reading->lines.text,
                                     reading->lines.length, &type, error);

        if (!record || !take_record(reading, type, record, error))
            return false;
    }
    if (result == LINES_END && !reading->own.has_numbers)
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
            settings_append_dc(into, record_copy(&target_dc_type, dc));
    }
    for (size_t i = 0; i < from->mail_count; i++) {
        const struct target_mail *mail = from->mail[i];

        if (settings_find_mail(into, mail->host)) {
            struct target_mail *same = settings_mail(into, mail->host);

            merge_strings(&same->addresses, &mail->addresses);
            same->origin |= mail->origin;
        } else {
            settings_append_mail(into, record_copy(&target_mail_type, mail));
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
    reading.own.settings = settings_new();
    read = read_lines(&reading, error);
    if (!read) {
        error_prefix(error, "%s:%zu", path, reading.lines.number);
    } else if (!*settings_inout) {
        *settings_inout = reading.own.settings;
        reading.own.settings = NULL;
    } else {
        merge_targets(*settings_inout, reading.own.settings);
    }
    settings_free(reading.own.settings);
    record_free(&header_type, reading.header);
    lines_close(&reading.lines);
    return read;
}
