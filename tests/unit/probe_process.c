/*
 * The packet worker in a child process, and what it answers.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/probes/packet.h"
#include "tests/unit/probe_process.h"


/* End the test program: without its worker it can say nothing. */
static void
must(bool fine, const char *what)
{
    if (fine)
        return;
    perror(what);
    abort();
}


/* What the worker program does, but for the sandbox, which would outlast it
   here; exit() instead of _exit() has leaks looked for. */
static void __attribute__((noreturn))
be_worker(int input, int output)
{
    int quiet = open("/dev/null", O_WRONLY);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(quiet, STDERR_FILENO);
    exit(packet_main());
}


struct probe_process
probe_start(void)
{
    struct probe_process probe = {.next_id = 1};
    int input[2], output[2];

    signal(SIGPIPE, SIG_IGN);
    must(pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0,
         "pipe");
    fflush(NULL);
    probe.pid = fork();
    must(probe.pid >= 0, "fork");
    if (probe.pid == 0) {
        close(input[1]);
        close(output[0]);
        be_worker(input[0], output[1]);
    }
    close(input[0]);
    close(output[1]);
    probe.input = input[1];
    probe.output = output[0];
    return probe;
}


void
probe_send(struct probe_process *probe, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(probe->input, bytes, length);

        if (written < 0)
            return;  /* it has ended; probe_end() tells how */
        bytes += written;
        length -= (size_t)written;
    }
}


void
probe_send_end(struct probe_process *probe)
{
    if (probe->input >= 0)
        close(probe->input);
    probe->input = -1;
}


/* Send a record and free it. */
static void
send_record(struct probe_process *probe, const struct record_type *type,
            void *record)
{
    char *line = record_encode(type, record);

    probe_send(probe, line, strlen(line));
    probe_send(probe, "\n", 1);
    free(line);
    record_free(type, record);
}


void
probe_send_context(struct probe_process *probe, int64_t timeout_ms,
                   int64_t smtp_timeout_ms, const char *principal,
                   const char *realm, enum tls_method tls)
{
    struct context_task *context = record_new(&context_task_type);
    const struct record_type *type;
    void *fact;

    record_set(&context->host, "mon.example.com");
    record_set(&context->domain, "example.com");
    record_set(&context->realm, realm);
    record_set(&context->principal, principal);
    context->timeout_ms = timeout_ms;
    context->smtp_timeout_ms = smtp_timeout_ms;
    context->tls = (int)tls;
    send_record(probe, &context_task_type, context);
    fact = probe_read(probe, &type);
    must(fact && type == fact_types[FACT_SELF], "the self fact");
    record_free(type, fact);
}


int64_t
probe_send_task(struct probe_process *probe, enum packet_probe kind,
                enum transport transport, int port, const char *name,
                const char *dns_kind)
{
    struct packet_task *task = record_new(&packet_task_type);
    int64_t id = probe->next_id++;

    task->id = id;
    task->probe = (int)kind;
    task->transport = (int)transport;
    task->port = port;
    record_set(&task->host, "dc1.example.com");
    record_set(&task->address, "127.0.0.1");
    record_set(&task->name, name);
    record_set(&task->kind, dns_kind);
    send_record(probe, &packet_task_type, task);
    return id;
}


/* The record in a line. */
static void *
decode(const char *line, size_t length, const struct record_type **type_out)
{
    const struct record_type *types[FACT_KINDS + 2];
    struct error error;
    void *record;

    memcpy(types, fact_types, FACT_KINDS * sizeof(types[0]));
    types[FACT_KINDS] = &done_task_type;
    types[FACT_KINDS + 1] = NULL;
    record = record_decode(types, line, length, type_out, &error);
    if (!record) {
        fprintf(stderr, "%s: %.*s\n", error.text, (int)length, line);
        abort();
    }
    return record;
}


void *
probe_read(struct probe_process *probe, const struct record_type **type_out)
{
    for (;;) {
        char *end = probe->length ? memchr(probe->bytes, '\n', probe->length)
                                  : NULL;
        ssize_t length;
        void *record;

        if (end) {
            size_t line = (size_t)(end - probe->bytes);

            record = decode(probe->bytes, line, type_out);
            probe->length -= line + 1;
            memmove(probe->bytes, end + 1, probe->length);
            return record;
        }
        probe->bytes = xrealloc(probe->bytes, probe->length + 4096, 1);
        length = read(probe->output, probe->bytes + probe->length, 4096);
        must(length >= 0, "reading from the worker");
        if (length == 0)
            return NULL;
        probe->length += (size_t)length;
    }
}


void
probe_read_task(struct probe_process *probe, struct facts *facts)
{
    const struct record_type *type;

    for (;;) {
        void *record = probe_read(probe, &type);

        must(record != NULL, "the worker has ended");
        if (type == &done_task_type) {
            record_free(type, record);
            return;
        }
        for (int kind = 0; kind < FACT_KINDS; kind++)
            if (type == fact_types[kind])
                facts_add(facts, (enum fact_kind)kind, record, "test");
    }
}


int
probe_end(struct probe_process *probe)
{
    int status = 0;

    probe_send_end(probe);
    if (probe->output >= 0)
        close(probe->output);
    must(waitpid(probe->pid, &status, 0) == probe->pid, "waitpid");
    free(probe->bytes);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
