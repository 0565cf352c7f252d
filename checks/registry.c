/*
 * Which checks there are, and how they are run.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <string.h>

#include "base/now.h"
#include "checks/acceptance.h"
#include "checks/causes.h"
#include "checks/check.h"

static const struct check smtp_check = {
    .name = "smtp",
    .ok = "SMTP_OK",
    .summary = "the mail servers offer the authentication that mail needs",
};

const struct check *const checks[] = {
    &accounts_check,
    &clock_check,
    &duplicates_check,
    &ports_check,
    &reach_check,
    &replication_check,
    &smtp_check,
    &spn_check,
    &tickets_check,
    NULL,
};


const struct check *
check_find(const char *name)
{
    for (size_t i = 0; checks[i]; i++)
        if (strcmp(checks[i]->name, name) == 0)
            return checks[i];
    return NULL;
}


/* How many of a check's findings are accepted. */
static size_t
count_accepted(const struct findings *findings, const struct check *check)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += strcmp(findings->items[i]->check, check->name) == 0
                 && findings->items[i]->accepted;
    return count;
}


/* Say so when a check has judged and found nothing. */
static void
add_ok(struct findings *findings, const struct check *check,
       const char *domain)
{
    const struct check_result *result
        = &findings->results[findings->result_count - 1];
    size_t accepted = count_accepted(findings, check);

    if (result->covered == 0 || result->above_ok > 0)
        return;
    if (accepted > 0)
        findings_pass(findings, check->ok, domain,
                      "%s: %zu judged, all well but for %zu accepted",
                      check->name, result->covered, accepted);
    else if (result->not_covered.count == 0)
        findings_pass(findings, check->ok, domain, "%s: %zu judged, all well",
                      check->name, result->covered);
    else
        findings_pass(findings, check->ok, domain,
                      "%s: %zu judged, all well; not everything was seen",
                      check->name, result->covered);
}


struct findings *
checks_judge(const struct facts *facts, const struct settings *settings)
{
    struct findings *findings = findings_new();

    for (size_t i = 0; checks[i]; i++) {
        const struct check *check = checks[i];
        int64_t begun_us = now_monotonic_us();

        if (!check->judge
            || (!check->always
                && !strings_contain(&settings->numbers->checks, check->name)))
            continue;
        findings_begin_check(findings, check->name);
        check->judge(facts, settings, findings);
        acceptance_apply(findings, settings);
        findings_end_check(
            findings, (double)(now_monotonic_us() - begun_us) / 1e6);
        findings->results[findings->result_count - 1].judged_us
            = settings->numbers->time_us;
        add_ok(findings, check, settings->numbers->domain);
    }
    causes_apply(findings, settings);
    findings_sort(findings);
    return findings;
}
