/*
 * An LDAP entry made safe: printable values, bounded in length and number.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/probes/entry.h"

enum {
    ATTRIBUTES_MOST = 64,     /* far more than are asked for */
    DESCRIPTION_MOST = 200,
    DN_MOST = 2000,
    VALUE_MOST = 1000,        /* just under what a fact holds */
    VALUES_MOST = 65536,
};


struct entry *
entry_new(const char *dn, size_t length, const char *const *raw)
{
    struct entry *entry = xcalloc(1, sizeof(*entry));

    entry->name = xstrndup(dn, length);
    entry->dn = text_clean(dn, length, DN_MOST);
    entry->raw = raw;
    return entry;
}


/* Free an attribute's values. */
static void
clear_attribute(struct attribute *attribute)
{
    for (size_t i = 0; i < attribute->blobs.count; i++)
        free(attribute->blobs.items[i].bytes);
    free(attribute->blobs.items);
    strings_clear(&attribute->values);
    free(attribute->name);
}


void
entry_free(struct entry *entry)
{
    if (!entry)
        return;
    for (size_t i = 0; i < entry->count; i++)
        clear_attribute(&entry->attributes[i]);
    free(entry->attributes);
    free(entry->name);
    free(entry->dn);
    free(entry);
}


static struct attribute *
find(const struct entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->count; i++)
        if (text_casecmp(entry->attributes[i].name, name) == 0)
            return &entry->attributes[i];
    return NULL;
}


/* What "range=0-1499" among a description's options says is still missing;
   0 for nothing, as in "range=1500-*". */
static int64_t
read_range(const char *options)
{
    while (options) {
        unsigned int low, high;

        if (text_has_prefix_case(options, ";range=")
            && sscanf(options + strlen(";range="), "%9u-%9u", &low, &high) == 2
            && high >= low)
            return (int64_t)high + 1;
        options = strchr(options + 1, ';');
    }
    return 0;
}


/* Whether ";binary" is among a description's options. */
static bool
is_binary(const char *options)
{
    static const char binary[] = ";binary";

    while (options) {
        char after = text_has_prefix_case(options, binary)
                         ? options[strlen(binary)] : '?';

        if (after == '\0' || after == ';')
            return true;
        options = strchr(options + 1, ';');
    }
    return false;
}


/* Add an attribute. */
static struct attribute *
add_attribute(struct entry *entry, const char *name)
{
    struct attribute *attribute;

    if (entry->count >= ATTRIBUTES_MOST)
        return NULL;
    entry->attributes = xrealloc(entry->attributes, entry->count + 1,
                                 sizeof(*entry->attributes));
    attribute = &entry->attributes[entry->count++];
    *attribute = (struct attribute){.name = xstrdup(name)};
    for (size_t i = 0; entry->raw && entry->raw[i]; i++)
        if (text_casecmp(entry->raw[i], name) == 0)
            attribute->raw = true;
    return attribute;
}


struct attribute *
entry_attribute(struct entry *entry, const char *description, size_t length)
{
    char *text = text_clean(description, length, DESCRIPTION_MOST);
    char *options = strchr(text, ';'), *name;
    struct attribute *attribute;

    name = xasprintf("%.*s%s", (int)strcspn(text, ";"), text,
                     is_binary(options) ? ";binary" : "");
    attribute = find(entry, name);
    if (!attribute)
        attribute = add_attribute(entry, name);
    /* "attr" comes empty beside "attr;range=0-1499". */
    if (attribute && options)
        attribute->next = read_range(options);
    free(name);
    free(text);
    return attribute;
}


/* Append bytes to an attribute's values. */
static void
add_blob(struct attribute *attribute, const void *value, size_t length)
{
    struct blobs *blobs = &attribute->blobs;
    struct blob blob = {.bytes = xcalloc(length + 1, 1), .length = length};

    if (length > 0)
        memcpy(blob.bytes, value, length);
    blobs->items = xrealloc(blobs->items, blobs->count + 1,
                            sizeof(*blobs->items));
    blobs->items[blobs->count++] = blob;
}


/* Take up room for a value; false if there is none left. */
static bool
make_room(struct entry *entry, size_t count, size_t bytes)
{
    if (count >= VALUES_MOST || bytes > ENTRY_BYTES_MOST
        || entry->bytes + bytes > ENTRY_BYTES_MOST) {
        entry->cut = true;
        return false;
    }
    entry->bytes += bytes;
    return true;
}


void
entry_add(struct entry *entry, struct attribute *attribute, const void *value,
          size_t length)
{
    char *text;

    if (attribute->raw) {
        if (make_room(entry, attribute->blobs.count,
                      length + sizeof(struct blob)))
            add_blob(attribute, value, length);
        return;
    }
    text = text_clean(value, length, VALUE_MOST);
    if (make_room(entry, attribute->values.count,
                  strlen(text) + sizeof(*attribute->values.items)))
        strings_add(&attribute->values, text);
    free(text);
}


const struct strings *
entry_values(const struct entry *entry, const char *name)
{
    static const struct strings none;
    const struct attribute *attribute = find(entry, name);

    return attribute ? &attribute->values : &none;
}


const char *
entry_value(const struct entry *entry, const char *name)
{
    const struct strings *values = entry_values(entry, name);

    return values->count > 0 ? values->items[0] : "";
}


bool
entry_number(const struct entry *entry, const char *name, int64_t *number_out)
{
    const char *text = entry_value(entry, name);
    long long number;
    char *end;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (end == text || *end || errno != 0)
        return false;
    *number_out = number;
    return true;
}


int64_t
entry_word(const struct entry *entry, const char *name, int64_t instead)
{
    int64_t number;

    if (!entry_number(entry, name, &number) || number < INT32_MIN
        || number > UINT32_MAX)
        return instead;
    return (int64_t)(uint32_t)number;
}


bool
entry_is(const struct entry *entry, const char *class)
{
    const struct strings *classes = entry_values(entry, "objectClass");

    for (size_t i = 0; i < classes->count; i++)
        if (text_casecmp(classes->items[i], class) == 0)
            return true;
    return false;
}


const struct blobs *
entry_blobs(const struct entry *entry, const char *name)
{
    static const struct blobs none;
    const struct attribute *attribute = find(entry, name);

    return attribute ? &attribute->blobs : &none;
}


struct attribute *
entry_unfinished(const struct entry *entry)
{
    for (size_t i = 0; i < entry->count; i++)
        if (entry->attributes[i].next > 0)
            return &entry->attributes[i];
    return NULL;
}
