/*
 * Do the domain controllers take each other's changes in time?
 *
 * A password or a principal name that has reached one domain controller and
 * not another lets the same mail pass and fail by turns (KB979174).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/check.h"
#include "checks/keys.h"
#include "checks/map.h"
#include "checks/replication.h"
#include "checks/setspn.h"


enum status
replication_status(const struct replication *replication,
                   const struct allowance *allowance, int64_t age_us)
{
    if (age_us > allowance->crit_us
        || age_us >= topology_tombstone_us(replication->topology) / 2)
        return STATUS_CRITICAL;
    return age_us > allowance->warn_us ? STATUS_WARNING : STATUS_OK;
}


/* Whether a DC was seen at work a usual allowance ago, and not only before it
   was away for long. */
static bool
was_at_work(const struct replication *replication,
            const struct directory_fact *directory,
            const struct allowance *allowance)
{
    int64_t now_us = replication->settings->numbers->time_us;
    int64_t since_us = samples_since(replication->samples,
                                     directory->invocation,
                                     now_us - allowance->crit_us);

    return since_us >= 0 && since_us <= now_us - allowance->usual_us;
}


bool
replication_is_young(const struct replication *replication,
                     const struct pair *pair)
{
    const struct directory_fact *ends[] = {pair->from, pair->to};

    for (size_t i = 0; i < 2; i++)
        if (ends[i] && !ends[i]->synchronized
            && !was_at_work(replication, ends[i], &pair->allowance))
            return true;
    return false;
}


void
replication_advise(struct finding *finding, const char *source,
                   const char *destination, const char *nc)
{
    char *from = setspn_quote(source), *to = setspn_quote(destination);
    char *context = setspn_quote(nc);

    finding_remedy(finding,
                   "on a domain controller: repadmin /showrepl %s, then "
                   "repadmin /replicate %s %s %s", to, to, from, context);
    finding_remedy(finding,
                   "with Samba: samba-tool drs showrepl %s, then samba-tool "
                   "drs replicate %s %s %s", to, to, from, context);
    finding_reference(finding, "KB979174");
    free(context);
    free(to);
    free(from);
}


void
replication_questions(const struct facts *facts,
                      const struct settings *settings,
                      const char *source_host, struct strings *pending_out)
{
    struct topology *topology = topology_new(facts, settings);
    struct pairs *pairs = pairs_new(facts, settings, topology, source_host);

    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = pairs->items[i];
        char *question;

        if (pair->rank == NC_OTHER || !pair->from || pair->cursor < 0
            || pair->cursor >= pair->from->usn)
            continue;
        question = xasprintf("%" PRId64 " %s %s", pair->cursor,
                             pair->destination, pair->nc);
        strings_add(pending_out, question);
        free(question);
    }
    pairs_free(pairs);
    topology_free(topology);
}


/* Whether some settings' DC is known to be of another make than Active
   Directory, and none to be of that: how those replicate is not known here. */
static bool
is_other_directory(const struct facts *facts)
{
    bool other = false;

    FACTS_EACH(facts, FACT_ROOTDSE, rootdse_fact, rootdse) {
        if (rootdse->active_directory)
            return false;
        other = true;
    }
    return other;
}


/* Whether there is but one directory, which nobody tells changes to. */
static bool
is_alone(const struct facts *facts, const struct settings *settings)
{
    size_t directories = 0;

    for (size_t i = 0; i < settings->dc_count; i++)
        directories += settings->dcs[i]->ldap != 0;
    return directories < 2 && !facts_first(facts, FACT_NEIGHBOR);
}


/* Whether a DC's replica facts are there. */
static bool
has_replicas(const struct facts *facts, const char *host)
{
    FACTS_EACH(facts, FACT_REPLICA, replica_fact, replica)
        if (strcmp(replica->host, host) == 0)
            return true;
    return false;
}


/* Whether a DC's partners are known. */
static bool
has_neighbors(const struct facts *facts, const char *host)
{
    FACTS_EACH(facts, FACT_NEIGHBOR, neighbor_fact, neighbor)
        if (strcmp(neighbor->host, host) == 0)
            return true;
    return false;
}


/* Why a DC's place in replication was not read, or "". */
static const char *
why_unread(const struct facts *facts, const char *host)
{
    const char *why = "";

    FACTS_EACH(facts, FACT_SEARCH, search_fact, search)
        if (strcmp(search->host, host) == 0
            && search->purpose == SEARCH_REPLICAS
            && search->outcome != SEARCH_OK)
            why = search->detail;
    return why;
}


