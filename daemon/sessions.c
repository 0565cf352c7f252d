/*
 * Which sessions to hold with domain controllers, when, and what to ask.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/ports.h"
#include "daemon/follow_up.h"
#include "daemon/naming.h"
#include "daemon/sessions.h"

/* The error by which a KDC asks for pre-authentication (RFC 4120 section
   7.5.9). */
enum { PREAUTH_REQUIRED = 25 };

enum { PORT_KDC = 88, PORT_LDAP = 389, PORT_LDAPS = 636, PORT_GC = 3268,
       PORT_GC_TLS = 3269 };

/* A session that was begun. */
struct session_plan {
    char *host;
    bool directory;           /* else for tickets alone */
    char *kdc;
    bool asks_tickets;        /* no other session asks this KDC for them */
    struct strings hosts;     /* that it was told to look for */
    struct strings accounts;
};

struct sessions {
    const struct configuration *configuration;
    const struct settings *settings;
    enum bind_method bind;
    struct session_plan **begun;
    size_t count;
    size_t leader;       /* the one that runs alone; NO_LEADER: none does */
    bool forest_asked;   /* one global catalog is enough */
    bool smb_asked;      /* one proof of a mail server's key is enough */

    /* Of the running sessions_begin(). */
    const struct facts *facts;
    bool idle;
    take_session *take;
    void *closure;
};

#define NO_LEADER ((size_t)-1)


struct sessions *
sessions_new(const struct configuration *configuration,
             const struct settings *settings, enum bind_method bind)
{
    struct sessions *sessions = xcalloc(1, sizeof(*sessions));

    sessions->configuration = configuration;
    sessions->settings = settings;
    sessions->bind = bind;
    sessions->leader = NO_LEADER;
    return sessions;
}


void
sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    for (size_t i = 0; i < sessions->count; i++) {
        free(sessions->begun[i]->host);
        free(sessions->begun[i]->kdc);
        strings_clear(&sessions->begun[i]->hosts);
        strings_clear(&sessions->begun[i]->accounts);
        free(sessions->begun[i]);
    }
    free(sessions->begun);
    free(sessions);
}


/* Whether a check is to be judged. */
static bool
wanted(const struct sessions *sessions, const char *check)
{
    return strings_contain(&sessions->settings->numbers->checks, check);
}


int64_t
sessions_port(const struct sessions *sessions, const struct target_dc *dc)
{
    bool tls = sessions->configuration->ldap.tls == TLS_LDAPS;

    return tls && dc->ldap == PORT_LDAP ? PORT_LDAPS : dc->ldap;
}


/* The first address of a host at which a probe found a port open, or NULL;
   over TCP, unless any transport will do. */
static const char *
open_address(const struct sessions *sessions, const char *host,
             enum packet_probe probe, int64_t port, bool any_transport)
{
    FACTS_EACH(sessions->facts, FACT_PORT, port_fact, fact)
        if (fact->probe == (int)probe && fact->port == port
            && (any_transport || fact->transport == TRANSPORT_TCP)
            && fact->outcome == PORT_OPEN && strcmp(fact->host, host) == 0)
            return fact->address;
    return NULL;
}


/*
 * Choose the KDC for a DC's session: its own, or another that answers.  Over
 * TCP, if there is one: tickets often outgrow a datagram.
 *
 * Returns false to wait for what is still being asked.
 */
static bool
choose_kdc(const struct sessions *sessions, const struct target_dc *dc,
           const struct target_dc **kdc_out, const char **address_out)
{
    const struct settings *settings = sessions->settings;

    *kdc_out = dc;
    *address_out
        = open_address(sessions, dc->host, PROBE_KDC, dc->kerberos, false);
    if (*address_out || sessions->bind != BIND_GSSAPI)
        return true;
    if (!sessions->idle)
        return false;
    for (size_t i = 0; i < settings->dc_count && !*address_out; i++) {
        *kdc_out = settings->dcs[i];
        *address_out = open_address(sessions, (*kdc_out)->host, PROBE_KDC,
                                    (*kdc_out)->kerberos, false);
    }
    if (!*address_out) {
        *kdc_out = dc;
        *address_out
            = open_address(sessions, dc->host, PROBE_KDC, dc->kerberos, true);
    }
    return *address_out != NULL;
}


/* What a DC told of itself, or NULL. */
static const struct rootdse_fact *
rootdse_of(const struct sessions *sessions, const char *host)
{
    FACTS_EACH(sessions->facts, FACT_ROOTDSE, rootdse_fact, rootdse)
        if (strcmp(rootdse->host, host) == 0)
            return rootdse;
    return NULL;
}


