/*
 * What the service knows, remembers and tells: what a finished run leads to.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include "daemon/complaints.h"
#include "daemon/configuration.h"
#include "daemon/log.h"
#include "daemon/run.h"

struct watch;

/*
 * Begin where the service before this one stopped.
 *
 * configuration  Borrowed until the next watch_configure() or watch_free().
 * host           This host; borrowed until watch_free().
 * error          Set on failure.
 *
 * Fails when another service uses the state directory.  One that cannot be
 * used at all is complained of, and then done without.
 *
 * Returns a watch for the caller to watch_free(), or NULL.
 */
struct watch *watch_new(const struct configuration *configuration,
                        const char *host, struct error *error);

/* Let go of the state directory and free all.  Accepts NULL. */
void watch_free(struct watch *watch);

/*
 * Go on with another configuration: what is no longer checked is withdrawn,
 * and the rest stands.
 *
 * Fails, and changes nothing, when its state directory is another one that
 * another service uses.
 */
bool watch_configure(struct watch *watch,
                     const struct configuration *configuration,
                     struct error *error);

/* Take up a run that is over: judge it, tell what is news, and save. */
void watch_conclude(struct watch *watch, const struct run *run);

/* The log, for lines of the service's own. */
struct log *watch_log(struct watch *watch);

/* Complain as complaints_add() does, or stop to, where the problem is NULL. */
void watch_complain(struct watch *watch, const char *topic,
                    const char *message_id, const char *problem);

/* What is known, in one line for systemd's status; for the caller to
   free(). */
char *watch_summary(const struct watch *watch);

#endif
