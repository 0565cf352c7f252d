/*
 * A report as metrics: both formats have the same samples, and no parser
 * stumbles over them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sample_report.h"

#define OF_DOMAIN "{domain=\"corp.example.com\""

static const struct report_counters counters = {
    .started_us = INT64_C(1769860700000000),
    .runs = 7,
    .workers_failed = 2,
    .alerts_standing = 3,
    .log_dropped = 1,
};


/* What a function writes of a report, for free(). */
static char *
written(const struct sample *sample,
        void (*write)(const struct report *, FILE *))
{
    size_t size;
    char *text;
    FILE *stream = open_memstream(&text, &size);

    write(&sample->report, stream);
    fclose(stream);
    return text;
}


/* Write a report as OpenMetrics and free it. */
static char *
metrics_of(struct sample *sample)
{
    char *text = sample_output(sample, FORMAT_OPENMETRICS);

    sample_free(sample);
    return text;
}


/* Whether a text has a line. */
static bool
has_line(const char *text, const char *line)
{
    size_t length = strlen(line);

    for (const char *at = text; (at = strstr(at, line)); at++)
        if ((at == text || at[-1] == '\n') && at[length] == '\n')
            return true;
    return false;
}


static void
assert_line(const char *text, const char *line)
{
    if (!has_line(text, line))
        fail_msg("no line \"%s\" in:\n%s", line, text);
}


/* The lines of a text that are samples, for free(). */
static char *
samples_of(const char *text)
{
    size_t size;
    char *samples;
    FILE *stream = open_memstream(&samples, &size);

    for (; *text; text += strcspn(text, "\n") + 1)
        if (*text != '#')
            fprintf(stream, "%.*s\n", (int)strcspn(text, "\n"), text);
    fclose(stream);
    return samples;
}


/* A report with everything that metrics tell. */
static struct sample *
sample_full(void)
{
    struct sample *sample = sample_broken();
    struct findings *findings = sample->findings;

    sample->report.counters = &counters;
    findings_begin_check(findings, "ports");
    findings_measure(findings, "dc1.corp.example.com:88/udp", "open", 1, -1,
                     "");
    findings_measure(findings, "dc1.corp.example.com:88/udp", "latency",
                     0.0015, -1, "s");
    findings_measure(findings, "dc2.corp.example.com:88/tcp", "open", 0, -1,
                     "");
    findings_judged(findings, "PORT_CLOSED", "dc1.corp.example.com:88/udp");
    findings_end_check(findings, 0.25);
    findings_begin_check(findings, "replication");
    findings_measure(findings, "dc1.corp.example.com->dc2.corp.example.com "
                               "DC=corp,DC=example,DC=com", "lag", 14.5, -1,
                     "s");
    findings_end_check(findings, 0.01);
    findings_begin_check(findings, "tickets");
    findings_measure(findings, "dc1.corp.example.com", "ticket_latency", 0.002,
                     -1, "s");
    findings_end_check(findings, 0.01);
    findings_begin_check(findings, "duplicates");
    findings_measure(findings, "corp.example.com", "spns", 412, -1, "");
    findings_measure(findings, "corp.example.com", "holders", 57, -1, "");
    findings_measure(findings, "corp.example.com", "groups", 2, -1, "");
    findings_end_check(findings, 0);
    findings->results[0].judged_us = INT64_C(1769860790500000);
    findings->results[0].interval_us = INT64_C(300000000);
    findings_sort(findings);
    return sample;
}


static void
the_run_and_its_targets_are_told(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_line(text, "spnhealthd_build_info" OF_DOMAIN
                ",version=\"0.1.0\"} 1");
    assert_line(text, "spnhealthd_run_timestamp_seconds" OF_DOMAIN
                "} 1769860800.123456");
    assert_line(text, "spnhealthd_run_duration_seconds" OF_DOMAIN "} 0.412");
    assert_line(text, "spnhealthd_domain_controllers" OF_DOMAIN "} 2");
    assert_line(text, "spnhealthd_mail_servers" OF_DOMAIN "} 1");
    free(text);
}


