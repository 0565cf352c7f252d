/*
 * A refused password is not tried again: each attempt counts towards the
 * account's lockout.
 *
 * Service and one-shot remember refusals in one file of the state directory.
 * It names credentials by principal and by the version of the file that holds
 * the key; nothing of the key itself.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_REFUSAL_H
#define DAEMON_REFUSAL_H

#include "checks/facts.h"
#include "checks/tasks.h"
#include "daemon/run.h"

/* The file's name in the state directory. */
#define REFUSALS_FILE "refusals"

/* As many credentials are remembered; then the oldest is forgotten. */
enum { REFUSALS_MOST = 64 };

/* How long a refused password is not tried again, unless its file changes:
   well below the lockout counters that directories usually keep. */
#define REFUSAL_US (INT64_C(3600) * 1000000)

struct refusals;

/*
 * Use a state directory; nothing is read or made yet.
 *
 * Returns a memory for the caller to refusals_free().
 */
struct refusals *refusals_new(const char *directory);
void refusals_free(struct refusals *refusals);

/*
 * Tell a run that has just started of a refusal of its credentials, so that it
 * does not provoke another one.  The file is read first: what was removed from
 * it, with the file or by another process, is forgotten here too.  A refusal
 * that is older than REFUSAL_US, or as far in the future by a clock that was
 * set back, does not count.
 *
 * now_us  By the wall clock.
 *
 * Returns why the file could not be read, a line for the caller to free(), or
 * NULL: what was in it is forgotten then.
 */
char *refusals_apply(struct refusals *refusals,
                     const struct context_task *context, struct run *run,
                     int64_t now_us);

/*
 * Remember a refusal among the facts of the run that was last told, if there
 * is a new one.
 *
 * Returns why it could not be saved, a line for the caller to free(), or NULL:
 * it is remembered until refusals_free() then.
 */
char *refusals_learn(struct refusals *refusals, const struct facts *facts,
                     int64_t now_us);

#endif
