/*
 * Small helpers around libldap: waits that end, and results a person can use.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_LDAPLIB_H
#define CHECKS_PROBES_LDAPLIB_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A deadline so many milliseconds from now, by CLOCK_MONOTONIC in
   microseconds. */
int64_t ldaplib_deadline(int64_t wait_ms);

/* How much is left until a deadline, never less than nothing. */
struct timeval ldaplib_remaining(int64_t deadline_us);

/*
 * Wait for an answer to a request.
 *
 * all          LDAP_MSG_ONE or LDAP_MSG_ALL.
 * message_out  For ldap_msgfree(), if an answer came.
 *
 * Returns LDAP_SUCCESS; LDAP_TIMEOUT at the deadline, also when there are
 * answers to be read; or how the connection was lost.
 */
int ldaplib_wait(LDAP *ldap, int id, int all, int64_t deadline_us,
                 LDAPMessage **message_out);

/*
 * Take the result code and the server's own words out of a final answer.
 *
 * message  Freed here.
 * text_out  The words, printable, for the caller to free().
 */
int ldaplib_result(LDAP *ldap, LDAPMessage *message, char **text_out);

/* The handle's diagnostic message, printable, for the caller to free(). */
char *ldaplib_diagnostic(LDAP *ldap);

/*
 * Spell a result for a person: "result 49 (Invalid credentials), wrong
 * password: 80090308: LdapErr...".
 *
 * text  The server's own words, or libldap's; may be "".
 *
 * Returns false, as error_set().
 */
bool ldaplib_fail(struct error *error, int code, const char *text);

#endif
