/*
 * Partners that fail, and partners that are late.
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

#include "checks/replication.h"
#include "checks/win32.h"
#include "tests/unit/directory.h"
#include "tests/unit/forest.h"

#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (INT64_C(1800000000) * SECOND)
#define THERE DC1 "->" DC2 " " DOMAIN_NC
#define BACK DC2 "->" DC1 " " DOMAIN_NC

/* RPC_S_SERVER_UNAVAILABLE */
enum { UNAVAILABLE = 1722 };


/* Two DCs of one site that are in sync, USN 100 each. */
static int
set_up(void **state)
{
    struct estate *estate = estate_new();

    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    estate_dc(estate, DC2, 2)->ldap = LDAP;
    forest_dsa(estate, DC1, DC1, "Here");
    forest_dsa(estate, DC1, DC2, "Here");
    forest_directory(estate, DC1, "inv-" DC1, 100);
    forest_directory(estate, DC2, "inv-" DC2, 100);
    *state = estate;
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


static void
judge(struct estate *estate)
{
    estate_judge(estate, &replication_check);
}


/* DC1 is well: it took all that DC2 has a minute ago. */
static void
way_back_is_well(struct estate *estate)
{
    forest_neighbor(estate, DC1, DOMAIN_NC, DC2, NOW - MINUTE);
    forest_cursor(estate, DC1, DOMAIN_NC, DC2, 100);
}


/* DC2 took changes from DC1 for the last time so long ago, and has them up to
   a USN. */
static struct neighbor_fact *
took(struct estate *estate, int64_t ago_us, int64_t usn)
{
    way_back_is_well(estate);
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, usn);
    return forest_neighbor(estate, DC2, DOMAIN_NC, DC1, NOW - ago_us);
}


/* Assert the value of a finding. */
static void
expect_number(const struct estate *estate, const char *code, const char *name,
             double number, const char *unit)
{
    const struct finding *finding
        = findings_find(estate->findings, code, THERE);

    assert_non_null(finding);
    for (size_t i = 0; i < finding->value_count; i++)
        if (strcmp(finding->values[i].name, name) == 0) {
            assert_string_equal(finding->values[i].unit, unit);
            if (isnan(number))
                assert_true(isnan(finding->values[i].number));
            else
                assert_float_equal(finding->values[i].number, number, 0.5);
            return;
        }
    fail_msg("%s has no value %s", code, name);
}


static void
partners_in_sync_are_well(void **state)
{
    struct estate *estate = *state;

    took(estate, MINUTE, 100);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_FAILING", THERE, true);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
    directory_expect_judged(estate, "REPL_FAILING", "gone", true);
    directory_expect_not_covered(estate, NULL);
}


static void
single_dc_has_nobody_to_replicate_with(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    forest_dsa(estate, DC1, DC1, "Here");
    forest_directory(estate, DC1, "inv-" DC1, 100);
    forest_cursor(estate, DC1, DOMAIN_NC, DC3, 5);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    assert_int_equal(estate->findings->results[0].covered, 0);
    estate_free(estate);
}


static void
many_failures_count_from_twice_the_allowance(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = took(estate, 10 * MINUTE, 100);

    neighbor->failures = 3;
    neighbor->result = UNAVAILABLE;
    judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    directory_expect_text(estate, "REPL_FAILING", THERE,
                          "3 attempts failed in a row, the last with 1722: "
                          "the RPC server is unavailable");
    expect_number(estate, "REPL_FAILING", "failures", 3, "");
    expect_number(estate, "REPL_FAILING", "since_success", 600, "s");
    neighbor->success_us = NOW - 20 * MINUTE;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    neighbor->success_us--;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
few_failures_after_an_idle_hour_are_a_restart(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = took(estate, 2 * HOUR, 100);

    neighbor->failures = 2;
    neighbor->result = UNAVAILABLE;
    judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    neighbor->success_us = NOW - 4 * HOUR;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    neighbor->success_us--;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
}


static void
silent_partner_that_is_up_fails_by_its_last_success(void **state)
{
    struct estate *estate = *state;

    took(estate, 2 * HOUR + 1, 100);
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    directory_expect_text(estate, "REPL_FAILING", THERE, "dropped");
    estate_expect_count(estate, 1);
}


static void
silence_with_changes_missing_counts_from_the_allowance(void **state)
{
    struct estate *estate = *state;

    took(estate, 55 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 10 * MINUTE);
    judge(estate);
    estate_expect_count(estate, 0);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 10 * MINUTE - 1);
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    estate_expect_count(estate, 2);
}


