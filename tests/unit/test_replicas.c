/*
 * A DC's place in replication, in every form that a server may tell it.
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

#include "base/memory.h"
#include "checks/probes/replicas.h"
#include "tests/unit/repl_values.h"
#include "tests/unit/scripted_directory.h"

#define NC "DC=corp,DC=example,DC=com"
#define CONFIGURATION "CN=Configuration," NC
#define DSA "CN=NTDS Settings,CN=DC1,CN=Servers,CN=Site,CN=Sites," CONFIGURATION
#define SERVICE                                                              \
    "CN=Directory Service,CN=Windows NT,CN=Services," CONFIGURATION

#define CURSOR_1 REPL_INVOCATION " 78187493530 1769860800000000"
#define DAY_US INT64_C(86400000000)

static const uint8_t guid_bytes[16] = {
    0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
    0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20,
};


/* A DC with one naming context, whose head is the entry added last. */
static int
begin(void **state)
{
    (void)state;
    script_begin();
    script_entry("", "");
    script_value("dsServiceName", DSA);
    script_value("highestCommittedUSN", "4711");
    script_value("isSynchronized", "TRUE");
    script_value("configurationNamingContext", CONFIGURATION);
    script_value("namingContexts", NC);
    script_entry(DSA, DSA);
    script_bytes("invocationId", guid_bytes, sizeof(guid_bytes));
    script_entry(SERVICE, SERVICE);
    script_value("tombstoneLifetime", "180");
    script_entry(NC, NC);
    return 0;
}


static int
end(void **state)
{
    (void)state;
    script_end();
    return 0;
}


/* Search, and expect that the connection is of use afterwards. */
static void
search(void)
{
    char host[] = "dc1.example.com";
    const struct session_task task = {.host = host, .ldap_port = 389};

    assert_true(replicas_search(NULL, &task));
}


/* Check the outcome of the one search that was emitted. */
static const struct search_fact *
expect_search(const char *base, enum search_outcome outcome)
{
    const struct search_fact *fact = script_fact(FACT_SEARCH, 0);

    assert_int_equal(script_count(FACT_SEARCH), 1);
    assert_int_equal(fact->purpose, SEARCH_REPLICAS);
    assert_string_equal(fact->base_dn, base);
    assert_int_equal(fact->outcome, outcome);
    return fact;
}


/* Check the one vector that was emitted. */
static void
expect_vector(size_t count, const char *first)
{
    const struct replica_fact *fact = script_fact(FACT_REPLICA, 0);

    assert_int_equal(script_count(FACT_REPLICA), 1);
    assert_string_equal(fact->host, "dc1.example.com");
    assert_string_equal(fact->nc, NC);
    assert_int_equal(fact->cursors.count, count);
    if (count > 0)
        assert_string_equal(fact->cursors.items[0], first);
}


/* Check the one partner that was emitted. */
static void
expect_partner(bool constructed)
{
    const struct neighbor_fact *fact = script_fact(FACT_NEIGHBOR, 0);

    assert_int_equal(script_count(FACT_NEIGHBOR), 1);
    assert_string_equal(fact->host, "dc1.example.com");
    assert_string_equal(fact->nc, NC);
    assert_string_equal(fact->source, REPL_SOURCE);
    assert_string_equal(fact->invocation, REPL_INVOCATION);
    assert_int_equal(fact->usn, REPL_USN);
    assert_int_equal(fact->success_us, REPL_SUCCESS_US);
    assert_int_equal(fact->attempt_us, REPL_ATTEMPT_US);
    assert_int_equal(fact->result, REPL_RESULT);
    assert_int_equal(fact->failures, REPL_FAILURES);
    assert_int_equal(fact->constructed, constructed);
}


static void
dc_tells_its_place(void **state)
{
    const struct directory_fact *fact;

    (void)state;
    search();
    assert_int_equal(script_count(FACT_DIRECTORY), 1);
    fact = script_fact(FACT_DIRECTORY, 0);
    assert_string_equal(fact->host, "dc1.example.com");
    assert_string_equal(fact->dsa, DSA);
    assert_string_equal(fact->invocation, REPL_INVOCATION);
    assert_int_equal(fact->usn, 4711);
    assert_true(fact->synchronized);
    assert_int_equal(fact->tombstone_us, 180 * DAY_US);
}


