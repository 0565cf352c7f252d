/*
 * Parts of distinguished names (RFC 4514).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <ldap.h>

#include "base/memory.h"
#include "checks/probes/dn.h"


char *
dn_value(const char *dn, size_t index)
{
    LDAPDN parts = NULL;
    char *value = NULL;

    if (ldap_str2dn(dn, &parts, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
        for (size_t i = 0; parts && parts[i] && !value; i++)
            if (i == index && parts[i][0]
                && parts[i][0]->la_value.bv_len > 0)
                value = xstrndup(parts[i][0]->la_value.bv_val,
                                 parts[i][0]->la_value.bv_len);
    ldap_dnfree(parts);
    return value ? value : xstrdup("");
}


const char *
dn_parent(const char *dn)
{
    for (; *dn && *dn != ','; dn++)
        if (*dn == '\\' && dn[1])
            dn++;
    return *dn ? dn + 1 : dn;
}
