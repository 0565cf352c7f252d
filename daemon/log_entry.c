/*
 * Lines of the log: what they say, how badly, and the fields that the journal
 * has beside the text.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/text.h"
#include "checks/codes.h"
#include "daemon/log_entry.h"

/* Bytes of what is quoted from findings: together they leave a line room for
   some of its message. */
enum { SUBJECT_MAX = 400, HOST_MAX = 255, REFERENCE_MAX = 40 };

/* Fields have room for more. */
enum { FIELD_VALUE_MAX = 1000, FIELD_MAX = 1100, FIELDS_MOST = 16 };

static const struct field entry_fields[] = {
    RECORD_INTEGER(log_entry, priority, LOG_EMERG, LOG_DEBUG),
    RECORD_INTEGER(log_entry, time_us, INT64_MIN, INT64_MAX),
    RECORD_STRING(log_entry, message, LOG_LINE_MAX),
    RECORD_STRING(log_entry, pairs, LOG_LINE_MAX),
    RECORD_STRINGS(log_entry, fields, FIELD_MAX, FIELDS_MOST),
    {0},
};

const struct record_type log_entry_type = {
    "log", sizeof(struct log_entry), entry_fields,
};

/* How the kinds of events differ. */
static const struct kind {
    const char *name;
    const char *message_id;  /* NULL: the code's */
} kinds[] = {
    [ALERT_RAISED] = {"raised", NULL},
    [ALERT_CHANGED] = {"changed", NULL},
    [ALERT_REPEATED] = {"repeated", NULL},
    [ALERT_RECOVERED] = {"recovered", LOG_ID_RECOVERED},
    [ALERT_FLAPPING] = {"flapping", LOG_ID_FLAPPING},
    [ALERT_WITHDRAWN] = {"withdrawn", LOG_ID_WITHDRAWN},
    [ALERT_HELD_BACK] = {"held-back", LOG_ID_HELD_BACK},
};


/* How long a value is in quotes. */
static size_t
quoted_length(const char *text)
{
    size_t length = 2;

    for (; *text; text++)
        length += 1 + (*text == '"' || *text == '\\');
    return length;
}


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
    if (quoted_length(clean) > limit) {
        free(clean);
        /* So that it fits whatever it is made of. */
        clean = text_clean(text, strlen(text), limit / 2 - 4);
    }
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


/* What a log without fields shows after the message. */
static char *
pairs_text(const struct alert_event *event, const char *host)
{
    char *subject = quote_value(event->subject, SUBJECT_MAX);
    char *seen_from = quote_value(host, HOST_MAX);
    char since[TEXT_TIME_SIZE];
    char *pairs;

    text_time(event->since_us, since);
    pairs = xasprintf("code=%s subject=%s status=%s impact=%s since=%s "
                      "seen_from=%s suppressed=%zu", event->code, subject,
                      status_name(event->status), impact_name(event->impact),
                      since, seen_from, event->count);
    free(subject);
    free(seen_from);
    return pairs;
}


/* What happened, as the part after the subject. */
static char *
news_text(const struct alert_event *event)
{
    char *lasted, *news;

    switch (event->kind) {
    case ALERT_RECOVERED:
        lasted = text_duration(event->lasted_us);
        news = xasprintf("recovered after %s", lasted);
        free(lasted);
        return news;
    case ALERT_FLAPPING:
    case ALERT_WITHDRAWN:
        return xasprintf("%s: %s", kinds[event->kind].name, event->message);
    case ALERT_RAISED:
    case ALERT_CHANGED:
    case ALERT_REPEATED:
    case ALERT_HELD_BACK:
        break;
    }
    return xstrdup(event->message);
}


/* Whether there is more to read about an event. */
static bool
has_reference(const struct alert_event *event)
{
    return event->kind != ALERT_RECOVERED && *event->reference;
}


/* The message, with its reference, in the room that is left of a line. */
static char *
message_text(const struct alert_event *event, size_t room)
{
    char *reference = has_reference(event)
                          ? text_clean(event->reference,
                                       strlen(event->reference), REFERENCE_MAX)
                          : NULL;
    char *end = reference ? xasprintf(" [%s]", reference) : xstrdup("");
    char *news = news_text(event);
    char *head = xasprintf("%s %s %s: %s", status_name(event->status),
                           event->code, event->subject, news);
    /* But for the "..." of what is cut. */
    char *clean = text_clean(head, strlen(head), room - strlen(end) - 3);
    char *message = xasprintf("%s%s", clean, end);

    free(reference);
    free(end);
    free(news);
    free(head);
    free(clean);
    return message;
}


