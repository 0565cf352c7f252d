/*
 * Sites, the ways between domain controllers, and how long a change may take
 * on them.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_TOPOLOGY_H
#define CHECKS_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/facts.h"
#include "checks/settings.h"

struct topology;

/* How long a change may take from one DC to another. */
struct allowance {
    int64_t usual_us;  /* what is no fault at all */
    int64_t warn_us;   /* WARNING beyond: twice that, or as configured */
    int64_t crit_us;   /* CRITICAL beyond: four times, or as configured */
};

/*
 * Read the topology facts.
 *
 * facts, settings  Borrowed until topology_free().
 *
 * Never fails: what was not seen is unknown.
 */
struct topology *topology_new(const struct facts *facts,
                              const struct settings *settings);
void topology_free(struct topology *topology);

/* The site of a DC, by the configuration partition or else by its netlogon
   answer; "" if it is not known. */
const char *topology_site(const struct topology *topology, const char *dc);

/*
 * Whether senders in a mail server's site would use this DC: it is in the site
 * of some mail server's address, or no mail server's site is known, or there
 * is but one site.
 */
bool topology_serves_mail(const struct topology *topology, const char *dc);

/* Whether a DC is an RODC: by its object or its netlogon flags. */
bool topology_read_only(const struct topology *topology, const char *dc);

/*
 * What a change may take from one DC to another: within a site some minutes,
 * between sites the intervals of the links on the cheapest path besides
 * (JUDGEMENT: WARNING at twice, CRITICAL at four times); checks.replication's
 * limits override both.  Two DCs whose sites or links are not known get the
 * default link's 180 minutes.
 */
struct allowance topology_allowance(const struct topology *topology,
                                    const char *from, const char *to);

/* What a change may take from anywhere to anywhere among the settings' DCs:
   the longest of all. */
struct allowance topology_longest(const struct topology *topology);

/* The forest's tombstone lifetime, or its default of 60 days. */
int64_t topology_tombstone_us(const struct topology *topology);

/* The host of the DC with an invocationId, or with the objectGUID of its NTDS
   Settings; NULL if there is none. */
const char *topology_writer(const struct topology *topology,
                            const char *invocation);
const char *topology_partner(const struct topology *topology,
                             const char *guid);

#endif
