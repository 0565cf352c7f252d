/*
 * Alerts in syslog: the line and its severity.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/alert_syslog.h"

static const struct alert_event event = {
    .kind = ALERT_RAISED,
    .status = STATUS_CRITICAL,
    .code = "SPN_MISSING",
    .subject = "SMTPSVC/ex2.corp.example.com",
    .impact = IMPACT_MAIL_FAILS,
    .message = "on no account",
    .reference = "KB979174",
    .since_us = 1769860800123456,
    .lasted_us = 723 * INT64_C(1000000),
    .count = 3,
};


/* The line of an event must be this. */
static void
assert_line(const struct alert_event *told, const char *expected)
{
    char *line = alert_line(told, "mon.corp.example.com");

    assert_string_equal(line, expected);
    free(line);
}


static void
a_line_has_what_the_reader_needs(void **state)
{
    (void)state;
    assert_line(&event,
                "CRITICAL SPN_MISSING SMTPSVC/ex2.corp.example.com: on no "
                "account [KB979174] code=SPN_MISSING "
                "subject=SMTPSVC/ex2.corp.example.com status=CRITICAL "
                "impact=mail-fails since=2026-01-31T12:00:00.123456Z "
                "seen_from=mon.corp.example.com suppressed=3");
}


static void
a_recovery_says_after_how_long(void **state)
{
    struct alert_event told = event;

    (void)state;
    told.kind = ALERT_RECOVERED;
    told.status = STATUS_OK;
    told.count = 0;
    assert_line(&told,
                "OK SPN_MISSING SMTPSVC/ex2.corp.example.com: recovered after "
                "12 min 3 s code=SPN_MISSING "
                "subject=SMTPSVC/ex2.corp.example.com status=OK "
                "impact=mail-fails since=2026-01-31T12:00:00.123456Z "
                "seen_from=mon.corp.example.com suppressed=0");
}


static void
what_is_held_back_is_one_plain_line(void **state)
{
    struct alert_event told = {.kind = ALERT_HELD_BACK, .count = 150};

    (void)state;
    assert_line(&told, "150 more alerts wait for the next cycles");
}


static void
without_a_reference_there_are_no_brackets(void **state)
{
    struct alert_event told = event;
    char *line;

    (void)state;
    told.reference = "";
    line = alert_line(&told, "mon");
    assert_non_null(strstr(line, "on no account code="));
    free(line);
}


/* The subject's pair in the line of an event with that subject. */
static void
assert_subject(const char *subject, const char *expected)
{
    struct alert_event told = event;
    char *line;

    told.subject = subject;
    line = alert_line(&told, "mon");
    if (!strstr(line, expected))
        fail_msg("no %s in %s", expected, line);
    free(line);
}


static void
values_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    assert_subject("EX1$", " subject=EX1$ ");
    assert_subject("dc1<->dc2", " subject=dc1<->dc2 ");
    assert_subject("host:88/udp", " subject=host:88/udp ");
    assert_subject("a b", " subject=\"a b\" ");
    assert_subject("a=b", " subject=\"a=b\" ");
    assert_subject("a\"b\\c", " subject=\"a\\\"b\\\\c\" ");
    assert_subject("", " subject=\"\" ");
    assert_subject("\xc3\xa9", " subject=\"\xc3\xa9\" ");
    /* The escape of an unprintable byte is escaped in its turn. */
    assert_subject("a\nb", " subject=\"a\\\\x0ab\" ");
}


/* A line of over-long texts made of one character. */
static void
assert_bounded(char filler)
{
    char text[4096];
    struct alert_event told = event;
    char *line;

    memset(text, filler, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    told.subject = told.message = told.reference = text;
    line = alert_line(&told, text);
    assert_in_range(strlen(line), 500, ALERT_LINE_MAX);
    assert_true(text_is_printable(line));
    assert_non_null(strstr(line, "CRITICAL SPN_MISSING "));
    assert_non_null(strstr(line, " suppressed=3"));
    free(line);
}


static void
a_line_is_bounded_and_keeps_its_values(void **state)
{
    (void)state;
    assert_bounded('x');
    assert_bounded('"');
    assert_bounded('\\');
    assert_bounded('\n');
    assert_bounded('\x1b');
    assert_bounded('\xff');
}


static void
control_characters_do_not_reach_the_log(void **state)
{
    struct alert_event told = event;
    char *line;

    (void)state;
    told.subject = "a\033[31mb\r\nc\x7f";
    told.message = "x\n<0>forged: line\xc2\x9b";
    line = alert_line(&told, "mon");
    assert_true(text_is_printable(line));
    free(line);
}


static void
severities_follow_the_status(void **state)
{
    struct alert_event told = event;

    (void)state;
    assert_int_equal(alert_priority(&told), LOG_CRIT);
    told.status = STATUS_WARNING;
    assert_int_equal(alert_priority(&told), LOG_WARNING);
    told.status = STATUS_UNKNOWN;
    assert_int_equal(alert_priority(&told), LOG_NOTICE);
    told.status = STATUS_OK;
    assert_int_equal(alert_priority(&told), LOG_NOTICE);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_what_the_reader_needs),
        cmocka_unit_test(a_recovery_says_after_how_long),
        cmocka_unit_test(what_is_held_back_is_one_plain_line),
        cmocka_unit_test(without_a_reference_there_are_no_brackets),
        cmocka_unit_test(values_are_quoted_where_they_must_be),
        cmocka_unit_test(a_line_is_bounded_and_keeps_its_values),
        cmocka_unit_test(control_characters_do_not_reach_the_log),
        cmocka_unit_test(severities_follow_the_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
