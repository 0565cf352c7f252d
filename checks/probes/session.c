/*
 * The session worker: tickets for one DC, and what its directory holds.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/probes/accounts.h"
#include "checks/probes/directory.h"
#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/input.h"
#include "checks/probes/replicas.h"
#include "checks/probes/service_tickets.h"
#include "checks/probes/session.h"
#include "checks/probes/smb_session.h"
#include "checks/probes/topology.h"

/* What stays open between the task and its follow-up. */
struct session {
    const struct context_task *context;
    const struct session_task *task;
    struct tickets *tickets;      /* NULL where the bind needs none */
    struct directory *directory;  /* NULL where there is no connection */
    bool active_directory;        /* of that kind is the directory */
};


/* Read a record that must come. */
static void *
read_task(struct input *input, const struct record_type *type,
          struct error *error)
{
    void *task = input_record(input, STDIN_FILENO, type, error);

    if (!task && !*error->text)
        error_set(error, "the input ended before a %s", type->name);
    return task;
}


/* Get a ticket-granting ticket; emits how it went at once, for the parent
   waits for that. */
static void
get_tgt(struct tickets *tickets)
{
    struct tgt_fact *fact = tickets_get_tgt(tickets);

    emit_fact(FACT_TGT, fact);
    record_free(fact_types[FACT_TGT], fact);
}


/* Get the ticket that a GSSAPI bind needs. */
static bool
get_bind_ticket(const struct session *session, struct error *error)
{
    char *service;
    bool got;

    if (!tickets_granted(session->tickets))
        return error_set(error, "not tried without a ticket");
    service = xasprintf("ldap/%s", session->task->host);
    got = tickets_get(session->tickets, service, error);
    free(service);
    return got;
}


/* Emit how a bind went; the fact is freed here. */
static void
emit_bind(struct bind_fact *fact)
{
    fact->base.time_us = instant_now().real_us;
    emit_fact(FACT_BIND, fact);
    record_free(fact_types[FACT_BIND], fact);
}


/* Emit that nobody could bind for want of a ticket. */
static void
emit_no_ticket(const struct context_task *context,
               const struct session_task *task, const struct error *error)
{
    struct bind_fact *fact
        = directory_new_fact(context, task, task->ldap_port);

    fact->outcome = BIND_NO_TICKET;
    record_set(&fact->detail, error->text);
    emit_bind(fact);
}


/* Connect and bind to a port, and emit how it went. */
static struct directory *
open_port(const struct context_task *context, const struct session_task *task,
          int64_t port, const char *cache)
{
    struct bind_fact *fact = directory_new_fact(context, task, port);
    struct directory *directory
        = directory_open(context, task, port, cache, fact);

    emit_bind(fact);
    return directory;
}


/* Search the forest through the global catalog. */
static void
search_forest(const struct session *session, const char *cache)
{
    struct directory *forest = open_port(session->context, session->task,
                                         session->task->gc_port, cache);

    if (forest)
        accounts_search_forest(forest, session->task);
    directory_close(forest);
}


/* Bind, and ask the directory what the task says; a connection that is lost
   is closed. */
static void
search_all(struct session *session)
{
    const struct session_task *task = session->task;
    const char *cache = session->tickets ? tickets_cache(session->tickets)
                                         : NULL;
    struct directory *directory = open_port(session->context, task,
                                            task->ldap_port, cache);

    if (directory
        && accounts_search_domain(directory, task, &session->active_directory)
        && (!task->topology || topology_search(directory, task))
        && (!task->replicas || replicas_search(directory, task))) {
        session->directory = directory;
        if (task->gc_port)
            search_forest(session, cache);
    } else {
        directory_close(directory);
    }
}


/* Do what the task says. */
static void
begin_session(struct session *session)
{
    struct error error;

    if (session->context->bind == BIND_GSSAPI) {
        session->tickets = tickets_new(session->context, session->task);
        get_tgt(session->tickets);
    }
    if (!session->task->ldap_port)
        return;
    if (session->tickets && !get_bind_ticket(session, &error))
        emit_no_ticket(session->context, session->task, &error);
    else
        search_all(session);
}


/* Hold an SMB session with a mail server, "HOST ADDRESS". */
static void
try_smb(const struct session *session, const char *target)
{
    const char *space = strchr(target, ' ');
    char *host;

    if (!space)
        return;
    host = xstrndup(target, (size_t)(space - target));
    smb_session_try(session->context, host, space + 1, session->tickets);
    free(host);
}


/* Do what the follow-up says, as far as the task has led; last what may have
   to wait for hosts that do not answer: KDCs of other realms, mail servers. */
static void
go_on(const struct session *session, const struct followup_task *followup)
{
    bool granted = session->tickets && tickets_granted(session->tickets);

    if (session->directory
        && accounts_search_more(session->directory, session->task, followup,
                                session->active_directory))
        pending_search(session->directory, session->task, followup);
    if (granted)
        service_tickets_ask(session->tickets, followup);
    for (size_t i = 0; granted && i < followup->smb.count; i++)
        try_smb(session, followup->smb.items[i]);
}


/* Say good-bye. */
static void
end_session(struct session *session)
{
    directory_close(session->directory);
    tickets_free(session->tickets);
}


/* Hold the session; fails if what follows on the task is no follow-up. */
static bool
hold_session(const struct context_task *context,
             const struct session_task *task, struct input *input,
             struct error *error)
{
    struct session session = {.context = context, .task = task};
    struct followup_task *followup;

    begin_session(&session);
    emit_done(0);
    followup = input_record(input, STDIN_FILENO, &followup_task_type, error);
    if (followup) {
        go_on(&session, followup);
        emit_done(0);
    }
    record_free(&followup_task_type, followup);
    end_session(&session);
    return !*error->text;
}


int
session_main(void)
{
    struct context_task *context = NULL;
    struct session_task *task = NULL;
    struct input input = {.bytes = NULL};
    bool held = false;
    struct error error;

    context = read_task(&input, &context_task_type, &error);
    if (context)
        task = read_task(&input, &session_task_type, &error);
    if (task)
        held = hold_session(context, task, &input, &error);
    if (!held)
        fprintf(stderr, "spnhealthd-probe: %s\n", error.text);
    record_free(&session_task_type, task);
    record_free(&context_task_type, context);
    input_clear(&input);
    return held ? EXIT_SUCCESS : EXIT_FAILURE;
}
