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

/* As long a DC may have been away for its start to explain what it says, where
   nothing but what it says tells. */
#define YOUNG_US (4 * REPLICATION_POLL_US)


enum status
replication_status(const struct replication *replication, const char *source,
                   const char *destination, const struct allowance *allowance,
                   int64_t age_us)
{
    const struct topology *topology = replication->topology;

    if (age_us >= topology_tombstone_us(topology) / 2)
        return STATUS_CRITICAL;
    if (age_us <= allowance->warn_us)
        return STATUS_OK;
    return age_us > allowance->crit_us
                   && topology_serves_mail(topology, source)
                   && topology_serves_mail(topology, destination)
               ? STATUS_CRITICAL : STATUS_WARNING;
}


/* Since when a DC has been at work without having been away: its oldest sample
   that is not older than CRITICAL, or than the last run before what is usual,
   where runs are rarer. */
static int64_t
at_work_since(const struct replication *replication,
              const struct directory_fact *directory,
              const struct allowance *allowance)
{
    int64_t now_us = replication->settings->numbers->time_us;
    int64_t least_us = now_us - allowance->crit_us;
    int64_t run_us = samples_last(replication->samples,
                                  now_us - allowance->usual_us)
                     - allowance->usual_us;

    if (run_us >= 0 && run_us < least_us)
        least_us = run_us;
    return samples_since(replication->samples, directory->invocation,
                         least_us);
}


/* Whether a start explains all that a pair's destination says. */
static bool
is_as_after_a_start(const struct replication *replication,
                    const struct pair *pair)
{
    const struct neighbor_fact *neighbor = pair->neighbor;

    return !neighbor
           || (neighbor->failures <= REPLICATION_FEW_FAILURES
               && pairs_age_us(replication->facts, replication->settings,
                               pair->destination, neighbor->success_us)
                      <= YOUNG_US);
}


/* Whether a DC has just started. */
static bool
is_young(const struct replication *replication, const struct pair *pair,
         const struct directory_fact *directory)
{
    int64_t usual_us = replication->settings->numbers->time_us
                       - pair->allowance.usual_us;
    int64_t since_us, first_us;

    if (directory->synchronized)
        return false;
    since_us = at_work_since(replication, directory, &pair->allowance);
    if (since_us >= 0 && since_us <= usual_us)
        return false;
    /* Known from before, it was away; else nothing tells. */
    first_us = samples_since(replication->samples, directory->invocation, 0);
    return (first_us >= 0 && first_us <= usual_us)
           || is_as_after_a_start(replication, pair);
}


