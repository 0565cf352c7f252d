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

struct attribute {
    char *name;             /* without options */
    struct strings values;
    int64_t next;           /* Range retrieval: the first value that has not
                               come yet (MS-ADTS 3.1.1.3.1.3.3); 0: all have */
};

struct entry {
    char *name;             /* its DN as it came, for asking on */
    char *dn;               /* its DN, printable */
    struct attribute *attributes;
    size_t count;
    size_t bytes;           /* of the values */
    bool cut;               /* values were dropped: there were too many */
};

/* An entry without attributes, for entry_free(). */
struct entry *entry_new(const char *dn, size_t length);

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

/* An attribute of which values have not come yet, or NULL. */
struct attribute *entry_unfinished(const struct entry *entry);

#endif
