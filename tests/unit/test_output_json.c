/*
 * A report as JSON: every key, in its order, whatever it holds.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/unit/sample_report.h"


/* The keys of an object, joined by spaces. */
static void
assert_keys(json_t *object, const char *expected)
{
    char keys[512] = "";
    const char *key;
    json_t *value;

    assert_true(json_is_object(object));
    json_object_foreach(object, key, value) {
        if (*keys)
            strcat(keys, " ");
        strcat(keys, key);
    }
    assert_string_equal(keys, expected);
}


/* What an output writes, parsed. */
static json_t *
parse(const struct sample *sample)
{
    char *text = sample_output(sample, FORMAT_JSON);
    json_error_t reason;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &reason);

    assert_non_null(root);
    free(text);
    return root;
}


/* The string at a key. */
static void
assert_text(json_t *object, const char *key, const char *expected)
{
    assert_string_equal(json_string_value(json_object_get(object, key)),
                        expected);
}


static void
every_key_is_there_in_order(void **state)
{
    struct sample *sample = sample_broken();
    json_t *root = parse(sample);
    json_t *finding = json_array_get(json_object_get(root, "findings"), 0);

    (void)state;
    assert_keys(root, "version program time host domain status elapsed "
                "age findings checks measurements targets");
    assert_keys(finding, "check code subject status impact message values "
                "evidence remedy reference caused_by accepted");
    assert_keys(json_object_get(finding, "values"), "dcs_without age");
    assert_keys(json_array_get(json_object_get(finding, "evidence"), 0),
                "probe target time text");
    assert_keys(json_array_get(json_object_get(root, "checks"), 0),
                "check status covered findings not_covered elapsed");
    assert_keys(json_array_get(json_object_get(root, "measurements"), 0),
                "check subject name value bound unit");
    assert_keys(json_object_get(root, "targets"),
                "domain_controllers mail_servers");
    json_decref(root);
    sample_free(sample);
}


static void
a_finding_says_all_it_has(void **state)
{
    struct sample *sample = sample_broken();
    json_t *root = parse(sample);
    json_t *findings = json_object_get(root, "findings");
    json_t *finding = json_array_get(findings, 0);
    json_t *effect = json_array_get(findings, 1);

    (void)state;
    assert_int_equal(json_array_size(findings), 4);
    assert_text(root, "status", "CRITICAL");
    assert_text(root, "time", "2026-01-31T12:00:00.123456Z");
    assert_text(finding, "code", "SPN_MISSING");
    assert_text(finding, "impact", "mail-fails");
    assert_text(json_array_get(json_object_get(finding, "evidence"), 0),
                "time", "2026-01-31T12:00:00.123456Z");
    assert_true(json_is_null(json_object_get(finding, "accepted")));
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(effect, "caused_by"),
                                         0)),
        "SPN_MISSING SMTPSVC/ex1.corp.example.com");
    json_decref(root);
    sample_free(sample);
}


static void
an_accepted_finding_says_why_and_until_when(void **state)
{
    struct sample *sample = sample_broken();
    json_t *root, *finding;

    (void)state;
    sample_accept(sample, "SPN_MISSING");
    sample_accept(sample, "TICKET_SPN_UNKNOWN");
    root = parse(sample);
    finding = json_array_get(json_object_get(root, "findings"), 1);
    assert_text(root, "status", "WARNING");
    assert_text(finding, "code", "SPN_MISSING");
    assert_text(finding, "status", "CRITICAL");
    assert_keys(json_object_get(finding, "accepted"), "reason until");
    assert_text(json_object_get(finding, "accepted"), "reason",
                "moved in <January> & known");
    assert_text(json_object_get(finding, "accepted"), "until", "2026-12-31");
    json_decref(root);
    sample_free(sample);
}


static void
what_was_judged_before_has_an_age(void **state)
{
    struct sample *sample = sample_broken();
    json_t *now = parse(sample), *before;

    (void)state;
    assert_true(json_is_null(json_object_get(now, "age")));
    sample->report.age_us = 90500000;
    before = parse(sample);
    assert_text(before, "status", "CRITICAL");
    assert_true(json_number_value(json_object_get(before, "age")) == 90.5);
    json_decref(now);
    json_decref(before);
    sample_free(sample);
}


static void
what_is_stale_is_unknown(void **state)
{
    struct sample *sample = sample_healthy();
    json_t *root;

    (void)state;
    sample->report.age_us = 0;
    sample->report.stale = true;
    root = parse(sample);
    assert_text(root, "status", "UNKNOWN");
    assert_true(json_integer_value(json_object_get(root, "age")) == 0);
    assert_true(json_is_integer(json_object_get(root, "age")));
    json_decref(root);
    sample_free(sample);
}


static void
numbers_have_the_digits_they_need(void **state)
{
    struct sample *sample = sample_broken();
    char *text = sample_output(sample, FORMAT_JSON);

    (void)state;
    assert_non_null(strstr(text, "\"value\": 0.0004,"));
    assert_non_null(strstr(text, "\"bound\": 0.0007,"));
    assert_non_null(strstr(text, "\"value\": -0.25,"));
    assert_non_null(strstr(text, "\"value\": 2,"));
    assert_non_null(strstr(text, "\"elapsed\": 0.412,"));
    assert_int_equal(text[strlen(text) - 1], '\n');
    free(text);
    sample_free(sample);
}


