/*
 * How far another clock is from ours, given what it said and when we asked.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_OFFSET_H
#define CHECKS_PROBES_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/probes/net.h"

/* The time that a server's answer told, in microseconds since 1970. */
struct reading {
    bool known;           /* false: the answer told no time */
    int64_t earliest_us;  /* its clock showed at least this much while it */
    int64_t latest_us;    /* answered, and no more than this */
    bool trusted;         /* false: it says itself that it is unsynchronised */
    int64_t stratum;      /* NTP; else 0 */
    char detail[128];     /* for a person */
};

/* A server's clock showed one value, which it tells in steps of a size. */
struct reading reading_of(int64_t shown_us, int64_t step_us);

/*
 * Turn a reading into an interval of offsets, server less local: it answered
 * after we sent and before we received, so the offset is at least its time
 * less the time of receipt, and at most its time less the time of sending.
 *
 * reading           What it told.
 * times             When the exchange took place.
 * low_us, high_us   The interval, each end at most ten years from zero:
 *                   beyond that one wrong clock is as wrong as another.
 *
 * Fails when the reading is unknown, when our own clock was set during the
 * exchange, and when the times contradict each other.
 */
bool offset_between(const struct reading *reading,
                    const struct net_times *times, int64_t *low_us,
                    int64_t *high_us);

#endif
