/*
 * What every check last concluded, and its file.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/latest.h"
#include "daemon/output.h"
#include "tests/unit/scratch_folder.h"

#define NOW INT64_C(1700000000000000)


/* The settings of a run. */
static struct settings *
make_settings(void)
{
    struct settings *settings = settings_new();

    record_set(&settings->numbers->domain, "corp.example.com");
    record_set(&settings->numbers->host, "mon.corp.example.com");
    settings->numbers->time_us = NOW;
    settings_dc(settings, "dc1.corp.example.com");
    settings_mail(settings, "mail1.corp.example.com");
    return settings;
}


/* Let a run of one check conclude; subject may be NULL for no finding. */
static void
run_check(struct latest *latest, const char *check, const char *code,
          const char *subject)
{
    struct settings *settings = make_settings();
    struct findings *findings = findings_new();

    findings_begin_check(findings, check);
    findings_judged(findings, code, "corp");
    if (subject)
        findings_add(findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, code,
                     subject, "%s of %s", code, subject);
    findings_measure(findings, "corp", "looked", 1, -1, "");
    findings_end_check(findings, 0.25);
    findings->results[0].judged_us = NOW;
    findings->results[0].interval_us = 300000000;
    latest_take(latest, findings, settings, 500000);
    assert_true(findings_was_judged(findings, code, "corp"));
    findings_free(findings);
    settings_free(settings);
}


/* The keys of what is found. */
static void
assert_keys(const struct latest *latest, const char *expected)
{
    char *list = xstrdup("");

    for (size_t i = 0; i < latest->findings->count; i++) {
        char *key = finding_key(latest->findings->items[i]);
        char *longer = xasprintf("%s%s;", list, key);

        free(key);
        free(list);
        list = longer;
    }
    assert_string_equal(list, expected);
    free(list);
}


static void
a_check_s_findings_replace_its_former_ones(void **state)
{
    struct latest latest = {NULL};

    (void)state;
    run_check(&latest, "clock", "CLOCK_SKEW", "dc1.corp.example.com");
    run_check(&latest, "spn", "SPN_MISSING", "SMTP/a");
    assert_keys(&latest, "CLOCK_SKEW dc1.corp.example.com;"
                "SPN_MISSING SMTP/a;");
    run_check(&latest, "spn", "SPN_MISSING", "SMTP/b");
    assert_keys(&latest, "CLOCK_SKEW dc1.corp.example.com;"
                "SPN_MISSING SMTP/b;");
    run_check(&latest, "clock", "CLOCK_SKEW", NULL);
    assert_keys(&latest, "SPN_MISSING SMTP/b;");
    assert_int_equal(latest.findings->result_count, 2);
    assert_int_equal(latest.findings->measurement_count, 2);
    latest_clear(&latest);
}


/* Let a run of the reach check, and of spn where it is named, conclude. */
static void
run_reach(struct latest *latest, bool with_spn, bool bound)
{
    struct settings *settings = make_settings();
    struct findings *findings = findings_new();

    findings_begin_check(findings, "reach");
    findings_judged(findings, "LDAP_UNREACHABLE", "dc1:389");
    if (with_spn && !bound)
        findings_add(findings, STATUS_UNKNOWN, IMPACT_MONITORING,
                     "LDAP_BIND_FAILED", "dc1:389", "refused");
    else if (with_spn)
        findings_judged(findings, "LDAP_BIND_FAILED", "dc1:389");
    findings_end_check(findings, 0);
    if (bound || !with_spn)
        findings_pass(findings, "REACH_OK", "corp", "all well");
    if (with_spn) {
        findings_begin_check(findings, "spn");
        findings_judged(findings, "SPN_MISSING", "SMTP/a");
        findings_end_check(findings, 0);
    }
    latest_take(latest, findings, settings, 0);
    findings_free(findings);
    settings_free(settings);
}


static void
what_a_partial_run_cannot_see_stays(void **state)
{
    struct latest latest = {NULL};

    (void)state;
    run_reach(&latest, true, false);
    assert_keys(&latest, "LDAP_BIND_FAILED dc1:389;");
    for (int i = 0; i < 2; i++) {
        run_reach(&latest, false, false);
        assert_keys(&latest, "LDAP_BIND_FAILED dc1:389;");
        assert_int_equal(latest.findings->results[0].above_ok, 1);
        assert_int_equal(latest.findings->results[0].status, STATUS_UNKNOWN);
    }
    run_reach(&latest, true, true);
    assert_keys(&latest, "REACH_OK corp;");
    assert_int_equal(latest.findings->results[0].status, STATUS_OK);
    run_reach(&latest, false, false);
    assert_keys(&latest, "REACH_OK corp;");
    latest_clear(&latest);
}


