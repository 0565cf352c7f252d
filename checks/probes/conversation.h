/*
 * The messages by which a KDC is asked for one ticket: libkrb5 makes and
 * reads them, a courier carries them to the one KDC under test.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_CONVERSATION_H
#define CHECKS_PROBES_CONVERSATION_H

#include "checks/facts.h"
#include "checks/probes/courier.h"
#include "checks/probes/kerberos.h"

/* What is borrowed outlives the conversation. */
struct conversation {
    const struct kerberos *kerberos;
    struct courier *courier;
    const char *realm;            /* whose KDC it is */
    krb5_init_creds_context as;   /* for a ticket-granting ticket, or */
    krb5_tkt_creds_context tgs;   /* for any other */
    int64_t error_code;           /* of the last KRB-ERROR; 0 without one */
    const char *status;           /* what it says of the account, or NULL */
};

/*
 * Ask until there is a ticket or an error.
 *
 * A refusal ends an AS exchange at once: where the KDC offers several kinds
 * of pre-authentication, libkrb5 would try a wrong password with each, and
 * each would count towards the account's lockout.
 *
 * Returns KDC_OK, or why there is no ticket, with the reason in error; sets
 * error_code and status.
 */
enum kdc_outcome conversation_hold(struct conversation *talk,
                                   struct error *error);

#endif