static void
checks_that_judged_are_told(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_line(text, "spnhealthd_check_status" OF_DOMAIN
                ",check=\"spn\",status=\"OK\"} 0");
    assert_line(text, "spnhealthd_check_status" OF_DOMAIN
                ",check=\"spn\",status=\"WARNING\"} 0");
    assert_line(text, "spnhealthd_check_status" OF_DOMAIN
                ",check=\"spn\",status=\"CRITICAL\"} 1");
    assert_line(text, "spnhealthd_check_status" OF_DOMAIN
                ",check=\"spn\",status=\"UNKNOWN\"} 0");
    assert_line(text, "spnhealthd_check_status" OF_DOMAIN
                ",check=\"clock\",status=\"OK\"} 1");
    assert_line(text, "spnhealthd_not_covered" OF_DOMAIN ",check=\"spn\"} 1");
    assert_line(text, "spnhealthd_not_covered" OF_DOMAIN
                ",check=\"clock\"} 0");
    assert_line(text, "spnhealthd_check_duration_seconds" OF_DOMAIN
                ",check=\"clock\"} 0.08");
    assert_line(text, "spnhealthd_check_judged_timestamp_seconds" OF_DOMAIN
                ",check=\"clock\"} 1769860790.5");
    assert_line(text, "spnhealthd_check_interval_seconds" OF_DOMAIN
                ",check=\"clock\"} 300");
    /* It had nothing to look at. */
    assert_null(strstr(text, "check=\"smtp\""));
    free(text);
}


static void
what_no_service_knows_is_left_out(void **state)
{
    char *text = metrics_of(sample_broken());

    (void)state;
    assert_null(strstr(text, "judged_timestamp"));
    assert_null(strstr(text, "interval"));
    assert_null(strstr(text, "start_timestamp"));
    assert_null(strstr(text, "runs"));
    assert_null(strstr(text, "workers"));
    assert_null(strstr(text, "alerts"));
    assert_null(strstr(text, "dropped"));
    free(text);
}


static void
the_service_tells_its_counts(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_line(text, "spnhealthd_start_timestamp_seconds" OF_DOMAIN
                "} 1769860700");
    assert_line(text, "spnhealthd_runs_total" OF_DOMAIN "} 7");
    assert_line(text, "spnhealthd_workers_failed_total" OF_DOMAIN "} 2");
    assert_line(text, "spnhealthd_alerts_standing" OF_DOMAIN "} 3");
    assert_line(text, "spnhealthd_log_dropped_total" OF_DOMAIN "} 1");
    free(text);
}


static void
findings_are_counted_by_code_and_status(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_line(text, "spnhealthd_findings" OF_DOMAIN
                ",check=\"spn\",code=\"SPN_MISSING\",status=\"CRITICAL\"} 1");
    assert_line(text, "spnhealthd_findings" OF_DOMAIN
                ",check=\"spn\",code=\"SPN_MISSING\",status=\"WARNING\"} 0");
    assert_line(text, "spnhealthd_findings" OF_DOMAIN
                ",check=\"spn\",code=\"SPN_MISSING\",status=\"UNKNOWN\"} 0");
    assert_line(text, "spnhealthd_findings" OF_DOMAIN
                ",check=\"spn\",code=\"SPN_ORPHANED\",status=\"WARNING\"} 0");
    assert_null(strstr(text, "code=\"SPN_OK\""));
    /* Of a check that did not run. */
    assert_null(strstr(text, "code=\"LDAP_UNREACHABLE\""));
    free(text);
}


static void
accepted_findings_are_counted_apart(void **state)
{
    struct sample *sample = sample_full();
    char *text;

    (void)state;
    sample_accept(sample, "SPN_MISSING");
    text = metrics_of(sample);
    assert_line(text, "spnhealthd_findings" OF_DOMAIN
                ",check=\"spn\",code=\"SPN_MISSING\",status=\"CRITICAL\"} 0");
    assert_line(text, "spnhealthd_findings_accepted" OF_DOMAIN
                ",check=\"spn\"} 1");
    assert_line(text, "spnhealthd_findings_accepted" OF_DOMAIN
                ",check=\"clock\"} 0");
    free(text);
}


