/*
 * The packet worker: every exchange of single packets, all at the same time.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/input.h"
#include "checks/probes/packet.h"
#include "checks/probes/self.h"

struct packet_worker {
    struct net *net;
    struct input input;
    struct context_task *context;  /* NULL until it has come */
};

static const struct packet_protocol *const protocols[] = {
    [PROBE_CLDAP] = &cldap_protocol,
    [PROBE_DNS] = &dns_protocol,
    [PROBE_KDC] = &kdc_protocol,
    [PROBE_KPASSWD] = &kpasswd_protocol,
    [PROBE_NTP] = &ntp_protocol,
    [PROBE_ROOTDSE] = &rootdse_protocol,
    [PROBE_SMB] = &smb_protocol,
    [PROBE_SMTP] = &smtp_protocol,
    [PROBE_TCP] = &tcp_protocol,
};


bool
packet_add(struct packet_job *job, const void *bytes, size_t length,
           struct error *error)
{
    if (length > sizeof(job->request) - job->request_length)
        return error_set(error, "a request of more than %d bytes: are the"
                         " names in the configuration right?",
                         PACKET_REQUEST_MAX);
    memcpy(job->request + job->request_length, bytes, length);
    job->request_length += length;
    return true;
}


void
packet_remark(struct packet_job *job, const char *format, ...)
{
    size_t used = strlen(job->detail);
    va_list arguments;

    if (used > 0 && sizeof(job->detail) - used > 2) {
        memcpy(job->detail + used, "; ", 3);
        used += 2;
    }
    va_start(arguments, format);
    vsnprintf(job->detail + used, sizeof(job->detail) - used, format,
              arguments);
    va_end(arguments);
    text_trim_utf8(job->detail);
}


int64_t
packet_time(const struct net_result *result)
{
    if (result->outcome == PORT_OPEN)
        return result->times.received_us;
    return instant_now().real_us;
}


void
packet_emit_clock(struct packet_job *job, const struct net_result *result,
                  enum clock_source source, const struct reading *reading)
{
    const struct record_type *type = fact_types[FACT_CLOCK];
    struct clock_fact *fact = record_new(type);

    if (offset_between(reading, &result->times, &fact->low_us,
                       &fact->high_us)) {
        fact->base.time_us = packet_time(result);
        record_set(&fact->host, job->task->host);
        record_set(&fact->address, job->task->address);
        record_set(&fact->detail, reading->detail);
        fact->source = source;
        fact->trusted = reading->trusted;
        fact->stratum = reading->stratum;
        emit_fact(FACT_CLOCK, fact);
    } else if (reading->known) {
        packet_remark(job, "its time cannot be used: %s",
                      result->times.steady ? "it contradicts itself"
                      : "this host's clock was set meanwhile");
    }
    record_free(type, fact);
}


/* Emit how a port was seen. */
static bool
conclude_port(struct packet_job *job, const struct net_result *result)
{
    const struct record_type *type = fact_types[FACT_PORT];
    struct port_fact *fact = record_new(type);
    bool open = result->outcome == PORT_OPEN;

    fact->base.time_us = packet_time(result);
    record_set(&fact->host, job->task->host);
    record_set(&fact->address, job->task->address);
    record_set(&fact->detail, open ? job->detail : result->detail);
    fact->port = job->task->port;
    fact->transport = job->task->transport;
    fact->probe = job->task->probe;
    fact->outcome = (int)result->outcome;
    fact->latency_us = result->latency_us;
    emit_fact(FACT_PORT, fact);
    record_free(type, fact);
    return true;
}


static void finish(void *data, const struct net_result *result);


/* Begin, or begin again, the exchange of a job. */
static void
start(struct packet_job *job)
{
    const struct context_task *context = job->context;
    const struct packet_protocol *protocol = job->protocol;
    bool smtp = job->task->probe == PROBE_SMTP;
    struct net_request request = {
        .address = job->task->address,
        .port = job->task->port,
        .transport = job->transport,
        .bytes = job->request,
        .farewell = protocol->farewell,
        .farewell_length = protocol->farewell_length,
        .connect_ms = context->timeout_ms,
        .answer_ms = smtp ? context->smtp_timeout_ms : context->timeout_ms,
        .frame = protocol->frame,
        .done = finish,
        .data = job,
    };
    struct net_result failed = {.outcome = PORT_UNTRIED};
    struct error error;

    job->request_length = 0;
    if (getrandom(job->nonce, sizeof(job->nonce), 0) < 0) {
        error_set_errno(&error, "no random numbers");
    } else if (!protocol->request || protocol->request(job, &error)) {
        request.length = job->request_length;
        net_start(job->worker->net, &request);
        return;
    }
    snprintf(failed.detail, sizeof(failed.detail), "%.300s", error.text);
    finish(job, &failed);
}


