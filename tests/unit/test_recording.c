/*
 * A run's facts in a file, and back.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "daemon/recording.h"
#include "tests/unit/scratch_folder.h"

static const char program[] = "spnhealthd 0.1.0";

#define HEADER                                                              \
    "{\"type\":\"recording\",\"version\":2,\"program\":\"spnhealthd 0.1.0\"," \
    "\"time_us\":1,\"host\":\"mon.corp.example.com\",\"elapsed_us\":1}\n"


/* A text of so many bytes that encoding could be tempted to change. */
static char *
long_text(size_t length)
{
    char *text = xcalloc(length + 1, 1);

    memset(text, '\\', length);
    return text;
}


/* Fill a record with the least or the most its table allows. */
static void *
extreme_record(const struct record_type *type, bool most)
{
    char *record = record_new(type);

    for (const struct field *field = type->fields; field->name; field++) {
        void *member = record + field->offset;
        char *text = long_text(most ? (size_t)field->maximum % 4096 : 0);

        if (field->kind == FIELD_BOOLEAN)
            *(bool *)member = most;
        else if (field->kind == FIELD_INTEGER)
            *(int64_t *)member = most ? field->maximum : field->minimum;
        else if (field->kind == FIELD_STRING)
            record_set(member, text);
        else if (field->kind == FIELD_STRINGS && most)
            strings_add(member, text);
        else if (field->kind == FIELD_CHOICE)
            while (most && field->choices[*(int *)member + 1])
                ++*(int *)member;
        free(text);
    }
    return record;
}


/* Two facts of every kind. */
static struct facts *
extreme_facts(void)
{
    struct facts *facts = facts_new();

    for (int kind = 0; kind < FACT_KINDS; kind++) {
        facts_add(facts, (enum fact_kind)kind,
                  extreme_record(fact_types[kind], true),
                  "mon.corp.example.com");
        facts_add(facts, (enum fact_kind)kind,
                  extreme_record(fact_types[kind], false),
                  "mon.corp.example.com");
    }
    return facts;
}


static struct settings *
some_settings(void)
{
    struct settings *settings = settings_new();

    record_set(&settings->numbers->host, "mon.corp.example.com");
    record_set(&settings->numbers->domain, "corp.example.com");
    settings->numbers->time_us = 1769860800123456;
    settings->numbers->clock_warn_us = 60000000;
    strings_add(&settings->numbers->services, "SMTPSVC");
    strings_add(&settings_dc(settings, "dc1.corp.example.com")->addresses,
                "10.0.0.1");
    settings_mail(settings, "ex1.corp.example.com")->origin = MAIL_MX;
    return settings;
}


/* Write and read; whether it is the same again is told by writing that. */
static void
what_is_written_is_read_back(void **state)
{
    char *path = scratch_path(state, "first"), *text;
    char *again = scratch_path(state, "second"), *text_again;
    struct settings *settings = some_settings(), *read_settings = NULL;
    struct facts *facts = extreme_facts(), *read_facts = facts_new();
    struct error error = {""};

    assert_true(recording_write(path, program, settings, facts, 5, &error));
    assert_true(recording_read(path, &read_settings, read_facts, &error));
    assert_int_equal(facts_count(read_facts), 2 * FACT_KINDS);
    assert_string_equal(facts_first(read_facts, FACT_PORT)->seen_from,
                        "mon.corp.example.com");
    assert_true(recording_write(again, program, read_settings, read_facts, 5,
                                &error));
    text = scratch_read(path);
    text_again = scratch_read(again);
    assert_string_equal(text, text_again);
    for (int kind = 0; kind < FACT_KINDS; kind++)
        for (const struct fact *left = facts_first(facts, kind),
                               *right = facts_first(read_facts, kind);
             left || right; left = left->next, right = right->next) {
            char *one = record_encode(fact_types[kind], left);
            char *other = record_encode(fact_types[kind], right);

            assert_string_equal(one, other);
            free(one);
            free(other);
        }
    free(text);
    free(text_again);
    free(path);
    free(again);
    settings_free(settings);
    settings_free(read_settings);
    facts_free(facts);
    facts_free(read_facts);
}


