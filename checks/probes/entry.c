/*
 * An LDAP entry made safe: printable values, bounded in length and number.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

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
entry_new(const char *dn, size_t length)
{
    struct entry *entry = xcalloc(1, sizeof(*entry));

    entry->name = xstrndup(dn, length);
    entry->dn = text_clean(dn, length, DN_MOST);
    return entry;
}


void
entry_free(struct entry *entry)
{
    if (!entry)
        return;
    for (size_t i = 0; i < entry->count; i++) {
        free(entry->attributes[i].name);
        strings_clear(&entry->attributes[i].values);
    }
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


struct attribute *
entry_attribute(struct entry *entry, const char *description, size_t length)
{
    char *name = text_clean(description, length, DESCRIPTION_MOST);
    char *options = strchr(name, ';');
    struct attribute *attribute;
    int64_t next = read_range(options);

    if (options)
        *options = '\0';
    attribute = find(entry, name);
    if (!attribute && entry->count < ATTRIBUTES_MOST) {
        entry->attributes = xrealloc(entry->attributes, entry->count + 1,
                                     sizeof(*entry->attributes));
        attribute = &entry->attributes[entry->count++];
        *attribute = (struct attribute){.name = xstrdup(name)};
    }
    /* "attr" comes empty beside "attr;range=0-1499". */
    if (attribute && options)
        attribute->next = next;
    free(name);
    return attribute;
}


void
entry_add(struct entry *entry, struct attribute *attribute, const void *value,
          size_t length)
{
    char *text = text_clean(value, length, VALUE_MOST);
    size_t bytes = strlen(text) + sizeof(*attribute->values.items);

    if (attribute->values.count >= VALUES_MOST
        || entry->bytes + bytes > ENTRY_BYTES_MOST) {
        entry->cut = true;
    } else {
        strings_add(&attribute->values, text);
        entry->bytes += bytes;
    }
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


struct attribute *
entry_unfinished(const struct entry *entry)
{
    for (size_t i = 0; i < entry->count; i++)
        if (entry->attributes[i].next > 0)
            return &entry->attributes[i];
    return NULL;
}
