/*
 * Lines from a pipe, as they arrive, bounded in length.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "checks/probes/input.h"
#include "checks/record.h"

/* A few tasks at a time. */
enum { CHUNK = 16 * 1024 };


/* Move what was not handed out to the front, and have room for a chunk. */
static void
make_room(struct input *input)
{
    input->used -= input->taken;
    if (input->taken > 0 && input->used > 0)
        memmove(input->bytes, input->bytes + input->taken, input->used);
    input->taken = 0;
    if (input->size - input->used < CHUNK) {
        input->size = 2 * input->size + CHUNK;
        input->bytes = xrealloc(input->bytes, input->size, 1);
    }
}


bool
input_fill(struct input *input, int fd, struct error *error)
{
    ssize_t length;

    make_room(input);
    if (input->used > RECORD_LINE_MAX)
        return error_set(error, "a line of more than %d bytes",
                         RECORD_LINE_MAX);
    do
        length = read(fd, input->bytes + input->used, CHUNK);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return errno == EAGAIN || error_set_errno(error, "reading");
    input->ended = length == 0;
    if (input->ended && input->used > 0)
        return error_set(error, "the input ends within a line");
    input->used += (size_t)length;
    return true;
}


const char *
input_next(struct input *input, size_t *length_out)
{
    size_t left = input->used - input->taken;
    const char *start, *end;

    if (left == 0)
        return NULL;
    start = input->bytes + input->taken;
    end = memchr(start, '\n', left);
    if (!end)
        return NULL;
    *length_out = (size_t)(end - start);
    input->taken += *length_out + 1;
    return start;
}


void *
input_record(struct input *input, int fd, const struct record_type *type,
             struct error *error)
{
    const struct record_type *const types[] = {type, NULL};
    const struct record_type *found;
    const char *line;
    size_t length;
    void *record;

    error->text[0] = '\0';
    while (!(line = input_next(input, &length))) {
        if (input->ended)
            return NULL;
        if (!input_fill(input, fd, error)) {
            error_prefix(error, "reading a %s", type->name);
            return NULL;
        }
    }
    record = record_decode(types, line, length, &found, error);
    if (!record)
        error_prefix(error, "reading a %s", type->name);
    return record;
}


void
input_clear(struct input *input)
{
    free(input->bytes);
    *input = (struct input){0};
}
