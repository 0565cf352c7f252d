/*
 * Does a domain controller get its partner's changes at all?
 *
 * It says itself how often it has failed in a row, with which result, and when
 * it last succeeded.  Where packets are dropped without a word, some count no
 * failure: the last success alone then grows old.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/replication.h"
#include "checks/win32.h"

/* From here on what never succeeded is no new partner any more. */
enum { NEVER_FAILURES = 10 };

/* What a pair's partner facts say. */
struct failing {
    const struct replication *replication;
    const struct pair *pair;
    const struct lag *lag;
    const char *disabled;  /* where replication is switched off; or NULL */
    int64_t age_us;        /* since the last success; if there was none,
                              since both have been known; or -1 */
};


/* Where replication is switched off between a pair's DCs, or NULL. */
static const char *
find_disabled(const struct replication *replication, const struct pair *pair)
{
    FACTS_EACH(replication->facts, FACT_DSA, dsa_fact, dsa) {
        if (strcmp(dsa->server, pair->destination) == 0
            && (dsa->options & DSA_NO_INBOUND))
            return pair->destination;
        if (strcmp(dsa->server, pair->source) == 0
            && (dsa->options & DSA_NO_OUTBOUND))
            return pair->source;
    }
    return NULL;
}


/* For how long a destination surely has not got changes that it never got from
   a partner: since both have been known, and since it had everything by
   another way. */
static int64_t
age_of_never(const struct replication *replication, const struct pair *pair,
             const struct lag *lag)
{
    int64_t from_us, to_us, age_us;

    if (!pair->from || !pair->to)
        return -1;
    from_us = samples_since(replication->samples, pair->from->invocation, 0);
    to_us = samples_since(replication->samples, pair->to->invocation, 0);
    if (from_us < 0 || to_us < 0)
        return -1;
    age_us = replication->settings->numbers->time_us
             - (from_us > to_us ? from_us : to_us);
    return lag->most_us >= 0 && lag->most_us < age_us ? lag->most_us : age_us;
}


/* How bad an age is on the pair's way. */
static enum status
status_of_age(const struct failing *failing, const struct allowance *limits,
              int64_t age_us)
{
    return replication_status(failing->replication, failing->pair->source,
                              failing->pair->destination, limits, age_us);
}


/* The worse of two statuses. */
static enum status
worse(enum status left, enum status right)
{
    return status_worse(left, right) ? left : right;
}


/* The status of a partner whose changes never came. */
static enum status
status_of_never(const struct failing *failing)
{
    const struct neighbor_fact *neighbor = failing->pair->neighbor;

    if (neighbor->failures <= REPLICATION_FEW_FAILURES)
        return STATUS_OK;
    if (failing->age_us >= 0 && !failing->lag->in_sync)
        return status_of_age(failing, &failing->pair->allowance,
                             failing->age_us);
    return neighbor->failures >= NEVER_FAILURES ? STATUS_WARNING : STATUS_OK;
}


/*
 * The status of a partner by its last success.
 *
 * One that has nothing new is asked once an hour, and one failure may follow:
 * an old success alone is certain only after some hours.  Many failures, or
 * something that is missing, are certain within the path's limits.
 */
static enum status
status_of_success(const struct failing *failing)
{
    const struct pair *pair = failing->pair;
    const struct lag *lag = failing->lag;
    const struct allowance *limits = &pair->allowance;
    struct allowance idle = *limits;
    enum status status;

    if (idle.warn_us < 2 * REPLICATION_POLL_US)
        idle.warn_us = 2 * REPLICATION_POLL_US;
    if (idle.crit_us < 4 * REPLICATION_POLL_US)
        idle.crit_us = 4 * REPLICATION_POLL_US;
    if (failing->disabled
        || pair->neighbor->failures > REPLICATION_FEW_FAILURES)
        return status_of_age(failing, limits, failing->age_us);
    status = status_of_age(failing, &idle, failing->age_us);
    if (lag->missing)
        status = worse(status, status_of_age(failing, limits, lag->lag_us));
    return status;
}


/* Whether a partner that looks well may have been at fault for what was
   missing, and nothing tells whether that is still so. */
static bool
is_open(const struct failing *failing)
{
    const struct lag *lag = failing->lag;
    int64_t age_us = lag->lag_us >= 0 ? lag->lag_us : failing->age_us;

    return lag->unknown
           && status_of_age(failing, &failing->pair->allowance, age_us)
                  != STATUS_OK;
}