const char *
replication_young_end(const struct replication *replication,
                      const struct pair *pair)
{
    const struct directory_fact *ends[] = {pair->from, pair->to};

    for (size_t i = 0; i < 2; i++)
        if (ends[i] && is_young(replication, pair, ends[i]))
            return ends[i]->host;
    return NULL;
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
replication_advise_behind(struct finding *finding, const char *behind)
{
    char *to = setspn_quote(behind ? behind : "BEHIND");

    finding_remedy(finding,
                   "on a domain controller: repadmin /syncall /AdeP, then "
                   "repadmin /showrepl %s", behind ? to : "*");
    finding_remedy(finding,
                   "with Samba: samba-tool drs showrepl %s, then samba-tool "
                   "drs replicate %s UP-TO-DATE NAMING-CONTEXT", to, to);
    free(to);
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


/* Say what of a DC was not read. */
static void
report_unread(const struct replication *replication, const char *host)
{
    const struct facts *facts = replication->facts;
    struct findings *findings = replication->findings;
    const char *why = why_unread(facts, host);

    if (pairs_directory(facts, host) && has_replicas(facts, host) && !*why)
        findings_not_covered(findings,
                             "%s: no partner was shown that it takes changes "
                             "from: it has none, which only a single domain "
                             "controller may (repadmin /showrepl %s), or this "
                             "account may not see them", host, host);
    else
        findings_not_covered(findings, "%s: %s was not read%s%s", host,
                             pairs_directory(facts, host)
                                     && has_replicas(facts, host)
                                 ? "whom it takes changes from"
                                 : "how far it has replicated",
                             *why ? ": " : "", why);
}


/* Note which DCs were read; whether all were, and completely. */
static bool
judge_coverage(const struct replication *replication)
{
    const struct facts *facts = replication->facts;
    const struct settings *settings = replication->settings;
    bool complete = settings->dc_count > 0;

    for (size_t i = 0; i < settings->dc_count; i++) {
        const char *host = settings->dcs[i]->host;

        if (!settings->dcs[i]->ldap)
            continue;
        if (pairs_directory(facts, host) && has_replicas(facts, host)
            && (has_neighbors(facts, host) || settings->dc_count == 1)) {
            findings_judged(replication->findings, "REPLICATION_OK", host);
            continue;
        }
        complete = false;
        report_unread(replication, host);
    }
    return complete;
}


/* Whether some DC showed the whole topology. */
static bool
is_topology_read(const struct facts *facts)
{
    FACTS_EACH(facts, FACT_SEARCH, search_fact, search)
        if (search->purpose == SEARCH_TOPOLOGY
            && search->outcome == SEARCH_OK)
            return true;
    return false;
}


/* The DCs of the topology that hold the domain and were not looked at, for
   map_clear(). */
static struct map
find_unseen(const struct facts *facts, const struct settings *settings)
{
    struct map unseen = {NULL, 0};

    FACTS_EACH(facts, FACT_DSA, dsa_fact, dsa)
        for (size_t i = 0; i < dsa->ncs.count; i++)
            if (pairs_rank(settings, dsa->ncs.items[i]) == NC_DOMAIN
                && !settings_find_dc(settings, dsa->server))
                map_add(&unseen, 0, dsa->server, dsa->server);
    map_finish(&unseen);
    return unseen;
}


/* Say which DCs of the topology were not looked at; whether it was read and
   there are none. */
static bool
judge_topology(const struct replication *replication)
{
    struct map unseen
        = find_unseen(replication->facts, replication->settings);
    bool complete = unseen.count == 0
                    && is_topology_read(replication->facts);

    for (size_t i = 0; i < unseen.count; i++)
        findings_not_covered(replication->findings,
                             "%s: the topology has it as a domain controller, "
                             "and it was not looked at",
                             unseen.entries[i].key);
    map_clear(&unseen);
    return complete;
}


/* Say which partners nobody knows: any more, if the topology was read. */
static void
judge_strangers(const struct replication *replication)
{
    const char *why = is_topology_read(replication->facts)
                          ? "which the topology does not know; it may have "
                            "been removed"
                          : "which is not judged, because the topology was "
                            "not read";
    struct map strangers = {NULL, 0};

    FACTS_EACH(replication->facts, FACT_NEIGHBOR, neighbor_fact, neighbor)
        if (!topology_partner(replication->topology, neighbor->source))
            map_add(&strangers, 0, neighbor->source, neighbor->host);
    map_finish(&strangers);
    for (size_t i = 0; i < strangers.count; i++)
        findings_not_covered(replication->findings,
                             "%s has the partner %s, %s",
                             strangers.entries[i].value,
                             strangers.entries[i].key, why);
    map_clear(&strangers);
}


/* Say which DCs have just started. */
static void
report_young(const struct replication *replication, struct map *young)
{
    map_finish(young);
    for (size_t i = 0; i < young->count; i++)
        findings_not_covered(replication->findings,
                             "%s has not finished its first synchronisation "
                             "since it started, and is not judged until it "
                             "has had the time for it",
                             young->entries[i].key);
    map_clear(young);
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


/* Whether nothing of a pair was left open. */
static bool
is_decided(const struct replication *replication, const struct pair *pair)
{
    const struct findings *findings = replication->findings;

    if (pair->neighbor
        && !findings_was_judged(findings, "REPL_FAILING", pair->subject))
        return false;
    return pair->rank == NC_OTHER || !pair->from
           || findings_was_judged(findings, "REPL_LAG", pair->subject);
}


/* Judge the pairs, the naming contexts that matter to mail first: two DCs that
   fail in these are not told of once more for each of the others.  Whether
   nothing was left open. */
static bool
judge_pairs(const struct replication *replication, const struct pairs *pairs)
{
    struct keys *faulty = keys_new();
    struct strings names = {NULL, 0};
    struct map young = {NULL, 0};
    bool complete = true;

    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = pairs->items[i];
        const char *end = replication_young_end(replication, pair);
        char *name = xasprintf("%s->%s", pair->source, pair->destination);

        if (end) {
            map_add(&young, 0, end, end);
            complete = false;
        } else if (pair->rank == NC_OTHER && keys_find(faulty, name)) {
            complete = false;
        } else {
            if (judge_pair(replication, pair)) {
                strings_add(&names, name);
                keys_put(faulty, names.items[names.count - 1]);
            }
            complete = is_decided(replication, pair) && complete;
        }
        free(name);
    }
    report_young(replication, &young);
    keys_free(faulty);
    strings_clear(&names);
    return complete;
}


/* Of a single DC nothing can be at fault any more: no pair is left. */
static void
judge_single(const struct facts *facts, const struct settings *settings,
             struct findings *findings)
{
    struct map unseen = find_unseen(facts, settings);

    if (unseen.count == 0 && is_topology_read(facts)) {
        findings_judged_all(findings, "REPL_FAILING");
        findings_judged_all(findings, "REPL_LAG");
        findings_judged_all(findings, "REPL_DIVERGED");
    }
    map_clear(&unseen);
}


/* Judge two DCs and more. */
static void
judge_several(const struct facts *facts, const struct settings *settings,
              struct findings *findings)
{
    struct topology *topology = topology_new(facts, settings);
    struct pairs *pairs = pairs_new(facts, settings, topology, NULL);
    struct samples *samples = samples_new(facts, settings->numbers->time_us);
    const struct replication replication
        = {facts, settings, topology, samples, findings};
    bool complete = judge_coverage(&replication);

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


static void
replication_judge(const struct facts *facts, const struct settings *settings,
                  struct findings *findings)
{
    if (is_other_directory(facts))
        return;
    if (is_alone(facts, settings))
        judge_single(facts, settings, findings);
    else
        judge_several(facts, settings, findings);
}


const struct check replication_check = {
    .name = "replication",
    .ok = "REPLICATION_OK",
    .summary = "the domain controllers replicate within their allowance",
    .judge = replication_judge,
};
