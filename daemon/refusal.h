/*
 * A refused password is not tried again: each attempt counts towards the
 * account's lockout.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_REFUSAL_H
#define DAEMON_REFUSAL_H

#include "checks/facts.h"
#include "checks/tasks.h"
#include "daemon/run.h"

/* All zero remembers nothing. */
struct refusal {
    char *credentials;    /* what was refused; NULL: nothing */
    int64_t at_us;        /* when, monotonic */
    enum fact_kind kind;  /* FACT_TGT or FACT_BIND */
    void *fact;           /* the refusal */
};

/*
 * Tell a run that has just started of a refusal, so that it does not provoke
 * another one.  One that is older than limit_us, or of credentials whose file
 * has changed since, is forgotten instead.
 */
void refusal_apply(struct refusal *refusal, const struct context_task *context,
                   struct run *run, int64_t now_us, int64_t limit_us);

/* Remember a refusal among the facts of a run, if there is one. */
void refusal_learn(struct refusal *refusal, const struct context_task *context,
                   const struct facts *facts, int64_t now_us);

/* Forget. */
void refusal_clear(struct refusal *refusal);

#endif
