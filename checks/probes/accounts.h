/*
 * What a session asks of a directory, and what becomes of the entries.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_ACCOUNTS_H
#define CHECKS_PROBES_ACCOUNTS_H

#include "checks/probes/directory.h"
#include "checks/tasks.h"

/*
 * Ask a domain's directory for its Exchange servers, the holders of SPNs, and
 * the mail servers' accounts.  Emits an account_fact or exchange_fact for
 * each and a search_fact for each search.
 *
 * task                  What to ask for.
 * active_directory_out  Whether it is Active Directory, or behaves as such.
 *
 * Returns false if the connection was lost or hung on the way.
 */
bool accounts_search_domain(struct directory *directory,
                            const struct session_task *task,
                            bool *active_directory_out);

/*
 * Ask the same directory for the accounts that the follow-up names, likewise;
 * nothing at all if it names none.
 *
 * active_directory  As accounts_search_domain() found.
 */
bool accounts_search_more(struct directory *directory,
                          const struct session_task *task,
                          const struct followup_task *followup,
                          bool active_directory);

/* Ask a global catalog for the forest's holders of SPNs, likewise. */
void accounts_search_forest(struct directory *directory,
                            const struct session_task *task);

#endif
