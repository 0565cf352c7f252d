/*
 * The few messages of SMB2 that are sent here, and the answers to them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <string.h>

#include "checks/probes/smb2.h"
#include "checks/probes/wire.h"

/* The header (MS-SMB2 2.2.1.2) and what stands where in it. */
enum {
    HEADER = 64,
    AT_HEADER_SIZE = 4,
    AT_STATUS = 8,
    AT_COMMAND = 12,
    AT_CREDITS = 14,
    AT_FLAGS = 16,
    AT_ID = 24,
    AT_SESSION = 40,
    FLAG_RESPONSE = 1,
};

/* A body begins with the size of its fixed part, plus one where a variable
   part follows. */
enum { AT_SIZE = 0 };

/* NEGOTIATE (2.2.3): 36 bytes, then the dialects. */
enum {
    NEGOTIATE = 36,
    AT_DIALECT_COUNT = 2,
    AT_NEGOTIATE_MODE = 4,
    AT_CAPABILITIES = 8,
    AT_CLIENT = 12,
    MODE_SIGNING_ENABLED = 1,
    MODE_SIGNING_REQUIRED = 2,
    CAPABILITY_ENCRYPTION = 0x40,
};

/* 3.1.1 would need contexts. */
static const uint16_t dialects[] = {0x0202, 0x0210, 0x0300, 0x0302};

enum { DIALECTS = sizeof(dialects) / sizeof(dialects[0]) };

/* The answer to it (2.2.4). */
enum {
    NEGOTIATE_ANSWER = 64,
    NEGOTIATE_ANSWER_SIZE = 65,
    AT_ANSWER_MODE = 2,
    AT_SYSTEM_TIME = 40,
};

/* SESSION_SETUP (2.2.5): 24 bytes, then the token. */
enum {
    SETUP = 24,
    SETUP_SIZE = 25,
    AT_SETUP_MODE = 3,
    AT_SETUP_TOKEN = 12,
    AT_SETUP_TOKEN_LENGTH = 14,
};

/* The answer to it (2.2.6): 8 bytes, then the token. */
enum {
    SETUP_ANSWER = 8,
    SETUP_ANSWER_SIZE = 9,
    AT_ANSWER_TOKEN = 4,
    AT_ANSWER_TOKEN_LENGTH = 6,
};

/* LOGOFF (2.2.7). */
enum { LOGOFF = 4 };

static const uint8_t signature[4] = {0xfe, 'S', 'M', 'B'};


/* Write the frame and the header of a message whose body has so many bytes;
   returns where the body begins. */
static uint8_t *
write_header(uint8_t *bytes, enum smb2_command command,
             const struct smb2_request *request, size_t body)
{
    uint8_t *header = bytes + SMB2_FRAME;

    memset(bytes, 0, SMB2_FRAME + HEADER + body);
    wire_put_be32(bytes, (uint32_t)(HEADER + body));
    memcpy(header, signature, sizeof(signature));
    wire_put_le16(header + AT_HEADER_SIZE, HEADER);
    wire_put_le16(header + AT_COMMAND, (uint16_t)command);
    wire_put_le16(header + AT_CREDITS, 1);
    wire_put_le64(header + AT_ID, request->id);
    wire_put_le64(header + AT_SESSION, request->session);
    return header + HEADER;
}


size_t
smb2_write_negotiate(const uint8_t client[SMB2_CLIENT_SIZE], uint8_t *bytes)
{
    const struct smb2_request first = {.id = 0};
    enum { BODY = NEGOTIATE + 2 * DIALECTS };
    uint8_t *body = write_header(bytes, SMB2_NEGOTIATE, &first, BODY);

    wire_put_le16(body + AT_SIZE, NEGOTIATE);
    wire_put_le16(body + AT_DIALECT_COUNT, DIALECTS);
    wire_put_le16(body + AT_NEGOTIATE_MODE, MODE_SIGNING_ENABLED);
    /* A server that wants encryption would else refuse the session before it
       has looked at the ticket. */
    wire_put_le16(body + AT_CAPABILITIES, CAPABILITY_ENCRYPTION);
    memcpy(body + AT_CLIENT, client, SMB2_CLIENT_SIZE);
    for (int i = 0; i < DIALECTS; i++)
        wire_put_le16(body + NEGOTIATE + 2 * i, dialects[i]);
    return SMB2_FRAME + HEADER + BODY;
}


