/*
 * Partners that fail, those that have just started, and what is left open.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/replication.h"
#include "checks/win32.h"
#include "tests/unit/directory.h"
#include "tests/unit/partners.h"


static void
partners_in_sync_are_well(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, MINUTE, 100);
    partners_judge(estate);
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
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    assert_int_equal(estate->findings->results[0].covered, 0);
    estate_free(estate);
}


static void
what_a_dc_had_with_others_is_over_once_it_is_alone(void **state)
{
    static const char *const codes[]
        = {"REPL_FAILING", "REPL_LAG", "REPL_DIVERGED"};
    struct estate *estate = estate_new();

    (void)state;
    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    forest_dsa(estate, DC1, DC1, "Here");
    for (size_t i = 0; i < 3; i++) {
        partners_judge(estate);
        directory_expect_judged(estate, codes[i], "gone", false);
    }
    directory_search(estate, DC1, LDAP, SEARCH_TOPOLOGY, SEARCH_OK);
    for (size_t i = 0; i < 3; i++) {
        partners_judge(estate);
        directory_expect_judged(estate, codes[i], "gone", true);
    }
    forest_dsa(estate, DC1, DC2, "Here");
    partners_judge(estate);
    directory_expect_judged(estate, "REPL_FAILING", "gone", false);
    estate_free(estate);
}


static void
many_failures_count_from_twice_the_allowance(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = partners_took(estate, 10 * MINUTE, 100);

    neighbor->failures = 3;
    neighbor->result = UNAVAILABLE;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    directory_expect_text(estate, "REPL_FAILING", THERE,
                          "3 attempts failed in a row, the last with 1722: "
                          "the RPC server is unavailable");
    partners_expect_number(estate, "REPL_FAILING", "failures", 3, "");
    partners_expect_number(estate, "REPL_FAILING", "since_success", 600, "s");
    neighbor->success_us = NOW - 20 * MINUTE;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
few_failures_after_an_idle_hour_are_a_restart(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = partners_took(estate, 2 * HOUR, 100);

    neighbor->failures = 2;
    neighbor->result = UNAVAILABLE;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    neighbor->success_us = NOW - 4 * HOUR;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
}


static void
silent_partner_that_is_up_fails_by_its_last_success(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, 2 * HOUR + 1, 100);
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    directory_expect_text(estate, "REPL_FAILING", THERE, "dropped");
    estate_expect_count(estate, 1);
}


static void
silence_with_changes_missing_counts_from_the_allowance(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, 55 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 10 * MINUTE);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 10 * MINUTE - 1);
    partners_judge(estate);
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
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_FAILING", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", BACK, false);
    directory_expect_not_covered(estate, DC1 ": how far it has replicated");
    neighbor->failures = 20;
    partners_judge(estate);
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
    neighbor = partners_took(estate, 30 * 24 * HOUR - 1, 100);
    neighbor->failures = 500;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
}


static void
replication_switched_off_is_said_to_be(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "Here")->options = DSA_NO_OUTBOUND | DSA_GC;
    partners_took(estate, 11 * MINUTE, 100);
    partners_judge(estate);
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
    struct neighbor_fact *neighbor = partners_took(estate, NOW, 90);

    neighbor->failures = 9;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->failures = 10;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    forest_sample(estate, DC1, NOW - 10 * MINUTE, 95);
    forest_sample(estate, DC2, NOW - 9 * HOUR, 50);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    forest_sample(estate, DC1, NOW - 20 * MINUTE - 1, 95);
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    neighbor->failures = 2;
    partners_judge(estate);
    estate_expect_count(estate, 0);
}


static void
new_link_between_old_dcs_counts_by_what_is_missing(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = partners_took(estate, NOW, 100);

    forest_sample(estate, DC1, NOW - 40 * 24 * HOUR, 10);
    forest_sample(estate, DC2, NOW - 40 * 24 * HOUR, 10);
    neighbor->failures = 9;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->failures = 10;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    forest_directory(estate, DC1, "inv-" DC1, 120);
    forest_sample(estate, DC1, NOW - 10 * MINUTE, 100);
    partners_judge(estate);
    estate_expect_count(estate, 0);
}


static void
removed_partner_is_not_told_of(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, MINUTE, 100);
    forest_neighbor(estate, DC2, DOMAIN_NC, "gone.example.com", 0)->failures
        = 900;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "it may have been removed");
    directory_expect_judged(estate, "REPL_FAILING", "gone", true);
}


static void
partner_without_a_name_leaves_all_open(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    estate_dc(estate, DC2, 2)->ldap = LDAP;
    forest_directory(estate, DC1, "inv-" DC1, 100);
    forest_directory(estate, DC2, "inv-" DC2, 100);
    partners_took(estate, 30 * HOUR, 50)->failures = 50;
    directory_search(estate, DC1, LDAP, SEARCH_TOPOLOGY, SEARCH_TIMED_OUT);
    partners_judge(estate);
    directory_expect_judged(estate, "REPL_FAILING", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    directory_expect_not_covered(estate, "the topology was not read");
    estate_free(estate);
}


static void
partner_of_another_domain_leaves_nothing_open(void **state)
{
    struct estate *estate = *state;
    struct dsa_fact *other = forest_dsa(estate, DC1, DC3, "Here");

    strings_clear(&other->ncs);
    strings_add(&other->ncs, CONFIGURATION_NC);
    partners_took(estate, MINUTE, 100);
    forest_neighbor(estate, DC1, CONFIGURATION_NC, DC3, NOW - MINUTE);
    partners_judge(estate);
    directory_expect_judged(estate, "REPL_FAILING", "gone", true);
    directory_expect_judged(estate, "REPL_LAG", "gone", true);
}


static void
dcs_that_no_mail_server_uses_are_a_warning(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor;

    forest_dsa(estate, DC2, DC2, "Branch");
    forest_link(estate, DC1, "Here Branch", 100, 15);
    forest_subnet(estate, DC1, "192.0.2.0/24", "Here");
    strings_add(&settings_mail(estate->settings, MX1)->addresses,
                "192.0.2.25");
    neighbor = partners_took(estate, 2 * HOUR, 50);
    neighbor->failures = 9;
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 2 * HOUR);
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    neighbor->success_us = NOW - 31 * 24 * HOUR;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
}


static void
restored_source_is_silent(void **state)
{
    struct estate *estate = *state;
    struct strings questions = {NULL, 0};

    partners_took(estate, MINUTE, 90);
    forest_directory(estate, DC1, "inv-anew", 5000)->base.time_us = 1;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_FAILING", THERE, true);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", "gone", false);
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
    partners_took(estate, 3 * HOUR, 90)->failures = 40;
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

        forest_sample(estate, dcs[i], NOW - 3 * HOUR, 80);
        forest_sample(estate, DC3, NOW - 6 * MINUTE, 80);
        partners_judge(estate);
        estate_expect_count(estate, 0);
        directory_expect_judged(estate, "REPL_LAG", THERE, false);
        directory_expect_judged(estate, "REPL_LAG", "gone", false);
        directory_expect_not_covered(estate,
                                     "not finished its first synchro");
        forest_sample(estate, dcs[i], NOW - 5 * MINUTE + 1, 90);
        partners_judge(estate);
        estate_expect_count(estate, 0);
        forest_sample(estate, dcs[i], NOW - 5 * MINUTE, 85);
        partners_judge(estate);
        estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
        estate_free(estate);
    }
}


static void
unfinished_dc_without_history_is_judged_by_what_no_start_explains(void **state)
{
    struct estate *estate = with_restarted(DC2);
    struct neighbor_fact *neighbor = partners_took(estate, 4 * HOUR, 90);

    (void)state;
    neighbor->failures = 2;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    neighbor->success_us = NOW - HOUR;
    neighbor->failures = 3;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_free(estate);
}


static void
unfinished_dc_is_judged_however_rare_runs_are(void **state)
{
    struct estate *estate = with_restarted(DC2);

    (void)state;
    for (int i = 0; i < 4; i++) {
        forest_sample(estate, DC1, NOW - i * 3 * HOUR, 90);
        forest_sample(estate, DC2, NOW - i * 3 * HOUR - MINUTE, 90);
    }
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_free(estate);
}


static void
clock_of_the_destination_is_taken_into_account(void **state)
{
    struct estate *estate = *state;

    /* DC2 is 7 min behind: its last success is 7 min later than it says. */
    partners_took(estate, 14 * MINUTE, 100)->failures = 5;
    estate_offset(estate, DC2, -7 * MINUTE);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    estate_clock(estate, MON, DC2, CLOCK_SOURCE_NTP, -HOUR, -HOUR);
    partners_took(estate, 18 * MINUTE, 100)->failures = 5;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
}


