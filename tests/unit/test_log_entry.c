/*
 * Lines of the log: text, severity, fields, and the way to a file and back.
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

#include "base/text.h"
#include "checks/codes.h"
#include "daemon/log_entry.h"

#define HOST "mon.corp.example.com"
#define DOMAIN "corp.example.com"

/* Half a second before 2026-01-31 12:12:04. */
#define NOW INT64_C(1769861523500000)

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


/* The entry of an event. */
static struct log_entry *
entry_of(const struct alert_event *told)
{
    return log_entry_of_event(told, HOST, DOMAIN, NOW);
}


/* The whole line of an event, for the caller to free(). */
static char *
line_of(const struct alert_event *told)
{
    struct log_entry *entry = entry_of(told);
    char *line = xasprintf("%s|%s", entry->message, entry->pairs);

    record_free(&log_entry_type, entry);
    return line;
}


/* The line of an event must be this, with a bar before the pairs. */
static void
assert_line(const struct alert_event *told, const char *expected)
{
    char *line = line_of(told);

    assert_string_equal(line, expected);
    free(line);
}


static void
a_line_has_what_the_reader_needs(void **state)
{
    (void)state;
    assert_line(&event,
                "CRITICAL SPN_MISSING SMTPSVC/ex2.corp.example.com: on no "
                "account [KB979174]|code=SPN_MISSING "
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
                "12 min 3 s|code=SPN_MISSING "
                "subject=SMTPSVC/ex2.corp.example.com status=OK "
                "impact=mail-fails since=2026-01-31T12:00:00.123456Z "
                "seen_from=mon.corp.example.com suppressed=0");
}


/* The message of an event of that kind. */
static void
assert_message(enum alert_kind kind, const char *expected)
{
    struct alert_event told = event;
    struct log_entry *entry;

    told.kind = kind;
    entry = entry_of(&told);
    assert_string_equal(entry->message, expected);
    record_free(&log_entry_type, entry);
}


static void
messages_say_what_became_of_an_alert(void **state)
{
    static const char plain[] = "CRITICAL SPN_MISSING "
                                "SMTPSVC/ex2.corp.example.com: on no account "
                                "[KB979174]";

    (void)state;
    assert_message(ALERT_RAISED, plain);
    assert_message(ALERT_CHANGED, plain);
    assert_message(ALERT_REPEATED, plain);
    assert_message(ALERT_FLAPPING,
                   "CRITICAL SPN_MISSING SMTPSVC/ex2.corp.example.com: "
                   "flapping: on no account [KB979174]");
    assert_message(ALERT_WITHDRAWN,
                   "CRITICAL SPN_MISSING SMTPSVC/ex2.corp.example.com: "
                   "withdrawn: on no account [KB979174]");
}


static void
what_is_held_back_is_one_plain_line(void **state)
{
    struct alert_event told = {.kind = ALERT_HELD_BACK, .count = 150};

    (void)state;
    assert_line(&told, "150 more alerts wait for the next cycles|");
}


static void
without_a_reference_there_are_no_brackets(void **state)
{
    struct alert_event told = event;
    char *line;

    (void)state;
    told.reference = "";
    line = line_of(&told);
    assert_non_null(strstr(line, "on no account|code="));
    free(line);
}


