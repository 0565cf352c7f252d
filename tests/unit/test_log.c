/*
 * The log's queue: nothing is lost while nobody reads, up to its bound.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/log.h"
#include "tests/unit/log_reader.h"
#include "tests/unit/scratch_folder.h"

/* A log, and where its lines go. */
struct fixture {
    struct log *log;
    char *journal;
    char *syslog;
};


/* A log at whose sockets nobody reads yet. */
static struct fixture
fixture_new(void **state)
{
    struct fixture fixture = {
        .log = log_new(LOG_DAEMON),
        .journal = scratch_path(state, "journal"),
        .syslog = scratch_path(state, "log"),
    };

    log_use_sockets(fixture.log, fixture.journal, fixture.syslog);
    return fixture;
}


/* Free what a fixture holds. */
static void
fixture_clear(struct fixture *fixture)
{
    log_free(fixture->log);
    free(fixture->journal);
    free(fixture->syslog);
}


/* Queue a line that is its number, without delivering it. */
static void
queue(struct log *log, size_t number)
{
    char *text = xasprintf("line %zu.", number);

    log_restore(log, log_entry_of_note(LOG_INFO, NULL, 0, text));
    free(text);
}


/* The journal's next line must be that number. */
static void
assert_number(int journal, size_t number)
{
    char *expected = xasprintf("MESSAGE=line %zu.\n", number);

    assert_read_part(journal, expected);
    free(expected);
}


/* The monotonic clock in microseconds. */
static int64_t
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}


static void
alerts_and_notes_arrive_in_order(void **state)
{
    static const struct alert_event event = {
        .kind = ALERT_RAISED,
        .status = STATUS_CRITICAL,
        .code = "SPN_MISSING",
        .subject = "SMTPSVC/ex2",
        .message = "on no account",
        .reference = "KB979174",
    };
    struct fixture fixture = fixture_new(state);
    int journal = reader_datagrams(fixture.journal);

    log_tell(fixture.log, &event, "mon.example.com", "example.com");
    assert_read_nothing(journal);
    assert_int_equal(log_queue_count(fixture.log), 1);
    assert_int_equal(log_retry_us(fixture.log), 0);
    log_note(fixture.log, LOG_INFO, LOG_ID_STARTED, "started for %s", "x");
    assert_read_part(journal, "MESSAGE=CRITICAL SPN_MISSING SMTPSVC/ex2: on "
                              "no account [KB979174]\nPRIORITY=2\n");
    assert_read_part(journal, "MESSAGE=started for x\nPRIORITY=6\n");
    assert_int_equal(log_queue_count(fixture.log), 0);
    assert_true(log_retry_us(fixture.log) == INT64_MAX);
    assert_int_equal(log_taken(fixture.log), 2);
    close(journal);
    fixture_clear(&fixture);
}


static void
an_alert_is_dated_when_it_is_told(void **state)
{
    static const struct alert_event event = {.kind = ALERT_HELD_BACK};
    struct fixture fixture = fixture_new(state);
    int64_t before_s = time(NULL), told_us;

    log_tell(fixture.log, &event, "mon", "example.com");
    told_us = log_queue_item(fixture.log, 0)->time_us;
    assert_in_range(told_us / 1000000, before_s, time(NULL));
    fixture_clear(&fixture);
}


static void
a_facility_may_change(void **state)
{
    struct fixture fixture = fixture_new(state);
    int journal = reader_datagrams(fixture.journal);

    log_note(fixture.log, LOG_INFO, NULL, "before");
    log_configure(fixture.log, LOG_LOCAL0);
    log_note(fixture.log, LOG_INFO, NULL, "after");
    assert_read_part(journal, "\nSYSLOG_FACILITY=3\n");
    assert_read_part(journal, "\nSYSLOG_FACILITY=16\n");
    close(journal);
    fixture_clear(&fixture);
}