static void
causes_are_found_among_all_checks(void **state)
{
    struct latest latest = {NULL};
    const struct finding *effect;

    (void)state;
    run_check(&latest, "ports", "PORT_FILTERED", "dc1.corp.example.com");
    run_check(&latest, "clock", "CLOCK_UNMEASURED", "dc1.corp.example.com");
    effect = findings_find(latest.findings, "CLOCK_UNMEASURED",
                           "dc1.corp.example.com");
    assert_int_equal(effect->caused_by.count, 1);
    assert_string_equal(effect->caused_by.items[0],
                        "PORT_FILTERED dc1.corp.example.com");
    run_check(&latest, "ports", "PORT_FILTERED", NULL);
    assert_int_equal(effect->caused_by.count, 0);
    latest_clear(&latest);
}


static void
what_is_no_longer_checked_is_forgotten(void **state)
{
    struct strings names = {NULL, 0};
    struct latest latest = {NULL};

    (void)state;
    strings_add(&names, "spn");
    latest_keep(&latest, &names);
    run_check(&latest, "clock", "CLOCK_SKEW", "x");
    run_check(&latest, "reach", "HOST_UNRESOLVED", "x");
    run_check(&latest, "spn", "SPN_MISSING", "SMTP/a");
    latest_keep(&latest, &names);
    assert_keys(&latest, "HOST_UNRESOLVED x;SPN_MISSING SMTP/a;");
    assert_int_equal(latest.findings->result_count, 2);
    strings_clear(&names);
    latest_clear(&latest);
}


static void
it_is_stale_after_more_than_two_intervals(void **state)
{
    struct latest latest = {NULL};

    (void)state;
    run_check(&latest, "clock", "CLOCK_SKEW", NULL);
    assert_false(latest_is_stale(&latest, NOW));
    assert_false(latest_is_stale(&latest, NOW + 600000000));
    assert_true(latest_is_stale(&latest, NOW + 600000001));
    latest_clear(&latest);
}


static void
a_run_that_takes_longer_than_its_interval_may_be_as_old(void **state)
{
    struct latest latest = {NULL};

    (void)state;
    run_check(&latest, "clock", "CLOCK_SKEW", NULL);
    latest.elapsed_us = 400000000;
    assert_false(latest_is_stale(&latest, NOW + 800000000));
    assert_true(latest_is_stale(&latest, NOW + 800000001));
    latest_clear(&latest);
}


static void
what_is_of_no_known_age_is_stale(void **state)
{
    struct latest nothing = {.findings = findings_new()};
    struct latest latest = {NULL};

    (void)state;
    run_check(&latest, "clock", "CLOCK_SKEW", NULL);
    assert_false(latest_is_stale(&latest, NOW - 60000000));
    assert_true(latest_is_stale(&latest, NOW - 60000001));
    assert_true(latest_is_stale(&nothing, NOW));
    latest_clear(&latest);
    latest_clear(&nothing);
}


/* A report as JSON, for the caller to free(). */
static char *
as_json(const struct latest *latest)
{
    struct report report = latest_report(latest, NULL);
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    output_json(&report, stream);
    fclose(stream);
    return text;
}


static void
what_is_saved_is_read_the_same(void **state)
{
    const struct report_counters counters = {1, 2, 3, 4, 5};
    char *path = scratch_path(state, "status"), *before, *after;
    struct report_counters read_counters;
    struct latest latest = {NULL}, read;
    struct finding *finding;
    struct error error = {""};

    run_check(&latest, "clock", "CLOCK_SKEW", "dc1.corp.example.com");
    run_check(&latest, "spn", "SPN_MISSING", "SMTP/a");
    finding = findings_find(latest.findings, "SPN_MISSING", "SMTP/a");
    finding->accepted = xstrdup("the move");
    finding->accepted_until_us = NOW;
    finding_value(finding, "dcs_without", 2, "");
    finding_value(finding, "odd", 0.1, "s");
    finding_evidence(finding, "ldap", "dc1", NOW, "saw \"nothing\"");
    finding_remedy(finding, "setspn -S");
    finding_reference(finding, "KB979174");
    findings_not_covered(latest.findings, "the other half");
    before = as_json(&latest);
    assert_true(latest_save(&latest, &counters, path, &error));
    assert_true(latest_load(&read, &read_counters, path, &error));
    assert_memory_equal(&read_counters, &counters, sizeof(counters));
    after = as_json(&read);
    assert_string_equal(before, after);
    assert_false(latest_is_stale(&read, NOW));
    free(before);
    free(after);
    latest_clear(&latest);
    latest_clear(&read);
    free(path);
}


/* A file of these lines cannot be read, for this reason. */
static void
assert_refused(void **state, const char *lines, const char *reason)
{
    char *path = scratch_write(state, "status", lines, strlen(lines));
    struct report_counters counters;
    struct latest latest;
    struct error error = {""};

    assert_false(latest_load(&latest, &counters, path, &error));
    if (!strstr(error.text, reason))
        fail_msg("\"%s\" is not in \"%s\"", reason, error.text);
    latest_clear(&latest);
    free(path);
}


