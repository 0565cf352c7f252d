/*
 * Alerts in syslog: one line each.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/alert_syslog.h"

/* Bytes of what is quoted from findings: together they leave a line room for
   some of its message. */
enum { SUBJECT_MAX = 400, HOST_MAX = 255, REFERENCE_MAX = 40 };


/* Copy text for a key=value pair: quoted where a reader of such pairs would
   stumble, with a backslash before quotes and backslashes; at most limit
   bytes and the "..." of what is cut. */
static char *
quote_value(const char *text, size_t limit)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._:/@$-<>";
    char *clean = text_clean(text, strlen(text), limit);
    char *quoted, *at;

    if (*clean && !clean[strspn(clean, plain)])
        return clean;
    free(clean);
    clean = text_clean(text, strlen(text), limit / 2 - 4);
    quoted = at = xcalloc(2 * strlen(clean) + 3, 1);
    *at++ = '"';
    for (const char *from = clean; *from; from++) {
        if (*from == '"' || *from == '\\')
            *at++ = '\\';
        *at++ = *from;
    }
    *at = '"';
    free(clean);
    return quoted;
}


/* What ends a line: the reference and the pairs. */
static char *
values_text(const struct alert_event *event, const char *seen_from)
{
    char *reference = text_clean(event->reference, strlen(event->reference),
                                 REFERENCE_MAX);
    char *subject = quote_value(event->subject, SUBJECT_MAX);
    char *host = quote_value(seen_from, HOST_MAX);
    bool referenced = *reference && event->kind != ALERT_RECOVERED;
    char since[TEXT_TIME_SIZE];
    char *values;

    text_time(event->since_us, since);
    values = xasprintf(
        "%s%s%scode=%s subject=%s status=%s impact=%s since=%s seen_from=%s "
        "suppressed=%zu", referenced ? "[" : "", referenced ? reference : "",
        referenced ? "] " : "", event->code, subject,
        status_name(event->status), impact_name(event->impact), since, host,
        event->count);
    free(reference);
    free(subject);
    free(host);
    return values;
}


/* What happened, as the part after the subject. */
static char *
news_text(const struct alert_event *event)
{
    char *lasted, *news;

    if (event->kind != ALERT_RECOVERED)
        return xstrdup(event->message);
    lasted = text_duration(event->lasted_us);
    news = xasprintf("recovered after %s", lasted);
    free(lasted);
    return news;
}


char *
alert_line(const struct alert_event *event, const char *seen_from)
{
    char *news, *values, *head, *clean, *line;

    if (event->kind == ALERT_HELD_BACK)
        return xasprintf("%zu more alerts wait for the next cycles",
                         event->count);
    news = news_text(event);
    values = values_text(event, seen_from);
    head = xasprintf("%s %s %s: %s", status_name(event->status), event->code,
                     event->subject, news);
    /* But for the space, and the "..." of what is cut. */
    clean = text_clean(head, strlen(head),
                       ALERT_LINE_MAX - strlen(values) - 4);
    line = xasprintf("%s %s", clean, values);
    free(news);
    free(values);
    free(head);
    free(clean);
    return line;
}


int
alert_priority(const struct alert_event *event)
{
    switch (event->status) {
    case STATUS_CRITICAL:
        return LOG_CRIT;
    case STATUS_WARNING:
        return LOG_WARNING;
    case STATUS_OK:
    case STATUS_UNKNOWN:
        break;
    }
    return LOG_NOTICE;
}


void
alert_syslog_open(int facility)
{
    openlog("spnhealthd", LOG_PID | LOG_NDELAY, facility);
}


void
alert_syslog_tell(void *closure, const struct alert_event *event)
{
    const char *seen_from = closure;
    char *line = alert_line(event, seen_from);

    syslog(alert_priority(event), "%s", line);
    free(line);
}


void
alert_syslog_note(int priority, const char *format, ...)
{
    va_list arguments;
    char *text, *line;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    line = text_clean(text, strlen(text), ALERT_LINE_MAX);
    syslog(priority, "%s", line);
    free(line);
    free(text);
}