static void
a_log_that_stays_away_is_tried_less_and_less_often(void **state)
{
    static const int64_t delays_s[] = {3, 6, 12, 24, 30, 30};
    struct fixture fixture = fixture_new(state);

    queue(fixture.log, 1);
    for (size_t i = 0; i < sizeof(delays_s) / sizeof(delays_s[0]); i++) {
        int64_t before_us = now_us();

        assert_false(log_flush(fixture.log));
        assert_in_range(log_retry_us(fixture.log) - before_us,
                        delays_s[i] * 1000000, delays_s[i] * 1000000 + 900000);
    }
    fixture_clear(&fixture);
}


static void
what_nobody_reads_is_kept_and_tried_again_soon(void **state)
{
    struct fixture fixture = fixture_new(state);
    int64_t before_us = now_us(), retry_us;
    int journal;

    log_note(fixture.log, LOG_INFO, NULL, "line 0.");
    retry_us = log_retry_us(fixture.log);
    assert_in_range(retry_us - before_us, 1000000, 10000000);
    queue(fixture.log, 1);
    assert_false(log_flush(fixture.log));
    assert_int_equal(log_queue_count(fixture.log), 2);
    assert_string_equal(log_queue_item(fixture.log, 0)->message, "line 0.");
    assert_string_equal(log_queue_item(fixture.log, 1)->message, "line 1.");
    journal = reader_datagrams(fixture.journal);
    assert_true(log_flush(fixture.log));
    assert_number(journal, 0);
    assert_number(journal, 1);
    assert_read_nothing(journal);
    assert_int_equal(log_dropped(fixture.log), 0);
    close(journal);
    fixture_clear(&fixture);
}


static void
a_log_that_restarts_loses_nothing(void **state)
{
    struct fixture fixture = fixture_new(state);
    int journal = -1;
    size_t read = 0;

    for (size_t i = 0; i < 50; i++) {
        if (i % 10 == 0)
            journal = reader_datagrams(fixture.journal);
        queue(fixture.log, i);
        log_flush(fixture.log);
        if (i % 10 < 5)
            assert_number(journal, read++);
        if (i % 10 == 4)
            close(journal);
        if (i % 20 == 14)
            unlink(fixture.journal);
        if (i % 10 == 0)
            while (read <= i)
                assert_number(journal, read++);
    }
    assert_int_equal(log_queue_count(fixture.log), 5);
    assert_int_equal(log_dropped(fixture.log), 0);
    fixture_clear(&fixture);
}


/* Read what a flush has delivered, from that number on; the number after. */
static size_t
read_numbers(int journal, size_t number)
{
    char *text, *expected;

    while ((text = reader_next(journal))) {
        expected = xasprintf("MESSAGE=line %zu.\n", number++);
        assert_memory_equal(text, expected, strlen(expected));
        free(expected);
        free(text);
    }
    return number;
}


static void
a_log_that_is_behind_gets_the_rest_later(void **state)
{
    struct fixture fixture = fixture_new(state);
    int journal = reader_datagrams(fixture.journal);
    size_t number = 0, turns = 0;

    for (size_t i = 0; i < LOG_QUEUE_MAX; i++)
        queue(fixture.log, i);
    while (!log_flush(fixture.log)) {
        assert_true(log_taken(fixture.log) > number);
        assert_true(log_retry_us(fixture.log) < now_us() + 1000000);
        number = read_numbers(journal, number);
        turns++;
    }
    assert_int_equal(read_numbers(journal, number), LOG_QUEUE_MAX);
    assert_true(turns > 0);
    close(journal);
    fixture_clear(&fixture);
}


