/*
 * A connection to one LDAP server, bound.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <openldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/probes/bind.h"
#include "checks/probes/connect.h"
#include "checks/probes/directory.h"
#include "checks/probes/exchange.h"

/* The longest message that is read, in bytes: libldap would set aside
   whatever length a server announces. */
enum { MESSAGE_MOST = 4 * 1024 * 1024 };

/* Whom Debian and others trust where the configuration names no CA. */
#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

struct directory {
    const struct context_task *context;
    LDAP *ldap;
};

static const char *const mechanisms[] = {
    [BIND_GSSAPI] = "GSSAPI",
    [BIND_SIMPLE] = "simple",
    [BIND_ANONYMOUS] = "anonymous",
};


/* Give a connected socket to libldap; its URL decides the service principal
   and the name that a certificate must have. */
static LDAP *
adopt_socket(int fd, const char *host, struct error *error)
{
    char url[sizeof("ldap://") + 255];
    LDAP *ldap = NULL;
    int code;

    snprintf(url, sizeof(url), "ldap://%s", host);
    code = ldap_init_fd(fd, LDAP_PROTO_TCP, url, &ldap);
    if (code != LDAP_SUCCESS) {
        ldaplib_fail(error, code, "");
        error_prefix(error, "starting libldap for %s", url);
        close(fd);
        return NULL;
    }
    return ldap;
}


/* Have libldap talk to this server alone, and never wait for ever. */
static bool
set_options(LDAP *ldap, int64_t deadline_us, struct error *error)
{
    struct timeval wait = ldaplib_remaining(deadline_us);
    ber_len_t most = MESSAGE_MOST;
    int version = LDAP_VERSION3;
    Sockbuf *socket = NULL;

    if (ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version) != 0
        || ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != 0
        || ldap_set_option(ldap, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON) != 0
        || ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait) != 0
        || ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &wait) != 0
        || ldap_set_option(ldap, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) != 0
        || ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &socket) != 0
        || ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &most) < 0)
        return error_set(error, "libldap refuses its options");
    return true;
}


/* Demand a certificate that a known CA signed. */
static bool
set_trust(LDAP *ldap, const char *ca_file, struct error *error)
{
    int demand = LDAP_OPT_X_TLS_DEMAND, client = 0;

    if (access(ca_file, R_OK) < 0)
        return error_set_errno(error, "reading CA file %s", ca_file);
    if (ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) != 0
        || ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, ca_file) != 0
        || ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client) != 0)
        return error_set(error, "CA file %s has no certificate that can be"
                         " used", ca_file);
    return true;
}


/* Ask the server to start TLS on the connection; returns an LDAP code. */
static int
request_tls(LDAP *ldap, int64_t deadline_us, char **text_out)
{
    LDAPMessage *answer = NULL;
    int id, code = ldap_start_tls(ldap, NULL, NULL, &id);

    if (code == LDAP_SUCCESS)
        code = ldaplib_wait(ldap, id, LDAP_MSG_ALL, deadline_us, &answer);
    return answer ? ldaplib_result(ldap, answer, text_out) : code;
}


/* Undo what the handshake did to the socket: a server that stops within a
   record must not stop us. */
