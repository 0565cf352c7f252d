/*
 * When which check is due.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>

#include "daemon/schedule.h"

struct schedule {
    const struct configuration *configuration;
    int64_t *due_us;      /* of each of the configuration's entries */
    int64_t *grid_us;     /* one point of its grid */
};


/* FNV-1a, a hash of few lines whose bits are well mixed for short texts. */
static uint64_t
hash(const char *text, uint64_t number)
{
    uint64_t value = UINT64_C(14695981039346656037) ^ number;

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return value;
}


/* Whether an entry is ever due. */
static bool
is_run(const struct check_schedule *entry)
{
    return entry->enabled && entry->check->judge;
}


struct schedule *
schedule_new(const struct configuration *configuration, const char *seed,
             int64_t now_us)
{
    struct schedule *schedule = xcalloc(1, sizeof(*schedule));
    size_t count = configuration->schedule_count;

    schedule->configuration = configuration;
    schedule->due_us = xcalloc(count, sizeof(*schedule->due_us));
    schedule->grid_us = xcalloc(count, sizeof(*schedule->grid_us));
    for (size_t i = 0; i < count; i++) {
        int64_t interval_us = configuration->schedule[i].interval_us;

        schedule->due_us[i] = now_us;
        schedule->grid_us[i] = (int64_t)(hash(seed, (uint64_t)interval_us)
                                         % (uint64_t)interval_us);
    }
    return schedule;
}


void
schedule_free(struct schedule *schedule)
{
    if (!schedule)
        return;
    free(schedule->due_us);
    free(schedule->grid_us);
    free(schedule);
}


void
schedule_all(struct schedule *schedule, int64_t now_us)
{
    for (size_t i = 0; i < schedule->configuration->schedule_count; i++)
        if (schedule->due_us[i] > now_us)
            schedule->due_us[i] = now_us;
}


int64_t
schedule_next_us(const struct schedule *schedule)
{
    int64_t next_us = INT64_MAX;

    for (size_t i = 0; i < schedule->configuration->schedule_count; i++)
        if (is_run(&schedule->configuration->schedule[i])
            && schedule->due_us[i] < next_us)
            next_us = schedule->due_us[i];
    return next_us;
}


/* The first point of an entry's grid that is at least half an interval away:
   a run out of turn, as the first one is, stands for the one after it. */
static int64_t
next_point_us(const struct schedule *schedule, size_t entry, int64_t now_us)
{
    int64_t interval_us
        = schedule->configuration->schedule[entry].interval_us;
    int64_t earliest_us = now_us + interval_us / 2;
    int64_t past_us = earliest_us - schedule->grid_us[entry];
    int64_t points = past_us / interval_us + (past_us % interval_us > 0);

    return schedule->grid_us[entry] + points * interval_us;
}


void
schedule_take(struct schedule *schedule, int64_t now_us,
              struct strings *names_out)
{
    const struct configuration *configuration = schedule->configuration;

    for (size_t i = 0; i < configuration->schedule_count; i++) {
        if (!is_run(&configuration->schedule[i])
            || schedule->due_us[i] > now_us)
            continue;
        strings_add(names_out, configuration->schedule[i].check->name);
        schedule->due_us[i] = next_point_us(schedule, i, now_us);
    }
}
