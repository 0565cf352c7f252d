/*
 * One run of the pipe: plan, workers, facts.
 *
 * A run never blocks: its descriptors go into the caller's poll(2), and
 * run_work() does what they allow.  It ends at its deadline however many
 * targets hang; a worker still at work then is killed, and what it delivered
 * before counts.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_RUN_H
#define DAEMON_RUN_H

#include <poll.h>

#include "checks/facts.h"
#include "checks/settings.h"
#include "checks/tasks.h"
#include "daemon/configuration.h"

struct run;

/*
 * Start a run.
 *
 * configuration  How to look; borrowed until run_free().
 * settings       What to look at; taken over, and completed with what
 *                discovery finds.
 * context        For the workers; borrowed until run_free().
 *
 * A packet worker that cannot be started is a fact of the run, which is over
 * then.
 *
 * Returns a run for the caller to run_free().
 */
struct run *run_start(const struct configuration *configuration,
                      struct settings *settings,
                      const struct context_task *context);

/*
 * Let a run know a fact from an earlier one, as if it had been seen now: a
 * refusal that must not be provoked again.
 *
 * fact  Copied; seen from this host.
 */
void run_remember(struct run *run, enum fact_kind kind, const void *fact);

/* Kill what still works and free all.  Accepts NULL. */
void run_free(struct run *run);

/*
 * The descriptors to poll.
 *
 * Returns how many; *fds_out is valid until the next call.
 */
size_t run_pollfds(struct run *run, struct pollfd **fds_out);

/* How long poll(2) may wait, in milliseconds. */
int run_timeout_ms(const struct run *run);

/* Do what can be done without blocking; true once the run is over. */
bool run_work(struct run *run);

/* What was found; borrowed, complete once the run is over. */
const struct facts *run_facts(const struct run *run);
const struct settings *run_settings(const struct run *run);

/* How many workers were killed, crashed, lied or could not be started. */
size_t run_failed_workers(const struct run *run);

/* How long the run has taken so far, in microseconds. */
int64_t run_elapsed_us(const struct run *run);

/* What the run is waiting for, for a person; for the caller to free(). */
char *run_progress(const struct run *run);

#endif
