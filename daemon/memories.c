/*
 * What the service keeps of its runs for later ones.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "daemon/log_entry.h"
#include "daemon/memories.h"


/* The history's file, for the caller to free(). */
static char *
history_path(const struct memories *memories)
{
    return xasprintf("%s/%s", memories->directory, HISTORY_FILE);
}


void
memories_open(struct memories *memories, const char *directory,
              struct watch *watch)
{
    char *path, *problem;

    if (memories->directory && strcmp(memories->directory, directory) == 0)
        return;
    memories_close(memories);
    memories->directory = xstrdup(directory);
    memories->refusals = refusals_new(directory);
    memories->history = history_new();
    path = history_path(memories);
    problem = history_load(memories->history, path, now_wall_us());
    watch_complain(watch, "reading the history", NULL, problem);
    free(problem);
    free(path);
}


void
memories_close(struct memories *memories)
{
    free(memories->directory);
    refusals_free(memories->refusals);
    history_free(memories->history);
    *memories = (struct memories){.directory = NULL};
}


/* Add what an earlier run saw to a running one. */
static void
remember(void *closure, enum fact_kind kind, const void *fact)
{
    run_remember(closure, kind, fact);
}


void
memories_tell(const struct memories *memories,
              const struct context_task *context, struct run *run,
              struct watch *watch)
{
    char *problem = refusals_apply(memories->refusals, context, run,
                                   now_wall_us());

    watch_complain(watch, "reading the refusals", NULL, problem);
    free(problem);
    history_tell(memories->history, now_wall_us(), remember, run);
}


void
memories_note(const struct memories *memories, const struct run *run,
              struct watch *watch)
{
    char *problem = refusals_learn(memories->refusals, run_facts(run),
                                   now_wall_us());

    if (problem)
        watch_complain(watch, "saving the refusals", LOG_ID_STATE_UNSAVED,
                       problem);
    free(problem);
}


/* Keep where the DCs' USNs stand. */
static void
keep_history(const struct memories *memories, const struct run *run,
             struct watch *watch)
{
    char *path = history_path(memories);
    struct error error;

    history_learn(memories->history, run_facts(run), run_settings(run),
                  now_wall_us());
    watch_complain(watch, "saving the history", LOG_ID_STATE_UNSAVED,
                   history_save(memories->history, path, &error)
                       ? NULL : error.text);
    free(path);
}


void
memories_keep(const struct memories *memories, const struct run *run,
              struct watch *watch)
{
    char *problem = refusals_learn(memories->refusals, run_facts(run),
                                   now_wall_us());

    watch_complain(watch, "saving the refusals", LOG_ID_STATE_UNSAVED,
                   problem);
    free(problem);
    if (facts_first(run_facts(run), FACT_DIRECTORY))
        keep_history(memories, run, watch);
}
