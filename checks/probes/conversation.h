/*
 * The messages by which a KDC is asked for one ticket: libkrb5 makes and
 * reads them, couriers carry them to the one KDC under test, and to those of
 * other realms that it sends us on to.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_CONVERSATION_H
#define CHECKS_PROBES_CONVERSATION_H

#include "checks/facts.h"
#include "checks/probes/courier.h"
#include "checks/probes/kerberos.h"

/* A realm's KDC. */
struct route {
    char *realm;
    char *host;
    struct courier courier;
};

/* What is borrowed outlives the conversation. */
struct conversation {
    const struct kerberos *kerberos;
    struct route *routes;         /* the KDC under test first */
    size_t route_count;
    krb5_init_creds_context as;   /* for a ticket-granting ticket, or */
    krb5_tkt_creds_context tgs;   /* for any other */
    const struct route *asked;    /* last; NULL before that */
    bool answered;                /* at least once */
    char *realm;                  /* of the last request, whether or not its
                                     KDC is known.  For conversation_clear() */
    enum transport transport;     /* of the last answer */
    int64_t error_code;           /* of the last KRB-ERROR; 0 without one */
    int64_t nt_status;            /* in its e-data; 0 without one */
};

/*
 * Ask until there is a ticket or an error.
 *
 * A refusal ends an AS exchange at once: where the KDC offers several kinds
 * of pre-authentication, libkrb5 would try a wrong password with each, and
 * each would count towards the account's lockout.  So does any error that is
 * known end a TGS exchange: libkrb5 would ask the same again.
 *
 * A referral is followed to the first KDC known of the other realm; libkrb5
 * goes to no realm twice, and to ten at most.  Once three KDCs of other realms
 * have not answered no further one is asked, in no conversation with the same
 * routes.  A ticket-granting ticket is asked of the KDC under test alone, and
 * pre-authentication is sent to it once.
 *
 * Returns KDC_OK, or why there is no ticket, with the reason in error; sets
 * realm, transport, error_code and nt_status.
 */
enum kdc_outcome conversation_hold(struct conversation *talk,
                                   struct error *error);

/* Free what a conversation has learned. */
void conversation_clear(struct conversation *talk);

#endif
