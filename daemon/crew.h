/*
 * The workers of one run, and what they deliver: one for packets, one for
 * keytabs, and one for each session with a domain controller.
 *
 * Nothing that a worker does ends a run.  One that cannot be started, dies,
 * writes what is no fact or has to be killed becomes a fact of its own.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_CREW_H
#define DAEMON_CREW_H

#include <poll.h>

#include "checks/facts.h"
#include "checks/tasks.h"

struct crew;

/* Called when a session, numbered from 0 in the order of crew_hold_session(),
   has told what it found at first, or has ended. */
typedef void session_settled(void *closure, size_t number);

/*
 * Start the packet worker.
 *
 * context   For the workers; borrowed until crew_free().
 * host      This host's FQDN, which facts are seen from; borrowed likewise.
 * parallel  How many sessions may be at work at once.
 * facts     What workers deliver is added here; borrowed likewise.
 */
struct crew *crew_new(const struct context_task *context, const char *host,
                      int64_t parallel, struct facts *facts,
                      session_settled *settled, void *closure);

/* Kill whoever still works, and free all.  Accepts NULL. */
void crew_free(struct crew *crew);

/* Ask for one exchange of packets, taking the task over. */
void crew_ask(struct crew *crew, struct packet_task *task);

/* Have a keytab read; see struct keytab_task.  "" is none. */
void crew_read_keytab(struct crew *crew, const char *host, const char *file);

/* No further keytab will be asked for. */
void crew_end_keytabs(struct crew *crew);

/* Hold a session as soon as there is room, taking the task over. */
void crew_hold_session(struct crew *crew, struct session_task *task);

/* The next session from a number on that rests: it has told what it found,
   and waits for a follow-up.  Returns false if there is none, or no room for
   it to work. */
bool crew_resting(const struct crew *crew, size_t *number);

/* Give a resting session its follow-up, taking the task over; NULL: it may
   go. */
void crew_follow_up(struct crew *crew, size_t number,
                    struct followup_task *task);

/* Start the sessions that there is room for. */
void crew_start_sessions(struct crew *crew);

/* Let everybody write and be read. */
void crew_work(struct crew *crew);

/* Whether anything was asked for at all. */
bool crew_was_asked(const struct crew *crew);

/* Whether nothing that was asked is still unanswered. */
bool crew_is_idle(const struct crew *crew);

/* Whether keytabs are still being read; nothing else waits for that. */
bool crew_reads_keytabs(const struct crew *crew);

/* Whether so many sessions rest that no other may begin. */
bool crew_is_full(const struct crew *crew);

/* Let the packet worker end; true once it has. */
void crew_finish(struct crew *crew);
bool crew_has_finished(const struct crew *crew);

/* Kill whoever has not answered: the time is up. */
void crew_stop(struct crew *crew);

/* The descriptors to poll; *fds_out is valid until the next call. */
size_t crew_pollfds(struct crew *crew, struct pollfd **fds_out);

/* What is being waited for, for a person; for the caller to free(). */
char *crew_progress(const struct crew *crew);

#endif
