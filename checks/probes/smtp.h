/*
 * The greeting of a mail server (RFC 5321 section 4.2), and the clock that
 * Exchange tells in it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SMTP_H
#define CHECKS_PROBES_SMTP_H

#include "checks/facts.h"
#include "checks/probes/offset.h"

/*
 * Look how far a greeting has come.
 *
 * Returns NET_COMPLETE after its last line, or after a first line that is no
 * reply; NET_GARBLED for a line longer, or lines more, than any server says.
 * Nothing may be sent before the last line: a server that makes clients wait
 * there takes an early one for a spammer.
 */
enum net_frame smtp_frame(const uint8_t *bytes, size_t length);

/*
 * Read a complete greeting.
 *
 * fact         code and greeting are filled in.
 * reading_out  The date in a 220 greeting; not known without one.
 */
void smtp_read(const uint8_t *bytes, size_t length, struct smtp_fact *fact,
               struct reading *reading_out);

/*
 * Find a date with time and zone in a text (RFC 5322 section 3.3).
 *
 * time_out  Microseconds since 1970.
 */
bool smtp_find_date(const char *text, int64_t *time_out);

#endif
