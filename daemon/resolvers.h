/*
 * This host's name servers, read from resolv.conf(5) without asking them.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_RESOLVERS_H
#define DAEMON_RESOLVERS_H

#include "base/memory.h"

/*
 * Read the numeric addresses of the "nameserver" lines, in their order.
 *
 * path           Normally /etc/resolv.conf.
 * addresses_out  Appended to; at most eight.  127.0.0.1 where the file has
 *                none or cannot be read, as the C library has it.
 */
void resolvers_read(const char *path, struct strings *addresses_out);

#endif
