/*
 * Who is blamed for a clock, how badly, and who never is.
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

#include "checks/ensemble.h"
#include "tests/unit/estate.h"


/* Two DCs, neither measured yet. */
static int
set_up(void **state)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    estate_dc(estate, DC2, 2);
    *state = estate;
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


/* Judge with DC2 in step and DC1 in an interval. */
static void
judge_dc1(struct estate *estate, int64_t low_us, int64_t high_us)
{
    estate_offset(estate, DC2, 0);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, low_us, high_us);
    estate_judge(estate, &clock_check);
}


static double
value_of(const struct estate *estate, const char *subject, const char *name)
{
    const struct finding *finding
        = findings_find(estate->findings, "CLOCK_SKEW", subject);

    assert_non_null(finding);
    for (size_t i = 0; i < finding->value_count; i++)
        if (strcmp(finding->values[i].name, name) == 0)
            return finding->values[i].number;
    fail_msg("no value %s", name);
    return 0;
}


/* Leave DC1 alone. */
static void
forget_dc2(struct estate *estate)
{
    record_free(&target_dc_type, estate->settings->dcs[1]);
    estate->settings->dc_count = 1;
}


static void
clocks_in_step_yield_nothing(void **state)
{
    struct estate *estate = *state;

    /* Apart by more than their error bounds, as all real clocks are. */
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, 900, 1100);
    estate_clock(estate, MON, DC2, CLOCK_SOURCE_KDC, -2500, -2400);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
    assert_true(findings_was_judged(estate->findings, "CLOCK_SKEW", DC1));
    assert_true(findings_was_judged(estate->findings, "CLOCK_SKEW", MON));
    assert_true(
        findings_was_judged(estate->findings, "CLOCK_SKEW", DC1 "<->" DC2));
    assert_true(
        findings_was_judged(estate->findings, "CLOCK_UNMEASURED", DC1));
    assert_int_equal(estate->findings->results[0].covered, 2);
}


static void
a_dc_ahead_is_named_with_its_offset(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    estate_offset(estate, DC1, 420 * SECOND);
    estate_offset(estate, DC2, -2000);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_CRITICAL);
    assert_true(fabs(value_of(estate, DC1, "offset") - 420) < 0.1);
    assert_true(value_of(estate, DC1, "bound") < 0.1);
    finding = findings_find(estate->findings, "CLOCK_SKEW", DC1);
    assert_int_equal(finding->impact, IMPACT_MAIL_FAILS);
    assert_non_null(strstr(finding->message, "7 min ahead of"));
    assert_non_null(strstr(finding->message, DC2));
    assert_true(finding->remedy.count > 0);
    assert_true(strings_contain(&finding->reference, "KB979174"));
    assert_int_equal(finding->evidence_count, 1);
}


static void
a_dc_behind_is_named_too(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, -90 * SECOND - 1000, -90 * SECOND + 1000);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_WARNING);
    assert_true(fabs(value_of(estate, DC1, "offset") + 90) < 0.1);
    assert_non_null(strstr(
        findings_find(estate->findings, "CLOCK_SKEW", DC1)->message,
        "behind"));
}


/* The reference is [0, 0]: this host's, within DC2's interval. */
static void
the_critical_limit_itself_is_a_warning(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 300 * SECOND, 300 * SECOND + 10);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_WARNING);
}


static void
just_beyond_the_critical_limit_is_critical(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 300 * SECOND + 1, 300 * SECOND + 10);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_CRITICAL);
}


static void
an_interval_that_holds_the_limit_is_never_critical(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 299 * SECOND, 340 * SECOND);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_WARNING);
}


static void
the_same_holds_below_zero(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, -340 * SECOND, -300 * SECOND);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_WARNING);
}


static void
the_warning_limit_itself_is_fine(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 60 * SECOND, 60 * SECOND + 10);
    estate_expect_count(estate, 0);
}


