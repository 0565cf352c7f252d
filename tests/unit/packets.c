/*
 * Good packets of every protocol, for tests to read and to spoil.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <krb5.h>
#include <lber.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/probes/wire.h"
#include "tests/unit/packets.h"

const uint8_t packets_nonce[8] = {1, 2, 3, 4, 5, 6, 7, 8};


/* Building a good packet cannot fail but by a mistake here. */
static void
must(bool fine)
{
    if (!fine)
        abort();
}


struct packet
packet_copy(const void *bytes, size_t length)
{
    struct packet packet = {malloc(length), length};

    must(packet.bytes || length == 0);
    if (length > 0)
        memcpy(packet.bytes, bytes, length);
    return packet;
}


void
packet_free(struct packet *packet)
{
    free(packet->bytes);
    *packet = (struct packet){NULL, 0};
}


struct packet
packet_ntp(void)
{
    uint8_t bytes[48] = {0x24, 2, 0, 0xec};

    wire_put_be32(bytes + 4, 0x1000);
    wire_put_be32(bytes + 8, 0x2000);
    memcpy(bytes + 24, packets_nonce, sizeof(packets_nonce));
    wire_put_be32(bytes + 32, (uint32_t)(PACKETS_TIME_S + 2208988800));
    wire_put_be32(bytes + 36, 0x40000000);
    wire_put_be32(bytes + 40, (uint32_t)(PACKETS_TIME_S + 2208988800));
    wire_put_be32(bytes + 44, 0x80000000);
    return packet_copy(bytes, sizeof(bytes));
}


/* Its numbers are coefficients of 25 bits behind exponents of 7; a coefficient
   of 2^23 is a quarter of 2^exponent. */
struct packet
packet_chrony(void)
{
    uint8_t bytes[104] = {6, 2};

    wire_put_be16(bytes + 4, 33);
    wire_put_be16(bytes + 6, 5);
    wire_put_be32(bytes + 16, PACKETS_CHRONY_SEQUENCE);
    wire_put_be32(bytes + 28, 0xc0000201);
    wire_put_be16(bytes + 52, 3);
    wire_put_be32(bytes + 68, 2u << 25 | 0xc00000);
    wire_put_be32(bytes + 92, 1u << 25 | 0x800000);
    wire_put_be32(bytes + 96, 0u << 25 | 0x800000);
    return packet_copy(bytes, sizeof(bytes));
}


struct packet
packet_smb(void)
{
    uint8_t bytes[4 + 64 + 64] = {0, 0, 0, 128};
    uint64_t filetime = (uint64_t)(PACKETS_TIME_S + 11644473600) * 10000000;

    memcpy(bytes + 4, "\xfeSMB", 4);
    bytes[4 + 4] = 64;
    bytes[4 + 16] = 1;
    bytes[4 + 64] = 65;
    for (int i = 0; i < 8; i++)
        bytes[4 + 104 + i] = (uint8_t)(filetime >> (8 * i));
    return packet_copy(bytes, sizeof(bytes));
}


struct packet
packet_krb_error(const char *text, int susec)
{
    krb5_context context = NULL;
    krb5_data out = {0};
    krb5_error message = {
        .error = 25,
        .stime = (krb5_timestamp)PACKETS_TIME_S,
        .susec = susec,
    };
    struct packet packet;

    message.text.data = xstrdup(text);
    message.text.length = (unsigned int)strlen(text);
    must(krb5_init_context_profile(NULL, KRB5_INIT_CONTEXT_SECURE, &context)
           == 0);
    must(krb5_parse_name(context, "krbtgt/A.TEST@A.TEST", &message.server)
           == 0);
    must(krb5_mk_error(context, &message, &out) == 0);
    packet = packet_copy(out.data, out.length);
    krb5_free_data_contents(context, &out);
    krb5_free_principal(context, message.server);
    krb5_free_context(context);
    free(message.text.data);
    return packet;
}


struct packet
packet_netlogon(void)
{
    static const char head[24] = {23, 0, 0, 0, 0x05, 0x01, 0, 0};
    /* corp.example.com at 24; the host's rest points there. */
    static const char names[] = "\4corp\7example\3com\0"
                                "\xc0\x18"
                                "\3dc1\xc0\x18"
                                "\4CORP\0"
                                "\3DC1\0"
                                "\0"
                                "\27Default-First-Site-Name\0"
                                "\6Branch\0"
                                "\5\0\0\0\xff\xff\xff";
    char bytes[sizeof(head) + sizeof(names)];

    memcpy(bytes, head, sizeof(head));
    memcpy(bytes + sizeof(head), names, sizeof(names));
    bytes[sizeof(bytes) - 1] = (char)0xff;
    return packet_copy(bytes, sizeof(bytes));
}


struct packet
packet_ldap(const char *attribute, const void *value, size_t length)
{
    BerElement *ber = ber_alloc_t(LBER_USE_DER);
    struct berval whole = {0};
    struct packet packet;

    must(ber_printf(ber, "{it{s{{s[o]}}}}", PACKETS_LDAP_ID,
                      (ber_tag_t)0x64, "", attribute, value,
                      (ber_len_t)length) >= 0);
    must(ber_printf(ber, "{it{ess}}", PACKETS_LDAP_ID, (ber_tag_t)0x65, 0,
                      "", "") >= 0);
    must(ber_flatten2(ber, &whole, 0) == 0);
    packet = packet_copy(whole.bv_val, whole.bv_len);
    ber_free(ber, 1);
    return packet;
}


struct packet
packet_dns(void)
{
    static const char bytes[] =
        "\x12\x34\x85\x80\0\1\0\2\0\0\0\0"
        "\5_ldap\4_tcp\4corp\7example\3com\0\0\x21\0\1"
        "\xc0\x0c\0\x21\0\1\0\0\2\x58\0\x0c\0\0\0\x64\1\x85\3DC2\xc0\x17"
        "\xc0\x0c\0\x21\0\1\0\0\2\x58\0\x0c\0\0\0\x64\1\x85\3dc1\xc0\x17";

    return packet_copy(bytes, sizeof(bytes) - 1);
}
