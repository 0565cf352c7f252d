/*
 * Lines of a file, bounded one by one and together.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_LINES_H
#define DAEMON_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct lines {
    FILE *stream;
    size_t line_max;   /* bytes of a line without its newline */
    size_t total_max;  /* bytes of the file */
    size_t total;      /* bytes read so far */
    size_t number;     /* of the line last read, from 1 */
    char *text;        /* that line, NUL-terminated; may hold further NULs */
    size_t length;
    size_t room;       /* of text; private */
};

enum lines_result { LINES_NEXT, LINES_END, LINES_FAILED };


/*
 * Open a file for reading.
 *
 * Fails when it cannot be opened; errno is then open(2)'s.
 */
bool lines_open(struct lines *lines, const char *path, size_t line_max,
                size_t total_max, struct error *error);

/* Close the file and free the line.  Accepts one that failed to open. */
void lines_close(struct lines *lines);

/*
 * Read the next line; a last line without a newline is one too.
 *
 * Fails when the line or the file is longer than allowed, or reading fails.
 */
enum lines_result lines_next(struct lines *lines, struct error *error);

#endif
