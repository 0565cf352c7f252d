/*
 * What a log reads, at sockets that a test makes.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/unit/log_reader.h"

enum { READ_MAX = 65536 };


/* A socket of some type at a path. */
static int
reader_at(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int reader = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(reader >= 0);
    assert_true(strlen(path) < sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    unlink(path);
    assert_int_equal(bind(reader, (const struct sockaddr *)&address,
                          sizeof(address)), 0);
    return reader;
}


int
reader_datagrams(const char *path)
{
    return reader_at(path, SOCK_DGRAM);
}


int
reader_stream(const char *path)
{
    int reader = reader_at(path, SOCK_STREAM);

    assert_int_equal(listen(reader, 1), 0);
    return reader;
}


char *
reader_next(int reader)
{
    char *text = xcalloc(READ_MAX + 1, 1);
    ssize_t size = recv(reader, text, READ_MAX, 0);

    if (size >= 0)
        return text;
    free(text);
    return NULL;
}


void
assert_read(int reader, const char *expected)
{
    char *text = reader_next(reader);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}


void
assert_read_part(int reader, const char *part)
{
    char *text = reader_next(reader);

    assert_non_null(text);
    if (!strstr(text, part))
        fail_msg("no %s in %s", part, text);
    free(text);
}


void
assert_read_nothing(int reader)
{
    assert_null(reader_next(reader));
}
