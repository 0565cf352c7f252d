/*
 * The findings that alerts follow.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/alert_table.h"


/* Where a key is, or belongs. */
static size_t
position_of(const struct alert_table *table, const char *key)
{
    size_t low = 0, high = table->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(table->items[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}


struct alert *
alert_table_find(const struct alert_table *table, const char *key)
{
    size_t at = position_of(table, key);

    if (at < table->count && strcmp(table->items[at]->key, key) == 0)
        return table->items[at];
    return NULL;
}


bool
alert_table_insert(struct alert_table *table, struct alert *alert)
{
    size_t at = position_of(table, alert->key);

    if (table->count >= ALERT_KEYS_MAX
        || alert_table_find(table, alert->key)) {
        alert_free(alert);
        return false;
    }
    table->items = xrealloc(table->items, table->count + 1,
                            sizeof(struct alert *));
    memmove(table->items + at + 1, table->items + at,
            (table->count - at) * sizeof(struct alert *));
    table->items[at] = alert;
    table->count++;
    return true;
}


void
alert_table_clear(struct alert_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        alert_free(table->items[i]);
    free(table->items);
    *table = (struct alert_table){0};
}