static void
clocks_and_ports_are_told_by_server(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_line(text, "spnhealthd_clock_offset_seconds" OF_DOMAIN
                ",server=\"dc2.corp.example.com\"} -0.25");
    assert_line(text, "spnhealthd_clock_offset_bound_seconds" OF_DOMAIN
                ",server=\"dc1.corp.example.com\"} 0.0007");
    assert_line(text, "spnhealthd_port_open" OF_DOMAIN
                ",server=\"dc1.corp.example.com\",port=\"88\","
                "transport=\"udp\"} 1");
    assert_line(text, "spnhealthd_port_open" OF_DOMAIN
                ",server=\"dc2.corp.example.com\",port=\"88\","
                "transport=\"tcp\"} 0");
    assert_line(text, "spnhealthd_port_latency_seconds" OF_DOMAIN
                ",server=\"dc1.corp.example.com\",port=\"88\","
                "transport=\"udp\"} 0.0015");
    assert_line(text, "spnhealthd_replication_lag_seconds" OF_DOMAIN
                ",source=\"dc1.corp.example.com\","
                "destination=\"dc2.corp.example.com\","
                "partition=\"DC=corp,DC=example,DC=com\"} 14.5");
    assert_line(text, "spnhealthd_ticket_latency_seconds" OF_DOMAIN
                ",server=\"dc1.corp.example.com\"} 0.002");
    free(text);
}


static void
names_are_counted_not_told(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_line(text, "spnhealthd_spns" OF_DOMAIN "} 412");
    assert_line(text, "spnhealthd_spn_holders" OF_DOMAIN "} 57");
    assert_line(text, "spnhealthd_spn_duplicates" OF_DOMAIN "} 2");
    assert_null(strstr(text, "SMTPSVC/"));
    free(text);
}


static void
both_formats_have_the_same_samples(void **state)
{
    struct sample *sample = sample_full();
    char *open = written(sample, output_openmetrics);
    char *older = written(sample, output_metrics_text);
    char *open_samples = samples_of(open), *older_samples = samples_of(older);

    (void)state;
    assert_string_equal(open_samples, older_samples);
    assert_true(strlen(open_samples) > 1000);
    free(open);
    free(older);
    free(open_samples);
    free(older_samples);
    sample_free(sample);
}


static void
openmetrics_ends_with_its_mark_and_has_units(void **state)
{
    char *text = metrics_of(sample_full());

    (void)state;
    assert_string_equal(text + strlen(text) - strlen("\n# EOF\n"),
                        "\n# EOF\n");
    assert_line(text, "# TYPE spnhealthd_runs counter");
    assert_non_null(strstr(text, "\n# HELP spnhealthd_runs Runs"));
    assert_line(text, "# TYPE spnhealthd_run_duration_seconds gauge");
    assert_line(text, "# UNIT spnhealthd_run_duration_seconds seconds");
    assert_null(strchr(text, '\r'));
    free(text);
}


static void
the_older_format_has_neither(void **state)
{
    struct sample *sample = sample_full();
    char *text = written(sample, output_metrics_text);

    (void)state;
    assert_null(strstr(text, "# EOF"));
    assert_null(strstr(text, "# UNIT"));
    assert_line(text, "# TYPE spnhealthd_runs_total counter");
    assert_non_null(strstr(text, "\n# HELP spnhealthd_runs_total Runs"));
    assert_int_equal(text[strlen(text) - 1], '\n');
    free(text);
    sample_free(sample);
}


/* The second word after "# TYPE " and the like, cut to a size. */
static void
name_in(const char *line, size_t skip, char name_out[128])
{
    snprintf(name_out, 128, "%.*s", (int)strcspn(line + skip, " {\n"),
             line + skip);
}


/* Assert that a sample or metadata belongs to a family. */
static void
assert_of_family(const char *line, const char *family)
{
    char name[128];

    name_in(line, *line == '#' ? strlen("# HELP ") : 0, name);
    if (strncmp(name, family, strlen(family)) != 0
        || (name[strlen(family)] && strcmp(name + strlen(family), "_total")))
        fail_msg("\"%.80s\" stands among %s", line, family);
}


