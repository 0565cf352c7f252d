/*
 * Which sessions to hold with domain controllers, when, and what to ask in
 * them once all have told what they found.
 *
 * One session with a DC serves every check: tickets from its KDC, one bind,
 * one connection to each directory port.  A KDC that has no directory to go
 * with, or that is no good for a bind, gets a session for its tickets alone.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SESSIONS_H
#define DAEMON_SESSIONS_H

#include "checks/facts.h"
#include "checks/settings.h"
#include "checks/tasks.h"
#include "daemon/configuration.h"

struct sessions;

/* Take a session's task over, for record_free().  Sessions are numbered in the
   order in which they are begun, from 0. */
typedef void take_session(void *closure, struct session_task *task);

/*
 * Plan no session yet.
 *
 * configuration, settings  Borrowed until sessions_free().
 * bind                     How sessions bind; BIND_GSSAPI without credentials
 *                          means no session at all.
 */
struct sessions *sessions_new(const struct configuration *configuration,
                              const struct settings *settings,
                              enum bind_method bind);
void sessions_free(struct sessions *sessions);

/* The port that LDAP sessions use with a DC; 0 if it is no LDAP server. */
int64_t sessions_port(const struct sessions *sessions,
                      const struct target_dc *dc);

/*
 * Begin the sessions that can begin now.  A wrong password must count once:
 * the first session runs alone until its credentials were accepted.
 *
 * idle  Nothing else is being waited for: another DC's KDC is then as good as
 *       one that does not answer.
 */
void sessions_begin(struct sessions *sessions, const struct facts *facts,
                    bool idle, take_session *take, void *closure);

/* Say that a session has told what it found, or has ended. */
void sessions_settled(struct sessions *sessions, size_t number);

/*
 * What to ask in a session now that all have told what they found.
 *
 * realms, kdcs  As in struct followup_task.
 *
 * Returns a task for the caller to record_free(); NULL: nothing.
 */
struct followup_task *sessions_follow_up(struct sessions *sessions,
                                         const struct facts *facts,
                                         size_t number,
                                         const struct strings *realms,
                                         const struct strings *kdcs);

#endif
