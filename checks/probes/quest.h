/*
 * Searches with a purpose: several requests, and one fact about how they went.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_QUEST_H
#define CHECKS_PROBES_QUEST_H

#include "checks/facts.h"
#include "checks/probes/directory.h"
#include "checks/probes/exchange.h"
#include "checks/probes/search.h"

/* One connection, and how the last search on it went: on one that is lost
   nothing more is asked. */
struct channel {
    struct directory *directory;
    const char *host;
    int64_t port;
    struct search_result last;
};

struct quest {
    struct channel *channel;
    struct instant start;
    enum search_purpose purpose;
    const char *base;             /* what the fact will say */
    bool all_spns;                /* likewise */
    struct search_result result;  /* of all requests together */
};

/*
 * Begin.
 *
 * base  Borrowed until quest_end().
 */
struct quest quest_begin(struct channel *channel, enum search_purpose purpose,
                         const char *base);

/*
 * Make a request.  The first that fails ends the quest: no more of its
 * requests are made.
 *
 * Returns whether it was made and answered in full.
 */
bool quest_ask(struct quest *quest, const struct search *search);

/* Say that an answer cannot be used, unless the quest has failed before. */
void quest_fail(struct quest *quest, const struct error *error);

/* Emit the search_fact. */
void quest_end(struct quest *quest);

#endif
