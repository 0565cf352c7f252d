/*
 * Lines from a pipe: whole ones only, and bounded.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/probes/input.h"

static int ends[2];
static struct input input;


static int
setup(void **state)
{
    (void)state;
    return pipe(ends);
}


static int
teardown(void **state)
{
    (void)state;
    input_clear(&input);
    close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
    return 0;
}


/* Write a text and have it read. */
static void
feed(const char *text)
{
    struct error error;

    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    assert_true(input_fill(&input, ends[0], &error));
}


static void
assert_next(const char *expected)
{
    size_t length;
    const char *line = input_next(&input, &length);

    if (!expected) {
        assert_null(line);
        return;
    }
    assert_non_null(line);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(line, expected, length);
}


static void
lines_come_one_by_one(void **state)
{
    (void)state;
    assert_next(NULL);
    feed("one\n\nthree\n");
    assert_next("one");
    assert_next("");
    assert_next("three");
    assert_next(NULL);
}


static void
a_line_may_come_in_pieces(void **state)
{
    (void)state;
    feed("done\nhalf ");
    assert_next("done");
    assert_next(NULL);
    feed("a line\nmore");
    assert_next("half a line");
    assert_next(NULL);
    feed("\n");
    assert_next("more");
}


static void
the_end_is_noticed(void **state)
{
    struct error error;

    (void)state;
    feed("last\n");
    assert_next("last");
    assert_false(input.ended);
    close(ends[1]);
    ends[1] = -1;
    assert_true(input_fill(&input, ends[0], &error));
    assert_true(input.ended);
    assert_next(NULL);
}


static void
an_end_within_a_line_is_an_error(void **state)
{
    struct error error;

    (void)state;
    feed("half");
    close(ends[1]);
    ends[1] = -1;
    assert_false(input_fill(&input, ends[0], &error));
}


static void
a_descriptor_that_cannot_be_read_is_an_error(void **state)
{
    struct error error;

    (void)state;
    assert_false(input_fill(&input, -1, &error));
    assert_non_null(strstr(error.text, "Bad file descriptor"));
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_come_one_by_one),
        TEST(a_line_may_come_in_pieces),
        TEST(the_end_is_noticed),
        TEST(an_end_within_a_line_is_an_error),
        TEST(a_descriptor_that_cannot_be_read_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
