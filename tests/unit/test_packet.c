/*
 * The packet worker as a whole: lines in, facts out.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/probes/wire.h"
#include "tests/unit/little_server.h"
#include "tests/unit/packets.h"
#include "tests/unit/probe_process.h"

enum { TIMEOUT_MS = 400, SMTP_TIMEOUT_MS = 900 };

static struct probe_process probe;
static struct facts *facts;


static int
setup(void **state)
{
    (void)state;
    facts = facts_new();
    probe = probe_start();
    probe_send_context(&probe, TIMEOUT_MS, SMTP_TIMEOUT_MS, "", "EXAMPLE.COM",
                       TLS_NONE);
    return 0;
}


/* Every test's worker ends by itself, and well. */
static int
teardown(void **state)
{
    (void)state;
    facts_free(facts);
    return probe_end(&probe);
}


/* Do one task; returns its port fact, the only one there is. */
static const struct port_fact *
port_of(enum packet_probe kind, enum transport transport, int port)
{
    const struct fact *fact;

    probe_send_task(&probe, kind, transport, port, "", "");
    probe_read_task(&probe, facts);
    fact = facts_first(facts, FACT_PORT);
    assert_non_null(fact);
    assert_null(fact->next);
    return (const struct port_fact *)fact;
}


static const struct dns_fact *
ask(enum transport transport, int port)
{
    const struct fact *fact;

    probe_send_task(&probe, PROBE_DNS, transport, port,
                    "_ldap._tcp.corp.example.com", "SRV");
    probe_read_task(&probe, facts);
    fact = facts_first(facts, FACT_DNS);
    assert_non_null(fact);
    assert_null(fact->next);
    assert_null(facts_first(facts, FACT_PORT));
    return (const struct dns_fact *)fact;
}


/* Servers. */

/* Read a datagram, and answer with a packet that repeats its bytes at a
   place. */
static void
answer_repeating(int fd, struct packet packet, size_t from, size_t to,
                 size_t length)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof(peer);
    uint8_t bytes[2048];

    if (recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&peer, &size)
        < 0)
        _exit(1);
    memcpy(packet.bytes + to, bytes + from, length);
    sendto(fd, packet.bytes, packet.length, 0, (struct sockaddr *)&peer,
           size);
    packet_free(&packet);
}


static void
serve_ntp(int fd)
{
    answer_repeating(fd, packet_ntp(), 40, 24, 8);
}


static void
serve_dns(int fd)
{
    answer_repeating(fd, packet_dns(), 0, 0, 2);
}


static void
serve_truncated_dns(int fd)
{
    struct packet packet = packet_dns();

    packet.bytes[2] |= 2;
    packet.length = 45;
    packet.bytes[7] = 0;
    answer_repeating(fd, packet, 0, 0, 2);
}


static void
serve_dns_over_tcp(int fd)
{
    struct packet packet = packet_dns();
    uint8_t bytes[512], prefix[2];

    if (read(fd, bytes, sizeof(bytes)) < 4)
        _exit(1);
    memcpy(packet.bytes, bytes + 2, 2);
    wire_put_be16(prefix, (uint16_t)packet.length);
    if (write(fd, prefix, 2) < 0
        || write(fd, packet.bytes, packet.length) < 0)
        _exit(1);
    packet_free(&packet);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}


static void
serve_smtp(int fd)
{
    static const char greeting[] = "220-wait\r\n220 mx1.example.com ready at"
                                   " Sat, 31 Jan 2026 12:00:00 +0000\r\n";
    char bytes[64];

    if (write(fd, greeting, sizeof(greeting) - 1) < 0)
        _exit(1);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}


static void
serve_slow_smtp(int fd)
{
    usleep((TIMEOUT_MS + 100) * 1000);
    serve_smtp(fd);
}


static void
serve_smb(int fd)
{
    struct packet packet = packet_smb();
    char bytes[256];

    if (read(fd, bytes, sizeof(bytes)) <= 0
        || write(fd, packet.bytes, packet.length) < 0)
        _exit(1);
    packet_free(&packet);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}


