/*
 * The workers of one run, and what they deliver.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "daemon/crew.h"
#include "daemon/worker.h"

/* What one worker may bring in at the most, and all together. */
#define WORKER_BYTES_MOST (INT64_C(128) * 1024 * 1024)
#define BYTES_MOST (4 * WORKER_BYTES_MOST)

/* A process and three descriptors each. */
enum { RESTING_MOST = 128 };

enum session_state {
    SESSION_QUEUED,   /* not begun */
    SESSION_LOOKING,  /* at work on its task */
    SESSION_RESTING,  /* has told what it found, and waits for a follow-up */
    SESSION_LEAVING,  /* at work on its follow-up, or told that there is none */
    SESSION_OVER,
};

struct session {
    char *host;
    char *line;             /* its task */
    struct worker *worker;  /* NULL before it runs and after it ended */
    int64_t bytes;          /* that it has brought in */
    enum session_state state;
};

struct crew {
    const struct context_task *context;
    const char *host;  /* this one */
    int64_t parallel;
    struct facts *facts;
    session_settled *settled;
    void *closure;
    char *context_line;
    int64_t started_us;  /* monotonic, for --trace */

    struct worker *packet;    /* NULL once it ended */
    struct worker *keytab;    /* likewise, and where there is no keytab */
    int64_t asked, answered;  /* packet tasks */
    struct session **sessions;
    size_t session_count;

    /* The worker whose lines are being read, for facts about it. */
    struct worker *speaker;
    const char *speaker_mode;
    const char *speaker_host;
    struct session *speaker_session;  /* NULL: it is none */
    bool speaker_lied;

    struct pollfd *pollfds;
    int64_t bytes;
};


/* With --trace, show what passes between the plan and a worker.  It is
   printable: we wrote it, or the field tables have let it through. */
static void
trace(const struct crew *crew, const char *direction, const char *line,
      size_t length)
{
    double elapsed_s = (double)(now_monotonic_us() - crew->started_us) / 1e6;

    if (crew->context->verbosity >= CONTEXT_TRACE)
        fprintf(stderr, "%8.3f %s %.*s\n", elapsed_s, direction, (int)length,
                line);
}


/* Note that a worker had to be killed, died, or wrote what is no fact. */
static void
add_worker_fact(struct crew *crew, const char *mode, const char *host,
                enum worker_outcome outcome, const char *detail)
{
    struct worker_fact *fact = record_new(fact_types[FACT_WORKER]);

    fact->base.time_us = now_wall_us();
    fact->outcome = outcome;
    record_set(&fact->worker, mode);
    record_set(&fact->host, host);
    record_set(&fact->detail, detail);
    facts_add(crew->facts, FACT_WORKER, fact, crew->host);
}


/* Start a worker, or note that it could not be started. */
static struct worker *
start_worker(struct crew *crew, const char *mode, const char *host)
{
    struct error error;
    struct worker *worker = worker_start(mode, &error);

    if (worker)
        worker_send(worker, crew->context_line);
    else
        add_worker_fact(crew, mode, host, WORKER_UNSTARTED, error.text);
    return worker;
}


struct crew *
crew_new(const struct context_task *context, const char *host,
         int64_t parallel, struct facts *facts, session_settled *settled,
         void *closure)
{
    struct crew *crew = xcalloc(1, sizeof(*crew));

    crew->context = context;
    crew->host = host;
    crew->parallel = parallel;
    crew->facts = facts;
    crew->settled = settled;
    crew->closure = closure;
    crew->started_us = now_monotonic_us();
    crew->context_line = record_encode(&context_task_type, context);
    crew->packet = start_worker(crew, "packet", host);
    return crew;
}


void
crew_free(struct crew *crew)
{
    if (!crew)
        return;
    worker_free(crew->packet);
    worker_free(crew->keytab);
    for (size_t i = 0; i < crew->session_count; i++) {
        worker_free(crew->sessions[i]->worker);
        free(crew->sessions[i]->host);
        free(crew->sessions[i]->line);
        free(crew->sessions[i]);
    }
    free(crew->sessions);
    free(crew->pollfds);
    free(crew->context_line);
    free(crew);
}


/* ----- what they are asked */

/* Give a worker a task. */
static void
tell(const struct crew *crew, struct worker *worker,
     const struct record_type *type, const void *task)
{
    char *line = record_encode(type, task);

    trace(crew, "->", line, strlen(line));
    worker_send(worker, line);
    free(line);
}


void
crew_ask(struct crew *crew, struct packet_task *task)
{
    if (crew->packet) {
        tell(crew, crew->packet, &packet_task_type, task);
        crew->asked++;
    }
    record_free(&packet_task_type, task);
}


void
crew_read_keytab(struct crew *crew, const char *host, const char *file)
{
    struct keytab_task *task;

    if (!*file)
        return;
    if (!crew->keytab)
        crew->keytab = start_worker(crew, "keytab", crew->host);
    if (!crew->keytab)
        return;
    task = record_new(&keytab_task_type);
    record_set(&task->host, host);
    record_set(&task->file, file);
    tell(crew, crew->keytab, &keytab_task_type, task);
    record_free(&keytab_task_type, task);
}


