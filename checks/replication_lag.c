/*
 * How late is a domain controller in taking another's changes?
 *
 * A difference of USNs tells nothing: the source's also grow for bookkeeping
 * that nobody replicates, and for changes that it took from others.  Two
 * things tell.  The source says what it has beyond the destination's cursor,
 * and since when; that is what is surely missing.  And as of the newest sample
 * of the source's USN that is within the cursor, and as of its last success,
 * the destination had everything; so it cannot be further behind than that.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "checks/replication.h"


/* Keep the lesser of two ages, of which negative ones are not known. */
static void
keep_least(int64_t *age_us, int64_t other_us)
{
    if (other_us >= 0 && (*age_us < 0 || other_us < *age_us))
        *age_us = other_us;
}


/* How long ago the destination surely had all that the source had then; -1 if
   nothing tells. */
static int64_t
most_behind(const struct replication *replication, const struct pair *pair)
{
    const struct facts *facts = replication->facts;
    const struct settings *settings = replication->settings;
    int64_t sample_us = samples_within(replication->samples,
                                       pair->from->invocation, pair->cursor);
    int64_t age_us = -1;

    if (sample_us >= 0)
        age_us = settings->numbers->time_us - sample_us;
    if (pair->cursor_us > 0)
        keep_least(&age_us, pairs_age_us(facts, settings, pair->destination,
                                         pair->cursor_us));
    if (pair->neighbor && pair->neighbor->success_us > 0)
        keep_least(&age_us, pairs_age_us(facts, settings, pair->destination,
                                         pair->neighbor->success_us));
    return age_us;
}


struct lag
lag_of(const struct replication *replication, const struct pair *pair)
{
    struct lag lag = {.lag_us = -1, .most_us = -1, .history_us = -1};
    const struct pending_fact *pending = pair->pending;
    int64_t since_us;

    if (!pair->from || pair->cursor < 0)
        return lag;
    lag.in_sync = pair->cursor >= pair->from->usn
                  || (pending && pending->count == 0);
    if (lag.in_sync) {
        lag.lag_us = lag.most_us = 0;
        return lag;
    }
    since_us = samples_since(replication->samples, pair->from->invocation, 0);
    if (since_us >= 0)
        lag.history_us = replication->settings->numbers->time_us - since_us;
    lag.most_us = lag.lag_us = most_behind(replication, pair);
    lag.missing = pending && pending->changed_us > 0;
    if (lag.missing)
        keep_least(&lag.lag_us,
                   pairs_age_us(replication->facts, replication->settings,
                                pair->source, pending->changed_us));
    return lag;
}


/* Add what is behind the verdict. */
static void
add_evidence(const struct pair *pair, struct finding *finding)
{
    const struct pending_fact *pending = pair->pending;

    finding_evidence(finding, "ldap", pair->destination,
                     pair->to ? pair->to->base.time_us
                              : pair->from->base.time_us,
                     "%s has the changes of %s in %s up to USN %" PRId64,
                     pair->destination, pair->source, pair->nc, pair->cursor);
    finding_evidence(finding, "ldap", pair->source, pair->from->base.time_us,
                     "%s is at USN %" PRId64, pair->source, pair->from->usn);
    if (pending)
        finding_evidence(finding, "ldap", pair->source,
                         pending->base.time_us,
                         "beyond USN %" PRId64 ": %" PRId64 " object%s, of "
                         "which %s changed first", pending->usn,
                         pending->count, pending->count == 1 ? "" : "s",
                         *pending->dn ? pending->dn : "one");
}


/* Report a lag. */
static void
report_lag(const struct replication *replication, const struct pair *pair,
           const struct lag *lag, enum status status)
{
    char *late = text_duration(lag->lag_us);
    char *usual = text_duration(pair->allowance.usual_us);
    struct finding *finding = findings_add(
        replication->findings, status, IMPACT_MAIL_AT_RISK, "REPL_LAG",
        pair->subject,
        "%s is %s behind %s in %s%s; usual on this way is %s at most",
        pair->destination, late, pair->source, pair->nc,
        lag->missing ? "" : ", by its last success", usual);

    finding_value(finding, "lag", (double)lag->lag_us / 1e6, "s");
    if (lag->most_us >= 0)
        finding_value(finding, "lag_most", (double)lag->most_us / 1e6, "s");
    finding_value(finding, "allowance",
                  (double)pair->allowance.usual_us / 1e6, "s");
    if (pair->pending)
        finding_value(finding, "missing", (double)pair->pending->count, "");
    if (lag->history_us >= 0)
        finding_value(finding, "history", (double)lag->history_us / 1e6, "s");
    else
        finding_value(finding, "history", NAN, "none");
    add_evidence(pair, finding);
    replication_advise(finding, pair->source, pair->destination, pair->nc);
    free(usual);
    free(late);
}


enum status
replication_judge_lag(const struct replication *replication,
                      const struct pair *pair, const struct lag *lag,
                      enum status failing)
{
    enum status status = STATUS_OK;

    if (lag->lag_us < 0)
        return STATUS_OK;
    /* Without the source's word, what is missing shows in failures alone. */
    if (lag->missing || failing != STATUS_OK)
        status = replication_status(replication, &pair->allowance,
                                    lag->lag_us);
    if (lag->in_sync || lag->missing)
        findings_measure(replication->findings, pair->subject, "lag",
                         (double)lag->lag_us / 1e6, -1, "s");
    if (status == STATUS_OK)
        findings_judged(replication->findings, "REPL_LAG", pair->subject);
    else
        report_lag(replication, pair, lag, status);
    return status;
}
