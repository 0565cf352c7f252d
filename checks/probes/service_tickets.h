/*
 * The service tickets and cross-realm tickets that a follow-up asks for.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SERVICE_TICKETS_H
#define CHECKS_PROBES_SERVICE_TICKETS_H

#include "checks/probes/tickets.h"

/*
 * Ask for a ticket of each of the follow-up's SPNs, and for cross-realm
 * tickets of its realms: one for the other realm from the task's KDC, and
 * with it one for our realm from a KDC of the other.  What may be used in the
 * other direction cannot be asked without the first.
 *
 * Emits a ticket_fact for each.
 *
 * tickets  Which hold a ticket-granting ticket.
 */
void service_tickets_ask(struct tickets *tickets,
                         const struct followup_task *followup);

#endif
