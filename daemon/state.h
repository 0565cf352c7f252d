/*
 * What survives a restart of the service: which alerts stand, and what of
 * them is still to be logged.
 *
 * Both are in one file, replaced in one step, before anything is logged; what
 * the log then takes is marked beside it, entry by entry.  So a service that
 * is killed at any moment neither forgets an alert nor tells one again, but
 * for the one entry whose mark it was about to write: that is told twice
 * rather than never.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_STATE_H
#define DAEMON_STATE_H

#include <stdbool.h>

#include "base/error.h"
#include "daemon/alert_table.h"
#include "daemon/log.h"

struct state;

/*
 * Use a state directory, making it if need be (but not what is above it).
 *
 * Until state_free() no other service can use it.
 *
 * busy_out  The process that uses it already; else 0.
 * error     Set where the directory cannot be used, or not be locked.
 *
 * Returns a state for the caller to state_free(), also with an error: what
 * cannot be used now may be later.
 */
struct state *state_open(const char *directory, long *busy_out,
                         struct error *error);
void state_free(struct state *state);

/* The name of a file in the directory, for the caller to free(). */
char *state_path(const struct state *state, const char *name);

/*
 * Read what a service before this one saved.
 *
 * table       Gets what was followed.
 * log         Gets what was still to be logged.
 * now         The time on both clocks.
 * domain_out  The domain that it was about, for the caller to free(); NULL
 *             where nothing was saved.
 *
 * Returns NULL; or a line that says what is wrong with the file and what came
 * of it, for the caller to free(): a damaged file is set aside, and what can
 * be read of it counts.
 */
char *state_load(struct state *state, struct alert_table *table,
                 struct log *log, const struct alert_time *now,
                 char **domain_out);

/* Replace the file; it stays as it was on failure. */
bool state_save(struct state *state, const char *domain,
                const struct alert_table *table, const struct log *log,
                const struct alert_time *now, struct error *error);

/* Mark how many entries have left the log's queue (log_taken()); what cannot
   be marked may be told twice after a crash. */
void state_mark(struct state *state, size_t taken);

#endif
