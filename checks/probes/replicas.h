/*
 * How far a DC has taken in what others wrote, and who gives it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_REPLICAS_H
#define CHECKS_PROBES_REPLICAS_H

#include <stdbool.h>

#include "checks/probes/directory.h"
#include "checks/tasks.h"

/*
 * Ask a DC for its own place in replication, and for its vector and partners
 * in each naming context that it holds.  Emits a directory_fact, then for
 * each naming context a replica_fact, neighbor_facts, and a search_fact with
 * the purpose SEARCH_REPLICAS and the naming context as its base.  Where not
 * even the rootDSE could be read, one such search_fact with the base "" says
 * so.
 *
 * Returns false if the connection was lost or hung on the way.
 */
bool replicas_search(struct directory *directory,
                     const struct session_task *task);

/*
 * Ask whether the DC holds anything beyond what others have taken in from it.
 * Emits for each of the follow-up's "pending" a pending_fact and a search_fact
 * with the purpose SEARCH_PENDING.
 *
 * Returns false if the connection was lost or hung on the way.
 */
bool pending_search(struct directory *directory,
                    const struct session_task *task,
                    const struct followup_task *followup);

#endif
