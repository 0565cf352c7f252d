/*
 * The three ways to bind to an LDAP server.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gssapi/gssapi_krb5.h>
#include <sasl/sasl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/probes/bind.h"

enum { PASSWORD_MOST = 1024 };


/* Sort how a bind ended, and put it in words. */
static enum bind_outcome
judge(int code, const char *text, struct error *error)
{
    switch (code) {
    case LDAP_SUCCESS:
        return BIND_OK;
    case LDAP_TIMEOUT:
        error_set(error, "no answer in time: is the server overloaded or"
                  " hung?");
        return BIND_TIMED_OUT;
    case LDAP_SERVER_DOWN:
    case LDAP_CONNECT_ERROR:
    case LDAP_DECODING_ERROR:
    case LDAP_ENCODING_ERROR:
        ldaplib_fail(error, code, text);
        return BIND_UNREACHED;
    case LDAP_AUTH_UNKNOWN:
        error_set(error, "this host's SASL library has no GSSAPI: install"
                  " libsasl2-modules-gssapi-mit");
        return BIND_NO_TICKET;
    default:
        ldaplib_fail(error, code, text);
        return BIND_REFUSED;
    }
}


/* Answer SASL's questions with nothing: the ticket says it all. */
static int
answer_nothing(LDAP *ldap, unsigned int flags, void *defaults, void *questions)
{
    (void)ldap;
    (void)flags;
    (void)defaults;
    for (sasl_interact_t *each = questions; each->id != SASL_CB_LIST_END;
         each++) {
        each->result = "";
        each->len = 0;
    }
    return LDAP_SUCCESS;
}


/* Ask for what protects the connection, before a GSSAPI bind. */
static bool
set_protection(LDAP *ldap, bool tls, struct error *error)
{
    /* Less than 56 bits would be signing alone. */
    char none[] = "maxssf=0", sealed[] = "minssf=56";
    int binding = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;

    if (ldap_set_option(ldap, LDAP_OPT_X_SASL_SECPROPS, tls ? none : sealed)
            != LDAP_OPT_SUCCESS
        || (tls && ldap_set_option(ldap, LDAP_OPT_X_SASL_CBINDING, &binding)
                       != LDAP_OPT_SUCCESS))
        return error_set(error, "libldap refuses the protection wanted");
    return true;
}


/* Exchange SASL's messages until the bind succeeds or fails. */
static enum bind_outcome
exchange_sasl(LDAP *ldap, int64_t deadline_us, struct error *error)
{
    enum bind_outcome outcome;
    LDAPMessage *answer = NULL;
    const char *mechanism = NULL;
    bool answered = false;
    char *text;
    int code, id;

    do {
        code = ldap_sasl_interactive_bind(
            ldap, "", "GSSAPI", NULL, NULL, LDAP_SASL_QUIET, answer_nothing,
            NULL, answer, &mechanism, &id);
        ldap_msgfree(answer);
        answer = NULL;
        if (code != LDAP_SASL_BIND_IN_PROGRESS)
            break;
        code = ldaplib_wait(ldap, id, LDAP_MSG_ALL, deadline_us, &answer);
        answered = code == LDAP_SUCCESS;
    } while (answered);
    text = ldaplib_diagnostic(ldap);
    outcome = judge(code, text, error);
    /* Before the server has said anything, it is our own GSSAPI's failure. */
    if (outcome == BIND_REFUSED && !answered)
        outcome = BIND_NO_TICKET;
    free(text);
    return outcome;
}


enum bind_outcome
bind_gssapi(LDAP *ldap, bool tls, const char *cache, int64_t deadline_us,
            struct error *error)
{
    OM_uint32 minor;

    if (gss_krb5_ccache_name(&minor, cache, NULL) != GSS_S_COMPLETE) {
        error_set(error, "GSSAPI refuses the credential cache in memory");
        return BIND_NO_TICKET;
    }
    if (!set_protection(ldap, tls, error))
        return BIND_NO_TICKET;
    return exchange_sasl(ldap, deadline_us, error);
}


/* Bind with a name and a password. */
static enum bind_outcome
exchange_simple(LDAP *ldap, const char *dn, struct berval *password,
                int64_t deadline_us, struct error *error)
{
    enum bind_outcome outcome;
    LDAPMessage *answer = NULL;
    char *text = NULL;
    int code, id;

    code = ldap_sasl_bind(ldap, dn, LDAP_SASL_SIMPLE, password, NULL, NULL,
                          &id);
    if (code == LDAP_SUCCESS)
        code = ldaplib_wait(ldap, id, LDAP_MSG_ALL, deadline_us, &answer);
    if (answer)
        code = ldaplib_result(ldap, answer, &text);
    outcome = judge(code, text ? text : "", error);
    free(text);
    return outcome;
}


/* Read a password, the first line of a file; returns its length or -1. */
static ssize_t
read_password(const char *file, char *password, size_t size,
              struct error *error)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : read(fd, password, size);
    char *end;

    if (length < 0)
        error_set_errno(error, "reading password file %s", file);
    if (fd >= 0)
        close(fd);
    if (length < 0)
        return -1;
    end = memchr(password, '\n', (size_t)length);
    if (end)
        length = end - password;
    /* An empty password would be an anonymous bind that looks like ours. */
    if (length == 0)
        error_set(error, "password file %s is empty", file);
    else if ((size_t)length == size)
        error_set(error, "the password in %s is too long", file);
    else
        return length;
    return -1;
}


enum bind_outcome
bind_simple(LDAP *ldap, const char *dn, const char *password_file,
            int64_t deadline_us, struct error *error)
{
    char bytes[PASSWORD_MOST];
    ssize_t length = read_password(password_file, bytes, sizeof(bytes), error);
    struct berval password = {.bv_val = bytes};
    enum bind_outcome outcome = BIND_NO_TICKET;

    if (length > 0) {
        password.bv_len = (ber_len_t)length;
        outcome = exchange_simple(ldap, dn, &password, deadline_us, error);
    }
    explicit_bzero(bytes, sizeof(bytes));
    return outcome;
}


enum bind_outcome
bind_anonymous(LDAP *ldap, int64_t deadline_us, struct error *error)
{
    char nothing[] = "";
    struct berval password = {.bv_len = 0, .bv_val = nothing};

    return exchange_simple(ldap, "", &password, deadline_us, error);
}
