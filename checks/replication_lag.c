/*
 * How late is a domain controller in taking another's changes?
 *
 * A difference of USNs tells nothing: the source's also grow for bookkeeping
 * that nobody replicates, and for changes that it took from others.  Two
 * things tell.  The source says what it has beyond the destination's cursor,
 * since when, and who wrote it; what the destination has not got from that
 * writer in another way is surely missing.  And as of the newest sample
 * of the source's USN that is within the cursor, and as of its last success,
 * the destination had everything; so it cannot be further behind than that.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/replication.h"


/* Whether a destination has what a source named. */
enum trace { TRACE_HELD, TRACE_UNKNOWN, TRACE_MISSING };


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


/* Whether a destination has what a DC wrote: it did so itself, or has taken
   that in, be it from another partner. */
static enum trace
trace_origin(const struct replication *replication, const struct pair *pair,
             const struct pairs_cursor *origin)
{
    const char *writer
        = topology_writer(replication->topology, origin->invocation);
    int64_t usn;

    if ((writer && strcmp(writer, pair->destination) == 0)
        || (pair->to
            && text_casecmp(pair->to->invocation, origin->invocation) == 0))
        return TRACE_HELD;
    usn = pairs_cursor_of(replication->facts, pair->destination, pair->nc,
                          origin->invocation);
    if (usn < 0)
        return writer ? TRACE_MISSING : TRACE_UNKNOWN;
    return usn < origin->usn ? TRACE_MISSING : TRACE_HELD;
}


/* Whether a destination has all that the source named; if it does not, tell
   since when by the source's clock. */
static enum trace
trace_pending(const struct replication *replication, const struct pair *pair,
              int64_t *since_out)
{
    const struct pending_fact *pending = pair->pending;
    enum trace result = pending->traced < pending->count
                                || pending->count >= PENDING_OBJECTS_MOST
                            ? TRACE_UNKNOWN : TRACE_HELD;

    *since_out = 0;
    for (size_t i = 0; i < pending->origins.count; i++) {
        struct pairs_cursor origin;
        enum trace trace = TRACE_UNKNOWN;

        if (pairs_read_cursor(pending->origins.items[i], &origin))
            trace = trace_origin(replication, pair, &origin);
        if (trace > result)
            result = trace;
        if (trace == TRACE_MISSING && origin.time_us > 0
            && (*since_out == 0 || origin.time_us < *since_out))
            *since_out = origin.time_us;
    }
    if (result == TRACE_UNKNOWN)
        *since_out = pending->changed_us;
    return result;
}


/* Whether something beyond the cursor is missing, though nothing tells who
   wrote it: the cursor would have moved by now, if only at the hourly poll. */
static bool
is_stuck(const struct pair *pair, const struct lag *lag)
{
    return (pair->neighbor && pair->neighbor->failures > 0)
           || lag->most_us > REPLICATION_POLL_US + pair->allowance.usual_us;
}


struct lag
lag_of(const struct replication *replication, const struct pair *pair)
{
    struct lag lag = {.lag_us = -1, .most_us = -1, .history_us = -1};
    enum trace trace = TRACE_UNKNOWN;
    int64_t since_us = 0, history_us;

    if (!pair->from)
        return lag;
    lag.unknown = pair->rank != NC_OTHER;
    if (pair->cursor < 0)
        return lag;
    if (pair->pending)
        trace = trace_pending(replication, pair, &since_us);
    lag.in_sync = pair->cursor >= pair->from->usn || trace == TRACE_HELD;
    if (lag.in_sync) {
        lag.unknown = false;
        lag.lag_us = lag.most_us = 0;
        return lag;
    }
    history_us = samples_since(replication->samples, pair->from->invocation,
                               0);
    if (history_us >= 0)
        lag.history_us = replication->settings->numbers->time_us - history_us;
    lag.most_us = lag.lag_us = most_behind(replication, pair);
    lag.missing = trace == TRACE_MISSING
                  || (pair->pending && is_stuck(pair, &lag));
    if (lag.missing && since_us > 0)
        keep_least(&lag.lag_us,
                   pairs_age_us(replication->facts, replication->settings,
                                pair->source, since_us));
    lag.unknown = lag.unknown && !lag.missing;
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
    enum status status;

    if (lag->lag_us < 0)
        return STATUS_OK;
    status = replication_status(replication, pair->source, pair->destination,
                                &pair->allowance, lag->lag_us);
    /* Without the source's word, what is missing shows in failures alone; what
       neither tells of may be late all the same. */
    if (!lag->missing && failing == STATUS_OK) {
        if (lag->unknown && status != STATUS_OK)
            return STATUS_OK;
        status = STATUS_OK;
    }
    if (lag->in_sync || lag->missing)
        findings_measure(replication->findings, pair->subject, "lag",
                         (double)lag->lag_us / 1e6, -1, "s");
    if (status == STATUS_OK)
        findings_judged(replication->findings, "REPL_LAG", pair->subject);
    else
        report_lag(replication, pair, lag, status);
    return status;
}