static void
families_stand_together_and_once(void **state)
{
    char *text = metrics_of(sample_full());
    struct strings families = {0};
    char family[128] = "";

    (void)state;
    for (const char *line = text; strcmp(line, "# EOF\n") != 0;
         line += strcspn(line, "\n") + 1) {
        if (strncmp(line, "# TYPE ", 7) != 0) {
            assert_of_family(line, family);
            continue;
        }
        name_in(line, 7, family);
        assert_int_equal(strncmp(family, "spnhealthd_", 11), 0);
        assert_false(strings_contain(&families, family));
        strings_add(&families, family);
    }
    assert_int_equal(families.count, 26);
    strings_clear(&families);
    free(text);
}


/* The manual page's text, for free(). */
static char *
read_manual(void)
{
    const char *source = getenv("srcdir");
    char *path = xasprintf("%s/daemon/spnhealthd.8", source ? source : ".");
    char *text = xcalloc(65536, 1);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_true(fread(text, 1, 65535, file) > 0);
    assert_true(feof(file));
    fclose(file);
    free(path);
    return text;
}


static void
every_family_is_in_the_manual(void **state)
{
    struct sample *sample = sample_full();
    char *text = written(sample, output_metrics_text);
    char *manual = read_manual();
    const char *line = text;

    (void)state;
    for (; (line = strstr(line, "# TYPE ")); line++) {
        char name[128];

        name_in(line, 7, name);
        if (!strstr(manual, name))
            fail_msg("spnhealthd.8 has no %s", name);
    }
    free(manual);
    free(text);
    sample_free(sample);
}


static void
type_unit_and_help_come_in_this_order(void **state)
{
    char *text = metrics_of(sample_full());
    const char *type = strstr(text, "# TYPE spnhealthd_clock_offset_seconds ");
    const char *unit = strstr(text, "# UNIT spnhealthd_clock_offset_seconds ");
    const char *help = strstr(text, "# HELP spnhealthd_clock_offset_seconds ");
    const char *sample = strstr(text, "\nspnhealthd_clock_offset_seconds{");

    (void)state;
    assert_true(type && unit && help && sample);
    assert_true(type < unit && unit < help && help < sample);
    free(text);
}


static void
no_series_stands_twice(void **state)
{
    struct sample *sample = sample_full();
    struct strings seen = {0};
    char *text, *samples;

    (void)state;
    findings_begin_check(sample->findings, "ports");
    findings_measure(sample->findings, "dc2.corp.example.com:88/tcp", "open",
                     1, -1, "");
    findings_end_check(sample->findings, 0);
    sample->findings->result_count--;
    findings_sort(sample->findings);
    text = metrics_of(sample);
    samples = samples_of(text);
    for (char *line = strtok(samples, "\n"); line; line = strtok(NULL, "\n")) {
        *strrchr(line, ' ') = '\0';
        if (strings_contain(&seen, line))
            fail_msg("%s stands twice", line);
        strings_add(&seen, line);
    }
    strings_clear(&seen);
    free(samples);
    free(text);
}


static void
what_is_unknown_has_no_sample(void **state)
{
    struct sample *sample = sample_healthy();
    struct findings *findings = sample->findings;
    char *text;

    (void)state;
    findings_begin_check(findings, "clock");
    findings_measure(findings, "nan", "offset", NAN, 1, "s");
    findings_measure(findings, "inf", "offset", INFINITY, NAN, "s");
    findings_measure(findings, "unbound", "offset", 2, -1, "s");
    findings_end_check(findings, 0);
    sample->report.elapsed_s = 0;
    sample->report.time_us = 0;
    text = metrics_of(sample);
    assert_null(strstr(text, "offset_seconds" OF_DOMAIN ",server=\"nan\""));
    assert_null(strstr(text, "server=\"inf\""));
    assert_line(text, "spnhealthd_clock_offset_bound_seconds" OF_DOMAIN
                ",server=\"nan\"} 1");
    assert_line(text, "spnhealthd_clock_offset_seconds" OF_DOMAIN
                ",server=\"unbound\"} 2");
    assert_null(strstr(text, "bound_seconds" OF_DOMAIN
                       ",server=\"unbound\""));
    /* A replay took no time. */
    assert_null(strstr(text, "run_duration"));
    assert_null(strstr(text, "run_timestamp"));
    free(text);
}


