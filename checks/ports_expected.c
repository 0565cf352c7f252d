/*
 * Which ports a domain controller should have open.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <string.h>

#include "checks/ports.h"


int64_t
port_of_dc(const struct target_dc *dc, int64_t standard)
{
    switch (standard) {
    case 88:
        return dc->kerberos;
    case 123:
        return dc->ntp;
    case 389:
        return dc->ldap;
    case 445:
        return dc->smb;
    case 464:
        return dc->kpasswd;
    case 636:
        return dc->ldap ? standard : 0;
    case 3268:
        return dc->gc;
    case 3269:
        return dc->gc ? standard : 0;
    default:
        return standard;
    }
}


/* What a DC says of itself in its netlogon answer, or NULL. */
static const struct netlogon_fact *
find_netlogon(const struct facts *facts, const char *host)
{
    FACTS_EACH(facts, FACT_NETLOGON, netlogon_fact, fact)
        if (strcmp(fact->host, host) == 0)
            return fact;
    return NULL;
}


/* What a DC says of itself in its rootDSE, or NULL. */
static const struct rootdse_fact *
find_rootdse(const struct facts *facts, const char *host)
{
    FACTS_EACH(facts, FACT_ROOTDSE, rootdse_fact, fact)
        if (strcmp(fact->host, host) == 0)
            return fact;
    return NULL;
}


/* Whether records of a kind name a host as their target; "name" is a part of
   the name they belong to. */
static bool
named_in_dns(const struct facts *facts, const char *kind, const char *name,
             const char *host)
{
    FACTS_EACH(facts, FACT_DNS, dns_fact, fact) {
        if (strcmp(fact->kind, kind) != 0 || !strstr(fact->name, name))
            continue;
        for (size_t i = 0; i < fact->records.count; i++) {
            const char *record = fact->records.items[i];
            const char *space = strrchr(record, ' ');

            if (strcmp(space ? space + 1 : record, host) == 0)
                return true;
        }
    }
    return false;
}


bool
port_active_directory(const struct facts *facts, const struct target_dc *dc)
{
    const struct rootdse_fact *rootdse = find_rootdse(facts, dc->host);

    if (find_netlogon(facts, dc->host))
        return true;
    if (rootdse)
        return rootdse->active_directory;
    return named_in_dns(facts, "SRV", ".dc._msdcs.", dc->host);
}


bool
port_expected(const struct facts *facts, const struct target_dc *dc,
              int64_t standard, enum transport transport)
{
    const struct netlogon_fact *netlogon = find_netlogon(facts, dc->host);
    const struct rootdse_fact *rootdse = find_rootdse(facts, dc->host);

    if (port_of_dc(dc, standard) == 0)
        return false;
    switch (standard) {
    case 53:
        return named_in_dns(facts, "NS", "", dc->host);
    case 123:
        return !netlogon || netlogon->flags & DS_TIMESERV;
    case 135:
    case 445:
        return port_active_directory(facts, dc);
    case 389:
        return transport == TRANSPORT_TCP || port_active_directory(facts, dc);
    case 3268:
    case 3269:
        return port_active_directory(facts, dc)
               && ((netlogon && netlogon->flags & DS_GC)
                   || (rootdse && rootdse->gc_ready));
    default:
        return true;
    }
}