#define HEADER                                                              \
    "{\"type\":\"status\",\"version\":2,\"program\":\"p\","                \
    "\"elapsed_us\":0,\"counters.started_us\":0,\"counters.runs\":0,"       \
    "\"counters.workers_failed\":0,\"counters.alerts_standing\":0,"        \
    "\"counters.log_dropped\":0}\n"
#define END "{\"type\":\"end\",\"complete\":true}\n"
#define RESULT(check)                                                       \
    "{\"type\":\"result\",\"check\":\"" check "\",\"status\":\"OK\","      \
    "\"judged\":true,\"covered\":1,\"above_ok\":0,\"not_covered\":[],"      \
    "\"elapsed_us\":0,\"judged_us\":0,\"interval_us\":0}\n"
#define FINDING(code)                                                       \
    "{\"type\":\"finding\",\"code\":\"" code "\",\"subject\":\"x\","       \
    "\"message\":\"m\",\"accepted\":\"\",\"status\":\"WARNING\","          \
    "\"impact\":\"monitoring\",\"accepted_until_us\":0,\"remedy\":[],"     \
    "\"reference\":[],\"caused_by\":[]}\n"
#define VALUE "{\"type\":\"value\",\"name\":\"n\",\"unit\":\"\",\"number\":1}\n"

static void
a_damaged_file_is_refused_with_its_line(void **state)
{
    assert_refused(state, "", "the file ends early");
    assert_refused(state, "junk\n", "status:1: ");
    assert_refused(state, RESULT("spn"), "status:1: not a status");
    assert_refused(state, HEADER, "the file ends early");
    assert_refused(state, HEADER HEADER, "status:2: not a status");
    assert_refused(state, HEADER END, "the file ends early");
    assert_refused(state, HEADER END RESULT("spn"), "status:3: not a status");
    assert_refused(state, HEADER RESULT("xyz"),
                   "status:2: this version has no check \"xyz\"");
    assert_refused(state, HEADER RESULT("spn") RESULT("spn"),
                   "status:3: a second result of the check spn");
    assert_refused(state, HEADER FINDING("SPN_MISSING"),
                   "status:2: a finding before any check's result");
    assert_refused(state, HEADER RESULT("spn") FINDING("X"),
                   "status:3: this version has no code \"X\"");
    assert_refused(state, HEADER RESULT("spn") FINDING("SPN_MISSING")
                   FINDING("SPN_MISSING"), "status:4: SPN_MISSING x is there");
    assert_refused(state, HEADER RESULT("spn") VALUE,
                   "status:3: a value before any finding");
    assert_refused(state, HEADER RESULT("spn") FINDING("SPN_OK") VALUE,
                   "the file ends early");
}


static void
a_file_that_was_cut_is_refused(void **state)
{
    const struct report_counters counters = {1, 2, 3, 4, 5};
    char *path = scratch_path(state, "status"), *text;
    struct latest latest = {NULL};
    struct error error = {""};

    run_check(&latest, "spn", "SPN_MISSING", "SMTP/a");
    assert_true(latest_save(&latest, &counters, path, &error));
    text = scratch_read(path);
    for (char *end = strrchr(text, '\n'); end; end = strrchr(text, '\n')) {
        *end = '\0';
        end = strrchr(text, '\n');
        if (end)
            end[1] = '\0';
        else
            *text = '\0';
        assert_refused(state, text, end ? "the file ends early" : "status:");
    }
    free(text);
    latest_clear(&latest);
    free(path);
}


static void
a_file_that_is_not_there_is_said_to_be(void **state)
{
    char *path = scratch_path(state, "status");
    struct report_counters counters;
    struct latest latest;
    struct error error = {""};

    assert_false(latest_load(&latest, &counters, path, &error));
    assert_non_null(strstr(error.text, "No such file"));
    latest_clear(&latest);
    free(path);
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_s_findings_replace_its_former_ones),
        cmocka_unit_test(what_a_partial_run_cannot_see_stays),
        cmocka_unit_test(causes_are_found_among_all_checks),
        cmocka_unit_test(what_is_no_longer_checked_is_forgotten),
        cmocka_unit_test(it_is_stale_after_more_than_two_intervals),
        cmocka_unit_test(a_run_that_takes_longer_than_its_interval_may_be_as_old),
        cmocka_unit_test(what_is_of_no_known_age_is_stale),
        WITH_FOLDER(what_is_saved_is_read_the_same),
        WITH_FOLDER(a_damaged_file_is_refused_with_its_line),
        WITH_FOLDER(a_file_that_was_cut_is_refused),
        WITH_FOLDER(a_file_that_is_not_there_is_said_to_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