static void
labels_are_escaped(void **state)
{
    struct sample *sample = sample_hostile();
    struct findings *findings = sample->findings;
    char *text;

    (void)state;
    findings_begin_check(findings, "clock");
    findings_measure(findings, "a\"b\\c\nd", "offset", 1, -1, "s");
    findings_end_check(findings, 0);
    text = metrics_of(sample);
    assert_non_null(strstr(text, "{domain=\"a|b'c=d\\\"e\\\\x5cf\\\\x0ag"
                           "\\\\x1b[31mh\\\\xff\\\\xc2\\\\x9bi<j>&k;\","));
    assert_non_null(strstr(text,
                           ",server=\"a\\\"b\\\\x5cc\\\\x0ad\"} 1\n"));
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\xc2\x9b"));
    free(text);
}


static void
a_subject_that_is_no_port_is_left_out(void **state)
{
    struct sample *sample = sample_healthy();
    struct findings *findings = sample->findings;
    char *text;

    (void)state;
    findings_begin_check(findings, "ports");
    findings_measure(findings, "dc1", "open", 1, -1, "");
    findings_measure(findings, "dc1:88", "open", 1, -1, "");
    findings_measure(findings, "dc1/tcp", "open", 1, -1, "");
    findings_measure(findings, "a:b:88/tcp", "open", 1, -1, "");
    findings_end_check(findings, 0);
    text = metrics_of(sample);
    assert_line(text, "spnhealthd_port_open" OF_DOMAIN
                ",server=\"a:b\",port=\"88\",transport=\"tcp\"} 1");
    assert_null(strstr(text, "server=\"dc1\""));
    free(text);
}


static void
an_estate_of_200_dcs_stays_below_a_mebibyte(void **state)
{
    struct sample *sample = sample_healthy();
    struct findings *findings = sample->findings;
    char *text;

    (void)state;
    findings_begin_check(findings, "ports");
    for (int i = 0; i < 200 * 12; i++) {
        char subject[80];

        snprintf(subject, sizeof(subject),
                 "dc%03d.branch-office.corp.example.com:%d/tcp", i / 12,
                 1000 + i % 12);
        findings_measure(findings, subject, "open", 1, -1, "");
        findings_measure(findings, subject, "latency", 0.001234, -1, "s");
    }
    findings_end_check(findings, 0);
    text = metrics_of(sample);
    assert_in_range(strlen(text), 200 * 12 * 100, 1048576);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_run_and_its_targets_are_told),
        cmocka_unit_test(checks_that_judged_are_told),
        cmocka_unit_test(what_no_service_knows_is_left_out),
        cmocka_unit_test(the_service_tells_its_counts),
        cmocka_unit_test(findings_are_counted_by_code_and_status),
        cmocka_unit_test(accepted_findings_are_counted_apart),
        cmocka_unit_test(clocks_and_ports_are_told_by_server),
        cmocka_unit_test(names_are_counted_not_told),
        cmocka_unit_test(both_formats_have_the_same_samples),
        cmocka_unit_test(openmetrics_ends_with_its_mark_and_has_units),
        cmocka_unit_test(the_older_format_has_neither),
        cmocka_unit_test(families_stand_together_and_once),
        cmocka_unit_test(every_family_is_in_the_manual),
        cmocka_unit_test(type_unit_and_help_come_in_this_order),
        cmocka_unit_test(no_series_stands_twice),
        cmocka_unit_test(what_is_unknown_has_no_sample),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(a_subject_that_is_no_port_is_left_out),
        cmocka_unit_test(an_estate_of_200_dcs_stays_below_a_mebibyte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