/* How bad an event is: what is over or unseen is worth a notice. */
static int
priority_of(const struct alert_event *event)
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


/* Add a field; what is empty or NULL says nothing. */
static void
add_field(struct log_entry *entry, const char *name, const char *value)
{
    char *clean, *field;

    if (!value || !*value)
        return;
    clean = text_clean(value, strlen(value), FIELD_VALUE_MAX);
    field = xasprintf("%s=%s", name, clean);
    strings_add(&entry->fields, field);
    free(field);
    free(clean);
}


/* Add the field of a time. */
static void
add_time(struct log_entry *entry, const char *name, int64_t time_us)
{
    char text[TEXT_TIME_SIZE];

    text_time(time_us, text);
    add_field(entry, name, text);
}


/* An entry without text, but for what all have in common. */
static struct log_entry *
entry_new(int priority, const char *message_id, int64_t time_us)
{
    struct log_entry *entry = record_new(&log_entry_type);

    entry->priority = priority;
    entry->time_us = time_us;
    add_field(entry, "MESSAGE_ID", message_id);
    add_time(entry, "SPNHEALTHD_TIME", time_us);
    return entry;
}


/* Add the fields that tell one finding from another. */
static void
add_finding(struct log_entry *entry, const struct alert_event *event,
            const char *host)
{
    const struct code *code = code_find(event->code);

    add_field(entry, "SPNHEALTHD_CODE", event->code);
    add_field(entry, "SPNHEALTHD_CHECK", code ? code->check : NULL);
    add_field(entry, "SPNHEALTHD_SUBJECT", event->subject);
    add_field(entry, "SPNHEALTHD_STATUS", status_name(event->status));
    add_field(entry, "SPNHEALTHD_IMPACT", impact_name(event->impact));
    add_field(entry, "SPNHEALTHD_REFERENCE", event->reference);
    add_time(entry, "SPNHEALTHD_SINCE", event->since_us);
    add_field(entry, "SPNHEALTHD_SEEN_FROM", host);
}


/* The MESSAGE_ID of an event, or NULL. */
static const char *
message_id_of(const struct alert_event *event)
{
    const struct code *code;

    if (kinds[event->kind].message_id)
        return kinds[event->kind].message_id;
    code = code_find(event->code);
    return code ? code->message_id : NULL;
}


/* Write an event's message and pairs. */
static void
write_texts(struct log_entry *entry, const struct alert_event *event,
            const char *host)
{
    char *pairs = pairs_text(event, host);
    char *message = message_text(event, LOG_LINE_MAX - strlen(pairs) - 1);

    record_set(&entry->message, message);
    record_set(&entry->pairs, pairs);
    free(message);
    free(pairs);
}


struct log_entry *
log_entry_of_event(const struct alert_event *event, const char *host,
                   const char *domain, int64_t time_us)
{
    struct log_entry *entry = entry_new(priority_of(event),
                                        message_id_of(event), time_us);
    char *count = xasprintf("%zu", event->count);

    add_field(entry, "SPNHEALTHD_KIND", kinds[event->kind].name);
    add_field(entry, "SPNHEALTHD_DOMAIN", domain);
    if (event->kind == ALERT_HELD_BACK) {
        add_field(entry, "SPNHEALTHD_WAITING", count);
        free(entry->message);
        entry->message = xasprintf("%s more alerts wait for the next cycles",
                                   count);
    } else {
        add_field(entry, "SPNHEALTHD_SUPPRESSED", count);
        add_finding(entry, event, host);
        write_texts(entry, event, host);
    }
    free(count);
    return entry;
}


struct log_entry *
log_entry_of_note(int priority, const char *message_id, int64_t time_us,
                  const char *text)
{
    struct log_entry *entry = entry_new(priority, message_id, time_us);

    free(entry->message);
    entry->message = text_clean(text, strlen(text), LOG_LINE_MAX - 3);
    return entry;
}
