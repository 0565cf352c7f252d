/*
 * What to ask in a session once all sessions have told what they found.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_FOLLOW_UP_H
#define DAEMON_FOLLOW_UP_H

#include <stdbool.h>

#include "checks/facts.h"
#include "checks/settings.h"
#include "checks/tasks.h"

/* A follow-up in the making, and what it is made of; all is borrowed.  Only
   what a chosen check needs is asked for. */
struct follow_up {
    const struct facts *facts;
    const struct settings *settings;
    struct followup_task *task;
};


/* Ask for tickets for every name that a sender would ask for, and across
   trusts.  realms and kdcs are as in struct followup_task. */
void follow_up_tickets(const struct follow_up *follow_up,
                       const struct strings *realms,
                       const struct strings *kdcs);

/* Have the mail servers prove that they have their accounts' keys, if the
   configuration says so; those of which SMB is not known to be closed. */
void follow_up_smb(const struct follow_up *follow_up);

/*
 * Ask for the accounts that became known since: those of mail servers that
 * other sessions found, and the one that this host goes by.
 *
 * hosts, accounts  What the session was told to look for at first.
 */
void follow_up_accounts(const struct follow_up *follow_up,
                        const struct strings *hosts,
                        const struct strings *accounts);

/* Ask a DC what it has that others have not taken in. */
void follow_up_replication(const struct follow_up *follow_up,
                           const char *host);

/* Whether a task asks for nothing. */
bool follow_up_is_empty(const struct followup_task *task);

#endif
