/*
 * A set of texts, each with something attached: open addressing with linear
 * probing, at most half full.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/keys.h"

enum { FIRST_SIZE = 64 };

struct keys {
    struct key *places;
    size_t size;  /* a power of two */
    size_t count;
};


struct keys *
keys_new(void)
{
    struct keys *keys = xcalloc(1, sizeof(*keys));

    keys->size = FIRST_SIZE;
    keys->places = xcalloc(keys->size, sizeof(*keys->places));
    return keys;
}


void
keys_free(struct keys *keys)
{
    if (!keys)
        return;
    free(keys->places);
    free(keys);
}


size_t
keys_count(const struct keys *keys)
{
    return keys->count;
}


/* Hash a text (FNV-1a, 64 bits). */
static uint64_t
hash(const char *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sum;
}


/* The place that holds a text, or the free one where it belongs. */
static struct key *
find_place(const struct keys *keys, const char *text)
{
    size_t at = hash(text) & (keys->size - 1);

    while (keys->places[at].text && strcmp(keys->places[at].text, text) != 0)
        at = (at + 1) & (keys->size - 1);
    return &keys->places[at];
}


/* Double the room. */
static void
grow(struct keys *keys)
{
    struct keys larger = {.size = 2 * keys->size, .count = keys->count};

    larger.places = xcalloc(larger.size, sizeof(*larger.places));
    for (size_t i = 0; i < keys->size; i++)
        if (keys->places[i].text)
            *find_place(&larger, keys->places[i].text) = keys->places[i];
    free(keys->places);
    *keys = larger;
}


struct key *
keys_find(const struct keys *keys, const char *text)
{
    struct key *place = find_place(keys, text);

    return place->text ? place : NULL;
}


struct key *
keys_put(struct keys *keys, const char *text)
{
    struct key *place = find_place(keys, text);

    if (place->text)
        return place;
    if (2 * (keys->count + 1) > keys->size) {
        grow(keys);
        place = find_place(keys, text);
    }
    place->text = text;
    keys->count++;
    return place;
}
