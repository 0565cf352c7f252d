/*
 * Where each domain controller's USN stood, in a file of the state directory:
 * by that the check replication tells how far behind a partner is at most.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_HISTORY_H
#define DAEMON_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/facts.h"
#include "checks/settings.h"

/* The file's name in the state directory. */
#define HISTORY_FILE "history"

/* As many samples are kept of a DC, and of all together. */
enum { HISTORY_DC_MOST = 256, HISTORY_MOST = 32768 };

struct history;

struct history *history_new(void);

/* Accepts NULL. */
void history_free(struct history *history);

/*
 * Read the file; one that does not exist is empty.
 *
 * now_us  The time of the wall clock; what lies after it is dropped, for the
 *         clock has been set back since.
 *
 * Returns NULL; or a line that says what is wrong with the file, for the
 * caller to free(): the history then begins anew.
 */
char *history_load(struct history *history, const char *path, int64_t now_us);

/* Replace the file in one step; it stays as it was on failure. */
bool history_save(const struct history *history, const char *path,
                  struct error *error);

/*
 * Take samples of a run's directory facts, and drop what is older than the
 * check can make use of, what is more than is kept, and what contradicts the
 * new samples.
 *
 * now_us  The time of the wall clock.
 */
void history_learn(struct history *history, const struct facts *facts,
                   const struct settings *settings, int64_t now_us);

/*
 * Tell a run what earlier ones saw.
 *
 * now_us    The time of the wall clock; what lies after it is left out.
 * remember  Called with FACT_SAMPLE and each sample, which it has to copy, as
 *           run_remember() does.
 */
void history_tell(const struct history *history, int64_t now_us,
                  void (*remember)(void *closure, enum fact_kind kind,
                                   const void *fact),
                  void *closure);

/* How many samples there are. */
size_t history_count(const struct history *history);

#endif
