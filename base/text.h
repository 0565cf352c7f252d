/*
 * Text from elsewhere made safe, and the few spellings the program promises.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* A time with microseconds in UTC, "2026-01-31T12:00:00.123456Z". */
enum { TEXT_TIME_SIZE = 40 };

/*
 * Copy bytes as printable UTF-8.
 *
 * bytes, length  What to copy; may hold anything, NULs included.
 * limit          At most so many bytes of output; a longer text ends in "...".
 *
 * Control characters (C0, DEL, C1), the line and paragraph separators,
 * bidirectional controls, backslashes and bytes that are not UTF-8 become
 * \xHH, a byte each, so that no escape sequence survives and the original can
 * be told.
 *
 * Returns a string for the caller to free().
 */
char *text_escape(const void *bytes, size_t length, size_t limit);

/*
 * As text_escape(), but a text that is printable already and within the limit
 * is copied as it is, backslashes included.
 */
char *text_clean(const void *bytes, size_t length, size_t limit);

/* Whether a string is UTF-8 without any of the characters that text_escape()
   would rewrite, backslashes excepted. */
bool text_is_printable(const char *text);

/* Cut an incomplete UTF-8 sequence off the end of a truncated string. */
void text_trim_utf8(char *text);

/*
 * Spell a host canonically: lower case (ASCII), without trailing dots.
 *
 * Returns a string for the caller to free().
 */
char *text_host(const char *host);

/*
 * Whether a text is a host or domain in canonical spelling that may be asked
 * for in DNS: labels of lower-case letters, digits, "-" and "_", with dots
 * between, none too long (RFC 1035 section 2.3.4).
 */
bool text_is_host(const char *text);

/* Join the first few of a list for a message, "a, b, c, d and 3 more", for the
   caller to free(). */
char *text_join(const struct strings *texts);

/* Fold ASCII letters of a string in place. */
void text_lower(char *text);
void text_upper(char *text);

/* Compare ASCII case-insensitively, whatever the locale. */
int text_casecmp(const char *left, const char *right);
bool text_has_prefix_case(const char *text, const char *prefix);

/*
 * Write a wall-clock time as RFC 3339 in UTC with microseconds.
 *
 * time_us  Microseconds since 1970-01-01T00:00:00Z.
 */
void text_time(int64_t time_us, char text_out[TEXT_TIME_SIZE]);

/*
 * Write a duration for a person: "0.4 ms", "250 ms", "3.2 s", "7 min",
 * "7 min 3 s", "2 h 5 min", "3 d 4 h".
 *
 * duration_us  Microseconds; the sign is kept.
 *
 * Returns a string for the caller to free().
 */
char *text_duration(int64_t duration_us);

#endif
