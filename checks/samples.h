/*
 * The USNs at which domain controllers stood earlier, found by invocationId.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SAMPLES_H
#define CHECKS_SAMPLES_H

#include <stdint.h>

#include "checks/facts.h"

struct samples;

/*
 * Index the sample facts.
 *
 * facts   Borrowed until samples_free().
 * now_us  When the run began: samples from after it, which a clock that was
 *         set back leaves behind, are left out.
 */
struct samples *samples_new(const struct facts *facts, int64_t now_us);
void samples_free(struct samples *samples);

/* The time of the oldest sample that is not older than this, microseconds
   since 1970; or -1. */
int64_t samples_since(const struct samples *samples, const char *invocation,
                      int64_t least_us);

/* The time of the newest sample of any DC that is not later than this; or
   -1. */
int64_t samples_last(const struct samples *samples, int64_t most_us);

/* The time of the newest sample with a USN not above this; or -1. */
int64_t samples_within(const struct samples *samples, const char *invocation,
                       int64_t usn);

#endif
