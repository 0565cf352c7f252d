/*
 * A time server's clock by SNTP (RFC 4330, RFC 5905 section 7.3).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_NTP_H
#define CHECKS_PROBES_NTP_H

#include "base/error.h"
#include "checks/probes/offset.h"

enum { NTP_PACKET = 48, NTP_NONCE = 8 };

/* Write a request: all zero but for the transmit timestamp, which is random,
   so that only who saw the request can answer it, and this host's clock stays
   its own. */
void ntp_write(uint8_t packet[NTP_PACKET], const uint8_t nonce[NTP_NONCE]);

/*
 * Read a server's reply.
 *
 * bytes, length  The datagram; may be anything.
 * nonce          The transmit timestamp of our request.
 * local_us       This host's time, which settles the era (RFC 5905 section 6).
 * reading        What it told.  Not known after a kiss code, which detail
 *                then names; not trusted if the server says that it is not
 *                synchronised or is too far from a reference clock.
 *
 * Fails when it is not a server's reply to our request, or lacks its times.
 */
bool ntp_read(const uint8_t *bytes, size_t length,
              const uint8_t nonce[NTP_NONCE], int64_t local_us,
              struct reading *reading_out, struct error *error);

/*
 * How far from the true time a server says that it is at most: its root
 * dispersion and half of its root delay (RFC 5905 section 11.1).
 *
 * packet       A reply that ntp_read() has read.
 * distance_us  The distance, in microseconds.
 *
 * Fails when the server follows its own clock alone (127.127.1.x).
 */
bool ntp_read_distance(const uint8_t packet[NTP_PACKET],
                       int64_t *distance_us);

#endif
