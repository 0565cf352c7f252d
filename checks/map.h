/*
 * What texts stand for: an index filled once, then asked.
 *
 * Upper and lower case are alike.  The texts are borrowed.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_MAP_H
#define CHECKS_MAP_H

#include <stddef.h>

struct map_entry {
    const char *key;
    const char *value;
    size_t order;  /* private */
};

/* All zero is an empty map. */
struct map {
    struct map_entry *entries;  /* sorted by key once finished, each once */
    size_t count;
};


/*
 * Add what a text stands for; an empty text, or one that stands for an empty
 * one, is left out.
 *
 * rank  Of several values of one key the lowest rank counts, and of those the
 *       first.
 */
void map_add(struct map *map, unsigned rank, const char *key,
             const char *value);

/* Sort the map; what is added later is found once it is finished again. */
void map_finish(struct map *map);

/* The entry of a key in a finished map, or NULL; and what it stands for. */
const struct map_entry *map_find(const struct map *map, const char *key);
const char *map_value(const struct map *map, const char *key);

/* Free what the map holds, and empty it. */
void map_clear(struct map *map);

#endif