/* Tell a session which SPNs and accounts matter. */
static void
add_interests(const struct sessions *sessions, struct session_task *task)
{
    const struct settings *settings = sessions->settings;
    const struct strings *services = &settings->numbers->services;

    for (size_t i = 0; i < services->count; i++)
        strings_add_unique(&task->services, services->items[i]);
    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct target_mail *mail = settings->mail[i];

        if (*mail->account)
            strings_add_unique(&task->accounts, mail->account);
        strings_add_unique(&task->hosts, mail->host);
        for (size_t j = 0; j < mail->services.count; j++)
            strings_add_unique(&task->services, mail->services.items[j]);
    }
    task->all_spns = settings->numbers->duplicates_all
                     && wanted(sessions, "duplicates");
    task->replicas = wanted(sessions, "replication");
    task->topology = task->replicas || wanted(sessions, "tickets")
                     || wanted(sessions, "accounts")
                     || settings->numbers->discovered_dcs;
}


/* The global catalog's port, if this session is to ask the forest. */
static int64_t
forest_port(struct sessions *sessions, const struct target_dc *dc)
{
    bool tls = sessions->configuration->ldap.tls == TLS_LDAPS;

    if (sessions->forest_asked
        || !sessions->settings->numbers->duplicates_forest
        || !wanted(sessions, "duplicates")
        || !port_expected(sessions->facts, dc, PORT_GC, TRANSPORT_TCP))
        return 0;
    sessions->forest_asked = true;
    return tls && dc->gc == PORT_GC ? PORT_GC_TLS : dc->gc;
}


/* Whether a session for a host's directory, or for its tickets alone, was
   begun. */
static bool
is_begun(const struct sessions *sessions, const char *host, bool directory)
{
    for (size_t i = 0; i < sessions->count; i++)
        if (sessions->begun[i]->directory == directory
            && strcmp(sessions->begun[i]->host, host) == 0)
            return true;
    return false;
}


/* Whether some session gets its tickets from a KDC. */
static bool
is_kdc_asked(const struct sessions *sessions, const char *host)
{
    for (size_t i = 0; i < sessions->count; i++)
        if (strcmp(sessions->begun[i]->kdc, host) == 0)
            return true;
    return false;
}


/* Note a session, and hand its task on. */
static void
begin(struct sessions *sessions, struct session_task *task)
{
    struct session_plan *plan = xcalloc(1, sizeof(*plan));

    plan->host = xstrdup(task->host);
    plan->directory = task->ldap_port != 0;
    plan->kdc = xstrdup(task->kdc_host);
    plan->asks_tickets = !is_kdc_asked(sessions, task->kdc_host);
    for (size_t i = 0; i < task->hosts.count; i++)
        strings_add(&plan->hosts, task->hosts.items[i]);
    for (size_t i = 0; i < task->accounts.count; i++)
        strings_add(&plan->accounts, task->accounts.items[i]);
    sessions->begun = xrealloc(sessions->begun, sessions->count + 1,
                               sizeof(struct session_plan *));
    sessions->begun[sessions->count++] = plan;
    sessions->take(sessions->closure, task);
}


/* A session's task with a host, whose tickets come from a KDC at an address
   ("" if none are needed). */
static struct session_task *
new_task(const struct target_dc *dc, const char *address,
         const struct target_dc *kdc, const char *kdc_address)
{
    struct session_task *task = record_new(&session_task_type);

    record_set(&task->host, dc->host);
    record_set(&task->address, address);
    record_set(&task->kdc_host, kdc->host);
    record_set(&task->kdc_address, kdc_address);
    task->kdc_port = kdc->kerberos ? kdc->kerberos : PORT_KDC;
    return task;
}


/* Begin a DC's session if it has answered and nothing is to be waited for;
   returns whether it did. */
static bool
begin_directory(struct sessions *sessions, const struct target_dc *dc)
{
    const struct rootdse_fact *rootdse = rootdse_of(sessions, dc->host);
    const char *address, *kdc_address = NULL;
    const struct target_dc *kdc;
    struct session_task *task;
    char *base;

    address = open_address(sessions, dc->host, PROBE_ROOTDSE,
                           sessions_port(sessions, dc), false);
    if (!dc->ldap || !address || is_begun(sessions, dc->host, true)
        || !choose_kdc(sessions, dc, &kdc, &kdc_address))
        return false;
    task = new_task(dc, address, kdc, kdc_address ? kdc_address : "");
    task->ldap_port = sessions_port(sessions, dc);
    task->gc_port = forest_port(sessions, dc);
    base = naming_base(rootdse, sessions->settings->numbers->domain);
    record_set(&task->base, *sessions->configuration->base
                                ? sessions->configuration->base : base);
    free(base);
    record_set(&task->configuration, rootdse ? rootdse->configuration_nc : "");
    add_interests(sessions, task);
    begin(sessions, task);
    return true;
}


/* Begin a session for the tickets of a KDC alone, where no other session has
   asked it; returns whether it did. */
