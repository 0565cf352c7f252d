/*
 * What this host knows of its own clock.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <sys/timex.h>

#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/self.h"
#include "checks/probes/self_services.h"

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


/* Emit the fact, and be done with it. */
static void
finish(struct self_fact *fact)
{
    emit_fact(FACT_SELF, fact);
    record_free(fact_types[FACT_SELF], fact);
}


void
self_start(struct net *net, const char *host)
{
    struct self_fact *fact = record_new(fact_types[FACT_SELF]);
    struct timex kernel = {.modes = 0};
    int state = adjtimex(&kernel);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, host);
    if (state < 0) {
        self_ask_services(net, &self_services, fact, finish);
    } else {
        self_judge(state, &kernel, fact->base.time_us, fact);
        finish(fact);
    }
}
