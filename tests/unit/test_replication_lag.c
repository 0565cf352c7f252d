/*
 * Partners that are late: what a destination lacks, and since when.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/directory.h"
#include "tests/unit/partners.h"


static void
lag_is_what_is_surely_missing(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, 15 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 3, NOW - 12 * MINUTE);
    forest_sample(estate, DC1, NOW - HOUR, 80);
    forest_sample(estate, DC1, NOW - 13 * MINUTE, 90);
    forest_sample(estate, DC1, NOW - 11 * MINUTE, 95);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    partners_expect_number(estate, "REPL_LAG", "lag", 12 * 60, "s");
    partners_expect_number(estate, "REPL_LAG", "lag_most", 13 * 60, "s");
    partners_expect_number(estate, "REPL_LAG", "missing", 3, "");
    partners_expect_number(estate, "REPL_LAG", "history", 3600, "s");
    directory_expect_text(estate, "REPL_LAG", THERE, "CN=MX1");
}


static void
lag_is_judged_at_twice_and_four_times_the_allowance(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, 55 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 10 * MINUTE);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 10 * MINUTE - 1);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 20 * MINUTE);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 20 * MINUTE - 1);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_CRITICAL);
}


static void
change_that_came_to_the_source_just_now_is_no_lag(void **state)
{
    struct estate *estate = *state;

    /* Written elsewhere hours ago, it reached DC1 within the last minute. */
    partners_took(estate, 30 * MINUTE, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 40, NOW - 3 * HOUR);
    forest_sample(estate, DC1, NOW - MINUTE, 90);
    partners_judge(estate);
    estate_expect_count(estate, 0);
}


static void
bookkeeping_is_no_lag(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, 50 * MINUTE, 90);
    forest_sample(estate, DC1, NOW - 5 * HOUR, 90);
    forest_sample(estate, DC1, NOW - 4 * HOUR, 100);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 0, 0);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
}


static void
what_the_destination_wrote_itself_it_does_not_lack(void **state)
{
    struct estate *estate = *state;
    struct pending_fact *pending;

    partners_took(estate, 55 * MINUTE, 90);
    pending = forest_pending(estate, DC1, DC2, DOMAIN_NC, 1,
                             NOW - 50 * MINUTE);
    strings_clear(&pending->origins);
    forest_origin(pending, DC2, FOREST_USN, NOW - 50 * MINUTE);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
    forest_origin(pending, DC1, 91, NOW - 15 * MINUTE);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    partners_expect_number(estate, "REPL_LAG", "lag", 15 * 60, "s");
}


static void
what_came_another_way_is_not_missing(void **state)
{
    struct estate *estate = *state;
    struct pending_fact *pending;

    partners_took(estate, 55 * MINUTE, 90);
    forest_dsa(estate, DC1, DC3, "Here");
    pending = forest_pending(estate, DC1, DC2, DOMAIN_NC, 1,
                             NOW - 30 * MINUTE);
    strings_clear(&pending->origins);
    forest_origin(pending, DC3, 700, NOW - 30 * MINUTE);
    forest_cursor(estate, DC2, DOMAIN_NC, DC3, 700);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    forest_origin(pending, DC3, 701, NOW - 30 * MINUTE);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_CRITICAL);
}


static void
what_a_dc_unknown_to_the_destination_wrote_is_missing(void **state)
{
    struct estate *estate = *state;
    struct pending_fact *pending;

    partners_took(estate, 55 * MINUTE, 90);
    pending = forest_pending(estate, DC1, DC2, DOMAIN_NC, 1,
                             NOW - 30 * MINUTE);
    strings_clear(&pending->origins);
    forest_origin(pending, DC3, 700, NOW - 30 * MINUTE);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    forest_dsa(estate, DC1, DC3, "Here");
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_CRITICAL);
}


