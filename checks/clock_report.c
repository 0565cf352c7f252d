/*
 * What the check of clocks says of a fault: words, evidence and remedies.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/clock_report.h"
#include "checks/sighting.h"

/* How many names a message lists. */
enum { NAMED_MOST = 4 };


/* A host's name, or "this host". */
static const char *
name_of(const struct clock *clock)
{
    return clock->self ? "this host" : clock->host;
}


/* "7 min ahead of" or "7 min 0 s behind"; for the caller to free(). */
static char *
describe_offset(int64_t offset_us)
{
    char *size = text_duration(offset_us < 0 ? -offset_us : offset_us);
    char *text
        = xasprintf("%s %s", size, offset_us < 0 ? "behind" : "ahead of");

    free(size);
    return text;
}


/* How far one interval is from another, by their middles. */
static int64_t
offset_from(const struct interval *offset, const struct interval *reference)
{
    return interval_middle(offset) - interval_middle(reference);
}


/* List the clocks that are with the majority; for the caller to free(). */
static char *
list_agreeing(const struct clock_view *view)
{
    const struct ensemble *ensemble = view->ensemble;
    char *list = xstrdup("");
    size_t named = 0, agreeing = 0;

    for (size_t i = 0; i < ensemble->count; i++) {
        char *longer;

        if (view->verdicts[i] != STATUS_OK || ensemble->clocks[i].coarse
            || agreeing++ >= NAMED_MOST)
            continue;
        longer = xasprintf("%s%s%s", list, named++ ? ", " : "",
                           name_of(&ensemble->clocks[i]));
        free(list);
        list = longer;
    }
    if (agreeing > named) {
        char *longer = xasprintf("%s and %zu more", list, agreeing - named);

        free(list);
        list = longer;
    }
    return list;
}


/* Add the values of a new finding, in seconds; another vantage's are left
   out. */
static void
add_values(struct finding *finding, const struct interval *offset,
           const struct interval *reference)
{
    int64_t bound_us
        = interval_half_width(offset) + interval_half_width(reference);

    if (finding->value_count > 0)
        return;
    finding_value(finding, "offset",
                  (double)offset_from(offset, reference) / 1e6, "s");
    finding_value(finding, "bound", (double)bound_us / 1e6, "s");
}


/* Tell what each service of a host said. */
static void
add_readings(const struct clock_view *view, const struct clock *clock,
             struct finding *finding)
{
    for (size_t i = 0; i < clock->count; i++) {
        const struct clock_fact *fact = clock->readings[i];
        struct interval offset = clock_fact_interval(fact);

        finding_evidence(
            finding, clock_source_names[fact->source], fact->host,
            fact->base.time_us, "%+.3f s (+-%.3f s) from the clock of %s%s",
            (double)interval_middle(&offset) / 1e6,
            (double)interval_half_width(&offset) / 1e6,
            view->ensemble->seen_from,
            fact->trusted ? "" : "; it says that it is not synchronized");
    }
}


/* Tell what every clock said. */
static void
add_all_readings(const struct clock_view *view, struct finding *finding)
{
    for (size_t i = 0; i < view->ensemble->count; i++)
        add_readings(view, &view->ensemble->clocks[i], finding);
}


/* The DC that the domain takes its time from, or NULL if none said so. */
static const char *
find_pdc(const struct facts *facts)
{
    FACTS_EACH(facts, FACT_NETLOGON, netlogon_fact, fact)
        if (fact->flags & DS_PDC)
            return *fact->dns_host_name ? fact->dns_host_name : fact->host;
    return NULL;
}


/* How to set a domain's source of time right. */
static void
advise_pdc(const struct clock_view *view, struct finding *finding)
{
    const char *pdc = find_pdc(view->facts);

    finding_remedy(finding,
                   "on %s: w32tm /config /syncfromflags:manual "
                   "/manualpeerlist:NTP-SERVER /reliable:yes /update",
                   pdc ? pdc : "the PDC emulator (netdom query fsmo)");
}


/* How to set one host's clock right.  The host that looked runs Linux. */
static void
advise_host(const struct clock_view *view, const struct clock *clock,
            struct finding *finding)
{
    const char *pdc = find_pdc(view->facts);

    if (!clock->self)
        finding_remedy(finding, "on %s: w32tm /resync /rediscover",
                       clock->host);
    finding_remedy(finding, "on %s%s: chronyc makestep", clock->host,
                   clock->self ? "" : ", if it runs Linux");
    if (pdc && strcmp(pdc, clock->host) == 0)
        advise_pdc(view, finding);
    finding_remedy(finding, "on a domain controller: w32tm /monitor");
}


static void
add_references(struct finding *finding)
{
    finding_reference(finding, "KB979174");
    finding_reference(finding, "RFC 4120 section 8.2");
}


void
clock_report_domain(const struct clock_view *view, const struct clock *self)
{
    const struct interval *reference = &view->ensemble->reference;
    char *size = describe_offset(offset_from(reference, &self->offset));
    struct finding *finding = findings_add(
        view->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "CLOCK_SKEW",
        view->settings->numbers->domain,
        "the domain is off UTC, and consistent in itself: its clocks are %s "
        "that of %s, whose kernel says it is synchronized",
        size, self->host);

    add_values(finding, reference, &self->offset);
    add_all_readings(view, finding);
    advise_pdc(view, finding);
    add_references(finding);
    free(size);
}