void
crew_end_keytabs(struct crew *crew)
{
    if (crew->keytab)
        worker_finish(crew->keytab);
}


void
crew_hold_session(struct crew *crew, struct session_task *task)
{
    struct session *session = xcalloc(1, sizeof(*session));

    session->host = xstrdup(task->host);
    session->line = record_encode(&session_task_type, task);
    crew->sessions = xrealloc(crew->sessions, crew->session_count + 1,
                              sizeof(struct session *));
    crew->sessions[crew->session_count++] = session;
    record_free(&session_task_type, task);
}


/* How many sessions are in a state. */
static int64_t
count_sessions(const struct crew *crew, enum session_state state)
{
    int64_t count = 0;

    for (size_t i = 0; i < crew->session_count; i++)
        count += crew->sessions[i]->state == state;
    return count;
}


/* Whether another session may be at work. */
static bool
has_room(const struct crew *crew)
{
    return count_sessions(crew, SESSION_LOOKING)
               + count_sessions(crew, SESSION_LEAVING)
           < crew->parallel;
}


bool
crew_is_full(const struct crew *crew)
{
    return count_sessions(crew, SESSION_RESTING) >= RESTING_MOST;
}


/* Start a queued session. */
static void
start_session(struct crew *crew, size_t number)
{
    struct session *session = crew->sessions[number];

    session->worker = start_worker(crew, "session", session->host);
    if (!session->worker) {
        session->state = SESSION_OVER;
        crew->settled(crew->closure, number);
        return;
    }
    trace(crew, "->", session->line, strlen(session->line));
    worker_send(session->worker, session->line);
    session->state = SESSION_LOOKING;
}


void
crew_start_sessions(struct crew *crew)
{
    for (size_t i = 0; i < crew->session_count && has_room(crew)
                       && !crew_is_full(crew); i++)
        if (crew->sessions[i]->state == SESSION_QUEUED)
            start_session(crew, i);
}


bool
crew_resting(const struct crew *crew, size_t *number)
{
    if (!has_room(crew))
        return false;
    for (; *number < crew->session_count; ++*number)
        if (crew->sessions[*number]->state == SESSION_RESTING)
            return true;
    return false;
}


void
crew_follow_up(struct crew *crew, size_t number, struct followup_task *task)
{
    struct session *session = crew->sessions[number];

    if (task) {
        tell(crew, session->worker, &followup_task_type, task);
        record_free(&followup_task_type, task);
    }
    worker_finish(session->worker);
    session->state = SESSION_LEAVING;
}


/* ----- what they say */

/* Stop listening to a worker that wrote what it must not. */
static void
refuse_speaker(struct crew *crew, const char *reason)
{
    if (crew->speaker_lied)
        return;
    crew->speaker_lied = true;
    add_worker_fact(crew, crew->speaker_mode, crew->speaker_host, WORKER_LIED,
                    reason);
    worker_kill(crew->speaker);
}


/* Take a worker's word that its task is done. */
static void
take_done(struct crew *crew)
{
    struct session *session = crew->speaker_session;

    if (crew->speaker == crew->packet)
        crew->answered++;
    else if (session && session->state == SESSION_LOOKING)
        session->state = SESSION_RESTING;
}


/* Take a record that a worker wrote: a fact, or that a task is done. */
static void
take_record(struct crew *crew, const struct record_type *type, void *record)
{
    int kind = 0;

    if (type == &done_task_type) {
        take_done(crew);
        record_free(type, record);
        return;
    }
    while (fact_types[kind] != type)
        kind++;
    facts_add(crew->facts, kind, record, crew->host);
}


/* Count what the speaker brings in; whether that may still be held. */
static bool
has_room_for(struct crew *crew, int64_t bytes)
{
    struct session *session = crew->speaker_session;

    crew->bytes += bytes;
    if (session)
        session->bytes += bytes;
    return crew->bytes <= BYTES_MOST
           && (!session || session->bytes <= WORKER_BYTES_MOST);
}


/* Take a line that a worker wrote. */
static void
take_line(void *closure, const char *line, size_t length)
{
    static const struct record_type *types[FACT_KINDS + 2];
    const struct record_type *type;
    struct crew *crew = closure;
    struct error error;
    void *record;

    for (int i = 0; i < FACT_KINDS; i++)
        types[i] = fact_types[i];
    types[FACT_KINDS] = &done_task_type;
    if (crew->speaker_lied)
        return;
    if (!has_room_for(crew, (int64_t)length)) {
        refuse_speaker(crew, "wrote more than a run may hold");
        return;
    }
    record = record_decode(types, line, length, &type, &error);
    if (!record) {
        refuse_speaker(crew, error.text);
        return;
    }
    trace(crew, "<-", line, length);
    take_record(crew, type, record);
}


/* Let a worker write and be read; frees it and clears the pointer once it has
   ended. */
