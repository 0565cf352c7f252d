/*
 * Where in a directory a domain's accounts are.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_NAMING_H
#define DAEMON_NAMING_H

#include "checks/facts.h"

/*
 * The distinguished name below which to search.
 *
 * rootdse  What the server told of itself; NULL if nothing is known.
 * domain   The domain whose accounts are looked for, canonical.
 *
 * Returns the server's default naming context, else the one of its naming
 * contexts that the domain lies in, else its first, else the domain as
 * RFC 2247 writes it; for the caller to free().
 */
char *naming_base(const struct rootdse_fact *rootdse, const char *domain);

#endif
