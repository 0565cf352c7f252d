/*
 * How domain controllers replicate, for tests of judges, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/forest.h"


/* Set a member to two texts put together. */
static void
set_joined(char **member, const char *left, const char *right)
{
    char *text = xasprintf("%s%s", left, right);

    record_set(member, text);
    free(text);
}


struct dsa_fact *
forest_dsa(struct estate *estate, const char *seen_on, const char *server,
           const char *site)
{
    struct dsa_fact *fact = record_new(fact_types[FACT_DSA]);

    record_set(&fact->host, seen_on);
    record_set(&fact->server, server);
    record_set(&fact->site, site);
    set_joined(&fact->guid, "guid-", server);
    set_joined(&fact->invocation, "inv-", server);
    strings_add(&fact->ncs, DOMAIN_NC);
    strings_add(&fact->ncs, CONFIGURATION_NC);
    facts_add(estate->facts, FACT_DSA, fact, MON);
    return fact;
}


struct site_link_fact *
forest_link(struct estate *estate, const char *seen_on, const char *sites,
            int64_t cost, int minutes)
{
    struct site_link_fact *fact = record_new(fact_types[FACT_SITE_LINK]);

    record_set(&fact->host, seen_on);
    record_set(&fact->name, sites);
    fact->cost = cost;
    fact->interval_us = minutes * 60 * SECOND;
    while (*sites) {
        size_t length = strcspn(sites, " ");
        char *site = xstrndup(sites, length);

        strings_add(&fact->sites, site);
        free(site);
        sites += length + (sites[length] == ' ');
    }
    facts_add(estate->facts, FACT_SITE_LINK, fact, MON);
    return fact;
}


struct subnet_fact *
forest_subnet(struct estate *estate, const char *seen_on, const char *subnet,
              const char *site)
{
    struct subnet_fact *fact = record_new(fact_types[FACT_SUBNET]);

    record_set(&fact->host, seen_on);
    record_set(&fact->subnet, subnet);
    record_set(&fact->site, site);
    facts_add(estate->facts, FACT_SUBNET, fact, MON);
    return fact;
}


void
forest_netlogon(struct estate *estate, const char *dc, const char *site,
                int64_t flags)
{
    struct netlogon_fact *fact = record_new(fact_types[FACT_NETLOGON]);

    record_set(&fact->host, dc);
    record_set(&fact->dns_host_name, dc);
    record_set(&fact->site, site);
    fact->flags = flags;
    facts_add(estate->facts, FACT_NETLOGON, fact, MON);
}


struct directory_fact *
forest_directory(struct estate *estate, const char *dc,
                 const char *invocation, int64_t usn)
{
    struct directory_fact *fact = record_new(fact_types[FACT_DIRECTORY]);

    record_set(&fact->host, dc);
    record_set(&fact->invocation, invocation);
    fact->usn = usn;
    fact->synchronized = true;
    facts_add(estate->facts, FACT_DIRECTORY, fact, MON);
    return fact;
}


void
forest_cursor(struct estate *estate, const char *dc, const char *nc,
              const char *writer, int64_t usn)
{
    struct replica_fact *fact = record_new(fact_types[FACT_REPLICA]);
    char *cursor = xasprintf("inv-%s %" PRId64 " 0", writer, usn);

    record_set(&fact->host, dc);
    record_set(&fact->nc, nc);
    strings_add(&fact->cursors, cursor);
    facts_add(estate->facts, FACT_REPLICA, fact, MON);
    free(cursor);
}


struct neighbor_fact *
forest_neighbor(struct estate *estate, const char *dc, const char *nc,
                const char *source, int64_t success_us)
{
    struct neighbor_fact *fact = record_new(fact_types[FACT_NEIGHBOR]);

    record_set(&fact->host, dc);
    record_set(&fact->nc, nc);
    set_joined(&fact->source, "guid-", source);
    set_joined(&fact->invocation, "inv-", source);
    fact->success_us = fact->attempt_us = success_us;
    facts_add(estate->facts, FACT_NEIGHBOR, fact, MON);
    return fact;
}


void
forest_origin(struct pending_fact *pending, const char *writer, int64_t usn,
              int64_t changed_us)
{
    char *origin = xasprintf("inv-%s %" PRId64 " %" PRId64, writer, usn,
                             changed_us);

    strings_add(&pending->origins, origin);
    free(origin);
}


struct pending_fact *
forest_pending(struct estate *estate, const char *source,
               const char *destination, const char *nc, int64_t count,
               int64_t changed_us)
{
    struct pending_fact *fact = record_new(fact_types[FACT_PENDING]);

    record_set(&fact->host, source);
    record_set(&fact->destination, destination);
    record_set(&fact->nc, nc);
    fact->count = count;
    fact->changed_us = changed_us;
    if (count > 0)
        record_set(&fact->dn, "CN=MX1,CN=Computers," DOMAIN_NC);
    if (count > 0)
        forest_origin(fact, source, FOREST_USN, changed_us);
    fact->traced = count;
    facts_add(estate->facts, FACT_PENDING, fact, MON);
    return fact;
}


struct sample_fact *
forest_sample(struct estate *estate, const char *dc, int64_t time_us,
              int64_t usn)
{
    struct sample_fact *fact = record_new(fact_types[FACT_SAMPLE]);

    record_set(&fact->host, dc);
    set_joined(&fact->invocation, "inv-", dc);
    fact->base.time_us = time_us;
    fact->usn = usn;
    facts_add(estate->facts, FACT_SAMPLE, fact, MON);
    return fact;
}
