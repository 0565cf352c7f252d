/*
 * Entries: ranges of values, and bytes that a server should not send.
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

#include "checks/probes/entry.h"

/* What the entry keeps as bytes. */
static const char *const raw_names[]
    = {"objectGUID", "msDS-NCReplCursors;binary", NULL};

static struct entry *entry;


static int
make_entry(void **state)
{
    (void)state;
    entry = entry_new("cn=a", 4, raw_names);
    return 0;
}


static int
free_entry(void **state)
{
    (void)state;
    entry_free(entry);
    return 0;
}


static struct attribute *
attribute_of(const char *description)
{
    return entry_attribute(entry, description, strlen(description));
}


static void
add(const char *description, const char *value)
{
    entry_add(entry, attribute_of(description), value, strlen(value));
}


static void
dn_is_kept_and_made_printable(void **state)
{
    struct entry *strange = entry_new("cn=\x1b[2J", 7, NULL);

    (void)state;
    assert_string_equal(strange->name, "cn=\x1b[2J");
    assert_string_equal(strange->dn, "cn=\\x1b[2J");
    entry_free(strange);
    entry_free(NULL);
}


static void
names_are_compared_without_case(void **state)
{
    (void)state;
    add("serviceprincipalname", "a");
    add("servicePrincipalName", "b");
    assert_int_equal(entry->count, 1);
    assert_int_equal(entry_values(entry, "SERVICEPRINCIPALNAME")->count, 2);
    assert_string_equal(entry_value(entry, "servicePrincipalName"), "a");
}


static void
absent_attribute_has_no_values(void **state)
{
    (void)state;
    attribute_of("cn");
    assert_int_equal(entry_values(entry, "sn")->count, 0);
    assert_string_equal(entry_value(entry, "sn"), "");
    assert_string_equal(entry_value(entry, "cn"), "");
}


static void
values_are_made_printable(void **state)
{
    struct attribute *attribute = attribute_of("cn");

    (void)state;
    entry_add(entry, attribute, "a\0b", 3);
    entry_add(entry, attribute, "", 0);
    assert_string_equal(attribute->values.items[0], "a\\x00b");
    assert_string_equal(attribute->values.items[1], "");
}


static void
open_range_tells_what_comes_next(void **state)
{
    struct attribute *attribute;

    (void)state;
    attribute_of("servicePrincipalName");
    add("servicePrincipalName;range=0-1499", "a");
    attribute = entry_unfinished(entry);
    assert_non_null(attribute);
    assert_string_equal(attribute->name, "servicePrincipalName");
    assert_int_equal(attribute->next, 1500);
}


static void
last_range_ends_it(void **state)
{
    (void)state;
    add("spn;range=0-1", "a");
    assert_non_null(entry_unfinished(entry));
    add("spn;Range=2-*", "b");
    assert_null(entry_unfinished(entry));
    assert_int_equal(entry_values(entry, "spn")->count, 2);
}


static void
empty_twin_after_a_range_changes_nothing(void **state)
{
    (void)state;
    add("spn;range=0-1", "a");
    attribute_of("spn");
    assert_int_equal(entry_unfinished(entry)->next, 2);
}


static void
range_among_other_options_is_found(void **state)
{
    (void)state;
    add("spn;binary;range=0-9", "a");
    assert_int_equal(entry_unfinished(entry)->next, 10);
}


static void
nonsense_ranges_are_no_ranges(void **state)
{
    static const char *const strange[] = {
        "a;range=", "a;range=5", "a;range=9-3", "a;range=x-y", "a;range=-",
        "a;ranges=0-1", "a;", ";", "", "a;binary",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++) {
        attribute_of(strange[i]);
        assert_null(entry_unfinished(entry));
    }
}


static void
attributes_are_bounded(void **state)
{
    char name[16];
    int added = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "a%d", i);
        added += attribute_of(name) != NULL;
    }
    assert_int_equal(added, 64);
    assert_int_equal(entry->count, 64);
}


static void
values_are_bounded(void **state)
{
    struct attribute *attribute = attribute_of("a");
    char value[900];

    (void)state;
    memset(value, 'x', sizeof(value));
    for (int i = 0; !entry->cut && i < 10000; i++)
        entry_add(entry, attribute, value, sizeof(value));
    assert_true(entry->cut);
    assert_true(entry->bytes <= ENTRY_BYTES_MOST);
    assert_true(entry->bytes > ENTRY_BYTES_MOST - 1000);
}


static void
empty_values_are_bounded_too(void **state)
{
    struct attribute *attribute = attribute_of("a");

    (void)state;
    for (int i = 0; i < 100000; i++)
        entry_add(entry, attribute, "", 0);
    assert_true(entry->cut);
    assert_int_equal(attribute->values.count, 65536);
}


static void
long_value_is_cut(void **state)
{
    struct attribute *attribute = attribute_of("a");
    char value[5000];

    (void)state;
    memset(value, 'x', sizeof(value));
    entry_add(entry, attribute, value, sizeof(value));
    assert_int_equal(strlen(attribute->values.items[0]), 1003);
    assert_string_equal(attribute->values.items[0] + 1000, "...");
}


