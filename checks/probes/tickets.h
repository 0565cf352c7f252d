/*
 * Tickets from one named KDC, for one LDAP server.  Hides libkrb5.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_TICKETS_H
#define CHECKS_PROBES_TICKETS_H

#include "checks/facts.h"
#include "checks/tasks.h"

struct tickets;

/*
 * Prepare to ask.  Never fails: what goes wrong comes with the first ticket.
 *
 * context, task  Borrowed until tickets_free().
 */
struct tickets *tickets_new(const struct context_task *context,
                            const struct session_task *task);

/* Destroy the tickets.  Accepts NULL. */
void tickets_free(struct tickets *tickets);

/*
 * Get a ticket-granting ticket: with the keytab's key, by an AS exchange with
 * the task's KDC and no other, or from the credential cache.  A password that
 * is refused is not tried a second time.
 *
 * Returns what came of it, for the caller to record_free().
 */
struct tgt_fact *tickets_get_tgt(struct tickets *tickets);

/*
 * Get a ticket for ldap/host from the same KDC, after the ticket-granting
 * ticket, by a TGS exchange.
 *
 * Fails with the KDC's reason.
 */
bool tickets_get_service(struct tickets *tickets, struct error *error);

/* The MIT name of the cache in memory that holds the tickets. */
const char *tickets_cache(const struct tickets *tickets);

#endif
