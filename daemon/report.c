/*
 * One run, summed up.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/report.h"


enum status
report_status(const struct report *report)
{
    enum status worst = findings_worst(report->findings);

    /* What was once seen tells nothing of now. */
    if (report->stale)
        return STATUS_UNKNOWN;
    if (report->strict && report_not_covered(report) > 0
        && status_worse(STATUS_UNKNOWN, worst))
        return STATUS_UNKNOWN;
    return worst;
}


size_t
report_above_ok(const struct report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->findings->count; i++)
        count += finding_counts(report->findings->items[i]);
    return count;
}


size_t
report_accepted(const struct report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->findings->count; i++)
        count += report->findings->items[i]->accepted != NULL;
    return count;
}


size_t
report_not_covered(const struct report *report)
{
    const struct findings *findings = report->findings;
    size_t count = 0;

    for (size_t i = 0; i < findings->result_count; i++)
        count += findings->results[i].not_covered.count;
    return count;
}


const struct measurement *
report_largest(const struct report *report, const char *check,
               const char *name)
{
    const struct findings *findings = report->findings;
    const struct measurement *largest = NULL;

    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];

        if (strcmp(item->check, check) == 0 && strcmp(item->name, name) == 0
            && isfinite(item->number)
            && (!largest || fabs(item->number) > fabs(largest->number)))
            largest = item;
    }
    return largest;
}


char *
report_number(double number, const char *unit)
{
    /* text_duration() takes microseconds in 64 bits. */
    if (strcmp(unit, "s") == 0 && fabs(number) < 1e12)
        return text_duration((int64_t)(number * 1e6));
    return xasprintf("%.6g%s%s", number, *unit ? " " : "", unit);
}


char *
report_accepted_until(const struct finding *finding)
{
    char day[TEXT_TIME_SIZE];

    /* It counts again once the day is over. */
    text_time(finding->accepted_until_us - 1, day);
    return xstrndup(day, strcspn(day, "T"));
}


void
report_hosts(const struct report *report, struct strings *dcs_out,
             struct strings *mail_out)
{
    const struct settings *settings = report->settings;

    for (size_t i = 0; i < settings->dc_count; i++)
        strings_add(dcs_out, settings->dcs[i]->host);
    for (size_t i = 0; i < settings->mail_count; i++)
        strings_add(mail_out, settings->mail[i]->host);
    strings_sort(dcs_out);
    strings_sort(mail_out);
}


/* What an impact means for mail, as the verdict puts it. */
static const char *
impact_words(enum impact impact)
{
    switch (impact) {
    case IMPACT_MAIL_FAILS:
        return "mail fails";
    case IMPACT_MAIL_AT_RISK:
        return "mail is at risk";
    case IMPACT_MONITORING:
        break;
    }
    return "not all could be seen";
}


/* The finding that the verdict names: the first of the gravest, which their
   order makes a root; NULL if none counts. */
static const struct finding *
leading_finding(const struct report *report)
{
    const struct finding *leading = NULL;

    for (size_t i = 0; i < report->findings->count; i++) {
        const struct finding *finding = report->findings->items[i];

        if (finding_counts(finding)
            && status_worse(finding->gravity,
                            leading ? leading->gravity : STATUS_OK))
            leading = finding;
    }
    return leading;
}


/* The worst that the findings of the worst status mean for mail. */
static enum impact
worst_impact(const struct report *report)
{
    enum status worst = STATUS_OK;
    enum impact impact = IMPACT_MONITORING;

    for (size_t i = 0; i < report->findings->count; i++)
        if (finding_counts(report->findings->items[i])
            && status_worse(report->findings->items[i]->status, worst))
            worst = report->findings->items[i]->status;
    for (size_t i = 0; i < report->findings->count; i++) {
        const struct finding *finding = report->findings->items[i];

        if (finding_counts(finding) && finding->status == worst
            && finding->impact < impact)
            impact = finding->impact;
    }
    return impact;
}


/* What a run without findings says. */
static char *
quiet_verdict(const struct report *report)
{
    size_t unseen = report_not_covered(report);

    if (report_status(report) == STATUS_OK)
        return xstrdup(report_accepted(report) > 0
                           ? "nothing found but what is accepted"
                           : "nothing found that makes mail fail");
    return xasprintf("nothing found, but %zu thing%s could not be seen",
                     unseen, unseen == 1 ? "" : "s");
}


/* What can be said when the service has not judged for too long. */
static char *
stale_verdict(const struct report *report)
{
    char *ago = text_duration(report->age_us);
    char *verdict = xasprintf("last judged %s ago: systemctl status "
                              "spnhealthd", ago);

    free(ago);
    return verdict;
}


char *
report_verdict(const struct report *report)
{
    size_t count = report_above_ok(report);
    const struct finding *leading = leading_finding(report);
    char *message, *verdict;

    if (report->stale)
        return stale_verdict(report);
    if (!leading)
        return quiet_verdict(report);
    message = text_clean(leading->message, strlen(leading->message), 600);
    verdict = xasprintf("%zu finding%s, %s: %s", count, count == 1 ? "" : "s",
                        impact_words(worst_impact(report)), message);
    free(message);
    return verdict;
}
