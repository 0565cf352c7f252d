/*
 * What a DC has that another has not: counted, and the oldest named.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/replicas.h"
#include "tests/unit/repl_values.h"
#include "tests/unit/scripted_directory.h"

#define NC "DC=corp,DC=example,DC=com"
#define NOON_US INT64_C(1769860800000000)


static int
begin(void **state)
{
    (void)state;
    script_begin();
    return 0;
}


static int
end(void **state)
{
    (void)state;
    script_end();
    return 0;
}


/* Search for what lies beyond these places; NULL ends them.  Returns whether
   the connection is of use afterwards. */
static bool
search(const char *const *pending)
{
    char host[] = "dc1.example.com";
    const struct session_task task = {.host = host, .ldap_port = 389};
    struct followup_task followup = {.pending = {.items = NULL}};
    bool alive;

    for (; *pending; pending++)
        strings_add(&followup.pending, *pending);
    alive = pending_search(NULL, &task, &followup);
    strings_clear(&followup.pending);
    return alive;
}


/* As search(), for one place, and return what was emitted. */
static const struct pending_fact *
find(const char *pending)
{
    const char *const all[] = {pending, NULL};

    assert_true(search(all));
    assert_int_equal(script_count(FACT_PENDING), 1);
    return script_fact(FACT_PENDING, 0);
}


static void
add_object(const char *dn, const char *changed)
{
    script_entry(NC, dn);
    if (changed)
        script_value("whenChanged", changed);
}


static void
nothing_beyond_is_told(void **state)
{
    const struct pending_fact *fact = find("4711 dc2.example.com " NC);
    const struct search_fact *search_fact = script_fact(FACT_SEARCH, 0);

    (void)state;
    assert_string_equal(fact->host, "dc1.example.com");
    assert_string_equal(fact->destination, "dc2.example.com");
    assert_string_equal(fact->nc, NC);
    assert_int_equal(fact->usn, 4711);
    assert_int_equal(fact->count, 0);
    assert_string_equal(fact->dn, "");
    assert_int_equal(fact->changed_us, 0);
    assert_int_equal(search_fact->purpose, SEARCH_PENDING);
    assert_int_equal(search_fact->outcome, SEARCH_OK);
    assert_string_equal(search_fact->base_dn, NC);
}


static void
search_begins_after_the_usn(void **state)
{
    (void)state;
    find("4711 dc2.example.com " NC);
    assert_int_equal(script_searches()->count, 1);
    assert_string_equal(script_searches()->items[0],
                        NC "|(uSNChanged>=4712)|whenChanged,replPropertyMetaData");
}


static void
oldest_of_those_that_came_is_named(void **state)
{
    const struct pending_fact *fact;

    (void)state;
    add_object("CN=unknown", NULL);
    add_object("CN=late", "20260131120100.0Z");
    add_object("CN=early", "20260131120000.0Z");
    add_object("CN=later", "20260131120200.0Z");
    add_object("CN=garbage", "yesterday");
    fact = find("4711 dc2.example.com " NC);
    assert_int_equal(fact->count, 5);
    assert_string_equal(fact->dn, "CN=early");
    assert_int_equal(fact->changed_us, NOON_US);
}


static void
object_without_a_time_is_better_than_none(void **state)
{
    const struct pending_fact *fact;

    (void)state;
    add_object("CN=first", NULL);
    add_object("CN=second", NULL);
    fact = find("4711 dc2.example.com " NC);
    assert_int_equal(fact->count, 2);
    assert_string_equal(fact->dn, "CN=first");
    assert_int_equal(fact->changed_us, 0);
}


