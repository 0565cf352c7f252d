/*
 * What the time services of this host know of its clock: for where the kernel
 * may not be asked, as under ProtectClock= of systemd.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SELF_SERVICES_H
#define CHECKS_PROBES_SELF_SERVICES_H

#include "checks/facts.h"
#include "checks/probes/chrony.h"
#include "checks/probes/net.h"

/* Where they are. */
struct self_services {
    int chrony_port;             /* chronyd's for commands, on 127.0.0.1 */
    int ntp_port;                /* ntpd's, ntpsec's, on 127.0.0.1 */
    const char *timesync_mark;   /* touched by systemd-timesyncd whenever it
                                    has set the clock */
};

/* Where they are unless a test has put them elsewhere. */
extern const struct self_services self_services;

/*
 * Ask one after the other, until one answers.  The first that does is the one
 * that keeps this clock, and believed also when it says that the clock is not
 * synchronised; the mark, which may be left from another service's time, comes
 * last.
 *
 * services  Where they are; borrowed until done.
 * fact      synchronized, max_error_us and detail are filled in, time_us is
 *           taken as the present time.
 * done      Called once with the fact, from net_turn() or at once.
 */
void self_ask_services(struct net *net, const struct self_services *services,
                       struct self_fact *fact,
                       void (*done)(struct self_fact *fact));

/* Judge what chronyd told. */
void self_judge_chrony(const struct chrony_tracking *tracking,
                       struct self_fact *fact);

/*
 * Judge what an NTP service on this host told.
 *
 * result  Its answer, which ntp_read() has read.
 * nonce   The request's.
 */
void self_judge_ntp(const struct net_result *result, const uint8_t *nonce,
                    struct self_fact *fact);

/*
 * Judge when systemd-timesyncd touched its mark: it allows its servers 5 s of
 * root distance by default, and a clock left alone strays by 500 ppm at most.
 *
 * touched_us  When, in microseconds since 1970; fact->base.time_us is now.
 */
void self_judge_timesync(int64_t touched_us, struct self_fact *fact);

#endif
