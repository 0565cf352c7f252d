/*
 * DNS: what is asked, whose answer it is, and what is kept of it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/dns.h"
#include "tests/unit/packets.h"

/* Where the first record stands in packet_dns(), and its parts. */
enum { FLAGS = 2, RCODE = 3, ANSWERS = 7, NAME = 12, FIRST = 45,
       FIRST_DATA = FIRST + 12, SECOND = FIRST + 24 };

static const struct dns_question question
    = {"_ldap._tcp.corp.example.com", "SRV", PACKETS_DNS_ID};

static struct packet packet;
static struct dns_fact *fact;


static int
setup(void **state)
{
    (void)state;
    packet = packet_dns();
    fact = record_new(fact_types[FACT_DNS]);
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    packet_free(&packet);
    record_free(fact_types[FACT_DNS], fact);
    return 0;
}


static bool
read_packet(void)
{
    struct error error;

    return dns_read(&question, packet.bytes, packet.length, fact, &error);
}


static void
records_come_sorted_in_lower_case(void **state)
{
    (void)state;
    assert_true(dns_is_response(&question, packet.bytes, packet.length));
    assert_true(read_packet());
    assert_int_equal(fact->outcome, DNS_OK);
    assert_int_equal(fact->records.count, 2);
    assert_string_equal(fact->records.items[0],
                        "0 100 389 dc1.corp.example.com");
    assert_string_equal(fact->records.items[1],
                        "0 100 389 dc2.corp.example.com");
}


static void
response_codes_become_outcomes(void **state)
{
    (void)state;
    packet.bytes[RCODE] = 0x83;
    assert_true(read_packet());
    assert_int_equal(fact->outcome, DNS_NXDOMAIN);
    packet.bytes[RCODE] = 0x82;
    assert_true(read_packet());
    assert_int_equal(fact->outcome, DNS_FAILED);
    assert_string_equal(fact->detail, "SERVFAIL");
    packet.bytes[RCODE] = 0x8f;
    assert_true(read_packet());
    assert_int_equal(fact->outcome, DNS_FAILED);
}


static void
a_name_without_records_has_no_data(void **state)
{
    (void)state;
    packet.bytes[ANSWERS] = 0;
    packet.length = FIRST;
    assert_true(read_packet());
    assert_int_equal(fact->outcome, DNS_NODATA);
}


static void
records_of_other_names_do_not_count(void **state)
{
    (void)state;
    packet.bytes[FIRST + 1] = NAME + 6;
    assert_true(read_packet());
    assert_int_equal(fact->records.count, 1);
}


static void
answers_to_other_questions_are_not_ours(void **state)
{
    /* The id, the response bit, and the name. */
    static const size_t places[] = {0, FLAGS, NAME + 2};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint8_t old = packet.bytes[places[i]];

        packet.bytes[places[i]] ^= 0x83;
        assert_false(dns_is_response(&question, packet.bytes,
                                     packet.length));
        packet.bytes[places[i]] = old;
    }
    assert_true(dns_is_response(&question, packet.bytes, packet.length));
}


static void
a_truncated_answer_is_known_as_such(void **state)
{
    (void)state;
    assert_false(dns_is_truncated(packet.bytes, packet.length));
    packet.bytes[FLAGS] |= 2;
    assert_true(dns_is_truncated(packet.bytes, packet.length));
    /* Even if it ends within a record. */
    assert_true(dns_is_response(&question, packet.bytes, FIRST + 3));
    assert_false(dns_is_response(&question, packet.bytes, FIRST - 1));
}


static void
an_answer_that_ends_early_is_garbled(void **state)
{
    (void)state;
    for (size_t length = 0; length < packet.length; length++) {
        struct packet part = packet_copy(packet.bytes, length);
        struct error error;

        assert_false(dns_is_response(&question, part.bytes, part.length));
        assert_false(dns_read(&question, part.bytes, part.length, fact,
                              &error));
        packet_free(&part);
    }
}


static void
a_target_that_is_no_host_is_left_out(void **state)
{
    (void)state;
    packet.bytes[FIRST_DATA + 7] = 0x1b;
    assert_true(read_packet());
    assert_int_equal(fact->outcome, DNS_OK);
    assert_int_equal(fact->records.count, 1);
    assert_non_null(strstr(fact->detail, "no host's name"));
    assert_null(strchr(fact->detail, 0x1b));
}


static void
a_pointer_to_itself_is_garbled(void **state)
{
    (void)state;
    /* The target's rest points to where it stands. */
    packet.bytes[FIRST_DATA + 11] = FIRST_DATA + 10;
    assert_false(read_packet());
}


