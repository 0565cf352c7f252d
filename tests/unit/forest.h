/*
 * How domain controllers replicate, for tests of judges, a line each.
 *
 * A DC's objectGUID is "guid-HOST" and its invocationId "inv-HOST".
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_FOREST_H
#define TESTS_UNIT_FOREST_H

#include "tests/unit/estate.h"

#define DOMAIN_NC "DC=example,DC=com"
#define CONFIGURATION_NC "CN=Configuration,DC=example,DC=com"
#define SCHEMA_NC "CN=Schema,CN=Configuration,DC=example,DC=com"
#define ZONES_NC "DC=DomainDnsZones,DC=example,DC=com"


/* The directory service of a DC as another one, or itself, shows it; it holds
   the domain and the configuration. */
struct dsa_fact *forest_dsa(struct estate *estate, const char *seen_on,
                            const char *server, const char *site);

/* A site link between sites that spaces separate. */
struct site_link_fact *forest_link(struct estate *estate, const char *seen_on,
                                   const char *sites, int64_t cost,
                                   int minutes);

struct subnet_fact *forest_subnet(struct estate *estate, const char *seen_on,
                                  const char *subnet, const char *site);

void forest_netlogon(struct estate *estate, const char *dc, const char *site,
                     int64_t flags);

/* A DC's own place in replication; synchronized. */
struct directory_fact *forest_directory(struct estate *estate, const char *dc,
                                        const char *invocation, int64_t usn);

/* How far a DC has taken in what another wrote to a naming context. */
void forest_cursor(struct estate *estate, const char *dc, const char *nc,
                   const char *writer, int64_t usn);

/* A partner, last heard of so many microseconds since 1970. */
struct neighbor_fact *forest_neighbor(struct estate *estate, const char *dc,
                                      const char *nc, const char *source,
                                      int64_t success_us);

/* A USN beyond those of a test. */
enum { FOREST_USN = 1000000 };

/* Say who wrote one of the objects, the USN it gave, and when. */
void forest_origin(struct pending_fact *pending, const char *writer,
                   int64_t usn, int64_t changed_us);

/* What a source has that another DC has not: it wrote that itself. */
struct pending_fact *forest_pending(struct estate *estate, const char *source,
                                    const char *destination, const char *nc,
                                    int64_t count, int64_t changed_us);

/* A DC's USN, read at an earlier time. */
struct sample_fact *forest_sample(struct estate *estate, const char *dc,
                                  int64_t time_us, int64_t usn);

#endif
