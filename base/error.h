/*
 * Why something failed, told from the outside in.
 *
 * The innermost function sets the message with the errno, Kerberos or LDAP
 * text; each caller prefixes only what it alone knows:
 * "reading keytab /etc/krb5.keytab: Permission denied".
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

struct error {
    char text[512];  /* NUL-terminated; truncated at a character, never overrun */
};


/*
 * Set the message, replacing any earlier one.
 *
 * Returns false, so that a failing function can end in
 * "return error_set(error, ...)".
 */
bool error_set(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As error_set(), followed by ": " and the text of errno as it was on entry. */
bool error_set_errno(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "text: " before the message.  Returns false, as error_set(). */
bool error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
