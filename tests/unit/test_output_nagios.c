/*
 * A report for Nagios: one summary line, its performance data, detail.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sample_report.h"
#include "tests/unit/text_asserts.h"


/* Write a report and free it. */
static char *
nagios_of(struct sample *sample)
{
    char *text = sample_output(sample, FORMAT_NAGIOS);

    sample_free(sample);
    return text;
}


static void
a_healthy_run_is_one_line_of_facts(void **state)
{
    char *text = nagios_of(sample_healthy());

    (void)state;
    assert_string_equal(
        text,
        "SPNHEALTHD OK - 2 DCs, 1 mail server, clocks within 250 ms"
        "|'findings'=0;;;0 'elapsed'=0.412s;;;0"
        " 'clock dc1.corp.example.com offset'=0.0004s;-60:60;-300:300"
        " 'clock dc2.corp.example.com offset'=-0.25s;-60:60;-300:300\n");
    free(text);
}


static void
findings_follow_the_summary(void **state)
{
    char *text = nagios_of(sample_broken());
    char *detail = strchr(text, '\n') + 1;

    (void)state;
    assert_int_equal(strncmp(text, "SPNHEALTHD CRITICAL - 3 findings, mail "
                             "fails: SMTPSVC/ex1", 57), 0);
    assert_string_equal(
        detail,
        "CRITICAL SPN_MISSING SMTPSVC/ex1.corp.example.com: "
        "SMTPSVC/ex1.corp.example.com is on no account [KB979174]\n"
        "CRITICAL TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com: the "
        "KDC knows no such principal\n"
        "WARNING CLOCK_SKEW dc2.corp.example.com: the clock is 90 s ahead\n"
        "not seen by spn: dc3.corp.example.com does not answer\n");
    free(text);
}


static void
accepted_findings_stand_in_the_detail_only(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    sample_accept(sample, "SPN_MISSING");
    sample_accept(sample, "TICKET_SPN_UNKNOWN");
    text = nagios_of(sample);
    assert_int_equal(strncmp(text, "SPNHEALTHD WARNING - 1 finding, mail is "
                             "at risk: the clock is 90 s ahead|'findings'=1;",
                             84), 0);
    assert_string_equal(
        strchr(text, '\n') + 1,
        "WARNING CLOCK_SKEW dc2.corp.example.com: the clock is 90 s ahead\n"
        "accepted until 2026-12-31 (moved in <January> & known): CRITICAL "
        "SPN_MISSING SMTPSVC/ex1.corp.example.com: "
        "SMTPSVC/ex1.corp.example.com is on no account [KB979174]\n"
        "accepted until 2026-12-31 (moved in <January> & known): CRITICAL "
        "TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com: the KDC knows "
        "no such principal\n"
        "not seen by spn: dc3.corp.example.com does not answer\n");
    free(text);
}


static void
only_accepted_findings_are_ok(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    sample_accept(sample, "SPN_MISSING");
    sample_accept(sample, "TICKET_SPN_UNKNOWN");
    sample_accept(sample, "CLOCK_SKEW");
    text = nagios_of(sample);
    assert_int_equal(strncmp(text, "SPNHEALTHD OK - 2 DCs", 21), 0);
    free(text);
}


static void
what_was_judged_before_says_so(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    sample->report.age_us = INT64_C(180000000);
    text = nagios_of(sample);
    assert_int_equal(strncmp(text, "SPNHEALTHD CRITICAL - 3 findings", 32), 0);
    assert_int_equal(strncmp(strchr(text, '\n') + 1,
                             "as the service saw it 3 min ago\nCRITICAL ", 41),
                     0);
    free(text);
}


static void
what_is_stale_says_what_to_do(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.age_us = INT64_C(7500000000);
    sample->report.stale = true;
    text = nagios_of(sample);
    assert_int_equal(strncmp(text, "SPNHEALTHD UNKNOWN - last judged 2 h 5 "
                             "min ago: systemctl status spnhealthd|", 76), 0);
    assert_string_equal(strchr(text, '\n') + 1,
                        "as the service saw it 2 h 5 min ago, longer than it "
                        "promises: see whether it runs, by systemctl status "
                        "spnhealthd\n");
    free(text);
}


static void
open_ports_are_told_by_their_latency(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "ports");
    findings_measure(sample->findings, "dc1:88/udp", "open", 1, -1, "");
    findings_end_check(sample->findings, 0);
    text = nagios_of(sample);
    assert_null(strstr(text, "open"));
    free(text);
}


