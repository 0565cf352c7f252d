/*
 * When which check is due.
 *
 * Times are of the monotonic clock, so that a step of the system's clock
 * neither stops nor doubles runs.  Each check is due on a grid of its own
 * interval, whatever time its runs take.  Checks of the same interval share
 * their grid, and so their runs: what one asks of a server serves them all.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SCHEDULE_H
#define DAEMON_SCHEDULE_H

#include "base/memory.h"
#include "daemon/configuration.h"

struct schedule;

/*
 * Make the schedule of a configuration's checks: all are due at once, and from
 * then on each on its grid.
 *
 * configuration  Borrowed until schedule_free().
 * seed           What shifts the grids, by less than an interval: the host and
 *                the domain, so that several services do not all ask the same
 *                servers at the same moment.
 * now_us         The monotonic clock, in microseconds.
 *
 * Returns a schedule for the caller to schedule_free().
 */
struct schedule *schedule_new(const struct configuration *configuration,
                              const char *seed, int64_t now_us);
void schedule_free(struct schedule *schedule);

/* Make every check due. */
void schedule_all(struct schedule *schedule, int64_t now_us);

/* When the next check is due; INT64_MAX if none ever is. */
int64_t schedule_next_us(const struct schedule *schedule);

/* Take the names of the checks that are due, which then are due again at the
   next point of their grids. */
void schedule_take(struct schedule *schedule, int64_t now_us,
                   struct strings *names_out);

#endif