static void
just_beyond_the_warning_limit_is_a_warning(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 60 * SECOND + 1, 60 * SECOND + 10);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_WARNING);
}


static void
two_clocks_name_neither(void **state)
{
    struct estate *estate = *state;
    const char *pair = DC1 "<->" MON;

    forget_dc2(estate);
    estate_offset(estate, DC1, 420 * SECOND);
    estate_self(estate, MON, true);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", pair, STATUS_CRITICAL);
    assert_true(fabs(value_of(estate, pair, "offset") - 420) < 0.1);
    assert_false(findings_was_judged(estate->findings, "CLOCK_SKEW", DC1));
}


static void
two_clocks_within_the_limit_are_fine(void **state)
{
    struct estate *estate = *state;

    forget_dc2(estate);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, 60 * SECOND,
                 61 * SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
}


static void
two_clocks_at_the_critical_limit_are_a_warning(void **state)
{
    struct estate *estate = *state;

    forget_dc2(estate);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, -310 * SECOND,
                 -300 * SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", DC1 "<->" MON, STATUS_WARNING);
}


static void
this_host_is_blamed_when_it_is_alone(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC1, 420 * SECOND);
    estate_offset(estate, DC2, 420 * SECOND);
    estate_self(estate, MON, false);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", MON, STATUS_CRITICAL);
    assert_true(fabs(value_of(estate, MON, "offset") + 420) < 0.1);
}


static void
this_host_is_right_when_its_kernel_vouches(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC1, 420 * SECOND);
    estate_offset(estate, DC2, 420 * SECOND);
    estate_self(estate, MON, true);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", "example.com", STATUS_WARNING);
    assert_true(fabs(value_of(estate, "example.com", "offset") - 420) < 0.1);
}


static void
a_kernel_with_a_large_error_vouches_for_nothing(void **state)
{
    struct estate *estate = *state;
    struct self_fact *fact = record_new(fact_types[FACT_SELF]);

    estate_offset(estate, DC1, 420 * SECOND);
    estate_offset(estate, DC2, 420 * SECOND);
    fact->synchronized = true;
    fact->max_error_us = 60 * SECOND + 1;
    facts_add(estate->facts, FACT_SELF, fact, MON);
    estate_judge(estate, &clock_check);
    estate_expect(estate, "CLOCK_SKEW", MON, STATUS_CRITICAL);
}


static void
three_that_all_differ_are_told_in_pairs(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC1, 200 * SECOND);
    estate_offset(estate, DC2, -200 * SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 3);
    estate_expect(estate, "CLOCK_SKEW", DC1 "<->" DC2, STATUS_CRITICAL);
    estate_expect(estate, "CLOCK_SKEW", DC1 "<->" MON, STATUS_WARNING);
    estate_expect(estate, "CLOCK_SKEW", DC2 "<->" MON, STATUS_WARNING);
}


static void
two_against_two_are_told_without_this_host(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 420 * SECOND);
    estate_offset(estate, DC3, 420 * SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 2);
    estate_expect(estate, "CLOCK_SKEW", DC1 "<->" DC2, STATUS_CRITICAL);
    estate_expect(estate, "CLOCK_SKEW", DC1 "<->" DC3, STATUS_CRITICAL);
}


static void
two_outliers_too_far_apart_are_both_critical(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    estate_mail(estate, MX1);
    estate_offset(estate, DC1, 200 * SECOND);
    estate_offset(estate, DC2, -200 * SECOND);
    estate_offset(estate, DC3, 0);
    estate_offset(estate, MX1, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 2);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_CRITICAL);
    estate_expect(estate, "CLOCK_SKEW", DC2, STATUS_CRITICAL);
}


