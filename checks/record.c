/*
 * Structs that travel as lines of JSON, each described by one field table.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/record.h"


/* A field's place in a record. */
static void *
member_of(const struct field *field, const void *record)
{
    return (char *)(uintptr_t)record + field->offset;
}


void *
record_new(const struct record_type *type)
{
    void *record = xcalloc(1, type->size);

    for (const struct field *field = type->fields; field->name; field++)
        if (field->kind == FIELD_STRING)
            *(char **)member_of(field, record) = xstrdup("");
    return record;
}


void
record_free(const struct record_type *type, void *record)
{
    if (!record)
        return;
    for (const struct field *field = type->fields; field->name; field++) {
        if (field->kind == FIELD_STRING)
            free(*(char **)member_of(field, record));
        else if (field->kind == FIELD_STRINGS)
            strings_clear(member_of(field, record));
    }
    free(record);
}


void *
record_copy(const struct record_type *type, const void *record)
{
    void *copy = record_new(type);

    for (const struct field *field = type->fields; field->name; field++) {
        const void *from = member_of(field, record);
        void *to = member_of(field, copy);

        switch (field->kind) {
        case FIELD_BOOLEAN:
            *(bool *)to = *(const bool *)from;
            break;
        case FIELD_CHOICE:
            *(int *)to = *(const int *)from;
            break;
        case FIELD_INTEGER:
            *(int64_t *)to = *(const int64_t *)from;
            break;
        case FIELD_REAL:
            *(double *)to = *(const double *)from;
            break;
        case FIELD_STRING:
            record_set(to, *(char *const *)from);
            break;
        case FIELD_STRINGS:
            for (size_t i = 0; i < ((const struct strings *)from)->count; i++)
                strings_add(to, ((const struct strings *)from)->items[i]);
            break;
        }
    }
    return copy;
}


void
record_set(char **member, const char *text)
{
    char *old = *member;

    *member = text ? text_clean(text, strlen(text), RECORD_LINE_MAX)
                   : xstrdup("");
    free(old);
}


/* JSON has neither infinities nor NaN. */
static json_t *
encode_real(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}


/* A JSON string of at most so many bytes, printable whatever the text.  What
   record_decode() has accepted is written as it was read. */
static json_t *
encode_string(const char *text, int64_t maximum)
{
    size_t length = strlen(text);
    bool fits = length <= (size_t)maximum && text_is_printable(text);
    char *clean = fits ? xstrdup(text)
                       : text_clean(text, length, (size_t)maximum - 3);
    json_t *value = json_string(clean);

    assert(value);
    free(clean);
    return value;
}


static json_t *
encode_strings(const struct strings *list, const struct field *field)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->count && i < field->most; i++)
        json_array_append_new(array, encode_string(list->items[i],
                                                   field->maximum));
    return array;
}


static json_t *
encode_field(const struct field *field, const void *record)
{
    const void *member = member_of(field, record);
    int64_t number;

    switch (field->kind) {
    case FIELD_BOOLEAN:
        return json_boolean(*(const bool *)member);
    case FIELD_CHOICE:
        return json_string(field->choices[*(const int *)member]);
    case FIELD_INTEGER:
        number = *(const int64_t *)member;
        assert(number >= field->minimum && number <= field->maximum);
        return json_integer(number);
    case FIELD_REAL:
        return encode_real(*(const double *)member);
    case FIELD_STRING:
        return encode_string(*(char *const *)member, field->maximum);
    case FIELD_STRINGS:
        return encode_strings(member, field);
    }
    return NULL;
}


char *
record_encode(const struct record_type *type, const void *record)
{
    json_t *object = json_object();
    char *line;

    json_object_set_new(object, "type", json_string(type->name));
    for (const struct field *field = type->fields; field->name; field++)
        json_object_set_new(object, field->name, encode_field(field, record));
    line = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    assert(line);
    return line;
}


void
record_write(const struct record_type *type, const void *record, FILE *stream)
{
    char *line = record_encode(type, record);

    fprintf(stream, "%s\n", line);
    free(line);
}


/* Check and copy a JSON string of at most so many bytes; NULL if unfit. */
static char *
decode_string(const json_t *value, int64_t maximum)
{
    const char *text = json_string_value(value);

    if (!text || json_string_length(value) > (size_t)maximum
        || !text_is_printable(text))
        return NULL;
    return xstrdup(text);
}


static bool
decode_strings(const json_t *value, const struct field *field,
               struct strings *list)
{
    if (!json_is_array(value) || json_array_size(value) > field->most)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        char *item = decode_string(json_array_get(value, i), field->maximum);

        if (!item)
            return false;
        strings_add(list, item);
        free(item);
    }
    return true;
}


static bool
decode_choice(const json_t *value, const struct field *field, int *choice_out)
{
    const char *name = json_string_value(value);

    for (int i = 0; name && field->choices[i]; i++)
        if (strcmp(field->choices[i], name) == 0) {
            *choice_out = i;
            return true;
        }
    return false;
}


static bool
decode_field(const json_t *value, const struct field *field, void *record)
{
    void *member = member_of(field, record);
    char *text;

    switch (field->kind) {
    case FIELD_BOOLEAN:
        *(bool *)member = json_is_true(value);
        return json_is_boolean(value);
    case FIELD_CHOICE:
        return decode_choice(value, field, member);
    case FIELD_INTEGER:
        *(int64_t *)member = json_integer_value(value);
        return json_is_integer(value)
               && json_integer_value(value) >= field->minimum
               && json_integer_value(value) <= field->maximum;
    case FIELD_REAL:
        *(double *)member = json_is_null(value) ? NAN
                                                : json_number_value(value);
        return json_is_number(value) || json_is_null(value);
    case FIELD_STRING:
        text = decode_string(value, field->maximum);
        if (!text)
            return false;
        free(*(char **)member);
        *(char **)member = text;
        return true;
    case FIELD_STRINGS:
        return decode_strings(value, field, member);
    }
    return false;
}


/* Fill a record from an object; fails at the first unfit or missing field. */
static bool
decode_fields(const json_t *object, const struct record_type *type,
              void *record, struct error *error)
{
    size_t count = 1;

    for (const struct field *field = type->fields; field->name; field++) {
        const json_t *value = json_object_get(object, field->name);

        if (!value)
            return error_set(error, "%s record without %s", type->name,
                             field->name);
        if (!decode_field(value, field, record))
            return error_set(error, "%s record with an unfit value of %s",
                             type->name, field->name);
        count++;
    }
    if (json_object_size(object) != count)
        return error_set(error, "%s record with an unknown member",
                         type->name);
    return true;
}


void *
record_decode(const struct record_type *const *types, const char *line,
              size_t length, const struct record_type **type_out,
              struct error *error)
{
    const struct record_type *type = NULL;
    json_error_t reason;
    json_t *object = NULL;
    const char *name;
    void *record = NULL;

    if (length > RECORD_LINE_MAX) {
        error_set(error, "a line of more than %d bytes", RECORD_LINE_MAX);
        return NULL;
    }
    object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &reason);
    name = json_string_value(json_object_get(object, "type"));
    for (; name && *types; types++)
        if (strcmp((*types)->name, name) == 0)
            type = *types;
    if (!type) {
        error_set(error, "not a JSON record of a known type");
        goto done;
    }
    record = record_new(type);
    if (!decode_fields(object, type, record, error)) {
        record_free(type, record);
        record = NULL;
        goto done;
    }
    *type_out = type;

done:
    json_decref(object);
    return record;
}
