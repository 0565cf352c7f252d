/*
 * The clocks.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef BASE_NOW_H
#define BASE_NOW_H

#include <stdint.h>

/* The clock that is never set, in microseconds: for what is due, and for how
   long something took. */
int64_t now_monotonic_us(void);

/* The wall clock, in microseconds since 1970: for people. */
int64_t now_wall_us(void);

#endif
