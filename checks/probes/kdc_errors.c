/*
 * What a KDC's error codes mean for whoever asked it for a ticket.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/probes/kdc_errors.h"

static const struct kdc_error errors[] = {
    {6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", KDC_UNKNOWN,
     "it knows no account of that name: check the spelling, and whether a new"
     " account has been replicated to it"},
    {7, "KDC_ERR_S_PRINCIPAL_UNKNOWN", KDC_UNKNOWN,
     "no account holds that service principal name, or several do: look with"
     " setspn -Q"},
    {8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE", KDC_FAILED,
     "several accounts hold that name: look with setspn -X"},
    {9, "KDC_ERR_NULL_KEY", KDC_FAILED,
     "the account has no key: set its password"},
    {12, "KDC_ERR_POLICY", KDC_REFUSED,
     "logon hours or another restriction of the account forbid it"},
    {14, "KDC_ERR_ETYPE_NOSUPP", KDC_FAILED,
     "there is no encryption type that both the account and this host have:"
     " set the account's password anew, or its msDS-SupportedEncryptionTypes"},
    {18, "KDC_ERR_CLIENT_REVOKED", KDC_REFUSED,
     "the account is disabled, locked or expired"},
    {23, "KDC_ERR_KEY_EXPIRED", KDC_REFUSED,
     "the password has expired or must be changed"},
    {24, "KDC_ERR_PREAUTH_FAILED", KDC_REFUSED,
     "the key is not the account's; export the keytab anew"},
    {25, "KDC_ERR_PREAUTH_REQUIRED", KDC_FAILED,
     "it wants a pre-authentication that this host cannot give"},
    {29, "KDC_ERR_SVC_UNAVAILABLE", KDC_FAILED,
     "the KDC is up and its database is not"},
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
    {52, "KRB_ERR_RESPONSE_TOO_BIG", KDC_FAILED,
     "the answer fits into no datagram: let 88/tcp through"},
    {60, "KRB_ERR_GENERIC", KDC_FAILED, "see the KDC's log"},
    {68, "KDC_ERR_WRONG_REALM", KDC_FAILED,
     "the principal belongs to another realm"},
};

static const struct {
    uint32_t status;
    const char *meaning;
} statuses[] = {
    {0xc000006f, "outside its logon hours"},
    {0xc0000070, "not from this host"},
    {0xc0000071, "its password has expired"},
    {0xc0000072, "it is disabled"},
    {0xc0000133, "the clocks differ"},
    {0xc0000193, "it has expired"},
    {0xc0000224, "its password must be changed"},
    {0xc0000234, "it is locked"},
};


const struct kdc_error *
kdc_error_find(int64_t code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
        if (errors[i].code == code)
            return &errors[i];
    return NULL;
}


/* What a status says, or NULL. */
static const char *
find_status(uint32_t status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].meaning;
    return NULL;
}


const char *
kdc_error_status(const void *data, size_t length)
{
    /* An OCTET STRING of status, reserved and flags, in whatever wrapping. */
    enum { OCTET_STRING = 0x04, SIZE = 12, HEADER = 2 };
    const uint8_t *bytes = data;

    for (size_t i = 0; i + HEADER + SIZE <= length; i++) {
        const uint8_t *value = bytes + i + HEADER;
        const char *meaning;

        if (bytes[i] != OCTET_STRING || bytes[i + 1] != SIZE)
            continue;
        meaning = find_status((uint32_t)value[0] | (uint32_t)value[1] << 8
                              | (uint32_t)value[2] << 16
                              | (uint32_t)value[3] << 24);
        if (meaning)
            return meaning;
    }
    return NULL;
}