static void
silence_of_a_partner_that_is_down_is_not_judged(void **state)
{
    struct estate *estate = estate_new();
    struct neighbor_fact *neighbor;

    (void)state;
    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    estate_dc(estate, DC2, 2)->ldap = LDAP;
    forest_dsa(estate, DC2, DC1, "Here");
    forest_dsa(estate, DC2, DC2, "Here");
    forest_directory(estate, DC2, "inv-" DC2, 100);
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 90);
    neighbor = forest_neighbor(estate, DC2, DOMAIN_NC, DC1, NOW - 5 * HOUR);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_FAILING", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", BACK, false);
    directory_expect_not_covered(estate, DC1 ": how far it has replicated");
    neighbor->failures = 20;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_free(estate);
}


static void
half_the_tombstone_lifetime_is_critical_whatever_the_limits(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor;

    estate->settings->numbers->replication_warn_us = 100 * 24 * HOUR;
    estate->settings->numbers->replication_crit_us = 200 * 24 * HOUR;
    neighbor = took(estate, 30 * 24 * HOUR - 1, 100);
    neighbor->failures = 500;
    judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
}


static void
replication_switched_off_is_said_to_be(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "Here")->options = DSA_NO_OUTBOUND | DSA_GC;
    took(estate, 11 * MINUTE, 100);
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    directory_expect_text(estate, "REPL_FAILING", THERE,
                          "replication is switched off at " DC1);
    directory_expect_text(estate, "REPL_FAILING", THERE,
                          "repadmin /options " DC1);
    estate_expect_count(estate, 1);
}


static void
partner_that_never_succeeded_is_given_time(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = took(estate, NOW, 100);

    neighbor->failures = 9;
    judge(estate);
    estate_expect_count(estate, 0);
    neighbor->failures = 10;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    forest_sample(estate, DC1, NOW - 10 * MINUTE, 50);
    forest_sample(estate, DC2, NOW - 9 * HOUR, 50);
    judge(estate);
    estate_expect_count(estate, 0);
    forest_sample(estate, DC1, NOW - 20 * MINUTE - 1, 40);
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    neighbor->failures = 2;
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
removed_partner_is_not_told_of(void **state)
{
    struct estate *estate = *state;

    took(estate, MINUTE, 100);
    forest_neighbor(estate, DC2, DOMAIN_NC, "gone.example.com", 0)->failures
        = 900;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "guid-gone.example.com");
}


static void
lag_is_what_is_surely_missing(void **state)
{
    struct estate *estate = *state;

    took(estate, 15 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 3, NOW - 12 * MINUTE);
    forest_sample(estate, DC1, NOW - HOUR, 80);
    forest_sample(estate, DC1, NOW - 13 * MINUTE, 90);
    forest_sample(estate, DC1, NOW - 11 * MINUTE, 95);
    judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    expect_number(estate, "REPL_LAG", "lag", 12 * 60, "s");
    expect_number(estate, "REPL_LAG", "lag_most", 13 * 60, "s");
    expect_number(estate, "REPL_LAG", "missing", 3, "");
    expect_number(estate, "REPL_LAG", "history", 3600, "s");
    directory_expect_text(estate, "REPL_LAG", THERE, "CN=MX1");
}


static void
lag_is_judged_at_twice_and_four_times_the_allowance(void **state)
{
    struct estate *estate = *state;
    struct pending_fact *pending;

    took(estate, 55 * MINUTE, 90);
    pending = forest_pending(estate, DC1, DC2, DOMAIN_NC, 1,
                             NOW - 10 * MINUTE);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
    pending->changed_us--;
    judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    pending->changed_us = NOW - 20 * MINUTE;
    judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    pending->changed_us--;
    judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_CRITICAL);
}


static void
change_that_came_to_the_source_just_now_is_no_lag(void **state)
{
    struct estate *estate = *state;

    /* Written elsewhere hours ago, it reached DC1 within the last minute. */
    took(estate, 30 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 40, NOW - 3 * HOUR);
    forest_sample(estate, DC1, NOW - MINUTE, 90);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
bookkeeping_is_no_lag(void **state)
{
    struct estate *estate = *state;

    took(estate, 50 * MINUTE, 90);
    forest_sample(estate, DC1, NOW - 5 * HOUR, 90);
    forest_sample(estate, DC1, NOW - 4 * HOUR, 100);
    judge(estate);
    estate_expect_count(estate, 0);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 0, 0);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
}


static void
without_the_sources_word_failures_tell(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = took(estate, 15 * MINUTE, 90);

    neighbor->failures = 3;
    neighbor->result = UNAVAILABLE;
    judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    expect_number(estate, "REPL_LAG", "lag", 15 * 60, "s");
    expect_number(estate, "REPL_LAG", "history", NAN, "none");
    directory_expect_text(estate, "REPL_LAG", THERE, "by its last success");
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
}


