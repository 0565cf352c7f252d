/*
 * A connection to an SMB server, to set up a session over it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SMB_DIALOGUE_H
#define CHECKS_PROBES_SMB_DIALOGUE_H

#include "checks/probes/smb2.h"
#include "checks/probes/stream.h"

struct smb_dialogue {
    struct stream stream;
    struct smb2_request next;  /* id and session of the next request */
    struct smb2_server server;
    bool answered;             /* whoever is there, it has said something */
    uint32_t status;           /* of the last answer */
    bool refused;              /* SESSION_SETUP was, in a well-formed answer */
    uint8_t *bytes;            /* the last answer */
};


/*
 * Connect and negotiate.
 *
 * dialogue_out  For smb_dialogue_close(), also after a failure.
 * address       Numeric.
 * deadline_us   Of the whole dialogue, by CLOCK_MONOTONIC.
 *
 * Fails when nothing that speaks SMB2 answers, or it refuses to.
 */
bool smb_dialogue_open(struct smb_dialogue *dialogue_out, const char *address,
                       int64_t port, int64_t deadline_us,
                       struct error *error);

/*
 * Send a token and receive the answer, whose status is then in the dialogue.
 *
 * token_out  The server's token; empty where there is none.  Borrowed until
 *            the next message.
 *
 * Fails when no well-formed answer comes; a refusal is one.
 */
bool smb_dialogue_set_up(struct smb_dialogue *dialogue,
                         const struct der *token, struct der *token_out,
                         struct error *error);

/* End the session, if there is one, and the connection. */
void smb_dialogue_close(struct smb_dialogue *dialogue);

#endif
