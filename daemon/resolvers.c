/*
 * This host's name servers, read from resolv.conf(5).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/resolvers.h"

enum { RESOLVERS_MOST = 8 };


/* Whether a text is an address that a socket can be connected to; a scope as
   in fe80::1%eth0 is the kernel's to judge. */
static bool
is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char plain[INET6_ADDRSTRLEN];

    snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(text, "%"), text);
    return inet_pton(AF_INET, plain, bytes) == 1
           || inet_pton(AF_INET6, plain, bytes) == 1;
}


void
resolvers_read(const char *path, struct strings *addresses)
{
    FILE *file = fopen(path, "re");
    char line[512], address[256];

    while (file && addresses->count < RESOLVERS_MOST
           && fgets(line, sizeof(line), file))
        if (sscanf(line, " nameserver %255s", address) == 1
            && is_address(address))
            strings_add_unique(addresses, address);
    if (file)
        fclose(file);
    if (addresses->count == 0)
        strings_add(addresses, "127.0.0.1");
}
