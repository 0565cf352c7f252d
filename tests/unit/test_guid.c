/*
 * GUIDs: the order of their bytes, and what is none.
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

#include "checks/probes/guid.h"

#define GUID "f3a64788-5306-11d1-a9c5-0000f80367c1"


static void
first_three_fields_are_little_endian(void **state)
{
    static const uint8_t bytes[GUID_BYTES] = {
        0x88, 0x47, 0xa6, 0xf3, 0x06, 0x53, 0xd1, 0x11,
        0xa9, 0xc5, 0x00, 0x00, 0xf8, 0x03, 0x67, 0xc1,
    };
    char text[GUID_TEXT_SIZE];

    (void)state;
    guid_write(bytes, text);
    assert_string_equal(text, GUID);
}


static void
text_is_read_in_any_case(void **state)
{
    char text[GUID_TEXT_SIZE];

    (void)state;
    assert_true(guid_read(GUID, text));
    assert_string_equal(text, GUID);
    assert_true(guid_read("F3A64788-5306-11D1-A9C5-0000F80367C1", text));
    assert_string_equal(text, GUID);
}


static void
anything_else_is_none(void **state)
{
    static const char *const strange[] = {
        "", "f3a64788", "{" GUID "}", GUID "0",
        "g3a64788-5306-11d1-a9c5-0000f80367c1",
        "f3a647885-306-11d1-a9c5-0000f80367c1",
        " 3a64788-5306-11d1-a9c5-0000f80367c1",
    };
    char text[GUID_TEXT_SIZE] = "untouched";

    (void)state;
    for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++)
        assert_false(guid_read(strange[i], text));
    assert_string_equal(text, "untouched");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_three_fields_are_little_endian),
        cmocka_unit_test(text_is_read_in_any_case),
        cmocka_unit_test(anything_else_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
