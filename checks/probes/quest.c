/*
 * Searches with a purpose: several requests, and one fact about how they went.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/quest.h"


struct quest
quest_begin(struct channel *channel, enum search_purpose purpose,
            const char *base)
{
    return (struct quest){
        .channel = channel,
        .start = instant_now(),
        .purpose = purpose,
        .base = base,
        .result = {.outcome = SEARCH_OK},
    };
}


bool
quest_ask(struct quest *quest, const struct search *search)
{
    struct search_result *last = &quest->channel->last;
    int64_t entries = quest->result.entries;

    if (quest->result.outcome != SEARCH_OK)
        return false;
    if (last->lost)
        last->entries = 0;
    else
        *last = search_run(quest->channel->directory, search);
    /* Whoever took the entries may have called quest_fail() meanwhile. */
    if (quest->result.outcome == SEARCH_OK || last->outcome != SEARCH_OK)
        quest->result = *last;
    quest->result.entries = entries + last->entries;
    return quest->result.outcome == SEARCH_OK;
}


void
quest_fail(struct quest *quest, const struct error *error)
{
    if (quest->result.outcome != SEARCH_OK)
        return;
    quest->result.outcome = SEARCH_FAILED;
    quest->result.error = *error;
}


void
quest_end(struct quest *quest)
{
    struct search_fact *fact = record_new(fact_types[FACT_SEARCH]);
    const struct channel *channel = quest->channel;

    if (quest->result.outcome != SEARCH_OK)
        error_prefix(&quest->result.error, "searching %s below \"%s\"",
                     channel->host, quest->base);
    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, channel->host);
    record_set(&fact->base_dn, quest->base);
    record_set(&fact->detail, quest->result.error.text);
    fact->port = channel->port;
    fact->purpose = (int)quest->purpose;
    fact->outcome = (int)quest->result.outcome;
    fact->all_spns = quest->all_spns;
    fact->entries = quest->result.entries;
    fact->latency_us = instant_now().steady_us - quest->start.steady_us;
    emit_fact(FACT_SEARCH, fact);
    record_free(fact_types[FACT_SEARCH], fact);
}
