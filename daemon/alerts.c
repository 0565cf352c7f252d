/*
 * What is news: findings that must be told, told again, or taken back.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>

#include "checks/record.h"
#include "daemon/alert_table.h"
#include "daemon/alerts.h"

struct alerts {
    int64_t confirm;
    int64_t repeat_us;
    struct alert_table table;
};

/* What one cycle hands down. */
struct cycle {
    const struct alert_sink *sink;
    int64_t monotonic_us;
    int64_t wall_us;
    size_t told;
    size_t held_back;
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


bool
alerts_save(const struct alerts *alerts, const char *path,
            struct error *error)
{
    return alert_table_save(&alerts->table, path, error);
}


bool
alerts_load(struct alerts *alerts, const char *path, int64_t monotonic_us,
            int64_t wall_us, char **warning_out, struct error *error)
{
    return alert_table_load(&alerts->table, path, monotonic_us, wall_us,
                            warning_out, error);
}


/* Give an alert what a finding says now. */
static void
describe(struct alert *alert, const struct finding *finding)
{
    record_set(&alert->message, finding->message);
    record_set(&alert->reference,
               finding->reference.count > 0 ? finding->reference.items[0]
                                            : NULL);
    alert->impact = (int)finding->impact;
    alert->status = (int)finding->status;
    alert->finding = finding;
    alert->found++;
}


/* Note that a finding was found in this cycle. */
static void
note_found(struct alerts *alerts, const struct finding *finding,
           struct cycle *cycle)
{
    char *key = finding_key(finding);
    struct alert *alert = alert_table_find(&alerts->table, key);

    if (!alert) {
        alert = alert_table_insert(&alerts->table, key);
        if (alert) {
            alert->since_us = cycle->wall_us;
            alert->began_us = cycle->monotonic_us;
        }
    }
    if (alert)
        describe(alert, finding);
    else
        cycle->held_back++;
    free(key);
}


/* The alert of a cause that was found in this cycle, or NULL. */
static struct alert *
standing_cause(const struct alerts *alerts, const char *key)
{
    struct alert *cause = alert_table_find(&alerts->table, key);

    return cause && cause->finding ? cause : NULL;
}


/* Whether some cause of a finding was found too. */
static bool
is_explained(const struct alerts *alerts, const struct finding *finding)
{
    for (size_t i = 0; i < finding->caused_by.count; i++)
        if (standing_cause(alerts, finding->caused_by.items[i]))
            return true;
    return false;
}


/* Count a finding with all that explain it, directly or through others. */
static void
count_effect(const struct alerts *alerts, const struct finding *finding,
             struct strings *seen)
{
    for (size_t i = 0; i < finding->caused_by.count; i++) {
        const char *key = finding->caused_by.items[i];
        struct alert *cause = standing_cause(alerts, key);

        if (!cause || strings_contain(seen, key))
            continue;
        strings_add(seen, key);
        cause->explains++;
        count_effect(alerts, cause->finding, seen);
    }
}


/* Hand an event over; false if this cycle has told enough. */
static bool
tell(struct cycle *cycle, enum alert_kind kind, enum status status,
     const struct alert *alert)
{
    if (cycle->told >= ALERT_EVENTS_MAX) {
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
                          .message = alert->message,
                          .reference = alert->reference,
                          .since_us = alert->since_us,
                          .lasted_us = cycle->monotonic_us - alert->began_us,
                          .count = alert->explains,
                      });
    return true;
}


/* Tell of a finding if it is news. */
static void
tell_found(const struct alerts *alerts, struct alert *alert,
           struct cycle *cycle)
{
    enum alert_kind kind;

    if (is_explained(alerts, alert->finding))
        return;
    if (alert->told == STATUS_OK && alert->found < alerts->confirm)
        return;
    if (alert->told == STATUS_OK)
        kind = ALERT_RAISED;
    else if (alert->told != alert->status)
        kind = ALERT_CHANGED;
    else if (alerts->repeat_us > 0
             && cycle->monotonic_us - alert->told_us >= alerts->repeat_us)
        kind = ALERT_REPEATED;
    else
        return;
    if (tell(cycle, kind, (enum status)alert->status, alert)) {
        alert->told = alert->status;
        alert->told_us = cycle->monotonic_us;
        alert->told_at_us = cycle->wall_us;
    }
}


/* Whether an alert is over: judged, not found, and if it was ever told, taken
   back too. */
static bool
is_over(struct alert *alert, const struct findings *findings,
        struct cycle *cycle)
{
    if (alert->finding
        || !findings_was_judged(findings, alert->code, alert->subject))
        return false;
    return alert->told == STATUS_OK
           || tell(cycle, ALERT_RECOVERED, STATUS_OK, alert);
}


/* Drop what has healed; make the rest ready for the next cycle. */
static void
end_cycle(struct alerts *alerts, const struct findings *findings,
          struct cycle *cycle)
{
    struct alert_table *table = &alerts->table;
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct alert *alert = table->items[i];

        if (is_over(alert, findings, cycle))
            alert_free(alert);
        else
            table->items[kept++] = alert;
    }
    table->count = kept;
    for (size_t i = 0; i < kept; i++) {
        table->items[i]->finding = NULL;
        table->items[i]->explains = 0;
    }
}


/* Say how much more there would be to tell. */
static void
tell_held_back(const struct cycle *cycle)
{
    cycle->sink->tell(cycle->sink->closure,
                      &(const struct alert_event){
                          .kind = ALERT_HELD_BACK,
                          .status = STATUS_UNKNOWN,
                          .code = "",
                          .subject = "",
                          .impact = IMPACT_MONITORING,
                          .message = "",
                          .reference = "",
                          .since_us = cycle->wall_us,
                          .count = cycle->held_back,
                      });
}


void
alerts_update(struct alerts *alerts, const struct findings *findings,
              int64_t monotonic_us, int64_t wall_us,
              const struct alert_sink *sink)
{
    struct cycle cycle = {.sink = sink, .monotonic_us = monotonic_us,
                          .wall_us = wall_us};

    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i]->status != STATUS_OK)
            note_found(alerts, findings->items[i], &cycle);
    for (size_t i = 0; i < findings->count; i++) {
        struct strings seen = {0};

        if (findings->items[i]->status != STATUS_OK)
            count_effect(alerts, findings->items[i], &seen);
        strings_clear(&seen);
    }
    for (size_t i = 0; i < findings->count; i++) {
        char *key = finding_key(findings->items[i]);
        struct alert *alert = alert_table_find(&alerts->table, key);

        if (alert && alert->finding)
            tell_found(alerts, alert, &cycle);
        free(key);
    }
    end_cycle(alerts, findings, &cycle);
    if (cycle.held_back > 0)
        tell_held_back(&cycle);
}


size_t
alerts_standing(const struct alerts *alerts)
{
    const struct alert_table *table = &alerts->table;
    size_t standing = 0;

    for (size_t i = 0; i < table->count; i++)
        standing += table->items[i]->told != STATUS_OK;
    return standing;
}
