/*
 * What a KDC's errors mean.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/kdc_errors.h"

/* As Windows sends it: SEQUENCE { [1] INTEGER 3, [2] OCTET STRING }. */
static const uint8_t disabled[] = {
    0x30, 0x15, 0xa1, 0x03, 0x02, 0x01, 0x03, 0xa2, 0x0e, 0x04, 0x0c, 0x72,
    0x00, 0x00, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
};


static void
outcomes_that_forbid_another_attempt(void **state)
{
    static const int64_t codes[] = {12, 18, 23, 24};

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        assert_int_equal(kdc_error_find(codes[i])->outcome, KDC_REFUSED);
}


static void
outcomes_that_have_their_own_name(void **state)
{
    (void)state;
    assert_int_equal(kdc_error_find(6)->outcome, KDC_UNKNOWN);
    assert_int_equal(kdc_error_find(7)->outcome, KDC_UNKNOWN);
    assert_int_equal(kdc_error_find(37)->outcome, KDC_SKEW);
    assert_int_equal(kdc_error_find(25)->outcome, KDC_FAILED);
}


static void
codes_outside_the_table_are_unknown(void **state)
{
    (void)state;
    assert_null(kdc_error_find(0));
    assert_null(kdc_error_find(-1));
    assert_null(kdc_error_find(127));
    assert_null(kdc_error_find(INT64_MAX));
}


static void
status_of_windows_is_read(void **state)
{
    (void)state;
    assert_string_equal(kdc_error_status(disabled, sizeof(disabled)),
                        "it is disabled");
}


static void
status_of_samba_is_read_in_its_wrapping(void **state)
{
    uint8_t wrapped[sizeof(disabled) + 13] = {
        0x30, 0x22, 0x30, 0x20, 0xa1, 0x03, 0x02, 0x01, 0x03, 0xa2, 0x19,
        0x04, 0x17,
    };

    (void)state;
    memcpy(wrapped + 13, disabled, sizeof(disabled));
    assert_string_equal(kdc_error_status(wrapped, sizeof(wrapped)),
                        "it is disabled");
}


static void
status_cut_short_is_none(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(disabled); length++)
        assert_null(kdc_error_status(disabled, length));
}


static void
other_statuses_are_none(void **state)
{
    uint8_t other[sizeof(disabled)];

    (void)state;
    memcpy(other, disabled, sizeof(other));
    other[11] = 0x05;
    assert_null(kdc_error_status(other, sizeof(other)));
    assert_null(kdc_error_status(NULL, 0));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_that_forbid_another_attempt),
        cmocka_unit_test(outcomes_that_have_their_own_name),
        cmocka_unit_test(codes_outside_the_table_are_unknown),
        cmocka_unit_test(status_of_windows_is_read),
        cmocka_unit_test(status_of_samba_is_read_in_its_wrapping),
        cmocka_unit_test(status_cut_short_is_none),
        cmocka_unit_test(other_statuses_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
