/*
 * What a value of the configuration or of an option may look like.
 *
 * A test returns NULL for a fit text, and otherwise what is expected instead:
 * static text that completes "corp..example: ".
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_VALUES_H
#define DAEMON_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#define VALUES_US_PER_S INT64_C(1000000)
#define VALUES_US_PER_MINUTE (60 * VALUES_US_PER_S)
#define VALUES_US_PER_HOUR (60 * VALUES_US_PER_MINUTE)
#define VALUES_US_PER_DAY (24 * VALUES_US_PER_HOUR)

typedef const char *value_test(const char *text);

/* Names of hosts; a trailing dot is accepted.  RFC 1123 section 2.1, and the
   underscore that Windows allows. */
value_test value_domain;  /* one label is enough */
value_test value_host;    /* two labels at least, and no address */

value_test value_address;       /* numeric, IPv4 or IPv6 */
value_test value_endpoint;      /* "host:25", also with an address */
value_test value_port;          /* "88/tcp" */
value_test value_realm;
value_test value_principal;
value_test value_account;       /* a sAMAccountName (MS-ADTS 3.1.1.6.1) */
value_test value_service;       /* the class of an SPN */
value_test value_mechanism;     /* of SASL, RFC 4422 section 3.1 */
value_test value_site;
value_test value_dn;
value_test value_mail_address;
value_test value_file;          /* an absolute path */
value_test value_directory;     /* that, perhaps with a slash at its end */
value_test value_secret;        /* that, or "credential:NAME" */
value_test value_keytab;        /* that, or "FILE:PATH" */
value_test value_ccache;
value_test value_mail_log;      /* a path, or "journal:UNIT" */
value_test value_code;          /* of a finding */
value_test value_date;          /* "2026-12-31" */
value_test value_words;         /* any printable text but "" */

/*
 * Read a duration: digits and one of ms, s, m, h, d.
 *
 * Returns whether text is one; up to 36500d.  us_out is in microseconds.
 */
bool value_duration(const char *text, int64_t *us_out);

/* Write a duration as value_duration() reads it, for the caller to free(). */
char *value_duration_text(int64_t duration_us);

/* Read a whole number of at most nine digits, without a sign. */
bool value_integer(const char *text, int64_t *number_out);

#endif
