/*
 * The clocks that one host saw, itself included, and the time on which most
 * of them agree.
 *
 * All offsets are relative to the clock of the host that looked.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_ENSEMBLE_H
#define CHECKS_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/facts.h"
#include "checks/interval.h"

/* One host's clock. */
struct clock {
    const char *host;
    bool self;  /* of the host that looked */
    /* What its services said, the one judged by first: the KDC's, else
       LDAP's, NTP's, SMB's, SMTP's; of one kind the most exact.  Empty for
       the host that looked. */
    const struct clock_fact **readings;
    size_t count;
    const struct clock_fact *contradiction;  /* of the first one, or NULL */
    struct interval offset;
    bool coarse;  /* too inexact to tell anybody else's fault */
};

struct ensemble {
    const char *seen_from;
    struct clock *clocks;  /* by host, the one that looked last */
    size_t count;
    bool agreed;  /* most clocks are together, and this is where: */
    struct interval reference;
};


/* Where a fact says the clock is. */
struct interval clock_fact_interval(const struct clock_fact *fact);

/*
 * Gather the clocks that a host saw.
 *
 * facts      Borrowed for as long as the ensemble lives, as is seen_from.
 * seen_from  The host that looked.
 * limit_us   Clocks this near each other agree, in microseconds; one whose
 *            error bound is larger is coarse.
 *
 * Returns an ensemble for the caller to ensemble_free().
 */
struct ensemble *ensemble_new(const struct facts *facts, const char *seen_from,
                              int64_t limit_us);
void ensemble_free(struct ensemble *ensemble);

/* The clock of a host, or NULL if none of its services told the time. */
const struct clock *ensemble_find(const struct ensemble *ensemble,
                                  const char *host);

#endif
