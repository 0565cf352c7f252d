/*
 * One run of the pipe: plan, workers, facts.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "daemon/plan.h"
#include "daemon/resolvers.h"
#include "daemon/run.h"
#include "daemon/worker.h"

/* What one run may bring in at the most, whoever sends it. */
#define BYTES_MOST (INT64_C(512) * 1024 * 1024)

/* One session: waiting, running, or over. */
struct session {
    char *host;
    char *line;             /* its task */
    struct worker *worker;  /* NULL before it runs and after it ended */
    bool over;
};

struct run {
    const struct configuration *configuration;
    const struct context_task *context;
    struct settings *settings;
    struct facts *facts;
    struct plan *plan;
    struct strings resolvers;
    char *context_line;

    struct worker *packet;     /* NULL once it ended */
    int64_t asked, answered;   /* packet tasks */
    struct session **sessions;
    size_t session_count;

    /* The worker whose lines are being read, for facts about it. */
    struct worker *speaker;
    const char *speaker_mode;
    const char *speaker_host;
    bool speaker_lied;

    struct pollfd *pollfds;
    int64_t bytes;
    int64_t started_us, deadline_us;  /* monotonic */
    size_t planned_count;             /* facts that the plan has seen */
    bool finishing;                   /* the plan is complete */
};


void
run_free(struct run *run)
{
    if (!run)
        return;
    worker_free(run->packet);
    for (size_t i = 0; i < run->session_count; i++) {
        worker_free(run->sessions[i]->worker);
        free(run->sessions[i]->host);
        free(run->sessions[i]->line);
        free(run->sessions[i]);
    }
    free(run->sessions);
    free(run->pollfds);
    free(run->context_line);
    plan_free(run->plan);
    strings_clear(&run->resolvers);
    facts_free(run->facts);
    settings_free(run->settings);
    free(run);
}


/* With --trace, show what passes between the plan and a worker.  It is
   printable: we wrote it, or the field tables have let it through. */
static void
trace(const struct run *run, const char *direction, const char *line,
      size_t length)
{
    if (run->context->verbosity >= CONTEXT_TRACE)
        fprintf(stderr, "%8.3f %s %.*s\n", (double)run_elapsed_us(run) / 1e6,
                direction, (int)length, line);
}


void
run_remember(struct run *run, enum fact_kind kind, const void *fact)
{
    facts_add(run->facts, kind, record_copy(fact_types[kind], fact),
              run->settings->numbers->host);
}


/* Note that a worker had to be killed, died, or wrote what is no fact. */
static void
add_worker_fact(struct run *run, const char *mode, const char *host,
                enum worker_outcome outcome, const char *detail)
{
    struct worker_fact *fact = record_new(fact_types[FACT_WORKER]);

    fact->base.time_us = now_wall_us();
    fact->outcome = outcome;
    record_set(&fact->worker, mode);
    record_set(&fact->host, host);
    record_set(&fact->detail, detail);
    facts_add(run->facts, FACT_WORKER, fact, run->settings->numbers->host);
}


struct run *
run_start(const struct configuration *configuration,
          struct settings *settings, const struct context_task *context)
{
    struct run *run = xcalloc(1, sizeof(*run));
    struct error error;

    run->configuration = configuration;
    run->context = context;
    run->settings = settings;
    run->settings->numbers->time_us = now_wall_us();
    run->facts = facts_new();
    resolvers_read("/etc/resolv.conf", &run->resolvers);
    run->plan = plan_new(configuration, run->settings, &run->resolvers,
                         (enum bind_method)context->bind);
    run->context_line = record_encode(&context_task_type, context);
    run->started_us = now_monotonic_us();
    run->deadline_us = run->started_us + configuration->probes.deadline_us;
    run->packet = worker_start("packet", &error);
    if (run->packet)
        worker_send(run->packet, run->context_line);
    else
        add_worker_fact(run, "packet", run->settings->numbers->host,
                        WORKER_UNSTARTED, error.text);
    return run;
}


/* Stop listening to a worker that wrote what it must not. */
static void
refuse_speaker(struct run *run, const char *reason)
{
    if (run->speaker_lied)
        return;
    run->speaker_lied = true;
    add_worker_fact(run, run->speaker_mode, run->speaker_host, WORKER_LIED,
                    reason);
    worker_kill(run->speaker);
}


/* Take a line that a worker wrote: a fact, or that a task is done. */
static void
take_line(void *closure, const char *line, size_t length)
{
    static const struct record_type *types[FACT_KINDS + 2];
    const struct record_type *type;
    struct run *run = closure;
    struct error error;
    int kind = 0;
    void *record;

    for (int i = 0; i < FACT_KINDS; i++)
        types[i] = fact_types[i];
    types[FACT_KINDS] = &done_task_type;
    run->bytes += (int64_t)length;
    if (run->speaker_lied)
        return;
    if (run->bytes > BYTES_MOST) {
        refuse_speaker(run, "wrote more than a run may hold");
        return;
    }
    record = record_decode(types, line, length, &type, &error);
    if (!record) {
        refuse_speaker(run, error.text);
        return;
    }
    trace(run, "<-", line, length);
    if (type == &done_task_type) {
        run->answered++;
        record_free(type, record);
        return;
    }
    while (fact_types[kind] != type)
        kind++;
    facts_add(run->facts, kind, record, run->settings->numbers->host);
}


/* Take a packet task from the plan. */
static void
take_packet_task(void *closure, struct packet_task *task)
{
    struct run *run = closure;
    char *line = record_encode(&packet_task_type, task);

    if (run->packet) {
        trace(run, "->", line, strlen(line));
        worker_send(run->packet, line);
        run->asked++;
    }
    free(line);
    record_free(&packet_task_type, task);
}


