/*
 * The packet worker in a child process, and what it answers.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_PROBE_PROCESS_H
#define TESTS_UNIT_PROBE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "checks/tasks.h"

struct probe_process {
    pid_t pid;
    int input;       /* write to it; -1 once closed */
    int output;      /* read from it; -1 once closed */
    char *bytes;     /* read and not looked at yet */
    size_t length;
    int64_t next_id;
};

/* Start a worker without a word; call probe_end() for it. */
struct probe_process probe_start(void);

/* Give it a context with these time-outs; its self fact is read. */
void probe_send_context(struct probe_process *probe, int64_t timeout_ms,
                        int64_t smtp_timeout_ms, const char *principal,
                        const char *realm, enum tls_method tls);

/* Give it a task for 127.0.0.1; returns its id. */
int64_t probe_send_task(struct probe_process *probe, enum packet_probe kind,
                        enum transport transport, int port, const char *name,
                        const char *dns_kind);

/* Give it bytes, or no more of them. */
void probe_send(struct probe_process *probe, const char *bytes,
                size_t length);
void probe_send_end(struct probe_process *probe);

/*
 * Read its next line.
 *
 * type_out  The type of the record: one of fact_types, or done_task_type.
 *
 * Returns the record for record_free(), or NULL at the end of its output.
 * A line that is no record ends the test program.
 */
void *probe_read(struct probe_process *probe,
                 const struct record_type **type_out);

/*
 * Read up to and including the "done" of the one task under way.
 *
 * facts  What came before is added, as seen from "test".
 */
void probe_read_task(struct probe_process *probe, struct facts *facts);

/* Close all, wait for it, and return its exit status; -1 for a signal. */
int probe_end(struct probe_process *probe);

#endif