size_t
smb2_write_session_setup(const struct smb2_request *request,
                         const struct der *token, uint8_t *bytes)
{
    size_t size = SETUP + token->length;
    uint8_t *body = write_header(bytes, SMB2_SESSION_SETUP, request, size);

    assert(token->length <= SMB2_TOKEN_MOST);
    wire_put_le16(body + AT_SIZE, SETUP_SIZE);
    body[AT_SETUP_MODE] = MODE_SIGNING_ENABLED;
    wire_put_le16(body + AT_SETUP_TOKEN, HEADER + SETUP);
    wire_put_le16(body + AT_SETUP_TOKEN_LENGTH, (uint16_t)token->length);
    memcpy(body + SETUP, token->bytes, token->length);
    return SMB2_FRAME + HEADER + size;
}


size_t
smb2_write_logoff(const struct smb2_request *request, uint8_t *bytes)
{
    uint8_t *body = write_header(bytes, SMB2_LOGOFF, request, LOGOFF);

    wire_put_le16(body + AT_SIZE, LOGOFF);
    return SMB2_FRAME + HEADER + LOGOFF;
}


enum net_frame
smb2_frame(const void *data, const uint8_t *bytes, size_t length)
{
    size_t message;

    (void)data;
    if (length >= 1 && bytes[0] != 0)
        return NET_GARBLED;
    if (length < SMB2_FRAME)
        return NET_MORE;
    message = wire_be32(bytes);
    if (message < HEADER || message > SMB2_ANSWER_MOST - SMB2_FRAME)
        return NET_GARBLED;
    if (length < SMB2_FRAME + message)
        return NET_MORE;
    return length == SMB2_FRAME + message ? NET_COMPLETE : NET_GARBLED;
}


bool
smb2_read(const uint8_t *bytes, size_t length, enum smb2_command command,
          struct smb2_answer *answer_out, struct error *error)
{
    const uint8_t *header = bytes + SMB2_FRAME;

    if (length < SMB2_FRAME + HEADER
        || memcmp(header, signature, sizeof(signature)) != 0
        || wire_le16(header + AT_HEADER_SIZE) != HEADER
        || wire_le16(header + AT_COMMAND) != command
        || !(wire_le32(header + AT_FLAGS) & FLAG_RESPONSE))
        return error_set(error, "not a response to the SMB2 message");
    *answer_out = (struct smb2_answer){
        .status = wire_le32(header + AT_STATUS),
        .id = wire_le64(header + AT_ID),
        .session = wire_le64(header + AT_SESSION),
        .message = header,
        .length = length - SMB2_FRAME,
    };
    return true;
}


bool
smb2_read_negotiate(const struct smb2_answer *answer,
                    struct smb2_server *server_out, struct error *error)
{
    const uint8_t *body = answer->message + HEADER;

    if (answer->length < HEADER + NEGOTIATE_ANSWER
        || wire_le16(body + AT_SIZE) != NEGOTIATE_ANSWER_SIZE)
        return error_set(error, "a malformed response to SMB2 NEGOTIATE");
    *server_out = (struct smb2_server){
        .signing_required
            = wire_le16(body + AT_ANSWER_MODE) & MODE_SIGNING_REQUIRED,
        .system_time = wire_le64(body + AT_SYSTEM_TIME),
    };
    return true;
}


bool
smb2_read_session_setup(const struct smb2_answer *answer,
                        struct der *token_out, struct error *error)
{
    const uint8_t *body = answer->message + HEADER;
    size_t offset, length;

    if (answer->length < HEADER + SETUP_ANSWER
        || wire_le16(body + AT_SIZE) != SETUP_ANSWER_SIZE)
        return error_set(error, "a malformed response to SESSION_SETUP");
    offset = wire_le16(body + AT_ANSWER_TOKEN);
    length = wire_le16(body + AT_ANSWER_TOKEN_LENGTH);
    if (length > 0
        && (offset < HEADER + SETUP_ANSWER || offset > answer->length
            || length > answer->length - offset))
        return error_set(error, "a response to SESSION_SETUP whose token lies "
                         "outside of it");
    *token_out = (struct der){answer->message + (length ? offset : 0), length};
    return true;
}
