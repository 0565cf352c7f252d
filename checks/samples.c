/*
 * The USNs at which domain controllers stood earlier.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>

#include "base/text.h"
#include "checks/samples.h"

struct samples {
    const struct sample_fact **items;  /* by invocationId, then by time */
    size_t count;
};


/* Order samples for qsort(3). */
static int
compare_samples(const void *left, const void *right)
{
    const struct sample_fact *a = *(const struct sample_fact *const *)left;
    const struct sample_fact *b = *(const struct sample_fact *const *)right;
    int order = text_casecmp(a->invocation, b->invocation);

    return order ? order : (a->base.time_us > b->base.time_us)
                           - (a->base.time_us < b->base.time_us);
}


struct samples *
samples_new(const struct facts *facts, int64_t now_us)
{
    struct samples *samples = xcalloc(1, sizeof(*samples));
    size_t count = 0;

    FACTS_EACH(facts, FACT_SAMPLE, sample_fact, sample)
        count++;
    samples->items = xcalloc(count, sizeof(*samples->items));
    FACTS_EACH(facts, FACT_SAMPLE, sample_fact, sample)
        if (sample->base.time_us <= now_us)
            samples->items[samples->count++] = sample;
    if (samples->count > 1)
        qsort(samples->items, samples->count, sizeof(*samples->items),
              compare_samples);
    return samples;
}


void
samples_free(struct samples *samples)
{
    if (!samples)
        return;
    free(samples->items);
    free(samples);
}


/* The place of the first sample of an invocationId; the count if none has a
   name like that or a later one. */
static size_t
find_first(const struct samples *samples, const char *invocation)
{
    size_t low = 0, high = samples->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (text_casecmp(samples->items[middle]->invocation, invocation) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}


/* Whether there is a sample of an invocationId at a place. */
static bool
is_sample_of(const struct samples *samples, size_t place,
             const char *invocation)
{
    return place < samples->count
           && text_casecmp(samples->items[place]->invocation, invocation)
                  == 0;
}


int64_t
samples_since(const struct samples *samples, const char *invocation,
              int64_t least_us)
{
    size_t place = find_first(samples, invocation);

    for (; is_sample_of(samples, place, invocation); place++)
        if (samples->items[place]->base.time_us >= least_us)
            return samples->items[place]->base.time_us;
    return -1;
}


int64_t
samples_last(const struct samples *samples, int64_t most_us)
{
    int64_t last_us = -1;

    for (size_t i = 0; i < samples->count; i++) {
        int64_t time_us = samples->items[i]->base.time_us;

        if (time_us <= most_us && time_us > last_us)
            last_us = time_us;
    }
    return last_us;
}


int64_t
samples_within(const struct samples *samples, const char *invocation,
               int64_t usn)
{
    size_t place = find_first(samples, invocation);
    int64_t time_us = -1;

    for (; is_sample_of(samples, place, invocation); place++)
        if (samples->items[place]->usn <= usn)
            time_us = samples->items[place]->base.time_us;
    return time_us;
}