/* The tombstone lifetime where it is stored so; NULL: not at all. */
static int64_t
tombstone_of(const char *days)
{
    const struct directory_fact *fact;

    script_begin();
    script_entry("", "");
    script_value("dsServiceName", DSA);
    script_value("configurationNamingContext", CONFIGURATION);
    script_value("isSynchronized", "FALSE");
    script_entry(SERVICE, SERVICE);
    if (days)
        script_value("tombstoneLifetime", days);
    search();
    fact = script_fact(FACT_DIRECTORY, 0);
    assert_string_equal(fact->invocation, "");
    assert_int_equal(fact->usn, 0);
    assert_false(fact->synchronized);
    return fact->tombstone_us;
}


static void
absent_or_strange_tombstone_lifetime_is_the_default(void **state)
{
    static const char *const texts[] = {
        NULL, "", "x", "0", "-5", "9223372036854775807", "60",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_int_equal(tombstone_of(texts[i]), 60 * DAY_US);
        script_end();
    }
    assert_int_equal(tombstone_of("2"), 2 * DAY_US);
    script_end();
}


static void
unreadable_tombstone_lifetime_is_0(void **state)
{
    const struct directory_fact *fact;

    (void)state;
    script_begin();
    script_fail(SERVICE, SEARCH_NO_BASE, false);
    script_entry("", "");
    script_value("dsServiceName", DSA);
    script_value("configurationNamingContext", CONFIGURATION);
    search();
    fact = script_fact(FACT_DIRECTORY, 0);
    assert_int_equal(fact->tombstone_us, 0);
    script_end();
}


static void
samba_tells_what_it_stores(void **state)
{
    (void)state;
    script_packet("replUpToDateVector", repl_vector(2, 2, true));
    script_packet("repsFrom", repl_partner(1, false));
    search();
    expect_vector(2, CURSOR_1);
    expect_partner(false);
    assert_int_equal(expect_search(NC, SEARCH_OK)->entries, 1);
}


static void
windows_tells_in_bytes(void **state)
{
    (void)state;
    script_packet("msDS-NCReplCursors;binary", repl_cursor_blob());
    script_packet("msDS-NCReplInboundNeighbors;binary",
                  repl_neighbor_blob());
    search();
    expect_vector(1, CURSOR_1);
    expect_partner(true);
    expect_search(NC, SEARCH_OK);
}


static void
windows_tells_in_xml(void **state)
{
    (void)state;
    script_value("msDS-NCReplCursors", repl_cursor_xml);
    script_value("msDS-NCReplInboundNeighbors", repl_neighbor_xml);
    search();
    expect_vector(1, CURSOR_1);
    expect_partner(true);
    expect_search(NC, SEARCH_OK);
}


static void
first_form_counts_where_there_are_several(void **state)
{
    (void)state;
    script_packet("repsFrom", repl_partner(1, false));
    script_packet("replUpToDateVector", repl_vector(2, 3, true));
    script_value("msDS-NCReplCursors", repl_cursor_xml);
    script_value("msDS-NCReplCursors", repl_cursor_xml);
    script_packet("msDS-NCReplCursors;binary", repl_cursor_blob());
    script_value("msDS-NCReplInboundNeighbors", repl_neighbor_xml);
    script_packet("msDS-NCReplInboundNeighbors;binary",
                  repl_neighbor_blob());
    search();
    expect_vector(1, CURSOR_1);
    expect_partner(true);
    expect_search(NC, SEARCH_OK);
}


static void
form_that_makes_no_sense_gives_way_to_the_next(void **state)
{
    (void)state;
    script_value("msDS-NCReplCursors", "<DS_REPL_CURSORS/>");
    script_packet("replUpToDateVector", repl_vector(2, 1, true));
    script_packet("msDS-NCReplInboundNeighbors;binary",
                  repl_neighbor_blob());
    script_value("msDS-NCReplInboundNeighbors;binary", "short");
    script_packet("repsFrom", repl_partner(1, false));
    search();
    expect_vector(1, CURSOR_1);
    expect_partner(false);
    expect_search(NC, SEARCH_OK);
}


static void
one_request_asks_for_all_forms(void **state)
{
    const struct strings *searches = script_searches();

    (void)state;
    search();
    assert_int_equal(searches->count, 4);
    assert_string_equal(searches->items[3],
                        NC "|(objectClass=*)|"
                        "msDS-NCReplCursors,msDS-NCReplCursors;binary,"
                        "msDS-NCReplInboundNeighbors,"
                        "msDS-NCReplInboundNeighbors;binary,"
                        "replUpToDateVector,repsFrom");
}