/* What a host's being off does to whom, for findings of a host's clock. */
static enum impact
impact_of(const struct settings *settings, const char *host, bool fails)
{
    /* This host, unless it is a target too, only watches. */
    if (!settings_find_dc(settings, host)
        && !settings_find_mail(settings, host))
        return IMPACT_MONITORING;
    return fails ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK;
}


void
clock_report_host(const struct clock_view *view, size_t index)
{
    const struct clock *clock = &view->ensemble->clocks[index];
    const struct settings *settings = view->settings;
    const struct interval *reference = &view->ensemble->reference;
    int64_t limit_us = settings->numbers->clock_crit_us;
    bool fails = view->verdicts[index] == STATUS_CRITICAL;
    bool by_itself = interval_gap(&clock->offset, reference) > limit_us;
    char *size = describe_offset(offset_from(&clock->offset, reference));
    char *agreeing = list_agreeing(view);
    char *limit = text_duration(limit_us);
    struct finding *finding = findings_add(
        view->findings, view->verdicts[index],
        impact_of(settings, clock->host, fails), "CLOCK_SKEW", clock->host,
        "the clock of %s is %s the others' (%s agree); %sKerberos refuses "
        "beyond %s",
        clock->host, size, agreeing,
        fails && !by_itself ? "from another one that is off it is too far: "
                            : "",
        limit);

    add_values(finding, &clock->offset, reference);
    if (clock->self)
        add_all_readings(view, finding);
    else
        add_readings(view, clock, finding);
    advise_host(view, clock, finding);
    add_references(finding);
    free(limit);
    free(agreeing);
    free(size);
}


char *
clock_pair_subject(const struct clock *left, const struct clock *right)
{
    bool sorted = strcmp(left->host, right->host) < 0;

    return xasprintf("%s<->%s", sorted ? left->host : right->host,
                     sorted ? right->host : left->host);
}


void
clock_report_pair(const struct clock_view *view, const struct clock *left,
                  const struct clock *right, enum status status)
{
    bool fails = status == STATUS_CRITICAL && !left->self && !right->self;
    bool two = view->ensemble->count == 2;
    char *subject = clock_pair_subject(left, right);
    char *size = describe_offset(offset_from(&left->offset, &right->offset));
    struct finding *finding = findings_add(
        view->findings, status, fails ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK,
        "CLOCK_SKEW", subject, "the clock of %s is %s that of %s%s",
        left->host, size, right->host,
        two                      ? "; no third clock tells which one is wrong"
        : view->ensemble->agreed ? "; both are near the other clocks"
                                 : "; no majority tells which one is wrong");

    add_values(finding, &left->offset, &right->offset);
    add_readings(view, left, finding);
    add_readings(view, right, finding);
    finding_remedy(finding, "on a domain controller: w32tm /monitor");
    if (left->self || right->self)
        finding_remedy(finding, "on %s: chronyc tracking",
                       left->self ? left->host : right->host);
    add_references(finding);
    free(size);
    free(subject);
}


void
clock_report_contradiction(const struct clock_view *view,
                           const struct clock *clock)
{
    const struct clock_fact *first = clock->readings[0];
    const struct clock_fact *other = clock->contradiction;
    struct interval judged = clock_fact_interval(first);
    struct interval odd = clock_fact_interval(other);
    char *size = describe_offset(offset_from(&odd, &judged));
    struct finding *finding = findings_add(
        view->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "CLOCK_DISAGREE",
        clock->host,
        "the services of %s tell different times: its %s is %s its %s, by "
        "which it is judged",
        clock->host, clock_source_names[other->source], size,
        clock_source_names[first->source]);

    add_values(finding, &odd, &judged);
    add_readings(view, clock, finding);
    finding_remedy(finding, "on %s: w32tm /query /status /verbose",
                   clock->host);
    finding_remedy(finding, "on %s, if it runs Linux: chronyc tracking",
                   clock->host);
    finding_reference(finding, "RFC 5905 section 11.2.1");
    free(size);
}


/* Tell how the services that could have told the time were found. */
static void
add_attempts(const struct facts *facts, const char *host,
             struct finding *finding)
{
    FACTS_EACH(facts, FACT_PORT, port_fact, fact) {
        bool tells_time = fact->probe == PROBE_KDC || fact->probe == PROBE_NTP
                          || fact->probe == PROBE_ROOTDSE
                          || fact->probe == PROBE_SMB;

        if (tells_time && strcmp(fact->host, host) == 0)
            sighting_tell(fact, finding);
    }
}


void
clock_report_unmeasured(const struct facts *facts, const char *host,
                        const struct clock *coarse, struct findings *findings)
{
    struct finding *finding;

    if (coarse) {
        char *bound = text_duration(interval_half_width(&coarse->offset));

        finding = findings_add(findings, STATUS_UNKNOWN, IMPACT_MONITORING,
                               "CLOCK_UNMEASURED", host,
                               "the clock of %s is known to within %s only",
                               host, bound);
        free(bound);
    } else {
        finding = findings_add(findings, STATUS_UNKNOWN, IMPACT_MONITORING,
                               "CLOCK_UNMEASURED", host,
                               "no service of %s told the time", host);
    }
    add_attempts(facts, host, finding);
    finding_remedy(finding, "on %s: w32tm /query /status", host);
    finding_reference(finding, "KB979174");
}
