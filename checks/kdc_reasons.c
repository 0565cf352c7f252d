/*
 * Why a KDC gives no ticket, in words, and which commands mend it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "checks/kdc_reasons.h"
#include "checks/setspn.h"

/* What Windows and Samba say of an account in e-data (MS-KILE 2.2.1). */
static const struct kdc_reason statuses[] = {
    {0xc0000064, BLAME_ACCOUNT, "it knows no such account", NULL, NULL, false},
    {0xc000006a, BLAME_SECRET, "the key that was used is not the account's",
     NULL, NULL, false},
    {0xc000006e, BLAME_ACCOUNT, "a restriction of the account forbids it",
     NULL, NULL, false},
    {0xc000006f, BLAME_ACCOUNT, "the account may not log on at this hour",
     NULL, NULL, false},
    {0xc0000070, BLAME_ACCOUNT, "the account may not log on from this host",
     NULL, NULL, false},
    {0xc0000071, BLAME_ACCOUNT, "the account's password has expired",
     NULL, NULL, true},
    {0xc0000072, BLAME_ACCOUNT, "the account is disabled",
     "Enable-ADAccount", "samba-tool user enable", false},
    {0xc0000133, BLAME_CLOCK, "its clock and this host's are too far apart",
     NULL, NULL, false},
    {0xc0000193, BLAME_ACCOUNT, "the account has expired",
     "Clear-ADAccountExpiration", "samba-tool user setexpiry --noexpiry",
     false},
    {0xc0000224, BLAME_ACCOUNT, "the account's password must be changed",
     NULL, NULL, true},
    {0xc0000234, BLAME_ACCOUNT, "the account is locked after wrong passwords",
     "Unlock-ADAccount", "samba-tool user unlock", false},
};

static const struct kdc_reason errors[] = {
    {1, BLAME_ACCOUNT, "the account has expired",
     "Clear-ADAccountExpiration", "samba-tool user setexpiry --noexpiry",
     false},
    {2, BLAME_ACCOUNT, "the service's account has expired",
     "Clear-ADAccountExpiration", "samba-tool user setexpiry --noexpiry",
     false},
    {6, BLAME_ACCOUNT, "it knows no such account", NULL, NULL, false},
    {9, BLAME_ACCOUNT, "the account has no key", NULL, NULL, true},
    {12, BLAME_ACCOUNT, "a policy of the account forbids it",
     NULL, NULL, false},
    {14, BLAME_ACCOUNT,
     "the account and this host have no encryption type in common",
     NULL, NULL, true},
    {18, BLAME_ACCOUNT, "the account is disabled, locked or expired",
     NULL, NULL, false},
    {19, BLAME_ACCOUNT,
     "the service's account is disabled, locked or expired",
     NULL, NULL, false},
    {20, BLAME_KDC, "the ticket that was shown has been revoked",
     NULL, NULL, false},
    {23, BLAME_ACCOUNT,
     "the account's password has expired or must be changed",
     NULL, NULL, true},
    {24, BLAME_SECRET, "the key that was used is not the account's",
     NULL, NULL, false},
    {25, BLAME_KDC, "it wants a pre-authentication that this host cannot give",
     NULL, NULL, false},
    {26, BLAME_KDC,
     "the ticket that was shown is none for the name that is asked for",
     NULL, NULL, false},
    {27, BLAME_ACCOUNT,
     "the account takes tickets from user to user alone, as one without a "
     "principal name of its own does", NULL, NULL, false},
    {29, BLAME_KDC, "the KDC is up, and its database is not",
     NULL, NULL, false},
    {31, BLAME_SECRET, "the key that was used is not the account's",
     NULL, NULL, false},
    {32, BLAME_CLOCK, "the ticket that was shown has expired",
     NULL, NULL, false},
    {33, BLAME_CLOCK, "the ticket that was shown is not valid yet",
     NULL, NULL, false},
    {37, BLAME_CLOCK, "its clock and this host's are too far apart",
     NULL, NULL, false},
    {41, BLAME_KDC,
     "it cannot read the ticket that was shown, made with another key",
     NULL, NULL, false},
    {52, BLAME_NETWORK,
     "the answer is too big for UDP, as it is for an account in many groups, "
     "and over TCP none came", NULL, NULL, false},
    {60, BLAME_KDC, "it gives no better reason than its log has",
     NULL, NULL, false},
    {68, BLAME_ACCOUNT, "the account belongs to another realm",
     NULL, NULL, false},
};


/* Look a code up in a table, or NULL. */
static const struct kdc_reason *
look_up(const struct kdc_reason *reasons, size_t count, int64_t code)
{
    for (size_t i = 0; i < count; i++)
        if (reasons[i].code == code)
            return &reasons[i];
    return NULL;
}


const struct kdc_reason *
kdc_reason_find(int64_t error_code, int64_t nt_status)
{
    const struct kdc_reason *reason
        = look_up(statuses, sizeof(statuses) / sizeof(*statuses), nt_status);

    return reason ? reason
                  : look_up(errors, sizeof(errors) / sizeof(*errors),
                            error_code);
}


void
kdc_reason_advise_password(const char *account, bool computer,
                           struct finding *finding)
{
    char *word = setspn_quote(account);

    if (computer) {
        finding_remedy(finding,
                       "give %s a new password from that computer itself, in "
                       "PowerShell as administrator: "
                       "Reset-ComputerMachinePassword; under Linux: adcli "
                       "update --computer-password-lifetime=0, or net ads "
                       "changetrustpw", word);
    } else {
        finding_remedy(finding,
                       "in PowerShell on a domain member, as a domain "
                       "administrator: Set-ADAccountPassword -Reset %s", word);
        finding_remedy(finding,
                       "with Samba, on a domain controller: samba-tool user "
                       "setpassword %s", word);
    }
    free(word);
}


/* Whether an account's name is that of a computer: it ends in "$". */
static bool
is_computer(const char *account)
{
    size_t length = strlen(account);

    return length > 0 && account[length - 1] == '$';
}


void
kdc_reason_advise(const struct kdc_reason *reason, const char *account,
                  struct finding *finding)
{
    char *word;

    if (reason && reason->new_password)
        kdc_reason_advise_password(account, is_computer(account), finding);
    if (!reason || !reason->windows)
        return;
    word = setspn_quote(account);
    finding_remedy(finding,
                   "in PowerShell on a domain member, as a domain "
                   "administrator: %s %s", reason->windows, word);
    finding_remedy(finding, "with Samba, on a domain controller: %s %s",
                   reason->samba, word);
    free(word);
}