static void
rodc_is_no_source(void **state)
{
    struct estate *estate = *state;

    partners_way_back(estate);
    forest_dsa(estate, DC1, DC1, "Here")->read_only = true;
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 1);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 9, NOW - HOUR);
    partners_judge(estate);
    estate_expect_count(estate, 0);
}


static void
other_naming_contexts_are_told_of_where_the_main_ones_are_well(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *domain = partners_took(estate, MINUTE, 100);
    struct neighbor_fact *configuration
        = forest_neighbor(estate, DC2, CONFIGURATION_NC, DC1, NOW - HOUR);
    struct neighbor_fact *zones
        = forest_neighbor(estate, DC2, ZONES_NC, DC1, NOW - HOUR);

    zones->failures = 9;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", DC1 "->" DC2 " " ZONES_NC,
                  STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    configuration->failures = 9;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", DC1 "->" DC2 " " CONFIGURATION_NC,
                  STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    domain->failures = 9;
    domain->success_us = NOW - HOUR;
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_expect_count(estate, 2);
}


static void
of_two_recordings_the_later_counts(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *later;

    partners_took(estate, HOUR, 100)->failures = 9;
    later = forest_neighbor(estate, DC2, DOMAIN_NC, DC1, NOW - MINUTE);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    later->base.time_us = -1;
    partners_judge(estate);
    estate_expect_count(estate, 1);
}


