/*
 * Settings as lines of a file: part of recordings and of the service's
 * status.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SETTINGS_FILE_H
#define DAEMON_SETTINGS_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "checks/record.h"
#include "checks/settings.h"

/* Limits that keep sums of times far from overflow: the year 10000, and ten
   years, both in microseconds. */
#define SETTINGS_TIME_MAX (INT64_C(253402300800) * 1000000)
#define SETTINGS_SPAN_MAX (INT64_C(10) * 366 * 86400 * 1000000)

/* The types of their lines. */
enum { SETTINGS_TYPES = 4 };
extern const struct record_type *const settings_types[SETTINGS_TYPES];

/* Settings being read. */
struct settings_reading {
    struct settings *settings;  /* the caller's */
    bool has_numbers;           /* without them they are none */
};


/* Write all of them; what fails shows in ferror(stream). */
void settings_write(const struct settings *settings, FILE *stream);

/* Whether a type is one of settings_types. */
bool settings_has_type(const struct record_type *type);

/*
 * Take over a record of one of those types.
 *
 * Fails, and frees it, when it is nothing that settings_write() would write
 * beside what was taken before.
 */
bool settings_take(struct settings_reading *reading,
                   const struct record_type *type, void *record,
                   struct error *error);

/* Add a target that is not there yet, taking it over. */
void settings_append_dc(struct settings *settings, struct target_dc *dc);
void settings_append_mail(struct settings *settings, struct target_mail *mail);

/* Whether a text is a host in canonical spelling. */
bool settings_is_host(const char *text);

#endif