static void
an_outlier_is_not_made_worse_by_a_worse_one(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    estate_mail(estate, MX1);
    estate_offset(estate, DC1, 100 * SECOND);
    estate_offset(estate, DC2, 500 * SECOND);
    estate_offset(estate, DC3, 0);
    estate_offset(estate, MX1, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 2);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_WARNING);
    estate_expect(estate, "CLOCK_SKEW", DC2, STATUS_CRITICAL);
}


static void
a_pair_without_an_outlier_is_told_as_a_pair(void **state)
{
    struct estate *estate = *state;

    estate->settings->numbers->clock_warn_us = 200 * SECOND;
    estate_dc(estate, DC3, 3);
    estate_mail(estate, MX1);
    estate_offset(estate, DC1, 190 * SECOND);
    estate_offset(estate, DC2, -190 * SECOND);
    estate_offset(estate, DC3, 0);
    estate_offset(estate, MX1, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", DC1 "<->" DC2, STATUS_CRITICAL);
}


static void
a_mail_server_that_is_off_is_named(void **state)
{
    struct estate *estate = *state;

    estate_mail(estate, MX1);
    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 0);
    estate_clock(estate, MON, MX1, CLOCK_SOURCE_SMTP, -420 * SECOND,
                 -418 * SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", MX1, STATUS_CRITICAL);
}


static void
contradicting_services_are_told_and_the_kdc_is_judged(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 0);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_NTP, 3600 * SECOND,
                 3600 * SECOND + 100);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_DISAGREE", DC1, STATUS_WARNING);
    finding = findings_find(estate->findings, "CLOCK_DISAGREE", DC1);
    assert_non_null(strstr(finding->message, "ntp"));
    assert_non_null(strstr(finding->message, "kdc"));
    assert_int_equal(finding->evidence_count, 2);
}


static void
services_a_second_apart_do_not_contradict(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC2, 0);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, 0, 1000);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_NTP, 1000 + SECOND,
                 2000 + SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
    assert_true(findings_was_judged(estate->findings, "CLOCK_DISAGREE", DC1));
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_SMB, 1001 + SECOND,
                 2000 + SECOND);
    estate_judge(estate, &clock_check);
    estate_expect(estate, "CLOCK_DISAGREE", DC1, STATUS_WARNING);
}


static void
one_service_cannot_clear_an_earlier_contradiction(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 0, 1000);
    assert_false(findings_was_judged(estate->findings, "CLOCK_DISAGREE", DC1));
}


static void
unsynchronized_ntp_counts_for_want_of_better(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC2, 0);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_NTP, 420 * SECOND,
                 420 * SECOND + 100)
        ->trusted
        = false;
    estate_judge(estate, &clock_check);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_CRITICAL);
    estate_offset(estate, DC1, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
}


static void
the_sources_of_a_host_narrow_each_other(void **state)
{
    struct estate *estate = *state;
    struct ensemble *ensemble;
    const struct clock *clock;

    estate_clock(estate, MON, DC1, CLOCK_SOURCE_LDAP, -400000, 600000);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, 100, 900);
    estate_clock(estate, MON, DC1, CLOCK_SOURCE_NTP, 400, 1500);
    ensemble = ensemble_new(estate->facts, MON, 60 * SECOND);
    clock = ensemble_find(ensemble, DC1);
    assert_int_equal(clock->offset.low_us, 400);
    assert_int_equal(clock->offset.high_us, 900);
    assert_int_equal(clock->readings[0]->source, CLOCK_SOURCE_KDC);
    ensemble_free(ensemble);
}


static void
every_measured_host_has_its_offset_measured(void **state)
{
    struct estate *estate = *state;
    size_t offsets = 0, by_ntp = 0;

    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 5 * SECOND);
    estate_clock(estate, MON, DC2, CLOCK_SOURCE_NTP, 5 * SECOND,
                 5 * SECOND + 200);
    estate_judge(estate, &clock_check);
    for (size_t i = 0; i < estate->findings->measurement_count; i++) {
        const struct measurement *item = &estate->findings->measurements[i];

        assert_string_equal(item->unit, "s");
        offsets += strcmp(item->name, "offset") == 0;
        by_ntp += strcmp(item->name, "offset_ntp") == 0;
        if (strcmp(item->subject, DC2) == 0) {
            assert_true(fabs(item->number - 5) < 0.01);
            assert_true(item->bound >= 0.0001 && item->bound <= 0.001);
        }
    }
    assert_int_equal(offsets, 2);
    assert_int_equal(by_ntp, 1);
}


