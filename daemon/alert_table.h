/*
 * The findings that alerts follow.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERT_TABLE_H
#define DAEMON_ALERT_TABLE_H

#include "daemon/alert.h"

/* More keys than that are not followed. */
enum { ALERT_KEYS_MAX = 16384 };

/* Sorted by key.  All zero is an empty table. */
struct alert_table {
    struct alert **items;
    size_t count;
};


/* The alert of a key, or NULL. */
struct alert *alert_table_find(const struct alert_table *table,
                               const char *key);

/* Add an alert, taking it over; where the table is full or has its key
   already, free it instead and return false. */
bool alert_table_insert(struct alert_table *table, struct alert *alert);

/* Free all and empty the table. */
void alert_table_clear(struct alert_table *table);

#endif