static bool
begin_tickets(struct sessions *sessions, const struct target_dc *dc)
{
    const char *address;

    if (!sessions->idle || !dc->kerberos || sessions->bind != BIND_GSSAPI
        || !wanted(sessions, "tickets") || is_kdc_asked(sessions, dc->host))
        return false;
    address = open_address(sessions, dc->host, PROBE_KDC, dc->kerberos, true);
    if (!address)
        return false;
    begin(sessions, new_task(dc, address, dc, address));
    return true;
}


enum trial { TRIAL_OPEN, TRIAL_SPENT, TRIAL_PASSED, TRIAL_REFUSED };

/* How the credentials have fared so far.  One refusal ends all attempts: a
   wrong password counts towards the account's lockout. */
static enum trial
credentials_trial(const struct sessions *sessions)
{
    enum trial trial = TRIAL_OPEN;

    FACTS_EACH(sessions->facts, FACT_TGT, tgt_fact, tgt) {
        if (tgt->outcome == KDC_REFUSED || tgt->outcome == KDC_NO_CREDENTIALS)
            return TRIAL_REFUSED;
        if (tgt->outcome == KDC_OK)
            trial = TRIAL_PASSED;
        /* It asked for pre-authentication, got it, and has not answered: it may
           count as a wrong password yet. */
        else if (tgt->outcome == KDC_UNREACHED
                 && tgt->error_code == PREAUTH_REQUIRED
                 && trial == TRIAL_OPEN)
            trial = TRIAL_SPENT;
    }
    FACTS_EACH(sessions->facts, FACT_BIND, bind_fact, bind) {
        if (sessions->bind == BIND_SIMPLE && bind->outcome == BIND_REFUSED)
            return TRIAL_REFUSED;
        if (bind->outcome == BIND_OK)
            trial = TRIAL_PASSED;
    }
    return sessions->bind == BIND_ANONYMOUS ? TRIAL_PASSED : trial;
}


/* Whether any check needs sessions at all. */
static bool
any_wanted(const struct sessions *sessions)
{
    static const char *const needy[]
        = {"accounts", "duplicates", "replication", "spn", "tickets", NULL};

    for (size_t i = 0; needy[i]; i++)
        if (wanted(sessions, needy[i]))
            return true;
    return sessions->settings->numbers->discovered_mail;
}


/* Whether another session may begin: not beside one that tries credentials
   of which nobody knows yet whether they are right. */
static bool
may_begin(const struct sessions *sessions, enum trial trial)
{
    return trial == TRIAL_PASSED || sessions->leader == NO_LEADER;
}


/* Note that a session was begun, perhaps to try the credentials. */
static void
note_begun(struct sessions *sessions, enum trial trial)
{
    if (trial == TRIAL_OPEN)
        sessions->leader = sessions->count - 1;
}


void
sessions_begin(struct sessions *sessions, const struct facts *facts,
               bool idle, take_session *take, void *closure)
{
    const struct settings *settings = sessions->settings;
    enum trial trial;

    sessions->facts = facts;
    sessions->idle = idle;
    sessions->take = take;
    sessions->closure = closure;
    trial = credentials_trial(sessions);
    if (!settings->numbers->credentials || trial == TRIAL_REFUSED
        || trial == TRIAL_SPENT
        || !any_wanted(sessions))
        return;
    for (size_t i = 0; i < settings->dc_count; i++)
        if (may_begin(sessions, trial)
            && begin_directory(sessions, settings->dcs[i]))
            note_begun(sessions, trial);
    for (size_t i = 0; i < settings->dc_count; i++)
        if (may_begin(sessions, trial)
            && begin_tickets(sessions, settings->dcs[i]))
            note_begun(sessions, trial);
}


void
sessions_settled(struct sessions *sessions, size_t number)
{
    if (sessions->leader == number)
        sessions->leader = NO_LEADER;
}


/* Whether a host's KDC gave a ticket-granting ticket. */
static bool
has_tgt(const struct facts *facts, const char *host)
{
    FACTS_EACH(facts, FACT_TGT, tgt_fact, tgt)
        if (tgt->outcome == KDC_OK && strcmp(tgt->host, host) == 0)
            return true;
    return false;
}


struct followup_task *
sessions_follow_up(struct sessions *sessions, const struct facts *facts,
                   size_t number, const struct strings *realms,
                   const struct strings *kdcs)
{
    const struct session_plan *plan = sessions->begun[number];
    struct followup_task *task = record_new(&followup_task_type);
    const struct follow_up follow_up = {facts, sessions->settings, task};

    if (plan->asks_tickets && has_tgt(facts, plan->kdc)) {
        follow_up_tickets(&follow_up, realms, kdcs);
        if (!sessions->smb_asked)
            follow_up_smb(&follow_up);
        sessions->smb_asked = true;
    }
    if (plan->directory) {
        follow_up_accounts(&follow_up, &plan->hosts, &plan->accounts);
        follow_up_replication(&follow_up, plan->host);
    }
    if (!follow_up_is_empty(task))
        return task;
    record_free(&followup_task_type, task);
    return NULL;
}
