/*
 * How far another clock is from ours, given what it said and when we asked.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/probes/offset.h"

/* The most that a clock fact holds, and a time beyond which sums of times
   could overflow: the year 9999. */
#define OFFSET_MOST_US (INT64_C(3650) * 86400 * 1000000)
#define TIME_MOST_US (INT64_C(253402300800) * 1000000)


struct reading
reading_of(int64_t shown_us, int64_t step_us)
{
    return (struct reading){
        .known = true,
        .earliest_us = shown_us,
        .latest_us = shown_us + step_us,
        .trusted = true,
    };
}


/* A value moved into a range around zero. */
static int64_t
clamp(int64_t value, int64_t most)
{
    return value > most ? most : value < -most ? -most : value;
}


bool
offset_between(const struct reading *reading, const struct net_times *times,
               int64_t *low_us, int64_t *high_us)
{
    int64_t low, high;

    if (!reading->known || !times->steady)
        return false;
    low = clamp(reading->earliest_us, TIME_MOST_US) - times->received_us;
    high = clamp(reading->latest_us, TIME_MOST_US) - times->sent_us;
    if (low > high)
        return false;
    *low_us = clamp(low, OFFSET_MOST_US);
    *high_us = clamp(high, OFFSET_MOST_US);
    return true;
}
