/*
 * Where a clock may be: intervals of its offset, and how they combine
 * (RFC 5905 section 11.2.1).
 *
 * An interval holds both its ends; low is at most high.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_INTERVAL_H
#define CHECKS_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

struct interval {
    int64_t low_us;
    int64_t high_us;
};


/* The middle of an interval and the distance from there to its ends, in
   microseconds, rounded towards zero and up. */
int64_t interval_middle(const struct interval *interval);
int64_t interval_half_width(const struct interval *interval);

/*
 * How far apart two clocks surely are, in microseconds; 0 for intervals that
 * meet, if only in one point.
 */
int64_t interval_gap(const struct interval *left,
                     const struct interval *right);

/* The smallest interval that holds both. */
struct interval interval_hull(const struct interval *left,
                              const struct interval *right);

/*
 * Find where most intervals overlap (Marzullo's algorithm).
 *
 * intervals   At least one.
 * region_out  The region that most of them cover; where there are several
 *             such regions the smallest interval that holds them all, since
 *             any may be the true one.
 *
 * Returns how many intervals cover such a region.
 */
size_t interval_combine(const struct interval *intervals, size_t count,
                        struct interval *region_out);

/*
 * Find the shortest span that touches enough of the intervals.
 *
 * Clocks that are a millisecond apart and known to a tenth of it overlap
 * nowhere, and agree nevertheless: this finds the group that is closest
 * together.
 *
 * intervals  At least one.
 * enough     How many are to be touched, 1 to count.
 *
 * Returns the span; where several are equally short the smallest interval
 * that holds them all.
 */
struct interval interval_closest(const struct interval *intervals,
                                 size_t count, size_t enough);

#endif
