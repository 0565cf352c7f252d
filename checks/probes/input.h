/*
 * Lines from a pipe, as they arrive, bounded in length.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_INPUT_H
#define CHECKS_PROBES_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "checks/record.h"

/* All zero is a reader that has read nothing. */
struct input {
    char *bytes;
    size_t used;   /* how many have arrived */
    size_t taken;  /* how many of them input_next() has handed out */
    size_t size;
    bool ended;    /* end of file */
};

/*
 * Read once from a descriptor; blocks if nothing is there.
 *
 * Fails when reading does, when a line is longer than RECORD_LINE_MAX, and
 * when the file ends within a line.
 */
bool input_fill(struct input *input, int fd, struct error *error);

/*
 * The next whole line, without its newline and not NUL-terminated.
 *
 * length_out  Its bytes.
 *
 * Returns it, valid until the next input_fill(), or NULL if none is there yet.
 */
const char *input_next(struct input *input, size_t *length_out);

/*
 * Read the next line as a record of a type; blocks until it is there.
 *
 * Fails as input_fill() does, and when the line is no such record.
 *
 * Returns the record for the caller to record_free(); or NULL, with the error
 * set to "" where the file has ended.
 */
void *input_record(struct input *input, int fd,
                   const struct record_type *type, struct error *error);

/* Free what the reader holds. */
void input_clear(struct input *input);

#endif
