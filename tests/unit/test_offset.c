/*
 * From a server's time to the interval of its offset.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "checks/probes/offset.h"

#define NOW INT64_C(1769860800000000)
#define TEN_YEARS (INT64_C(3650) * 86400 * 1000000)

static const struct net_times times = {NOW, NOW + 300, true};


static void
the_offset_lies_within_the_round_trip(void **state)
{
    struct reading reading = reading_of(NOW + 1000, 0);
    int64_t low, high;

    (void)state;
    assert_true(offset_between(&reading, &times, &low, &high));
    assert_int_equal(low, 700);
    assert_int_equal(high, 1000);
}


static void
a_step_widens_the_upper_end(void **state)
{
    struct reading reading = reading_of(NOW, 1000000);
    int64_t low, high;

    (void)state;
    assert_true(offset_between(&reading, &times, &low, &high));
    assert_int_equal(low, -300);
    assert_int_equal(high, 1000000);
}


static void
an_unknown_time_gives_no_offset(void **state)
{
    struct reading reading = {.known = false};
    int64_t low = 7, high = 7;

    (void)state;
    assert_false(offset_between(&reading, &times, &low, &high));
    assert_int_equal(low, 7);
    assert_int_equal(high, 7);
}


static void
a_clock_of_ours_that_was_set_gives_none(void **state)
{
    const struct net_times stepped = {NOW, NOW + 300, false};
    struct reading reading = reading_of(NOW, 0);
    int64_t low, high;

    (void)state;
    assert_false(offset_between(&reading, &stepped, &low, &high));
}


static void
times_that_contradict_each_other_give_none(void **state)
{
    /* It sent its answer 301 us after it says to have received ours. */
    struct reading reading = {.known = true, .earliest_us = NOW + 301,
                              .latest_us = NOW};
    int64_t low, high;

    (void)state;
    assert_false(offset_between(&reading, &times, &low, &high));
    reading.earliest_us = NOW + 300;
    assert_true(offset_between(&reading, &times, &low, &high));
    assert_int_equal(low, high);
}


static void
absurd_times_stay_ten_years_away(void **state)
{
    struct reading reading = reading_of(0, 0);
    int64_t low, high;

    (void)state;
    assert_true(offset_between(&reading, &times, &low, &high));
    assert_int_equal(low, -TEN_YEARS);
    assert_int_equal(high, -TEN_YEARS);
    reading = reading_of(INT64_MAX - 5, 5);
    assert_true(offset_between(&reading, &times, &low, &high));
    assert_int_equal(low, TEN_YEARS);
    assert_int_equal(high, TEN_YEARS);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offset_lies_within_the_round_trip),
        cmocka_unit_test(a_step_widens_the_upper_end),
        cmocka_unit_test(an_unknown_time_gives_no_offset),
        cmocka_unit_test(a_clock_of_ours_that_was_set_gives_none),
        cmocka_unit_test(times_that_contradict_each_other_give_none),
        cmocka_unit_test(absurd_times_stay_ten_years_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
