/*
 * Tables of a configuration's keys: walking a document by them.
 *
 * The readers of single values are in schema_values.c.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/schema.h"
#include "daemon/spelling.h"

enum {
    ERRORS_MAX = 20,      /* then the rest is left for the next try */
    ELEMENTS_MAX = 1024,  /* of a list */
    VALUES_MAX = 65536,   /* of a document, its aliases written out */
};

/* Where a key of the file is. */
struct place {
    char *path;
    yaml_mark_t mark;
};

struct schema {
    const char *file;
    yaml_document_t *document;
    struct strings *unbuilt;
    struct strings *errors;
    size_t error_count;
    size_t value_count;
    char path[256];  /* of the value at hand, "mail_servers[0].host" */
    struct place *places;
    size_t place_count;
};


struct schema *
schema_new(const char *path, yaml_document_t *document,
           struct strings *unbuilt, struct strings *errors)
{
    struct schema *schema = xcalloc(1, sizeof(*schema));

    schema->file = path;
    schema->document = document;
    schema->unbuilt = unbuilt;
    schema->errors = errors;
    return schema;
}


void
schema_free(struct schema *schema)
{
    if (!schema)
        return;
    for (size_t i = 0; i < schema->place_count; i++)
        free(schema->places[i].path);
    free(schema->places);
    free(schema);
}


bool
schema_failed(const struct schema *schema)
{
    return schema->error_count > 0;
}


/* Whether reading on would tell nothing more. */
static bool
is_exhausted(const struct schema *schema)
{
    return schema->error_count >= ERRORS_MAX
           || schema->value_count > VALUES_MAX;
}


/* Add an error at a mark; none: in the file as a whole. */
static void __attribute__((format(printf, 4, 0)))
add_error(struct schema *schema, const yaml_mark_t *mark, const char *path,
          const char *format, va_list arguments)
{
    char *what = xvasprintf(format, arguments);
    char place[48] = "", *line;

    if (mark)
        snprintf(place, sizeof(place), ":%zu:%zu", mark->line + 1,
                 mark->column + 1);
    line = xasprintf("%s%s: %s%s%s", schema->file, place, path,
                     *path ? ": " : "", what);
    if (schema->error_count < ERRORS_MAX)
        strings_add(schema->errors, line);
    if (++schema->error_count == ERRORS_MAX) {
        free(line);
        line = xasprintf("%s: too many errors to show more", schema->file);
        strings_add(schema->errors, line);
    }
    free(line);
    free(what);
}


void
schema_error(struct schema *schema, const yaml_node_t *node,
             const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_error(schema, &node->start_mark, schema->path, format, arguments);
    va_end(arguments);
}


/* The place of a key, or NULL where the file does not have it. */
static const struct place *
find_place(const struct schema *schema, const char *path)
{
    for (size_t i = 0; i < schema->place_count; i++)
        if (strcmp(schema->places[i].path, path) == 0)
            return &schema->places[i];
    return NULL;
}


void
schema_blame(struct schema *schema, const char *const *paths,
             const char *format, ...)
{
    const struct place *place = NULL;
    va_list arguments;

    for (; !place && **paths; paths++)
        place = find_place(schema, *paths);
    va_start(arguments, format);
    add_error(schema, place ? &place->mark : NULL, place ? place->path : "",
              format, arguments);
    va_end(arguments);
}


void
schema_note_unbuilt(struct schema *schema, const char *what)
{
    char *line = xasprintf("%s: %s", schema->path, what);

    strings_add_unique(schema->unbuilt, line);
    free(line);
}


/* Go down one level of the path; returns what leave() needs. */
static size_t __attribute__((format(printf, 2, 3)))
enter(struct schema *schema, const char *format, ...)
{
    size_t length = strlen(schema->path);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(schema->path + length, sizeof(schema->path) - length, format,
              arguments);
    va_end(arguments);
    return length;
}


static void
leave(struct schema *schema, size_t length)
{
    schema->path[length] = '\0';
}


/* Count a value, which bounds what aliases may multiply. */
static bool
count_value(struct schema *schema, const yaml_node_t *node)
{
    if (++schema->value_count == VALUES_MAX + 1)
        schema_error(schema, node,
                     "more than %d values in all, aliases written out",
                     VALUES_MAX);
    return !is_exhausted(schema);
}


bool
schema_is_word(const yaml_node_t *node, const char *word)
{
    return node->type == YAML_SCALAR_NODE
           && node->data.scalar.length == strlen(word)
           && memcmp(node->data.scalar.value, word, strlen(word)) == 0;
}


bool
schema_is_single(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE;
}


/* Whether nothing was written where a list or mapping might have been. */
static bool
is_absent(const yaml_node_t *node)
{
    return schema_is_word(node, "")
           && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}


/* Whether a value asks for nothing: "", [], {}. */
static bool
is_void(const yaml_node_t *node)
{
    switch (node->type) {
    case YAML_SEQUENCE_NODE:
        return node->data.sequence.items.start == node->data.sequence.items.top;
    case YAML_MAPPING_NODE:
        return node->data.mapping.pairs.start == node->data.mapping.pairs.top;
    default:
        return schema_is_word(node, "");
    }
}


