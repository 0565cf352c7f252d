/*
 * What chronyd knows of this host's clock, by the protocol that chronyc speaks
 * with it: version 6, of chrony 2.2 (2015) and later, as its candm.h has it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_CHRONY_H
#define CHECKS_PROBES_CHRONY_H

#include <stdint.h>

#include "base/error.h"

/* Where it is listened for, on loopback; how long the request and the reply
   are: equally long, so that nobody's traffic can be multiplied. */
enum { CHRONY_PORT = 323, CHRONY_PACKET = 104 };

/* What "chronyc tracking" shows, as far as it is needed. */
struct chrony_tracking {
    int stratum;
    bool synchronized;  /* false: its leap status says that it is not */
    bool own;           /* its reference is this host's own clock ("local") */
    int64_t error_us;   /* the clock is no further from the true time: root
                           dispersion, half of the root delay and what is
                           still to be corrected; at most ten years */
};

/* Write the request for the tracking report, with this number. */
void chrony_write(uint8_t request[CHRONY_PACKET], uint32_t sequence);

/* Whether a datagram, which may be anything, answers that request, be it with
   a refusal. */
bool chrony_answers(const uint8_t *bytes, size_t length, uint32_t sequence);

/*
 * Read what answers the request.
 *
 * bytes, length  The datagram; chrony_answers() has been asked.
 *
 * Fails when it is a refusal, or no whole tracking report.
 */
bool chrony_read(const uint8_t *bytes, size_t length,
                 struct chrony_tracking *tracking_out, struct error *error);

#endif
