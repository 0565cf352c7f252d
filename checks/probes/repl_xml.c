/*
 * How far a replica has come, as Active Directory tells it in XML.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/probes/adtime.h"
#include "checks/probes/repl_xml.h"

/* The longest of a number, a time and a GUID, with room for a fraction. */
enum { CONTENT_SIZE = 64 };

static const char white[] = " \t\r\n";


/* What is between <tag> and </tag>, without white space around it; false
   unless there is such an element and its content fits. */
static bool
find_content(const char *text, const char *tag, char content[CONTENT_SIZE])
{
    char *start_tag = xasprintf("<%s>", tag);
    char *end_tag = xasprintf("</%s>", tag);
    const char *start = strstr(text, start_tag), *end = NULL;
    bool found;

    if (start) {
        start += strlen(start_tag);
        start += strspn(start, white);
        end = strstr(start, end_tag);
    }
    while (end && end > start && strchr(white, end[-1]))
        end--;
    found = end && end - start < CONTENT_SIZE;
    if (found)
        snprintf(content, CONTENT_SIZE, "%.*s", (int)(end - start), start);
    free(start_tag);
    free(end_tag);
    return found;
}


/* Read a GUID element. */
static bool
read_guid(const char *text, const char *tag, char guid_out[GUID_TEXT_SIZE],
          struct error *error)
{
    char content[CONTENT_SIZE];

    if (!find_content(text, tag, content) || !guid_read(content, guid_out))
        return error_set(error, "no GUID in <%s>", tag);
    return true;
}


/* Read an element that is a number up to a limit. */
static bool
read_number(const char *text, const char *tag, int64_t most,
            int64_t *number_out, struct error *error)
{
    char content[CONTENT_SIZE], *end;
    long long number;

    if (!find_content(text, tag, content))
        return error_set(error, "no <%s>", tag);
    errno = 0;
    number = strtoll(content, &end, 10);
    if (end == content || *end || errno != 0 || number < 0 || number > most)
        return error_set(error, "no number in <%s>", tag);
    *number_out = number;
    return true;
}


/* Read a number of 32 bits. */
static bool
read_word(const char *text, const char *tag, uint32_t *word_out,
          struct error *error)
{
    int64_t number;

    if (!read_number(text, tag, UINT32_MAX, &number, error))
        return false;
    *word_out = (uint32_t)number;
    return true;
}


static bool
read_time(const char *text, const char *tag, int64_t *time_out,
          struct error *error)
{
    char content[CONTENT_SIZE];

    if (!find_content(text, tag, content)
        || !adtime_read_iso(content, time_out))
        return error_set(error, "no time in <%s>", tag);
    return true;
}


/* The content of the one element that a value is, for free(); NULL if it is
   something else. */
static char *
open_element(const uint8_t *bytes, size_t length, const char *tag,
             struct error *error)
{
    char *text = xstrndup((const char *)bytes, length);
    char *start_tag = xasprintf("<%s>", tag);
    char *end_tag = xasprintf("</%s>", tag);
    const char *start = text + strspn(text, white);
    char *end = strstr(text, end_tag), *content = NULL;

    if (strncmp(start, start_tag, strlen(start_tag)) == 0 && end)
        content = xstrndup(start, (size_t)(end - start));
    else
        error_set(error, "no whole <%s>", tag);
    free(start_tag);
    free(end_tag);
    free(text);
    return content;
}


bool
repl_xml_read_cursor(const uint8_t *bytes, size_t length,
                     struct repl_cursors *cursors, struct error *error)
{
    char *text = open_element(bytes, length, "DS_REPL_CURSOR", error);
    struct repl_cursor cursor;
    bool good;

    good = text
           && read_guid(text, "uuidSourceDsaInvocationID", cursor.invocation,
                        error)
           && read_number(text, "usnAttributeFilter", INT64_MAX, &cursor.usn,
                          error)
           && read_time(text, "ftimeLastSyncSuccess", &cursor.time_us, error);
    if (good)
        repl_cursors_add(cursors, &cursor);
    free(text);
    return good;
}


bool
repl_xml_read_neighbor(const uint8_t *bytes, size_t length,
                       struct repl_neighbor *neighbor_out,
                       struct error *error)
{
    char *text = open_element(bytes, length, "DS_REPL_NEIGHBOR", error);
    struct repl_neighbor it;
    bool good;

    good = text
           && read_guid(text, "uuidSourceDsaObjGuid", it.source, error)
           && read_guid(text, "uuidSourceDsaInvocationID", it.invocation,
                        error)
           && read_number(text, "usnLastObjChangeSynced", INT64_MAX, &it.usn,
                          error)
           && read_time(text, "ftimeLastSyncSuccess", &it.success_us, error)
           && read_time(text, "ftimeLastSyncAttempt", &it.attempt_us, error)
           && read_word(text, "dwLastSyncResult", &it.result, error)
           && read_word(text, "cNumConsecutiveSyncFailures", &it.failures,
                        error);
    if (good)
        *neighbor_out = it;
    free(text);
    return good;
}
