/*
 * What the time services of this host know of its clock.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/text.h"
#include "checks/probes/exchange.h"
#include "checks/probes/ntp.h"
#include "checks/probes/self_services.h"
#include "checks/probes/wire.h"

#define US_PER_S INT64_C(1000000)

enum {
    PATIENCE_MS = 300,        /* a service on this host answers at once */
    TIMESYNC_DISTANCE_S = 5,  /* RootDistanceMaxSec=, timesyncd.conf(5) */
    ONE_IN = 2000,            /* 500 ppm, as the kernel assumes */
    TRIED_SIZE = 480,
};

/* One self fact on its way. */
struct inquiry {
    struct net *net;
    const struct self_services *services;
    struct self_fact *fact;
    void (*done)(struct self_fact *fact);
    uint8_t nonce[NTP_NONCE];  /* random: what only the asked one can repeat */
    uint8_t request[CHRONY_PACKET];
    char tried[TRIED_SIZE];    /* what came of it, for a person */
};

const struct self_services self_services = {
    .chrony_port = CHRONY_PORT,
    .ntp_port = 123,
    .timesync_mark = "/run/systemd/timesync/synchronized",
};


void
self_judge_chrony(const struct chrony_tracking *tracking,
                  struct self_fact *fact)
{
    if (!tracking->synchronized || tracking->stratum < 1
        || tracking->stratum > 15) {
        record_set(&fact->detail, "chronyd says that this host's clock is not"
                   " synchronised: does \"chronyc sources\" show a server"
                   " that it follows?");
    } else if (tracking->own) {
        record_set(&fact->detail, "chronyd follows this host's own clock"
                   " alone: name a time server in its configuration");
    } else {
        fact->synchronized = true;
        fact->max_error_us = tracking->error_us;
        record_set(&fact->detail, "chronyd says that this host's clock is"
                   " synchronised");
    }
}


void
self_judge_ntp(const struct net_result *result, const uint8_t *nonce,
               struct self_fact *fact)
{
    int64_t low_us, high_us, distance_us;
    struct reading reading;
    struct error error;

    if (!ntp_read(result->bytes, result->length, nonce,
                  result->times.received_us, &reading, &error)
        || !reading.trusted
        || !ntp_read_distance(result->bytes, &distance_us)) {
        record_set(&fact->detail, "the NTP service of this host says that its"
                   " clock is not synchronised: does \"ntpq -p\" show a"
                   " server that it follows?");
    } else if (!offset_between(&reading, &result->times, &low_us, &high_us)
               || low_us >= US_PER_S || high_us <= -US_PER_S) {
        record_set(&fact->detail, "programs see another time than the NTP"
                   " service of this host, or the clock was just set");
    } else {
        fact->synchronized = true;
        fact->max_error_us = distance_us;
        record_set(&fact->detail, "the NTP service of this host says that its"
                   " clock is synchronised");
    }
}


void
self_judge_timesync(int64_t touched_us, struct self_fact *fact)
{
    int64_t age_us = fact->base.time_us - touched_us;
    char *age = text_duration(age_us);
    char detail[128];

    if (age_us < 0) {
        record_set(&fact->detail, "this host's clock was set back since"
                   " systemd-timesyncd has set it last");
    } else {
        snprintf(detail, sizeof(detail), "systemd-timesyncd says it is"
                 " synchronised, as of %s ago", age);
        record_set(&fact->detail, detail);
        fact->synchronized = true;
        fact->max_error_us = TIMESYNC_DISTANCE_S * US_PER_S + age_us / ONE_IN;
    }
    free(age);
}


/* Remember what a service had to say instead of an answer. */
static void __attribute__((format(printf, 2, 3)))
note(struct inquiry *inquiry, const char *format, ...)
{
    size_t used = strlen(inquiry->tried);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(inquiry->tried + used, sizeof(inquiry->tried) - used, format,
              arguments);
    va_end(arguments);
    text_trim_utf8(inquiry->tried);
}


/* Hand the fact over; the inquiry is gone. */
static void
finish(struct inquiry *inquiry)
{
    inquiry->done(inquiry->fact);
    free(inquiry);
}


