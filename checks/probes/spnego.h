/*
 * Kerberos tokens in SPNEGO's clothes, as SMB has them (RFC 4178, MS-SPNG).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SPNEGO_H
#define CHECKS_PROBES_SPNEGO_H

#include "checks/probes/der.h"

/* What a client's first token grows by at most. */
enum { SPNEGO_MORE_MOST = 64 };

/*
 * Wrap a client's first token of Kerberos, the only mechanism offered.
 *
 * token      At most NET_ANSWER_MAX bytes.
 * bytes_out  Room for token->length + SPNEGO_MORE_MOST bytes.
 *
 * Returns how many bytes it is.
 */
size_t spnego_wrap(const struct der *token, uint8_t *bytes_out);

/*
 * Take Kerberos' token out of a server's.
 *
 * token  Of SPNEGO, or bare of Kerberos; may be anything.
 *
 * Fails when there is none in it.
 */
bool spnego_unwrap(const struct der *token, struct der *inner_out);

/*
 * Read the KRB-ERROR in a token of Kerberos (RFC 4121 section 4.1.2).
 *
 * inner     May be anything.
 * code_out  Its error (RFC 4120 section 7.5.9).
 *
 * Fails when there is none.
 */
bool spnego_read_error(const struct der *inner, uint32_t *code_out);

#endif
