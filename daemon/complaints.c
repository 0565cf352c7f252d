/*
 * What does not work, said when it begins and when it is over.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/complaints.h"


/* The index of a topic; the number of them if it is not there. */
static size_t
find_topic(const struct complaints *complaints, const char *topic)
{
    size_t i = 0;

    while (i < complaints->topics.count
           && strcmp(complaints->topics.items[i], topic) != 0)
        i++;
    return i;
}


void
complaints_add(struct complaints *complaints, struct log *log,
               const char *topic, const char *message_id, const char *format,
               ...)
{
    size_t at = find_topic(complaints, topic);
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    if (at == complaints->topics.count) {
        strings_add(&complaints->topics, topic);
        strings_add(&complaints->texts, "");
    }
    if (strcmp(complaints->texts.items[at], text) != 0) {
        log_note(log, LOG_WARNING, message_id, "%s", text);
        free(complaints->texts.items[at]);
        complaints->texts.items[at] = xstrdup(text);
    }
    free(text);
}


void
complaints_end(struct complaints *complaints, struct log *log,
               const char *topic)
{
    size_t at = find_topic(complaints, topic);

    if (at == complaints->topics.count || !*complaints->texts.items[at])
        return;
    log_note(log, LOG_NOTICE, NULL, "%s works again", topic);
    complaints->texts.items[at][0] = '\0';
}


void
complaints_clear(struct complaints *complaints)
{
    strings_clear(&complaints->topics);
    strings_clear(&complaints->texts);
}
