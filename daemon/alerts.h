/*
 * What is news: findings that must be told, told again, or taken back.
 *
 * A pure state machine: findings and the time in, events out.
 *
 * - A finding is raised once it was judged and found in so many cycles in a
 *   row.
 * - What stands is repeated; a change of its status is told at once.
 * - It recovers when its key was judged and not found: what could not be seen
 *   has not healed, and counts neither for nor against.
 * - A finding whose cause is known is not news while that cause stands; it is
 *   counted where the cause is told.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERTS_H
#define DAEMON_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/findings.h"

/* The file's name in the state directory. */
#define ALERTS_FILE "alerts"

/* More than that in one cycle wait for the next ones. */
enum { ALERT_EVENTS_MAX = 100 };

/* More keys than that are not followed. */
enum { ALERT_KEYS_MAX = 16384 };

enum alert_kind {
    ALERT_RAISED,
    ALERT_CHANGED,    /* another status than told before */
    ALERT_REPEATED,
    ALERT_RECOVERED,
    ALERT_HELD_BACK,  /* count events wait; the last of a cycle */
};

/* One piece of news; all pointers are valid during the call that gets it. */
struct alert_event {
    enum alert_kind kind;
    enum status status;     /* STATUS_OK for a recovery */
    const char *code;
    const char *subject;
    enum impact impact;
    const char *message;    /* the finding's; for a recovery, the last one */
    const char *reference;  /* "KB979174", the first; or "" */
    int64_t since_us;       /* when it was first found, wall clock */
    int64_t lasted_us;      /* how long ago that was, monotonic clock */
    size_t count;           /* findings that this one explains; or held back */
};

/* Who is told. */
struct alert_sink {
    void (*tell)(void *closure, const struct alert_event *event);
    void *closure;
};

struct alerts;

/*
 * Begin with nothing standing.
 *
 * confirm    Cycles in a row that make a finding news, at least 1.
 * repeat_us  How long after it was last told a standing one is told again, in
 *            microseconds; 0: never.
 *
 * Returns alerts for the caller to alerts_free().
 */
struct alerts *alerts_new(int64_t confirm, int64_t repeat_us);
void alerts_free(struct alerts *alerts);

/* As alerts_new() has them, for what comes: what stands keeps standing. */
void alerts_configure(struct alerts *alerts, int64_t confirm,
                      int64_t repeat_us);

/*
 * Take a cycle's findings into account and tell what is news, worst first as
 * findings_sort() left them, then recoveries.
 *
 * monotonic_us  The monotonic clock, in microseconds.
 * wall_us       The wall clock, in microseconds since 1970.
 */
void alerts_update(struct alerts *alerts, const struct findings *findings,
                   int64_t monotonic_us, int64_t wall_us,
                   const struct alert_sink *sink);

/*
 * Replace the file of what is followed in one step, so that it survives a
 * restart; the file stays as it was on failure.
 */
bool alerts_save(const struct alerts *alerts, const char *path,
                 struct error *error);

/*
 * Read what was followed before a restart; a file that does not exist is
 * empty.  What stands is neither told again at once nor forgotten.
 *
 * monotonic_us, wall_us  Now, as for alerts_update().
 * warning_out            What was ignored, "FILE:LINE: ...", for the caller
 *                        to free(); NULL if nothing was.
 *
 * Fails when the file cannot be read, or is far too large; what was read
 * before is kept.
 */
bool alerts_load(struct alerts *alerts, const char *path,
                 int64_t monotonic_us, int64_t wall_us, char **warning_out,
                 struct error *error);

/* How many findings stand, having been told. */
size_t alerts_standing(const struct alerts *alerts);

#endif
