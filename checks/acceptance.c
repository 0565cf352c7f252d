/*
 * Findings that somebody has accepted, with a reason and until a day.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "checks/acceptance.h"


/* The acceptance of a finding that lasts longest, or NULL. */
static const struct acceptance *
find_acceptance(const struct settings *settings,
                const struct finding *finding)
{
    const struct acceptance *longest = NULL;

    for (size_t i = 0; i < settings->accepted_count; i++) {
        const struct acceptance *one = settings->accepted[i];

        if (one->until_us > settings->numbers->time_us
            && (!longest || one->until_us > longest->until_us)
            && strcmp(one->code, finding->code) == 0
            && fnmatch(one->subject, finding->subject,
                       FNM_NOESCAPE | FNM_CASEFOLD) == 0)
            longest = one;
    }
    return longest;
}


void
acceptance_apply(struct findings *findings, const struct settings *settings)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = findings->items[i];
        const struct acceptance *acceptance
            = finding->status == STATUS_OK
                  ? NULL : find_acceptance(settings, finding);

        free(finding->accepted);
        finding->accepted = acceptance ? xstrdup(acceptance->reason) : NULL;
        finding->accepted_until_us = acceptance ? acceptance->until_us : 0;
    }
}