static void
serve_ssh(int fd)
{
    char bytes[256];

    if (write(fd, "SSH-2.0-x\r\n", 11) < 0)
        _exit(1);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}


/* Tests. */

static void
contradictory_times_leave_the_port_open(void **state)
{
    struct little_server server = little_udp(serve_ntp);
    const struct port_fact *port = port_of(PROBE_NTP, TRANSPORT_UDP,
                                           server.port);
    const struct clock_fact *clock
        = (const struct clock_fact *)facts_first(facts, FACT_CLOCK);

    (void)state;
    assert_int_equal(port->outcome, PORT_OPEN);
    assert_string_equal(port->host, "dc1.example.com");
    assert_string_equal(port->address, "127.0.0.1");
    assert_string_equal(port->detail, "stratum 2; its time cannot be used:"
                                      " it contradicts itself");
    assert_null(clock);
    little_stop(&server);
}


static void
an_smb_answer_tells_the_time(void **state)
{
    struct little_server server = little_tcp(serve_smb);
    const struct port_fact *port = port_of(PROBE_SMB, TRANSPORT_TCP,
                                           server.port);
    const struct clock_fact *clock
        = (const struct clock_fact *)facts_first(facts, FACT_CLOCK);

    (void)state;
    assert_int_equal(port->outcome, PORT_OPEN);
    assert_non_null(clock);
    assert_int_equal(clock->source, CLOCK_SOURCE_SMB);
    assert_true(clock->low_us <= clock->high_us);
    /* Low from receipt, high from sending, with the tick between. */
    assert_in_range(clock->high_us - clock->low_us, 16001,
                    16001 + TIMEOUT_MS * 1000);
    assert_in_range(PACKETS_TIME_S * 1000000 - clock->low_us, 0,
                    port->base.time_us);
    assert_int_equal(PACKETS_TIME_S * 1000000 - clock->low_us,
                     clock->base.time_us);
    little_stop(&server);
}


static void
a_truncated_dns_answer_is_fetched_over_tcp(void **state)
{
    struct little_server tcp = little_tcp(serve_dns_over_tcp);
    struct little_server udp = little_udp_at(tcp.port, serve_truncated_dns);
    const struct dns_fact *fact = ask(TRANSPORT_UDP, tcp.port);

    (void)state;
    assert_int_equal(fact->outcome, DNS_OK);
    assert_int_equal(fact->transport, TRANSPORT_UDP);
    assert_int_equal(fact->records.count, 2);
    little_stop(&udp);
    little_stop(&tcp);
}


static void
dns_works_over_both_transports(void **state)
{
    struct little_server udp = little_udp(serve_dns);
    const struct dns_fact *fact = ask(TRANSPORT_UDP, udp.port);

    (void)state;
    assert_int_equal(fact->outcome, DNS_OK);
    facts_free(facts);
    facts = facts_new();
    little_stop(&udp);
    udp = little_tcp(serve_dns_over_tcp);
    fact = ask(TRANSPORT_TCP, udp.port);
    assert_int_equal(fact->outcome, DNS_OK);
    assert_int_equal(fact->transport, TRANSPORT_TCP);
    little_stop(&udp);
}


static void
a_dead_name_server_is_told_from_a_mute_one(void **state)
{
    struct little_server server = little_udp(NULL);

    (void)state;
    assert_int_equal(ask(TRANSPORT_UDP, server.port)->outcome, DNS_SILENT);
    little_stop(&server);
    facts_free(facts);
    facts = facts_new();
    assert_int_equal(ask(TRANSPORT_UDP, little_closed_port(SOCK_DGRAM))
                         ->outcome, DNS_CLOSED);
}


static void
a_question_that_cannot_be_asked_is_answered_all_the_same(void **state)
{
    const struct dns_fact *fact;

    (void)state;
    probe_send_task(&probe, PROBE_DNS, TRANSPORT_UDP, 53, "not a host", "A");
    probe_read_task(&probe, facts);
    fact = (const struct dns_fact *)facts_first(facts, FACT_DNS);
    assert_non_null(fact);
    assert_int_equal(fact->outcome, DNS_UNTRIED);
    assert_non_null(strstr(fact->detail, "cannot be asked"));
}


