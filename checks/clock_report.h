/*
 * What the check of clocks says of a fault: words, evidence and remedies.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_CLOCK_REPORT_H
#define CHECKS_CLOCK_REPORT_H

#include "checks/check.h"
#include "checks/ensemble.h"

/* What is judged: the clocks that one host saw. */
struct clock_view {
    const struct facts *facts;
    const struct settings *settings;
    const struct ensemble *ensemble;
    enum status *verdicts;  /* of each clock against the reference */
    struct findings *findings;
};


/* The subject of two clocks, "a<->b" sorted; for the caller to free(). */
char *clock_pair_subject(const struct clock *left, const struct clock *right);

/* CLOCK_SKEW of the domain: it agrees in itself, and not with the host that
   looked, which is known to be right. */
void clock_report_domain(const struct clock_view *view,
                         const struct clock *self);

/* CLOCK_SKEW of the clock at an index, as bad as its verdict: it is off from
   where most clocks are. */
void clock_report_host(const struct clock_view *view, size_t index);

/* CLOCK_SKEW of two clocks of which nobody can say which one is wrong. */
void clock_report_pair(const struct clock_view *view, const struct clock *left,
                       const struct clock *right, enum status status);

/* CLOCK_DISAGREE: a host's own services contradict each other. */
void clock_report_contradiction(const struct clock_view *view,
                                const struct clock *clock);

/*
 * CLOCK_UNMEASURED: nobody knows where a host's clock is.
 *
 * coarse  What is known all the same, too inexact to judge; or NULL.
 */
void clock_report_unmeasured(const struct facts *facts, const char *host,
                             const struct clock *coarse,
                             struct findings *findings);

#endif
