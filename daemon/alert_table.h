/*
 * The findings that alerts follow, and their file in the state directory, by
 * which they survive a restart.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERT_TABLE_H
#define DAEMON_ALERT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/findings.h"

/* A key that was found, and has not healed since. */
struct alert {
    char *key;           /* "CODE subject" */
    char *message;       /* as last found; so the next three */
    char *reference;
    int impact;          /* enum impact */
    int status;          /* enum status */
    int told;            /* enum status last told; STATUS_OK: not yet */
    int64_t found;       /* cycles that found it since it last was not there */
    int64_t since_us;    /* first found, wall clock */
    int64_t told_at_us;  /* last told, wall clock; 0: not yet */

    /* Not in the file. */
    char *code;
    const char *subject;            /* in key */
    int64_t began_us;               /* since_us on the monotonic clock */
    int64_t told_us;                /* told_at_us on the monotonic clock */
    const struct finding *finding;  /* of the running cycle, or NULL */
    size_t explains;                /* findings of it that this one explains */
};

/* Sorted by key.  All zero is an empty table. */
struct alert_table {
    struct alert **items;
    size_t count;
};


/* The alert of a key, or NULL. */
struct alert *alert_table_find(const struct alert_table *table,
                               const char *key);

/*
 * Add the alert of a key that is not there.
 *
 * Returns it, with every number zero and every string "", or NULL where the
 * table is full (ALERT_KEYS_MAX) or the key is not "CODE subject".
 */
struct alert *alert_table_insert(struct alert_table *table, const char *key);

/* Free an alert that was taken out of the table. */
void alert_free(struct alert *alert);

/* Free all and empty the table. */
void alert_table_clear(struct alert_table *table);

/* See alerts_save() and alerts_load(). */
bool alert_table_save(const struct alert_table *table, const char *path,
                      struct error *error);
bool alert_table_load(struct alert_table *table, const char *path,
                      int64_t monotonic_us, int64_t wall_us,
                      char **warning_out, struct error *error);

#endif
