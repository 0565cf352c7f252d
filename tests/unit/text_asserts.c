/*
 * What a written text must have in it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/text_asserts.h"


void
assert_has(const char *text, const char *expected)
{
    if (!strstr(text, expected))
        fail_msg("no \"%s\" in:\n%s", expected, text);
}


void
assert_begins(const char *text, const char *expected)
{
    if (strncmp(text, expected, strlen(expected)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
}


void
assert_in_order(const char *text, const char *const *parts)
{
    for (; *parts; parts++) {
        const char *found = strstr(text, *parts);

        if (!found)
            fail_msg("no \"%s\" in, or too late:\n%s", *parts, text);
        text = found + strlen(*parts);
    }
}


size_t
count_of(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part))) {
        count++;
        text += strlen(part);
    }
    return count;
}
