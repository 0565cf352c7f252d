/*
 * Reading elements of BER and DER (X.690) from bytes that may be anything.
 *
 * One-byte tags and definite lengths only: LDAP and Kerberos use no others.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_DER_H
#define CHECKS_PROBES_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/probes/net.h"

enum {
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_ENUMERATED = 0x0a,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
};

/* Bytes that are left to read; borrowed. */
struct der {
    const uint8_t *bytes;
    size_t length;
};

/*
 * Look how much of an element has arrived.
 *
 * size_out  Its bytes with its header, for NET_COMPLETE.
 *
 * Returns NET_GARBLED for a length that is indefinite or of more than
 * NET_ANSWER_MAX bytes.
 */
enum net_frame der_frame(const struct der *from, size_t *size_out);

/*
 * Take the next element.
 *
 * tag          The tag that it must have.
 * content_out  Its content.
 *
 * Fails, and takes nothing, unless a whole element with this tag is there.
 */
bool der_take(struct der *from, uint8_t tag, struct der *content_out);

/* Take an element that is an unsigned number of up to 32 bits. */
bool der_take_number(struct der *from, uint8_t tag, uint32_t *number_out);

/* The tag of the next element, or 0 at the end. */
uint8_t der_tag(const struct der *from);

#endif
