/*
 * Kerberos encryption types: their names, and which is the stronger.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_ETYPES_H
#define CHECKS_ETYPES_H

#include <stdbool.h>
#include <stdint.h>

/* How strong a type is: more is better.  What is not in the list cannot be
   compared with anything. */
enum strength {
    STRENGTH_UNKNOWN, STRENGTH_DES, STRENGTH_RC4, STRENGTH_3DES,
    STRENGTH_AES128, STRENGTH_AES256,
};


/*
 * Name an encryption type (RFC 3961 section 8).
 *
 * Returns "AES256 (type 18)", or "type 99" for one that is not known, for the
 * caller to free().
 */
char *etype_text(int64_t etype);

enum strength etype_strength(int64_t etype);

/* Whether a type is deprecated: DES (RFC 6649), 3DES and RC4 (RFC 8429). */
bool etype_is_weak(int64_t etype);

/*
 * Name the types that msDS-SupportedEncryptionTypes allows (MS-KILE section
 * 2.2.7); bits that are no encryption types are left out.
 *
 * Returns "RC4, AES256", or "none", for the caller to free().
 */
char *etypes_text(int64_t bits);

#endif