static void
dc_of_the_topology_that_is_no_target_is_named(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, MINUTE, 100);
    forest_dsa(estate, DC1, "left.example.com", "Here");
    partners_judge(estate);
    directory_expect_not_covered(estate, "left.example.com: the topology");
    directory_expect_judged(estate, "REPL_FAILING", "gone", false);
}


static void
dc_that_hides_its_partners_is_named(void **state)
{
    struct estate *estate = *state;

    partners_way_back(estate);
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 100);
    partners_judge(estate);
    directory_expect_not_covered(estate, DC2 ": no partner was shown");
    directory_search(estate, DC2, LDAP, SEARCH_REPLICAS, SEARCH_DENIED);
    partners_judge(estate);
    directory_expect_not_covered(estate, DC2 ": whom it takes changes from");
}


static void
other_directories_are_left_alone(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *rootdse = record_new(fact_types[FACT_ROOTDSE]);

    record_set(&rootdse->host, DC1);
    facts_add(estate->facts, FACT_ROOTDSE, rootdse, MON);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    assert_int_equal(estate->findings->results[0].covered, 0);
}


static void
questions_are_of_what_others_lack(void **state)
{
    struct estate *estate = *state;
    struct strings questions = {NULL, 0};

    partners_way_back(estate);
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

    partners_took(estate, MINUTE, 100);
    record_set(&replica->host, DC2);
    record_set(&replica->nc, DOMAIN_NC);
    strings_add(&replica->cursors, "");
    strings_add(&replica->cursors, "inv-" DC1);
    strings_add(&replica->cursors, "inv-" DC1 " x 0");
    facts_add(estate->facts, FACT_REPLICA, replica, MON);
    partners_judge(estate);
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, partners_set_up, \
                                                   partners_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(partners_in_sync_are_well),
        cmocka_unit_test(single_dc_has_nobody_to_replicate_with),
        cmocka_unit_test(what_a_dc_had_with_others_is_over_once_it_is_alone),
        TEST(many_failures_count_from_twice_the_allowance),
        TEST(few_failures_after_an_idle_hour_are_a_restart),
        TEST(silent_partner_that_is_up_fails_by_its_last_success),
        TEST(silence_with_changes_missing_counts_from_the_allowance),
        cmocka_unit_test(silence_of_a_partner_that_is_down_is_not_judged),
        TEST(half_the_tombstone_lifetime_is_critical_whatever_the_limits),
        TEST(replication_switched_off_is_said_to_be),
        TEST(partner_that_never_succeeded_is_given_time),
        TEST(new_link_between_old_dcs_counts_by_what_is_missing),
        TEST(removed_partner_is_not_told_of),
        TEST(partner_without_a_name_leaves_all_open),
        TEST(partner_of_another_domain_leaves_nothing_open),
        TEST(dcs_that_no_mail_server_uses_are_a_warning),
        TEST(restored_source_is_silent),
        cmocka_unit_test(restarted_dc_is_silent_within_the_allowance),
        cmocka_unit_test(
            unfinished_dc_without_history_is_judged_by_what_no_start_explains),
        cmocka_unit_test(unfinished_dc_is_judged_however_rare_runs_are),
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
