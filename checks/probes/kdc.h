/*
 * A KDC's clock from the KRB-ERROR it sends for a request it must refuse
 * (RFC 4120 section 5.9.1).  Needs no credentials.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_KDC_H
#define CHECKS_PROBES_KDC_H

#include "base/error.h"
#include "checks/probes/offset.h"
#include "checks/tasks.h"

/*
 * Whom to ask for a ticket as.
 *
 * The configured principal; without one the account of the KDC's own host, as
 * Active Directory names it ("DC1$").  On a domain controller that exists,
 * and asking for it is answered "pre-authentication required", which counts
 * as no failure; another KDC knows it not, and says so with its time.
 *
 * Returns a string for the caller to free().
 */
char *kdc_principal(const struct context_task *context,
                    const struct packet_task *task);

/*
 * Read a KDC's message without its TCP prefix.
 *
 * bytes, length  May be anything.
 * reading_out    stime; not known from an AS-REP, which shows no clock.
 * code_out       The error's code (RFC 4120 section 7.5.9); 0 for an AS-REP.
 *
 * Fails when it is neither a KRB-ERROR nor an AS-REP.
 */
bool kdc_read(const uint8_t *bytes, size_t length, struct reading *reading_out,
              unsigned int *code_out, struct error *error);

#endif