/* Note which DCs were read; whether all were, and completely. */
static bool
judge_coverage(const struct replication *replication)
{
    const struct facts *facts = replication->facts;
    const struct settings *settings = replication->settings;
    struct findings *findings = replication->findings;
    bool complete = settings->dc_count > 0;

    for (size_t i = 0; i < settings->dc_count; i++) {
        const char *host = settings->dcs[i]->host;
        const char *why = why_unread(facts, host);

        if (!settings->dcs[i]->ldap)
            continue;
        if (pairs_directory(facts, host) && has_replicas(facts, host)
            && (has_neighbors(facts, host) || settings->dc_count == 1)) {
            findings_judged(findings, "REPLICATION_OK", host);
            continue;
        }
        complete = false;
        findings_not_covered(findings, "%s: %s was not read%s%s", host,
                             pairs_directory(facts, host)
                                     && has_replicas(facts, host)
                                 ? "whom it takes changes from"
                                 : "how far it has replicated",
                             *why ? ": " : "", why);
    }
    return complete;
}


/* Say which DCs of the topology hold the domain and were not looked at; whether
   there are none. */
static bool
judge_topology(const struct replication *replication)
{
    struct map unseen = {NULL, 0};
    bool complete;

    FACTS_EACH(replication->facts, FACT_DSA, dsa_fact, dsa)
        for (size_t i = 0; i < dsa->ncs.count; i++)
            if (pairs_rank(replication->settings, dsa->ncs.items[i])
                    == NC_DOMAIN
                && !settings_find_dc(replication->settings, dsa->server))
                map_add(&unseen, 0, dsa->server, dsa->server);
    map_finish(&unseen);
    complete = unseen.count == 0;
    for (size_t i = 0; i < unseen.count; i++)
        findings_not_covered(replication->findings,
                             "%s: the topology has it as a domain controller, "
                             "and it was not looked at",
                             unseen.entries[i].key);
    map_clear(&unseen);
    return complete;
}


/* Say which partners nobody knows any more. */
static void
judge_strangers(const struct replication *replication)
{
    struct map strangers = {NULL, 0};

    FACTS_EACH(replication->facts, FACT_NEIGHBOR, neighbor_fact, neighbor)
        if (!topology_partner(replication->topology, neighbor->source))
            map_add(&strangers, 0, neighbor->source, neighbor->host);
    map_finish(&strangers);
    for (size_t i = 0; i < strangers.count; i++)
        findings_not_covered(replication->findings,
                             "%s still has the partner %s, which the topology "
                             "does not know; it may have been removed",
                             strangers.entries[i].value,
                             strangers.entries[i].key);
    map_clear(&strangers);
}


/* Judge one pair; whether it is at fault. */
static bool
judge_pair(const struct replication *replication, const struct pair *pair)
{
    const struct lag lag = lag_of(replication, pair);
    enum status failing, late;

    failing = replication_judge_failing(replication, pair, &lag);
    late = replication_judge_lag(replication, pair, &lag, failing);
    return failing != STATUS_OK || late != STATUS_OK;
}


/* Judge the pairs, the naming contexts that matter to mail first: two DCs that
   fail in these are not told of once more for each of the others.  Whether
   each pair was judged. */
static bool
judge_pairs(const struct replication *replication, const struct pairs *pairs)
{
    struct keys *faulty = keys_new();
    struct strings names = {NULL, 0};
    bool complete = true;

    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = pairs->items[i];
        char *name = xasprintf("%s->%s", pair->source, pair->destination);

        if (replication_is_young(replication, pair)
            || (pair->rank == NC_OTHER && keys_find(faulty, name))) {
            complete = false;
        } else if (judge_pair(replication, pair)) {
            strings_add(&names, name);
            keys_put(faulty, names.items[names.count - 1]);
        }
        free(name);
    }
    keys_free(faulty);
    strings_clear(&names);
    return complete;
}


static void
replication_judge(const struct facts *facts, const struct settings *settings,
                  struct findings *findings)
{
    struct topology *topology;
    struct pairs *pairs;
    struct samples *samples;
    struct replication replication;
    bool complete;

    if (is_other_directory(facts) || is_alone(facts, settings))
        return;
    topology = topology_new(facts, settings);
    pairs = pairs_new(facts, settings, topology, NULL);
    samples = samples_new(facts, settings->numbers->time_us);
    replication = (struct replication){facts, settings, topology, samples,
                                       findings};
    complete = judge_coverage(&replication);
    complete = judge_topology(&replication) && complete;
    judge_strangers(&replication);
    complete = judge_pairs(&replication, pairs) && complete;
    if (replication_judge_divergence(&replication))
        findings_judged_all(findings, "REPL_DIVERGED");
    if (complete) {
        findings_judged_all(findings, "REPL_FAILING");
        findings_judged_all(findings, "REPL_LAG");
    }
    samples_free(samples);
    pairs_free(pairs);
    topology_free(topology);
}


const struct check replication_check = {
    .name = "replication",
    .ok = "REPLICATION_OK",
    .summary = "the domain controllers replicate within their allowance",
    .judge = replication_judge,
};
