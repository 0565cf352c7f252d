/*
 * Tickets from one named KDC, kept in a cache in memory.
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
    struct route *routes;    /* the task's KDC first; texts are owned here */
    size_t route_count;
    krb5_keytab keytab;      /* NULL where a credential cache is used */
    krb5_principal client;
    krb5_ccache cache;       /* in memory */
    char *cache_name;
    bool granted;            /* there is a ticket-granting ticket */
};


struct tickets *
tickets_new(const struct context_task *context,
            const struct session_task *task)
{
    struct tickets *tickets = xcalloc(1, sizeof(*tickets));

    tickets->context = context;
    tickets->task = task;
    tickets->kerberos.profile = -1;
    tickets_add_kdc(tickets, context->realm, task->kdc_host,
                    task->kdc_address, task->kdc_port);
    return tickets;
}


void
tickets_add_kdc(struct tickets *tickets, const char *realm, const char *host,
                const char *address, int64_t port)
{
    tickets->routes = xrealloc(tickets->routes, tickets->route_count + 1,
                               sizeof(*tickets->routes));
    tickets->routes[tickets->route_count++] = (struct route){
        .realm = xstrdup(realm),
        .host = xstrdup(host),
        .courier = {
            .address = xstrdup(address),
            .port = port,
            .timeout_ms = tickets->context->timeout_ms,
            .way = TRANSPORT_UDP,
        },
    };
}


/* Forget the KDCs. */
static void
free_routes(struct tickets *tickets)
{
    for (size_t i = 0; i < tickets->route_count; i++) {
        struct route *route = &tickets->routes[i];

        courier_clear(&route->courier);
        free(route->courier.address);
        free(route->realm);
        free(route->host);
    }
    free(tickets->routes);
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
    free_routes(tickets);
    free(tickets->cache_name);
    free(tickets);
}


bool
tickets_granted(const struct tickets *tickets)
{
    return tickets->granted;
}


const char *
tickets_realm(const struct tickets *tickets)
{
    return tickets->context->realm;
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
        .routes = tickets->routes,
        .route_count = tickets->route_count,
        .transport = tickets->routes[0].courier.way,
    };
}


/* Ask for a ticket-granting ticket with the keytab's key. */
static enum kdc_outcome
ask_tgt(struct tickets *tickets, struct tgt_fact *fact, struct error *error)
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
    if (code == 0)
        outcome = conversation_hold(&talk, error);
    else
        kerberos_fail(kerberos, code, error, "preparing the request");
    fact->error_code = talk.error_code;
    fact->nt_status = talk.nt_status;
    fact->transport = (int)talk.transport;
    if (outcome == KDC_OK) {
        code = keep_tgt(tickets, talk.as);
        if (code != 0) {
            kerberos_fail(kerberos, code, error, "keeping the ticket");
            outcome = KDC_FAILED;
        }
    }
    conversation_clear(&talk);
    krb5_init_creds_free(context, talk.as);
    return outcome;
}


/* What a fact about a ticket says: whom was asked for what, and what came. */
static void
describe(const struct tickets *tickets, const char *what, const char *name,
         struct error *error)
{
    const struct session_task *task = tickets->task;

    error_prefix(error, "asking KDC %s (%s port %" PRId64 ") for a %s %s",
                 task->kdc_host, task->kdc_address, task->kdc_port, what,
                 name);
}


/* Read what a ticket is encrypted by: of which type, and which version of the
   key.  Nobody but the service can read more. */
static void
read_ticket(const struct tickets *tickets, const krb5_creds *creds,
            int64_t *etype_out, int64_t *kvno_out)
{
    krb5_context context = tickets->kerberos.context;
    krb5_ticket *ticket = NULL;

    if (krb5_decode_ticket(&creds->ticket, &ticket) != 0)
        return;
    *etype_out = ticket->enc_part.enctype;
    *kvno_out = ticket->enc_part.kvno;
    krb5_free_ticket(context, ticket);
}


/* Read the ticket-granting ticket that is in the cache. */
static void
read_tgt(const struct tickets *tickets, struct tgt_fact *fact)
{
    krb5_context context = tickets->kerberos.context;
    const char *realm = tickets->context->realm;
    krb5_creds wanted = {.client = tickets->client}, creds = {.magic = 0};

    if (krb5_build_principal(context, &wanted.server,
                             (unsigned int)strlen(realm), realm,
                             KRB5_TGS_NAME, realm, (char *)NULL) != 0)
        return;
    if (krb5_cc_retrieve_cred(context, tickets->cache,
                              KRB5_TC_MATCH_SRV_NAMEONLY, &wanted, &creds)
        == 0)
        read_ticket(tickets, &creds, &fact->etype, &fact->kvno);
    krb5_free_cred_contents(context, &creds);
    krb5_free_principal(context, wanted.server);
}


/* Get the ticket-granting ticket from the keytab's key, or take the cache's. */
static enum kdc_outcome
take_tgt(struct tickets *tickets, struct tgt_fact *fact, struct error *error)
{
    enum kdc_outcome outcome = KDC_OK;

    if (!tickets->keytab) {
        error_set(error, "from credential cache %s",
                  tickets->context->ccache);
    } else {
        error_set(error, "with the key in keytab %s",
                  tickets->context->keytab);
        outcome = ask_tgt(tickets, fact, error);
    }
    tickets->granted = outcome == KDC_OK;
    if (tickets->granted)
        read_tgt(tickets, fact);
    return outcome;
}


