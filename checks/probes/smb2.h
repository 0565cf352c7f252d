/*
 * The few messages of SMB2 (MS-SMB2) that are sent here, and the answers to
 * them: NEGOTIATE, SESSION_SETUP, LOGOFF.  Unsigned, not encrypted, one at a
 * time.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SMB2_H
#define CHECKS_PROBES_SMB2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/probes/der.h"
#include "checks/probes/net.h"

enum smb2_command {
    SMB2_NEGOTIATE = 0,
    SMB2_SESSION_SETUP = 1,
    SMB2_LOGOFF = 2,
};

/* Of MS-ERREF 2.3.1, what the protocol itself goes by. */
#define SMB2_STATUS_SUCCESS UINT32_C(0)
#define SMB2_STATUS_PENDING UINT32_C(0x00000103)
#define SMB2_STATUS_MORE_PROCESSING UINT32_C(0xc0000016)

enum {
    SMB2_FRAME = 4,                /* NetBIOS': a zero byte, and the length of
                                      the message, three bytes */
    SMB2_CLIENT_SIZE = 16,         /* of a client's GUID */
    SMB2_TOKEN_MOST = UINT16_MAX,  /* bytes of a token of GSSAPI */
    SMB2_SHORT_MOST = 128,         /* bytes of a request without one */
    SMB2_SETUP_MOST = SMB2_SHORT_MOST + SMB2_TOKEN_MOST,
    SMB2_ANSWER_MOST = 64 * 1024,  /* bytes of an answer, with its frame */
};

/* What tells a request from others. */
struct smb2_request {
    uint64_t id;       /* 0 for the first message of a connection, 1 ... */
    uint64_t session;  /* as the server named it; 0 before */
};

/* An answer; points into its bytes. */
struct smb2_answer {
    uint32_t status;
    uint64_t id;
    uint64_t session;
    const uint8_t *message;  /* its header and all after it */
    size_t length;
};

/* What an answer to NEGOTIATE tells. */
struct smb2_server {
    bool signing_required;
    uint64_t system_time;  /* FILETIME; 0: unset */
};


/*
 * Write a request in its NetBIOS frame.
 *
 * client      Random.
 * token       Of GSSAPI, at most SMB2_TOKEN_MOST bytes.
 * bytes_out   Room for SMB2_SHORT_MOST bytes, or SMB2_SETUP_MOST for
 *             SESSION_SETUP.
 *
 * Each returns how many bytes it is.
 */
size_t smb2_write_negotiate(const uint8_t client[SMB2_CLIENT_SIZE],
                            uint8_t *bytes_out);
size_t smb2_write_session_setup(const struct smb2_request *request,
                                const struct der *token, uint8_t *bytes_out);
size_t smb2_write_logoff(const struct smb2_request *request,
                         uint8_t *bytes_out);

/* Judge how much of an answer has arrived, as net_request.frame. */
enum net_frame smb2_frame(const void *data, const uint8_t *bytes,
                          size_t length);

/*
 * Read a complete answer.
 *
 * bytes, length  Its frame and all after it; may be anything.
 *
 * Fails when it is no response to that command.
 */
bool smb2_read(const uint8_t *bytes, size_t length, enum smb2_command command,
               struct smb2_answer *answer_out, struct error *error);

/* Read the body of an answer to NEGOTIATE of status 0. */
bool smb2_read_negotiate(const struct smb2_answer *answer,
                         struct smb2_server *server_out, struct error *error);

/*
 * Read the body of an answer to SESSION_SETUP.
 *
 * token_out  The server's token; may be empty.
 *
 * Fails when it has not that form: an answer of failure may be without one.
 */
bool smb2_read_session_setup(const struct smb2_answer *answer,
                             struct der *token_out, struct error *error);

#endif
