/*
 * No bytes harm a parser: every good packet truncated everywhere, with every
 * byte made to lie, and spoiled at random for a while.
 *
 * What a parser makes of such bytes is its own test's affair; here it must
 * only come back, which the sanitizers make a strict demand.  The random
 * numbers are always the same ones.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "checks/probes/chrony.h"
#include "checks/probes/cldap.h"
#include "checks/probes/dns.h"
#include "checks/probes/kdc.h"
#include "checks/probes/ldapmsg.h"
#include "checks/probes/ntp.h"
#include "checks/probes/packet.h"
#include "checks/probes/rootdse.h"
#include "checks/probes/smb.h"
#include "checks/probes/smtp.h"
#include "tests/unit/packets.h"

/* How long each packet is spoiled at random. */
enum { MILLISECONDS = 150 };

/* Where the time of every reading must lead: somewhere. */
static const struct net_times times = {PACKETS_TIME_S * 1000000,
                                       PACKETS_TIME_S * 1000000 + 500, true};


/* Use a reading as the worker does. */
static void
use(const struct reading *reading)
{
    int64_t low, high;

    if (offset_between(reading, &times, &low, &high))
        assert_true(low <= high);
}


/* Emit a fact, but for the writing. */
static void
use_fact(enum fact_kind kind, void *fact)
{
    char *line = record_encode(fact_types[kind], fact);

    free(line);
    record_free(fact_types[kind], fact);
}


static void
parse_ntp(const uint8_t *bytes, size_t length)
{
    struct reading reading;
    struct error error;

    if (ntp_read(bytes, length, packets_nonce, times.sent_us, &reading,
                 &error))
        use(&reading);
}


static void
parse_chrony(const uint8_t *bytes, size_t length)
{
    struct chrony_tracking tracking;
    struct error error;

    if (chrony_answers(bytes, length, PACKETS_CHRONY_SEQUENCE)
        && chrony_read(bytes, length, &tracking, &error))
        assert_in_range(tracking.error_us, 0, INT64_C(3650) * 86400 * 1000000);
}


static void
parse_smb(const uint8_t *bytes, size_t length)
{
    struct reading reading;
    struct error error;

    smb_protocol.frame(NULL, bytes, length);
    if (smb_read(bytes, length, &reading, &error))
        use(&reading);
}


static void
parse_kdc(const uint8_t *bytes, size_t length)
{
    struct packet_job udp = {.transport = TRANSPORT_UDP};
    struct packet_job tcp = {.transport = TRANSPORT_TCP};
    struct reading reading;
    struct error error;
    unsigned int code;

    kdc_protocol.frame(&tcp, bytes, length);
    if (kdc_protocol.frame(&udp, bytes, length) != NET_COMPLETE)
        return;
    if (kdc_read(bytes, length, &reading, &code, &error))
        use(&reading);
}


static void
parse_kpasswd(const uint8_t *bytes, size_t length)
{
    kpasswd_protocol.frame(NULL, bytes, length);
}


static void
parse_netlogon(const uint8_t *bytes, size_t length)
{
    struct netlogon_fact *fact = record_new(fact_types[FACT_NETLOGON]);
    struct error error;

    cldap_read_netlogon(bytes, length, fact, &error);
    use_fact(FACT_NETLOGON, fact);
}


static void
parse_ldap(const uint8_t *bytes, size_t length)
{
    struct rootdse rootdse = {.fact = record_new(fact_types[FACT_ROOTDSE])};
    struct error error;
    uint32_t result;

    ldapmsg_frame(bytes, length, PACKETS_LDAP_ID);
    ldapmsg_read(bytes, length, PACKETS_LDAP_ID, rootdse_take, &rootdse,
                 &result, &error);
    use(&rootdse.reading);
    use_fact(FACT_ROOTDSE, rootdse.fact);
}


static void
parse_dns(const uint8_t *bytes, size_t length)
{
    static const struct dns_question question
        = {"_ldap._tcp.corp.example.com", "SRV", PACKETS_DNS_ID};
    struct dns_fact *fact = record_new(fact_types[FACT_DNS]);
    struct error error;

    dns_is_response(&question, bytes, length);
    dns_read(&question, bytes, length, fact, &error);
    for (size_t i = 0; i < fact->records.count; i++)
        assert_true(strlen(fact->records.items[i]) < 300);
    use_fact(FACT_DNS, fact);
}


static void
parse_smtp(const uint8_t *bytes, size_t length)
{
    struct smtp_fact *fact = record_new(fact_types[FACT_SMTP]);
    struct reading reading;

    if (smtp_frame(bytes, length) == NET_COMPLETE) {
        smtp_read(bytes, length, fact, &reading);
        use(&reading);
    }
    use_fact(FACT_SMTP, fact);
}


typedef void parser(const uint8_t *bytes, size_t length);

/* Parse a copy that is exactly so long. */
static void
parse_copy(parser *parse, const uint8_t *bytes, size_t length)
{
    struct packet copy = packet_copy(bytes, length);

    parse(copy.bytes, copy.length);
    packet_free(&copy);
}


