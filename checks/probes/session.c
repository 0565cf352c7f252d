/*
 * The session worker: tickets for one DC, and what its directory holds.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "checks/probes/accounts.h"
#include "checks/probes/directory.h"
#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/input.h"
#include "checks/probes/session.h"
#include "checks/probes/tickets.h"


/* Read the next line as a record of a type, for record_free(); NULL and an
   error if there is none. */
static void *
read_record(struct input *input, const struct record_type *type,
            struct error *error)
{
    const struct record_type *const types[] = {type, NULL};
    const struct record_type *found;
    const char *line;
    size_t length;
    void *record;

    while (!(line = input_next(input, &length))) {
        if (input->ended) {
            error_set(error, "the input ended before a %s", type->name);
            return NULL;
        }
        if (!input_fill(input, STDIN_FILENO, error)) {
            error_prefix(error, "reading a %s", type->name);
            return NULL;
        }
    }
    record = record_decode(types, line, length, &found, error);
    if (!record)
        error_prefix(error, "reading a %s", type->name);
    return record;
}


/* Get the tickets that a GSSAPI bind needs; emits how it went with the first
   at once, for the parent waits for that. */
static bool
get_tickets(struct tickets *tickets, struct error *error)
{
    struct tgt_fact *fact = tickets_get_tgt(tickets);
    bool got = fact->outcome == KDC_OK;

    emit_fact(FACT_TGT, fact);
    if (!got)
        error_set(error, "not tried without a ticket");
    record_free(fact_types[FACT_TGT], fact);
    return got && tickets_get_service(tickets, error);
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


/* Ask the directory, and the global catalog if the task says so. */
static void
search_all(const struct context_task *context,
           const struct session_task *task, const char *cache)
{
    struct directory *domain = open_port(context, task, task->ldap_port,
                                         cache);
    struct directory *forest = NULL;

    if (domain && accounts_search_domain(domain, task) && task->gc_port)
        forest = open_port(context, task, task->gc_port, cache);
    if (forest)
        accounts_search_forest(forest, task);
    directory_close(forest);
    directory_close(domain);
}


/* Hold the session. */
static void
hold_session(const struct context_task *context,
             const struct session_task *task)
{
    struct tickets *tickets = NULL;
    struct error error;

    if (context->bind == BIND_GSSAPI)
        tickets = tickets_new(context, task);
    if (tickets && !get_tickets(tickets, &error))
        emit_no_ticket(context, task, &error);
    else
        search_all(context, task, tickets ? tickets_cache(tickets) : NULL);
    tickets_free(tickets);
}


int
session_main(void)
{
    struct context_task *context = NULL;
    struct session_task *task = NULL;
    struct input input = {.bytes = NULL};
    int status = EXIT_FAILURE;
    struct error error;

    context = read_record(&input, &context_task_type, &error);
    if (context)
        task = read_record(&input, &session_task_type, &error);
    input_clear(&input);
    if (task) {
        hold_session(context, task);
        status = EXIT_SUCCESS;
    } else {
        fprintf(stderr, "spnhealthd-probe: %s\n", error.text);
    }
    record_free(&session_task_type, task);
    record_free(&context_task_type, context);
    return status;
}