static void
what_was_accepted_is_accepted_in_the_replay(void **state)
{
    struct acceptance *acceptance = record_new(&acceptance_type);
    struct settings *settings = some_settings(), *read = NULL;
    struct facts *facts = facts_new();
    char *path = scratch_path(state, "recording");
    struct error error = {""};

    record_set(&acceptance->code, "SPN_ORPHANED");
    record_set(&acceptance->subject, "SMTP/old*");
    record_set(&acceptance->reason, "the move");
    acceptance->until_us = 7;
    settings_accept(settings, acceptance);
    assert_true(recording_write(path, "spnhealthd 0", settings, facts, 1,
                                &error));
    assert_true(recording_read(path, &read, facts, &error));
    assert_int_equal(read->accepted_count, 1);
    assert_string_equal(read->accepted[0]->code, "SPN_ORPHANED");
    assert_string_equal(read->accepted[0]->subject, "SMTP/old*");
    assert_string_equal(read->accepted[0]->reason, "the move");
    assert_int_equal(read->accepted[0]->until_us, 7);
    settings_free(settings);
    settings_free(read);
    facts_free(facts);
    free(path);
}


static void
only_its_owner_may_read_it(void **state)
{
    char *path = scratch_write(state, "file", "old", 3);
    struct settings *settings = some_settings();
    struct facts *facts = facts_new();
    struct error error;
    struct stat status;

    assert_int_equal(chmod(path, 0644), 0);
    assert_true(recording_write(path, program, settings, facts, 0, &error));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(scratch_count(state), 1);
    free(path);
    settings_free(settings);
    facts_free(facts);
}


static void
what_cannot_be_written_says_why(void **state)
{
    struct settings *settings = some_settings();
    struct facts *facts = facts_new();
    struct error error;

    (void)state;
    assert_false(recording_write("/nonexistent/file", program, settings, facts,
                                 0, &error));
    assert_string_equal(error.text, "recording: creating a file beside "
                        "/nonexistent/file: No such file or directory");
    assert_false(recording_write("/dev/full", program, settings, facts, 0,
                                 &error));
    assert_string_equal(error.text,
                        "recording: writing /dev/full: No space left on "
                        "device");
    settings_free(settings);
    facts_free(facts);
}


static void
two_vantage_points_are_not_one_recording(void **state)
{
    char *path = scratch_path(state, "file");
    struct settings *settings = some_settings();
    struct facts *facts = facts_new();
    struct error error;

    facts_add(facts, FACT_SMTP, record_new(fact_types[FACT_SMTP]), "a");
    facts_add(facts, FACT_SMTP, record_new(fact_types[FACT_SMTP]), "b");
    assert_false(recording_write(path, program, settings, facts, 0, &error));
    assert_non_null(strstr(error.text, "several hosts"));
    assert_int_equal(scratch_count(state), 0);
    free(path);
    settings_free(settings);
    facts_free(facts);
}


/* Record an estate of one DC, seen from a host. */
static char *
record_estate(void **state, const char *host, const char *dc,
              const char *address)
{
    char *path = scratch_path(state, host);
    struct settings *settings = settings_new();
    struct facts *facts = facts_new();
    struct error error;

    record_set(&settings->numbers->host, host);
    record_set(&settings->numbers->domain, host);
    strings_add(&settings_dc(settings, dc)->addresses, address);
    strings_add(&settings_dc(settings, "shared")->addresses, address);
    settings_mail(settings, "mail")->origin = *host == 'a' ? MAIL_MX
                                                           : MAIL_SPN;
    settings_mail(settings, dc);
    facts_add(facts, FACT_SELF, record_new(fact_types[FACT_SELF]), host);
    assert_true(recording_write(path, program, settings, facts, 0, &error));
    settings_free(settings);
    facts_free(facts);
    return path;
}