/* Find a key in sections, and its number counted through all of them. */
static const struct schema_key *
find_key(const struct schema_section *sections, const yaml_node_t *name,
         size_t *number_out, void **object_out)
{
    size_t number = 0;

    for (; sections->keys; sections++)
        for (const struct schema_key *key = sections->keys; key->name; key++) {
            if (schema_is_word(name, key->name)) {
                *number_out = number;
                *object_out = sections->object;
                return key;
            }
            number++;
        }
    return NULL;
}


/* Report a key that no section has. */
static void
refuse_key(struct schema *schema, const yaml_node_t *name,
           const struct schema_section *sections)
{
    struct strings known = {.items = NULL};
    const char *nearest;
    char *written, *list;
    size_t length;

    for (; sections->keys; sections++)
        for (const struct schema_key *key = sections->keys; key->name; key++)
            strings_add(&known, key->name);
    written = text_escape(name->data.scalar.value, name->data.scalar.length,
                          80);
    nearest = spelling_nearest(written, &known);
    list = spelling_list(&known);
    length = enter(schema, "%s%s", *schema->path ? "." : "", written);
    if (nearest)
        schema_error(schema, name, "unknown key; did you mean \"%s\"?",
                     nearest);
    else
        schema_error(schema, name, "unknown key; expected is one of: %s",
                     list);
    leave(schema, length);
    free(list);
    free(written);
    strings_clear(&known);
}


/* Remember where a key is. */
static void
add_place(struct schema *schema, const yaml_node_t *name)
{
    struct place place = {.path = xstrdup(schema->path),
                          .mark = name->start_mark};

    schema->places = xrealloc(schema->places, schema->place_count + 1,
                              sizeof(*schema->places));
    schema->places[schema->place_count++] = place;
}


/* Read a key's value, unless the key was there before. */
static void
read_pair(struct schema *schema, const yaml_node_t *name,
          const yaml_node_t *value, const struct schema_section *sections,
          uint64_t *seen)
{
    const struct schema_key *key;
    size_t number = 0, length;
    void *object = NULL;

    if (name->type != YAML_SCALAR_NODE) {
        schema_error(schema, name, "a key is a word, not a list or mapping");
        return;
    }
    key = find_key(sections, name, &number, &object);
    if (!key) {
        refuse_key(schema, name, sections);
        return;
    }
    length = enter(schema, "%s%s", *schema->path ? "." : "", key->name);
    if (*seen & (UINT64_C(1) << number)) {
        schema_error(schema, name, "repeated; give it once");
    } else {
        *seen |= UINT64_C(1) << number;
        add_place(schema, name);
        key->read(schema, value, key, object);
        if (key->unbuilt && !is_void(value))
            schema_note_unbuilt(schema, key->unbuilt);
    }
    leave(schema, length);
}


/* Report each required key that was not seen; returns whether there is none. */
static bool
expect_required(struct schema *schema, const yaml_node_t *node,
                const struct schema_section *sections, uint64_t seen)
{
    size_t number = 0;
    bool good = true;

    for (; sections->keys; sections++)
        for (const struct schema_key *key = sections->keys; key->name;
             key++, number++)
            if (key->flags & SCHEMA_REQUIRED
                && !(seen & (UINT64_C(1) << number))) {
                schema_error(schema, node, "\"%s\" is missing", key->name);
                good = false;
            }
    return good;
}


bool
schema_sections(struct schema *schema, const yaml_node_t *node,
                const struct schema_section *sections)
{
    uint64_t seen = 0;

    if (node->type == YAML_MAPPING_NODE) {
        const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

        for (; pair < node->data.mapping.pairs.top; pair++) {
            const yaml_node_t *name
                = yaml_document_get_node(schema->document, pair->key);

            if (!count_value(schema, name))
                return false;
            read_pair(schema, name,
                      yaml_document_get_node(schema->document, pair->value),
                      sections, &seen);
        }
    } else if (!is_absent(node)) {
        schema_error(schema, node, "keys with values are expected, not %s",
                     schema_is_single(node) ? "a single value" : "a list");
        return false;
    }
    return expect_required(schema, node, sections, seen);
}


void
schema_list(struct schema *schema, const yaml_node_t *node,
            schema_reader *element, const struct schema_key *key, void *object)
{
    const yaml_node_item_t *items = node->data.sequence.items.start;
    size_t count;

    if (is_absent(node))
        return;
    if (node->type != YAML_SEQUENCE_NODE) {
        schema_error(schema, node, "a list is expected, as [first, second] or "
                                   "with a \"- \" before each element");
        return;
    }
    count = (size_t)(node->data.sequence.items.top - items);
    if (count > ELEMENTS_MAX) {
        schema_error(schema, node, "%zu elements, and at most %d are allowed",
                     count, ELEMENTS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *value
            = yaml_document_get_node(schema->document, items[i]);
        size_t length = enter(schema, "[%zu]", i);

        if (count_value(schema, value))
            element(schema, value, key, object);
        leave(schema, length);
    }
}
