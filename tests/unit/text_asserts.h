/*
 * What a written text must have in it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_TEXT_ASSERTS_H
#define TESTS_UNIT_TEXT_ASSERTS_H

#include <stddef.h>

/* A text has a part. */
void assert_has(const char *text, const char *expected);

/* A text begins so. */
void assert_begins(const char *text, const char *expected);

/* A text has parts, in this order; NULL ends them. */
void assert_in_order(const char *text, const char *const *parts);

/* How often a text has a part. */
size_t count_of(const char *text, const char *part);

#endif
