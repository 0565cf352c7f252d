/*
 * Tables of a configuration's keys: the readers of their values.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/schema.h"
#include "daemon/spelling.h"

/* How much of a bad value an error shows. */
enum { SHOWN_MAX = 80 };


/* Where a key's value is kept, or NULL if nowhere. */
static void *
member_of(const struct schema_key *key, void *object)
{
    return !object || key->offset == SCHEMA_UNKEPT
               ? NULL
               : (char *)object + key->offset;
}


/* The text of a single value, or NULL after an error. */
static const char *
get_text(struct schema *schema, const yaml_node_t *node)
{
    const char *text;

    if (!schema_is_single(node)) {
        schema_error(schema, node, "a single value is expected, not %s",
                     node->type == YAML_SEQUENCE_NODE ? "a list"
                                                      : "keys with values");
        return NULL;
    }
    text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length
        || !text_is_printable(text)) {
        schema_error(schema, node, "control characters are not allowed");
        return NULL;
    }
    if (node->tag && strcmp((const char *)node->tag, YAML_STR_TAG) != 0) {
        schema_error(schema, node, "YAML tags are not used here");
        return NULL;
    }
    return text;
}


/* Report what a value should have been. */
static void
refuse(struct schema *schema, const yaml_node_t *node,
       const struct schema_key *key, const char *text, const char *expected)
{
    char *shown = text_clean(text, strlen(text), SHOWN_MAX);

    if (key->flags & SCHEMA_SECRET)
        schema_error(schema, node, "%s", expected);
    else
        schema_error(schema, node, "\"%s\": %s", shown, expected);
    free(shown);
}


/* Read a text that passes the key's test, spelt as the key's flags say; NULL
   if it was left empty or after an error. */
static char *
read_text(struct schema *schema, const yaml_node_t *node,
          const struct schema_key *key)
{
    const char *text = get_text(schema, node), *expected;
    char *copy;

    if (!text || (!*text && key->flags & SCHEMA_EMPTY))
        return NULL;
    expected = key->test(text);
    if (expected) {
        refuse(schema, node, key, text, expected);
        return NULL;
    }
    copy = key->flags & SCHEMA_HOST ? text_host(text) : xstrdup(text);
    if (key->flags & SCHEMA_UPPER)
        text_upper(copy);
    return copy;
}


void
schema_text(struct schema *schema, const yaml_node_t *node,
            const struct schema_key *key, void *object)
{
    char **member = member_of(key, object);
    char *text = read_text(schema, node, key);

    if (text && member) {
        free(*member);
        *member = text;
    } else {
        free(text);
    }
}


/* Add an element to a list of different texts. */
static void
add_text(struct schema *schema, const yaml_node_t *node,
         const struct schema_key *key, void *list)
{
    char *text = read_text(schema, node, key);

    if (text && strings_contain(list, text))
        schema_error(schema, node, "\"%s\" is repeated; give it once", text);
    else if (text)
        strings_add(list, text);
    free(text);
}


void
schema_texts(struct schema *schema, const yaml_node_t *node,
             const struct schema_key *key, void *object)
{
    struct strings *member = member_of(key, object);
    struct strings list = {.items = NULL};

    schema_list(schema, node, add_text, key, &list);
    if (member) {
        strings_clear(member);
        *member = list;
    } else {
        strings_clear(&list);
    }
}


void
schema_append(struct schema *schema, const yaml_node_t *node,
              const struct schema_key *key, void *object)
{
    struct strings *member = member_of(key, object);
    char *text = read_text(schema, node, key);

    if (text && member)
        strings_add(member, text);
    free(text);
}


void
schema_integer(struct schema *schema, const yaml_node_t *node,
               const struct schema_key *key, void *object)
{
    int64_t *member = member_of(key, object);
    const char *text = get_text(schema, node);
    int64_t number;
    char *expected;

    if (!text)
        return;
    if (value_integer(text, &number) && number >= key->minimum
        && number <= key->maximum) {
        if (member)
            *member = number;
        return;
    }
    expected = xasprintf("a whole number from %" PRId64 " to %" PRId64
                         " is expected", key->minimum, key->maximum);
    refuse(schema, node, key, text, expected);
    free(expected);
}


void
schema_duration(struct schema *schema, const yaml_node_t *node,
                const struct schema_key *key, void *object)
{
    int64_t *member = member_of(key, object);
    const char *text = get_text(schema, node);
    char *least, *most, *expected;
    int64_t duration;

    if (!text || (key->flags & SCHEMA_AUTO && strcmp(text, "auto") == 0))
        return;
    if (value_duration(text, &duration) && duration >= key->minimum
        && duration <= key->maximum) {
        if (member)
            *member = duration;
        return;
    }
    least = value_duration_text(key->minimum);
    most = value_duration_text(key->maximum);
    expected = xasprintf("a duration from %s to %s is expected%s, such as "
                         "500ms, 30s, 5m, 4h or 1d", least, most,
                         key->flags & SCHEMA_AUTO ? ", or auto" : "");
    refuse(schema, node, key, text, expected);
    free(expected);
    free(most);
    free(least);
}


/* Read one of a key's words; returns its index, or -1 after an error. */
static int
read_choice(struct schema *schema, const yaml_node_t *node,
            const struct schema_key *key, const char *const *choices)
{
    const char *text = get_text(schema, node), *nearest;
    struct strings words = {.items = NULL};
    char *list, *expected;

    if (!text)
        return -1;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0) {
            strings_clear(&words);
            return i;
        }
        strings_add(&words, choices[i]);
    }
    nearest = spelling_nearest(text, &words);
    list = spelling_list(&words);
    expected = nearest
                   ? xasprintf("did you mean \"%s\"?  Expected is one of: %s",
                               nearest, list)
                   : xasprintf("expected is one of: %s", list);
    refuse(schema, node, key, text, expected);
    free(expected);
    free(list);
    strings_clear(&words);
    return -1;
}


void
schema_choice(struct schema *schema, const yaml_node_t *node,
              const struct schema_key *key, void *object)
{
    int *member = member_of(key, object);
    int choice = read_choice(schema, node, key, key->choices);

    if (choice >= 0 && member)
        *member = choice;
}


void
schema_switch(struct schema *schema, const yaml_node_t *node,
              const struct schema_key *key, void *object)
{
    bool *member = member_of(key, object);
    int choice = read_choice(schema, node, key, key->choices);

    if (choice >= 0 && member)
        *member = choice == 1;
}


void
schema_boolean(struct schema *schema, const yaml_node_t *node,
               const struct schema_key *key, void *object)
{
    static const char *const words[] = {"false", "true", NULL};
    bool *member = member_of(key, object);
    int choice = read_choice(schema, node, key, words);

    if (choice >= 0 && member)
        *member = choice == 1;
}


void
schema_mapping(struct schema *schema, const yaml_node_t *node,
               const struct schema_key *key, void *object)
{
    const struct schema_section sections[] = {
        {.keys = key->keys, .object = member_of(key, object)},
        {.keys = NULL},
    };

    schema_sections(schema, node, sections);
}


void
schema_mappings(struct schema *schema, const yaml_node_t *node,
                const struct schema_key *key, void *object)
{
    (void)object;
    schema_list(schema, node, schema_mapping, key, NULL);
}