/* The columns before the bar, for a message of so many characters. */
static size_t
summary_columns(size_t message_length)
{
    struct sample *sample = sample_broken();
    struct finding *finding = sample->findings->items[0];
    size_t columns;
    char *text;

    free(finding->message);
    finding->message = xcalloc(2 * message_length + 1, 1);
    for (size_t i = 0; i < message_length; i++)
        memcpy(finding->message + 2 * i, "\xc3\xa9", 2);
    text = nagios_of(sample);
    columns = 0;
    for (char *at = text; *at != '|'; at++)
        columns += ((unsigned char)*at & 0xc0) != 0x80;
    free(text);
    return columns;
}


static void
the_summary_has_80_columns_at_most(void **state)
{
    (void)state;
    /* "SPNHEALTHD CRITICAL - 3 findings, mail fails: " takes 46. */
    assert_int_equal(summary_columns(33), 79);
    assert_int_equal(summary_columns(34), 80);
    assert_int_equal(summary_columns(35), 80);
    assert_int_equal(summary_columns(500), 80);
}


static void
latencies_have_the_timeout_for_a_maximum(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "ports");
    findings_measure(sample->findings, "dc1:88/udp", "latency", 0.0015, -1,
                     "s");
    findings_measure(sample->findings, "dc1", "holders", 12, -1, "accounts");
    findings_end_check(sample->findings, 0);
    text = nagios_of(sample);
    assert_non_null(strstr(text, " 'ports dc1:88/udp latency'=0.0015s;;;0;3"));
    assert_non_null(strstr(text, " 'ports dc1 holders'=12\n"));
    free(text);
}


static void
a_label_stands_once(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "ports");
    findings_measure(sample->findings, "dc1", "holders", 2, -1, "");
    findings_measure(sample->findings, "dc1", "holders", 1, -1, "");
    findings_end_check(sample->findings, 0);
    findings_sort(sample->findings);
    text = nagios_of(sample);
    assert_non_null(strstr(text, "'ports dc1 holders'=1\n"));
    assert_null(strstr(text, "'ports dc1 holders'=2"));
    free(text);
}


static void
hostile_bytes_make_no_bars_or_lines(void **state)
{
    char *text = nagios_of(sample_hostile());

    (void)state;
    assert_int_equal(count_of(text, "|"), 1);
    assert_int_equal(count_of(text, "\n"), 3);
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "inf"));
    assert_null(strstr(text, "nan"));
    free(text);
}


static void
labels_have_no_quotes_and_equals_signs(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "ports");
    findings_measure(sample->findings, "a'b=c|d", "e", 1.5, -1, "%");
    findings_end_check(sample->findings, 0);
    text = nagios_of(sample);
    assert_non_null(strstr(text, " 'ports a_b_c_d e'=1.5%\n"));
    free(text);
}


static void
a_flood_of_findings_is_cut(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "duplicates");
    for (int i = 0; i < 150; i++) {
        char subject[32];

        snprintf(subject, sizeof(subject), "SMTP/host%03d", i);
        findings_add(sample->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
                     "SPN_DUPLICATE", subject, "twice");
    }
    findings_end_check(sample->findings, 0);
    text = nagios_of(sample);
    assert_int_equal(count_of(text, "\n"), 1 + 100 + 1);
    assert_non_null(strstr(text, "and 50 more findings\n"));
    free(text);
}


static void
what_was_not_seen_is_told_up_to_a_hundred_times(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    for (int i = 0; i < 150; i++)
        findings_not_covered(sample->findings, "thing %d", i);
    text = nagios_of(sample);
    assert_has(text, ": thing 99\n");
    assert_null(strstr(text, ": thing 100\n"));
    assert_has(text, "and 50 more things not seen\n");
    free(text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_run_is_one_line_of_facts),
        cmocka_unit_test(findings_follow_the_summary),
        cmocka_unit_test(accepted_findings_stand_in_the_detail_only),
        cmocka_unit_test(only_accepted_findings_are_ok),
        cmocka_unit_test(what_was_judged_before_says_so),
        cmocka_unit_test(what_is_stale_says_what_to_do),
        cmocka_unit_test(open_ports_are_told_by_their_latency),
        cmocka_unit_test(the_summary_has_80_columns_at_most),
        cmocka_unit_test(latencies_have_the_timeout_for_a_maximum),
        cmocka_unit_test(a_label_stands_once),
        cmocka_unit_test(hostile_bytes_make_no_bars_or_lines),
        cmocka_unit_test(labels_have_no_quotes_and_equals_signs),
        cmocka_unit_test(a_flood_of_findings_is_cut),
        cmocka_unit_test(what_was_not_seen_is_told_up_to_a_hundred_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
