/*
 * One finding that alerts follow: what was seen of it, and what was told.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERT_H
#define DAEMON_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/findings.h"
#include "checks/record.h"

/* So many changes within an hour are still none too many. */
enum { ALERT_CHANGES_CALM = 4 };
#define ALERT_CHANGES_WINDOW_US (INT64_C(3600) * 1000000)

/* Now, on both clocks, in microseconds; the wall clock since 1970. */
struct alert_time {
    int64_t monotonic_us;
    int64_t wall_us;
};

/*
 * A key that was found.  Times are of the monotonic clock in microseconds,
 * but for since_us; in a file they are all of the wall clock.
 */
struct alert {
    char *key;           /* "CODE subject" */
    char *message;       /* as last found; so the next three */
    char *reference;
    int impact;          /* enum impact */
    int found_status;    /* enum status, as last found */
    int status;          /* enum status, as last judged; OK: not found then */
    int told;            /* enum status last told; OK: nothing stands */
    bool flapping;       /* told to be; held until it keeps still */
    int64_t found;       /* cycles in a row that found it */
    int64_t since_us;    /* first found, wall clock */
    int64_t told_us;     /* last told */
    int64_t seen_us;     /* last judged */
    /* Its latest changes of status, the last one first; INT64_MIN: none. */
    int64_t changed_us[ALERT_CHANGES_CALM + 1];

    /* Not in the file. */
    char *code;
    const char *subject;            /* in key */
    int64_t began_us;               /* since_us on the monotonic clock */
    const struct finding *finding;  /* of the latest findings, or NULL */
    size_t explains;                /* findings that this one explains */
};

/* Its line in a file. */
extern const struct record_type alert_type;


/*
 * Make an alert of a key that was not judged yet.
 *
 * Returns it for the caller to alert_free(), or NULL if the key is not
 * "CODE subject".
 */
struct alert *alert_new(const char *key);
void alert_free(struct alert *alert);

/* Whether something was told of it and not taken back. */
bool alert_is_open(const struct alert *alert);

/* Note what a judgement said: a finding, or NULL if there was none. */
void alert_judge(struct alert *alert, const struct finding *finding,
                 const struct alert_time *now);

/* How many of its latest changes were within the last hour. */
size_t alert_changes(const struct alert *alert, int64_t now_us);

/*
 * A copy of an alert for a file, with all times on the wall clock; and the
 * way back: the record is taken over, and a time in the future, which a clock
 * set back makes, becomes now.
 *
 * alert_restore() returns NULL, and frees the record, if it is no alert.
 */
struct alert *alert_save(const struct alert *alert,
                         const struct alert_time *now);
struct alert *alert_restore(struct alert *record,
                            const struct alert_time *now);

#endif
