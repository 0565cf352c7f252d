/*
 * Where in a directory a domain's accounts are.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/holders.h"
#include "daemon/naming.h"


/* How many characters of a domain's end a naming context stands for; 0 if it
   is another domain's or none's. */
static size_t
covered_length(const char *context, const char *domain)
{
    char *covered = dn_domain(context);
    size_t whole = strlen(domain), length = strlen(covered);

    if (length > whole || strcmp(domain + whole - length, covered) != 0
        || (length < whole && domain[whole - length - 1] != '.'))
        length = 0;
    free(covered);
    return length;
}


/* The naming context that a domain lies in, or the first.  OpenLDAP lists its
   databases as they are configured, and a journal's may come before that of
   the accounts (slapo-accesslog(5)). */
static const char *
best_context(const struct strings *contexts, const char *domain)
{
    const char *best = contexts->items[0];
    size_t best_length = covered_length(best, domain);

    for (size_t i = 1; i < contexts->count; i++) {
        const char *context = contexts->items[i];
        size_t length = covered_length(context, domain);

        if (length > best_length
            || (length && length == best_length
                && strlen(context) < strlen(best))) {
            best = context;
            best_length = length;
        }
    }
    return best;
}


/* A domain as RFC 2247 writes it, for the caller to free(). */
static char *
base_of_domain(const char *domain)
{
    char *base = xasprintf("DC=%.*s", (int)strcspn(domain, "."), domain);

    while ((domain = strchr(domain, '.'))) {
        char *longer;

        domain++;
        longer = xasprintf("%s,DC=%.*s", base, (int)strcspn(domain, "."),
                           domain);
        free(base);
        base = longer;
    }
    return base;
}


char *
naming_base(const struct rootdse_fact *rootdse, const char *domain)
{
    if (rootdse && *rootdse->default_nc)
        return xstrdup(rootdse->default_nc);
    if (rootdse && rootdse->naming_contexts.count > 0)
        return xstrdup(best_context(&rootdse->naming_contexts, domain));
    return base_of_domain(domain);
}
