/*
 * Do the clocks of this host, the DCs and the mail servers agree?
 *
 * Past the realm's limit every authentication fails, and the message users
 * see rarely names the clock; so measure it directly.  Only what is certain
 * counts: an interval that still touches a limit is within it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/clock_report.h"
#include "checks/demands.h"
#include "checks/ports.h"


/* How bad it is to be this far off for certain.  The limit itself is not yet
   beyond it. */
static enum status
judge_gap(const struct settings_numbers *numbers, int64_t gap_us)
{
    if (gap_us > numbers->clock_crit_us)
        return STATUS_CRITICAL;
    return gap_us > numbers->clock_warn_us ? STATUS_WARNING : STATUS_OK;
}


/* Whether the kernel of the host that looked vouches for its clock; then the
   others are wrong, however many they are. */
static bool
is_vouched_for(const struct clock_view *view)
{
    FACTS_EACH(view->facts, FACT_SELF, self_fact, fact)
        if (strcmp(fact->base.seen_from, view->ensemble->seen_from) == 0)
            return fact->synchronized
                   && fact->max_error_us
                          <= view->settings->numbers->clock_warn_us;
    return false;
}


/* Whether a disagreement with the host that looked is told already by another
   host, whose clock is with it. */
static bool
is_told_by_another(const struct clock_view *view, const struct clock *self,
                   const struct clock *other)
{
    const struct settings_numbers *numbers = view->settings->numbers;

    for (size_t i = 0; i < view->ensemble->count; i++) {
        const struct clock *third = &view->ensemble->clocks[i];

        if (third != self
            && judge_gap(numbers, interval_gap(&third->offset, &self->offset))
                   == STATUS_OK
            && judge_gap(numbers, interval_gap(&third->offset, &other->offset))
                   != STATUS_OK)
            return true;
    }
    return false;
}


/* Without a majority: report all that are surely apart, two by two.  The host
   that looked is the last of the ensemble. */
static void
judge_without_majority(const struct clock_view *view)
{
    const struct ensemble *ensemble = view->ensemble;

    for (size_t i = 0; i < ensemble->count; i++)
        for (size_t j = i + 1; j < ensemble->count; j++) {
            const struct clock *left = &ensemble->clocks[i];
            const struct clock *right = &ensemble->clocks[j];
            enum status status
                = judge_gap(view->settings->numbers,
                            interval_gap(&left->offset, &right->offset));

            if (status != STATUS_OK
                && !(right->self && is_told_by_another(view, right, left)))
                clock_report_pair(view, left, right, status);
        }
}


/*
 * Judge pairs that are further apart than Kerberos bears although neither is
 * that far from the majority: it is CRITICAL for the one that is off, for
 * both if both are, and for the pair if neither is.
 */
static void
judge_pairs(const struct clock_view *view)
{
    const struct settings_numbers *numbers = view->settings->numbers;
    const struct clock *clocks = view->ensemble->clocks;
    size_t count = view->ensemble->count;
    bool *raised = xcalloc(count, sizeof(*raised));

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            int64_t gap_us
                = interval_gap(&clocks[i].offset, &clocks[j].offset);

            if (clocks[j].self
                || judge_gap(numbers, gap_us) != STATUS_CRITICAL
                || view->verdicts[i] == STATUS_CRITICAL
                || view->verdicts[j] == STATUS_CRITICAL)
                continue;
            raised[i] |= view->verdicts[i] != STATUS_OK;
            raised[j] |= view->verdicts[j] != STATUS_OK;
            if (view->verdicts[i] == STATUS_OK
                && view->verdicts[j] == STATUS_OK)
                clock_report_pair(view, &clocks[i], &clocks[j],
                                  STATUS_CRITICAL);
        }
    for (size_t i = 0; i < count; i++)
        if (raised[i])
            view->verdicts[i] = STATUS_CRITICAL;
    free(raised);
}


/* With a majority: report who is not with it. */
static void
judge_by_majority(const struct clock_view *view)
{
    const struct ensemble *ensemble = view->ensemble;

    for (size_t i = 0; i < ensemble->count; i++)
        view->verdicts[i]
            = judge_gap(view->settings->numbers,
                        interval_gap(&ensemble->clocks[i].offset,
                                     &ensemble->reference));
    judge_pairs(view);
    findings_ruled_out(view->findings, "CLOCK_SKEW",
                       view->settings->numbers->domain);
    for (size_t i = 0; i < ensemble->count; i++) {
        const struct clock *clock = &ensemble->clocks[i];

        if (clock->self)
            findings_ruled_out(view->findings, "CLOCK_SKEW", clock->host);
        else if (!clock->coarse)
            findings_judged(view->findings, "CLOCK_SKEW", clock->host);
        if (view->verdicts[i] == STATUS_OK)
            continue;
        if (clock->self && is_vouched_for(view))
            clock_report_domain(view, clock);
        else
            clock_report_host(view, i);
    }
}


/* Note where the services of a host say its clock is: together as "offset",
   and each kind's best reading. */
