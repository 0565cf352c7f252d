/*
 * The rootDSE of a directory server, read without a bind (RFC 4512 section
 * 5.1, MS-ADTS 3.1.1.3.2).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_ROOTDSE_H
#define CHECKS_PROBES_ROOTDSE_H

#include "base/error.h"
#include "checks/facts.h"
#include "checks/probes/offset.h"

/* What is found on the way through the entry. */
struct rootdse {
    struct rootdse_fact *fact;  /* borrowed */
    struct reading reading;     /* currentTime, where there is one */
    bool found;                 /* whether any attribute came */
};

/* Take one attribute value of the rootDSE: an ldapmsg_take. */
void rootdse_take(void *rootdse, const char *attribute, const uint8_t *value,
                  size_t length);

/*
 * Read a GeneralizedTime in whole seconds and UTC, "20260131120000.0Z" (RFC
 * 4517 section 3.3.13).
 *
 * time_out  Microseconds since 1970; a fraction is cut off.
 */
bool rootdse_read_time(const char *text, int64_t *time_out);

#endif
