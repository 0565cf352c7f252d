/*
 * What is news: findings that must be told, told again, or taken back.
 *
 * An alert is in one of these states, by what was told of it last:
 *
 *   told OK         nothing stands: not confirmed yet, explained, or healed and
 *                   followed for its changes only
 *   told otherwise  it stands
 *   flapping        it was told to be, whatever else was told before
 *
 * and a cycle judges it to be found or not, or says nothing of it:
 *
 *   state           found                          judged, not found
 *   nothing stands  RAISED once confirmed          -
 *   stands          CHANGED, or REPEATED in time   RECOVERED
 *   flapping        CHANGED once it kept still     RECOVERED, the same
 *
 * With too many changes, the first two tell FLAPPING instead.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/codes.h"
#include "daemon/alert_causes.h"
#include "daemon/alerts.h"

struct alerts {
    int64_t confirm;
    int64_t repeat_us;
    struct alert_table table;
};

/* What one cycle hands down. */
struct cycle {
    const struct alert_sink *sink;
    const struct alert_time *now;
    const struct findings *judged;  /* what this cycle has judged */
    const struct findings *latest;  /* what is known of all */
    size_t told;
    size_t held_back;
    bool unlimited;                 /* however much is told */
};


struct alerts *
alerts_new(int64_t confirm, int64_t repeat_us)
{
    struct alerts *alerts = xcalloc(1, sizeof(*alerts));

    alerts_configure(alerts, confirm, repeat_us);
    return alerts;
}


void
alerts_configure(struct alerts *alerts, int64_t confirm, int64_t repeat_us)
{
    alerts->confirm = confirm;
    alerts->repeat_us = repeat_us;
}


void
alerts_free(struct alerts *alerts)
{
    if (!alerts)
        return;
    alert_table_clear(&alerts->table);
    free(alerts);
}


struct alert_table *
alerts_table(struct alerts *alerts)
{
    return &alerts->table;
}


/* Hand an event over; false if this cycle has told enough. */
static bool
tell(struct cycle *cycle, enum alert_kind kind, enum status status,
     const struct alert *alert, const char *message)
{
    if (cycle->told >= ALERT_EVENTS_MAX && !cycle->unlimited) {
        cycle->held_back++;
        return false;
    }
    cycle->told++;
    cycle->sink->tell(cycle->sink->closure,
                      &(const struct alert_event){
                          .kind = kind,
                          .status = status,
                          .code = alert->code,
                          .subject = alert->subject,
                          .impact = (enum impact)alert->impact,
                          .message = message,
                          .reference = alert->reference,
                          .since_us = alert->since_us,
                          .lasted_us = cycle->now->monotonic_us
                                       - alert->began_us,
                          .count = alert->explains,
                      });
    return true;
}


/* Tell that an alert stands, and remember it; false if it must wait. */
static bool
tell_standing(struct cycle *cycle, enum alert_kind kind, struct alert *alert)
{
    if (!tell(cycle, kind, (enum status)alert->status, alert, alert->message))
        return false;
    alert->told = alert->status;
    alert->told_us = cycle->now->monotonic_us;
    return true;
}


/* Whether this cycle has judged a key. */
static bool
is_judged(const struct cycle *cycle, const char *code, const char *subject)
{
    return findings_was_judged(cycle->judged, code, subject);
}


/* Whether this cycle has found something that counts. */
static bool
is_found(const struct cycle *cycle, const struct finding *finding)
{
    return finding_counts(finding)
           && is_judged(cycle, finding->code, finding->subject);
}


/* Follow what this cycle found first. */
static void
insert_found(struct alerts *alerts, struct cycle *cycle)
{
    for (size_t i = 0; i < cycle->latest->count; i++) {
        struct alert *alert;
        char *key;

        if (!is_found(cycle, cycle->latest->items[i]))
            continue;
        key = finding_key(cycle->latest->items[i]);
        if (!alert_table_find(&alerts->table, key)) {
            alert = alert_new(key);
            if (!alert || !alert_table_insert(&alerts->table, alert))
                cycle->held_back++;
        }
        free(key);
    }
}


/* Note for all that is followed what is known of it, and what this cycle's
   judgement says. */
static void
judge_all(struct alerts *alerts, const struct cycle *cycle)
{
    for (size_t i = 0; i < alerts->table.count; i++) {
        struct alert *alert = alerts->table.items[i];
        const struct finding *finding
            = findings_find(cycle->latest, alert->code, alert->subject);

        alert->finding = finding && finding_counts(finding) ? finding : NULL;
        alert->explains = 0;
        if (is_judged(cycle, alert->code, alert->subject))
            alert_judge(alert, alert->finding, cycle->now);
    }
}


