/*
 * Tickets from one named KDC, kept in a cache in memory.  Hides libkrb5.
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

/* Whether there is a ticket-granting ticket, and so any use in asking on. */
bool tickets_granted(const struct tickets *tickets);

/*
 * Name a KDC of another realm, to which a referral is followed.  Of several
 * of a realm the first counts.
 *
 * address  Numeric.
 */
void tickets_add_kdc(struct tickets *tickets, const char *realm,
                     const char *host, const char *address, int64_t port);

/*
 * Ask for a service's ticket by a TGS exchange: the task's KDC, and where it
 * sends us on, those of other realms.
 *
 * spn    The service, as in "SMTPSVC/ex1.corp.example.com".
 * realm  Whose KDC to ask.  If it is not the task's: with a cross-realm
 *        ticket that is in the cache, and nothing goes into it.
 *
 * Returns what came of it, for the caller to record_free().
 */
struct ticket_fact *tickets_ask(struct tickets *tickets, const char *spn,
                                const char *realm);

/*
 * Get a service's ticket of the task's realm into the cache, unless it is
 * there; a referral is followed as by tickets_ask().
 *
 * Fails with the KDC's reason.
 */
bool tickets_get(struct tickets *tickets, const char *spn,
                 struct error *error);

/* The realm that the tickets are of. */
const char *tickets_realm(const struct tickets *tickets);

/* The MIT name of the cache in memory that holds the tickets; NULL before
   tickets_get_tgt(). */
const char *tickets_cache(const struct tickets *tickets);

#endif
