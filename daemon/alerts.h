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
 * - One that changes more than ALERT_CHANGES_CALM times within an hour is told
 *   to be flapping, once, and then held until it has kept still for an hour.
 * - What somebody has accepted is not news, and explains nothing.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERTS_H
#define DAEMON_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/findings.h"
#include "daemon/alert_table.h"

/* More than that in one cycle wait for the next ones. */
enum { ALERT_EVENTS_MAX = 100 };

/* What no cycle has judged for so long is followed no longer: more than twice
   the longest interval that a check may have. */
#define ALERT_FORGOTTEN_US (INT64_C(90) * 86400 * 1000000)

enum alert_kind {
    ALERT_RAISED,
    ALERT_CHANGED,    /* another status than told before */
    ALERT_REPEATED,
    ALERT_RECOVERED,
    ALERT_FLAPPING,   /* held until it settles */
    ALERT_WITHDRAWN,  /* no longer watched; the message says why */
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
 * Take a cycle into account and tell what is news, worst first as
 * findings_sort() left it, then recoveries, then what is told again.
 *
 * judged  What this cycle has judged; its findings need not be in it.
 * latest  The latest findings of all checks, this cycle's among them, with
 *         their causes: a check need not run in every cycle.
 */
void alerts_update(struct alerts *alerts, const struct findings *judged,
                   const struct findings *latest,
                   const struct alert_time *now,
                   const struct alert_sink *sink);

/* Withdraw all, giving a reason, however much it is. */
void alerts_withdraw_all(struct alerts *alerts, const char *reason,
                         const struct alert_time *now,
                         const struct alert_sink *sink);

/* Withdraw what checks found that are not among these, a list of names.  More
   than ALERT_EVENTS_MAX of them wait for the next call. */
void alerts_withdraw(struct alerts *alerts, const struct strings *checks,
                     const struct alert_time *now,
                     const struct alert_sink *sink);

/* How many findings stand, having been told. */
size_t alerts_standing(const struct alerts *alerts);

/* All that is followed, to be saved and restored; borrowed. */
struct alert_table *alerts_table(struct alerts *alerts);

#endif
