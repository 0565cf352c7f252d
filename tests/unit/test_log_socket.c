/*
 * What the journal and syslog get, byte by byte, at sockets of our own.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "daemon/log_socket.h"
#include "tests/unit/log_reader.h"
#include "tests/unit/scratch_folder.h"

/* 2026-01-01 12:00:00. */
#define NOW INT64_C(1767268800000000)

/* Sockets to write to, and where they lead. */
struct writer {
    struct log_sockets sockets;
    char *journal;
    char *syslog;
    struct log_entry *entry;
};


/* A writer to two paths at which nobody reads yet. */
static struct writer
writer_new(void **state)
{
    struct writer writer = {
        .journal = scratch_path(state, "journal"),
        .syslog = scratch_path(state, "log"),
        .entry = log_entry_of_note(LOG_WARNING, LOG_ID_STARTED, NOW, "hello"),
    };

    log_sockets_open(&writer.sockets, writer.journal, writer.syslog);
    return writer;
}


/* Free what a writer holds. */
static void
writer_clear(struct writer *writer)
{
    log_sockets_close(&writer->sockets);
    record_free(&log_entry_type, writer->entry);
    free(writer->journal);
    free(writer->syslog);
}


/* Send the writer's entry. */
static bool
send_it(struct writer *writer)
{
    return log_sockets_send(&writer->sockets, writer->entry, LOG_DAEMON);
}


/* What syslog gets of the writer's entry, for the caller to free(). */
static char *
syslog_line(const char *text)
{
    return xasprintf("<28>Jan  1 12:00:00 spnhealthd[%d]: %s", (int)getpid(),
                     text);
}


static void
the_journal_gets_fields(void **state)
{
    struct writer writer = writer_new(state);
    int journal = reader_datagrams(writer.journal);
    int syslog = reader_datagrams(writer.syslog);
    char *expected = xasprintf("MESSAGE=hello\n"
                               "PRIORITY=4\n"
                               "SYSLOG_FACILITY=3\n"
                               "SYSLOG_IDENTIFIER=spnhealthd\n"
                               "SYSLOG_PID=%d\n"
                               "MESSAGE_ID=" LOG_ID_STARTED "\n"
                               "SPNHEALTHD_TIME=2026-01-01T12:00:00.000000Z\n",
                               (int)getpid());

    record_set(&writer.entry->pairs, "a=b");
    assert_true(send_it(&writer));
    assert_read(journal, expected);
    assert_read_nothing(journal);
    assert_read_nothing(syslog);
    free(expected);
    close(journal);
    close(syslog);
    writer_clear(&writer);
}


static void
without_a_journal_syslog_gets_a_line_with_pairs(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_datagrams(writer.syslog);
    char *expected = syslog_line("hello");

    assert_true(send_it(&writer));
    assert_read(syslog, expected);
    free(expected);
    expected = syslog_line("hello code=A status=OK");
    record_set(&writer.entry->pairs, "code=A status=OK");
    assert_true(send_it(&writer));
    assert_read(syslog, expected);
    free(expected);
    close(syslog);
    writer_clear(&writer);
}


static void
the_day_has_two_places(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_datagrams(writer.syslog);

    writer.entry->time_us = INT64_C(1798761599999999);
    assert_true(log_sockets_send(&writer.sockets, writer.entry, LOG_LOCAL7));
    assert_read_part(syslog, "<188>Dec 31 23:59:59 spnhealthd[");
    close(syslog);
    writer_clear(&writer);
}


static void
a_journal_that_comes_later_is_used_at_once(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_datagrams(writer.syslog), journal;

    assert_true(send_it(&writer));
    assert_read_part(syslog, "hello");
    journal = reader_datagrams(writer.journal);
    assert_true(send_it(&writer));
    assert_read_part(journal, "MESSAGE=hello\n");
    assert_read_nothing(syslog);
    /* It stops: its socket's file is still there. */
    close(journal);
    assert_true(send_it(&writer));
    assert_read_part(syslog, "hello");
    close(syslog);
    writer_clear(&writer);
}


static void
a_syslog_of_streams_gets_lines_that_end_in_nul(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_stream(writer.syslog), connection;
    char *line = syslog_line("hello"), text[1024];
    size_t size = strlen(line) + 1;

    assert_true(send_it(&writer));
    assert_true(send_it(&writer));
    connection = accept(syslog, NULL, NULL);
    assert_true(connection >= 0);
    assert_int_equal(recv(connection, text, sizeof(text), 0), 2 * size);
    assert_memory_equal(text, line, size);
    assert_memory_equal(text + size, line, size);
    /* Both came over one connection. */
    assert_int_equal(accept(syslog, NULL, NULL), -1);
    free(line);
    close(connection);
    close(syslog);
    writer_clear(&writer);
}


static void
a_stream_that_was_closed_is_opened_again(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_stream(writer.syslog), connection;

    assert_true(send_it(&writer));
    close(accept(syslog, NULL, NULL));
    assert_true(send_it(&writer));
    connection = accept(syslog, NULL, NULL);
    assert_read_part(connection, "hello");
    close(connection);
    close(syslog);
    assert_false(send_it(&writer));
    /* Syslog comes back, and reads datagrams from now on. */
    syslog = reader_datagrams(writer.syslog);
    assert_true(send_it(&writer));
    assert_read_part(syslog, "hello");
    close(syslog);
    writer_clear(&writer);
}


