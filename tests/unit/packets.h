/*
 * Good packets of every protocol, for tests to read and to spoil.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_PACKETS_H
#define TESTS_UNIT_PACKETS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes in memory of exactly their size, so that a sanitizer sees who reads
   beyond. */
struct packet {
    uint8_t *bytes;
    size_t length;
};

/* When all of them were sent: 2026-01-31T12:00:00Z, in seconds since 1970. */
#define PACKETS_TIME_S INT64_C(1769860800)

/* What they repeat of our requests. */
enum {
    PACKETS_LDAP_ID = 5,
    PACKETS_DNS_ID = 0x1234,
    PACKETS_CHRONY_SEQUENCE = 0x01020304,
};
extern const uint8_t packets_nonce[8];

/* A copy of bytes, for packet_free(). */
struct packet packet_copy(const void *bytes, size_t length);
void packet_free(struct packet *packet);

/* An SNTP reply of stratum 2. */
struct packet packet_ntp(void);

/* chronyd's tracking report: stratum 3 after 192.0.2.1, 1.5 s still to be
   corrected, 0.5 s of root delay, 0.25 s of root dispersion. */
struct packet packet_chrony(void);

/* A response to SMB2 NEGOTIATE, in its NetBIOS frame. */
struct packet packet_smb(void);

/* A KRB-ERROR 25 with this e-text (may be "") and susec. */
struct packet packet_krb_error(const char *text, int susec);

/* The netlogon response of dc1.corp.example.com, a PDC and global catalog in
   Default-First-Site-Name. */
struct packet packet_netlogon(void);

/* The answer to a search: an entry with one attribute, and the result. */
struct packet packet_ldap(const char *attribute, const void *value,
                          size_t length);

/* A response to "_ldap._tcp.corp.example.com SRV" with two records. */
struct packet packet_dns(void);

#endif