static void
serve(struct crew *crew, struct worker **worker, const char *mode,
      const char *host, struct session *session)
{
    enum worker_state state;

    if (!*worker)
        return;
    crew->speaker = *worker;
    crew->speaker_mode = mode;
    crew->speaker_host = host;
    crew->speaker_session = session;
    crew->speaker_lied = false;
    state = worker_work(*worker, take_line, crew);
    if (state == WORKER_RUNNING && !crew->speaker_lied)
        return;
    if (state == WORKER_DIED && !crew->speaker_lied)
        add_worker_fact(crew, mode, host, WORKER_CRASHED,
                        worker_obituary(*worker));
    worker_free(*worker);
    *worker = NULL;
}


/* Let a session's worker write and be read. */
static void
serve_session(struct crew *crew, size_t number)
{
    struct session *session = crew->sessions[number];
    enum session_state before = session->state;

    if (!session->worker)
        return;
    serve(crew, &session->worker, "session", session->host, session);
    if (!session->worker)
        session->state = SESSION_OVER;
    if (session->state != before)
        crew->settled(crew->closure, number);
}


void
crew_work(struct crew *crew)
{
    serve(crew, &crew->packet, "packet", crew->host, NULL);
    /* What a worker that died was asked, nobody will answer. */
    if (!crew->packet)
        crew->answered = crew->asked;
    serve(crew, &crew->keytab, "keytab", crew->host, NULL);
    for (size_t i = 0; i < crew->session_count; i++)
        serve_session(crew, i);
}


bool
crew_was_asked(const struct crew *crew)
{
    return crew->asked > 0;
}


bool
crew_is_idle(const struct crew *crew)
{
    if (crew->answered < crew->asked)
        return false;
    for (size_t i = 0; i < crew->session_count; i++)
        if (crew->sessions[i]->state != SESSION_RESTING
            && crew->sessions[i]->state != SESSION_OVER)
            return false;
    return true;
}


bool
crew_reads_keytabs(const struct crew *crew)
{
    return crew->keytab;
}


/* ----- their end */

void
crew_finish(struct crew *crew)
{
    if (crew->packet)
        worker_finish(crew->packet);
}


bool
crew_has_finished(const struct crew *crew)
{
    return !crew->packet;
}


/* Kill the packet worker.  One that has answered everything only waits for
   its end. */
static void
stop_packet_worker(struct crew *crew)
{
    char *detail;

    if (crew->packet && crew->answered < crew->asked) {
        detail = xasprintf("killed at the run's deadline with %" PRId64
                           " of %" PRId64 " exchanges unfinished",
                           crew->asked - crew->answered, crew->asked);
        add_worker_fact(crew, "packet", crew->host, WORKER_KILLED, detail);
        free(detail);
    }
    worker_free(crew->packet);
    crew->packet = NULL;
}


/* Kill the keytab worker: a file on a dead server hangs it. */
static void
stop_keytab_worker(struct crew *crew)
{
    if (!crew->keytab)
        return;
    add_worker_fact(crew, "keytab", crew->host, WORKER_KILLED,
                    "killed at the run's deadline: is a keytab on a file "
                    "system that does not answer?");
    worker_free(crew->keytab);
    crew->keytab = NULL;
}


/* Kill a session. */
static void
stop_session(struct crew *crew, struct session *session)
{
    const char *detail = NULL;

    switch (session->state) {
    case SESSION_QUEUED:
        detail = "not begun by the run's deadline";
        break;
    case SESSION_LOOKING:
    case SESSION_LEAVING:
        detail = "killed at the run's deadline";
        break;
    case SESSION_RESTING:
        detail = "its further questions were not begun by the run's deadline";
        break;
    case SESSION_OVER:
        break;
    }
    if (detail)
        add_worker_fact(crew, "session", session->host, WORKER_KILLED, detail);
    worker_free(session->worker);
    session->worker = NULL;
    session->state = SESSION_OVER;
}


void
crew_stop(struct crew *crew)
{
    stop_packet_worker(crew);
    stop_keytab_worker(crew);
    for (size_t i = 0; i < crew->session_count; i++)
        stop_session(crew, crew->sessions[i]);
}


size_t
crew_pollfds(struct crew *crew, struct pollfd **fds_out)
{
    size_t count = 0;

    crew->pollfds = xrealloc(crew->pollfds,
                             (crew->session_count + 2) * WORKER_POLLFDS,
                             sizeof(*crew->pollfds));
    if (crew->packet)
        count += worker_pollfds(crew->packet, crew->pollfds);
    if (crew->keytab)
        count += worker_pollfds(crew->keytab, crew->pollfds + count);
    for (size_t i = 0; i < crew->session_count; i++)
        if (crew->sessions[i]->worker)
            count += worker_pollfds(crew->sessions[i]->worker,
                                    crew->pollfds + count);
    *fds_out = crew->pollfds;
    return count;
}


char *
crew_progress(const struct crew *crew)
{
    size_t sessions = 0;

    for (size_t i = 0; i < crew->session_count; i++)
        sessions += crew->sessions[i]->state != SESSION_OVER;
    return xasprintf("waiting for %" PRId64 " of %" PRId64
                     " answers and %zu directory session%s",
                     crew->asked - crew->answered, crew->asked, sessions,
                     sessions == 1 ? "" : "s");
}
