/*
 * The three ways to bind to an LDAP server.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_BIND_H
#define CHECKS_PROBES_BIND_H

#include "checks/facts.h"
#include "checks/probes/ldaplib.h"

/*
 * Each binds the connection of a handle before a deadline
 * (ldaplib_deadline()), and returns BIND_OK or else sets the error.
 */

/*
 * SASL GSSAPI.  Without TLS everything after the bind is signed and sealed,
 * or the bind fails; within TLS, where Active Directory refuses that, the
 * bind is tied to the server's certificate instead (MS-ADTS section 5.1.2.1).
 *
 * cache  The MIT name of the cache that has the server's ticket; GSSAPI then
 *        needs no KDC.
 */
enum bind_outcome bind_gssapi(LDAP *ldap, bool tls, const char *cache,
                              int64_t deadline_us, struct error *error);

/* With a password, which is read from the file, sent once, and wiped. */
enum bind_outcome bind_simple(LDAP *ldap, const char *dn,
                              const char *password_file, int64_t deadline_us,
                              struct error *error);

enum bind_outcome bind_anonymous(LDAP *ldap, int64_t deadline_us,
                                 struct error *error);

#endif
