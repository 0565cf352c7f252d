/*
 * Tables of a configuration's keys, and the reading of a YAML document by
 * them.
 *
 * A mapping's keys are a table, each with the function that reads its value,
 * and with limits and a place to keep it.  Reading goes on after a mistake,
 * so that one run shows them all.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SCHEMA_H
#define DAEMON_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "base/memory.h"
#include "daemon/values.h"

/* A document being read. */
struct schema;

struct schema_key;

/*
 * Read a key's value.
 *
 * node    The value.
 * key     Its line of the table.
 * object  The struct that key->offset is in.
 *
 * Reports its own errors.
 */
typedef void schema_reader(struct schema *schema, const yaml_node_t *node,
                           const struct schema_key *key, void *object);

/* A value that is tested and then dropped: nothing uses it yet. */
#define SCHEMA_UNKEPT ((size_t)-1)

enum {
    SCHEMA_EMPTY = 1,     /* "" is allowed, and leaves what was there */
    SCHEMA_HOST = 2,      /* kept as text_host() spells it */
    SCHEMA_UPPER = 4,     /* kept in capitals */
    SCHEMA_REQUIRED = 8,  /* the mapping is nothing without it */
    SCHEMA_AUTO = 16,     /* a duration may be "auto", which changes nothing */
    SCHEMA_SECRET = 32,   /* errors do not repeat the value */
};

struct schema_key {
    const char *name;            /* NULL ends a table */
    schema_reader *read;
    size_t offset;               /* of the member, or SCHEMA_UNKEPT */
    int flags;
    value_test *test;            /* of a text, or of each text in a list */
    int64_t minimum, maximum;    /* of a number or duration */
    const char *const *choices;  /* NULL ends them */
    const struct schema_key *keys;  /* of a mapping */
    const char *unbuilt;  /* what this version does not do about it, or NULL */
};

/* Readers.  The member's type stands behind each. */
schema_reader schema_text;      /* char *, replaced */
schema_reader schema_texts;     /* struct strings, replaced; no repetitions */
schema_reader schema_append;    /* struct strings: one more */
schema_reader schema_integer;   /* int64_t */
schema_reader schema_duration;  /* int64_t, microseconds */
schema_reader schema_boolean;   /* bool */
schema_reader schema_choice;    /* int, the choice's index */
schema_reader schema_switch;    /* bool: the second of two choices */
schema_reader schema_mapping;   /* the struct that key->keys are in; with
                                   SCHEMA_UNKEPT theirs are not kept either */
schema_reader schema_mappings;  /* a list of them, tested and not kept */

/* Part of a mapping's keys, and the struct that they are in. */
struct schema_section {
    const struct schema_key *keys;  /* NULL ends the sections */
    void *object;                   /* NULL: nothing is kept */
};

/*
 * Begin to read a document.
 *
 * path      The file's name, for errors; borrowed, as all the others are.
 * unbuilt   Appended to: what the file asks and this version does not do.
 *
 * Returns a handle for the caller to schema_free().
 */
struct schema *schema_new(const char *path, yaml_document_t *document,
                          struct strings *unbuilt, struct strings *errors);
void schema_free(struct schema *schema);

/* Whether any error was reported. */
bool schema_failed(const struct schema *schema);

/*
 * Read a mapping whose keys are those of all the sections.  An empty value
 * counts as a mapping without keys.
 *
 * Returns whether it was one, with all that is required.
 */
bool schema_sections(struct schema *schema, const yaml_node_t *node,
                     const struct schema_section *sections);

/*
 * Read a list.
 *
 * element  Called for each value, with the key and object given here, and
 *          with the element's number as part of the path.
 */
void schema_list(struct schema *schema, const yaml_node_t *node,
                 schema_reader *element, const struct schema_key *key,
                 void *object);

/* Whether a value is this word. */
bool schema_is_word(const yaml_node_t *node, const char *word);

/* Whether a value is a single one, neither a list nor a mapping. */
bool schema_is_single(const yaml_node_t *node);

/* Report an error in the value at hand. */
void schema_error(struct schema *schema, const yaml_node_t *node,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Report an error at the first of several keys that the file has ("" ends
   them, and stands for the file as a whole); called after all was read. */
void schema_blame(struct schema *schema, const char *const *paths,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Note that this version does not do what the value at hand asks for. */
void schema_note_unbuilt(struct schema *schema, const char *what);

#endif