static void
a_dc_without_any_source_is_unmeasured(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    estate_offset(estate, DC2, 0);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_UDP, PORT_FILTERED);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_UNMEASURED", DC1, STATUS_UNKNOWN);
    finding = findings_find(estate->findings, "CLOCK_UNMEASURED", DC1);
    assert_int_equal(finding->evidence_count, 1);
    assert_false(findings_was_judged(estate->findings, "CLOCK_SKEW", DC1));
}


static void
a_clock_known_too_roughly_is_unmeasured(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, -60 * SECOND, 60 * SECOND);
    estate_expect_count(estate, 0);
    estate_clock(estate, MON, DC3, CLOCK_SOURCE_KDC, -61 * SECOND,
                 60 * SECOND);
    estate_dc(estate, DC3, 3);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_UNMEASURED", DC3, STATUS_UNKNOWN);
}


static void
a_clock_known_roughly_may_still_be_surely_wrong(void **state)
{
    struct estate *estate = *state;

    judge_dc1(estate, 1000 * SECOND, 1200 * SECOND);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", DC1, STATUS_CRITICAL);
}


static void
a_mail_server_without_a_clock_is_no_fault(void **state)
{
    struct estate *estate = *state;

    estate_mail(estate, MX1);
    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
}


static void
the_clock_of_a_hoster_is_not_missed(void **state)
{
    struct estate *estate = *state;

    settings_mail(estate->settings, "mx.hoster.net")->origin = MAIL_MX;
    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 0);
    estate_judge(estate, &clock_check);
    assert_int_equal(estate->findings->results[0].not_covered.count, 0);
}


static void
a_pair_with_an_inexact_clock_has_not_healed(void **state)
{
    struct estate *estate = *state;

    estate_clock(estate, MON, DC1, CLOCK_SOURCE_KDC, -100 * SECOND,
                 100 * SECOND);
    estate_judge(estate, &clock_check);
    assert_false(findings_was_judged(estate->findings, "CLOCK_SKEW",
                                     DC1 "<->" MON));
}


static void
a_plain_ldap_server_without_a_clock_is_no_fault(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3)->kerberos = 0;
    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
}


static void
each_vantage_is_judged_by_its_own_clock(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC1, 0);
    estate_offset(estate, DC2, 0);
    /* The second host is 420 s behind, and the DCs are not to blame. */
    estate_clock(estate, MX1, DC1, CLOCK_SOURCE_KDC, 420 * SECOND,
                 420 * SECOND);
    estate_clock(estate, MX1, DC2, CLOCK_SOURCE_KDC, 420 * SECOND,
                 420 * SECOND);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "CLOCK_SKEW", MX1, STATUS_CRITICAL);
    assert_int_equal(estate->findings->measurement_count, 4);
}


static void
a_dc_measured_from_one_vantage_is_measured(void **state)
{
    struct estate *estate = *state;

    estate_offset(estate, DC2, 0);
    estate_clock(estate, MX1, DC1, CLOCK_SOURCE_KDC, 0, 0);
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 0);
}


static void
the_same_fault_seen_twice_has_its_values_once(void **state)
{
    struct estate *estate = *state;
    const char *const vantages[] = {MON, MX1};
    const struct finding *finding;

    for (size_t i = 0; i < 2; i++) {
        estate_clock(estate, vantages[i], DC1, CLOCK_SOURCE_KDC, 420 * SECOND,
                     420 * SECOND);
        estate_clock(estate, vantages[i], DC2, CLOCK_SOURCE_KDC, 0, 0);
    }
    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 1);
    finding = findings_find(estate->findings, "CLOCK_SKEW", DC1);
    assert_int_equal(finding->value_count, 2);
    assert_int_equal(finding->evidence_count, 2);
}


