/*
 * Which probe on which target, when.
 *
 * The plan grows from the facts: each time some have arrived it asks for what
 * is now known to be needed and was not asked before.  It never takes
 * anything back, so the order in which facts arrive changes when something is
 * asked, not whether.
 *
 * It also completes the settings: targets that discovery found, and their
 * addresses.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_PLAN_H
#define DAEMON_PLAN_H

#include "checks/facts.h"
#include "checks/settings.h"
#include "checks/tasks.h"
#include "daemon/configuration.h"

struct plan;

/* Whom the plan asks.  Both take over the task, for record_free(). */
struct plan_sink {
    void (*packet)(void *closure, struct packet_task *task);
    void (*session)(void *closure, struct session_task *task);
    void *closure;
};

/*
 * Begin a plan.
 *
 * configuration  What to look at, and how; borrowed until plan_free().
 * settings       Completed as facts arrive; borrowed until plan_free().
 * resolvers      Numeric addresses of the name servers to ask; borrowed.
 * bind           How sessions bind; BIND_GSSAPI without credentials means no
 *                session at all.
 *
 * Returns a plan for the caller to plan_free().
 */
struct plan *plan_new(const struct configuration *configuration,
                      struct settings *settings,
                      const struct strings *resolvers, enum bind_method bind);
void plan_free(struct plan *plan);

/*
 * Ask for everything that the facts now call for.
 *
 * idle  Nothing asked is unanswered any more: what waited for better facts
 *       goes ahead with those there are.
 */
void plan_advance(struct plan *plan, const struct facts *facts, bool idle,
                  const struct plan_sink *sink);

/* Say that a session, by its number in the order of sink->session's calls, has
   told what it found at first, or has ended, whatever it delivered. */
void plan_session_settled(struct plan *plan, size_t number);

/*
 * What to ask in a session once all sessions have told what they found.
 *
 * Returns a task for the caller to record_free(); NULL: nothing.
 */
struct followup_task *plan_follow_up(struct plan *plan,
                                     const struct facts *facts,
                                     size_t number);

#endif
