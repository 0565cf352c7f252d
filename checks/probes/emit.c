/*
 * The worker's answers: one record a line on standard output.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/probes/emit.h"
#include "checks/tasks.h"


/* Write all of it, waiting where the pipe is full; end when it is closed. */
static void
write_all(const char *bytes, size_t length)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);

        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN) {
            poll(&output, 1, -1);
        } else if (errno != EINTR) {
            _exit(errno == EPIPE ? EXIT_SUCCESS : EXIT_FAILURE);
        }
    }
}


/* Write a record and its newline in one piece. */
static void
emit_record(const struct record_type *type, const void *record)
{
    char *line = record_encode(type, record);
    size_t length = strlen(line);

    line[length] = '\n';
    write_all(line, length + 1);
    free(line);
}


void
emit_fact(enum fact_kind kind, const void *fact)
{
    emit_record(fact_types[kind], fact);
}


void
emit_done(int64_t id)
{
    struct done_task done = {.id = id};

    emit_record(&done_task_type, &done);
}
