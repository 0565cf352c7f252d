/*
 * What this host knows of its own clock.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/self.h"

#define US_PER_S INT64_C(1000000)


void
self_judge(int state, const struct timex *kernel, int64_t now_us,
           struct self_fact *fact)
{
    int64_t fraction = kernel->time.tv_usec;
    int64_t shown_us;

    if (kernel->status & STA_NANO)
        fraction /= 1000;
    shown_us = kernel->time.tv_sec * US_PER_S + fraction;
    if (llabs(now_us - shown_us) >= US_PER_S)
        record_set(&fact->detail, "programs see another time than the"
                   " kernel's clock, or it was just set");
    else if (state == TIME_ERROR || (kernel->status & STA_UNSYNC))
        record_set(&fact->detail, "the kernel's clock is not synchronised:"
                   " is chrony or another NTP service running?");
    else
        fact->synchronized = true;
    if (fact->synchronized) {
        fact->max_error_us = kernel->maxerror > 0 ? kernel->maxerror : 0;
        record_set(&fact->detail, "the kernel's clock is synchronised");
    }
}


void
self_emit(const char *host)
{
    const struct record_type *type = fact_types[FACT_SELF];
    struct self_fact *fact = record_new(type);
    struct timex kernel = {.modes = 0};
    int state = adjtimex(&kernel);
    char reason[128];

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, host);
    if (state < 0) {
        snprintf(reason, sizeof(reason), "reading the kernel's clock: %s",
                 strerror(errno));
        record_set(&fact->detail, reason);
    } else {
        self_judge(state, &kernel, fact->base.time_us, fact);
    }
    emit_fact(FACT_SELF, fact);
    record_free(type, fact);
}
