/*
 * Intervals meet at their ends, and combine without guessing.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "checks/interval.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))


static void
assert_interval(struct interval interval, int64_t low_us, int64_t high_us)
{
    assert_int_equal(interval.low_us, low_us);
    assert_int_equal(interval.high_us, high_us);
}


static void
intervals_that_meet_in_a_point_are_not_apart(void **state)
{
    struct interval left = {0, 10}, touching = {10, 20}, apart = {11, 20};

    (void)state;
    assert_int_equal(interval_gap(&left, &touching), 0);
    assert_int_equal(interval_gap(&left, &apart), 1);
    assert_int_equal(interval_gap(&apart, &left), 1);
    assert_int_equal(interval_gap(&left, &left), 0);
}


static void
the_half_width_covers_odd_widths(void **state)
{
    struct interval odd = {-1, 4}, point = {7, 7};

    (void)state;
    assert_int_equal(interval_middle(&odd), 1);
    assert_int_equal(interval_half_width(&odd), 3);
    assert_int_equal(interval_half_width(&point), 0);
}


static void
the_hull_holds_both(void **state)
{
    struct interval left = {0, 10}, right = {-5, 3};

    (void)state;
    assert_interval(interval_hull(&left, &right), -5, 10);
    assert_interval(interval_hull(&right, &left), -5, 10);
}


static void
all_overlapping_intervals_combine_to_their_intersection(void **state)
{
    const struct interval all[] = {{0, 10}, {5, 20}, {-3, 7}};
    struct interval region;

    (void)state;
    assert_int_equal(interval_combine(all, COUNT(all), &region), 3);
    assert_interval(region, 5, 7);
}


static void
intervals_that_touch_combine_to_a_point(void **state)
{
    const struct interval all[] = {{0, 5}, {5, 9}};
    struct interval region;

    (void)state;
    assert_int_equal(interval_combine(all, COUNT(all), &region), 2);
    assert_interval(region, 5, 5);
}


static void
the_falseticker_is_outvoted(void **state)
{
    /* The example of Marzullo's thesis: 8-12, 11-13, 14-15. */
    const struct interval all[] = {{8, 12}, {11, 13}, {14, 15}};
    struct interval region;

    (void)state;
    assert_int_equal(interval_combine(all, COUNT(all), &region), 2);
    assert_interval(region, 11, 12);
}


static void
equally_deep_regions_all_count(void **state)
{
    const struct interval all[] = {{0, 10}, {0, 1}, {9, 10}};
    const struct interval none[] = {{30, 31}, {0, 1}, {9, 10}};
    struct interval region;

    (void)state;
    assert_int_equal(interval_combine(all, COUNT(all), &region), 2);
    assert_interval(region, 0, 10);
    assert_int_equal(interval_combine(none, COUNT(none), &region), 1);
    assert_interval(region, 0, 31);
}


static void
one_interval_is_its_own_region(void **state)
{
    const struct interval one = {-4, -4};
    struct interval region;

    (void)state;
    assert_int_equal(interval_combine(&one, 1, &region), 1);
    assert_interval(region, -4, -4);
    assert_interval(interval_closest(&one, 1, 1), -4, -4);
}


static void
the_closest_group_wins(void **state)
{
    const struct interval all[] = {{0, 1}, {50, 51}, {3, 4}, {-90, -80}};

    (void)state;
    assert_interval(interval_closest(all, COUNT(all), 2), 1, 3);
    assert_interval(interval_closest(all, COUNT(all), 3), 1, 50);
    assert_interval(interval_closest(all, COUNT(all), 4), -80, 50);
}


static void
overlapping_intervals_are_closest_in_a_point(void **state)
{
    const struct interval all[] = {{0, 9}, {5, 20}};

    (void)state;
    assert_interval(interval_closest(all, COUNT(all), 2), 9, 9);
}


static void
equally_close_groups_all_count(void **state)
{
    const struct interval all[] = {{0, 0}, {50, 50}, {100, 100}};

    (void)state;
    assert_interval(interval_closest(all, COUNT(all), 2), 0, 100);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_that_meet_in_a_point_are_not_apart),
        cmocka_unit_test(the_half_width_covers_odd_widths),
        cmocka_unit_test(the_hull_holds_both),
        cmocka_unit_test(
            all_overlapping_intervals_combine_to_their_intersection),
        cmocka_unit_test(intervals_that_touch_combine_to_a_point),
        cmocka_unit_test(the_falseticker_is_outvoted),
        cmocka_unit_test(equally_deep_regions_all_count),
        cmocka_unit_test(one_interval_is_its_own_region),
        cmocka_unit_test(the_closest_group_wins),
        cmocka_unit_test(overlapping_intervals_are_closest_in_a_point),
        cmocka_unit_test(equally_close_groups_all_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
