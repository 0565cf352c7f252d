/*
 * Whether a mail server has the key of its own account: a ticket for that
 * account, put to its SMB service, which authenticates itself in return.
 *
 * A wrong key fails here as it does in SMTP; where this succeeds, the fault is
 * with the mail service or its connector.  Nothing is opened or written on
 * the server, and the session ends at once.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SMB_SESSION_H
#define CHECKS_PROBES_SMB_SESSION_H

#include "checks/probes/tickets.h"

/*
 * Try, and emit one smb_session_fact.  Takes at most twice the context's
 * time-out, besides what the ticket takes.
 *
 * host     Canonical; the ticket is for cifs/host, which Active Directory
 *          takes for an alias of HOST/host.
 * address  Numeric.
 * tickets  Which hold a ticket-granting ticket.
 */
void smb_session_try(const struct context_task *context, const char *host,
                     const char *address, struct tickets *tickets);

#endif
