/*
 * The findings that alerts follow, and their file.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checks/record.h"
#include "daemon/alert_table.h"
#include "daemon/alerts.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"

/* Bytes of a line and of the file. */
enum { LINE_MAX_BYTES = 32 * 1024, FILE_MAX = 64 * 1024 * 1024 };

/* The year 10000, in microseconds. */
#define TIME_MAX (INT64_C(253402300800) * 1000000)

static const char *const status_names[]
    = {"OK", "WARNING", "CRITICAL", "UNKNOWN", NULL};
static const char *const impact_names[]
    = {"mail-fails", "mail-at-risk", "monitoring", NULL};

static const struct field alert_fields[] = {
    RECORD_STRING(alert, key, 4096),
    RECORD_STRING(alert, message, 2048),
    RECORD_STRING(alert, reference, 128),
    RECORD_CHOICE(alert, impact, impact_names),
    RECORD_CHOICE(alert, status, status_names),
    RECORD_CHOICE(alert, told, status_names),
    RECORD_INTEGER(alert, found, 1, INT64_MAX),
    RECORD_INTEGER(alert, since_us, 0, TIME_MAX),
    RECORD_INTEGER(alert, told_at_us, 0, TIME_MAX),
    {.name = NULL},
};

static const struct record_type alert_type
    = {"alert", sizeof(struct alert), alert_fields};


/* Where a key is, or belongs. */
static size_t
position_of(const struct alert_table *table, const char *key)
{
    size_t low = 0, high = table->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(table->items[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}


struct alert *
alert_table_find(const struct alert_table *table, const char *key)
{
    size_t at = position_of(table, key);

    if (at < table->count && strcmp(table->items[at]->key, key) == 0)
        return table->items[at];
    return NULL;
}


/* Put an alert with a key in its place, taking it over; false, and it stays
   the caller's, where it does not fit. */
static bool
insert(struct alert_table *table, struct alert *alert)
{
    const char *space = strchr(alert->key, ' ');
    size_t at = position_of(table, alert->key);

    if (!space || space == alert->key || table->count >= ALERT_KEYS_MAX
        || alert_table_find(table, alert->key))
        return false;
    alert->code = xstrndup(alert->key, (size_t)(space - alert->key));
    alert->subject = space + 1;
    table->items = xrealloc(table->items, table->count + 1,
                            sizeof(struct alert *));
    memmove(table->items + at + 1, table->items + at,
            (table->count - at) * sizeof(struct alert *));
    table->items[at] = alert;
    table->count++;
    return true;
}


struct alert *
alert_table_insert(struct alert_table *table, const char *key)
{
    struct alert *alert = record_new(&alert_type);

    record_set(&alert->key, key);
    if (insert(table, alert))
        return alert;
    alert_free(alert);
    return NULL;
}


void
alert_free(struct alert *alert)
{
    free(alert->code);
    record_free(&alert_type, alert);
}


void
alert_table_clear(struct alert_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        alert_free(table->items[i]);
    free(table->items);
    *table = (struct alert_table){0};
}


bool
alert_table_save(const struct alert_table *table, const char *path,
                 struct error *error)
{
    struct newfile file;

    if (!newfile_open(&file, path, 0600, error))
        return error_prefix(error, "saving alerts");
    for (size_t i = 0; i < table->count; i++) {
        char *line = record_encode(&alert_type, table->items[i]);

        fprintf(file.stream, "%s\n", line);
        free(line);
    }
    if (!newfile_commit(&file, error))
        return error_prefix(error, "saving alerts");
    return true;
}


/* What a wall-clock time is on the monotonic clock; one in the future, which
   a clock set back makes, is now. */
static int64_t
on_monotonic(int64_t time_us, int64_t monotonic_us, int64_t wall_us)
{
    return time_us < wall_us ? monotonic_us - (wall_us - time_us)
                             : monotonic_us;
}


/* Take one line; false if it is to be ignored with a warning. */
static bool
take_line(struct alert_table *table, const struct lines *lines,
          int64_t monotonic_us, int64_t wall_us)
{
    const struct record_type *const types[] = {&alert_type, NULL};
    const struct record_type *type;
    struct error ignored;
    struct alert *alert = record_decode(types, lines->text, lines->length,
                                        &type, &ignored);

    if (!alert)
        return false;
    alert->began_us = on_monotonic(alert->since_us, monotonic_us, wall_us);
    alert->told_us = on_monotonic(alert->told_at_us, monotonic_us, wall_us);
    if (insert(table, alert))
        return true;
    alert_free(alert);
    return false;
}


bool
alert_table_load(struct alert_table *table, const char *path,
                 int64_t monotonic_us, int64_t wall_us, char **warning_out,
                 struct error *error)
{
    enum lines_result result;
    struct lines lines;
    size_t ignored = 0, first = 0;

    *warning_out = NULL;
    if (!lines_open(&lines, path, LINE_MAX_BYTES, FILE_MAX, error))
        return errno == ENOENT
               || error_prefix(error, "reading the standing alerts");
    while ((result = lines_next(&lines, error)) == LINES_NEXT)
        if (!take_line(table, &lines, monotonic_us, wall_us)
            && ignored++ == 0)
            first = lines.number;
    if (ignored > 0)
        *warning_out = xasprintf("%s:%zu: not an alert, or one too many; %zu "
                                 "such line%s ignored", path, first, ignored,
                                 ignored == 1 ? "" : "s");
    if (result == LINES_FAILED)
        error_prefix(error, "%s:%zu", path, lines.number);
    lines_close(&lines);
    return result == LINES_END;
}
