/*
 * Sites, the ways between domain controllers, and how long a change may take
 * on them.
 *
 * Several DCs tell of the same objects.  All that any of them tells counts,
 * and of two that contradict each other the first; but what a DC says of
 * itself comes before what others say of it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/map.h"
#include "checks/sites.h"
#include "checks/topology.h"

#define MINUTE_US INT64_C(60000000)

/* Notified after 15 s, at most three hops of a few seconds each: about a
   minute, and some for a busy DC. */
#define WITHIN_SITE_US (5 * MINUTE_US)

/* The default of replInterval. */
#define UNKNOWN_US (180 * MINUTE_US)

/* What counts where tombstoneLifetime is absent. */
#define TOMBSTONE_DEFAULT_US (60 * 24 * 60 * MINUTE_US)

/* Who said something: the lower, the rather it is believed. */
enum rank { RANK_OWN, RANK_OTHER, RANK_NETLOGON };

struct topology {
    const struct facts *facts;
    const struct settings *settings;
    struct sites *sites;
    struct map dc_sites;   /* by host */
    struct map read_only;  /* RODCs by host */
    struct map writers;    /* hosts by invocationId */
    struct map partners;   /* hosts by objectGUID */
    struct strings mail_sites;
};


/* Note what the configuration partition says of DCs. */
static void
read_dsas(struct topology *topology)
{
    FACTS_EACH(topology->facts, FACT_DSA, dsa_fact, dsa) {
        enum rank rank = strcmp(dsa->host, dsa->server) == 0 ? RANK_OWN
                                                             : RANK_OTHER;

        map_add(&topology->dc_sites, rank, dsa->server, dsa->site);
        map_add(&topology->writers, rank, dsa->invocation, dsa->server);
        map_add(&topology->partners, rank, dsa->guid, dsa->server);
        if (dsa->read_only)
            map_add(&topology->read_only, rank, dsa->server, dsa->server);
    }
    map_finish(&topology->partners);
}


/* Note what DCs say of themselves and of their partners. */
static void
read_directories(struct topology *topology)
{
    FACTS_EACH(topology->facts, FACT_DIRECTORY, directory_fact, directory)
        map_add(&topology->writers, RANK_OWN, directory->invocation,
                directory->host);
    FACTS_EACH(topology->facts, FACT_NEIGHBOR, neighbor_fact, neighbor) {
        const char *host = map_value(&topology->partners, neighbor->source);

        if (host)
            map_add(&topology->writers, RANK_OTHER, neighbor->invocation,
                    host);
    }
    FACTS_EACH(topology->facts, FACT_NETLOGON, netlogon_fact, netlogon) {
        const char *host = netlogon->dns_host_name;

        map_add(&topology->dc_sites, RANK_NETLOGON, host, netlogon->site);
        if (netlogon->flags & DS_RODC)
            map_add(&topology->read_only, RANK_NETLOGON, host, host);
    }
    map_finish(&topology->dc_sites);
    map_finish(&topology->read_only);
    map_finish(&topology->writers);
}


/* Whether some DC is in a site. */
static bool
has_dc(const struct topology *topology, const char *site)
{
    for (size_t i = 0; i < topology->dc_sites.count; i++)
        if (text_casecmp(topology->dc_sites.entries[i].value, site) == 0)
            return true;
    return false;
}


/* Collect the mail servers' sites; one without a DC is served by another
   site's, and which one is not known here. */
static void
find_mail_sites(struct topology *topology)
{
    const struct settings *settings = topology->settings;

    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct strings *addresses = &settings->mail[i]->addresses;

        for (size_t j = 0; j < addresses->count; j++) {
            const char *site
                = sites_of_address(topology->sites, addresses->items[j]);

            if (site && has_dc(topology, site))
                strings_add_unique(&topology->mail_sites, site);
        }
    }
}


struct topology *
topology_new(const struct facts *facts, const struct settings *settings)
{
    struct topology *topology = xcalloc(1, sizeof(*topology));

    topology->facts = facts;
    topology->settings = settings;
    topology->sites = sites_new(facts);
    read_dsas(topology);
    read_directories(topology);
    find_mail_sites(topology);
    return topology;
}