static void
several_files_are_judged_together(void **state)
{
    char *first = record_estate(state, "a", "dc1", "10.0.0.1");
    char *second = record_estate(state, "b", "dc2", "10.0.0.2");
    struct settings *settings = NULL;
    struct facts *facts = facts_new();
    struct error error;

    assert_true(recording_read(first, &settings, facts, &error));
    assert_true(recording_read(second, &settings, facts, &error));
    assert_string_equal(settings->numbers->domain, "a");
    assert_int_equal(settings->dc_count, 3);
    assert_int_equal(settings->mail_count, 3);
    assert_non_null(settings_find_dc(settings, "dc2"));
    assert_int_equal(settings_find_dc(settings, "shared")->addresses.count, 2);
    assert_int_equal(settings_find_mail(settings, "mail")->origin,
                     MAIL_MX | MAIL_SPN);
    assert_int_equal(facts_vantages(facts)->count, 2);
    assert_string_equal(facts_vantages(facts)->items[1], "b");
    free(first);
    free(second);
    settings_free(settings);
    facts_free(facts);
}


/* Reading the bytes must fail with "PATH:" and this. */
static void
assert_refused(void **state, const char *bytes, size_t length,
               const char *expected)
{
    char *path = scratch_write(state, "hostile", bytes, length);
    struct settings *settings = NULL;
    struct facts *facts = facts_new();
    struct error error = {""};

    assert_false(recording_read(path, &settings, facts, &error));
    assert_null(settings);
    assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
    if (strncmp(error.text + strlen(path), expected, strlen(expected)) != 0)
        fail_msg("\"%s\" instead of \"%s\"", error.text, expected);
    free(path);
    facts_free(facts);
}


/* The same for text. */
static void
assert_text_refused(void **state, const char *text, const char *expected)
{
    assert_refused(state, text, strlen(text), expected);
}


static void
what_is_no_recording_is_refused(void **state)
{
    assert_text_refused(state, "", ":1: the file ends without settings");
    assert_text_refused(state, "\n", ":1: not a JSON record of a known type");
    assert_text_refused(state, "junk\n", ":1: not a JSON record");
    assert_text_refused(state, "\xff\xfe\x7f", ":1: not a JSON record");
    assert_text_refused(state, HEADER, ":2: the file ends without settings");
    assert_text_refused(state, HEADER HEADER, ":2: a second header");
    assert_text_refused(state, HEADER "{\"type\":\"self\"}\n",
                        ":2: self record without time_us");
    assert_text_refused(state, HEADER "{\"type\":\"context\"}\n",
                        ":2: not a JSON record of a known type");
    assert_refused(state, HEADER "\0", sizeof(HEADER), ":2: not a JSON");
}


static void
another_version_is_refused(void **state)
{
    assert_text_refused(
        state, "{\"type\":\"recording\",\"version\":1,\"program\":\"\","
        "\"time_us\":1,\"host\":\"mon\",\"elapsed_us\":1}\n",
        ":1: recording record with an unfit value of version");
}


static void
a_header_without_a_host_is_refused(void **state)
{
    assert_text_refused(
        state, "{\"type\":\"recording\",\"version\":2,\"program\":\"\","
        "\"time_us\":1,\"host\":\"\",\"elapsed_us\":1}\n",
        ":1: the header's host is no host name");
    assert_text_refused(
        state, "{\"type\":\"recording\",\"version\":2,\"program\":\"\","
        "\"time_us\":1,\"host\":\"Mon.\",\"elapsed_us\":1}\n",
        ":1: the header's host is no host name");
}


static void
facts_before_the_header_are_refused(void **state)
{
    struct self_fact *fact = record_new(fact_types[FACT_SELF]);
    char *line = record_encode(fact_types[FACT_SELF], fact);

    assert_text_refused(state, line, ":1: not a recording");
    free(line);
    record_free(fact_types[FACT_SELF], fact);
}


/* A file of the header and some records. */
static char *
file_of(const struct record_type *type, const void *record, int times)
{
    char *line = record_encode(type, record);
    char *text = xstrdup(HEADER);

    while (times-- > 0) {
        char *longer = xasprintf("%s%s\n", text, line);

        free(text);
        text = longer;
    }
    free(line);
    return text;
}