/* Ask the last one, which is a file. */
static void
look_at_timesync(struct inquiry *inquiry)
{
    struct self_fact *fact = inquiry->fact;
    const char *mark = inquiry->services->timesync_mark;
    struct stat seen;

    fact->base.time_us = instant_now().real_us;
    if (stat(mark, &seen) == 0) {
        self_judge_timesync(seen.st_mtim.tv_sec * US_PER_S
                            + seen.st_mtim.tv_nsec / 1000, fact);
    } else {
        note(inquiry, "systemd-timesyncd: %.60s: %s.  To have this host's"
             " clock believed, run one of them here", mark, strerror(errno));
        record_set(&fact->detail, inquiry->tried);
    }
    finish(inquiry);
}


/* Start to ask a service on this host. */
static void
ask(struct inquiry *inquiry, int port, size_t length,
    enum net_frame (*frame)(const void *, const uint8_t *, size_t),
    void (*done)(void *, const struct net_result *))
{
    const struct net_request request = {
        .address = "127.0.0.1",
        .port = port,
        .transport = TRANSPORT_UDP,
        .bytes = inquiry->request,
        .length = length,
        .connect_ms = PATIENCE_MS,
        .answer_ms = PATIENCE_MS,
        .frame = frame,
        .done = done,
        .data = inquiry,
    };

    net_start(inquiry->net, &request);
}


static enum net_frame
frame_ntp(const void *data, const uint8_t *bytes, size_t length)
{
    const struct inquiry *inquiry = data;
    struct reading reading;
    struct error error;

    return ntp_read(bytes, length, inquiry->nonce, 0, &reading, &error)
           ? NET_COMPLETE : NET_GARBLED;
}


static void
hear_ntp(void *data, const struct net_result *result)
{
    struct inquiry *inquiry = data;

    if (result->outcome != PORT_OPEN) {
        note(inquiry, "ntpd: %.80s; ", result->detail);
        look_at_timesync(inquiry);
        return;
    }
    self_judge_ntp(result, inquiry->nonce, inquiry->fact);
    finish(inquiry);
}


/* The number of the request to chronyd. */
static uint32_t
sequence_of(const struct inquiry *inquiry)
{
    return wire_be32(inquiry->nonce);
}


static enum net_frame
frame_chrony(const void *data, const uint8_t *bytes, size_t length)
{
    return chrony_answers(bytes, length, sequence_of(data)) ? NET_COMPLETE
                                                            : NET_GARBLED;
}


static void
hear_chrony(void *data, const struct net_result *result)
{
    struct inquiry *inquiry = data;
    struct chrony_tracking tracking;
    struct error error;

    if (result->outcome != PORT_OPEN) {
        note(inquiry, "chronyd: %.80s; ", result->detail);
    } else if (!chrony_read(result->bytes, result->length, &tracking,
                            &error)) {
        note(inquiry, "chronyd: %.80s; ", error.text);
    } else {
        self_judge_chrony(&tracking, inquiry->fact);
        finish(inquiry);
        return;
    }
    ntp_write(inquiry->request, inquiry->nonce);
    ask(inquiry, inquiry->services->ntp_port, NTP_PACKET, frame_ntp,
        hear_ntp);
}


void
self_ask_services(struct net *net, const struct self_services *services,
                  struct self_fact *fact,
                  void (*done)(struct self_fact *fact))
{
    struct inquiry *inquiry = xcalloc(1, sizeof(*inquiry));

    inquiry->net = net;
    inquiry->services = services;
    inquiry->fact = fact;
    inquiry->done = done;
    note(inquiry, "no time service of this host vouches for its clock: ");
    if (getrandom(inquiry->nonce, sizeof(inquiry->nonce), 0) < 0) {
        note(inquiry, "no random numbers: %s; ", strerror(errno));
        look_at_timesync(inquiry);
        return;
    }
    chrony_write(inquiry->request, sequence_of(inquiry));
    ask(inquiry, services->chrony_port, CHRONY_PACKET, frame_chrony,
        hear_chrony);
}
