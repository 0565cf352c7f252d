/*
 * A Windows server's clock from its answer to SMB2 NEGOTIATE (MS-SMB2
 * 2.2.4), which needs no credentials.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "checks/probes/packet.h"
#include "checks/probes/smb.h"
#include "checks/probes/wire.h"

/* The NetBIOS frame: a zero byte and the length of the message. */
enum { FRAME = 4, MESSAGE_MOST = 64 * 1024 };

/* The header (MS-SMB2 2.2.1.2) and what stands where in it. */
enum {
    HEADER = 64,
    AT_HEADER_SIZE = 4,
    AT_STATUS = 8,
    AT_COMMAND = 12,
    AT_CREDITS = 14,
    AT_FLAGS = 16,
    FLAG_RESPONSE = 1,
    COMMAND_NEGOTIATE = 0,
};

/* The request's body (2.2.3): 36 bytes, then the dialects. */
enum {
    REQUEST = 36,
    AT_REQUEST_SIZE = 0,
    AT_DIALECT_COUNT = 2,
    AT_SECURITY_MODE = 4,
    AT_CLIENT = 12,
    CLIENT = 16,
};

/* The response's body (2.2.4). */
enum {
    RESPONSE = 64,
    RESPONSE_SIZE = 65,
    AT_SYSTEM_TIME = 40,
};

/* 3.1.1 would need contexts. */
static const uint16_t dialects[] = {0x0202, 0x0210, 0x0300, 0x0302};

enum { DIALECTS = sizeof(dialects) / sizeof(dialects[0]) };

static const uint8_t signature[4] = {0xfe, 'S', 'M', 'B'};

/* FILETIME counts 100 ns from 1601; Windows' clock may advance by its tick
   only, 16 ms at most. */
#define FILETIME_TO_UNIX_S INT64_C(11644473600)
#define FILETIMES_PER_US 10
#define STEP_US (16 * 1000 + 1)


bool
smb_read(const uint8_t *bytes, size_t length, struct reading *reading_out,
         struct error *error)
{
    const uint8_t *header = bytes + FRAME, *body = header + HEADER;
    struct reading reading = {.known = false};
    uint32_t status;
    uint64_t filetime;

    if (length < FRAME + HEADER
        || memcmp(header, signature, sizeof(signature)) != 0
        || wire_le16(header + AT_HEADER_SIZE) != HEADER
        || wire_le16(header + AT_COMMAND) != COMMAND_NEGOTIATE
        || !(wire_le32(header + AT_FLAGS) & FLAG_RESPONSE))
        return error_set(error, "not a response to SMB2 NEGOTIATE");
    status = wire_le32(header + AT_STATUS);
    if (status != 0) {
        snprintf(reading.detail, sizeof(reading.detail),
                 "refuses SMB2: status 0x%08x", (unsigned int)status);
        *reading_out = reading;
        return true;
    }
    if (length < FRAME + HEADER + RESPONSE
        || wire_le16(body) != RESPONSE_SIZE)
        return error_set(error, "a malformed response to SMB2 NEGOTIATE");
    filetime = wire_le64(body + AT_SYSTEM_TIME);
    if (filetime != 0)
        reading = reading_of((int64_t)(filetime / FILETIMES_PER_US)
                             - FILETIME_TO_UNIX_S * 1000000, STEP_US);
    *reading_out = reading;
    return true;
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    enum { SIZE = HEADER + REQUEST + 2 * DIALECTS };
    uint8_t message[FRAME + SIZE] = {0, 0, 0, SIZE};
    uint8_t *header = message + FRAME, *body = header + HEADER;

    memcpy(header, signature, sizeof(signature));
    wire_put_le16(header + AT_HEADER_SIZE, HEADER);
    wire_put_le16(header + AT_CREDITS, 1);
    wire_put_le16(body + AT_REQUEST_SIZE, REQUEST);
    wire_put_le16(body + AT_DIALECT_COUNT, DIALECTS);
    wire_put_le16(body + AT_SECURITY_MODE, 1);
    if (getrandom(body + AT_CLIENT, CLIENT, 0) < 0)
        return error_set_errno(error, "making a client GUID");
    for (int i = 0; i < DIALECTS; i++)
        wire_put_le16(body + REQUEST + 2 * i, dialects[i]);
    return packet_add(job, message, sizeof(message), error);
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    size_t message;

    (void)data;
    if (length >= 1 && bytes[0] != 0)
        return NET_GARBLED;
    if (length < FRAME)
        return NET_MORE;
    message = wire_be32(bytes);
    if (message < HEADER || message > MESSAGE_MOST)
        return NET_GARBLED;
    if (length < FRAME + message)
        return NET_MORE;
    return length == FRAME + message ? NET_COMPLETE : NET_GARBLED;
}


static bool
answer(struct packet_job *job, const struct net_result *result,
       struct error *error)
{
    struct reading reading;

    if (!smb_read(result->bytes, result->length, &reading, error))
        return false;
    if (reading.detail[0])
        packet_remark(job, "%s", reading.detail);
    packet_emit_clock(job, result, CLOCK_SOURCE_SMB, &reading);
    return true;
}


const struct packet_protocol smb_protocol = {
    .request = write_request,
    .frame = frame,
    .answer = answer,
};
