/*
 * One run of the pipe: plan, workers, facts.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/now.h"
#include "daemon/crew.h"
#include "daemon/plan.h"
#include "daemon/resolvers.h"
#include "daemon/run.h"

struct run {
    const struct context_task *context;
    struct settings *settings;
    struct facts *facts;
    struct plan *plan;
    struct crew *crew;
    struct strings resolvers;
    int64_t started_us, deadline_us;  /* monotonic */
    int64_t patience_us;              /* until when follow-ups may wait */
    size_t planned_count;             /* facts that the plan has seen */
    bool following;                   /* sessions get their follow-ups */
    bool finishing;                   /* the plan is complete */
};


/* Tell the plan that a session has told what it found, or has ended. */
static void
settle_session(void *closure, size_t number)
{
    struct run *run = closure;

    plan_session_settled(run->plan, number);
    /* Who waited for it may begin, also where it told nothing. */
    run->planned_count = SIZE_MAX;
}


/* Have the keytabs read that are compared with the directory. */
static void
read_keytabs(const struct run *run)
{
    const struct settings *settings = run->settings;

    if (!strings_contain(&settings->numbers->checks, "accounts"))
        return;
    crew_read_keytab(run->crew, "", run->context->keytab);
    for (size_t i = 0; i < settings->mail_count; i++)
        crew_read_keytab(run->crew, settings->mail[i]->host,
                         settings->mail[i]->keytab);
    crew_end_keytabs(run->crew);
}


struct run *
run_start(const struct configuration *configuration,
          struct settings *settings, const struct context_task *context)
{
    struct run *run = xcalloc(1, sizeof(*run));

    run->context = context;
    run->settings = settings;
    run->settings->numbers->time_us = now_wall_us();
    run->facts = facts_new();
    resolvers_read("/etc/resolv.conf", &run->resolvers);
    run->plan = plan_new(configuration, run->settings, &run->resolvers,
                         (enum bind_method)context->bind);
    run->started_us = now_monotonic_us();
    run->deadline_us = run->started_us + configuration->probes.deadline_us;
    run->patience_us = run->started_us + configuration->probes.deadline_us / 2;
    run->crew = crew_new(context, settings->numbers->host,
                         configuration->probes.parallel, run->facts,
                         settle_session, run);
    read_keytabs(run);
    return run;
}


void
run_free(struct run *run)
{
    if (!run)
        return;
    crew_free(run->crew);
    plan_free(run->plan);
    strings_clear(&run->resolvers);
    facts_free(run->facts);
    settings_free(run->settings);
    free(run);
}


void
run_remember(struct run *run, enum fact_kind kind, const void *fact)
{
    facts_add(run->facts, kind, record_copy(fact_types[kind], fact),
              run->settings->numbers->host);
}


/* Take a packet task from the plan. */
static void
take_packet_task(void *closure, struct packet_task *task)
{
    const struct run *run = closure;

    crew_ask(run->crew, task);
}


/* Take a session task from the plan. */
static void
take_session_task(void *closure, struct session_task *task)
{
    const struct run *run = closure;

    crew_hold_session(run->crew, task);
}


/* Ask for what the facts now call for. */
static void
plan_ahead(struct run *run)
{
    const struct plan_sink sink = {take_packet_task, take_session_task, run};

    if (run->planned_count != facts_count(run->facts)
        || !crew_was_asked(run->crew))
        plan_advance(run->plan, run->facts, false, &sink);
    run->planned_count = facts_count(run->facts);
    if (crew_is_idle(run->crew))
        plan_advance(run->plan, run->facts, true, &sink);
}


/* Once nothing is to be waited for, whoever rests has a follow-up to do, or may
   go.  Nor is anything waited for longer than half of the time, or when so
   many rest that others cannot begin: who is slow delays itself alone. */
static void
follow_up(struct run *run)
{
    size_t number = 0;

    run->following |= crew_is_idle(run->crew) || crew_is_full(run->crew)
                      || now_monotonic_us() >= run->patience_us;
    while (run->following && crew_resting(run->crew, &number))
        crew_follow_up(run->crew, number,
                       plan_follow_up(run->plan, run->facts, number));
}


/* Go on with the plan; once it has no more questions, let the workers end. */
static void
advance(struct run *run)
{
    if (run->finishing)
        return;
    plan_ahead(run);
    crew_start_sessions(run->crew);
    follow_up(run);
    if (crew_is_idle(run->crew) && !crew_reads_keytabs(run->crew)) {
        run->finishing = true;
        crew_finish(run->crew);
    }
}


bool
run_work(struct run *run)
{
    crew_work(run->crew);
    if (now_monotonic_us() >= run->deadline_us) {
        crew_stop(run->crew);
        run->finishing = true;
    }
    advance(run);
    return run->finishing && crew_has_finished(run->crew);
}


size_t
run_pollfds(struct run *run, struct pollfd **fds_out)
{
    return crew_pollfds(run->crew, fds_out);
}


int
run_timeout_ms(const struct run *run)
{
    int64_t now_us = now_monotonic_us();
    int64_t until_us = run->following ? run->deadline_us : run->patience_us;

    return until_us <= now_us ? 0 : (int)((until_us - now_us) / 1000 + 1);
}


const struct facts *
run_facts(const struct run *run)
{
    return run->facts;
}


const struct settings *
run_settings(const struct run *run)
{
    return run->settings;
}


size_t
run_failed_workers(const struct run *run)
{
    size_t count = 0;

    for (const struct fact *fact = facts_first(run->facts, FACT_WORKER); fact;
         fact = fact->next)
        count++;
    return count;
}


int64_t
run_elapsed_us(const struct run *run)
{
    return now_monotonic_us() - run->started_us;
}


char *
run_progress(const struct run *run)
{
    return crew_progress(run->crew);
}