struct tgt_fact *
tickets_get_tgt(struct tickets *tickets)
{
    struct tgt_fact *fact = record_new(fact_types[FACT_TGT]);
    struct instant start = instant_now();
    struct error error = {.text = ""};
    char *client = NULL;

    if (prepare(tickets, &error)) {
        client = kerberos_name(&tickets->kerberos, tickets->client);
        fact->outcome = (int)take_tgt(tickets, fact, &error);
        if (fact->outcome != KDC_OK)
            describe(tickets, "ticket-granting ticket for", client, &error);
    } else {
        fact->outcome = KDC_NO_CREDENTIALS;
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


/* Spell a service as a principal, of the type that a KDC refers to others. */
static krb5_error_code
name_service(const struct tickets *tickets, const char *spn,
             const char *realm, krb5_principal *server_out)
{
    krb5_context context = tickets->kerberos.context;
    krb5_principal server = NULL;
    krb5_error_code code;

    code = krb5_parse_name_flags(context, spn,
                                 KRB5_PRINCIPAL_PARSE_NO_REALM, &server);
    if (code == 0)
        code = krb5_set_principal_realm(context, server, realm);
    if (code != 0) {
        krb5_free_principal(context, server);
        return code;
    }
    server->type = KRB5_NT_SRV_INST;
    *server_out = server;
    return 0;
}


/* Take down what a ticket is like. */
static krb5_error_code
note_ticket(const struct tickets *tickets, krb5_tkt_creds_context tgs,
            struct ticket_fact *fact)
{
    krb5_context context = tickets->kerberos.context;
    krb5_creds creds = {.magic = 0};
    krb5_error_code code = krb5_tkt_creds_get_creds(context, tgs, &creds);

    if (code != 0)
        return code;
    fact->session_etype = creds.keyblock.enctype;
    read_ticket(tickets, &creds, &fact->etype, &fact->kvno);
    krb5_free_cred_contents(context, &creds);
    return 0;
}


/* Ask for the ticket of a server. */
static enum kdc_outcome
ask_service(struct tickets *tickets, krb5_principal server, bool keep,
            struct ticket_fact *fact, struct error *error)
{
    const struct kerberos *kerberos = &tickets->kerberos;
    struct conversation talk = begin_conversation(tickets);
    krb5_creds wanted = {.client = tickets->client, .server = server};
    enum kdc_outcome outcome = KDC_FAILED;
    krb5_error_code code;

    code = krb5_tkt_creds_init(kerberos->context, tickets->cache, &wanted,
                               keep ? 0 : KRB5_GC_NO_STORE, &talk.tgs);
    if (code != 0) {
        kerberos_fail(kerberos, code, error, "preparing the request");
        return KDC_FAILED;
    }
    outcome = conversation_hold(&talk, error);
    if (outcome == KDC_OK) {
        code = note_ticket(tickets, talk.tgs, fact);
        if (code != 0) {
            kerberos_fail(kerberos, code, error, "reading the ticket");
            outcome = KDC_FAILED;
        }
    }
    fact->error_code = talk.error_code;
    fact->nt_status = talk.nt_status;
    fact->transport = (int)talk.transport;
    if (talk.realm)
        record_set(&fact->realm, talk.realm);
    conversation_clear(&talk);
    krb5_tkt_creds_free(kerberos->context, talk.tgs);
    return outcome;
}


/* Ask for the ticket of a service, by its name. */
static enum kdc_outcome
ask_named(struct tickets *tickets, const char *spn, const char *realm,
          struct ticket_fact *fact, struct error *error)
{
    const struct kerberos *kerberos = &tickets->kerberos;
    krb5_principal server = NULL;
    enum kdc_outcome outcome;
    krb5_error_code code;
    char *name;

    if (!tickets->granted) {
        error_set(error, "there is no ticket-granting ticket to ask with");
        return KDC_NO_CREDENTIALS;
    }
    code = name_service(tickets, spn, realm, &server);
    if (code != 0) {
        kerberos_fail(kerberos, code, error, "naming the service %s", spn);
        return KDC_FAILED;
    }
    outcome = ask_service(tickets, server,
                          strcmp(realm, tickets->context->realm) == 0, fact,
                          error);
    if (outcome != KDC_OK) {
        name = kerberos_name(kerberos, server);
        describe(tickets, "ticket for", name, error);
        free(name);
    }
    krb5_free_principal(kerberos->context, server);
    return outcome;
}


struct ticket_fact *
tickets_ask(struct tickets *tickets, const char *spn, const char *realm)
{
    struct ticket_fact *fact = record_new(fact_types[FACT_TICKET]);
    struct instant start = instant_now();
    struct error error = {.text = ""};

    record_set(&fact->host, tickets->task->kdc_host);
    record_set(&fact->spn, spn);
    record_set(&fact->realm, realm);
    fact->outcome = (int)ask_named(tickets, spn, realm, fact, &error);
    fact->base.time_us = instant_now().real_us;
    fact->latency_us = instant_now().steady_us - start.steady_us;
    record_set(&fact->detail, error.text);
    return fact;
}


bool
tickets_get(struct tickets *tickets, const char *spn, struct error *error)
{
    struct ticket_fact *fact = tickets_ask(tickets, spn,
                                           tickets->context->realm);
    bool got = fact->outcome == KDC_OK;

    if (!got)
        error_set(error, "%s", fact->detail);
    record_free(fact_types[FACT_TICKET], fact);
    return got;
}