static void
where_nobody_reads_nothing_is_sent(void **state)
{
    struct writer writer = writer_new(state);

    assert_false(send_it(&writer));
    writer_clear(&writer);
}


/* Send until the reader is behind; how many it took. */
static size_t
fill(struct writer *writer)
{
    size_t sent = 0;

    while (sent < 100000 && send_it(writer))
        sent++;
    assert_in_range(sent, 1, 99999);
    return sent;
}


/* How many entries a reader finds. */
static size_t
drain(int reader)
{
    size_t count = 0;
    char *text;

    while ((text = reader_next(reader))) {
        free(text);
        count++;
    }
    return count;
}


static void
a_reader_that_is_behind_is_not_waited_for(void **state)
{
    struct writer writer = writer_new(state);
    int journal = reader_datagrams(writer.journal);
    int syslog = reader_datagrams(writer.syslog);
    size_t sent = fill(&writer);

    /* Syslog is no way around it: the order would be lost. */
    assert_read_nothing(syslog);
    assert_int_equal(drain(journal), sent);
    assert_true(send_it(&writer));
    close(journal);
    sent = fill(&writer);
    assert_int_equal(drain(syslog), sent);
    close(syslog);
    writer_clear(&writer);
}


static void
a_stream_that_is_behind_is_not_waited_for(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_stream(writer.syslog), connection;

    fill(&writer);
    connection = accept(syslog, NULL, NULL);
    assert_read_part(connection, "hello");
    close(connection);
    close(syslog);
    writer_clear(&writer);
}


static void
what_is_too_large_for_the_socket_is_shortened(void **state)
{
    struct writer writer = writer_new(state);
    int journal = reader_datagrams(writer.journal), least = 0;
    char text[1000], *got;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memcpy(text, "LARGE=", 6);
    for (size_t i = 0; i < 12; i++)
        strings_add(&writer.entry->fields, text);
    record_set(&writer.entry->message, text);
    assert_true(send_it(&writer));
    got = reader_next(journal);
    assert_in_range(strlen(got), 13 * 999, 14 * 1000);
    free(got);
    /* The kernel raises this to the least it has. */
    setsockopt(writer.sockets.datagrams, SOL_SOCKET, SO_SNDBUF, &least,
               sizeof(least));
    assert_true(send_it(&writer));
    got = reader_next(journal);
    assert_in_range(strlen(got), 13 * 64, 5000);
    assert_memory_equal(got, "MESSAGE=LARGE=xx", 16);
    assert_non_null(strstr(got, "xxx...\n"));
    assert_non_null(strstr(got, "\nMESSAGE_ID=" LOG_ID_STARTED "\n"));
    free(got);
    close(journal);
    writer_clear(&writer);
}


static void
a_forged_entry_cannot_add_fields_or_lines(void **state)
{
    struct writer writer = writer_new(state);
    int journal = reader_datagrams(writer.journal);
    int syslog = reader_datagrams(writer.syslog);

    /* As no entry of ours is made, nor read from a file. */
    free(writer.entry->message);
    writer.entry->message = xstrdup("a\nPRIORITY=0\n\033[2Jb");
    strings_add(&writer.entry->fields, "SPNHEALTHD_SUBJECT=x\n_UID=0");
    assert_true(send_it(&writer));
    assert_read_part(journal, "MESSAGE=a\\x0aPRIORITY=0\\x0a\\x1b[2Jb\nPRIO");
    assert_true(send_it(&writer));
    assert_read_part(journal, "\nSPNHEALTHD_SUBJECT=x\\x0a_UID=0\n");
    close(journal);
    assert_true(send_it(&writer));
    assert_read_part(syslog, "]: a\\x0aPRIORITY=0\\x0a\\x1b[2Jb");
    close(syslog);
    writer_clear(&writer);
}


static void
a_service_out_of_descriptors_still_logs(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_datagrams(writer.syslog);
    struct rlimit before, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(dup(syslog), -1);
    assert_true(send_it(&writer));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_read_part(syslog, "hello");
    close(syslog);
    writer_clear(&writer);
}


static void
a_socket_that_could_not_be_had_at_first_is_had_later(void **state)
{
    struct writer writer = writer_new(state);
    int syslog = reader_datagrams(writer.syslog);

    close(writer.sockets.datagrams);
    writer.sockets.datagrams = -1;
    assert_true(send_it(&writer));
    assert_read_part(syslog, "hello");
    close(syslog);
    writer_clear(&writer);
}


/* A test with a folder of its own. */
#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)


int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_journal_gets_fields),
        TEST(without_a_journal_syslog_gets_a_line_with_pairs),
        TEST(the_day_has_two_places),
        TEST(a_journal_that_comes_later_is_used_at_once),
        TEST(a_syslog_of_streams_gets_lines_that_end_in_nul),
        TEST(a_stream_that_was_closed_is_opened_again),
        TEST(where_nobody_reads_nothing_is_sent),
        TEST(a_reader_that_is_behind_is_not_waited_for),
        TEST(a_stream_that_is_behind_is_not_waited_for),
        TEST(what_is_too_large_for_the_socket_is_shortened),
        TEST(a_forged_entry_cannot_add_fields_or_lines),
        TEST(a_service_out_of_descriptors_still_logs),
        TEST(a_socket_that_could_not_be_had_at_first_is_had_later),
    };

    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