void
topology_free(struct topology *topology)
{
    if (!topology)
        return;
    sites_free(topology->sites);
    map_clear(&topology->dc_sites);
    map_clear(&topology->read_only);
    map_clear(&topology->writers);
    map_clear(&topology->partners);
    strings_clear(&topology->mail_sites);
    free(topology);
}


const char *
topology_site(const struct topology *topology, const char *dc)
{
    const char *site = map_value(&topology->dc_sites, dc);

    return site ? site : "";
}


bool
topology_serves_mail(const struct topology *topology, const char *dc)
{
    const char *site = topology_site(topology, dc);

    if (topology->mail_sites.count == 0 || sites_count(topology->sites) < 2)
        return true;
    for (size_t i = 0; i < topology->mail_sites.count; i++)
        if (text_casecmp(topology->mail_sites.items[i], site) == 0)
            return true;
    return false;
}


bool
topology_read_only(const struct topology *topology, const char *dc)
{
    return map_find(&topology->read_only, dc) != NULL;
}


const char *
topology_writer(const struct topology *topology, const char *invocation)
{
    return map_value(&topology->writers, invocation);
}


const char *
topology_partner(const struct topology *topology, const char *guid)
{
    return map_value(&topology->partners, guid);
}


int64_t
topology_tombstone_us(const struct topology *topology)
{
    FACTS_EACH(topology->facts, FACT_DIRECTORY, directory_fact, directory)
        if (directory->tombstone_us > 0)
            return directory->tombstone_us;
    return TOMBSTONE_DEFAULT_US;
}


/* What a change usually takes between two sites. */
static int64_t
usual_between(const struct topology *topology, const char *from,
              const char *to)
{
    int64_t wait_us = sites_wait_us(topology->sites, from, to);

    return wait_us < 0 ? UNKNOWN_US : WITHIN_SITE_US + wait_us;
}


/* The limits that go with what is usual, or the configured ones. */
static struct allowance
make_allowance(const struct topology *topology, int64_t usual_us)
{
    const struct settings_numbers *numbers = topology->settings->numbers;
    struct allowance allowance = {usual_us, 2 * usual_us, 4 * usual_us};

    if (numbers->replication_warn_us > 0) {
        allowance.usual_us = numbers->replication_warn_us / 2;
        allowance.warn_us = numbers->replication_warn_us;
        allowance.crit_us = 2 * numbers->replication_warn_us;
    }
    if (numbers->replication_crit_us > 0)
        allowance.crit_us = numbers->replication_crit_us;
    if (allowance.warn_us > allowance.crit_us) {
        allowance.warn_us = allowance.crit_us;
        allowance.usual_us = allowance.crit_us / 2;
    }
    return allowance;
}


struct allowance
topology_allowance(const struct topology *topology, const char *from,
                   const char *to)
{
    const char *start = topology_site(topology, from);
    const char *end = topology_site(topology, to);

    return make_allowance(topology, usual_between(topology, start, end));
}


/* Collect the sites of the settings' DCs, each once; "" for unknown. */
static void
collect_dc_sites(const struct topology *topology, struct strings *sites_out)
{
    const struct settings *settings = topology->settings;

    for (size_t i = 0; i < settings->dc_count; i++)
        strings_add_unique(sites_out,
                           topology_site(topology, settings->dcs[i]->host));
}


struct allowance
topology_longest(const struct topology *topology)
{
    struct strings sites = {NULL, 0};
    int64_t longest_us = WITHIN_SITE_US;

    collect_dc_sites(topology, &sites);
    for (size_t i = 0; i < sites.count; i++)
        for (size_t j = 0; j < sites.count; j++) {
            int64_t usual_us = usual_between(topology, sites.items[i],
                                             sites.items[j]);

            if (usual_us > longest_us)
                longest_us = usual_us;
        }
    strings_clear(&sites);
    return make_allowance(topology, longest_us);
}
