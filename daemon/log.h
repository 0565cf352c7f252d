/*
 * The log: the journal where there is one, else syslog.
 *
 * Entries wait in a queue until the log has taken them, in order, so that
 * neither a restart of the log nor a busy one loses an alert.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/log_entry.h"

/* More than that does not wait: the oldest are dropped, and counted. */
enum { LOG_QUEUE_MAX = 1000 };

struct log;

/*
 * Begin with an empty queue.
 *
 * facility  As openlog(3) takes it.
 *
 * Returns a log for the caller to log_free().
 */
struct log *log_new(int facility);

/* Drop what waits, and close.  Accepts NULL. */
void log_free(struct log *log);

/* Another facility, for what is delivered from now on. */
void log_configure(struct log *log, int facility);

/* For tests: sockets other than the system's; both are copied. */
void log_use_sockets(struct log *log, const char *journal,
                     const char *syslog);

/*
 * Have a function called after each entry that was delivered, for instance to
 * mark it on disk.
 *
 * delivered  Gets how many entries have left the queue since log_new(): as
 *            log_taken().  May call log_note(), whose line then waits for the
 *            next log_flush().
 */
void log_on_delivered(struct log *log,
                      void (*delivered)(void *closure, size_t taken),
                      void *closure);

/* Queue an alert; host and domain as for log_entry_of_event(). */
void log_tell(struct log *log, const struct alert_event *event,
              const char *host, const char *domain);

/*
 * Queue a line of the service's own, and log_flush().
 *
 * message_id  LOG_ID_STARTED and so on; or NULL.
 */
void log_note(struct log *log, int priority, const char *message_id,
              const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Queue an entry that waited when the service last ended; takes it. */
void log_restore(struct log *log, struct log_entry *entry);

/*
 * Deliver what waits, in order, as far as the log takes it at once.  When it
 * could not be reached for so long that entries were dropped, a line first
 * says how many.
 *
 * Returns whether nothing waits any more.
 */
bool log_flush(struct log *log);

/* When to call log_flush() again, on the monotonic clock in microseconds;
   INT64_MAX while nothing waits. */
int64_t log_retry_us(const struct log *log);

/* How many entries wait, and the index-th of them, oldest first. */
size_t log_queue_count(const struct log *log);
const struct log_entry *log_queue_item(const struct log *log, size_t index);

/* How many entries have left the queue since log_new(), delivered or dropped:
   the number of the first that waits, counted from 0. */
size_t log_taken(const struct log *log);

/* How many of those were dropped. */
size_t log_dropped(const struct log *log);

#endif
