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

enum { STATUS_DISABLED = 0xc0000072 };

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
    assert_int_equal(kdc_error_find(8)->outcome, KDC_UNKNOWN);
    assert_int_equal(kdc_error_find(37)->outcome, KDC_SKEW);
    assert_int_equal(kdc_error_find(25)->outcome, KDC_FAILED);
    assert_int_equal(kdc_error_find(29)->outcome, KDC_FAILED);
    assert_int_equal(kdc_error_find(68)->outcome, KDC_REFERRED);
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
    assert_int_equal(kdc_error_status(disabled, sizeof(disabled)),
                     STATUS_DISABLED);
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
    assert_int_equal(kdc_error_status(wrapped, sizeof(wrapped)),
                     STATUS_DISABLED);
}


static void
status_cut_short_is_none(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(disabled); length++)
        assert_int_equal(kdc_error_status(disabled, length), 0);
    assert_int_equal(kdc_error_status(NULL, 0), 0);
}


/* As a salt of that length would be. */
static void
twelve_bytes_of_text_are_no_status(void **state)
{
    static const uint8_t salt[] = "\x04\x0c" "TESTMON\xc0host";

    (void)state;
    assert_int_equal(kdc_error_status(salt, sizeof(salt) - 1), 0);
}


static void
what_is_no_error_or_has_more_is_no_status(void **state)
{
    uint8_t other[sizeof(disabled)];

    (void)state;
    memcpy(other, disabled, sizeof(other));
    other[14] = 0x80;
    assert_int_equal(kdc_error_status(other, sizeof(other)), 0);
    memcpy(other, disabled, sizeof(other));
    other[15] = 1;
    assert_int_equal(kdc_error_status(other, sizeof(other)), 0);
}


static void
statuses_without_advice_are_told_by_their_number(void **state)
{
    uint8_t other[sizeof(disabled)];

    (void)state;
    memcpy(other, disabled, sizeof(other));
    other[11] = 0x05;
    assert_int_equal(kdc_error_status(other, sizeof(other)), 0xc0000005);
    assert_null(kdc_status_advice(0xc0000005));
    assert_null(kdc_status_advice(0));
    assert_string_equal(kdc_status_advice(STATUS_DISABLED),
                        "the account is disabled: enable it");
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
        cmocka_unit_test(twelve_bytes_of_text_are_no_status),
        cmocka_unit_test(what_is_no_error_or_has_more_is_no_status),
        cmocka_unit_test(statuses_without_advice_are_told_by_their_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
