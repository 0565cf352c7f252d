/*
 * The forest's sites and how long a change waits on the way between two.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checks/map.h"
#include "checks/sites.h"

#define MINUTE_US INT64_C(60000000)

/* What replInterval may be; DCs wait no less than the least, whatever it
   says. */
#define INTERVAL_LEAST_US (15 * MINUTE_US)
#define INTERVAL_MOST_US (10080 * MINUTE_US)

#define WAY_NONE INT64_MAX

enum { LINK_NOTIFIES = 1 };

/* A site link, its sites by their numbers. */
struct link {
    size_t *sites;
    size_t site_count;
    int64_t cost;
    int64_t interval_us;
};

/* The cheapest way from one site to another. */
struct way {
    int64_t cost;  /* WAY_NONE if there is none */
    int64_t interval_us;
    bool settled;
};

struct sites {
    const struct facts *facts;
    struct map names;   /* a site's number is its place here */
    struct link *links;
    size_t link_count;
    struct way **ways;  /* from each site to each; NULL: not worked out yet */
};


/* Number the sites, whoever names them. */
static void
number_sites(struct sites *sites)
{
    struct map *names = &sites->names;

    FACTS_EACH(sites->facts, FACT_DSA, dsa_fact, dsa)
        map_add(names, 0, dsa->site, dsa->site);
    FACTS_EACH(sites->facts, FACT_NETLOGON, netlogon_fact, netlogon)
        map_add(names, 0, netlogon->site, netlogon->site);
    FACTS_EACH(sites->facts, FACT_SITE_LINK, site_link_fact, link)
        for (size_t i = 0; i < link->sites.count; i++)
            map_add(names, 0, link->sites.items[i], link->sites.items[i]);
    FACTS_EACH(sites->facts, FACT_SUBNET, subnet_fact, subnet)
        map_add(names, 0, subnet->site, subnet->site);
    map_finish(names);
    sites->ways = xcalloc(names->count, sizeof(*sites->ways));
}


/* How long a change may wait at a link. */
static int64_t
link_interval(const struct site_link_fact *link)
{
    if (link->options & LINK_NOTIFIES)
        return 0;
    if (link->interval_us < INTERVAL_LEAST_US)
        return INTERVAL_LEAST_US;
    return link->interval_us < INTERVAL_MOST_US ? link->interval_us
                                                : INTERVAL_MOST_US;
}


/* Note the site links. */
static void
read_links(struct sites *sites)
{
    const struct map *names = &sites->names;

    FACTS_EACH(sites->facts, FACT_SITE_LINK, site_link_fact, fact) {
        struct link link = {
            .cost = fact->cost > 0 ? fact->cost : 1,
            .interval_us = link_interval(fact),
        };

        link.sites = xcalloc(fact->sites.count, sizeof(*link.sites));
        for (size_t i = 0; i < fact->sites.count; i++) {
            const struct map_entry *site
                = map_find(names, fact->sites.items[i]);

            if (site)
                link.sites[link.site_count++] = (size_t)(site
                                                         - names->entries);
        }
        sites->links = xrealloc(sites->links, sites->link_count + 1,
                                sizeof(*sites->links));
        sites->links[sites->link_count++] = link;
    }
}


struct sites *
sites_new(const struct facts *facts)
{
    struct sites *sites = xcalloc(1, sizeof(*sites));

    sites->facts = facts;
    number_sites(sites);
    read_links(sites);
    return sites;
}


void
sites_free(struct sites *sites)
{
    if (!sites)
        return;
    for (size_t i = 0; i < sites->names.count; i++)
        free(sites->ways[i]);
    for (size_t i = 0; i < sites->link_count; i++)
        free(sites->links[i].sites);
    free(sites->ways);
    free(sites->links);
    map_clear(&sites->names);
    free(sites);
}


/* Whether one way is to be followed before another: it is cheaper; or, of two
   that the DCs may choose from, the slower. */
static bool
way_is_before(const struct way *left, const struct way *right)
{
    if (left->cost != right->cost)
        return left->cost < right->cost;
    return left->interval_us > right->interval_us;
}