static void
truncate_everywhere(parser *parse, const struct packet *packet)
{
    for (size_t length = 0; length <= packet->length; length++)
        parse_copy(parse, packet->bytes, length);
}


static void
have_each_byte_lie(parser *parse, const struct packet *packet)
{
    static const uint8_t lies[] = {0x00, 0x01, 0x7f, 0x80, 0x84, 0xc0, 0xff};

    for (size_t i = 0; i < packet->length; i++) {
        uint8_t truth = packet->bytes[i];

        for (size_t j = 0; j < sizeof(lies); j++) {
            packet->bytes[i] = lies[j];
            parse_copy(parse, packet->bytes, packet->length);
        }
        packet->bytes[i] = (uint8_t)(truth - 1);
        parse_copy(parse, packet->bytes, packet->length);
        packet->bytes[i] = (uint8_t)(truth + 1);
        parse_copy(parse, packet->bytes, packet->length);
        packet->bytes[i] = truth;
    }
}


/* The next of a fixed sequence of numbers (xorshift64). */
static size_t
next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (size_t)(*seed >> 16);
}


/* Overwrite, move and cut at random. */
static void
spoil(struct packet *packet, uint64_t *seed)
{
    size_t times_more = 1 + next_random(seed) % 6;

    while (times_more-- > 0 && packet->length > 0) {
        size_t at = next_random(seed) % packet->length;
        size_t from = next_random(seed) % packet->length;
        size_t rest = packet->length - (at > from ? at : from);

        switch (next_random(seed) % 4) {
        case 0:
            packet->bytes[at] = (uint8_t)next_random(seed);
            break;
        case 1:
            packet->bytes[at] ^= (uint8_t)(1 << next_random(seed) % 8);
            break;
        case 2:
            memmove(packet->bytes + at, packet->bytes + from,
                    next_random(seed) % rest + 1);
            break;
        default:
            if (next_random(seed) % 4 == 0)
                packet->length = at;
            break;
        }
    }
}


static void
spoil_at_random(parser *parse, const struct packet *packet)
{
    uint64_t seed = 0x9e3779b97f4a7c15;
    clock_t end = clock() + MILLISECONDS * (CLOCKS_PER_SEC / 1000);

    while (clock() < end) {
        struct packet copy = packet_copy(packet->bytes, packet->length);

        spoil(&copy, &seed);
        parse_copy(parse, copy.bytes, copy.length);
        packet_free(&copy);
    }
}


/* Do all of it to one packet, and free it. */
static void
torment(parser *parse, struct packet packet)
{
    truncate_everywhere(parse, &packet);
    have_each_byte_lie(parse, &packet);
    spoil_at_random(parse, &packet);
    packet_free(&packet);
}


static void
ntp_survives(void **state)
{
    (void)state;
    torment(parse_ntp, packet_ntp());
}


static void
chrony_survives(void **state)
{
    (void)state;
    torment(parse_chrony, packet_chrony());
}


static void
smb_survives(void **state)
{
    (void)state;
    torment(parse_smb, packet_smb());
}


static void
kdc_survives(void **state)
{
    (void)state;
    torment(parse_kdc, packet_krb_error("NEEDED_PREAUTH", 7));
}


static void
kpasswd_survives(void **state)
{
    (void)state;
    torment(parse_kpasswd,
            packet_copy("\0\x0e\0\1\0\0\x7e\6\x30\4\xa0\2\2\0", 14));
}


static void
cldap_survives(void **state)
{
    struct packet netlogon = packet_netlogon();

    (void)state;
    torment(parse_netlogon, packet_copy(netlogon.bytes, netlogon.length));
    torment(parse_ldap, packet_ldap("Netlogon", netlogon.bytes,
                                    netlogon.length));
    packet_free(&netlogon);
}


static void
rootdse_survives(void **state)
{
    (void)state;
    torment(parse_ldap, packet_ldap("currentTime", "20260131120000.0Z", 17));
    torment(parse_ldap, packet_ldap("namingContexts", "DC=example", 10));
}


static void
dns_survives(void **state)
{
    (void)state;
    torment(parse_dns, packet_dns());
}


static void
smtp_survives(void **state)
{
    static const char greeting[] = "220-wait\r\n220 mx1.example.com ready at"
                                   " Sat, 31 Jan 2026 12:00:00 +0000\r\n";

    (void)state;
    torment(parse_smtp, packet_copy(greeting, sizeof(greeting) - 1));
    torment(parse_smtp, packet_copy(greeting + 10, sizeof(greeting) - 11));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ntp_survives),
        cmocka_unit_test(chrony_survives),
        cmocka_unit_test(smb_survives),
        cmocka_unit_test(kdc_survives),
        cmocka_unit_test(kpasswd_survives),
        cmocka_unit_test(cldap_survives),
        cmocka_unit_test(rootdse_survives),
        cmocka_unit_test(dns_survives),
        cmocka_unit_test(smtp_survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