static void
failing_partner_that_has_everything_is_not_late(void **state)
{
    struct estate *estate = *state;

    took(estate, HOUR, 90)->failures = 9;
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 0, 0);
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
samples_of_the_future_and_of_former_lives_do_not_count(void **state)
{
    struct estate *estate = *state;

    took(estate, HOUR, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 12 * MINUTE);
    forest_sample(estate, DC1, NOW + 1, 90);
    record_set(&forest_sample(estate, DC1, NOW - MINUTE, 90)->invocation,
               "inv-before");
    forest_sample(estate, DC2, NOW - MINUTE, 90);
    judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    expect_number(estate, "REPL_LAG", "history", NAN, "none");
}


static void
restored_source_is_silent(void **state)
{
    struct estate *estate = *state;
    struct strings questions = {NULL, 0};

    took(estate, MINUTE, 90);
    forest_directory(estate, DC1, "inv-anew", 5000)->base.time_us = 1;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_FAILING", THERE, true);
    replication_questions(estate->facts, estate->settings, DC1, &questions);
    assert_int_equal(questions.count, 0);
}


/* As set_up(), but one DC has not finished its first synchronisation. */
static struct estate *
with_restarted(const char *dc)
{
    struct estate *estate = estate_new();

    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    estate_dc(estate, DC2, 2)->ldap = LDAP;
    forest_dsa(estate, DC1, DC1, "Here");
    forest_dsa(estate, DC1, DC2, "Here");
    forest_directory(estate, DC1, "inv-" DC1, 100)->synchronized
        = strcmp(dc, DC1) != 0;
    forest_directory(estate, DC2, "inv-" DC2, 100)->synchronized
        = strcmp(dc, DC2) != 0;
    took(estate, 3 * HOUR, 90)->failures = 40;
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - HOUR);
    return estate;
}


static void
restarted_dc_is_silent_within_the_allowance(void **state)
{
    static const char *const dcs[] = {DC1, DC2};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct estate *estate = with_restarted(dcs[i]);

        judge(estate);
        estate_expect_count(estate, 0);
        directory_expect_judged(estate, "REPL_LAG", THERE, false);
        forest_sample(estate, dcs[i], NOW - 3 * HOUR, 80);
        forest_sample(estate, dcs[i], NOW - 5 * MINUTE + 1, 90);
        judge(estate);
        estate_expect_count(estate, 0);
        forest_sample(estate, dcs[i], NOW - 5 * MINUTE, 85);
        judge(estate);
        estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
        estate_free(estate);
    }
}


static void
clock_of_the_destination_is_taken_into_account(void **state)
{
    struct estate *estate = *state;

    /* DC2 is 7 min behind: its last success is 7 min later than it says. */
    took(estate, 14 * MINUTE, 100)->failures = 5;
    estate_offset(estate, DC2, -7 * MINUTE);
    judge(estate);
    estate_expect_count(estate, 0);
    estate_clock(estate, MON, DC2, CLOCK_SOURCE_NTP, -HOUR, -HOUR);
    took(estate, 18 * MINUTE, 100)->failures = 5;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
}


static void
rodc_is_no_source(void **state)
{
    struct estate *estate = *state;

    way_back_is_well(estate);
    forest_dsa(estate, DC1, DC1, "Here")->read_only = true;
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 1);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 9, NOW - HOUR);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
other_naming_contexts_are_told_of_where_the_main_ones_are_well(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *domain = took(estate, MINUTE, 100);
    struct neighbor_fact *configuration
        = forest_neighbor(estate, DC2, CONFIGURATION_NC, DC1, NOW - HOUR);
    struct neighbor_fact *zones
        = forest_neighbor(estate, DC2, ZONES_NC, DC1, NOW - HOUR);

    zones->failures = 9;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", DC1 "->" DC2 " " ZONES_NC,
                  STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    configuration->failures = 9;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", DC1 "->" DC2 " " CONFIGURATION_NC,
                  STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    domain->failures = 9;
    domain->success_us = NOW - HOUR;
    judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_expect_count(estate, 2);
}


static void
of_two_recordings_the_later_counts(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *later;

    took(estate, HOUR, 100)->failures = 9;
    later = forest_neighbor(estate, DC2, DOMAIN_NC, DC1, NOW - MINUTE);
    judge(estate);
    estate_expect_count(estate, 0);
    later->base.time_us = -1;
    judge(estate);
    estate_expect_count(estate, 1);
}


static void
dc_of_the_topology_that_is_no_target_is_named(void **state)
{
    struct estate *estate = *state;

    took(estate, MINUTE, 100);
    forest_dsa(estate, DC1, "left.example.com", "Here");
    judge(estate);
    directory_expect_not_covered(estate, "left.example.com: the topology");
    directory_expect_judged(estate, "REPL_FAILING", "gone", false);
}