static void
only_the_first_line_of_a_greeting_is_shown(void **state)
{
    struct little_server server = little_tcp(serve_smtp);
    const struct port_fact *port = port_of(PROBE_SMTP, TRANSPORT_TCP,
                                           server.port);
    const struct smtp_fact *smtp
        = (const struct smtp_fact *)facts_first(facts, FACT_SMTP);

    (void)state;
    assert_int_equal(port->outcome, PORT_OPEN);
    assert_non_null(smtp);
    assert_int_equal(smtp->code, 220);
    /* It has no date; the last one would. */
    assert_string_equal(smtp->greeting, "wait");
    assert_null(facts_first(facts, FACT_CLOCK));
    little_stop(&server);
}


static void
a_mail_server_may_take_its_own_time(void **state)
{
    struct little_server slow = little_tcp(serve_slow_smtp);
    struct little_server mute = little_tcp(NULL);
    const struct port_fact *port = port_of(PROBE_SMTP, TRANSPORT_TCP,
                                           slow.port);

    (void)state;
    assert_int_equal(port->outcome, PORT_OPEN);
    facts_free(facts);
    facts = facts_new();
    port = port_of(PROBE_SMTP, TRANSPORT_TCP, mute.port);
    assert_int_equal(port->outcome, PORT_SILENT);
    assert_non_null(strstr(port->detail, "900 ms"));
    little_stop(&mute);
    little_stop(&slow);
}


static void
another_protocol_is_garbled(void **state)
{
    static const enum packet_probe kinds[] = {PROBE_KDC, PROBE_ROOTDSE,
                                              PROBE_SMB, PROBE_SMTP};
    struct little_server server = little_tcp(serve_ssh);

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct port_fact *port = port_of(kinds[i], TRANSPORT_TCP,
                                               server.port);

        assert_int_equal(port->outcome, PORT_GARBLED);
        assert_non_null(strstr(port->detail, "SSH-2.0"));
        assert_int_equal(port->probe, kinds[i]);
        facts_free(facts);
        facts = facts_new();
    }
    little_stop(&server);
}


static void
kpasswd_is_only_connected_to_over_tcp(void **state)
{
    struct little_server server = little_tcp(NULL);
    const struct port_fact *port = port_of(PROBE_KPASSWD, TRANSPORT_TCP,
                                           server.port);

    (void)state;
    assert_int_equal(port->outcome, PORT_OPEN);
    assert_int_equal(port->probe, PROBE_KPASSWD);
    little_stop(&server);
}


static void
a_tls_port_is_only_connected_to(void **state)
{
    struct little_server server = little_tcp(NULL);
    const struct port_fact *port;

    (void)state;
    assert_int_equal(probe_end(&probe), 0);
    probe = probe_start();
    probe_send_context(&probe, TIMEOUT_MS, SMTP_TIMEOUT_MS, "", "EXAMPLE.COM",
                       TLS_LDAPS);
    port = port_of(PROBE_ROOTDSE, TRANSPORT_TCP, server.port);
    assert_int_equal(port->outcome, PORT_OPEN);
    little_stop(&server);
}


static void
a_request_that_cannot_be_made_is_untried(void **state)
{
    char realm[256];

    (void)state;
    assert_int_equal(probe_end(&probe), 0);
    memset(realm, '@', sizeof(realm) - 1);
    realm[sizeof(realm) - 1] = '\0';
    probe = probe_start();
    probe_send_context(&probe, TIMEOUT_MS, SMTP_TIMEOUT_MS, "", realm,
                       TLS_NONE);
    assert_int_equal(port_of(PROBE_KDC, TRANSPORT_UDP, 88)->outcome,
                     PORT_UNTRIED);
}


