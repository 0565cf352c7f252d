/*
 * Domain controllers that only the configuration partition knows.
 *
 * Those of branch offices and read-only ones may register no records of the
 * domain and are as good as any other.  But where one of them is not to be
 * found either, it may be what is left of a domain controller that was taken
 * away without clearing up after it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <string.h>

#include "checks/reach.h"


/* The object by which the configuration partition has a host as a DC, or
   NULL. */
static const struct dsa_fact *
find_dsa(const struct reach *reach, const char *host)
{
    FACTS_EACH(reach->facts, FACT_DSA, dsa_fact, dsa)
        if (strcmp(dsa->server, host) == 0)
            return dsa;
    return NULL;
}


/* Whether an SRV record leads to a host. */
static bool
has_record(const struct reach *reach, const char *host)
{
    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns) {
        if (strcmp(dns->kind, "SRV") != 0)
            continue;
        for (size_t i = 0; i < dns->records.count; i++) {
            const char *target = strrchr(dns->records.items[i], ' ');

            if (target && strcmp(target + 1, host) == 0)
                return true;
        }
    }
    return false;
}


bool
reach_only_in_topology(const struct reach *reach, const char *host)
{
    const struct target_dc *dc = settings_find_dc(reach->settings, host);

    return dc && !dc->configured && find_dsa(reach, host)
           && !has_record(reach, host);
}


bool
reach_topology_settled(const struct reach *reach)
{
    const struct settings_numbers *numbers = reach->settings->numbers;

    if (!numbers->discovered_dcs || !numbers->credentials)
        return true;
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (search->purpose == SEARCH_TOPOLOGY
            && search->outcome != SEARCH_FAILED
            && search->outcome != SEARCH_TIMED_OUT)
            return true;
    return false;
}


void
reach_tell_topology(const struct reach *reach, const char *host,
                    struct finding *finding)
{
    const struct dsa_fact *dsa = find_dsa(reach, host);
    const char *server = strchr(dsa->dn, ',');

    finding_evidence(finding, "ldap", dsa->host, dsa->base.time_us,
                     "the configuration partition has it as a domain "
                     "controller in the site %s: %s, seen from %s",
                     dsa->site, dsa->dn, dsa->base.seen_from);
    finding_remedy(finding,
                   "if it is gone for good, on another domain controller: "
                   "ntdsutil \"metadata cleanup\" \"remove selected server "
                   "%s\", or delete its computer object in Active Directory "
                   "Users and Computers; with Samba: samba-tool domain demote "
                   "--remove-other-dead-server=%.*s",
                   server ? server + 1 : dsa->dn, (int)strcspn(host, "."),
                   host);
}