static void
object_of_unknown_writers_is_missing_after_an_hourly_poll(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = partners_took(estate, 65 * MINUTE, 90);
    struct pending_fact *pending
        = forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - HOUR);

    pending->traced = 0;
    strings_clear(&pending->origins);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    directory_expect_judged(estate, "REPL_FAILING", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", "gone", false);
    neighbor->success_us--;
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_CRITICAL);
    neighbor->success_us = NOW - 15 * MINUTE;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    neighbor->failures = 1;
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    neighbor->failures = 0;
    neighbor->success_us = NOW - 10 * MINUTE;
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
    directory_expect_judged(estate, "REPL_FAILING", THERE, true);
}


static void
behind_so_many_objects_there_may_be_more(void **state)
{
    struct estate *estate = *state;
    struct pending_fact *pending;

    partners_took(estate, 55 * MINUTE, 90);
    pending = forest_pending(estate, DC1, DC2, DOMAIN_NC,
                             PENDING_OBJECTS_MOST, NOW - HOUR);
    strings_clear(&pending->origins);
    forest_origin(pending, DC2, FOREST_USN, NOW - HOUR);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    pending->count = pending->traced = PENDING_OBJECTS_MOST - 1;
    partners_judge(estate);
    directory_expect_judged(estate, "REPL_LAG", THERE, true);
}


static void
lag_stays_open_when_the_source_does_not_answer(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, 95 * MINUTE, 50);
    partners_judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "REPL_LAG", THERE, false);
    directory_expect_judged(estate, "REPL_FAILING", THERE, false);
    directory_expect_judged(estate, "REPL_LAG", "gone", false);
    directory_expect_judged(estate, "REPL_FAILING", "gone", false);
}


static void
without_the_sources_word_failures_tell(void **state)
{
    struct estate *estate = *state;
    struct neighbor_fact *neighbor = partners_took(estate, 15 * MINUTE, 90);

    neighbor->failures = 3;
    neighbor->result = UNAVAILABLE;
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    partners_expect_number(estate, "REPL_LAG", "lag", 15 * 60, "s");
    partners_expect_number(estate, "REPL_LAG", "history", NAN, "none");
    directory_expect_text(estate, "REPL_LAG", THERE, "by its last success");
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_WARNING);
}


static void
failing_partner_that_has_everything_is_not_late(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, HOUR, 90)->failures = 9;
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 0, 0);
    partners_judge(estate);
    estate_expect(estate, "REPL_FAILING", THERE, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
samples_of_the_future_and_of_former_lives_do_not_count(void **state)
{
    struct estate *estate = *state;

    partners_took(estate, HOUR, 90);
    forest_pending(estate, DC1, DC2, DOMAIN_NC, 1, NOW - 12 * MINUTE);
    forest_sample(estate, DC1, NOW + 1, 90);
    record_set(&forest_sample(estate, DC1, NOW - MINUTE, 90)->invocation,
               "inv-before");
    forest_sample(estate, DC2, NOW - MINUTE, 90);
    partners_judge(estate);
    estate_expect(estate, "REPL_LAG", THERE, STATUS_WARNING);
    partners_expect_number(estate, "REPL_LAG", "history", NAN, "none");
}


int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, partners_set_up, \
                                                   partners_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(lag_is_what_is_surely_missing),
        TEST(lag_is_judged_at_twice_and_four_times_the_allowance),
        TEST(change_that_came_to_the_source_just_now_is_no_lag),
        TEST(bookkeeping_is_no_lag),
        TEST(what_the_destination_wrote_itself_it_does_not_lack),
        TEST(what_came_another_way_is_not_missing),
        TEST(what_a_dc_unknown_to_the_destination_wrote_is_missing),
        TEST(object_of_unknown_writers_is_missing_after_an_hourly_poll),
        TEST(behind_so_many_objects_there_may_be_more),
        TEST(lag_stays_open_when_the_source_does_not_answer),
        TEST(without_the_sources_word_failures_tell),
        TEST(failing_partner_that_has_everything_is_not_late),
        TEST(samples_of_the_future_and_of_former_lives_do_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
