/*
 * The clocks that one host saw, and the time on which most of them agree
 * (RFC 5905 section 11.2.1).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/ensemble.h"

/* Services of one host read one clock, at moments that differ by less. */
#define CONTRADICTION_US INT64_C(1000000)


struct interval
clock_fact_interval(const struct clock_fact *fact)
{
    /* A recording may hold anything. */
    if (fact->low_us > fact->high_us)
        return (struct interval){fact->high_us, fact->low_us};
    return (struct interval){fact->low_us, fact->high_us};
}


/* The clock of a host in an ensemble, added if it is new. */
static struct clock *
obtain_clock(struct ensemble *ensemble, const char *host)
{
    const struct clock *found = ensemble_find(ensemble, host);

    if (found)
        return &ensemble->clocks[found - ensemble->clocks];
    ensemble->clocks = xrealloc(ensemble->clocks, ensemble->count + 1,
                                sizeof(*ensemble->clocks));
    ensemble->clocks[ensemble->count]
        = (struct clock){.host = host,
                         .self = strcmp(host, ensemble->seen_from) == 0};
    return &ensemble->clocks[ensemble->count++];
}


/* Gather what was read, by host.  The host that looked is in any case its own
   measure. */
static void
gather_readings(struct ensemble *ensemble, const struct facts *facts)
{
    struct clock *clock;

    FACTS_EACH(facts, FACT_CLOCK, clock_fact, fact) {
        if (strcmp(fact->base.seen_from, ensemble->seen_from) != 0
            || strcmp(fact->host, ensemble->seen_from) == 0)
            continue;
        clock = obtain_clock(ensemble, fact->host);
        clock->readings = xrealloc(clock->readings, clock->count + 1,
                                   sizeof(*clock->readings));
        clock->readings[clock->count++] = fact;
    }
    obtain_clock(ensemble, ensemble->seen_from);
}


/* Order readings for qsort(3) by which is to be preferred. */
static int
compare_readings(const void *left, const void *right)
{
    const struct clock_fact *a = *(const struct clock_fact *const *)left;
    const struct clock_fact *b = *(const struct clock_fact *const *)right;
    struct interval first = clock_fact_interval(a);
    struct interval second = clock_fact_interval(b);
    int64_t wider = (first.high_us - first.low_us)
                    - (second.high_us - second.low_us);

    if (a->trusted != b->trusted)
        return a->trusted ? -1 : 1;
    if (a->source != b->source)
        return a->source - b->source;
    return (wider > 0) - (wider < 0);
}


/* Work out where one host's clock is from what its services said. */
static void
combine_readings(struct clock *clock)
{
    struct interval *agreeing, first;
    size_t agreeing_count = 0;

    /* The clock that measures is where it is. */
    if (clock->self)
        return;
    qsort(clock->readings, clock->count, sizeof(*clock->readings),
          compare_readings);
    /* One that says itself it is not in step counts if nothing else does. */
    while (clock->count > 1 && clock->readings[0]->trusted
           && !clock->readings[clock->count - 1]->trusted)
        clock->count--;
    first = clock_fact_interval(clock->readings[0]);
    agreeing = xcalloc(clock->count, sizeof(*agreeing));
    for (size_t i = 0; i < clock->count; i++) {
        struct interval reading = clock_fact_interval(clock->readings[i]);

        if (interval_gap(&first, &reading) <= CONTRADICTION_US)
            agreeing[agreeing_count++] = reading;
        else if (!clock->contradiction)
            clock->contradiction = clock->readings[i];
    }
    interval_combine(agreeing, agreeing_count, &clock->offset);
    free(agreeing);
}


/* Order clocks for qsort(3): by host, the one that looked last. */
static int
compare_clocks(const void *left, const void *right)
{
    const struct clock *a = left, *b = right;

    if (a->self != b->self)
        return a->self ? 1 : -1;
    return strcmp(a->host, b->host);
}


/* Find where most clocks are together. */
static void
find_reference(struct ensemble *ensemble, int64_t limit_us)
{
    struct interval *votes = xcalloc(ensemble->count, sizeof(*votes));
    size_t voters = 0, majority;

    for (size_t i = 0; i < ensemble->count; i++)
        if (!ensemble->clocks[i].coarse)
            votes[voters++] = ensemble->clocks[i].offset;
    majority = voters / 2 + 1;
    if (voters < 2) {
        ensemble->agreed = false;
    } else if (interval_combine(votes, voters, &ensemble->reference)
               >= majority) {
        ensemble->agreed = true;
    } else {
        struct interval closest = interval_closest(votes, voters, majority);

        ensemble->reference = closest;
        ensemble->agreed = closest.high_us - closest.low_us <= limit_us;
    }
    free(votes);
}


struct ensemble *
ensemble_new(const struct facts *facts, const char *seen_from,
             int64_t limit_us)
{
    struct ensemble *ensemble = xcalloc(1, sizeof(*ensemble));

    ensemble->seen_from = seen_from;
    gather_readings(ensemble, facts);
    qsort(ensemble->clocks, ensemble->count, sizeof(*ensemble->clocks),
          compare_clocks);
    for (size_t i = 0; i < ensemble->count; i++) {
        struct clock *clock = &ensemble->clocks[i];

        combine_readings(clock);
        clock->coarse = interval_half_width(&clock->offset) > limit_us;
    }
    find_reference(ensemble, limit_us);
    return ensemble;
}


void
ensemble_free(struct ensemble *ensemble)
{
    if (!ensemble)
        return;
    for (size_t i = 0; i < ensemble->count; i++)
        free(ensemble->clocks[i].readings);
    free(ensemble->clocks);
    free(ensemble);
}


const struct clock *
ensemble_find(const struct ensemble *ensemble, const char *host)
{
    for (size_t i = 0; i < ensemble->count; i++)
        if (strcmp(ensemble->clocks[i].host, host) == 0)
            return &ensemble->clocks[i];
    return NULL;
}