static void
measure_clock(const struct clock_view *view, const struct clock *clock)
{
    findings_measure(view->findings, clock->host, "offset",
                     (double)interval_middle(&clock->offset) / 1e6,
                     (double)interval_half_width(&clock->offset) / 1e6, "s");
    for (size_t i = 0; i < clock->count; i++) {
        const struct clock_fact *fact = clock->readings[i];
        struct interval offset = clock_fact_interval(fact);
        char *name;

        if (i > 0 && clock->readings[i - 1]->source == fact->source)
            continue;
        name = xasprintf("offset_%s", clock_source_names[fact->source]);
        findings_measure(view->findings, clock->host, name,
                         (double)interval_middle(&offset) / 1e6,
                         (double)interval_half_width(&offset) / 1e6, "s");
        free(name);
    }
}


/* Judge each clock by itself, and say which pairs could be compared. */
static void
judge_each(const struct clock_view *view)
{
    const struct ensemble *ensemble = view->ensemble;
    bool main_view = strcmp(ensemble->seen_from,
                            view->settings->numbers->host) == 0;

    for (size_t i = 0; i < ensemble->count; i++) {
        const struct clock *clock = &ensemble->clocks[i];

        if (main_view && !clock->self)
            measure_clock(view, clock);
        if (clock->count > 1)
            findings_judged(view->findings, "CLOCK_DISAGREE", clock->host);
        if (clock->contradiction)
            clock_report_contradiction(view, clock);
        for (size_t j = i + 1; j < ensemble->count; j++) {
            char *pair;

            if (clock->coarse || ensemble->clocks[j].coarse)
                continue;
            pair = clock_pair_subject(clock, &ensemble->clocks[j]);
            findings_ruled_out(view->findings, "CLOCK_SKEW", pair);
            free(pair);
        }
    }
}


/* Judge the clocks that one host saw. */
static void
judge_view(const struct facts *facts, const struct settings *settings,
           const struct ensemble *ensemble, struct findings *findings)
{
    struct clock_view view = {
        .facts = facts,
        .settings = settings,
        .ensemble = ensemble,
        .verdicts = xcalloc(ensemble->count, sizeof(*view.verdicts)),
        .findings = findings,
    };

    judge_each(&view);
    if (ensemble->agreed)
        judge_by_majority(&view);
    else
        judge_without_majority(&view);
    free(view.verdicts);
}


/*
 * See whether a host's clock was measured well enough by anybody.
 *
 * coarse_out  A measurement too inexact to judge, or NULL.
 */
static bool
is_measured(struct ensemble *const *ensembles, size_t count, const char *host,
            const struct clock **coarse_out)
{
    *coarse_out = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct clock *clock = ensemble_find(ensembles[i], host);

        if (clock && !clock->coarse)
            return true;
        if (clock)
            *coarse_out = clock;
    }
    return false;
}


/* Judge whether a DC's clock could be measured.  A plain LDAP server need not
   tell the time. */
static void
judge_measured(const struct facts *facts, const struct target_dc *dc,
               struct ensemble *const *ensembles, size_t count,
               struct findings *findings)
{
    const struct clock *coarse;

    if (is_measured(ensembles, count, dc->host, &coarse)) {
        findings_judged(findings, "CLOCK_UNMEASURED", dc->host);
        return;
    }
    if (!dc->kerberos && !port_active_directory(facts, dc)) {
        findings_not_covered(findings, "%s does not tell the time", dc->host);
        return;
    }
    findings_judged(findings, "CLOCK_UNMEASURED", dc->host);
    /* A clock may be surely wrong without being known exactly. */
    if (!findings_find(findings, "CLOCK_SKEW", dc->host))
        clock_report_unmeasured(facts, dc->host, coarse, findings);
}


/* Judge which clocks could be measured at all.  Not every mail server tells
   the time. */
static void
judge_all_measured(const struct facts *facts, const struct settings *settings,
                   struct ensemble *const *ensembles, size_t count,
                   struct findings *findings)
{
    const struct clock *coarse;

    for (size_t i = 0; i < settings->dc_count; i++)
        judge_measured(facts, settings->dcs[i], ensembles, count, findings);
    for (size_t i = 0; i < settings->mail_count; i++) {
        const char *host = settings->mail[i]->host;

        if (!settings_find_dc(settings, host)
            && !mail_is_outside(facts, settings, settings->mail[i])
            && !is_measured(ensembles, count, host, &coarse))
            findings_not_covered(findings, "%s does not tell the time", host);
    }
}


static void
clock_judge(const struct facts *facts, const struct settings *settings,
            struct findings *findings)
{
    const struct strings *vantages = facts_vantages(facts);
    struct ensemble **ensembles
        = xcalloc(vantages->count, sizeof(*ensembles));

    for (size_t i = 0; i < vantages->count; i++) {
        ensembles[i] = ensemble_new(facts, vantages->items[i],
                                    settings->numbers->clock_warn_us);
        judge_view(facts, settings, ensembles[i], findings);
    }
    judge_all_measured(facts, settings, ensembles, vantages->count, findings);
    for (size_t i = 0; i < vantages->count; i++)
        ensemble_free(ensembles[i]);
    free(ensembles);
}


const struct check clock_check = {
    .name = "clock",
    .ok = "CLOCK_OK",
    .summary = "the clocks of this host, the DCs and the mail servers agree",
    .judge = clock_judge,
};
