/*
 * A time server's clock by SNTP (RFC 4330, RFC 5905 section 7.3).
 *
 * w32time answers plain SNTP, and often reports several seconds of root
 * dispersion in good health: be no stricter than RFC 5905.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "checks/probes/ntp.h"
#include "checks/probes/packet.h"
#include "checks/probes/wire.h"

/* Offsets in the packet, and what stands there. */
enum {
    AT_LEAP_VERSION_MODE = 0,
    AT_STRATUM = 1,
    AT_PRECISION = 3,
    AT_ROOT_DELAY = 4,
    AT_ROOT_DISPERSION = 8,
    AT_REFERENCE_ID = 12,
    AT_ORIGINATE = 24,
    AT_RECEIVE = 32,
    AT_TRANSMIT = 40,
};

enum {
    VERSION_4_CLIENT = 0x23,
    MODE_MASK = 7,
    MODE_SERVER = 4,
    LEAP_UNSYNCHRONISED = 3,
    STRATUM_MOST = 15,
    ROOT_DISTANCE_MOST_S = 16,
};

/* From 1900 to 1970, and how long an era lasts. */
#define NTP_TO_UNIX_S INT64_C(2208988800)
#define ERA_S (INT64_C(1) << 32)
#define US_PER_S INT64_C(1000000)

/* The reference of a server that follows its own clock, 127.127.1.x, without
   the last byte. */
#define REFERENCE_OWN 0x7f7f01u


/* A timestamp in microseconds since 1970, in the era nearest a local time. */
static int64_t
read_time(const uint8_t *bytes, int64_t local_us)
{
    int64_t seconds = (int64_t)wire_be32(bytes) - NTP_TO_UNIX_S;
    int64_t fraction_us = (int64_t)wire_be32(bytes + 4) * US_PER_S >> 32;
    int64_t local_s = local_us / US_PER_S;

    while (seconds < local_s - ERA_S / 2)
        seconds += ERA_S;
    while (seconds > local_s + ERA_S / 2)
        seconds -= ERA_S;
    return seconds * US_PER_S + fraction_us;
}


/* How finely the server reads its clock: 2 to the power of a signed byte in
   seconds, of which nothing above a second is believed. */
static int64_t
read_precision(uint8_t byte)
{
    int power = (int8_t)byte;

    if (power >= 0)
        return US_PER_S;
    return power < -20 ? 1 : (US_PER_S >> -power) + 1;
}


/* How far the server says that it is from the true time, in seconds with 16
   bits after the point. */
static int64_t
root_distance(const uint8_t *bytes)
{
    return (int64_t)wire_be32(bytes + AT_ROOT_DELAY) / 2
           + wire_be32(bytes + AT_ROOT_DISPERSION);
}


/* Whether the server vouches for its time. */
static bool
is_trusted(const uint8_t *bytes)
{
    return bytes[AT_LEAP_VERSION_MODE] >> 6 != LEAP_UNSYNCHRONISED
           && bytes[AT_STRATUM] > 0 && bytes[AT_STRATUM] <= STRATUM_MOST
           && root_distance(bytes) < (int64_t)ROOT_DISTANCE_MOST_S << 16;
}


/* Whether the reply is a kiss code (RFC 5905 section 7.4): stratum 0 and four
   letters where else there is a reference. */
static bool
read_kiss(const uint8_t *bytes, struct reading *reading)
{
    const uint8_t *code = bytes + AT_REFERENCE_ID;

    if (bytes[AT_STRATUM] != 0)
        return false;
    for (int i = 0; i < 4; i++)
        if (!isupper(code[i]) && !isdigit(code[i]))
            return false;
    snprintf(reading->detail, sizeof(reading->detail),
             "refuses to tell its time: kiss code %.4s", (const char *)code);
    return true;
}


bool
ntp_read(const uint8_t *bytes, size_t length, const uint8_t nonce[NTP_NONCE],
         int64_t local_us, struct reading *reading_out, struct error *error)
{
    static const uint8_t unset[8];
    struct reading reading = {.known = false};
    int64_t precision_us;

    if (length < NTP_PACKET)
        return error_set(error, "an NTP reply of only %zu bytes", length);
    if ((bytes[AT_LEAP_VERSION_MODE] & MODE_MASK) != MODE_SERVER)
        return error_set(error, "an NTP packet of mode %d, not a server's",
                         bytes[AT_LEAP_VERSION_MODE] & MODE_MASK);
    if (memcmp(bytes + AT_ORIGINATE, nonce, NTP_NONCE) != 0)
        return error_set(error, "an NTP reply to another request");
    if (read_kiss(bytes, &reading)) {
        *reading_out = reading;
        return true;
    }
    if (memcmp(bytes + AT_RECEIVE, unset, sizeof(unset)) == 0
        || memcmp(bytes + AT_TRANSMIT, unset, sizeof(unset)) == 0)
        return error_set(error, "an NTP reply without its times");
    precision_us = read_precision(bytes[AT_PRECISION]);
    reading.known = true;
    reading.earliest_us = read_time(bytes + AT_TRANSMIT, local_us)
                          - precision_us;
    reading.latest_us = read_time(bytes + AT_RECEIVE, local_us)
                        + precision_us;
    reading.stratum = bytes[AT_STRATUM];
    reading.trusted = is_trusted(bytes);
    snprintf(reading.detail, sizeof(reading.detail), "stratum %d%s",
             bytes[AT_STRATUM],
             reading.trusted ? "" : ", and says it is not synchronised");
    *reading_out = reading;
    return true;
}


bool
ntp_read_distance(const uint8_t packet[NTP_PACKET], int64_t *distance_us)
{
    if (wire_be32(packet + AT_REFERENCE_ID) >> 8 == REFERENCE_OWN)
        return false;
    *distance_us = root_distance(packet) * US_PER_S >> 16;
    return true;
}


void
ntp_write(uint8_t packet[NTP_PACKET], const uint8_t nonce[NTP_NONCE])
{
    memset(packet, 0, NTP_PACKET);
    packet[AT_LEAP_VERSION_MODE] = VERSION_4_CLIENT;
    memcpy(packet + AT_TRANSMIT, nonce, NTP_NONCE);
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    uint8_t packet[NTP_PACKET];

    ntp_write(packet, job->nonce);
    return packet_add(job, packet, sizeof(packet), error);
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    const struct packet_job *job = data;
    struct reading reading;
    struct error error;

    return ntp_read(bytes, length, job->nonce, 0, &reading, &error)
           ? NET_COMPLETE : NET_GARBLED;
}


static bool
answer(struct packet_job *job, const struct net_result *result,
       struct error *error)
{
    struct reading reading;

    if (!ntp_read(result->bytes, result->length, job->nonce,
                  result->times.received_us, &reading, error))
        return false;
    packet_remark(job, "%s", reading.detail);
    packet_emit_clock(job, result, CLOCK_SOURCE_NTP, &reading);
    return true;
}


const struct packet_protocol ntp_protocol = {
    .request = write_request,
    .frame = frame,
    .answer = answer,
};
