/*
 * One finding that alerts follow.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/alert.h"

/* The year 10000, in microseconds. */
#define TIME_MAX (INT64_C(253402300800) * 1000000)

enum { CHANGES = ALERT_CHANGES_CALM + 1 };

static const struct field alert_fields[] = {
    RECORD_STRING(alert, key, 4096),
    RECORD_STRING(alert, message, 2048),
    RECORD_STRING(alert, reference, 128),
    RECORD_CHOICE(alert, impact, impact_names),
    RECORD_CHOICE(alert, found_status, status_names),
    RECORD_CHOICE(alert, status, status_names),
    RECORD_CHOICE(alert, told, status_names),
    RECORD_BOOLEAN(alert, flapping),
    RECORD_INTEGER(alert, found, 0, INT64_MAX),
    RECORD_INTEGER(alert, since_us, 1, TIME_MAX),
    RECORD_INTEGER(alert, told_us, 0, TIME_MAX),
    RECORD_INTEGER(alert, seen_us, 1, TIME_MAX),
    RECORD_INTEGER(alert, changed_us[0], 0, TIME_MAX),
    RECORD_INTEGER(alert, changed_us[1], 0, TIME_MAX),
    RECORD_INTEGER(alert, changed_us[2], 0, TIME_MAX),
    RECORD_INTEGER(alert, changed_us[3], 0, TIME_MAX),
    RECORD_INTEGER(alert, changed_us[4], 0, TIME_MAX),
    {.name = NULL},
};

_Static_assert(CHANGES == 5, "alert_fields has a line for each change");

const struct record_type alert_type
    = {"alert", sizeof(struct alert), alert_fields};


/* Split the key into code and subject; false if it is not both. */
static bool
split_key(struct alert *alert)
{
    const char *space = strchr(alert->key, ' ');

    if (!space || space == alert->key)
        return false;
    alert->code = xstrndup(alert->key, (size_t)(space - alert->key));
    alert->subject = space + 1;
    return true;
}


struct alert *
alert_new(const char *key)
{
    struct alert *alert = record_new(&alert_type);

    record_set(&alert->key, key);
    alert->told_us = INT64_MIN;
    for (int i = 0; i < CHANGES; i++)
        alert->changed_us[i] = INT64_MIN;
    if (split_key(alert))
        return alert;
    alert_free(alert);
    return NULL;
}


void
alert_free(struct alert *alert)
{
    if (!alert)
        return;
    free(alert->code);
    record_free(&alert_type, alert);
}


bool
alert_is_open(const struct alert *alert)
{
    return alert->told != STATUS_OK || alert->flapping;
}


/* Note another status than before. */
static void
change_status(struct alert *alert, int status, const struct alert_time *now)
{
    if (alert->status == STATUS_OK && !alert_is_open(alert)) {
        alert->since_us = now->wall_us;
        alert->began_us = now->monotonic_us;
    }
    memmove(alert->changed_us + 1, alert->changed_us,
            (CHANGES - 1) * sizeof(*alert->changed_us));
    alert->changed_us[0] = now->monotonic_us;
    alert->status = status;
}


void
alert_judge(struct alert *alert, const struct finding *finding,
            const struct alert_time *now)
{
    int status = finding ? (int)finding->status : STATUS_OK;

    alert->seen_us = now->monotonic_us;
    if (alert->status != status)
        change_status(alert, status, now);
    if (!finding) {
        alert->found = 0;
        return;
    }
    if (alert->found < INT64_MAX)
        alert->found++;
    alert->impact = (int)finding->impact;
    alert->found_status = status;
    record_set(&alert->message, finding->message);
    record_set(&alert->reference,
               finding->reference.count > 0 ? finding->reference.items[0]
                                            : NULL);
}


size_t
alert_changes(const struct alert *alert, int64_t now_us)
{
    size_t count = 0;

    while (count < CHANGES && alert->changed_us[count] != INT64_MIN
           && now_us - alert->changed_us[count] < ALERT_CHANGES_WINDOW_US)
        count++;
    return count;
}


/* A time of the monotonic clock on the wall clock; never is 0. */
static int64_t
to_wall(int64_t time_us, const struct alert_time *now)
{
    int64_t ago_us;

    if (time_us == INT64_MIN)
        return 0;
    ago_us = now->monotonic_us - time_us;
    return ago_us < now->wall_us ? now->wall_us - ago_us : 1;
}


/* The way back. */
static int64_t
to_monotonic(int64_t time_us, const struct alert_time *now)
{
    if (time_us == 0)
        return INT64_MIN;
    return time_us < now->wall_us
               ? now->monotonic_us - (now->wall_us - time_us)
               : now->monotonic_us;
}


struct alert *
alert_save(const struct alert *alert, const struct alert_time *now)
{
    struct alert *record = record_copy(&alert_type, alert);

    record->told_us = to_wall(alert->told_us, now);
    record->seen_us = to_wall(alert->seen_us, now);
    for (int i = 0; i < CHANGES; i++)
        record->changed_us[i] = to_wall(alert->changed_us[i], now);
    return record;
}


/* The way back for all changes of status, which keep their distances where the
   last one is in the future: those of months are not all of this hour. */
static void
restore_changes(struct alert *record, const struct alert_time *now)
{
    int64_t ahead_us = record->changed_us[0] - now->wall_us;

    for (int i = 0; i < CHANGES; i++) {
        int64_t time_us = record->changed_us[i];

        if (time_us != 0 && ahead_us > 0)
            time_us = time_us > ahead_us ? time_us - ahead_us : 1;
        record->changed_us[i] = to_monotonic(time_us, now);
    }
}


struct alert *
alert_restore(struct alert *record, const struct alert_time *now)
{
    if (!split_key(record)
        || (record->told != STATUS_OK && record->told_us == 0)) {
        alert_free(record);
        return NULL;
    }
    record->began_us = to_monotonic(record->since_us, now);
    record->told_us = to_monotonic(record->told_us, now);
    record->seen_us = to_monotonic(record->seen_us, now);
    restore_changes(record, now);
    return record;
}
