/*
 * What KDCs say, for tests of the check tickets, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_KDC_ANSWERS_H
#define TESTS_UNIT_KDC_ANSWERS_H

#include "tests/unit/directory.h"

#define MONITOR "monitor@EXAMPLE.COM"
#define REALM "EXAMPLE.COM"
#define PARTNER "PARTNER.ORG"
#define PARTNER_DOMAIN "partner.org"
#define VITAL "SMTPSVC/" MX1    /* mail fails without it */
#define MINOR "SMTP/mx1"        /* and without this one it does not */


/* DC1 and DC2 with MX1 and all its SPNs, of which neither KDC was asked yet;
   the name of a KDC and of what it was asked makes a subject. */
struct estate *answers_new(void);

/* A KDC says to the monitoring account: a ticket of type AES256, or not. */
struct tgt_fact *answers_tgt(struct estate *estate, const char *kdc,
                             enum kdc_outcome outcome, int64_t error_code);

/* A KDC says of an SPN: a ticket of type AES256, or not. */
struct ticket_fact *answers_ticket(struct estate *estate, const char *kdc,
                                   const char *spn, enum kdc_outcome outcome,
                                   int64_t error_code);

/* A KDC gives a ticket-granting ticket, and one for each of MX1's SPNs but
   this one (NULL: for all). */
void answers_well(struct estate *estate, const char *kdc,
                  const char *but_not);

/* Judge with each KDC saying so of the vital SPN; all else is well. */
void answers_judged(struct estate *estate, enum kdc_outcome outcome1,
                    int64_t error1, enum kdc_outcome outcome2,
                    int64_t error2);

/* Two sites: DC1 and the mail server are in one, DC2 in the other. */
void answers_two_sites(struct estate *estate);

/* A trust as a DC shows it. */
struct trust_fact *answers_trust(struct estate *estate, const char *dc,
                                 int64_t direction, int64_t etypes);

/* Asked by a DC of ours, an issuer gives a ticket of this type for a target;
   0: it gives none. */
struct ticket_fact *answers_cross_realm(struct estate *estate, const char *kdc,
                                        const char *issuer,
                                        const char *target, int64_t etype);

#endif
