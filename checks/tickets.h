/*
 * The parts of the check tickets, one file each.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_TICKETS_H
#define CHECKS_TICKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/demands.h"
#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/holders.h"
#include "checks/settings.h"
#include "checks/topology.h"

/* A KDC among the targets. */
struct kdc {
    const char *host;
    bool serves_mail;  /* senders in a mail server's site use it */
    bool read_only;    /* an RODC, which has a krbtgt key of its own */
    bool judged;       /* by tickets_judge_tgts(); else a line says why not */
};

/* What the parts work on. */
struct tickets {
    const struct facts *facts;
    const struct settings *settings;
    struct findings *findings;
    struct holders *holders;
    struct demands *demands;
    struct topology *topology;
    struct kdc *kdcs;
    size_t kdc_count;
    const struct ticket_fact **answers;  /* sorted; see tickets_find() */
    size_t answer_count;
};

/* A ticket that a KDC gave. */
struct sealed {
    const struct kdc *kdc;
    const char *name;                    /* the SPN that it is for */
    int64_t etype;                       /* of the key that seals it */
    const struct fact *base;
    const char *detail;                  /* what the probe says of it */
    const struct account_fact *account;  /* whose key that is; NULL: krbtgt's,
                                            or not known */
    bool apart;  /* the key is another than that of the others' tickets */
};


/*
 * What came of asking a KDC for a service's ticket: of several facts one with
 * an answer, then the latest.  NULL if it was not asked.
 */
const struct ticket_fact *tickets_find(const struct tickets *tickets,
                                       const char *host, const char *spn);

/* Whether the other of two facts on the same question tells more: it has an
   answer and this one has none, or else it is the later one. */
bool tickets_tells_more(int other_outcome, const struct fact *other,
                        int outcome, const struct fact *fact);

/* Whether a KDC's silence is told by its ports: the host that asked found none
   of them open. */
bool tickets_port_is_blamed(const struct tickets *tickets, const char *host,
                            const char *seen_from);

/*
 * How bad it is that a KDC gives no ticket.
 *
 * everywhere  No KDC that was asked gives one.
 * vital       Mail fails without it.
 */
enum status tickets_status(const struct kdc *kdc, bool everywhere, bool vital);

/* The subject of a KDC's findings, for the caller to free(). */
char *tickets_subject(const struct kdc *kdc, const char *principal);

/* Say that a code was judged of what is there, or was left undecided, so that
   what forgets the rest does not heal it. */
void tickets_mark(const struct tickets *tickets, const char *code,
                  const char *subject, bool decided);

/* How far a KDC's clock is off: "; its clock is 7 min ahead of this host's",
   or "" if it was not measured.  For the caller to free(). */
char *tickets_clock_words(const struct tickets *tickets, const char *host);

/* Advise by where the fault of a refusal lies, unless the account's state is
   it, which is for kdc_reason_advise(). */
void tickets_advise_blame(const struct tickets *tickets,
                          const struct kdc *kdc, int blame,
                          struct finding *finding);


/* TGT_FAILED, and TICKET_ETYPE of krbtgt's key.  Returns whether anybody is
   known to have asked: what a KDC left open is marked as undecided. */
bool tickets_judge_tgts(const struct tickets *tickets);

/* The mail servers' SPNs: TICKET_SPN_UNKNOWN, TICKET_SPN_NOT_UNIQUE,
   TICKET_FAILED, TICKET_ETYPE.  What a KDC left open is undecided. */
void tickets_judge_services(const struct tickets *tickets);

/*
 * TICKET_ETYPE of tickets for one SPN from several KDCs: each that is sealed
 * with a weak type, and each whose type is weaker than that of others.
 */
void tickets_judge_sealed(const struct tickets *tickets,
                          const struct sealed *sealed, size_t count);

/* TICKET_ETYPE of a ticket that a KDC could make with no type at all. */
void tickets_report_no_etype(const struct tickets *tickets,
                             const struct kdc *kdc,
                             const struct demand *demand,
                             const struct ticket_fact *fact,
                             const struct account_fact *account,
                             bool everywhere);

#endif