static void
nothing_told_is_no_fact(void **state)
{
    (void)state;
    search();
    assert_int_equal(script_count(FACT_REPLICA), 0);
    assert_int_equal(script_count(FACT_NEIGHBOR), 0);
    expect_search(NC, SEARCH_OK);
}


static void
garbled_vector_is_a_failed_search(void **state)
{
    struct packet vector = repl_vector(2, 2, true);

    (void)state;
    script_bytes("replUpToDateVector", vector.bytes, vector.length - 1);
    script_packet("repsFrom", repl_partner(1, false));
    packet_free(&vector);
    search();
    assert_int_equal(script_count(FACT_REPLICA), 0);
    expect_partner(false);
    assert_string_equal(expect_search(NC, SEARCH_FAILED)->detail,
                        "searching dc1.example.com below \"" NC "\": reading"
                        " replUpToDateVector: 2 cursors in 79 bytes");
}


static void
garbled_partner_spoils_no_other(void **state)
{
    (void)state;
    script_value("repsFrom", "?");
    script_packet("repsFrom", repl_partner(2, true));
    search();
    expect_partner(false);
    assert_string_equal(expect_search(NC, SEARCH_FAILED)->detail,
                        "searching dc1.example.com below \"" NC "\": reading"
                        " repsFrom: 1 bytes, where at least 208 must be");
}


static void
each_naming_context_has_a_search(void **state)
{
    static const char *const ncs[] = {NC, CONFIGURATION};

    (void)state;
    script_begin();
    script_entry("", "");
    script_value("dsServiceName", DSA);
    script_value("configurationNamingContext", CONFIGURATION);
    script_value("namingContexts", NC);
    script_value("namingContexts", CONFIGURATION);
    script_value("namingContexts", NC);
    script_fail(NC, SEARCH_DENIED, false);
    search();
    assert_int_equal(script_count(FACT_SEARCH), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct search_fact *fact = script_fact(FACT_SEARCH, i);

        assert_string_equal(fact->base_dn, ncs[i]);
        assert_int_equal(fact->outcome, i == 0 ? SEARCH_DENIED : SEARCH_OK);
    }
    script_end();
}


static void
lost_connection_ends_it(void **state)
{
    char host[] = "dc1.example.com";
    const struct session_task task = {.host = host, .ldap_port = 389};

    (void)state;
    script_fail(DSA, SEARCH_TIMED_OUT, true);
    assert_false(replicas_search(NULL, &task));
    /* The rootDSE and the DSA. */
    assert_int_equal(script_searches()->count, 2);
    assert_int_equal(script_count(FACT_SEARCH), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct search_fact *fact = script_fact(FACT_SEARCH, i);

        assert_string_equal(fact->base_dn, i == 0 ? "" : NC);
        assert_int_equal(fact->outcome, SEARCH_TIMED_OUT);
    }
}


static void
unreadable_root_is_a_failed_search(void **state)
{
    (void)state;
    script_begin();
    script_fail("", SEARCH_DENIED, false);
    search();
    expect_search("", SEARCH_DENIED);
    assert_int_equal(script_count(FACT_DIRECTORY), 0);
    script_end();
}


static void
server_of_another_kind_is_left_alone(void **state)
{
    (void)state;
    script_begin();
    script_entry("", "");
    script_value("namingContexts", NC);
    search();
    assert_int_equal(facts_count(script_facts()), 0);
    script_end();
}


#define REPLICAS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        REPLICAS_TEST(dc_tells_its_place),
        cmocka_unit_test(absent_or_strange_tombstone_lifetime_is_the_default),
        cmocka_unit_test(unreadable_tombstone_lifetime_is_0),
        REPLICAS_TEST(samba_tells_what_it_stores),
        REPLICAS_TEST(windows_tells_in_bytes),
        REPLICAS_TEST(windows_tells_in_xml),
        REPLICAS_TEST(first_form_counts_where_there_are_several),
        REPLICAS_TEST(form_that_makes_no_sense_gives_way_to_the_next),
        REPLICAS_TEST(one_request_asks_for_all_forms),
        REPLICAS_TEST(nothing_told_is_no_fact),
        REPLICAS_TEST(garbled_vector_is_a_failed_search),
        REPLICAS_TEST(garbled_partner_spoils_no_other),
        cmocka_unit_test(each_naming_context_has_a_search),
        REPLICAS_TEST(lost_connection_ends_it),
        cmocka_unit_test(unreadable_root_is_a_failed_search),
        cmocka_unit_test(server_of_another_kind_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