static void
stay_nonblocking(LDAP *ldap)
{
    int fd = -1;

    if (ldap_get_option(ldap, LDAP_OPT_DESC, &fd) == 0 && fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}


/* Sort how TLS failed, and put it in words. */
static enum bind_outcome
judge_tls(int code, const char *text, const char *host, const char *ca_file,
          int64_t deadline_us, struct error *error)
{
    if (code == LDAP_TIMEOUT || instant_now().steady_us >= deadline_us) {
        error_set(error, "no answer in time: does this port speak TLS?");
        return BIND_TIMED_OUT;
    }
    ldaplib_fail(error, code, text);
    /* GnuTLS does not say which certificate it dislikes, nor why. */
    if (code == LDAP_CONNECT_ERROR)
        error_set(error, "the handshake failed: is the server's certificate"
                  " valid, made out to %s, and signed by a CA in %s?", host,
                  ca_file);
    return BIND_TLS_FAILED;
}


/* Put TLS on the connection if the context wants it. */
static enum bind_outcome
start_tls(LDAP *ldap, const struct context_task *context, const char *host,
          int64_t deadline_us, struct error *error)
{
    const char *ca_file = *context->ca_file ? context->ca_file
                                            : SYSTEM_CA_FILE;
    enum bind_outcome outcome = BIND_OK;
    int code = LDAP_SUCCESS;
    char *text = NULL;

    if (context->tls == TLS_NONE)
        return BIND_OK;
    if (!set_trust(ldap, ca_file, error))
        return BIND_TLS_FAILED;
    if (context->tls == TLS_STARTTLS)
        code = request_tls(ldap, deadline_us, &text);
    if (code == LDAP_SUCCESS)
        code = ldap_install_tls(ldap);
    if (code == LDAP_SUCCESS) {
        stay_nonblocking(ldap);
    } else {
        outcome = judge_tls(code, text ? text : "", host, ca_file,
                            deadline_us, error);
        error_prefix(error, "starting TLS");
    }
    free(text);
    return outcome;
}


/* Bind in the way the context wants. */
static enum bind_outcome
bind_handle(LDAP *ldap, const struct context_task *context, const char *cache,
            int64_t deadline_us, struct error *error)
{
    bool tls = context->tls != TLS_NONE;

    switch ((enum bind_method)context->bind) {
    case BIND_GSSAPI:
        return bind_gssapi(ldap, tls, cache, deadline_us, error);
    case BIND_SIMPLE:
        if (tls)
            return bind_simple(ldap, context->bind_dn, context->password_file,
                               deadline_us, error);
        error_set(error, "a password is only sent within TLS: set ldap.tls to"
                  " starttls or ldaps");
        return BIND_TLS_FAILED;
    case BIND_ANONYMOUS:
        return bind_anonymous(ldap, deadline_us, error);
    }
    return BIND_REFUSED;
}


/* Connect, start TLS and bind; the handle is the caller's in any case. */
static enum bind_outcome
open_handle(const struct context_task *context,
            const struct session_task *task, int64_t port, const char *cache,
            LDAP **ldap_out, struct error *error)
{
    int64_t deadline_us = ldaplib_deadline(context->timeout_ms);
    int fd = connect_address(task->address, port, deadline_us, error);
    enum bind_outcome outcome;

    if (fd < 0)
        return BIND_UNREACHED;
    *ldap_out = adopt_socket(fd, task->host, error);
    if (!*ldap_out || !set_options(*ldap_out, deadline_us, error))
        return BIND_UNREACHED;
    outcome = start_tls(*ldap_out, context, task->host, deadline_us, error);
    if (outcome != BIND_OK)
        return outcome;
    outcome = bind_handle(*ldap_out, context, cache, deadline_us, error);
    if (outcome != BIND_OK)
        error_prefix(error, "binding (%s)", mechanisms[context->bind]);
    return outcome;
}


struct bind_fact *
directory_new_fact(const struct context_task *context,
                   const struct session_task *task, int64_t port)
{
    struct bind_fact *fact = record_new(fact_types[FACT_BIND]);

    record_set(&fact->host, task->host);
    record_set(&fact->address, task->address);
    record_set(&fact->mechanism, mechanisms[context->bind]);
    fact->port = port;
    return fact;
}


struct directory *
directory_open(const struct context_task *context,
               const struct session_task *task, int64_t port,
               const char *cache, struct bind_fact *fact)
{
    struct instant start = instant_now();
    struct error error = {.text = ""};
    struct directory *directory;
    LDAP *ldap = NULL;

    /* Neither the machine's ldap.conf nor anybody's .ldaprc. */
    setenv("LDAPNOINIT", "1", 1);
    fact->outcome = (int)open_handle(context, task, port, cache, &ldap,
                                     &error);
    fact->latency_us = instant_now().steady_us - start.steady_us;
    if (fact->outcome != BIND_OK) {
        error_prefix(&error, "%s (%s port %" PRId64 ")", task->host,
                     task->address, port);
        record_set(&fact->detail, error.text);
        if (ldap)
            ldap_unbind_ext(ldap, NULL, NULL);
        return NULL;
    }
    directory = xcalloc(1, sizeof(*directory));
    directory->context = context;
    directory->ldap = ldap;
    return directory;
}


void
directory_close(struct directory *directory)
{
    if (!directory)
        return;
    ldap_unbind_ext(directory->ldap, NULL, NULL);
    free(directory);
}


struct ldap *
directory_handle(const struct directory *directory)
{
    return directory->ldap;
}


int64_t
directory_timeout(const struct directory *directory)
{
    return directory->context->timeout_ms;
}
