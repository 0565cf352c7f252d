/*
 * Tickets from one named KDC, for one LDAP server.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/probes/conversation.h"
#include "checks/probes/credentials.h"
#include "checks/probes/exchange.h"
#include "checks/probes/tickets.h"

struct tickets {
    const struct context_task *context;
    const struct session_task *task;
    struct kerberos kerberos;
    struct courier courier;
    krb5_keytab keytab;     /* NULL where a credential cache is used */
    krb5_principal client;
    krb5_ccache cache;      /* in memory */
    char *cache_name;
};


struct tickets *
tickets_new(const struct context_task *context,
            const struct session_task *task)
{
    struct tickets *tickets = xcalloc(1, sizeof(*tickets));

    tickets->context = context;
    tickets->task = task;
    tickets->kerberos.profile = -1;
    tickets->courier = (struct courier){
        .address = task->kdc_address,
        .port = task->kdc_port,
        .timeout_ms = context->timeout_ms,
        .way = TRANSPORT_UDP,
    };
    return tickets;
}


void
tickets_free(struct tickets *tickets)
{
    krb5_context context;

    if (!tickets)
        return;
    context = tickets->kerberos.context;
    if (tickets->cache)
        krb5_cc_destroy(context, tickets->cache);
    if (tickets->keytab)
        krb5_kt_close(context, tickets->keytab);
    if (tickets->client)
        krb5_free_principal(context, tickets->client);
    kerberos_close(&tickets->kerberos);
    free(tickets->cache_name);
    free(tickets);
}


const char *
tickets_cache(const struct tickets *tickets)
{
    return tickets->cache_name;
}


/* Make the cache in memory. */
static bool
make_cache(struct tickets *tickets, struct error *error)
{
    const struct kerberos *kerberos = &tickets->kerberos;
    krb5_error_code code = krb5_cc_new_unique(kerberos->context, "MEMORY",
                                              NULL, &tickets->cache);
    char *name = NULL;

    if (code == 0)
        code = krb5_cc_get_full_name(kerberos->context, tickets->cache, &name);
    if (code != 0)
        return kerberos_fail(kerberos, code, error,
                             "making a credential cache in memory");
    tickets->cache_name = xstrdup(name);
    krb5_free_string(kerberos->context, name);
    return true;
}


/* Start libkrb5 and read the credentials. */
static bool
prepare(struct tickets *tickets, struct error *error)
{
    const struct context_task *context = tickets->context;
    struct kerberos *kerberos = &tickets->kerberos;

    if (!kerberos_open(kerberos, context->realm, error)
        || !make_cache(tickets, error))
        return false;
    if (*context->keytab)
        return credentials_open_keytab(kerberos, context->keytab,
                                       context->principal, &tickets->keytab,
                                       &tickets->client, error);
    if (*context->ccache)
        return credentials_copy_tgt(kerberos, context->ccache,
                                    context->principal, context->realm,
                                    tickets->cache, &tickets->client, error);
    return error_set(error, "there is neither a keytab nor a credential"
                     " cache: name one in the configuration, or run kinit");
}


/* Move a new ticket into the cache in memory. */
static krb5_error_code
keep_tgt(struct tickets *tickets, krb5_init_creds_context as)
{
    krb5_context context = tickets->kerberos.context;
    krb5_creds creds = {.magic = 0};
    krb5_error_code code = krb5_init_creds_get_creds(context, as, &creds);

    if (code == 0)
        code = krb5_cc_initialize(context, tickets->cache, tickets->client);
    if (code == 0)
        code = krb5_cc_store_cred(context, tickets->cache, &creds);
    krb5_free_cred_contents(context, &creds);
    return code;
}


/* A conversation with the KDC, to be given its kind. */
static struct conversation
begin_conversation(struct tickets *tickets)
{
    return (struct conversation){
        .kerberos = &tickets->kerberos,
        .courier = &tickets->courier,
        .realm = tickets->context->realm,
    };
}