static void
records_that_stand_twice_are_refused(void **state)
{
    struct settings *settings = some_settings();
    char *text = file_of(&settings_numbers_type, settings->numbers, 2);

    assert_text_refused(state, text, ":3: second settings");
    free(text);
    text = file_of(&target_dc_type, settings->dcs[0], 2);
    assert_text_refused(state, text, ":3: domain controller \"dc1.corp");
    free(text);
    text = file_of(&target_mail_type, settings->mail[0], 2);
    assert_text_refused(state, text, ":3: mail server \"ex1.corp");
    free(text);
    record_set(&settings->dcs[0]->host, "");
    text = file_of(&target_dc_type, settings->dcs[0], 1);
    assert_text_refused(state, text, ":2: domain controller \"\"");
    free(text);
    settings_free(settings);
}


static void
more_targets_than_any_estate_has_are_refused(void **state)
{
    char *path = scratch_path(state, "file");
    struct settings *settings = some_settings(), *read_settings = NULL;
    struct facts *facts = facts_new();
    struct error error;

    while (settings->dc_count < 4097) {
        char host[16];

        snprintf(host, sizeof(host), "dc%zu", settings->dc_count + 1);
        settings_dc(settings, host);
    }
    assert_true(recording_write(path, program, settings, facts, 0, &error));
    assert_false(recording_read(path, &read_settings, facts, &error));
    assert_non_null(strstr(error.text, ":4099: domain controller"));
    settings->dc_count--;
    assert_true(recording_write(path, program, settings, facts, 0, &error));
    assert_true(recording_read(path, &read_settings, facts, &error));
    settings->dc_count++;
    settings_free(settings);
    settings_free(read_settings);
    facts_free(facts);
    free(path);
}


static void
times_that_would_overflow_are_refused(void **state)
{
    struct settings *settings = some_settings();
    char *text;

    settings->numbers->clock_crit_us = INT64_MAX;
    text = file_of(&settings_numbers_type, settings->numbers, 1);
    assert_text_refused(state, text,
                        ":2: a time in the settings is out of range");
    free(text);
    settings->numbers->clock_crit_us = 0;
    settings->numbers->time_us = INT64_MAX;
    text = file_of(&settings_numbers_type, settings->numbers, 1);
    assert_text_refused(state, text,
                        ":2: a time in the settings is out of range");
    free(text);
    settings_free(settings);
}


static void
an_endless_line_is_refused(void **state)
{
    size_t length = (size_t)RECORD_LINE_MAX + 1;
    char *bytes = xcalloc(length, 1);

    memset(bytes, 'x', length);
    assert_refused(state, bytes, length,
                   ":1: a line longer than 4194304 bytes");
    assert_refused(state, bytes, length - 1, ":1: not a JSON record");
    free(bytes);
}


static void
a_missing_file_says_so(void **state)
{
    char *path = scratch_path(state, "absent");
    char *expected = xasprintf("replaying: opening %s: No such file or "
                               "directory", path);
    struct settings *settings = NULL;
    struct facts *facts = facts_new();
    struct error error;

    assert_false(recording_read(path, &settings, facts, &error));
    assert_string_equal(error.text, expected);
    free(expected);
    free(path);
    facts_free(facts);
}


static void
a_folder_is_no_recording(void **state)
{
    struct settings *settings = NULL;
    struct facts *facts = facts_new();
    struct error error;

    assert_false(recording_read(*state, &settings, facts, &error));
    assert_non_null(strstr(error.text, ":1: reading: Is a directory"));
    facts_free(facts);
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_written_is_read_back),
        WITH_FOLDER(what_was_accepted_is_accepted_in_the_replay),
        WITH_FOLDER(only_its_owner_may_read_it),
        WITH_FOLDER(what_cannot_be_written_says_why),
        WITH_FOLDER(two_vantage_points_are_not_one_recording),
        WITH_FOLDER(several_files_are_judged_together),
        WITH_FOLDER(what_is_no_recording_is_refused),
        WITH_FOLDER(another_version_is_refused),
        WITH_FOLDER(a_header_without_a_host_is_refused),
        WITH_FOLDER(facts_before_the_header_are_refused),
        WITH_FOLDER(records_that_stand_twice_are_refused),
        WITH_FOLDER(more_targets_than_any_estate_has_are_refused),
        WITH_FOLDER(times_that_would_overflow_are_refused),
        WITH_FOLDER(an_endless_line_is_refused),
        WITH_FOLDER(a_missing_file_says_so),
        WITH_FOLDER(a_folder_is_no_recording),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
