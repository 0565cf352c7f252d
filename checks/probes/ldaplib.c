/*
 * Small helpers around libldap: waits that end, and results a person can use.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/exchange.h"
#include "checks/probes/ldaplib.h"

enum { TEXT_MOST = 240 };

/* What the "data" field of Active Directory's bind errors means: Win32 error
   numbers, in hexadecimal. */
static const struct {
    const char *data;
    const char *meaning;
} bind_errors[] = {
    {"data 525,", "no such user"},
    {"data 52e,", "wrong user name or password"},
    {"data 530,", "outside the account's logon hours"},
    {"data 531,", "not allowed from this host"},
    {"data 532,", "the password has expired"},
    {"data 533,", "the account is disabled"},
    {"data 701,", "the account has expired"},
    {"data 773,", "the password must be changed"},
    {"data 775,", "the account is locked"},
    {"data 80090346,", "channel binding is required: use GSSAPI without TLS,"
                       " or trust the server's own certificate"},
};

/* What results mean where the server's own words do not say it. */
static const struct {
    int code;
    const char *meaning;
} results[] = {
    {LDAP_STRONG_AUTH_REQUIRED, "it demands signing or TLS"},
    {LDAP_CONFIDENTIALITY_REQUIRED, "it demands TLS"},
    {LDAP_SIZELIMIT_EXCEEDED, "there is more than it shows"},
    {LDAP_INVALID_CREDENTIALS, "it does not accept the name with its password"
                               " or ticket"},
    {LDAP_SERVER_DOWN, "the connection broke, or what came is not LDAP"},
};


/* What a result means, or NULL. */
static const char *
find_meaning(int code, const char *text)
{
    for (size_t i = 0; i < sizeof(bind_errors) / sizeof(*bind_errors); i++)
        if (strstr(text, bind_errors[i].data))
            return bind_errors[i].meaning;
    for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
        if (results[i].code == code)
            return results[i].meaning;
    return NULL;
}


int64_t
ldaplib_deadline(int64_t wait_ms)
{
    return instant_now().steady_us + 1000 * wait_ms;
}


struct timeval
ldaplib_remaining(int64_t deadline_us)
{
    int64_t left_us = deadline_us - instant_now().steady_us;

    if (left_us < 0)
        left_us = 0;
    return (struct timeval){.tv_sec = left_us / 1000000,
                            .tv_usec = left_us % 1000000};
}


int
ldaplib_wait(LDAP *ldap, int id, int all, int64_t deadline_us,
             LDAPMessage **message_out)
{
    struct timeval wait = ldaplib_remaining(deadline_us);
    LDAPMessage *message = NULL;
    int code = LDAP_SERVER_DOWN;

    /* libldap would take what is there already, and from a server that sends
       faster than we read there always is something. */
    if (wait.tv_sec == 0 && wait.tv_usec == 0)
        return LDAP_TIMEOUT;
    switch (ldap_result(ldap, id, all, &wait, &message)) {
    case 0:
        return LDAP_TIMEOUT;
    case -1:
        ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
        return code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code;
    default:
        *message_out = message;
        return LDAP_SUCCESS;
    }
}


/* A text of libldap's made printable and freed; may be NULL. */
static char *
take_text(char *raw)
{
    char *text = raw ? text_clean(raw, strlen(raw), TEXT_MOST) : xstrdup("");

    ldap_memfree(raw);
    return text;
}


int
ldaplib_result(LDAP *ldap, LDAPMessage *message, char **text_out)
{
    char *raw = NULL;
    int code = LDAP_OTHER;
    int parsed = ldap_parse_result(ldap, message, &code, NULL, &raw, NULL,
                                   NULL, 1);

    *text_out = take_text(raw);
    return parsed == LDAP_SUCCESS ? code : parsed;
}


char *
ldaplib_diagnostic(LDAP *ldap)
{
    char *raw = NULL;

    ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &raw);
    return take_text(raw);
}


/* The part of a diagnostic that tells: Cyrus SASL and GSSAPI wrap Kerberos'
   own words in "generic failure" and "Unspecified GSS failure". */
static const char *
essence(const char *text, size_t *length_out)
{
    static const char wrapping[] = "Minor code may provide more information (";
    const char *inner = strstr(text, wrapping);

    if (inner)
        text = inner + strlen(wrapping);
    *length_out = strlen(text);
    if (inner && *length_out > 0 && text[*length_out - 1] == ')')
        --*length_out;
    return text;
}


bool
ldaplib_fail(struct error *error, int code, const char *text)
{
    const char *meaning = find_meaning(code, text);
    size_t length;
    const char *essential = essence(text, &length);

    error_set(error, "result %d (%s)%s%s%s%.*s", code, ldap_err2string(code),
              meaning ? ", " : "", meaning ? meaning : "", *text ? ": " : "",
              (int)length, essential);
    return false;
}
