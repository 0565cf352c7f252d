/*
 * What texts stand for.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/map.h"

/* The order of an entry: its rank above, the order of arrival below. */
enum { RANK_SHIFT = sizeof(size_t) * 8 - 4 };


void
map_add(struct map *map, unsigned rank, const char *key, const char *value)
{
    if (!*key || !*value)
        return;
    map->entries = xrealloc(map->entries, map->count + 1,
                            sizeof(*map->entries));
    map->entries[map->count] = (struct map_entry){
        key, value, ((size_t)rank << RANK_SHIFT) + map->count};
    map->count++;
}


/* Order entries for qsort(3). */
static int
compare_entries(const void *left, const void *right)
{
    const struct map_entry *a = left, *b = right;
    int order = text_casecmp(a->key, b->key);

    return order ? order : (a->order > b->order) - (a->order < b->order);
}


void
map_finish(struct map *map)
{
    size_t kept = 0;

    if (map->count > 1)
        qsort(map->entries, map->count, sizeof(*map->entries),
              compare_entries);
    for (size_t i = 0; i < map->count; i++)
        if (kept == 0
            || text_casecmp(map->entries[kept - 1].key, map->entries[i].key)
                   != 0)
            map->entries[kept++] = map->entries[i];
    map->count = kept;
}


/* Compare a key with an entry for bsearch(3). */
static int
compare_key(const void *key, const void *entry)
{
    return text_casecmp(key, ((const struct map_entry *)entry)->key);
}


const struct map_entry *
map_find(const struct map *map, const char *key)
{
    return map->count ? bsearch(key, map->entries, map->count,
                                sizeof(*map->entries), compare_key)
                      : NULL;
}


const char *
map_value(const struct map *map, const char *key)
{
    const struct map_entry *entry = map_find(map, key);

    return entry ? entry->value : NULL;
}


void
map_clear(struct map *map)
{
    free(map->entries);
    *map = (struct map){NULL, 0};
}
