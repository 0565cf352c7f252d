/*
 * Reports that the tests of the outputs share.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/sample_report.h"

/* 2026-01-31T12:00:00.123456Z. */
#define SAMPLE_TIME_US INT64_C(1769860800123456)


/* A report on an estate, without findings yet. */
static struct sample *
sample_new(void)
{
    struct sample *sample = xcalloc(1, sizeof(*sample));
    struct settings *settings = settings_new();

    settings_dc(settings, "dc2.corp.example.com");
    settings_dc(settings, "dc1.corp.example.com");
    settings_mail(settings, "ex1.corp.example.com");
    settings->numbers->clock_warn_us = 60 * INT64_C(1000000);
    settings->numbers->clock_crit_us = 300 * INT64_C(1000000);
    settings->numbers->timeout_us = 3 * INT64_C(1000000);
    sample->settings = settings;
    sample->findings = findings_new();
    sample->report = (struct report){
        .findings = sample->findings,
        .settings = settings,
        .program = "spnhealthd 0.1.0",
        .time_us = SAMPLE_TIME_US,
        .host = "mon.corp.example.com",
        .domain = "corp.example.com",
        .elapsed_s = 0.412,
        .age_us = -1,
    };
    return sample;
}


struct sample *
sample_healthy(void)
{
    struct sample *sample = sample_new();
    struct findings *findings = sample->findings;

    findings_begin_check(findings, "clock");
    findings_measure(findings, "dc1.corp.example.com", "offset", 0.0004,
                     0.0007, "s");
    findings_measure(findings, "dc2.corp.example.com", "offset", -0.25, 0.001,
                     "s");
    findings_judged(findings, "CLOCK_SKEW", "dc1.corp.example.com");
    findings_judged(findings, "CLOCK_SKEW", "dc2.corp.example.com");
    findings_end_check(findings, 0.08);
    findings_add(findings, STATUS_OK, IMPACT_MONITORING, "CLOCK_OK",
                 "corp.example.com", "clocks agree");
    findings_begin_check(findings, "smtp");
    findings_end_check(findings, 0);
    findings_sort(findings);
    return sample;
}


/* A missing SPN with everything a finding can have. */
static void
add_missing_spn(struct findings *findings)
{
    struct finding *finding = findings_add(
        findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS, "SPN_MISSING",
        "SMTPSVC/ex1.corp.example.com",
        "SMTPSVC/ex1.corp.example.com is on no account");

    finding_value(finding, "dcs_without", 2, "");
    finding_value(finding, "age", 0.5, "s");
    finding_evidence(finding, "ldap", "dc1.corp.example.com", SAMPLE_TIME_US,
                     "no account has it");
    finding_remedy(finding, "setspn -S SMTPSVC/ex1.corp.example.com EX1$");
    finding_reference(finding, "KB979174");
}


struct sample *
sample_broken(void)
{
    struct sample *sample = sample_healthy();
    struct findings *findings = sample->findings;
    struct finding *finding;

    findings_begin_check(findings, "spn");
    add_missing_spn(findings);
    finding = findings_add(findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS,
                           "TICKET_SPN_UNKNOWN",
                           "dc1 SMTPSVC/ex1.corp.example.com",
                           "the KDC knows no such principal");
    strings_add(&finding->caused_by,
                "SPN_MISSING SMTPSVC/ex1.corp.example.com");
    finding_remedy(finding, "the root's remedy");
    findings_add(findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "CLOCK_SKEW",
                 "dc2.corp.example.com", "the clock is 90 s ahead");
    findings_not_covered(findings, "dc3.corp.example.com does not answer");
    findings_end_check(findings, 0.1);
    findings_sort(findings);
    return sample;
}


struct sample *
sample_hostile(void)
{
    static const char nasty[] = "a|b'c=d\"e\\f\ng\033[31mh\xff\xc2\x9bi"
                                "<j>&k;";
    struct sample *sample = sample_new();
    struct findings *findings = sample->findings;
    struct finding *finding;

    sample->report.host = nasty;
    sample->report.domain = nasty;
    sample->report.program = nasty;
    sample->report.credentials_advice = nasty;
    findings_begin_check(findings, "ports");
    finding = findings_add(findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
                           "PORT_GARBLED", nasty, "%s", nasty);
    finding_evidence(finding, nasty, nasty, INT64_MAX, "%s", nasty);
    finding_remedy(finding, "%s", nasty);
    finding_reference(finding, nasty);
    finding_value(finding, "number", NAN, nasty);
    strings_add(&finding->caused_by, nasty);
    findings_not_covered(findings, "%s", nasty);
    findings_measure(findings, nasty, nasty, INFINITY, NAN, nasty);
    findings_measure(findings, nasty, nasty, 1e300, 1, nasty);
    findings_end_check(findings, 0);
    return sample;
}


/* Conclude anew what a check comes to. */
static void
conclude(const struct findings *findings, struct check_result *result)
{
    result->status = STATUS_OK;
    result->above_ok = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = findings->items[i];

        if (!finding_counts(finding)
            || strcmp(finding->check, result->check) != 0)
            continue;
        result->above_ok++;
        if (status_worse(finding->status, result->status))
            result->status = finding->status;
    }
}


void
sample_accept(struct sample *sample, const char *code)
{
    struct findings *findings = sample->findings;

    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = findings->items[i];

        if (strcmp(finding->code, code) != 0)
            continue;
        finding->accepted = xstrdup("moved in <January> & known");
        /* When 2026-12-31 is over. */
        finding->accepted_until_us = INT64_C(1798761600000000);
    }
    for (size_t i = 0; i < findings->result_count; i++)
        conclude(findings, &findings->results[i]);
    findings_sort(findings);
}


void
sample_free(struct sample *sample)
{
    findings_free(sample->findings);
    settings_free(sample->settings);
    free(sample);
}


char *
sample_output(const struct sample *sample, enum format format)
{
    struct error error;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    bool written = stream
                   && output_write(&sample->report, format, stream, &error);

    assert(written);
    fclose(stream);
    return text;
}