/* The subject's pair in the line of an event with that subject. */
static void
assert_subject(const char *subject, const char *expected)
{
    struct alert_event told = event;
    char *line;

    told.subject = subject;
    line = line_of(&told);
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
    struct log_entry *entry;
    char *line;

    memset(text, filler, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    told.subject = told.message = told.reference = text;
    entry = log_entry_of_event(&told, text, text, NOW);
    line = xasprintf("%s %s", entry->message, entry->pairs);
    assert_in_range(strlen(line), 500, LOG_LINE_MAX);
    assert_true(text_is_printable(line));
    assert_non_null(strstr(line, "CRITICAL SPN_MISSING "));
    assert_non_null(strstr(line, " suppressed=3"));
    free(line);
    record_free(&log_entry_type, entry);
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
control_characters_do_not_reach_an_entry(void **state)
{
    struct alert_event told = event;
    struct log_entry *entry;

    (void)state;
    told.subject = "a\033[31mb\r\nc\x7f";
    told.message = "x\n<0>forged: line\xc2\x9b";
    entry = entry_of(&told);
    assert_true(text_is_printable(entry->message));
    assert_true(text_is_printable(entry->pairs));
    for (size_t i = 0; i < entry->fields.count; i++)
        assert_true(text_is_printable(entry->fields.items[i]));
    record_free(&log_entry_type, entry);
}


static void
severities_follow_the_status(void **state)
{
    static const int64_t expected[] = {
        [STATUS_OK] = LOG_NOTICE,
        [STATUS_WARNING] = LOG_WARNING,
        [STATUS_CRITICAL] = LOG_CRIT,
        [STATUS_UNKNOWN] = LOG_NOTICE,
    };
    struct alert_event told = event;

    (void)state;
    for (int status = STATUS_OK; status <= STATUS_UNKNOWN; status++) {
        struct log_entry *entry;

        told.status = (enum status)status;
        entry = entry_of(&told);
        assert_int_equal(entry->priority, expected[status]);
        record_free(&log_entry_type, entry);
    }
}


/* The fields of an entry, one a line. */
static void
assert_fields(const struct log_entry *entry, const char *expected)
{
    char *all = xstrdup("");

    for (size_t i = 0; i < entry->fields.count; i++) {
        char *longer = xasprintf("%s%s\n", all, entry->fields.items[i]);

        free(all);
        all = longer;
    }
    assert_string_equal(all, expected);
    free(all);
}


static void
the_journal_gets_every_value_as_a_field(void **state)
{
    struct log_entry *entry = entry_of(&event);
    char *expected = xasprintf(
        "MESSAGE_ID=%s\n"
        "SPNHEALTHD_TIME=2026-01-31T12:12:03.500000Z\n"
        "SPNHEALTHD_KIND=raised\n"
        "SPNHEALTHD_DOMAIN=corp.example.com\n"
        "SPNHEALTHD_SUPPRESSED=3\n"
        "SPNHEALTHD_CODE=SPN_MISSING\n"
        "SPNHEALTHD_CHECK=spn\n"
        "SPNHEALTHD_SUBJECT=SMTPSVC/ex2.corp.example.com\n"
        "SPNHEALTHD_STATUS=CRITICAL\n"
        "SPNHEALTHD_IMPACT=mail-fails\n"
        "SPNHEALTHD_REFERENCE=KB979174\n"
        "SPNHEALTHD_SINCE=2026-01-31T12:00:00.123456Z\n"
        "SPNHEALTHD_SEEN_FROM=mon.corp.example.com\n",
        code_find("SPN_MISSING")->message_id);

    (void)state;
    assert_int_equal(entry->time_us, NOW);
    assert_fields(entry, expected);
    free(expected);
    record_free(&log_entry_type, entry);
}


static void
what_is_held_back_has_its_number_as_a_field(void **state)
{
    struct alert_event told = {.kind = ALERT_HELD_BACK, .count = 150};
    struct log_entry *entry = entry_of(&told);

    (void)state;
    assert_int_equal(entry->priority, LOG_NOTICE);
    assert_fields(entry, "MESSAGE_ID=" LOG_ID_HELD_BACK "\n"
                         "SPNHEALTHD_TIME=2026-01-31T12:12:03.500000Z\n"
                         "SPNHEALTHD_KIND=held-back\n"
                         "SPNHEALTHD_DOMAIN=corp.example.com\n"
                         "SPNHEALTHD_WAITING=150\n");
    record_free(&log_entry_type, entry);
}


/* The entry of an event of that kind has this field. */
static void
assert_kind_field(enum alert_kind kind, const char *code, const char *field,
                  bool there)
{
    struct alert_event told = event;
    struct log_entry *entry;

    told.kind = kind;
    told.code = code;
    entry = entry_of(&told);
    assert_int_equal(strings_contain(&entry->fields, field), there);
    record_free(&log_entry_type, entry);
}


static void
message_ids_tell_what_happened(void **state)
{
    const char *missing = "SPN_MISSING", *skew = "CLOCK_SKEW";
    char *of_missing = xasprintf("MESSAGE_ID=%s",
                                 code_find(missing)->message_id);

    (void)state;
    assert_kind_field(ALERT_RAISED, missing, of_missing, true);
    assert_kind_field(ALERT_CHANGED, missing, of_missing, true);
    assert_kind_field(ALERT_REPEATED, missing, of_missing, true);
    assert_kind_field(ALERT_RAISED, skew, of_missing, false);
    assert_kind_field(ALERT_RECOVERED, missing, "MESSAGE_ID=" LOG_ID_RECOVERED,
                      true);
    assert_kind_field(ALERT_FLAPPING, missing, "MESSAGE_ID=" LOG_ID_FLAPPING,
                      true);
    assert_kind_field(ALERT_WITHDRAWN, missing, "MESSAGE_ID=" LOG_ID_WITHDRAWN,
                      true);
    assert_kind_field(ALERT_REPEATED, missing, "SPNHEALTHD_KIND=repeated",
                      true);
    assert_kind_field(ALERT_CHANGED, missing, "SPNHEALTHD_KIND=changed", true);
    free(of_missing);
}


static void
a_code_that_a_newer_version_saved_has_no_id(void **state)
{
    struct alert_event told = event;
    struct log_entry *entry;

    (void)state;
    told.code = "SPN_FROM_THE_FUTURE";
    entry = entry_of(&told);
    assert_memory_equal(entry->fields.items[0], "SPNHEALTHD_TIME=", 16);
    assert_int_equal(entry->fields.count, 11);
    record_free(&log_entry_type, entry);
}


static void
a_note_is_cleaned_and_cut(void **state)
{
    char text[4096];
    struct log_entry *entry = log_entry_of_note(LOG_INFO, LOG_ID_STARTED, NOW,
                                                "a\nb");

    (void)state;
    assert_string_equal(entry->message, "a\\x0ab");
    assert_string_equal(entry->pairs, "");
    assert_int_equal(entry->priority, LOG_INFO);
    assert_fields(entry, "MESSAGE_ID=" LOG_ID_STARTED "\n"
                         "SPNHEALTHD_TIME=2026-01-31T12:12:03.500000Z\n");
    record_free(&log_entry_type, entry);
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    entry = log_entry_of_note(LOG_ERR, NULL, NOW, text);
    assert_int_equal(strlen(entry->message), LOG_LINE_MAX);
    assert_int_equal(entry->fields.count, 1);
    record_free(&log_entry_type, entry);
}


/* Write an entry as a line and read it: nothing may be lost. */
static void
assert_survives(struct log_entry *entry)
{
    const struct record_type *types[] = {&log_entry_type, NULL}, *type;
    char *line = record_encode(&log_entry_type, entry), *again;
    struct error error;
    struct log_entry *read = record_decode(types, line, strlen(line), &type,
                                           &error);

    if (!read)
        fail_msg("%s: %s", line, error.text);
    again = record_encode(&log_entry_type, read);
    assert_string_equal(again, line);
    assert_string_equal(read->message, entry->message);
    assert_string_equal(read->pairs, entry->pairs);
    assert_int_equal(read->priority, entry->priority);
    assert_int_equal(read->time_us, entry->time_us);
    assert_int_equal(read->fields.count, entry->fields.count);
    for (size_t i = 0; i < read->fields.count; i++)
        assert_string_equal(read->fields.items[i], entry->fields.items[i]);
    free(line);
    free(again);
    record_free(&log_entry_type, read);
    record_free(&log_entry_type, entry);
}


static void
entries_survive_a_file(void **state)
{
    struct alert_event told = event;
    char text[4096];

    (void)state;
    assert_survives(entry_of(&event));
    assert_survives(log_entry_of_note(LOG_INFO, NULL, NOW, ""));
    told.kind = ALERT_HELD_BACK;
    assert_survives(entry_of(&told));
    /* The longest there are. */
    told.kind = ALERT_RAISED;
    memset(text, '\\', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    told.subject = told.message = told.reference = text;
    assert_survives(log_entry_of_event(&told, text, text, NOW));
    memset(text, '\n', sizeof(text) - 1);
    assert_survives(log_entry_of_event(&told, text, text, NOW));
    assert_survives(log_entry_of_note(LOG_INFO, NULL, NOW, text));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_what_the_reader_needs),
        cmocka_unit_test(a_recovery_says_after_how_long),
        cmocka_unit_test(messages_say_what_became_of_an_alert),
        cmocka_unit_test(what_is_held_back_is_one_plain_line),
        cmocka_unit_test(without_a_reference_there_are_no_brackets),
        cmocka_unit_test(values_are_quoted_where_they_must_be),
        cmocka_unit_test(a_line_is_bounded_and_keeps_its_values),
        cmocka_unit_test(control_characters_do_not_reach_an_entry),
        cmocka_unit_test(severities_follow_the_status),
        cmocka_unit_test(the_journal_gets_every_value_as_a_field),
        cmocka_unit_test(what_is_held_back_has_its_number_as_a_field),
        cmocka_unit_test(message_ids_tell_what_happened),
        cmocka_unit_test(a_code_that_a_newer_version_saved_has_no_id),
        cmocka_unit_test(a_note_is_cleaned_and_cut),
        cmocka_unit_test(entries_survive_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
