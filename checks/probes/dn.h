/*
 * Parts of distinguished names (RFC 4514).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_DN_H
#define CHECKS_PROBES_DN_H

#include <stddef.h>

/*
 * The value of a DN's component, unescaped: of "CN=dc1,CN=Servers,CN=Site" the
 * third, index 2, is "Site".
 *
 * Returns a string for the caller to free(), "" where there is none.  Like
 * anything from a directory it need not be printable.
 */
char *dn_value(const char *dn, size_t index);

/* What follows a DN's first component, a part of the same string; "" if
   nothing does. */
const char *dn_parent(const char *dn);

#endif
