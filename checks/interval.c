/*
 * Where a clock may be: how intervals of its offset combine.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "checks/interval.h"

/* Where an interval begins (+1) or has ended (-1). */
struct edge {
    int64_t at_us;
    int step;
};


int64_t
interval_middle(const struct interval *interval)
{
    return (interval->low_us + interval->high_us) / 2;
}


int64_t
interval_half_width(const struct interval *interval)
{
    return (interval->high_us - interval->low_us + 1) / 2;
}


int64_t
interval_gap(const struct interval *left, const struct interval *right)
{
    if (left->high_us < right->low_us)
        return right->low_us - left->high_us;
    if (right->high_us < left->low_us)
        return left->low_us - right->high_us;
    return 0;
}


struct interval
interval_hull(const struct interval *left, const struct interval *right)
{
    struct interval hull = *left;

    if (right->low_us < hull.low_us)
        hull.low_us = right->low_us;
    if (right->high_us > hull.high_us)
        hull.high_us = right->high_us;
    return hull;
}


/* Order edges for qsort(3): at the same point beginnings come first, so that
   intervals which meet in one point overlap there. */
static int
compare_edges(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;

    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    return b->step - a->step;
}


size_t
interval_combine(const struct interval *intervals, size_t count,
                 struct interval *region_out)
{
    struct edge *edges = xcalloc(2 * count, sizeof(*edges));
    struct interval region = intervals[0];
    size_t depth = 0, deepest = 0;

    for (size_t i = 0; i < count; i++) {
        edges[2 * i] = (struct edge){intervals[i].low_us, +1};
        edges[2 * i + 1] = (struct edge){intervals[i].high_us, -1};
    }
    qsort(edges, 2 * count, sizeof(*edges), compare_edges);
    for (size_t i = 0; i < 2 * count; i++) {
        if (edges[i].step < 0) {
            if (depth == deepest)
                region.high_us = edges[i].at_us;
            depth--;
            continue;
        }
        depth++;
        if (depth > deepest) {
            deepest = depth;
            region.low_us = edges[i].at_us;
        }
    }
    free(edges);
    *region_out = region;
    return deepest;
}


/* Order offsets for qsort(3). */
static int
compare_offsets(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}


/*
 * Find where a span that begins at span->low_us must end to touch enough of
 * the intervals.  "lows" is room for count elements.
 *
 * Returns false if too few of them reach that far.
 */
static bool
end_span(const struct interval *intervals, size_t count, size_t enough,
         int64_t *lows, struct interval *span)
{
    size_t reaching = 0;

    for (size_t i = 0; i < count; i++)
        if (intervals[i].high_us >= span->low_us)
            lows[reaching++] = intervals[i].low_us;
    if (reaching < enough)
        return false;
    qsort(lows, reaching, sizeof(*lows), compare_offsets);
    span->high_us = lows[enough - 1] > span->low_us ? lows[enough - 1]
                                                    : span->low_us;
    return true;
}


struct interval
interval_closest(const struct interval *intervals, size_t count, size_t enough)
{
    int64_t *lows = xcalloc(count, sizeof(*lows));
    struct interval best = {0, 0};
    int64_t shortest_us = INT64_MAX;

    assert(enough >= 1 && enough <= count);
    /* The shortest span begins where one of its intervals ends: beginning
       later would lose that one, and earlier gains nothing. */
    for (size_t i = 0; i < count; i++) {
        struct interval span = {.low_us = intervals[i].high_us};
        int64_t length_us;

        if (!end_span(intervals, count, enough, lows, &span))
            continue;
        length_us = span.high_us - span.low_us;
        if (length_us == shortest_us)
            best = interval_hull(&best, &span);
        if (length_us < shortest_us) {
            shortest_us = length_us;
            best = span;
        }
    }
    free(lows);
    return best;
}