/* Say that an alert changes too often to tell each time. */
static void
tell_flapping(struct alert *alert, struct cycle *cycle)
{
    size_t changes = alert_changes(alert, cycle->now->monotonic_us);
    enum status status = (enum status)alert->status;
    char *message = xasprintf(
        "it changed %zu times within an hour, is %s now, and is not told of "
        "again before it has kept still for one; when it was found last: %s",
        changes, status == STATUS_OK ? "well" : status_name(status),
        alert->message);

    alert->flapping = tell(cycle, ALERT_FLAPPING,
                           (enum status)alert->found_status, alert, message);
    free(message);
}


/* Tell in what state an alert has settled, which its last telling left
   open. */
static void
tell_settled(struct alert *alert, struct cycle *cycle)
{
    if (alert->status != STATUS_OK) {
        alert->flapping = !tell_standing(cycle, ALERT_CHANGED, alert);
    } else if (tell(cycle, ALERT_RECOVERED, STATUS_OK, alert,
                    alert->message)) {
        alert->flapping = false;
        alert->told = STATUS_OK;
    }
}


/* Whether a finding that is not flapping is news, and of which kind. */
static bool
is_news(const struct alerts *alerts, const struct alert *alert,
        enum alert_kind *kind_out)
{
    if (alert->told == STATUS_OK) {
        *kind_out = ALERT_RAISED;
        return alert->found >= alerts->confirm;
    }
    *kind_out = ALERT_CHANGED;
    return alert->told != alert->status;
}


/* Tell of one that this cycle has judged and found, if it is news. */
static void
tell_found(const struct alerts *alerts, struct alert *alert,
           struct cycle *cycle)
{
    size_t changes = alert_changes(alert, cycle->now->monotonic_us);
    enum alert_kind kind;

    if (alert_is_explained(&alerts->table, alert))
        return;
    if (alert->flapping) {
        if (changes == 0)
            tell_settled(alert, cycle);
    } else if (changes > ALERT_CHANGES_CALM) {
        tell_flapping(alert, cycle);
    } else if (is_news(alerts, alert, &kind)) {
        tell_standing(cycle, kind, alert);
    }
}


/* Tell again of one that this cycle has judged and found, if nothing has
   changed and it is time. */
static void
tell_repeated(const struct alerts *alerts, struct alert *alert,
              struct cycle *cycle)
{
    int64_t now_us = cycle->now->monotonic_us;

    if (alerts->repeat_us > 0 && alert->told != STATUS_OK
        && alert->told == alert->status && !alert->flapping
        && now_us - alert->told_us >= alerts->repeat_us
        && alert_changes(alert, now_us) <= ALERT_CHANGES_CALM
        && !alert_is_explained(&alerts->table, alert))
        tell_standing(cycle, ALERT_REPEATED, alert);
}


/* Tell of one that this cycle has judged and not found, if it is news.  What
   was not told, perhaps because it was explained, is not said to flap either
   before it is found again. */
static void
tell_healed(struct alert *alert, struct cycle *cycle)
{
    size_t changes = alert_changes(alert, cycle->now->monotonic_us);

    if (alert->flapping) {
        if (changes == 0)
            tell_settled(alert, cycle);
    } else if (alert->told == STATUS_OK) {
        return;
    } else if (changes > ALERT_CHANGES_CALM) {
        tell_flapping(alert, cycle);
    } else if (tell(cycle, ALERT_RECOVERED, STATUS_OK, alert,
                    alert->message)) {
        alert->told = STATUS_OK;
    }
}


/* Tell in one way of what this cycle has found, worst first. */
static void
tell_all_found(struct alerts *alerts, struct cycle *cycle,
               void (*tell_one)(const struct alerts *alerts,
                                struct alert *alert, struct cycle *cycle))
{
    for (size_t i = 0; i < cycle->latest->count; i++) {
        struct alert *alert;
        char *key;

        if (!is_found(cycle, cycle->latest->items[i]))
            continue;
        key = finding_key(cycle->latest->items[i]);
        alert = alert_table_find(&alerts->table, key);
        if (alert)
            tell_one(alerts, alert, cycle);
        free(key);
    }
}


/* Take back what was told of an alert, saying why; false if it must wait. */
static bool
withdraw(struct alert *alert, struct cycle *cycle, const char *reason)
{
    return !alert_is_open(alert)
           || tell(cycle, ALERT_WITHDRAWN, STATUS_UNKNOWN, alert, reason);
}


/* Withdraw an alert that somebody has accepted since; false if it was not, or
   must wait. */
