/*
 * How bad findings are, and in which order they are told.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/findings.h"

const char *const status_names[]
    = {"OK", "WARNING", "CRITICAL", "UNKNOWN", NULL};
const char *const impact_names[]
    = {"mail-fails", "mail-at-risk", "monitoring", NULL};


const char *
status_name(enum status status)
{
    return status_names[status];
}


const char *
impact_name(enum impact impact)
{
    return impact_names[impact];
}


/* How bad a status is; the exit statuses are not in that order. */
static int
badness(enum status status)
{
    static const int by_status[] = {
        [STATUS_OK] = 0,
        [STATUS_UNKNOWN] = 1,
        [STATUS_WARNING] = 2,
        [STATUS_CRITICAL] = 3,
    };

    return by_status[status];
}


bool
status_worse(enum status left, enum status right)
{
    return badness(left) > badness(right);
}


bool
finding_counts(const struct finding *finding)
{
    return finding->status != STATUS_OK && !finding->accepted;
}


enum status
findings_worst(const struct findings *findings)
{
    enum status worst = STATUS_OK;

    for (size_t i = 0; i < findings->count; i++)
        if (finding_counts(findings->items[i])
            && status_worse(findings->items[i]->status, worst))
            worst = findings->items[i]->status;
    for (size_t i = 0; i < findings->result_count; i++)
        if (status_worse(findings->results[i].status, worst))
            worst = findings->results[i].status;
    return worst;
}


/* The finding of a key, "CODE subject", or NULL. */
static struct finding *
find_key(const struct findings *findings, const char *key)
{
    size_t length = strcspn(key, " ");
    char *code;
    struct finding *found;

    if (!key[length])
        return NULL;
    code = xstrndup(key, length);
    found = findings_find(findings, code, key + length + 1);
    free(code);
    return found;
}


/* Have a finding's causes weigh as much as it does; whether that was news. */
static bool
weigh_causes(const struct findings *findings, const struct finding *finding)
{
    bool changed = false;

    for (size_t i = 0; i < finding->caused_by.count; i++) {
        struct finding *cause
            = find_key(findings, finding->caused_by.items[i]);

        if (cause && status_worse(finding->gravity, cause->gravity)) {
            cause->gravity = finding->gravity;
            changed = true;
        }
    }
    return changed;
}


/* Find out how grave each finding is with all that it explains.  What is
   accepted weighs nothing on others. */
static void
weigh(struct findings *findings)
{
    bool changed = true;

    for (size_t i = 0; i < findings->count; i++)
        findings->items[i]->gravity = findings->items[i]->status;
    /* As often as the longest chain; each turn makes some graver. */
    while (changed) {
        changed = false;
        for (size_t i = 0; i < findings->count; i++)
            if (finding_counts(findings->items[i]))
                changed |= weigh_causes(findings, findings->items[i]);
    }
}


/* Where a finding belongs: the more, the earlier. */
static int
prominence(const struct finding *finding)
{
    return finding->accepted ? 1 : 2 * badness(finding->gravity);
}


/* Order two findings for qsort(3). */
static int
compare_findings(const void *left, const void *right)
{
    const struct finding *a = *(struct finding *const *)left;
    const struct finding *b = *(struct finding *const *)right;
    int order = prominence(b) - prominence(a);

    if (!order)
        order = (a->caused_by.count > 0) - (b->caused_by.count > 0);
    if (!order)
        order = strcmp(a->check, b->check);
    if (!order)
        order = strcmp(a->code, b->code);
    return order ? order : strcmp(a->subject, b->subject);
}


/* Order two measurements for qsort(3). */
static int
compare_measurements(const void *left, const void *right)
{
    const struct measurement *a = left, *b = right;
    int order = strcmp(a->check, b->check);

    if (!order)
        order = strcmp(a->subject, b->subject);
    if (!order)
        order = strcmp(a->name, b->name);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}


void
findings_sort(struct findings *findings)
{
    weigh(findings);
    if (findings->count > 1)
        qsort(findings->items, findings->count, sizeof(struct finding *),
              compare_findings);
    if (findings->measurement_count > 1)
        qsort(findings->measurements, findings->measurement_count,
              sizeof(*findings->measurements), compare_measurements);
}
