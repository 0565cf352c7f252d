/*
 * How to let an account have AES keys.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>

#include "checks/etypes_advice.h"
#include "checks/kdc_reasons.h"
#include "checks/setspn.h"


const char *
etypes_account_name(const struct account_fact *account)
{
    return *account->sam_account_name ? account->sam_account_name
                                      : account->dn;
}


/* The cmdlet that changes an account of this kind. */
static const char *
cmdlet_for(const struct account_fact *account)
{
    if (account->managed)
        return "Set-ADServiceAccount";
    return account->computer ? "Set-ADComputer" : "Set-ADUser";
}


void
etypes_advise(const struct account_fact *account, struct finding *finding)
{
    const char *name = etypes_account_name(account);
    char *word = setspn_quote(name);

    finding_remedy(finding,
                   "in PowerShell on a domain member, as a domain "
                   "administrator: %s %s -KerberosEncryptionType "
                   "AES128,AES256 (msDS-SupportedEncryptionTypes 24, 0x18)",
                   cmdlet_for(account), word);
    finding_remedy(finding,
                   "with Samba: net ads enctypes set %s 24 -U Administrator",
                   word);
    /* A managed account's password changes by itself. */
    if (!account->managed)
        kdc_reason_advise_password(name, account->computer, finding);
    finding_remedy(finding,
                   "where a keytab is used, make it anew afterwards: net ads "
                   "keytab create, adcli update, or samba-tool domain "
                   "exportkeytab");
    free(word);
}
