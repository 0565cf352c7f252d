/*
 * An LDAP entry made safe: printable values, bounded in length and number.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_ENTRY_H
#define CHECKS_PROBES_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* What an entry's values may take in all, so that a fact made of them fits
   into a line: each byte may become two in JSON. */
enum { ENTRY_BYTES_MOST = 1536 * 1024 };

/* Bytes as they came. */
struct blob {
    uint8_t *bytes;         /* never NULL */
    size_t length;
};

struct blobs {
    struct blob *items;
    size_t count;
};

struct attribute {
    char *name;             /* without options, but ";binary" is kept */
    bool raw;               /* its values are in "blobs", else in "values" */
    struct strings values;
    struct blobs blobs;
    int64_t next;           /* Range retrieval: the first value that has not
                               come yet (MS-ADTS 3.1.1.3.1.3.3); 0: all have */
};

struct entry {
    char *name;             /* its DN as it came, for asking on */
    char *dn;               /* its DN, printable */
    const char *const *raw; /* attributes whose values stay bytes, borrowed;
                               NULL ends them, NULL: none */
    struct attribute *attributes;
    size_t count;
    size_t bytes;           /* of the values */
    bool cut;               /* values were dropped: there were too many */
};

/*
 * An entry without attributes, for entry_free().
 *
 * raw  As the entry's.
 */
struct entry *entry_new(const char *dn, size_t length,
                        const char *const *raw);

/* Accepts NULL. */
void entry_free(struct entry *entry);

/*
 * The attribute that a description names, which is added if need be.
 *
 * description  As it came: a name, and options after ';'.  A range option
 *              sets the attribute's "next".
 *
 * Returns NULL if the entry has more attributes than any asked for.
 */
struct attribute *entry_attribute(struct entry *entry,
                                  const char *description, size_t length);

/* Add a value, any bytes, unless the entry is full. */
void entry_add(struct entry *entry, struct attribute *attribute,
               const void *value, size_t length);

/* The values of an attribute; an empty list if there are none. */
const struct strings *entry_values(const struct entry *entry,
                                   const char *name);

/* The first value of an attribute, or "". */
const char *entry_value(const struct entry *entry, const char *name);

/*
 * The number that an attribute's first value is.
 *
 * Returns false, and leaves number_out alone, unless there is one and it fits.
 */
bool entry_number(const struct entry *entry, const char *name,
                  int64_t *number_out);

/* A number of 32 bits, which stand signed in the directory, as an unsigned
   one; or what to take instead where there is none. */
int64_t entry_word(const struct entry *entry, const char *name,
                   int64_t instead);

/* Whether an entry is of a class. */
bool entry_is(const struct entry *entry, const char *class);

/* The values of a raw attribute; an empty list if there are none. */
const struct blobs *entry_blobs(const struct entry *entry, const char *name);

/* An attribute of which values have not come yet, or NULL. */
struct attribute *entry_unfinished(const struct entry *entry);

#endif
