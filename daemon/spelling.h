/*
 * What a misspelt word was probably meant to be.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SPELLING_H
#define DAEMON_SPELLING_H

#include "base/memory.h"

/*
 * Find the word nearest to a misspelt one.
 *
 * word        What was written; may be any text.
 * candidates  What may be written.
 *
 * Returns a candidate that one or two slips of the finger lead to (a letter
 * missing, added, replaced, or two swapped; case and "-" for "_" do not
 * count), for short words only one, or NULL.  Of several equally near the
 * first.
 */
const char *spelling_nearest(const char *word,
                             const struct strings *candidates);

/* Write a list as "a, b, c" for the caller to free(). */
char *spelling_list(const struct strings *words);

#endif