/* The site to follow next, not yet settled and reached; or the count. */
static size_t
next_site(const struct way *ways, size_t count)
{
    size_t next = count;

    for (size_t i = 0; i < count; i++)
        if (!ways[i].settled && ways[i].cost != WAY_NONE
            && (next == count || way_is_before(&ways[i], &ways[next])))
            next = i;
    return next;
}


/* Whether a link touches a site. */
static bool
link_touches(const struct link *link, size_t site)
{
    for (size_t i = 0; i < link->site_count; i++)
        if (link->sites[i] == site)
            return true;
    return false;
}


/* Go on from a site over a link. */
static void
follow_link(struct way *ways, size_t site, const struct link *link)
{
    const struct way reached = {
        .cost = ways[site].cost + link->cost,
        .interval_us = ways[site].interval_us + link->interval_us,
    };

    for (size_t i = 0; i < link->site_count; i++) {
        struct way *way = &ways[link->sites[i]];

        if (!way->settled && way_is_before(&reached, way))
            *way = reached;
    }
}


/* Work out the ways from one site to all others (Dijkstra).  A link is
   followed once, from the first of its sites that is reached: from another
   one it leads nowhere more cheaply. */
static struct way *
find_ways(const struct sites *sites, size_t from)
{
    size_t count = sites->names.count, site;
    struct way *ways = xcalloc(count, sizeof(*ways));
    bool *followed = xcalloc(sites->link_count, sizeof(*followed));

    for (size_t i = 0; i < count; i++)
        ways[i].cost = i == from ? 0 : WAY_NONE;
    while ((site = next_site(ways, count)) < count) {
        ways[site].settled = true;
        for (size_t i = 0; i < sites->link_count; i++) {
            if (followed[i] || !link_touches(&sites->links[i], site))
                continue;
            followed[i] = true;
            follow_link(ways, site, &sites->links[i]);
        }
    }
    free(followed);
    return ways;
}


size_t
sites_count(const struct sites *sites)
{
    return sites->names.count;
}


int64_t
sites_wait_us(const struct sites *sites, const char *from, const char *to)
{
    const struct map_entry *first = map_find(&sites->names, from);
    const struct map_entry *second = map_find(&sites->names, to);
    const struct way *way;
    size_t site;

    if (!first || !second)
        return -1;
    site = (size_t)(first - sites->names.entries);
    if (!sites->ways[site])
        sites->ways[site] = find_ways(sites, site);
    way = &sites->ways[site][second - sites->names.entries];
    return way->cost == WAY_NONE ? -1 : way->interval_us;
}


/* The bits of a numeric address; 0 if it is none. */
static unsigned
parse_address(const char *text, unsigned char bytes_out[16])
{
    if (inet_pton(AF_INET, text, bytes_out) == 1)
        return 32;
    return inet_pton(AF_INET6, text, bytes_out) == 1 ? 128 : 0;
}


/* The length of a subnet's prefix where an address lies in it; else -1. */
static long
match_subnet(const char *subnet, const char *address)
{
    unsigned char wanted[16] = {0}, base[16] = {0};
    const char *slash = strchr(subnet, '/');
    unsigned bits = parse_address(address, wanted);
    char *start, *end;
    long prefix, bytes;
    bool same;

    if (!slash || bits == 0)
        return -1;
    start = xstrndup(subnet, (size_t)(slash - subnet));
    same = parse_address(start, base) == bits;
    free(start);
    prefix = strtol(slash + 1, &end, 10);
    if (!same || end == slash + 1 || *end || prefix < 0
        || prefix > (long)bits)
        return -1;
    bytes = prefix / 8;
    same = memcmp(base, wanted, (size_t)bytes) == 0
           && (prefix % 8 == 0
               || (base[bytes] ^ wanted[bytes]) >> (8 - prefix % 8) == 0);
    return same ? prefix : -1;
}


const char *
sites_of_address(const struct sites *sites, const char *address)
{
    const char *site = NULL;
    long best = -1;

    FACTS_EACH(sites->facts, FACT_SUBNET, subnet_fact, subnet) {
        long prefix = match_subnet(subnet->subnet, address);

        if (prefix > best && *subnet->site) {
            best = prefix;
            site = subnet->site;
        }
    }
    return site;
}
