/*
 * Elements of BER: taken whole or not at all.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/der.h"

/* A reader of a string literal. */
#define DER(text) ((struct der){(const uint8_t *)(text), sizeof(text) - 1})


static void
an_element_is_taken_by_its_tag(void **state)
{
    struct der from = DER("\x04\2ab\x02\1\x07"), content;

    (void)state;
    assert_false(der_take(&from, DER_INTEGER, &content));
    assert_true(der_take(&from, DER_OCTETS, &content));
    assert_int_equal(content.length, 2);
    assert_memory_equal(content.bytes, "ab", 2);
    assert_int_equal(der_tag(&from), DER_INTEGER);
    assert_true(der_take(&from, DER_INTEGER, &content));
    assert_int_equal(der_tag(&from), 0);
    assert_false(der_take(&from, DER_INTEGER, &content));
}


static void
long_lengths_are_read(void **state)
{
    struct der from = DER("\x04\x82\0\2ab"), content;
    size_t size;

    (void)state;
    assert_int_equal(der_frame(&from, &size), NET_COMPLETE);
    assert_int_equal(size, 6);
    assert_true(der_take(&from, DER_OCTETS, &content));
    assert_int_equal(content.length, 2);
}


static void
a_part_of_an_element_is_not_taken(void **state)
{
    static const char whole[] = "\x04\x82\0\2ab";

    (void)state;
    for (size_t length = 0; length < sizeof(whole) - 1; length++) {
        struct der from = {(const uint8_t *)whole, length}, content;
        size_t size;

        assert_int_equal(der_frame(&from, &size), NET_MORE);
        assert_false(der_take(&from, DER_OCTETS, &content));
        assert_int_equal(from.length, length);
    }
}


static void
lengths_beyond_reason_are_garbled(void **state)
{
    struct der indefinite = DER("\x30\x80\0\0");
    struct der five = DER("\x30\x85\0\0\0\0\0");
    struct der most = DER("\x30\x83\2\0\0"), more = DER("\x30\x83\2\0\1");
    size_t size;

    (void)state;
    assert_int_equal(der_frame(&indefinite, &size), NET_GARBLED);
    assert_int_equal(der_frame(&five, &size), NET_GARBLED);
    assert_int_equal(der_frame(&most, &size), NET_MORE);
    assert_int_equal(der_frame(&more, &size), NET_GARBLED);
}


static void
numbers_have_up_to_32_bits(void **state)
{
    struct der largest = DER("\x02\5\0\xff\xff\xff\xff");
    struct der refused[] = {
        DER("\x02\0"), DER("\x02\1\xff"), DER("\x02\5\1\0\0\0\0"),
        DER("\x02\6\0\0\0\0\0\1"), DER("\x0a\1\1"),
    };
    uint32_t number = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        size_t length = refused[i].length;

        assert_false(der_take_number(&refused[i], DER_INTEGER, &number));
        assert_int_equal(refused[i].length, length);
    }
    assert_int_equal(number, 7);
    assert_true(der_take_number(&largest, DER_INTEGER, &number));
    assert_int_equal(number, UINT32_MAX);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_element_is_taken_by_its_tag),
        cmocka_unit_test(long_lengths_are_read),
        cmocka_unit_test(a_part_of_an_element_is_not_taken),
        cmocka_unit_test(lengths_beyond_reason_are_garbled),
        cmocka_unit_test(numbers_have_up_to_32_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
