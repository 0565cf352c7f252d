/*
 * Carrying Kerberos messages to one KDC and its answers back, over UDP and
 * TCP (RFC 4120 section 7.2).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_COURIER_H
#define CHECKS_PROBES_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/facts.h"

struct courier {
    char *address;        /* numeric; borrowed */
    int64_t port;
    int64_t timeout_ms;   /* of each message and its answer, all ways tried */
    enum transport way;   /* the last answer's; what is tried first */
    bool silent;          /* nothing came back: nothing more is sent */
    char *tcp_failure;    /* why TCP alone did not work; NULL where it was not
                             needed, or did.  For courier_clear() */
};

/* How a message may go. */
enum courier_manner {
    COURIER_ANY,     /* again and again, any way */
    COURIER_ONCE,    /* once: it proves a password, and each time that a wrong
                        one arrives counts towards the account's lockout */
    COURIER_STREAM,  /* over TCP alone: the answer fits into no datagram */
};

/* Whether the KDC has let a message wait in vain. */
bool courier_failed(const struct courier *courier);

/* Free what a courier has learned. */
void courier_clear(struct courier *courier);

/*
 * Send a message and wait for the answer: over UDP first, sent again within
 * the time-out, then over TCP; a message too big for a datagram the other way
 * round.  The way that worked is the next message's first.  A message that
 * must go once goes the other way only where it has not gone out the first.
 *
 * answer_out  The answer, without framing, for the caller to free().
 *
 * Fails when no way yields an answer in time, and says why for each; and at
 * once where the same has failed before.
 */
bool courier_carry(struct courier *courier, const void *message,
                   size_t length, enum courier_manner manner,
                   uint8_t **answer_out, size_t *answer_length_out,
                   struct error *error);

#endif
