/*
 * Times as Active Directory stores and shows them.
 *
 * Results are microseconds since 1970, as facts have them: never below 0, and
 * before the year 10000.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_ADTIME_H
#define CHECKS_PROBES_ADTIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A FILETIME: units of 100 ns since 1601 (MS-DTYP 2.3.3).
 *
 * Returns false beyond the year 9999; 0 is given for all up to 1970.
 */
bool adtime_filetime(uint64_t filetime, int64_t *time_out);

/*
 * A time in a replication structure: a FILETIME, or seconds since 1601 (a
 * DSTIME, MS-DRSR 5.58).  Documents and servers differ in which structure has
 * which.  As seconds, anything below 10^12 lies before the year 33000; as a
 * FILETIME it would lie in the first two days of 1601.
 *
 * Returns as adtime_filetime().
 */
bool adtime_stored(uint64_t time, int64_t *time_out);

/*
 * A FILETIME in decimal, as LDAP shows it.
 *
 * Returns the number; -1 unless it is one, from 0 to 2^63-1.
 */
int64_t adtime_read(const char *text);

/*
 * An ISO 8601 time in UTC, "2026-01-31T12:00:00Z", with or without a fraction,
 * which is ignored, and with or without the Z.
 *
 * Returns false unless it is one; 0 is given for all up to 1970.
 */
bool adtime_read_iso(const char *text, int64_t *time_out);

#endif
