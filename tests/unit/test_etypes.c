/*
 * Encryption types: names, and the stronger of two.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/etypes.h"
#include "checks/facts.h"


static void
expect_text(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    free(text);
}


static void
types_have_names_and_numbers(void **state)
{
    (void)state;
    expect_text(etype_text(ETYPE_AES256), "AES256 (type 18)");
    expect_text(etype_text(ETYPE_RC4), "RC4 (type 23)");
    expect_text(etype_text(99), "type 99");
    expect_text(etype_text(0), "type 0");
    expect_text(etype_text(-133), "type -133");
}


static void
aes256_is_strongest_and_des_weakest(void **state)
{
    (void)state;
    assert_true(etype_strength(ETYPE_AES256) > etype_strength(ETYPE_AES128));
    assert_true(etype_strength(ETYPE_AES128) > etype_strength(16));
    assert_true(etype_strength(16) > etype_strength(ETYPE_RC4));
    assert_true(etype_strength(ETYPE_RC4)
                > etype_strength(ETYPE_DES_CBC_MD5));
    assert_int_equal(etype_strength(20), etype_strength(ETYPE_AES256));
    assert_int_equal(etype_strength(99), STRENGTH_UNKNOWN);
}


static void
des_rc4_and_3des_are_weak_and_unknown_ones_are_not(void **state)
{
    (void)state;
    assert_true(etype_is_weak(ETYPE_DES_CBC_CRC));
    assert_true(etype_is_weak(2));
    assert_true(etype_is_weak(ETYPE_DES_CBC_MD5));
    assert_true(etype_is_weak(16));
    assert_true(etype_is_weak(ETYPE_RC4));
    assert_true(etype_is_weak(24));
    assert_false(etype_is_weak(ETYPE_AES128));
    assert_false(etype_is_weak(19));
    assert_false(etype_is_weak(25));
    assert_false(etype_is_weak(0));
    assert_false(etype_is_weak(99));
}


static void
supported_types_are_listed(void **state)
{
    (void)state;
    expect_text(etypes_text(0), "none");
    expect_text(etypes_text(0x80020), "none");
    expect_text(etypes_text(0x1), "DES");
    expect_text(etypes_text(0x1f), "DES, RC4, AES128, AES256");
    expect_text(etypes_text(0x1c), "RC4, AES128, AES256");
    expect_text(etypes_text(0x18), "AES128, AES256");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_have_names_and_numbers),
        cmocka_unit_test(aes256_is_strongest_and_des_weakest),
        cmocka_unit_test(des_rc4_and_3des_are_weak_and_unknown_ones_are_not),
        cmocka_unit_test(supported_types_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
