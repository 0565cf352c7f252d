/*
 * Times as Active Directory stores and shows them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checks/probes/adtime.h"

#define US_PER_S INT64_C(1000000)
#define TICKS_PER_US 10

/* 1970 and the year 10000, in seconds since 1601 and 1970. */
#define EPOCH_S INT64_C(11644473600)
#define END_S INT64_C(253402300800)

/* See adtime_stored(). */
#define SECONDS_MOST UINT64_C(1000000000000)


bool
adtime_filetime(uint64_t filetime, int64_t *time_out)
{
    int64_t time_us = (int64_t)(filetime / TICKS_PER_US) - EPOCH_S * US_PER_S;

    if (time_us >= END_S * US_PER_S)
        return false;
    *time_out = time_us > 0 ? time_us : 0;
    return true;
}


bool
adtime_stored(uint64_t time, int64_t *time_out)
{
    int64_t time_s = (int64_t)time - EPOCH_S;

    if (time >= SECONDS_MOST)
        return adtime_filetime(time, time_out);
    if (time_s >= END_S)
        return false;
    *time_out = time_s > 0 ? time_s * US_PER_S : 0;
    return true;
}


int64_t
adtime_read(const char *text)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (end == text || *end || errno != 0 || number < 0)
        return -1;
    return number;
}


/* Whether a text begins like a pattern, in which d stands for a digit. */
static bool
begins_like(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++)
        if (*pattern == 'd' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return true;
}


bool
adtime_read_iso(const char *text, int64_t *time_out)
{
    static const char pattern[] = "dddd-dd-ddTdd:dd:dd";
    const char *rest = text + strlen(pattern);
    struct tm parts = {0};
    int64_t time_s;

    if (!begins_like(text, pattern)
        || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &parts.tm_year,
                  &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec) != 6)
        return false;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") != 0 && *rest)
        return false;
    if (parts.tm_mon < 1 || parts.tm_mon > 12 || parts.tm_mday < 1
        || parts.tm_mday > 31 || parts.tm_hour > 23 || parts.tm_min > 59
        || parts.tm_sec > 59)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    time_s = timegm(&parts);
    *time_out = time_s > 0 ? time_s * US_PER_S : 0;
    return true;
}
