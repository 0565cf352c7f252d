/*
 * Replication attributes in XML: every element that is needed, and texts that
 * end anywhere or have something else in them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/repl_xml.h"
#include "tests/unit/repl_values.h"


/* A text with one part of it replaced by another, for free(). */
static char *
replace(const char *text, const char *old, const char *new)
{
    const char *place = strstr(text, old);

    assert_non_null(place);
    return xasprintf("%.*s%s%s", (int)(place - text), text, new,
                     place + strlen(old));
}


/* Read a text's neighbor, of which only these bytes are there. */
static bool
read_neighbor(const char *text, size_t length,
              struct repl_neighbor *neighbor_out)
{
    struct packet value = packet_copy(text, length);
    struct error error = {.text = ""};
    bool good = repl_xml_read_neighbor(value.bytes, value.length,
                                       neighbor_out, &error);

    assert_int_equal(good, *error.text == '\0');
    packet_free(&value);
    return good;
}


/* Read a text's cursor, likewise. */
static bool
read_cursor(const char *text, size_t length, struct repl_cursor *cursor_out)
{
    struct packet value = packet_copy(text, length);
    struct repl_cursors cursors = {.items = NULL};
    struct error error = {.text = ""};
    bool good = repl_xml_read_cursor(value.bytes, value.length, &cursors,
                                     &error);

    assert_int_equal(good, *error.text == '\0');
    assert_int_equal(good, cursors.count);
    if (good)
        *cursor_out = cursors.items[0];
    free(cursors.items);
    packet_free(&value);
    return good;
}


static void
cursor_has_its_fields(void **state)
{
    struct repl_cursor cursor;

    (void)state;
    assert_true(read_cursor(repl_cursor_xml, strlen(repl_cursor_xml),
                            &cursor));
    assert_string_equal(cursor.invocation, REPL_INVOCATION);
    assert_int_equal(cursor.usn, REPL_USN);
    assert_int_equal(cursor.time_us, REPL_SUCCESS_US);
}


static void
neighbor_has_its_fields(void **state)
{
    struct repl_neighbor neighbor;

    (void)state;
    assert_true(read_neighbor(repl_neighbor_xml, strlen(repl_neighbor_xml),
                              &neighbor));
    assert_string_equal(neighbor.source, REPL_SOURCE);
    assert_string_equal(neighbor.invocation, REPL_INVOCATION);
    assert_int_equal(neighbor.usn, REPL_USN);
    assert_int_equal(neighbor.success_us, REPL_SUCCESS_US);
    assert_int_equal(neighbor.attempt_us, REPL_ATTEMPT_US);
    assert_int_equal(neighbor.result, REPL_RESULT);
    assert_int_equal(neighbor.failures, REPL_FAILURES);
}


static void
value_may_end_in_nuls(void **state)
{
    size_t length = strlen(repl_neighbor_xml);
    char *text = xcalloc(length + 2, 1);
    struct repl_neighbor neighbor;

    (void)state;
    memcpy(text, repl_neighbor_xml, length);
    assert_true(read_neighbor(text, length + 2, &neighbor));
    assert_int_equal(neighbor.usn, REPL_USN);
    free(text);
}


static void
white_space_around_content_is_none_of_it(void **state)
{
    char *text = replace(repl_cursor_xml, ">78187493530<",
                         ">\r\n\t78187493530 <");
    struct repl_cursor cursor;

    (void)state;
    assert_true(read_cursor(text, strlen(text), &cursor));
    assert_int_equal(cursor.usn, REPL_USN);
    free(text);
}


static void
never_is_0(void **state)
{
    char *text = replace(repl_neighbor_xml, "2026-01-31T12:00:00Z",
                         "1601-01-01T00:00:00Z");
    struct repl_neighbor neighbor;

    (void)state;
    assert_true(read_neighbor(text, strlen(text), &neighbor));
    assert_int_equal(neighbor.success_us, 0);
    free(text);
}


static void
value_cut_short_is_refused(void **state)
{
    size_t cursor_whole = strlen(repl_cursor_xml) - 2;
    size_t neighbor_whole = strlen(repl_neighbor_xml) - 2;
    struct repl_cursor cursor;
    struct repl_neighbor neighbor;

    (void)state;
    for (size_t i = 0; i < cursor_whole; i++)
        assert_false(read_cursor(repl_cursor_xml, i, &cursor));
    assert_true(read_cursor(repl_cursor_xml, cursor_whole, &cursor));
    for (size_t i = 0; i < neighbor_whole; i++)
        assert_false(read_neighbor(repl_neighbor_xml, i, &neighbor));
    assert_true(read_neighbor(repl_neighbor_xml, neighbor_whole, &neighbor));
}


static void
strange_contents_are_refused(void **state)
{
    static const struct {
        const char *old, *new;
    } changes[] = {
        {REPL_SOURCE "</uuid", "</uuid"},
        {REPL_INVOCATION, "14131211"},
        {">78187493530<", "><"},
        {">78187493530<", ">-1<"},
        {">78187493530<", ">9223372036854775808<"},
        {">78187493530<", ">12x<"},
        {"2026-01-31T12:00:00Z", ""},
        {"2026-01-31T12:01:00Z", "yesterday"},
        {">1722<", ">4294967296<"},
        {">3<", ">-3<"},
        {">3<", ">3 4<"},
        {"<cNumConsecutiveSyncFailures>", "<other>"},
        {"</cNumConsecutiveSyncFailures>", "</other>"},
        {"<DS_REPL_NEIGHBOR>", "<DS_REPL_CURSOR>"},
        {"<DS_REPL_NEIGHBOR>", "x<DS_REPL_NEIGHBOR>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        char *text = replace(repl_neighbor_xml, changes[i].old,
                             changes[i].new);
        struct repl_neighbor neighbor = {.usn = 4711};

        assert_false(read_neighbor(text, strlen(text), &neighbor));
        assert_int_equal(neighbor.usn, 4711);
        free(text);
    }
}


static void
endless_content_is_refused(void **state)
{
    char number[5000], *text;
    struct repl_cursor cursor;

    (void)state;
    memset(number, '1', sizeof(number) - 1);
    number[sizeof(number) - 1] = '\0';
    text = replace(repl_cursor_xml, "78187493530", number);
    assert_false(read_cursor(text, strlen(text), &cursor));
    free(text);
}


static void
elements_after_the_end_do_not_count(void **state)
{
    struct repl_cursor cursor;
    char *text = replace(repl_cursor_xml, "<usnAttributeFilter>", "<other>");
    char *longer = xasprintf("%s<usnAttributeFilter>5</usnAttributeFilter>",
                             text);

    (void)state;
    assert_false(read_cursor(longer, strlen(longer), &cursor));
    free(longer);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_has_its_fields),
        cmocka_unit_test(neighbor_has_its_fields),
        cmocka_unit_test(value_may_end_in_nuls),
        cmocka_unit_test(white_space_around_content_is_none_of_it),
        cmocka_unit_test(never_is_0),
        cmocka_unit_test(value_cut_short_is_refused),
        cmocka_unit_test(strange_contents_are_refused),
        cmocka_unit_test(endless_content_is_refused),
        cmocka_unit_test(elements_after_the_end_do_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
