/*
 * Lines of a file, bounded one by one and together.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "daemon/lines.h"


bool
lines_open(struct lines *lines, const char *path, size_t line_max,
           size_t total_max, struct error *error)
{
    *lines = (struct lines){.line_max = line_max, .total_max = total_max};
    lines->stream = fopen(path, "re");
    if (!lines->stream) {
        int reason = errno;

        error_set_errno(error, "opening %s", path);
        errno = reason;
        return false;
    }
    return true;
}


void
lines_close(struct lines *lines)
{
    if (lines->stream)
        fclose(lines->stream);
    free(lines->text);
    *lines = (struct lines){0};
}


/* Append a byte to the line, keeping it NUL-terminated. */
static void
append(struct lines *lines, int byte)
{
    if (lines->length + 2 > lines->room) {
        lines->room = 2 * lines->room + 256;
        lines->text = xrealloc(lines->text, lines->room, 1);
    }
    lines->text[lines->length++] = (char)byte;
    lines->text[lines->length] = '\0';
}


/* Fail with one of the two limits. */
static enum lines_result
too_long(const char *what, size_t limit, struct error *error)
{
    error_set(error, "%s longer than %zu bytes", what, limit);
    return LINES_FAILED;
}


enum lines_result
lines_next(struct lines *lines, struct error *error)
{
    int byte;

    lines->length = 0;
    lines->number++;
    while ((byte = getc_unlocked(lines->stream)) != EOF) {
        if (++lines->total > lines->total_max)
            return too_long("the file is", lines->total_max, error);
        if (byte == '\n')
            break;
        if (lines->length == lines->line_max)
            return too_long("a line", lines->line_max, error);
        append(lines, byte);
    }
    if (byte == EOF && ferror(lines->stream)) {
        error_set_errno(error, "reading");
        return LINES_FAILED;
    }
    if (byte == EOF && lines->length == 0)
        return LINES_END;
    if (lines->length == 0) {
        append(lines, '\0');
        lines->length = 0;
    }
    return LINES_NEXT;
}
