/*
 * What chronyd knows of this host's clock, by the protocol that chronyc
 * speaks with it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <string.h>

#include "checks/probes/chrony.h"
#include "checks/probes/wire.h"

/* Offsets in requests and replies, and what stands there. */
enum {
    AT_VERSION = 0,
    AT_TYPE = 1,
    AT_COMMAND = 4,
    REQUEST_AT_SEQUENCE = 8,
    REPLY_AT_KIND = 6,
    REPLY_AT_STATUS = 8,
    REPLY_AT_SEQUENCE = 16,
    REPLY_HEADER = 28,
};

enum {
    VERSION = 6,
    TYPE_REQUEST = 1,
    TYPE_REPLY = 2,
    COMMAND_TRACKING = 33,
    KIND_TRACKING = 5,
    STATUS_SUCCESS = 0,
};

/* Offsets in the tracking report, and what stands there. */
enum {
    AT_REFERENCE = REPLY_HEADER,
    AT_STRATUM = AT_REFERENCE + 24,
    AT_LEAP = AT_STRATUM + 2,
    AT_CORRECTION = AT_LEAP + 14,
    AT_ROOT_DELAY = AT_CORRECTION + 24,
    AT_ROOT_DISPERSION = AT_ROOT_DELAY + 4,
    LEAP_UNSYNCHRONISED = 3,
};

/* The reference of a clock that follows nothing but itself: 127.127.1.1. */
#define REFERENCE_OWN UINT32_C(0x7f7f0101)

/* Beyond that one wrong clock is as wrong as another. */
#define ERROR_MOST_US (UINT64_C(3650) * 86400 * 1000000)


void
chrony_write(uint8_t request[CHRONY_PACKET], uint32_t sequence)
{
    memset(request, 0, CHRONY_PACKET);
    request[AT_VERSION] = VERSION;
    request[AT_TYPE] = TYPE_REQUEST;
    wire_put_be16(request + AT_COMMAND, COMMAND_TRACKING);
    wire_put_be32(request + REQUEST_AT_SEQUENCE, sequence);
}


bool
chrony_answers(const uint8_t *bytes, size_t length, uint32_t sequence)
{
    return length >= REPLY_HEADER && bytes[AT_TYPE] == TYPE_REPLY
           && wire_be16(bytes + AT_COMMAND) == COMMAND_TRACKING
           && wire_be32(bytes + REPLY_AT_SEQUENCE) == sequence;
}


/* The size of a number of seconds, in microseconds and rounded up.  Chrony's
   own format: a signed exponent of 7 bits, a signed coefficient of 25, and
   the value is coefficient * 2^(exponent - 25). */
static uint64_t
read_size_us(const uint8_t *bytes)
{
    uint32_t word = wire_be32(bytes);
    int exponent = (int)(word >> 25);
    uint64_t size = word & 0x1ffffff;
    int shift;

    if (size & 0x1000000)
        size = 0x2000000 - size;
    size *= 1000000;
    shift = (exponent < 64 ? exponent : exponent - 128) - 25;
    if (shift < -44)
        return size > 0;
    if (shift < 0)
        return (size + (UINT64_C(1) << -shift) - 1) >> -shift;
    return size > ERROR_MOST_US >> shift ? ERROR_MOST_US : size << shift;
}


/* How far the clock may be from the true time. */
static int64_t
read_error_us(const uint8_t *bytes)
{
    uint64_t error_us = read_size_us(bytes + AT_ROOT_DISPERSION)
                        + (read_size_us(bytes + AT_ROOT_DELAY) + 1) / 2
                        + read_size_us(bytes + AT_CORRECTION);

    return (int64_t)(error_us > ERROR_MOST_US ? ERROR_MOST_US : error_us);
}


bool
chrony_read(const uint8_t *bytes, size_t length,
            struct chrony_tracking *tracking_out, struct error *error)
{
    int status = wire_be16(bytes + REPLY_AT_STATUS);

    if (bytes[AT_VERSION] != VERSION)
        return error_set(error, "it speaks version %d of its protocol, not"
                         " %d", bytes[AT_VERSION], VERSION);
    if (status != STATUS_SUCCESS)
        return error_set(error, "it refuses to tell (status %d)", status);
    if (wire_be16(bytes + REPLY_AT_KIND) != KIND_TRACKING
        || length < CHRONY_PACKET)
        return error_set(error, "%zu bytes that are no tracking report",
                         length);
    tracking_out->stratum = wire_be16(bytes + AT_STRATUM);
    tracking_out->synchronized
        = wire_be16(bytes + AT_LEAP) < LEAP_UNSYNCHRONISED;
    tracking_out->own = wire_be32(bytes + AT_REFERENCE) == REFERENCE_OWN;
    tracking_out->error_us = read_error_us(bytes);
    return true;
}
