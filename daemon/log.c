/*
 * The log: the journal where there is one, else syslog.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "daemon/log.h"
#include "daemon/log_socket.h"

/* How long a log is left alone that took nothing, and one that took something
   and is behind now: the journal may be so after ten datagrams. */
#define RETRY_US (INT64_C(3) * 1000000)
#define CATCH_UP_US (INT64_C(50) * 1000)

struct log {
    int facility;
    struct log_sockets sockets;
    struct log_entry *queue[LOG_QUEUE_MAX];  /* oldest first */
    size_t count;
    size_t taken;
    size_t dropped;
    size_t dropped_told;  /* of those, what a line was logged about */
    int64_t retry_us;     /* monotonic; 0: at once */
    bool flushing;
    void (*delivered)(void *closure, size_t taken);
    void *closure;
};


/* A clock in microseconds. */
static int64_t
clock_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}


struct log *
log_new(int facility)
{
    struct log *log = xcalloc(1, sizeof(*log));

    log->facility = facility;
    log_sockets_open(&log->sockets, LOG_JOURNAL_PATH, LOG_SYSLOG_PATH);
    return log;
}


void
log_free(struct log *log)
{
    if (!log)
        return;
    for (size_t i = 0; i < log->count; i++)
        record_free(&log_entry_type, log->queue[i]);
    log_sockets_close(&log->sockets);
    free(log);
}


void
log_configure(struct log *log, int facility)
{
    log->facility = facility;
}


void
log_use_sockets(struct log *log, const char *journal, const char *syslog)
{
    log_sockets_close(&log->sockets);
    log_sockets_open(&log->sockets, journal, syslog);
}


void
log_on_delivered(struct log *log,
                 void (*delivered)(void *closure, size_t taken),
                 void *closure)
{
    log->delivered = delivered;
    log->closure = closure;
}


/* Take the oldest entry out of the queue. */
static void
remove_first(struct log *log)
{
    record_free(&log_entry_type, log->queue[0]);
    log->count--;
    log->taken++;
    memmove(log->queue, log->queue + 1, log->count * sizeof(*log->queue));
}


void
log_restore(struct log *log, struct log_entry *entry)
{
    if (log->count == LOG_QUEUE_MAX) {
        remove_first(log);
        log->dropped++;
    }
    log->queue[log->count++] = entry;
}


void
log_tell(struct log *log, const struct alert_event *event, const char *host,
         const char *domain)
{
    log_restore(log, log_entry_of_event(event, host, domain,
                                        clock_us(CLOCK_REALTIME)));
}


void
log_note(struct log *log, int priority, const char *message_id,
         const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    log_restore(log, log_entry_of_note(priority, message_id,
                                       clock_us(CLOCK_REALTIME), text));
    free(text);
    log_flush(log);
}


/* Say how many entries were dropped since that was last said. */
static bool
tell_dropped(struct log *log)
{
    size_t untold = log->dropped - log->dropped_told;
    struct log_entry *entry;
    char *text;
    bool sent;

    if (untold == 0)
        return true;
    text = xasprintf("%zu older alerts and messages were dropped: the log "
                     "could not be reached, and no more than %d wait for it",
                     untold, (int)LOG_QUEUE_MAX);
    entry = log_entry_of_note(LOG_WARNING, LOG_ID_DROPPED,
                              clock_us(CLOCK_REALTIME), text);
    sent = log_sockets_send(&log->sockets, entry, log->facility);
    if (sent)
        log->dropped_told = log->dropped;
    record_free(&log_entry_type, entry);
    free(text);
    return sent;
}


bool
log_flush(struct log *log)
{
    /* What is queued while we are here waits: or a delivered() that has
       something to say each time would never let us go. */
    size_t begin = log->taken, end = begin + log->count;

    if (log->flushing)
        return false;
    log->flushing = true;
    while (log->taken < end && tell_dropped(log)
           && log_sockets_send(&log->sockets, log->queue[0], log->facility)) {
        remove_first(log);
        if (log->delivered)
            log->delivered(log->closure, log->taken);
    }
    log->flushing = false;
    if (log->count == 0)
        log->retry_us = 0;
    else
        log->retry_us = clock_us(CLOCK_MONOTONIC)
                        + (log->taken > begin ? CATCH_UP_US : RETRY_US);
    return log->count == 0;
}


int64_t
log_retry_us(const struct log *log)
{
    return log->count > 0 ? log->retry_us : INT64_MAX;
}


size_t
log_queue_count(const struct log *log)
{
    return log->count;
}


const struct log_entry *
log_queue_item(const struct log *log, size_t index)
{
    assert(index < log->count);
    return log->queue[index];
}


size_t
log_taken(const struct log *log)
{
    return log->taken;
}


size_t
log_dropped(const struct log *log)
{
    return log->dropped;
}
