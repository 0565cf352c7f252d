/*
 * A connection to an SMB server, to set up a session over it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/memory.h"
#include "checks/probes/connect.h"
#include "checks/probes/smb_dialogue.h"
#include "checks/probes/wire.h"

/* The upper two bits of a status that is an error. */
enum { SEVERITY_ERROR = 3 };


/* Receive an answer; returns its length, or 0 and an error. */
static size_t
receive(struct smb_dialogue *dialogue, struct error *error)
{
    const struct stream *stream = &dialogue->stream;
    uint8_t *bytes = dialogue->bytes;
    size_t length;

    if (!stream_receive(stream, bytes, SMB2_FRAME, error))
        return 0;
    dialogue->answered = true;
    if (smb2_frame(NULL, bytes, SMB2_FRAME) != NET_MORE) {
        error_set(error, "it answers in another protocol than SMB2");
        return 0;
    }
    length = wire_be32(bytes);
    if (!stream_receive(stream, bytes + SMB2_FRAME, length, error))
        return 0;
    return SMB2_FRAME + length;
}


/* Send a request and receive the answer to it, passing over the server's word
   that it is still at work (MS-SMB2 3.3.4.4). */
static bool
exchange(struct smb_dialogue *dialogue, enum smb2_command command,
         const uint8_t *request, size_t size, struct smb2_answer *answer_out,
         struct error *error)
{
    if (!stream_send(&dialogue->stream, request, size, error))
        return false;
    do {
        size_t length = receive(dialogue, error);

        if (length == 0
            || !smb2_read(dialogue->bytes, length, command, answer_out, error))
            return false;
        if (answer_out->id != dialogue->next.id)
            return error_set(error, "an answer to another SMB2 message");
    } while (answer_out->status == SMB2_STATUS_PENDING);
    dialogue->status = answer_out->status;
    dialogue->next.id++;
    return true;
}


/* Agree on a dialect. */
static bool
negotiate(struct smb_dialogue *dialogue, struct error *error)
{
    uint8_t client[SMB2_CLIENT_SIZE], request[SMB2_SHORT_MOST];
    struct smb2_answer answer;

    if (getrandom(client, sizeof(client), 0) < 0)
        return error_set_errno(error, "making a client GUID");
    if (!exchange(dialogue, SMB2_NEGOTIATE, request,
                  smb2_write_negotiate(client, request), &answer, error))
        return false;
    if (answer.status != SMB2_STATUS_SUCCESS)
        return error_set(error, "it refuses SMB 2.0.2 to 3.0.2: status 0x%08x",
                         (unsigned int)answer.status);
    return smb2_read_negotiate(&answer, &dialogue->server, error);
}


bool
smb_dialogue_open(struct smb_dialogue *dialogue, const char *address,
                  int64_t port, int64_t deadline_us, struct error *error)
{
    *dialogue = (struct smb_dialogue){
        .stream = {connect_address(address, port, deadline_us, error),
                   deadline_us},
        .bytes = xcalloc(SMB2_ANSWER_MOST, 1),
    };
    return dialogue->stream.fd >= 0 && negotiate(dialogue, error);
}


/* Whether a status denies a session: an error (MS-ERREF 2.3), but for the one
   that asks for another message. */
static bool
is_refusal(uint32_t status)
{
    return status >> 30 == SEVERITY_ERROR
           && status != SMB2_STATUS_MORE_PROCESSING;
}


bool
smb_dialogue_set_up(struct smb_dialogue *dialogue, const struct der *token,
                    struct der *token_out, struct error *error)
{
    uint8_t *request = xcalloc(SMB2_SETUP_MOST, 1);
    struct der theirs = {NULL, 0};
    struct smb2_answer answer;
    bool well_formed;

    well_formed = exchange(dialogue, SMB2_SESSION_SETUP, request,
                           smb2_write_session_setup(&dialogue->next, token,
                                                    request),
                           &answer, error);
    free(request);
    if (!well_formed)
        return false;
    dialogue->refused = is_refusal(answer.status);
    if (!smb2_read_session_setup(&answer, &theirs, error)
        && (answer.status == SMB2_STATUS_SUCCESS
            || answer.status == SMB2_STATUS_MORE_PROCESSING))
        return false;
    dialogue->next.session = answer.session;
    *token_out = theirs;
    return true;
}


/* Say goodbye.  A server that wants it signed would take it for an attack; it
   ends the session with the connection. */
static void
log_off(struct smb_dialogue *dialogue)
{
    uint8_t request[SMB2_SHORT_MOST];
    struct smb2_answer answer;
    struct error ignored;

    if (!dialogue->server.signing_required)
        (void)exchange(dialogue, SMB2_LOGOFF, request,
                       smb2_write_logoff(&dialogue->next, request), &answer,
                       &ignored);
}


void
smb_dialogue_close(struct smb_dialogue *dialogue)
{
    if (dialogue->stream.fd >= 0) {
        if (dialogue->next.session != 0
            && dialogue->status == SMB2_STATUS_SUCCESS)
            log_off(dialogue);
        close(dialogue->stream.fd);
    }
    free(dialogue->bytes);
}
