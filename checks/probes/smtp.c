/*
 * The greeting of a mail server (RFC 5321 section 4.2), and the clock that
 * Exchange tells in it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/packet.h"
#include "checks/probes/smtp.h"

/* RFC 5321 allows 512 bytes a line; some servers say more. */
enum { LINE_MOST = 2048, GREETING_MOST = 16 * 1024 };

/* What a fact holds of it. */
enum { SHOWN = 480 };

enum { CODE = 3, CODE_READY = 220 };

static const uint8_t quit[] = {'Q', 'U', 'I', 'T', '\r', '\n'};


/* The code that opens a line, or 0 if there is none. */
static int
read_code(const uint8_t *line, size_t length)
{
    if (length < CODE || line[0] < '2' || line[0] > '5' || !isdigit(line[1])
        || !isdigit(line[2]))
        return 0;
    if (length > CODE && line[CODE] != ' ' && line[CODE] != '-')
        return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}


/* The bytes of a line without its CR and LF. */
static size_t
trim(const uint8_t *line, size_t length)
{
    while (length > 0 && (line[length - 1] == '\r'
                          || line[length - 1] == '\n'))
        length--;
    return length;
}


enum net_frame
smtp_frame(const uint8_t *bytes, size_t length)
{
    if (length > GREETING_MOST)
        return NET_GARBLED;
    for (;;) {
        const uint8_t *end = length ? memchr(bytes, '\n', length) : NULL;
        size_t line = end ? (size_t)(end - bytes) + 1 : length, told;

        if (line > LINE_MOST)
            return NET_GARBLED;
        if (!end)
            return NET_MORE;
        told = trim(bytes, line);
        if (read_code(bytes, told) == 0 || told == CODE
            || bytes[CODE] == ' ')
            return NET_COMPLETE;
        bytes += line;
        length -= line;
    }
}


/* Read "10:00:00" and "+0100" and the like into a broken-down time and an
   offset in seconds. */
static bool
read_clock(const char *text, struct tm *parts, int *zone_s_out)
{
    char sign;
    int hours, minutes;

    if (sscanf(text, "%2d:%2d:%2d %c%2d%2d", &parts->tm_hour, &parts->tm_min,
               &parts->tm_sec, &sign, &hours, &minutes) == 6
        && (sign == '+' || sign == '-')) {
        *zone_s_out = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
        return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
    }
    *zone_s_out = 0;
    return sscanf(text, "%2d:%2d:%2d %c", &parts->tm_hour, &parts->tm_min,
                  &parts->tm_sec, &sign) == 4
           && (strstr(text, " GMT") || strstr(text, " UT"));
}


/* Read a date at the very start of a text, from the day of the month on. */
static bool
read_date(const char *text, int64_t *time_out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm parts = {0};
    int zone_s, clock = 0;
    char month[4];
    const char *found;

    if (!isdigit((unsigned char)*text)
        || sscanf(text, "%2d %3[A-Za-z] %4d %n", &parts.tm_mday, month,
                  &parts.tm_year, &clock) != 3
        || clock == 0 || !read_clock(text + clock, &parts, &zone_s))
        return false;
    found = strstr(months, month);
    if (strlen(month) != 3 || !found || (found - months) % 3 != 0)
        return false;
    if (parts.tm_year < 1970 || parts.tm_mday < 1 || parts.tm_mday > 31
        || parts.tm_hour < 0 || parts.tm_hour > 23 || parts.tm_min < 0
        || parts.tm_min > 59 || parts.tm_sec < 0 || parts.tm_sec > 60)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon = (int)((found - months) / 3);
    *time_out = (timegm(&parts) - zone_s) * INT64_C(1000000);
    return true;
}


bool
smtp_find_date(const char *text, int64_t *time_out)
{
    const char *word = text;

    while (*word) {
        if (read_date(word, time_out))
            return true;
        word += strcspn(word, " ");
        word += strspn(word, " ");
    }
    return false;
}


void
smtp_read(const uint8_t *bytes, size_t length, struct smtp_fact *fact,
          struct reading *reading_out)
{
    const uint8_t *end = memchr(bytes, '\n', length);
    size_t line = trim(bytes, end ? (size_t)(end - bytes) : length);
    size_t start = 0;
    int64_t date_us;
    char *text;

    *reading_out = (struct reading){.known = false};
    fact->code = read_code(bytes, line);
    if (fact->code != 0)
        start = line > CODE ? CODE + 1 : CODE;
    text = text_clean(bytes + start, line - start, SHOWN);
    record_set(&fact->greeting, text);
    if (fact->code == CODE_READY && smtp_find_date(text, &date_us))
        *reading_out = reading_of(date_us, 1000000);
    free(text);
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    (void)data;
    return smtp_frame(bytes, length);
}


static bool
answer(struct packet_job *job, const struct net_result *result,
       struct error *error)
{
    const struct record_type *type = fact_types[FACT_SMTP];
    struct smtp_fact *fact = record_new(type);
    struct reading reading;
    bool fine;

    smtp_read(result->bytes, result->length, fact, &reading);
    fact->base.time_us = packet_time(result);
    record_set(&fact->host, job->task->host);
    record_set(&fact->address, job->task->address);
    fact->port = job->task->port;
    emit_fact(FACT_SMTP, fact);
    packet_emit_clock(job, result, CLOCK_SOURCE_SMTP, &reading);
    fine = fact->code != 0
           || error_set(error, "a greeting that is no SMTP reply: \"%.100s\"",
                        fact->greeting);
    record_free(type, fact);
    return fine;
}


const struct packet_protocol smtp_protocol = {
    .frame = frame,
    .answer = answer,
    .farewell = quit,
    .farewell_length = sizeof(quit),
};
