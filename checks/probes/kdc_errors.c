/*
 * What a KDC's error codes mean for whoever asked it for a ticket.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/probes/kdc_errors.h"
#include "checks/probes/wire.h"

/* The upper four bits of a status that is an error. */
enum { ERROR_SEVERITY = 0xc };

static const struct kdc_error errors[] = {
    {6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", KDC_UNKNOWN,
     "it knows no account of that name: check the spelling, and whether a new"
     " account has been replicated to it"},
    {7, "KDC_ERR_S_PRINCIPAL_UNKNOWN", KDC_UNKNOWN,
     "no account holds that service principal name, or several do: look with"
     " setspn -Q"},
    {8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE", KDC_UNKNOWN,
     "several accounts hold that name: find them with setspn -X, and take it"
     " from all but one with setspn -D"},
    {9, "KDC_ERR_NULL_KEY", KDC_FAILED,
     "the account has no key: set its password"},
    {12, "KDC_ERR_POLICY", KDC_REFUSED,
     "logon hours or another restriction of the account forbid it"},
    {14, "KDC_ERR_ETYPE_NOSUPP", KDC_FAILED,
     "there is no encryption type that the account, the KDC and this host all"
     " have: set the account's password anew, which makes AES keys, or its"
     " msDS-SupportedEncryptionTypes"},
    {18, "KDC_ERR_CLIENT_REVOKED", KDC_REFUSED,
     "the account is disabled, locked or expired: see its userAccountControl,"
     " lockoutTime and accountExpires"},
    {23, "KDC_ERR_KEY_EXPIRED", KDC_REFUSED,
     "the password has expired or must be changed: set a new one, and export"
     " the keytab anew"},
    {24, "KDC_ERR_PREAUTH_FAILED", KDC_REFUSED,
     "the key is not the account's: its password was changed after the keytab"
     " was made, or is not replicated to this KDC yet; export the keytab"
     " anew"},
    {KDC_ERROR_PREAUTH, "KDC_ERR_PREAUTH_REQUIRED", KDC_FAILED,
     "it wants a pre-authentication that this host cannot give"},
    {29, "KDC_ERR_SVC_UNAVAILABLE", KDC_FAILED,
     "the KDC is up and its database is not: see its event log, and restart"
     " Active Directory there"},
    {31, "KRB_AP_ERR_BAD_INTEGRITY", KDC_REFUSED,
     "the key is not the account's; export the keytab anew"},
    {32, "KRB_AP_ERR_TKT_EXPIRED", KDC_FAILED,
     "the ticket has expired: get a new one, and check the clocks"},
    {33, "KRB_AP_ERR_TKT_NYV", KDC_SKEW,
     "the ticket is not valid yet: check the clocks"},
    {KDC_ERROR_SKEW, "KRB_AP_ERR_SKEW", KDC_SKEW,
     "its clock and this host's are too far apart: set the wrong one"},
    {41, "KRB_AP_ERR_MODIFIED", KDC_FAILED,
     "the ticket was made with another key: has the KDC's own password been"
     " replicated?"},
    {44, "KRB_AP_ERR_BADKEYVER", KDC_FAILED,
     "the ticket was made with a version of a key that it does not have: has"
     " the other side's new password been replicated?"},
    {45, "KRB_AP_ERR_NOKEY", KDC_FAILED,
     "it has no key to read the ticket with"},
    {KDC_ERROR_TOO_BIG, "KRB_ERR_RESPONSE_TOO_BIG", KDC_FAILED,
     "it said so over TCP too, where nothing is too big: see its log"},
    {60, "KRB_ERR_GENERIC", KDC_FAILED, "see the KDC's log"},
    {68, "KDC_ERR_WRONG_REALM", KDC_REFERRED,
     "the principal belongs to another realm: name it with the right one"},
};

/* What MS-ERREF section 2.3.1 has for accounts. */
static const struct {
    uint32_t status;
    const char *advice;
} statuses[] = {
    {0xc000006e, "a restriction of the account forbids it"},
    {0xc000006f, "it is outside the account's logon hours"},
    {0xc0000070, "the account may not log on from this host"},
    {0xc0000071, "the account's password has expired: set a new one, and"
                 " export the keytab anew"},
    {0xc0000072, "the account is disabled: enable it"},
    {0xc0000133, "the clocks differ: set the wrong one"},
    {0xc0000193, "the account has expired: give it a later date, or none"},
    {0xc0000224, "the account's password must be changed: set a new one, and"
                 " export the keytab anew"},
    {0xc0000234, "the account is locked: unlock it, and find out who tries"
                 " wrong passwords"},
    {0xc0000413, "the trust has selective authentication: allow the account"
                 " to authenticate to the service's"},
};


const struct kdc_error *
kdc_error_find(int64_t code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
        if (errors[i].code == code)
            return &errors[i];
    return NULL;
}


const char *
kdc_status_advice(int64_t status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].advice;
    return NULL;
}


uint32_t
kdc_error_status(const void *data, size_t length)
{
    /* An OCTET STRING of status, reserved and flags, in whatever wrapping. */
    enum { OCTET_STRING = 0x04, SIZE = 12, HEADER = 2, RESERVED = 4 };
    const uint8_t *bytes = data;

    for (size_t i = 0; i + HEADER + SIZE <= length; i++) {
        const uint8_t *value = bytes + i + HEADER;
        uint32_t status;

        if (bytes[i] != OCTET_STRING || bytes[i + 1] != SIZE)
            continue;
        status = wire_le32(value);
        if (status >> 28 == ERROR_SEVERITY && wire_le32(value + RESERVED) == 0)
            return status;
    }
    return 0;
}
