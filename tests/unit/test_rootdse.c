/*
 * The rootDSE: LDAP's framing, the attributes and the time.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/ldapmsg.h"
#include "checks/probes/rootdse.h"
#include "tests/unit/packets.h"

static struct rootdse rootdse;


static int
setup(void **state)
{
    (void)state;
    rootdse = (struct rootdse){.fact = record_new(fact_types[FACT_ROOTDSE])};
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    record_free(fact_types[FACT_ROOTDSE], rootdse.fact);
    return 0;
}


static void
take(const char *attribute, const char *value)
{
    rootdse_take(&rootdse, attribute, (const uint8_t *)value, strlen(value));
}


static void
attributes_find_their_places(void **state)
{
    const struct rootdse_fact *fact = rootdse.fact;

    (void)state;
    take("dnsHostName", "DC1.corp.example.com");
    take("DEFAULTNAMINGCONTEXT", "DC=corp,DC=example,DC=com");
    take("configurationNamingContext", "CN=Configuration,DC=corp");
    take("rootDomainNamingContext", "DC=root");
    take("namingContexts", "DC=a");
    take("namingContexts", "DC=b");
    take("supportedSASLMechanisms", "GSSAPI");
    take("isGlobalCatalogReady", "TRUE");
    take("isSynchronized", "FALSE");
    assert_string_equal(fact->dns_host_name, "dc1.corp.example.com");
    assert_string_equal(fact->default_nc, "DC=corp,DC=example,DC=com");
    assert_string_equal(fact->configuration_nc, "CN=Configuration,DC=corp");
    assert_string_equal(fact->root_nc, "DC=root");
    assert_int_equal(fact->naming_contexts.count, 2);
    assert_string_equal(fact->naming_contexts.items[1], "DC=b");
    assert_int_equal(fact->sasl_mechanisms.count, 1);
    assert_true(fact->gc_ready);
    assert_false(fact->synchronized);
    assert_false(fact->active_directory);
    assert_false(rootdse.reading.known);
}


static void
only_its_capability_makes_active_directory(void **state)
{
    (void)state;
    take("supportedCapabilities", "1.2.840.113556.1.4.1670");
    assert_false(rootdse.fact->active_directory);
    take("supportedCapabilities", "1.2.840.113556.1.4.800");
    assert_true(rootdse.fact->active_directory);
}


static void
current_time_is_a_second_wide(void **state)
{
    (void)state;
    take("currentTime", "20260131120000.0Z");
    assert_true(rootdse.reading.known);
    assert_int_equal(rootdse.reading.earliest_us, PACKETS_TIME_S * 1000000);
    assert_int_equal(rootdse.reading.latest_us,
                     (PACKETS_TIME_S + 1) * 1000000);
}


static void
values_are_made_printable(void **state)
{
    (void)state;
    take("defaultNamingContext", "DC=\033c");
    assert_string_equal(rootdse.fact->default_nc, "DC=\\x1bc");
}


static void
strange_times_are_refused(void **state)
{
    static const char *const texts[] = {
        "", "2026", "20260131120000", "20260131120000+0100",
        "20260131120000.0", "20260131120000.0ZZ", "20261331120000Z",
        "20260001120000Z", "20260100120000Z", "20260132120000Z",
        "20260131240000Z", "20260131126000Z", "20260131120061Z",
        "19690131120000Z", "202601311200000Z", "-0260131120000Z",
    };
    int64_t time_us;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(rootdse_read_time(texts[i], &time_us));
    assert_true(rootdse_read_time("20260131120000Z", &time_us));
    assert_int_equal(time_us, PACKETS_TIME_S * 1000000);
}


static void
an_answer_is_complete_at_its_last_byte(void **state)
{
    struct packet packet = packet_ldap("namingContexts", "DC=a", 4);

    (void)state;
    for (size_t length = 0; length < packet.length; length++)
        assert_int_equal(ldapmsg_frame(packet.bytes, length, PACKETS_LDAP_ID),
                         NET_MORE);
    assert_int_equal(ldapmsg_frame(packet.bytes, packet.length,
                                   PACKETS_LDAP_ID), NET_COMPLETE);
    assert_int_equal(ldapmsg_frame(packet.bytes, packet.length,
                                   PACKETS_LDAP_ID + 2), NET_GARBLED);
    packet_free(&packet);
}


static void
other_bytes_are_garbled_at_once(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {"HTTP/1.1 400", 12},
        {"\x30\x80", 2},                      /* indefinite length */
        {"\x30\x85\0\0\0\0\1", 7},            /* five octets of length */
        {"\x30\x84\xff\xff\xff\xff", 6},      /* 4 GiB */
        {"\x30\x05\x04\1\5\x65\0", 7},        /* an id that is no integer */
        {"\x30\x05\x02\1\5\x61\0", 7},        /* a bindResponse */
        {"\x30\x0a\x02\6\0\0\0\0\0\5\x65\0", 12},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(ldapmsg_frame((const uint8_t *)cases[i].bytes,
                                       cases[i].length, PACKETS_LDAP_ID),
                         NET_GARBLED);
}


static void
an_entry_is_read_to_its_result(void **state)
{
    struct packet packet = packet_ldap("namingContexts", "DC=a", 4);
    struct error error;
    uint32_t result = 99;

    (void)state;
    assert_true(ldapmsg_read(packet.bytes, packet.length, PACKETS_LDAP_ID,
                             rootdse_take, &rootdse, &result, &error));
    assert_int_equal(result, LDAPMSG_SUCCESS);
    assert_true(rootdse.found);
    assert_string_equal(rootdse.fact->naming_contexts.items[0], "DC=a");
    packet_free(&packet);
}


static void
requests_are_whole_messages(void **state)
{
    static const char *const attributes[] = {"Netlogon", NULL};
    struct packet_job job = {.nonce = {0}};
    struct error error;

    (void)state;
    assert_true(ldapmsg_write_search(&job, attributes, "corp.example.com",
                                     &error));
    assert_int_equal(job.request[0], 0x30);
    assert_int_equal(job.request[1], job.request_length - 2);
    assert_non_null(memmem(job.request, job.request_length,
                           "\x04\x05NtVer\x04\x04\x16\0\0\0", 13));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(attributes_find_their_places, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            only_its_capability_makes_active_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(current_time_is_a_second_wide, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(values_are_made_printable, setup,
                                        teardown),
        cmocka_unit_test(strange_times_are_refused),
        cmocka_unit_test(an_answer_is_complete_at_its_last_byte),
        cmocka_unit_test(other_bytes_are_garbled_at_once),
        cmocka_unit_test_setup_teardown(an_entry_is_read_to_its_result, setup,
                                        teardown),
        cmocka_unit_test(requests_are_whole_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