static void
the_pdc_emulator_is_told_where_to_get_the_time(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    estate_netlogon(estate, DC1, DS_PDC | DS_KDC);
    estate_offset(estate, DC1, 90 * SECOND);
    estate_offset(estate, DC2, 0);
    estate_judge(estate, &clock_check);
    finding = findings_find(estate->findings, "CLOCK_SKEW", DC1);
    assert_non_null(finding);
    for (size_t i = 0; i < finding->remedy.count; i++)
        if (strstr(finding->remedy.items[i], "/manualpeerlist"))
            return;
    fail_msg("no remedy for the PDC emulator");
}


static void
nothing_seen_is_unmeasured_everywhere(void **state)
{
    struct estate *estate = *state;

    estate_judge(estate, &clock_check);
    estate_expect_count(estate, 2);
    estate_expect(estate, "CLOCK_UNMEASURED", DC1, STATUS_UNKNOWN);
    estate_expect(estate, "CLOCK_UNMEASURED", DC2, STATUS_UNKNOWN);
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clocks_in_step_yield_nothing),
        TEST(a_dc_ahead_is_named_with_its_offset),
        TEST(a_dc_behind_is_named_too),
        TEST(the_critical_limit_itself_is_a_warning),
        TEST(just_beyond_the_critical_limit_is_critical),
        TEST(an_interval_that_holds_the_limit_is_never_critical),
        TEST(the_same_holds_below_zero),
        TEST(the_warning_limit_itself_is_fine),
        TEST(just_beyond_the_warning_limit_is_a_warning),
        TEST(two_clocks_name_neither),
        TEST(two_clocks_within_the_limit_are_fine),
        TEST(two_clocks_at_the_critical_limit_are_a_warning),
        TEST(this_host_is_blamed_when_it_is_alone),
        TEST(this_host_is_right_when_its_kernel_vouches),
        TEST(a_kernel_with_a_large_error_vouches_for_nothing),
        TEST(three_that_all_differ_are_told_in_pairs),
        TEST(two_against_two_are_told_without_this_host),
        TEST(two_outliers_too_far_apart_are_both_critical),
        TEST(an_outlier_is_not_made_worse_by_a_worse_one),
        TEST(a_pair_without_an_outlier_is_told_as_a_pair),
        TEST(a_mail_server_that_is_off_is_named),
        TEST(contradicting_services_are_told_and_the_kdc_is_judged),
        TEST(services_a_second_apart_do_not_contradict),
        TEST(one_service_cannot_clear_an_earlier_contradiction),
        TEST(unsynchronized_ntp_counts_for_want_of_better),
        TEST(the_sources_of_a_host_narrow_each_other),
        TEST(every_measured_host_has_its_offset_measured),
        TEST(a_dc_without_any_source_is_unmeasured),
        TEST(a_clock_known_too_roughly_is_unmeasured),
        TEST(a_clock_known_roughly_may_still_be_surely_wrong),
        TEST(a_mail_server_without_a_clock_is_no_fault),
        TEST(the_clock_of_a_hoster_is_not_missed),
        TEST(a_pair_with_an_inexact_clock_has_not_healed),
        TEST(a_plain_ldap_server_without_a_clock_is_no_fault),
        TEST(each_vantage_is_judged_by_its_own_clock),
        TEST(a_dc_measured_from_one_vantage_is_measured),
        TEST(the_same_fault_seen_twice_has_its_values_once),
        TEST(the_pdc_emulator_is_told_where_to_get_the_time),
        TEST(nothing_seen_is_unmeasured_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
