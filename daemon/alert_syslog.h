/*
 * Alerts in syslog: one line each, severities as RFC 5424 section 6.2.1 has
 * them.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERT_SYSLOG_H
#define DAEMON_ALERT_SYSLOG_H

#include "daemon/alerts.h"

/* The longest line, in bytes, without what syslog puts before it. */
enum { ALERT_LINE_MAX = 1024 };


/*
 * The line of an event:
 *
 * CRITICAL SPN_MISSING SMTPSVC/ex2: message [KB979174] code=SPN_MISSING
 * subject=SMTPSVC/ex2 status=CRITICAL impact=mail-fails since=... ...
 *
 * seen_from  The host that looked.
 *
 * What is too long is cut in the message, so that the values stay whole.
 *
 * Returns a printable string for the caller to free().
 */
char *alert_line(const struct alert_event *event, const char *seen_from);

/* Its severity: LOG_CRIT, LOG_WARNING or LOG_NOTICE. */
int alert_priority(const struct alert_event *event);

/* Open syslog; the facility as openlog(3) takes it. */
void alert_syslog_open(int facility);

/* An alert_sink's tell(): the closure is the host that looked, a string. */
void alert_syslog_tell(void *closure, const struct alert_event *event);

/* Log a line of the service's own, cleaned and cut as an alert's. */
void alert_syslog_note(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
