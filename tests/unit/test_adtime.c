/*
 * Times: what stands for never, and what cannot be one.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checks/probes/adtime.h"

/* 1970, and the end of the year 9999, as FILETIMEs. */
#define EPOCH UINT64_C(116444736000000000)
#define END UINT64_C(2650467744000000000)

#define US_PER_S INT64_C(1000000)


static void
expect_filetime(uint64_t filetime, int64_t expected)
{
    int64_t time_us = -1;

    assert_true(adtime_filetime(filetime, &time_us));
    assert_int_equal(time_us, expected);
}


static void
expect_stored(uint64_t time, int64_t expected)
{
    int64_t time_us = -1;

    assert_true(adtime_stored(time, &time_us));
    assert_int_equal(time_us, expected);
}


static void
filetimes_count_from_1970(void **state)
{
    (void)state;
    expect_filetime(EPOCH + 10, 1);
    expect_filetime(EPOCH + 19, 1);
    expect_filetime(UINT64_C(134143344000000000),
                    INT64_C(1769860800) * US_PER_S);
}


static void
filetimes_up_to_1970_are_0(void **state)
{
    (void)state;
    expect_filetime(0, 0);
    expect_filetime(1, 0);
    expect_filetime(EPOCH - 1, 0);
    expect_filetime(EPOCH, 0);
}


static void
filetimes_end_with_the_year_9999(void **state)
{
    int64_t time_us = -1;

    (void)state;
    expect_filetime(END - 1, INT64_C(253402300800) * US_PER_S - 1);
    assert_false(adtime_filetime(END, &time_us));
    assert_false(adtime_filetime(INT64_MAX, &time_us));
    assert_false(adtime_filetime(UINT64_MAX, &time_us));
    assert_int_equal(time_us, -1);
}


static void
stored_times_are_in_either_unit(void **state)
{
    (void)state;
    expect_stored(UINT64_C(134143344000000000),
                  INT64_C(1769860800) * US_PER_S);
    expect_stored(UINT64_C(13414334400), INT64_C(1769860800) * US_PER_S);
}


static void
stored_times_for_none_are_0(void **state)
{
    (void)state;
    expect_stored(0, 0);
    expect_stored(UINT64_C(11644473600), 0);
    expect_stored(UINT64_C(11644473601), US_PER_S);
    /* What Samba has for none. */
    expect_stored(UINT64_C(0x019DB1DED53E8000), 0);
}


static void
stored_times_change_unit_at_10_to_the_12th(void **state)
{
    int64_t time_us = -1;

    (void)state;
    assert_false(adtime_stored(UINT64_C(999999999999), &time_us));
    expect_stored(UINT64_C(1000000000000), 0);
    assert_false(adtime_stored(UINT64_C(265046774400), &time_us));
    expect_stored(UINT64_C(265046774399), INT64_C(253402300799) * US_PER_S);
}


static void
numbers_are_read(void **state)
{
    (void)state;
    assert_int_equal(adtime_read("0"), 0);
    assert_int_equal(adtime_read("133500000000000000"), 133500000000000000);
    assert_int_equal(adtime_read("9223372036854775807"), INT64_MAX);
}


static void
garbage_is_no_number(void **state)
{
    static const char *const strange[] = {
        "", "-1", "x", "1x", "9223372036854775808", "-9223372036854775808",
        "99999999999999999999", "20260131120000.0Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++)
        assert_int_equal(adtime_read(strange[i]), -1);
}


static void
expect_iso(const char *text, int64_t expected)
{
    int64_t time_us = -1;

    assert_true(adtime_read_iso(text, &time_us));
    assert_int_equal(time_us, expected);
}


static void
iso_times_are_read(void **state)
{
    (void)state;
    expect_iso("2026-01-31T12:00:00Z", INT64_C(1769860800) * US_PER_S);
    expect_iso("2026-01-31T12:00:00.5Z", INT64_C(1769860800) * US_PER_S);
    expect_iso("2026-01-31T12:00:00", INT64_C(1769860800) * US_PER_S);
    expect_iso("9999-12-31T23:59:59Z", INT64_C(253402300799) * US_PER_S);
}


static void
iso_never_is_0(void **state)
{
    (void)state;
    expect_iso("1601-01-01T00:00:00Z", 0);
    expect_iso("0000-01-01T00:00:00Z", 0);
    expect_iso("1970-01-01T00:00:00Z", 0);
    expect_iso("1970-01-01T00:00:01Z", US_PER_S);
}


static void
garbage_is_no_iso_time(void **state)
{
    static const char *const strange[] = {
        "", "2026", "2026-01-31", "2026-01-31T12:00:0", "+026-01-31T12:00:00Z",
        "2026-00-31T12:00:00Z", "2026-13-31T12:00:00Z",
        "2026-01-00T12:00:00Z", "2026-01-32T12:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:60Z", "2026-01-31T12:00:00+01:00",
        "2026-01-31T12:00:00Zx", "2026-01-31 12:00:00Z",
        "2026- 1-31T12:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++) {
        int64_t time_us = -1;

        assert_false(adtime_read_iso(strange[i], &time_us));
        assert_int_equal(time_us, -1);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filetimes_count_from_1970),
        cmocka_unit_test(filetimes_up_to_1970_are_0),
        cmocka_unit_test(filetimes_end_with_the_year_9999),
        cmocka_unit_test(stored_times_are_in_either_unit),
        cmocka_unit_test(stored_times_for_none_are_0),
        cmocka_unit_test(stored_times_change_unit_at_10_to_the_12th),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(garbage_is_no_number),
        cmocka_unit_test(iso_times_are_read),
        cmocka_unit_test(iso_never_is_0),
        cmocka_unit_test(garbage_is_no_iso_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