/* Ask for a ticket-granting ticket with the keytab's key. */
static enum kdc_outcome
ask_tgt(struct tickets *tickets, int64_t *error_code_out, struct error *error)
{
    const struct kerberos *kerberos = &tickets->kerberos;
    krb5_context context = kerberos->context;
    struct conversation talk = begin_conversation(tickets);
    enum kdc_outcome outcome = KDC_FAILED;
    krb5_error_code code;

    code = krb5_init_creds_init(context, tickets->client, NULL, NULL, 0, NULL,
                                &talk.as);
    if (code == 0)
        code = krb5_init_creds_set_keytab(context, talk.as, tickets->keytab);
    if (code != 0) {
        kerberos_fail(kerberos, code, error, "preparing the request");
    } else {
        outcome = conversation_hold(&talk, error);
        *error_code_out = talk.error_code;
    }
    if (outcome == KDC_OK) {
        code = keep_tgt(tickets, talk.as);
        if (code != 0) {
            kerberos_fail(kerberos, code, error, "keeping the ticket");
            outcome = KDC_FAILED;
        }
    }
    krb5_init_creds_free(context, talk.as);
    return outcome;
}


/* What a fact about a ticket says: whom was asked for what, and what came. */
static void
describe(const struct tickets *tickets, const char *what, const char *server,
         struct error *error)
{
    const struct session_task *task = tickets->task;

    error_prefix(error, "asking KDC %s (%s port %" PRId64 ") for a %s %s",
                 task->kdc_host, task->kdc_address, task->kdc_port, what,
                 server);
}


struct tgt_fact *
tickets_get_tgt(struct tickets *tickets)
{
    struct tgt_fact *fact = record_new(fact_types[FACT_TGT]);
    struct instant start = instant_now();
    struct error error = {.text = ""};
    char *client = NULL;

    if (!prepare(tickets, &error)) {
        fact->outcome = KDC_NO_CREDENTIALS;
    } else {
        client = kerberos_name(&tickets->kerberos, tickets->client);
        fact->outcome = KDC_OK;
        error_set(&error, "from credential cache %s",
                  tickets->context->ccache);
        if (tickets->keytab) {
            error_set(&error, "with the key in keytab %s",
                      tickets->context->keytab);
            fact->outcome = (int)ask_tgt(tickets, &fact->error_code, &error);
        }
        if (fact->outcome != KDC_OK)
            describe(tickets, "ticket-granting ticket for", client, &error);
    }
    fact->base.time_us = instant_now().real_us;
    fact->latency_us = instant_now().steady_us - start.steady_us;
    record_set(&fact->host, tickets->task->kdc_host);
    record_set(&fact->principal, client ? client
                                        : tickets->context->principal);
    record_set(&fact->detail, error.text);
    free(client);
    return fact;
}


/* Ask for a ticket of a server, which goes into the cache. */
static bool
ask_service(struct tickets *tickets, krb5_principal server,
            struct error *error)
{
    const struct kerberos *kerberos = &tickets->kerberos;
    struct conversation talk = begin_conversation(tickets);
    krb5_creds wanted = {.client = tickets->client, .server = server};
    krb5_error_code code = krb5_tkt_creds_init(
        kerberos->context, tickets->cache, &wanted, 0, &talk.tgs);
    bool got;

    if (code != 0)
        return kerberos_fail(kerberos, code, error, "preparing the request");
    got = conversation_hold(&talk, error) == KDC_OK;
    krb5_tkt_creds_free(kerberos->context, talk.tgs);
    return got;
}


bool
tickets_get_service(struct tickets *tickets, struct error *error)
{
    const struct kerberos *kerberos = &tickets->kerberos;
    const char *host = tickets->task->host;
    const char *realm = tickets->context->realm;
    krb5_principal server;
    krb5_error_code code;
    char *name;
    bool got;

    code = krb5_build_principal(kerberos->context, &server,
                                (unsigned int)strlen(realm), realm, "ldap",
                                host, (char *)NULL);
    if (code != 0)
        return kerberos_fail(kerberos, code, error,
                             "naming the service ldap/%s", host);
    got = ask_service(tickets, server, error);
    if (!got) {
        name = kerberos_name(kerberos, server);
        describe(tickets, "ticket for", name, error);
        free(name);
    }
    krb5_free_principal(kerberos->context, server);
    return got;
}
