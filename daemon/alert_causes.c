/*
 * Which alerts another one explains.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "daemon/alert_causes.h"


/* The alert of a cause that stands, or NULL. */
static struct alert *
standing_cause(const struct alert_table *table, const char *key)
{
    struct alert *cause = alert_table_find(table, key);

    return cause && cause->finding ? cause : NULL;
}


bool
alert_is_explained(const struct alert_table *table, const struct alert *alert)
{
    if (!alert->finding)
        return false;
    for (size_t i = 0; i < alert->finding->caused_by.count; i++)
        if (standing_cause(table, alert->finding->caused_by.items[i]))
            return true;
    return false;
}


/* Count a finding with all that explain it, directly or through others. */
static void
count_effect(const struct alert_table *table, const struct finding *finding,
             struct strings *seen)
{
    for (size_t i = 0; i < finding->caused_by.count; i++) {
        const char *key = finding->caused_by.items[i];
        struct alert *cause = standing_cause(table, key);

        if (!cause || strings_contain(seen, key))
            continue;
        strings_add(seen, key);
        cause->explains++;
        count_effect(table, cause->finding, seen);
    }
}


void
alert_causes_count(const struct alert_table *table,
                   const struct findings *latest)
{
    for (size_t i = 0; i < latest->count; i++) {
        struct strings seen = {0};

        if (finding_counts(latest->items[i]))
            count_effect(table, latest->items[i], &seen);
        strings_clear(&seen);
    }
}
