/*
 * A worker: the probe program in a process of its own, at the other end of
 * two pipes.
 *
 * The parent trusts nothing about what comes back: lines are bounded, and a
 * worker that overruns them is killed.  A worker never outlives its parent.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct worker;

enum worker_state {
    WORKER_RUNNING,
    WORKER_ENDED,   /* exited with status 0 after all its output was read */
    WORKER_DIED,    /* any other end; see worker_obituary() */
};

/* How many pollfds a worker may need. */
enum { WORKER_POLLFDS = 3 };

/* Take one line, without its newline, from a worker. */
typedef void worker_line_handler(void *closure, const char *line,
                                 size_t length);

/*
 * Start the probe program ($SPNHEALTHD_PROBE, else the installed one).
 *
 * mode  Its only argument, "packet" or "session".
 *
 * The worker gets neither descriptors but the standard ones nor the
 * environment variables that steer Kerberos, LDAP, SASL or the resolver.
 *
 * Returns a worker for the caller to worker_free(), or NULL.
 */
struct worker *worker_start(const char *mode, struct error *error);

/* Kill the worker if it still runs, reap it and free all.  Accepts NULL. */
void worker_free(struct worker *worker);

/* Queue a line for its standard input; copied, the newline is added. */
void worker_send(struct worker *worker, const char *line);

/* Close its standard input once all queued lines are written. */
void worker_finish(struct worker *worker);

/* Send SIGKILL. */
void worker_kill(struct worker *worker);

/* Fill in up to WORKER_POLLFDS descriptors to poll; returns how many. */
size_t worker_pollfds(const struct worker *worker, struct pollfd *fds_out);

/*
 * Write and read what is possible without blocking.
 *
 * handle   Called for each complete line.
 *
 * Returns the worker's state afterwards.
 */
enum worker_state worker_work(struct worker *worker,
                              worker_line_handler *handle, void *closure);

/* How a worker that died did so, for a person; valid until worker_free(). */
const char *worker_obituary(const struct worker *worker);

#endif