static void
a_full_queue_drops_the_oldest_and_says_how_many(void **state)
{
    struct fixture fixture = fixture_new(state);
    size_t number;
    int journal;

    for (size_t i = 0; i < LOG_QUEUE_MAX; i++)
        queue(fixture.log, i);
    assert_int_equal(log_dropped(fixture.log), 0);
    assert_false(log_flush(fixture.log));
    queue(fixture.log, LOG_QUEUE_MAX);
    queue(fixture.log, LOG_QUEUE_MAX + 1);
    assert_int_equal(log_dropped(fixture.log), 2);
    assert_int_equal(log_taken(fixture.log), 2);
    assert_int_equal(log_queue_count(fixture.log), LOG_QUEUE_MAX);
    assert_string_equal(log_queue_item(fixture.log, 0)->message, "line 2.");
    assert_false(log_flush(fixture.log));
    journal = reader_datagrams(fixture.journal);
    log_flush(fixture.log);
    assert_read_part(journal, "MESSAGE=2 older alerts and messages were "
                              "dropped: the log could not be reached, and no "
                              "more than 1000 wait for it\nPRIORITY=4\n");
    assert_number(journal, 2);
    number = read_numbers(journal, 3);
    assert_int_equal(number, log_taken(fixture.log));
    /* What was told once is not told again. */
    log_flush(fixture.log);
    assert_true(log_taken(fixture.log) > number);
    assert_int_equal(read_numbers(journal, number), log_taken(fixture.log));
    assert_int_equal(log_dropped(fixture.log), 2);
    close(journal);
    fixture_clear(&fixture);
}


/* What a delivered() was told, and what it does. */
struct marks {
    struct log *log;
    size_t taken[8];
    size_t count;
    bool notes;  /* whether it logs in its turn */
};


/* Note down how far the queue is. */
static void
mark(void *closure, size_t taken)
{
    struct marks *marks = closure;

    assert_true(marks->count < 8);
    marks->taken[marks->count++] = taken;
    if (marks->notes)
        log_note(marks->log, LOG_WARNING, NULL, "line 9.");
}


static void
each_delivery_is_reported(void **state)
{
    struct fixture fixture = fixture_new(state);
    struct marks marks = {.log = fixture.log};
    int journal;

    log_on_delivered(fixture.log, mark, &marks);
    queue(fixture.log, 0);
    queue(fixture.log, 1);
    assert_false(log_flush(fixture.log));
    assert_int_equal(marks.count, 0);
    journal = reader_datagrams(fixture.journal);
    assert_true(log_flush(fixture.log));
    assert_int_equal(marks.count, 2);
    assert_int_equal(marks.taken[0], 1);
    assert_int_equal(marks.taken[1], 2);
    close(journal);
    fixture_clear(&fixture);
}


static void
a_report_that_logs_ends_all_the_same(void **state)
{
    struct fixture fixture = fixture_new(state);
    struct marks marks = {.log = fixture.log, .notes = true};
    int journal = reader_datagrams(fixture.journal);

    log_on_delivered(fixture.log, mark, &marks);
    queue(fixture.log, 0);
    queue(fixture.log, 1);
    assert_false(log_flush(fixture.log));
    assert_number(journal, 0);
    assert_number(journal, 1);
    assert_read_nothing(journal);
    assert_int_equal(log_queue_count(fixture.log), 2);
    marks.notes = false;
    assert_true(log_flush(fixture.log));
    assert_number(journal, 9);
    assert_number(journal, 9);
    close(journal);
    fixture_clear(&fixture);
}


static void
nothing_is_done_for_an_empty_queue(void **state)
{
    struct fixture fixture = fixture_new(state);

    assert_true(log_flush(fixture.log));
    assert_true(log_retry_us(fixture.log) == INT64_MAX);
    assert_int_equal(log_taken(fixture.log), 0);
    log_free(NULL);
    fixture_clear(&fixture);
}


/* A test with a folder of its own. */
#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)


int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(alerts_and_notes_arrive_in_order),
        TEST(an_alert_is_dated_when_it_is_told),
        TEST(a_facility_may_change),
        TEST(a_log_that_stays_away_is_tried_less_and_less_often),
        TEST(what_nobody_reads_is_kept_and_tried_again_soon),
        TEST(a_log_that_restarts_loses_nothing),
        TEST(a_log_that_is_behind_gets_the_rest_later),
        TEST(a_full_queue_drops_the_oldest_and_says_how_many),
        TEST(each_delivery_is_reported),
        TEST(a_report_that_logs_ends_all_the_same),
        TEST(nothing_is_done_for_an_empty_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