static void
dc_that_hides_its_partners_is_named(void **state)
{
    struct estate *estate = *state;

    way_back_is_well(estate);
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 100);
    judge(estate);
    directory_expect_not_covered(estate, DC2 ": whom it takes changes from");
}


static void
other_directories_are_left_alone(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *rootdse = record_new(fact_types[FACT_ROOTDSE]);

    record_set(&rootdse->host, DC1);
    facts_add(estate->facts, FACT_ROOTDSE, rootdse, MON);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    assert_int_equal(estate->findings->results[0].covered, 0);
}


static void
questions_are_of_what_others_lack(void **state)
{
    struct estate *estate = *state;
    struct strings questions = {NULL, 0};

    way_back_is_well(estate);
    estate_dc(estate, DC3, 3);
    forest_dsa(estate, DC1, DC3, "Here");
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 99);
    forest_cursor(estate, DC2, CONFIGURATION_NC, DC1, 98);
    forest_cursor(estate, DC2, SCHEMA_NC, DC1, 97);
    forest_cursor(estate, DC3, DOMAIN_NC, DC1, 100);
    forest_cursor(estate, DC3, CONFIGURATION_NC, "before", 3);
    replication_questions(estate->facts, estate->settings, DC1, &questions);
    assert_int_equal(questions.count, 2);
    assert_string_equal(questions.items[0], "99 " DC2 " " DOMAIN_NC);
    assert_string_equal(questions.items[1], "98 " DC2 " " CONFIGURATION_NC);
    strings_clear(&questions);
    replication_questions(estate->facts, estate->settings, DC2, &questions);
    assert_int_equal(questions.count, 0);
}


static void
damaged_cursors_are_left_out(void **state)
{
    struct estate *estate = *state;
    struct replica_fact *replica = record_new(fact_types[FACT_REPLICA]);

    took(estate, MINUTE, 100);
    record_set(&replica->host, DC2);
    record_set(&replica->nc, DOMAIN_NC);
    strings_add(&replica->cursors, "");
    strings_add(&replica->cursors, "inv-" DC1);
    strings_add(&replica->cursors, "inv-" DC1 " x 0");
    facts_add(estate->facts, FACT_REPLICA, replica, MON);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
results_are_told_in_words(void **state)
{
    static const struct {
        int64_t result;
        const char *name;
    } cases[] = {
        {5, "5: access denied"},
        {8524, "8524: DNS does not know the partner"},
        {12345, "error 12345"},
        {0x80090324, "0x80090324: the clocks are too far apart"},
        {0x80091234, "error 0x80091234"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *name = win32_name(cases[i].result);

        assert_string_equal(name, cases[i].name);
        free(name);
    }
}


int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(partners_in_sync_are_well),
        cmocka_unit_test(single_dc_has_nobody_to_replicate_with),
        TEST(many_failures_count_from_twice_the_allowance),
        TEST(few_failures_after_an_idle_hour_are_a_restart),
        TEST(silent_partner_that_is_up_fails_by_its_last_success),
        TEST(silence_with_changes_missing_counts_from_the_allowance),
        cmocka_unit_test(silence_of_a_partner_that_is_down_is_not_judged),
        TEST(half_the_tombstone_lifetime_is_critical_whatever_the_limits),
        TEST(replication_switched_off_is_said_to_be),
        TEST(partner_that_never_succeeded_is_given_time),
        TEST(removed_partner_is_not_told_of),
        TEST(lag_is_what_is_surely_missing),
        TEST(lag_is_judged_at_twice_and_four_times_the_allowance),
        TEST(change_that_came_to_the_source_just_now_is_no_lag),
        TEST(bookkeeping_is_no_lag),
        TEST(without_the_sources_word_failures_tell),
        TEST(failing_partner_that_has_everything_is_not_late),
        TEST(samples_of_the_future_and_of_former_lives_do_not_count),
        TEST(restored_source_is_silent),
        cmocka_unit_test(restarted_dc_is_silent_within_the_allowance),
        TEST(clock_of_the_destination_is_taken_into_account),
        TEST(rodc_is_no_source),
        TEST(other_naming_contexts_are_told_of_where_the_main_ones_are_well),
        TEST(of_two_recordings_the_later_counts),
        TEST(dc_of_the_topology_that_is_no_target_is_named),
        TEST(dc_that_hides_its_partners_is_named),
        TEST(other_directories_are_left_alone),
        TEST(questions_are_of_what_others_lack),
        TEST(damaged_cursors_are_left_out),
        cmocka_unit_test(results_are_told_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