static void
the_root_as_target_means_not_available(void **state)
{
    static const char bytes[] =
        "\x12\x34\x85\x80\0\1\0\1\0\0\0\0\4corp\7example\3com\0\0\x0f\0\1"
        "\xc0\x0c\0\x0f\0\1\0\0\2\x58\0\3\0\0\0";
    const struct dns_question mx = {"corp.example.com", "MX", PACKETS_DNS_ID};
    struct error error;

    (void)state;
    assert_true(dns_read(&mx, (const uint8_t *)bytes, sizeof(bytes) - 1, fact,
                         &error));
    assert_int_equal(fact->outcome, DNS_NODATA);
    assert_int_equal(fact->records.count, 0);
}


static void
aliases_are_followed_within_the_answer(void **state)
{
    /* The address comes before the alias that leads to it. */
    static const char bytes[] =
        "\x12\x34\x85\x80\0\1\0\2\0\0\0\0\4mail\4corp\0\0\1\0\1"
        "\2mx\xc0\x11\0\1\0\1\0\0\2\x58\0\4\x0a\1\2\3"
        "\xc0\x0c\0\5\0\1\0\0\2\x58\0\5\2mx\xc0\x11";
    const struct dns_question a = {"mail.corp", "A", PACKETS_DNS_ID};
    struct error error;

    (void)state;
    assert_true(dns_read(&a, (const uint8_t *)bytes, sizeof(bytes) - 1, fact,
                         &error));
    assert_int_equal(fact->records.count, 1);
    assert_string_equal(fact->records.items[0], "10.1.2.3");
}


static void
aliases_in_a_circle_are_garbled(void **state)
{
    static const char bytes[] =
        "\x12\x34\x85\x80\0\1\0\1\0\0\0\0\4mail\4corp\0\0\1\0\1"
        "\xc0\x0c\0\5\0\1\0\0\2\x58\0\2\xc0\x0c";
    const struct dns_question a = {"mail.corp", "A", PACKETS_DNS_ID};
    struct error error;

    (void)state;
    assert_false(dns_read(&a, (const uint8_t *)bytes, sizeof(bytes) - 1, fact,
                          &error));
    assert_non_null(strstr(error.text, "do not end"));
}


static void
addresses_must_have_their_length(void **state)
{
    static const char bytes[] =
        "\x12\x34\x85\x80\0\1\0\1\0\0\0\0\4mail\4corp\0\0\x1c\0\1"
        "\xc0\x0c\0\x1c\0\1\0\0\2\x58\0\4\x0a\1\2\3";
    const struct dns_question aaaa = {"mail.corp", "AAAA", PACKETS_DNS_ID};
    struct error error;

    (void)state;
    assert_false(dns_read(&aaaa, (const uint8_t *)bytes, sizeof(bytes) - 1,
                          fact, &error));
}


static void
only_possible_hosts_are_asked_for(void **state)
{
    uint8_t query[DNS_QUERY_MAX];
    struct dns_question odd = {"a b.example", "A", 1};

    (void)state;
    assert_int_equal(dns_write_query(&question, query), FIRST);
    assert_memory_equal(query + NAME, packet.bytes + NAME, FIRST - NAME);
    assert_int_equal(dns_write_query(&odd, query), 0);
    odd = (struct dns_question){"a.example", "TXT", 1};
    assert_int_equal(dns_write_query(&odd, query), 0);
}


static void
hosts_have_bounded_labels(void **state)
{
    char name[400];

    (void)state;
    assert_true(dns_is_host("_ldap._tcp.dc1-x.example"));
    assert_false(dns_is_host(""));
    assert_false(dns_is_host("."));
    assert_false(dns_is_host("a..b"));
    assert_false(dns_is_host(".a"));
    assert_false(dns_is_host("a."));
    assert_false(dns_is_host("a/b"));
    assert_false(dns_is_host("a\\032b"));
    memset(name, 'a', 63);
    name[63] = '\0';
    assert_true(dns_is_host(name));
    memset(name, 'a', 64);
    name[64] = '\0';
    assert_false(dns_is_host(name));
    for (size_t i = 0; i < 253; i++)
        name[i] = i % 2 ? '.' : 'a';
    name[253] = '\0';
    assert_true(dns_is_host(name));
    memcpy(name + 253, ".a", 3);
    assert_false(dns_is_host(name));
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_come_sorted_in_lower_case),
        TEST(response_codes_become_outcomes),
        TEST(a_name_without_records_has_no_data),
        TEST(records_of_other_names_do_not_count),
        TEST(answers_to_other_questions_are_not_ours),
        TEST(a_truncated_answer_is_known_as_such),
        TEST(an_answer_that_ends_early_is_garbled),
        TEST(a_target_that_is_no_host_is_left_out),
        TEST(a_pointer_to_itself_is_garbled),
        TEST(the_root_as_target_means_not_available),
        TEST(aliases_are_followed_within_the_answer),
        TEST(aliases_in_a_circle_are_garbled),
        TEST(addresses_must_have_their_length),
        TEST(only_possible_hosts_are_asked_for),
        TEST(hosts_have_bounded_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
