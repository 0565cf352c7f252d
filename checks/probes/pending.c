/*
 * Whether a DC holds anything that another has not taken in from it, and who
 * wrote that: what the other one wrote itself, it does not lack.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/probes/emit.h"
#include "checks/probes/quest.h"
#include "checks/probes/repl_blobs.h"
#include "checks/probes/replicas.h"
#include "checks/probes/rootdse.h"

/* Of the objects that are missing elsewhere a few are enough to know, and the
   oldest of them is a good guess at the oldest. */
static const char *const attributes[]
    = {"whenChanged", "replPropertyMetaData", NULL};
static const char *const raw_attributes[] = {"replPropertyMetaData", NULL};


/* Read "USN HOST NC" into the fact; false unless it is that. */
static bool
read_pending(struct pending_fact *fact, const char *text)
{
    char host[256];
    int nc = 0;

    if (sscanf(text, "%19" SCNd64 " %255s %n", &fact->usn, host, &nc) != 2
        || nc == 0 || !text[nc] || fact->usn < 0 || fact->usn == INT64_MAX)
        return false;
    record_set(&fact->destination, host);
    record_set(&fact->nc, text + nc);
    return true;
}


/* Note who wrote what is new of an object, if that may be read. */
static void
trace_object(struct pending_fact *fact, const struct entry *entry,
             int64_t changed_us)
{
    const struct blobs *blobs = entry_blobs(entry, "replPropertyMetaData");
    struct repl_cursors origins = {NULL, 0};
    struct error error;

    if (blobs->count == 1
        && repl_blobs_read_origins(blobs->items[0].bytes,
                                   blobs->items[0].length, fact->usn,
                                   &origins, &error)
        && origins.count > 0)
        fact->traced++;
    for (size_t i = 0; i < origins.count; i++) {
        char *text = xasprintf("%s %" PRId64 " %" PRId64,
                               origins.items[i].invocation,
                               origins.items[i].usn, changed_us);

        strings_add(&fact->origins, text);
        free(text);
    }
    free(origins.items);
}


/* Count an object, and note the one that changed first. */
static void
take_object(void *data, const struct entry *entry)
{
    struct pending_fact *fact = data;
    int64_t changed_us;

    fact->count++;
    if (!rootdse_read_time(entry_value(entry, "whenChanged"), &changed_us))
        changed_us = 0;
    trace_object(fact, entry, changed_us);
    if (fact->count > 1
        && (changed_us == 0
            || (fact->changed_us > 0 && changed_us >= fact->changed_us)))
        return;
    fact->changed_us = changed_us;
    record_set(&fact->dn, entry->dn);
}


/* Ask for what lies beyond one DC's USN, and emit it. */
static void
ask_beyond(struct channel *channel, struct pending_fact *fact)
{
    struct quest quest = quest_begin(channel, SEARCH_PENDING, fact->nc);
    char *filter = xasprintf("(uSNChanged>=%" PRId64 ")", fact->usn + 1);
    const struct search search = {
        .base = fact->nc,
        .scope = SCOPE_SUBTREE,
        .filter = filter,
        .attributes = attributes,
        .raw = raw_attributes,
        .limit = PENDING_OBJECTS_MOST,
        .take = take_object,
        .data = fact,
    };
    bool complete = quest_ask(&quest, &search);

    fact->base.time_us = instant_now().real_us;
    /* What came before a failure counts; that nothing came does not. */
    if (complete || fact->count > 0)
        emit_fact(FACT_PENDING, fact);
    quest_end(&quest);
    free(filter);
}


bool
pending_search(struct directory *directory, const struct session_task *task,
               const struct followup_task *followup)
{
    struct channel channel = {
        .directory = directory,
        .host = task->host,
        .port = task->ldap_port,
    };

    for (size_t i = 0; i < followup->pending.count; i++) {
        struct pending_fact *fact = record_new(fact_types[FACT_PENDING]);

        record_set(&fact->host, task->host);
        if (read_pending(fact, followup->pending.items[i]))
            ask_beyond(&channel, fact);
        record_free(fact_types[FACT_PENDING], fact);
    }
    return !channel.last.lost;
}