static void
writers_of_what_is_beyond_are_told(void **state)
{
    const struct pending_fact *fact;
    char *beyond = xasprintf("%" PRId64 " dc2.example.com " NC, REPL_USN);

    (void)state;
    add_object("CN=one", "20260131120000.0Z");
    script_packet("replPropertyMetaData", repl_metadata(2));
    add_object("CN=two", NULL);
    script_packet("replPropertyMetaData", repl_metadata(3));
    fact = find(beyond);
    assert_int_equal(fact->count, 2);
    assert_int_equal(fact->traced, 2);
    assert_int_equal(fact->origins.count, 3);
    assert_string_equal(fact->origins.items[0],
                        "14131211-1615-1817-191a-1b1c1d1e1f21 78187493531 "
                        "1769860800000000");
    assert_string_equal(fact->origins.items[2],
                        "14131211-1615-1817-191a-1b1c1d1e1f22 78187493532 0");
    free(beyond);
}


static void
object_whose_writers_are_not_told_is_not_traced(void **state)
{
    const struct pending_fact *fact;
    char *beyond = xasprintf("%" PRId64 " dc2.example.com " NC, REPL_USN);

    (void)state;
    add_object("CN=hidden", "20260131120000.0Z");
    add_object("CN=garbled", "20260131120000.0Z");
    script_bytes("replPropertyMetaData", "\001\0\0", 3);
    add_object("CN=links-alone", "20260131120000.0Z");
    script_packet("replPropertyMetaData", repl_metadata(1));
    fact = find(beyond);
    assert_int_equal(fact->count, 3);
    assert_int_equal(fact->traced, 0);
    assert_int_equal(fact->origins.count, 0);
    free(beyond);
}


static void
only_a_few_are_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        char dn[16];

        snprintf(dn, sizeof(dn), "CN=%d", i);
        add_object(dn, "20260131120000.0Z");
    }
    assert_int_equal(find("4711 dc2.example.com " NC)->count, 10);
}


static void
naming_context_may_have_spaces(void **state)
{
    (void)state;
    assert_string_equal(find("0 dc2.example.com DC=a b,DC=c")->nc,
                        "DC=a b,DC=c");
    assert_string_equal(script_searches()->items[0],
                        "DC=a b,DC=c|(uSNChanged>=1)|whenChanged,replPropertyMetaData");
}


static void
failure_leaves_it_open(void **state)
{
    const char *const all[] = {"1 dc2.example.com " NC, NULL};

    (void)state;
    script_fail(NC, SEARCH_DENIED, false);
    assert_true(search(all));
    assert_int_equal(script_count(FACT_PENDING), 0);
    assert_int_equal(script_count(FACT_SEARCH), 1);
}


static void
what_came_before_a_failure_counts(void **state)
{
    const char *const all[] = {"1 dc2.example.com " NC, NULL};

    (void)state;
    add_object("CN=first", "20260131120000.0Z");
    script_fail(NC, SEARCH_TIMED_OUT, true);
    assert_false(search(all));
    assert_int_equal(script_count(FACT_PENDING), 1);
}


static void
nonsense_is_not_asked(void **state)
{
    const char *const all[] = {
        "", "x", "1", "1 host", "1 host ", "x host " NC, "-1 host " NC,
        "9223372036854775807 host " NC, "99999999999999999999 host " NC,
        NULL,
    };

    (void)state;
    assert_true(search(all));
    assert_int_equal(script_searches()->count, 0);
    assert_int_equal(facts_count(script_facts()), 0);
}


#define PENDING_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PENDING_TEST(nothing_beyond_is_told),
        PENDING_TEST(search_begins_after_the_usn),
        PENDING_TEST(oldest_of_those_that_came_is_named),
        PENDING_TEST(object_without_a_time_is_better_than_none),
        PENDING_TEST(writers_of_what_is_beyond_are_told),
        PENDING_TEST(object_whose_writers_are_not_told_is_not_traced),
        PENDING_TEST(only_a_few_are_counted),
        PENDING_TEST(naming_context_may_have_spaces),
        PENDING_TEST(failure_leaves_it_open),
        PENDING_TEST(what_came_before_a_failure_counts),
        PENDING_TEST(nonsense_is_not_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
