/*
 * A set of texts, each with something attached: a hash table.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_KEYS_H
#define CHECKS_KEYS_H

#include <stddef.h>

struct keys;

struct key {
    const char *text;  /* NULL in a free place */
    void *value;       /* NULL at first; the caller's to set */
};

struct keys *keys_new(void);

/* Free the set, not its texts and values.  Accepts NULL. */
void keys_free(struct keys *keys);

/* How many texts the set holds. */
size_t keys_count(const struct keys *keys);

/* The key of a text, valid until the next keys_put(), or NULL. */
struct key *keys_find(const struct keys *keys, const char *text);

/*
 * Put a text into the set unless it is there.
 *
 * text  Borrowed for as long as the set lives.
 *
 * Returns its key, valid until the next keys_put().
 */
struct key *keys_put(struct keys *keys, const char *text);

#endif