/* Take a session task from the plan. */
static void
take_session_task(void *closure, struct session_task *task)
{
    struct run *run = closure;
    struct session *session = xcalloc(1, sizeof(*session));

    session->host = xstrdup(task->host);
    session->line = record_encode(&session_task_type, task);
    run->sessions = xrealloc(run->sessions, run->session_count + 1,
                             sizeof(struct session *));
    run->sessions[run->session_count++] = session;
    record_free(&session_task_type, task);
}


/* Start waiting sessions, as many as may run at once. */
static void
start_sessions(struct run *run)
{
    int64_t running = 0;

    for (size_t i = 0; i < run->session_count; i++)
        running += run->sessions[i]->worker != NULL;
    for (size_t i = 0; i < run->session_count
                       && running < run->configuration->probes.parallel; i++) {
        struct session *session = run->sessions[i];
        struct error error;

        if (session->worker || session->over)
            continue;
        session->worker = worker_start("session", &error);
        if (!session->worker) {
            session->over = true;
            add_worker_fact(run, "session", session->host, WORKER_UNSTARTED,
                            error.text);
            plan_session_ended(run->plan, session->host);
            continue;
        }
        worker_send(session->worker, run->context_line);
        trace(run, "->", session->line, strlen(session->line));
        worker_send(session->worker, session->line);
        worker_finish(session->worker);
        running++;
    }
}


/* Let a worker write and be read; frees it and clears the pointer once it has
   ended. */
static void
serve(struct run *run, struct worker **worker, const char *mode,
      const char *host)
{
    enum worker_state state;

    run->speaker = *worker;
    run->speaker_mode = mode;
    run->speaker_host = host;
    run->speaker_lied = false;
    state = worker_work(*worker, take_line, run);
    if (state == WORKER_RUNNING && !run->speaker_lied)
        return;
    if (state == WORKER_DIED && !run->speaker_lied)
        add_worker_fact(run, mode, host, WORKER_CRASHED,
                        worker_obituary(*worker));
    worker_free(*worker);
    *worker = NULL;
}


/* Let all workers write and be read. */
static void
serve_workers(struct run *run)
{
    if (run->packet) {
        serve(run, &run->packet, "packet", run->settings->numbers->host);
        if (!run->packet)
            run->answered = run->asked;
    }
    for (size_t i = 0; i < run->session_count; i++) {
        struct session *session = run->sessions[i];

        if (!session->worker)
            continue;
        serve(run, &session->worker, "session", session->host);
        if (!session->worker) {
            session->over = true;
            plan_session_ended(run->plan, session->host);
        }
    }
}


/* Whether nothing that was asked is still unanswered. */
static bool
is_idle(const struct run *run)
{
    if (run->answered < run->asked)
        return false;
    for (size_t i = 0; i < run->session_count; i++)
        if (!run->sessions[i]->over)
            return false;
    return true;
}


/* Ask for what the facts now call for; once that is nothing, let the packet
   worker end. */
static void
advance(struct run *run)
{
    const struct plan_sink sink = {take_packet_task, take_session_task, run};

    if (run->finishing)
        return;
    if (run->planned_count != facts_count(run->facts) || run->asked == 0)
        plan_advance(run->plan, run->facts, false, &sink);
    run->planned_count = facts_count(run->facts);
    if (is_idle(run))
        plan_advance(run->plan, run->facts, true, &sink);
    start_sessions(run);
    if (is_idle(run)) {
        run->finishing = true;
        if (run->packet)
            worker_finish(run->packet);
    }
}


/* Kill what is still at work at the deadline. */
static void
stop_at_deadline(struct run *run)
{
    if (run->packet) {
        char *detail = xasprintf("killed at the run's deadline with %" PRId64
                                 " of %" PRId64 " exchanges unfinished",
                                 run->asked - run->answered, run->asked);

        add_worker_fact(run, "packet", run->settings->numbers->host,
                        WORKER_KILLED, detail);
        free(detail);
        worker_free(run->packet);
        run->packet = NULL;
    }
    for (size_t i = 0; i < run->session_count; i++) {
        struct session *session = run->sessions[i];

        if (!session->over)
            add_worker_fact(run, "session", session->host, WORKER_KILLED,
                            session->worker ? "killed at the run's deadline"
                                            : "not begun by the run's deadline");
        worker_free(session->worker);
        session->worker = NULL;
        session->over = true;
    }
    run->finishing = true;
}


bool
run_work(struct run *run)
{
    serve_workers(run);
    if (now_monotonic_us() >= run->deadline_us)
        stop_at_deadline(run);
    advance(run);
    return run->finishing && !run->packet;
}


size_t
run_pollfds(struct run *run, struct pollfd **fds_out)
{
    size_t count = 0;

    run->pollfds = xrealloc(run->pollfds,
                            (run->session_count + 1) * WORKER_POLLFDS,
                            sizeof(*run->pollfds));
    if (run->packet)
        count += worker_pollfds(run->packet, run->pollfds);
    for (size_t i = 0; i < run->session_count; i++)
        if (run->sessions[i]->worker)
            count += worker_pollfds(run->sessions[i]->worker,
                                    run->pollfds + count);
    *fds_out = run->pollfds;
    return count;
}


int
run_timeout_ms(const struct run *run)
{
    int64_t left_us = run->deadline_us - now_monotonic_us();

    return left_us <= 0 ? 0 : (int)(left_us / 1000 + 1);
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
    size_t sessions = 0;

    for (size_t i = 0; i < run->session_count; i++)
        sessions += !run->sessions[i]->over;
    return xasprintf("waiting for %" PRId64 " of %" PRId64
                     " answers and %zu directory session%s",
                     run->asked - run->answered, run->asked, sessions,
                     sessions == 1 ? "" : "s");
}
