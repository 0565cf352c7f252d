/*
 * What KDCs say to an SPN, and the findings on those that give no ticket.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_TICKETS_REPORT_H
#define CHECKS_TICKETS_REPORT_H

#include "checks/spn_word.h"
#include "checks/tickets.h"

enum verdict {
    VERDICT_NONE,       /* nothing that can be judged is known */
    VERDICT_GRANTED,
    VERDICT_UNKNOWN,
    VERDICT_AMBIGUOUS,
    VERDICT_NO_ETYPE,
    VERDICT_FAILED,
};

/* What one KDC says to one SPN. */
struct answer {
    const struct kdc *kdc;
    const struct ticket_fact *fact;  /* NULL: it was not asked */
    struct spn_word word;            /* the directory's */
    enum verdict verdict;
};

/* One SPN, and what all KDCs say. */
struct inquiry {
    const struct tickets *tickets;
    const struct demand *demand;
    struct answer *answers;  /* by KDC */
    size_t granted, refused;
};


/* Whether a KDC sent on to another realm, where no ticket was to be had. */
bool tickets_are_lost_abroad(const struct tickets *tickets,
                             const struct ticket_fact *fact);

/*
 * The account that a ticket is for, as a KDC's own directory shows it, or else
 * another's; NULL if it is not known.  A global catalog does not have what
 * matters of it.
 */
const struct account_fact *tickets_account_for(const struct inquiry *inquiry,
                                               const struct answer *answer);

/* Report what one KDC says, unless it gives the ticket. */
void tickets_report(const struct inquiry *inquiry,
                    const struct answer *answer);

#endif
