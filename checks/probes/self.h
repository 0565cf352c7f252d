/*
 * What this host knows of its own clock.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SELF_H
#define CHECKS_PROBES_SELF_H

#include <stdint.h>

#include "checks/facts.h"

struct net;
struct timex;

/*
 * Judge what adjtimex(2) told.
 *
 * state     Its result.
 * kernel    What it filled in.
 * now_us    CLOCK_REALTIME just after, in microseconds: what programs see.
 * fact      synchronized, max_error_us and detail are filled in.  The kernel
 *           vouches only for the clock that it shows itself: where programs
 *           see another one (libfaketime), or it was just set, it does not.
 */
void self_judge(int state, const struct timex *kernel, int64_t now_us,
                struct self_fact *fact);

/*
 * Emit the self fact of a host of this name: at once where the kernel tells
 * of its clock, else when this host's time services have been asked.
 *
 * net  The exchanges among which they are asked.
 */
void self_start(struct net *net, const char *host);

#endif