static void
what_was_not_judged_has_no_status(void **state)
{
    struct sample *sample = sample_healthy();
    json_t *root = parse(sample);
    json_t *checks = json_object_get(root, "checks");

    (void)state;
    assert_text(root, "status", "OK");
    assert_text(json_array_get(checks, 0), "status", "OK");
    assert_true(json_is_integer(json_object_get(json_array_get(checks, 0),
                                                "covered")));
    assert_text(json_array_get(checks, 1), "check", "smtp");
    assert_true(json_is_null(json_object_get(json_array_get(checks, 1),
                                             "status")));
    json_decref(root);
    sample_free(sample);
}


static void
targets_are_sorted(void **state)
{
    struct sample *sample = sample_healthy();
    json_t *root = parse(sample);
    json_t *dcs = json_object_get(json_object_get(root, "targets"),
                                  "domain_controllers");

    (void)state;
    assert_string_equal(json_string_value(json_array_get(dcs, 0)),
                        "dc1.corp.example.com");
    assert_string_equal(json_string_value(json_array_get(dcs, 1)),
                        "dc2.corp.example.com");
    json_decref(root);
    sample_free(sample);
}


static void
strict_makes_what_is_not_seen_unknown(void **state)
{
    struct sample *sample = sample_healthy();
    json_t *root;

    (void)state;
    sample->report.strict = true;
    assert_int_equal(report_status(&sample->report), STATUS_OK);
    strings_add(&sample->findings->results[0].not_covered, "dc3");
    assert_int_equal(report_status(&sample->report), STATUS_UNKNOWN);
    root = parse(sample);
    assert_text(root, "status", "UNKNOWN");
    sample->report.strict = false;
    assert_int_equal(report_status(&sample->report), STATUS_OK);
    json_decref(root);
    sample_free(sample);
}


static void
strict_makes_nothing_better(void **state)
{
    struct sample *sample = sample_broken();

    (void)state;
    sample->report.strict = true;
    assert_int_equal(report_status(&sample->report), STATUS_CRITICAL);
    sample_free(sample);
}


static void
the_same_run_is_the_same_but_for_elapsed(void **state)
{
    struct sample *left = sample_broken(), *right = sample_broken();
    json_t *first, *second;

    (void)state;
    right->report.elapsed_s = 7;
    for (size_t i = 0; i < right->findings->result_count; i++)
        right->findings->results[i].elapsed_s = 3;
    first = parse(left);
    second = parse(right);
    json_object_del(first, "elapsed");
    json_object_del(second, "elapsed");
    for (size_t i = 0; i < 3; i++) {
        json_object_del(json_array_get(json_object_get(first, "checks"), i),
                        "elapsed");
        json_object_del(json_array_get(json_object_get(second, "checks"), i),
                        "elapsed");
    }
    assert_true(json_equal(first, second));
    json_decref(first);
    json_decref(second);
    sample_free(left);
    sample_free(right);
}


static void
hostile_bytes_and_numbers_stay_valid_json(void **state)
{
    struct sample *sample = sample_hostile();
    char *text = sample_output(sample, FORMAT_JSON);
    json_t *root = parse(sample);
    json_t *measurements = json_object_get(root, "measurements");
    json_t *first = json_array_get(measurements, 0);

    (void)state;
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\\u001b"));
    assert_null(strstr(text, "\xc2\x9b"));
    assert_text(root, "host", "a|b'c=d\"e\\x5cf\\x0ag\\x1b[31mh\\xff\\xc2"
                "\\x9bi<j>&k;");
    assert_true(json_is_null(json_object_get(first, "value")));
    assert_true(json_is_null(json_object_get(first, "bound")));
    free(text);
    json_decref(root);
    sample_free(sample);
}


static void
a_full_disk_is_reported(void **state)
{
    struct sample *sample = sample_healthy();
    struct error error;
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(full);
    assert_false(output_write(&sample->report, FORMAT_JSON, full, &error));
    assert_string_equal(error.text, "No space left on device");
    fclose(full);
    sample_free(sample);
}


static void
formats_are_found_by_name(void **state)
{
    enum format format = FORMAT_TEXT;

    (void)state;
    assert_true(format_find("nagios", &format));
    assert_int_equal(format, FORMAT_NAGIOS);
    assert_true(format_find("json", &format));
    assert_int_equal(format, FORMAT_JSON);
    assert_true(format_find("openmetrics", &format));
    assert_int_equal(format, FORMAT_OPENMETRICS);
    assert_true(format_find("html", &format));
    assert_int_equal(format, FORMAT_HTML);
    assert_false(format_find("xml", &format));
    assert_false(format_find("", &format));
    assert_int_equal(format, FORMAT_HTML);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_there_in_order),
        cmocka_unit_test(a_finding_says_all_it_has),
        cmocka_unit_test(an_accepted_finding_says_why_and_until_when),
        cmocka_unit_test(what_was_judged_before_has_an_age),
        cmocka_unit_test(what_is_stale_is_unknown),
        cmocka_unit_test(numbers_have_the_digits_they_need),
        cmocka_unit_test(what_was_not_judged_has_no_status),
        cmocka_unit_test(targets_are_sorted),
        cmocka_unit_test(strict_makes_what_is_not_seen_unknown),
        cmocka_unit_test(strict_makes_nothing_better),
        cmocka_unit_test(the_same_run_is_the_same_but_for_elapsed),
        cmocka_unit_test(hostile_bytes_and_numbers_stay_valid_json),
        cmocka_unit_test(a_full_disk_is_reported),
        cmocka_unit_test(formats_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
