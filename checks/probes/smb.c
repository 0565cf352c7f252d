/*
 * A Windows server's clock from its answer to SMB2 NEGOTIATE (MS-SMB2
 * 2.2.4), which needs no credentials.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <sys/random.h>

#include "checks/probes/packet.h"
#include "checks/probes/smb.h"
#include "checks/probes/smb2.h"

/* FILETIME counts 100 ns from 1601; Windows' clock may advance by its tick
   only, 16 ms at most. */
#define FILETIME_TO_UNIX_S INT64_C(11644473600)
#define FILETIMES_PER_US 10
#define STEP_US (16 * 1000 + 1)


bool
smb_read(const uint8_t *bytes, size_t length, struct reading *reading_out,
         struct error *error)
{
    struct reading reading = {.known = false};
    struct smb2_answer answer;
    struct smb2_server server;

    if (!smb2_read(bytes, length, SMB2_NEGOTIATE, &answer, error))
        return false;
    if (answer.status != SMB2_STATUS_SUCCESS) {
        snprintf(reading.detail, sizeof(reading.detail),
                 "refuses SMB2: status 0x%08x", (unsigned int)answer.status);
    } else {
        if (!smb2_read_negotiate(&answer, &server, error))
            return false;
        if (server.system_time != 0)
            reading = reading_of(
                (int64_t)(server.system_time / FILETIMES_PER_US)
                    - FILETIME_TO_UNIX_S * 1000000, STEP_US);
    }
    *reading_out = reading;
    return true;
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    uint8_t client[SMB2_CLIENT_SIZE], message[SMB2_SHORT_MOST];

    if (getrandom(client, sizeof(client), 0) < 0)
        return error_set_errno(error, "making a client GUID");
    return packet_add(job, message, smb2_write_negotiate(client, message),
                      error);
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
    .frame = smb2_frame,
    .answer = answer,
};
