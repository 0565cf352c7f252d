/*
 * The forest as a directory's configuration partition describes it: domains,
 * DCs, site links, subnets; and the trusts of its domain.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_TOPOLOGY_H
#define CHECKS_PROBES_TOPOLOGY_H

#include <stdbool.h>

#include "checks/probes/directory.h"
#include "checks/tasks.h"

/*
 * Ask for the domains, DCs, site links and subnets of the forest, and for the
 * trusts of the domain.  Emits a fact for each, and a search_fact with the
 * purpose SEARCH_TOPOLOGY and one with SEARCH_TRUSTS.  Nothing of a trust's
 * secrets is asked for.  A forest with more DCs than can be kept is a search
 * that has failed, after facts about as many as could.
 *
 * task  Its configuration "" stands for no topology, its base "" for no
 *       trusts.
 *
 * Returns false if the connection was lost or hung on the way.
 */
bool topology_search(struct directory *directory,
                     const struct session_task *task);

#endif
