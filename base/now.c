/*
 * The clocks.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <time.h>

#include "base/now.h"


/* A clock in microseconds. */
static int64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}


int64_t
now_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}


int64_t
now_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}