static void
tasks_may_come_while_others_are_under_way(void **state)
{
    struct little_server mute = little_tcp(NULL);
    const struct record_type *type;
    int64_t slow, quick, expected[2];

    (void)state;
    slow = probe_send_task(&probe, PROBE_SMB, TRANSPORT_TCP, mute.port, "",
                           "");
    usleep(50000);
    quick = probe_send_task(&probe, PROBE_TCP, TRANSPORT_TCP, mute.port, "",
                            "");
    expected[0] = quick;
    expected[1] = slow;
    for (int i = 0; i < 2; i++) {
        void *record = probe_read(&probe, &type);

        assert_ptr_equal(type, fact_types[FACT_PORT]);
        record_free(type, record);
        record = probe_read(&probe, &type);
        assert_ptr_equal(type, &done_task_type);
        assert_int_equal(((struct done_task *)record)->id, expected[i]);
        record_free(type, record);
    }
    little_stop(&mute);
}


static void
the_input_may_end_before_the_answers(void **state)
{
    struct little_server mute = little_tcp(NULL);
    const struct record_type *type;
    int count = 0;
    void *record;

    (void)state;
    for (int i = 0; i < 600; i++)
        probe_send_task(&probe, PROBE_TCP, TRANSPORT_TCP,
                        i % 2 ? mute.port : 1, "", "");
    probe_send_end(&probe);
    while ((record = probe_read(&probe, &type))) {
        count += type == &done_task_type;
        record_free(type, record);
    }
    assert_int_equal(count, 600);
    little_stop(&mute);
}


static void
bad_input_ends_the_worker(void **state)
{
    static const char *const lines[] = {
        "\n", "garbage\n", "{\"type\":\"done\",\"id\":1}\n",
        "{\"type\":\"packet_task\",\"id\":1}\n",
        "{\"type\":\"packet_task\",\"id\":1,\"probe\":\"ntp\","
        "\"transport\":\"tcp\",\"host\":\"a\",\"address\":\"127.0.0.1\","
        "\"port\":123,\"name\":\"\",\"kind\":\"\"}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct record_type *type;

        probe_send(&probe, lines[i], strlen(lines[i]));
        assert_null(probe_read(&probe, &type));
        assert_int_equal(probe_end(&probe), 1);
        probe = probe_start();
        probe_send_context(&probe, TIMEOUT_MS, SMTP_TIMEOUT_MS, "", "A",
                           TLS_NONE);
    }
    /* A line that does not end. */
    probe_send(&probe, "{", 1);
    assert_int_equal(probe_end(&probe), 1);
    probe = probe_start();
    probe_send_context(&probe, TIMEOUT_MS, SMTP_TIMEOUT_MS, "", "A",
                       TLS_NONE);
}


static void
an_endless_line_ends_the_worker(void **state)
{
    size_t length = RECORD_LINE_MAX + 65536;
    char *line = calloc(length, 1);

    (void)state;
    memset(line, ' ', length);
    probe_send(&probe, line, length);
    assert_int_equal(probe_end(&probe), 1);
    free(line);
    probe = probe_start();
}


static void
a_worker_that_nobody_reads_ends_quietly(void **state)
{
    (void)state;
    close(probe.output);
    probe.output = -1;
    probe_send_task(&probe, PROBE_TCP, TRANSPORT_TCP, 1, "", "");
    assert_int_equal(probe_end(&probe), 0);
    probe = probe_start();
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(contradictory_times_leave_the_port_open),
        TEST(an_smb_answer_tells_the_time),
        TEST(a_truncated_dns_answer_is_fetched_over_tcp),
        TEST(dns_works_over_both_transports),
        TEST(a_dead_name_server_is_told_from_a_mute_one),
        TEST(a_question_that_cannot_be_asked_is_answered_all_the_same),
        TEST(only_the_first_line_of_a_greeting_is_shown),
        TEST(a_mail_server_may_take_its_own_time),
        TEST(another_protocol_is_garbled),
        TEST(kpasswd_is_only_connected_to_over_tcp),
        TEST(a_tls_port_is_only_connected_to),
        TEST(a_request_that_cannot_be_made_is_untried),
        TEST(tasks_may_come_while_others_are_under_way),
        TEST(the_input_may_end_before_the_answers),
        TEST(bad_input_ends_the_worker),
        TEST(an_endless_line_ends_the_worker),
        TEST(a_worker_that_nobody_reads_ends_quietly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