/* What a destination's attempts came to, for the caller to free(). */
static char *
describe(const struct failing *failing)
{
    const struct neighbor_fact *neighbor = failing->pair->neighbor;
    char *result, *text;

    if (failing->disabled)
        return xasprintf("replication is switched off at %s",
                         failing->disabled);
    if (neighbor->failures == 0)
        return xstrdup("no failure is counted, so its packets may be dropped "
                       "on the way");
    result = win32_name(neighbor->result);
    text = xasprintf("%" PRId64 " attempt%s failed in a row, the last with %s",
                     neighbor->failures, neighbor->failures == 1 ? "" : "s",
                     result);
    free(result);
    return text;
}


/* Write a time down that may be none. */
static void
write_time(int64_t time_us, char text_out[TEXT_TIME_SIZE])
{
    if (time_us > 0)
        text_time(time_us, text_out);
    else
        strcpy(text_out, "never");
}


/* Add what is behind the verdict. */
static void
add_evidence(const struct pair *pair, struct finding *finding)
{
    const struct neighbor_fact *neighbor = pair->neighbor;
    char success[TEXT_TIME_SIZE], attempt[TEXT_TIME_SIZE];

    write_time(neighbor->success_us, success);
    write_time(neighbor->attempt_us, attempt);
    finding_evidence(finding, "ldap", pair->destination,
                     neighbor->base.time_us,
                     "partner %s, %s: last success %s, last attempt %s with "
                     "result %" PRId64 ", %" PRId64 " failures in a row",
                     pair->source, pair->nc, success, attempt,
                     neighbor->result, neighbor->failures);
}


/* Advise how to find the cause. */
static void
add_remedies(const struct failing *failing, struct finding *finding)
{
    const struct pair *pair = failing->pair;

    if (failing->disabled)
        finding_remedy(finding,
                       "if it was not switched off on purpose, on a domain "
                       "controller: repadmin /options %s "
                       "-DISABLE_INBOUND_REPL -DISABLE_OUTBOUND_REPL",
                       failing->disabled);
    finding_remedy(finding,
                   "on %s, see that it can reach %s on 135/tcp and the port "
                   "it names there, 88, 389 and 445: portqry -n %s -e 135",
                   pair->destination, pair->source, pair->source);
    replication_advise(finding, pair->source, pair->destination, pair->nc);
}


/* Report a partner whose changes do not come. */
static void
report(const struct failing *failing, enum status status)
{
    const struct pair *pair = failing->pair;
    char *description = describe(failing);
    char *age = failing->age_us < 0 ? NULL : text_duration(failing->age_us);
    struct finding *finding = findings_add(
        failing->replication->findings, status, IMPACT_MAIL_AT_RISK,
        "REPL_FAILING", pair->subject,
        "%s has %s changes from %s in %s%s%s: %s%s", pair->destination,
        pair->neighbor->success_us > 0 ? "got no" : "never got any",
        pair->source, pair->nc, age ? " for " : "", age ? age : "",
        description, failing->lag->in_sync ? "; nothing is missing yet" : "");

    if (failing->age_us >= 0)
        finding_value(finding, "since_success",
                      (double)failing->age_us / 1e6, "s");
    finding_value(finding, "failures", (double)pair->neighbor->failures, "");
    finding_value(finding, "result", (double)pair->neighbor->result, "");
    finding_value(finding, "allowance",
                  (double)pair->allowance.usual_us / 1e6, "s");
    add_evidence(pair, finding);
    add_remedies(failing, finding);
    free(age);
    free(description);
}


enum status
replication_judge_failing(const struct replication *replication,
                          const struct pair *pair, const struct lag *lag)
{
    const struct neighbor_fact *neighbor = pair->neighbor;
    struct failing failing = {
        .replication = replication, .pair = pair, .lag = lag,
    };
    enum status status;

    if (!neighbor)
        return STATUS_OK;
    failing.disabled = find_disabled(replication, pair);
    if (neighbor->success_us > 0) {
        failing.age_us = pairs_age_us(replication->facts,
                                      replication->settings,
                                      pair->destination,
                                      neighbor->success_us);
        status = status_of_success(&failing);
    } else {
        failing.age_us = age_of_never(replication, pair, lag);
        status = status_of_never(&failing);
    }
    /* That a partner is down is not replication's to tell, unless its failures
       are counted. */
    if (status != STATUS_OK && neighbor->failures == 0 && !pair->from)
        return STATUS_OK;
    if (status != STATUS_OK)
        report(&failing, status);
    else if (!is_open(&failing))
        findings_judged(replication->findings, "REPL_FAILING", pair->subject);
    return status;
}