static void
raw_values_keep_their_bytes(void **state)
{
    struct attribute *attribute = attribute_of("objectguid");
    const struct blobs *blobs;

    (void)state;
    entry_add(entry, attribute, "a\0\xff", 3);
    entry_add(entry, attribute, "", 0);
    blobs = entry_blobs(entry, "objectGUID");
    assert_int_equal(blobs->count, 2);
    assert_int_equal(blobs->items[0].length, 3);
    assert_memory_equal(blobs->items[0].bytes, "a\0\xff", 3);
    assert_int_equal(blobs->items[1].length, 0);
    assert_int_equal(entry_values(entry, "objectGUID")->count, 0);
    assert_int_equal(entry_blobs(entry, "cn")->count, 0);
}


static void
binary_form_is_an_attribute_of_its_own(void **state)
{
    (void)state;
    add("msDS-NCReplCursors;binary", "bytes");
    add("msDS-NCReplCursors", "text");
    add("msDS-NCReplCursors;range=0-1;Binary", "more");
    assert_int_equal(entry_blobs(entry, "msDS-NCReplCursors;binary")->count,
                     2);
    assert_string_equal(entry_value(entry, "msDS-NCReplCursors"), "text");
    assert_string_equal(entry_unfinished(entry)->name,
                        "msDS-NCReplCursors;binary");
    add("cn;binaryish", "other");
    assert_string_equal(entry_value(entry, "cn"), "other");
}


static void
raw_values_are_bounded(void **state)
{
    struct attribute *attribute = attribute_of("objectGUID");
    char *value = calloc(1, ENTRY_BYTES_MOST);

    (void)state;
    for (int i = 0; i < 20; i++)
        entry_add(entry, attribute, value, ENTRY_BYTES_MOST / 16);
    assert_true(entry->cut);
    assert_int_equal(attribute->blobs.count, 15);
    assert_true(entry->bytes <= ENTRY_BYTES_MOST);
    entry->cut = false;
    entry_add(entry, attribute, value, ENTRY_BYTES_MOST);
    assert_true(entry->cut);
    free(value);
}


static void
number_is_the_first_value(void **state)
{
    int64_t number = 0;

    (void)state;
    add("n", "-9223372036854775808");
    assert_true(entry_number(entry, "N", &number));
    assert_true(number == INT64_MIN);
}


static void
what_is_no_number_changes_nothing(void **state)
{
    static const char *const strange[] = {
        "", "x", "1x", "1 ", "9223372036854775808", "0x10",
    };
    int64_t number = 4711;

    (void)state;
    assert_false(entry_number(entry, "n", &number));
    for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++) {
        char name[8];

        snprintf(name, sizeof(name), "n%zu", i);
        add(name, strange[i]);
        assert_false(entry_number(entry, name, &number));
        assert_int_equal(entry_word(entry, name, -7), -7);
    }
    assert_int_equal(number, 4711);
}


static void
words_are_unsigned(void **state)
{
    (void)state;
    add("low", "-2147483648");
    add("minus", "-1");
    add("high", "4294967295");
    add("below", "-2147483649");
    add("above", "4294967296");
    assert_int_equal(entry_word(entry, "low", 7), 0x80000000);
    assert_int_equal(entry_word(entry, "minus", 7), 0xffffffff);
    assert_int_equal(entry_word(entry, "high", 7), 0xffffffff);
    assert_int_equal(entry_word(entry, "below", 7), 7);
    assert_int_equal(entry_word(entry, "above", 7), 7);
    assert_int_equal(entry_word(entry, "none", 7), 7);
}


static void
classes_are_compared_without_case(void **state)
{
    (void)state;
    add("objectClass", "top");
    add("objectClass", "nTDSDSA");
    assert_true(entry_is(entry, "NTDSDSA"));
    assert_false(entry_is(entry, "nTDSDSARO"));
}


#define ENTRY_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_entry, free_entry)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY_TEST(dn_is_kept_and_made_printable),
        ENTRY_TEST(names_are_compared_without_case),
        ENTRY_TEST(absent_attribute_has_no_values),
        ENTRY_TEST(values_are_made_printable),
        ENTRY_TEST(open_range_tells_what_comes_next),
        ENTRY_TEST(last_range_ends_it),
        ENTRY_TEST(empty_twin_after_a_range_changes_nothing),
        ENTRY_TEST(range_among_other_options_is_found),
        ENTRY_TEST(nonsense_ranges_are_no_ranges),
        ENTRY_TEST(attributes_are_bounded),
        ENTRY_TEST(values_are_bounded),
        ENTRY_TEST(empty_values_are_bounded_too),
        ENTRY_TEST(long_value_is_cut),
        ENTRY_TEST(raw_values_keep_their_bytes),
        ENTRY_TEST(binary_form_is_an_attribute_of_its_own),
        ENTRY_TEST(raw_values_are_bounded),
        ENTRY_TEST(number_is_the_first_value),
        ENTRY_TEST(what_is_no_number_changes_nothing),
        ENTRY_TEST(words_are_unsigned),
        ENTRY_TEST(classes_are_compared_without_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