/* Deal with the end of a job's exchange, and with the job. */
static void
finish(void *data, const struct net_result *seen)
{
    struct packet_job *job = data;
    const struct packet_protocol *protocol = job->protocol;
    bool (*conclude)(struct packet_job *, const struct net_result *)
        = protocol->conclude ? protocol->conclude : conclude_port;
    struct net_result result = *seen;
    struct error error;

    if (result.outcome == PORT_OPEN && protocol->answer
        && !protocol->answer(job, &result, &error)) {
        result.outcome = PORT_GARBLED;
        snprintf(result.detail, sizeof(result.detail), "%.300s", error.text);
    }
    if (!conclude(job, &result)) {
        start(job);
        return;
    }
    emit_done(job->task->id);
    record_free(&packet_task_type, job->task);
    free(job);
}


/* What a task is done with.  A service that is only connected to over a
   transport, or under TLS, is not spoken to in its protocol. */
static const struct packet_protocol *
choose_protocol(const struct context_task *context,
                const struct packet_task *task)
{
    bool clear_ldap = task->port == 389 || task->port == 3268;

    if (task->probe == PROBE_KPASSWD && task->transport == TRANSPORT_TCP)
        return &tcp_protocol;
    if (task->probe == PROBE_ROOTDSE && context->tls == TLS_LDAPS
        && !clear_ldap)
        return &tcp_protocol;
    return protocols[task->probe];
}


/* Whether a probe exists over a transport. */
static bool
is_possible(const struct packet_task *task)
{
    switch ((enum packet_probe)task->probe) {
    case PROBE_CLDAP:
    case PROBE_NTP:
        return task->transport == TRANSPORT_UDP;
    case PROBE_ROOTDSE:
    case PROBE_SMB:
    case PROBE_SMTP:
    case PROBE_TCP:
        return task->transport == TRANSPORT_TCP;
    case PROBE_DNS:
    case PROBE_KDC:
    case PROBE_KPASSWD:
        return true;
    }
    return false;
}


/* Take over the context or a task that came as a line. */
static bool
take_line(struct packet_worker *worker, const char *line, size_t length,
          struct error *error)
{
    static const struct record_type *const first[]
        = {&context_task_type, NULL};
    static const struct record_type *const later[]
        = {&packet_task_type, NULL};
    const struct record_type *type;
    void *record = record_decode(worker->context ? later : first, line,
                                 length, &type, error);
    struct packet_task *task = record;
    struct packet_job *job;

    if (!record)
        return false;
    if (type == &context_task_type) {
        worker->context = record;
        self_start(worker->net, worker->context->host);
        return true;
    }
    if (!is_possible(task)) {
        error_set(error, "probe %s over %s", packet_probe_names[task->probe],
                  transport_names[task->transport]);
        record_free(type, task);
        return false;
    }
    job = xcalloc(1, sizeof(*job));
    job->worker = worker;
    job->context = worker->context;
    job->task = task;
    job->protocol = choose_protocol(worker->context, task);
    job->transport = (enum transport)task->transport;
    start(job);
    return true;
}


/* Take over what there is on standard input. */
static bool
take_input(struct packet_worker *worker, struct error *error)
{
    const char *line;
    size_t length;

    if (!input_fill(&worker->input, STDIN_FILENO, error))
        return false;
    while ((line = input_next(&worker->input, &length)))
        if (!take_line(worker, line, length, error))
            return false;
    return true;
}


int
packet_main(void)
{
    struct packet_worker worker = {.net = net_new()};
    struct error error;
    bool fine = true;

    while (fine && !(worker.input.ended && net_idle(worker.net))) {
        int fd = worker.input.ended ? -1 : STDIN_FILENO;

        if (net_turn(worker.net, fd))
            fine = take_input(&worker, &error);
    }
    if (!fine)
        fprintf(stderr, "spnhealthd-probe: reading tasks from spnhealthd:"
                " %s\n", error.text);
    net_free(worker.net);
    input_clear(&worker.input);
    record_free(&context_task_type, worker.context);
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
