/*
 * Structs that travel as lines of JSON, each described by one field table.
 *
 * The same table serves a worker's pipe, --record and --replay: whatever a
 * struct's table does not allow is refused on reading, whoever wrote it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_RECORD_H
#define CHECKS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"

/* The longest line that is read or written, without its newline. */
enum { RECORD_LINE_MAX = 4 * 1024 * 1024 };

enum field_kind {
    FIELD_BOOLEAN,  /* bool */
    FIELD_CHOICE,   /* int, an index into choices */
    FIELD_INTEGER,  /* int64_t */
    FIELD_REAL,     /* double; null in JSON where it is no number */
    FIELD_STRING,   /* char *, never NULL after record_new() */
    FIELD_STRINGS,  /* struct strings */
};

struct field {
    const char *name;           /* NULL ends a table */
    enum field_kind kind;
    size_t offset;
    int64_t minimum;            /* FIELD_INTEGER */
    int64_t maximum;            /* FIELD_INTEGER: largest; strings: bytes each */
    const char *const *choices; /* FIELD_CHOICE: names, NULL ends them */
    size_t most;                /* FIELD_STRINGS: how many */
};

struct record_type {
    const char *name;  /* the value of "type" in the line */
    size_t size;       /* of the struct */
    const struct field *fields;
};

/* Entries of a field table: the struct's tag, its member, and the limits. */
#define RECORD_BOOLEAN(tag, member) \
    { .name = #member, .kind = FIELD_BOOLEAN, .offset = offsetof(struct tag, member) }
#define RECORD_CHOICE(tag, member, names) \
    { .name = #member, .kind = FIELD_CHOICE, .offset = offsetof(struct tag, member), .choices = (names) }
#define RECORD_INTEGER(tag, member, low, high) \
    { .name = #member, .kind = FIELD_INTEGER, .offset = offsetof(struct tag, member), .minimum = (low), .maximum = (high) }
#define RECORD_REAL(tag, member) \
    { .name = #member, .kind = FIELD_REAL, .offset = offsetof(struct tag, member) }
#define RECORD_STRING(tag, member, bytes) \
    { .name = #member, .kind = FIELD_STRING, .offset = offsetof(struct tag, member), .maximum = (bytes) }
#define RECORD_STRINGS(tag, member, bytes, count) \
    { .name = #member, .kind = FIELD_STRINGS, .offset = offsetof(struct tag, member), .maximum = (bytes), .most = (count) }


/*
 * Make a record with every number zero, every string "" and every list empty.
 *
 * Returns a struct of the type's size for the caller to record_free().
 */
void *record_new(const struct record_type *type);

/* Free a record and what it owns.  Accepts NULL. */
void record_free(const struct record_type *type, void *record);

/* A deep copy of what the table lists, for the caller to record_free(). */
void *record_copy(const struct record_type *type, const void *record);

/* Give a string member a new value, a copy of text cleaned (text_clean())
   where it is not printable; text may be NULL for "". */
void record_set(char **member, const char *text);

/*
 * Write a record as one line of JSON without a newline: "type" first, then
 * the fields in the table's order.  Strings that are not printable UTF-8 are
 * escaped and longer ones cut, as text_clean() does; integers and choices out
 * of range are our own mistake and asserted.
 *
 * Returns a string for the caller to free().
 */
char *record_encode(const struct record_type *type, const void *record);

/* Write a record as a line with its newline; what fails shows in
   ferror(stream). */
void record_write(const struct record_type *type, const void *record,
                  FILE *stream);

/*
 * Read a line of JSON.
 *
 * types     The types allowed here; NULL ends them.
 * line      The line without its newline; borrowed.
 * length    Its bytes, which may be anything.
 * type_out  The type found.
 *
 * Fails unless the line is one JSON object with exactly "type" and that
 * type's fields, each of its kind and within its limits, strings being
 * printable UTF-8.
 *
 * Returns a record for the caller to record_free(), or NULL.
 */
void *record_decode(const struct record_type *const *types, const char *line,
                    size_t length, const struct record_type **type_out,
                    struct error *error);

#endif
