/*
 * The log: the journal where there is one, else syslog.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/now.h"
#include "daemon/log.h"
#include "daemon/log_socket.h"

/* How long a log is left alone that took nothing, twice as long each time; and
   one that took something and is behind now: the journal may be so after ten
   datagrams. */
#define RETRY_US (INT64_C(3) * 1000000)
#define RETRY_MOST_US (INT64_C(30) * 1000000)
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
    int64_t delay_us;     /* from a failure to the next try */
    bool flushing;
    void (*delivered)(void *closure, size_t taken);
    void *closure;
};


struct log *
log_new(int facility)
{
    struct log *log = xcalloc(1, sizeof(*log));

    log->facility = facility;
    log->delay_us = RETRY_US;
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


/* Queue a new entry; who runs the service by hand sees it at once. */
static void
add_new(struct log *log, struct log_entry *entry)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "spnhealthd: %s\n", entry->message);
    log_restore(log, entry);
}


void
log_tell(struct log *log, const struct alert_event *event, const char *host,
         const char *domain)
{
    add_new(log, log_entry_of_event(event, host, domain, now_wall_us()));
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
    add_new(log, log_entry_of_note(priority, message_id, now_wall_us(),
                                   text));
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
                              now_wall_us(), text);
    sent = log_sockets_send(&log->sockets, entry, log->facility);
    if (sent)
        log->dropped_told = log->dropped;
    record_free(&log_entry_type, entry);
    free(text);
    return sent;
}


/* Note when to try again: soon if the log took something, else later each
   time. */
static void
note_retry(struct log *log, bool took)
{
    if (log->count == 0 || took) {
        log->delay_us = RETRY_US;
        log->retry_us = log->count == 0 ? 0
                                        : now_monotonic_us() + CATCH_UP_US;
        return;
    }
    log->retry_us = now_monotonic_us() + log->delay_us;
    log->delay_us = 2 * log->delay_us < RETRY_MOST_US ? 2 * log->delay_us
                                                      : RETRY_MOST_US;
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
    note_retry(log, log->taken > begin);
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
