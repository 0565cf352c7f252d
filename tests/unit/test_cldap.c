/*
 * Netlogon responses: the names in them, and no way to be led astray.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/cldap.h"
#include "tests/unit/packets.h"

static struct packet packet;
static struct netlogon_fact *fact;


static int
setup(void **state)
{
    (void)state;
    packet = packet_netlogon();
    fact = record_new(fact_types[FACT_NETLOGON]);
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    packet_free(&packet);
    record_free(fact_types[FACT_NETLOGON], fact);
    return 0;
}


static bool
read_packet(void)
{
    struct error error;

    return cldap_read_netlogon(packet.bytes, packet.length, fact, &error);
}


static void
names_and_flags_are_read(void **state)
{
    (void)state;
    assert_true(read_packet());
    assert_string_equal(fact->forest, "corp.example.com");
    assert_string_equal(fact->domain, "corp.example.com");
    assert_string_equal(fact->dns_host_name, "dc1.corp.example.com");
    assert_string_equal(fact->site, "Default-First-Site-Name");
    assert_string_equal(fact->client_site, "Branch");
    assert_int_equal(fact->flags, DS_PDC | DS_GC | DS_WRITABLE);
}


static void
hosts_are_spelled_in_lower_case(void **state)
{
    (void)state;
    packet.bytes[24 + 18 + 2 + 1] = 'D';
    assert_true(read_packet());
    assert_string_equal(fact->dns_host_name, "dc1.corp.example.com");
}


static void
controls_in_a_name_are_escaped(void **state)
{
    (void)state;
    packet.bytes[24 + 1] = 0x1b;
    assert_true(read_packet());
    assert_string_equal(fact->forest, "\\x1borp.example.com");
}


static void
paused_and_ignorant_servers_answer_too(void **state)
{
    (void)state;
    packet.bytes[0] = 24;
    assert_true(read_packet());
    packet.bytes[0] = 25;
    assert_true(read_packet());
    packet.bytes[0] = 26;
    assert_false(read_packet());
    packet.bytes[0] = 22;
    assert_false(read_packet());
}


static void
names_that_reach_outside_are_refused(void **state)
{
    size_t names_end = packet.length - 8;

    (void)state;
    for (size_t length = 0; length < names_end; length++) {
        struct packet part = packet_copy(packet.bytes, length);
        struct error error;

        assert_false(cldap_read_netlogon(part.bytes, part.length, fact,
                                         &error));
        packet_free(&part);
    }
}


static void
pointers_only_lead_back(void **state)
{
    /* Of the domain: to itself, forward, and far outside. */
    static const uint8_t pointers[][2]
        = {{0xc0, 24 + 18}, {0xc0, 24 + 20}, {0xff, 0xff}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        memcpy(packet.bytes + 24 + 18, pointers[i], 2);
        assert_false(read_packet());
    }
}


static void
overlong_names_are_refused(void **state)
{
    uint8_t bytes[24 + 5 * 64] = {23};
    struct error error;

    (void)state;
    memset(bytes + 24, 'a', sizeof(bytes) - 24);
    for (size_t i = 0; i < 5; i++)
        bytes[24 + 64 * i] = 63;
    assert_false(cldap_read_netlogon(bytes, sizeof(bytes), fact, &error));
    /* A label of 64 bytes: neither a label nor a pointer. */
    packet.bytes[24] = 64;
    assert_false(read_packet());
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_and_flags_are_read, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hosts_are_spelled_in_lower_case,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(controls_in_a_name_are_escaped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            paused_and_ignorant_servers_answer_too, setup, teardown),
        cmocka_unit_test_setup_teardown(names_that_reach_outside_are_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(pointers_only_lead_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(overlong_names_are_refused, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