static bool
withdraw_accepted(struct alert *alert, struct cycle *cycle)
{
    const struct finding *finding
        = findings_find(cycle->latest, alert->code, alert->subject);
    char until[TEXT_TIME_SIZE], *reason;
    bool withdrawn;

    if (!finding || !finding->accepted)
        return false;
    text_time(finding->accepted_until_us - 1, until);
    reason = xasprintf("accepted until %.10s: %s", until, finding->accepted);
    withdrawn = withdraw(alert, cycle, reason);
    free(reason);
    return withdrawn;
}


/* Tell what a cycle means for an alert that it did not find, and whether
   there is nothing left to follow. */
static bool
conclude(struct alert *alert, struct cycle *cycle)
{
    int64_t now_us = cycle->now->monotonic_us;

    if (withdraw_accepted(alert, cycle))
        return true;
    if (is_judged(cycle, alert->code, alert->subject)
        && alert->status == STATUS_OK)
        tell_healed(alert, cycle);
    else if (now_us - alert->seen_us >= ALERT_FORGOTTEN_US)
        return withdraw(alert, cycle, "no run could judge it for 90 days: it "
                        "may have healed, or be no longer there");
    return alert->status == STATUS_OK && !alert_is_open(alert)
           && alert_changes(alert, now_us) == 0;
}


/* Go through all that is followed, dropping what need not be. */
static void
conclude_all(struct alerts *alerts, struct cycle *cycle)
{
    struct alert_table *table = &alerts->table;
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct alert *alert = table->items[i];

        if (conclude(alert, cycle))
            alert_free(alert);
        else
            table->items[kept++] = alert;
    }
    table->count = kept;
}


/* Say how much more there would be to tell. */
static void
tell_held_back(const struct cycle *cycle)
{
    if (cycle->held_back == 0)
        return;
    cycle->sink->tell(cycle->sink->closure,
                      &(const struct alert_event){
                          .kind = ALERT_HELD_BACK,
                          .status = STATUS_UNKNOWN,
                          .code = "",
                          .subject = "",
                          .impact = IMPACT_MONITORING,
                          .message = "",
                          .reference = "",
                          .since_us = cycle->now->wall_us,
                          .count = cycle->held_back,
                      });
}


void
alerts_update(struct alerts *alerts, const struct findings *judged,
              const struct findings *latest, const struct alert_time *now,
              const struct alert_sink *sink)
{
    struct cycle cycle = {.sink = sink, .now = now, .judged = judged,
                          .latest = latest};

    insert_found(alerts, &cycle);
    judge_all(alerts, &cycle);
    alert_causes_count(&alerts->table, latest);
    tell_all_found(alerts, &cycle, tell_found);
    conclude_all(alerts, &cycle);
    /* Last, lest what is told again leave no room for news. */
    tell_all_found(alerts, &cycle, tell_repeated);
    tell_held_back(&cycle);
    for (size_t i = 0; i < alerts->table.count; i++)
        alerts->table.items[i]->finding = NULL;
}


void
alerts_withdraw_all(struct alerts *alerts, const char *reason,
                    const struct alert_time *now,
                    const struct alert_sink *sink)
{
    struct cycle cycle = {.sink = sink, .now = now, .unlimited = true};

    for (size_t i = 0; i < alerts->table.count; i++)
        (void)withdraw(alerts->table.items[i], &cycle, reason);
    alert_table_clear(&alerts->table);
}


/* Whether some check still looks at what an alert is about.  The check reach
   always runs, but tells some things for another one's sake. */
static bool
is_watched(const struct alert *alert, const struct strings *checks)
{
    const struct code *code = code_find(alert->code);
    const char *check = code ? code->check : "";
    char *named = NULL;
    bool watched;

    if (strcmp(alert->code, "NOT_PERMITTED") == 0)
        check = named = xstrndup(alert->subject, strcspn(alert->subject, " "));
    else if (strcmp(alert->code, "MAIL_SERVERS_NOT_FOUND") == 0)
        check = "spn";
    watched = strings_contain(checks, check);
    free(named);
    return watched;
}


void
alerts_withdraw(struct alerts *alerts, const struct strings *checks,
                const struct alert_time *now, const struct alert_sink *sink)
{
    struct cycle cycle = {.sink = sink, .now = now};
    struct alert_table *table = &alerts->table;
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct alert *alert = table->items[i];

        if (!is_watched(alert, checks)
            && withdraw(alert, &cycle, "its check is not run any more"))
            alert_free(alert);
        else
            table->items[kept++] = alert;
    }
    table->count = kept;
    tell_held_back(&cycle);
}


size_t
alerts_standing(const struct alerts *alerts)
{
    const struct alert_table *table = &alerts->table;
    size_t standing = 0;

    for (size_t i = 0; i < table->count; i++)
        standing += alert_is_open(table->items[i]);
    return standing;
}
