/*
 * The forest's sites and how long a change waits on the way between two.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SITES_H
#define CHECKS_SITES_H

#include <stddef.h>
#include <stdint.h>

#include "checks/facts.h"

struct sites;

/*
 * Read the sites, site links and subnets.
 *
 * facts  Borrowed until sites_free().
 */
struct sites *sites_new(const struct facts *facts);
void sites_free(struct sites *sites);

/* How many sites are known. */
size_t sites_count(const struct sites *sites);

/*
 * The intervals of the site links on the cheapest path from one site to
 * another, together: 0 within a site.  A link whose changes are notified has
 * none.  Of paths that cost the same it is the slowest one's.
 *
 * Returns -1 where a site, or a path, is not known.
 */
int64_t sites_wait_us(const struct sites *sites, const char *from,
                      const char *to);

/* The site of a numeric address by the narrowest subnet that it lies in, or
   NULL. */
const char *sites_of_address(const struct sites *sites, const char *address);

#endif
