/*
 * Findings have one key each, results count what was judged, and the order is
 * worst first.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/findings.h"


static int
set_up(void **state)
{
    *state = findings_new();
    findings_begin_check(*state, "spn");
    return 0;
}


static int
tear_down(void **state)
{
    findings_free(*state);
    return 0;
}


/* Add a finding of a status with a code and a subject. */
static struct finding *
add(struct findings *findings, enum status status, const char *code,
    const char *subject)
{
    return findings_add(findings, status, IMPACT_MAIL_FAILS, code, subject,
                        "%s on %s", status_name(status), subject);
}


static void
critical_is_worst_and_unknown_better_than_warning(void **state)
{
    (void)state;
    assert_true(status_worse(STATUS_CRITICAL, STATUS_WARNING));
    assert_true(status_worse(STATUS_WARNING, STATUS_UNKNOWN));
    assert_true(status_worse(STATUS_UNKNOWN, STATUS_OK));
    assert_false(status_worse(STATUS_OK, STATUS_OK));
    assert_false(status_worse(STATUS_UNKNOWN, STATUS_CRITICAL));
}


static void
a_finding_keeps_what_it_is_given(void **state)
{
    struct findings *findings = *state;
    struct finding *finding = add(findings, STATUS_WARNING, "A", "x y");
    char *key = finding_key(finding);

    finding_value(finding, "count", 2, "");
    finding_evidence(finding, "ldap", "dc1", 7, "%d there", 2);
    finding_remedy(finding, "on %s: do", "dc1");
    finding_remedy(finding, "on %s: do", "dc1");
    finding_reference(finding, "KB1");
    assert_string_equal(key, "A x y");
    assert_string_equal(finding->check, "spn");
    assert_string_equal(finding->message, "WARNING on x y");
    assert_int_equal(finding->value_count, 1);
    assert_string_equal(finding->evidence[0].text, "2 there");
    assert_int_equal(finding->remedy.count, 1);
    assert_ptr_equal(findings_find(findings, "A", "x y"), finding);
    assert_null(findings_find(findings, "A", "x"));
    free(key);
}


static void
the_same_key_is_the_same_finding_and_the_worse_status_wins(void **state)
{
    struct findings *findings = *state;
    struct finding *first = add(findings, STATUS_UNKNOWN, "A", "x");

    assert_ptr_equal(add(findings, STATUS_CRITICAL, "A", "x"), first);
    assert_string_equal(first->message, "CRITICAL on x");
    assert_ptr_equal(add(findings, STATUS_WARNING, "A", "x"), first);
    assert_int_equal(first->status, STATUS_CRITICAL);
    assert_string_equal(first->message, "CRITICAL on x");
    assert_int_equal(findings->count, 1);
}


static void
a_judged_key_is_known_without_a_finding(void **state)
{
    struct findings *findings = *state;

    findings_judged(findings, "A", "x");
    assert_true(findings_was_judged(findings, "A", "x"));
    assert_null(findings_find(findings, "A", "x"));
    assert_false(findings_was_judged(findings, "B", "x"));
    assert_non_null(add(findings, STATUS_WARNING, "A", "x"));
    assert_true(findings_was_judged(findings, "A", "x"));
    assert_int_equal(findings->judged_keys.count, 1);
}


static void
all_are_judged_but_those_that_are_undecided(void **state)
{
    struct findings *findings = *state;

    findings_undecided(findings, "A", "x");
    findings_judged_all(findings, "A");
    assert_false(findings_was_judged(findings, "A", "x"));
    assert_true(findings_was_judged(findings, "A", "y"));
    assert_int_equal(findings->results[0].covered, 0);
    findings_judged(findings, "A", "x");
    assert_true(findings_was_judged(findings, "A", "x"));
}


static void
covered_counts_distinct_subjects(void **state)
{
    struct findings *findings = *state;

    findings_judged(findings, "A", "x");
    findings_judged(findings, "B", "x");
    findings_judged(findings, "A", "y z");
    findings_ruled_out(findings, "A", "x<->y");
    add(findings, STATUS_WARNING, "C", "x");
    findings_end_check(findings, 0.5);
    assert_int_equal(findings->results[0].covered, 2);
    assert_int_equal(findings->results[0].above_ok, 1);
    assert_int_equal(findings->results[0].status, STATUS_WARNING);
    assert_true(findings->results[0].judged);
    assert_true(findings->results[0].elapsed_s == 0.5);
    assert_true(findings_was_judged(findings, "A", "x<->y"));
}


static void
a_check_with_nothing_to_look_at_has_not_judged(void **state)
{
    struct findings *findings = *state;

    findings_end_check(findings, 0);
    assert_false(findings->results[0].judged);
    assert_int_equal(findings->results[0].covered, 0);
    assert_int_equal(findings_worst(findings), STATUS_OK);
}


static void
a_check_that_saw_nothing_is_unknown(void **state)
{
    struct findings *findings = *state;

    findings_not_covered(findings, "%s", "no way");
    findings_not_covered(findings, "%s", "no way");
    findings_end_check(findings, 0);
    assert_true(findings->results[0].judged);
    assert_int_equal(findings->results[0].status, STATUS_UNKNOWN);
    assert_int_equal(findings->results[0].not_covered.count, 1);
    assert_int_equal(findings_worst(findings), STATUS_UNKNOWN);
}


static void
what_is_not_covered_does_not_change_the_status(void **state)
{
    struct findings *findings = *state;

    findings_judged(findings, "A", "x");
    findings_not_covered(findings, "%s", "a part");
    findings_end_check(findings, 0);
    assert_int_equal(findings->results[0].status, STATUS_OK);
}


static void
each_check_counts_its_own(void **state)
{
    struct findings *findings = *state;

    add(findings, STATUS_CRITICAL, "A", "x");
    findings_end_check(findings, 0);
    findings_begin_check(findings, "clock");
    add(findings, STATUS_WARNING, "B", "x");
    findings_end_check(findings, 0);
    assert_int_equal(findings->results[0].status, STATUS_CRITICAL);
    assert_int_equal(findings->results[1].status, STATUS_WARNING);
    assert_int_equal(findings->results[1].covered, 1);
    assert_int_equal(findings_worst(findings), STATUS_CRITICAL);
}


static void
passing_adds_the_ok_finding_and_covers_nothing(void **state)
{
    struct findings *findings = *state;
    const struct finding *finding;

    findings_judged(findings, "A", "x");
    findings_end_check(findings, 0);
    findings_pass(findings, "SPN_OK", "example.com", "%d judged", 1);
    finding = findings_find(findings, "SPN_OK", "example.com");
    assert_non_null(finding);
    assert_string_equal(finding->code, "SPN_OK");
    assert_string_equal(finding->check, "spn");
    assert_string_equal(finding->message, "1 judged");
    assert_int_equal(finding->status, STATUS_OK);
    assert_int_equal(findings->results[0].covered, 1);
    assert_int_equal(findings->results[0].above_ok, 0);
}


static void
the_order_is_worst_first_then_roots_then_names(void **state)
{
    static const char *const expected[]
        = {"C root", "A caused", "W a", "W b", "U x", "O x"};
    struct findings *findings = *state;

    add(findings, STATUS_OK, "O", "x");
    add(findings, STATUS_WARNING, "W", "b");
    add(findings, STATUS_UNKNOWN, "U", "x");
    strings_add(&add(findings, STATUS_CRITICAL, "A", "caused")->caused_by,
                "C root");
    add(findings, STATUS_WARNING, "W", "a");
    add(findings, STATUS_CRITICAL, "C", "root");
    findings_sort(findings);
    for (size_t i = 0; i < 6; i++) {
        char *key = finding_key(findings->items[i]);

        assert_string_equal(key, expected[i]);
        free(key);
    }
    assert_non_null(findings_find(findings, "W", "b"));
}


static void
a_root_comes_before_the_worse_that_it_explains(void **state)
{
    struct findings *findings = *state;

    add(findings, STATUS_CRITICAL, "B", "other");
    strings_add(&add(findings, STATUS_CRITICAL, "A", "symptom")->caused_by,
                "M middle");
    strings_add(&add(findings, STATUS_WARNING, "M", "middle")->caused_by,
                "R root");
    add(findings, STATUS_WARNING, "R", "root");
    add(findings, STATUS_WARNING, "A", "unrelated");
    findings_sort(findings);
    assert_string_equal(findings->items[0]->code, "B");
    assert_string_equal(findings->items[1]->code, "R");
    assert_int_equal(findings->items[1]->gravity, STATUS_CRITICAL);
    assert_int_equal(findings->items[1]->status, STATUS_WARNING);
    assert_string_equal(findings->items[4]->subject, "unrelated");
}


static void
what_is_accepted_makes_no_root_graver(void **state)
{
    struct findings *findings = *state;
    struct finding *symptom = add(findings, STATUS_CRITICAL, "A", "symptom");

    strings_add(&symptom->caused_by, "R root");
    symptom->accepted = xstrdup("known");
    add(findings, STATUS_WARNING, "R", "root");
    findings_sort(findings);
    assert_int_equal(findings_find(findings, "R", "root")->gravity,
                     STATUS_WARNING);
}


static void
measurements_are_ordered_by_subject_and_name(void **state)
{
    struct findings *findings = *state;

    findings_measure(findings, "b", "x", 1, -1, "s");
    findings_measure(findings, "a", "y", 2, 0.5, "s");
    findings_measure(findings, "a", "x", 3, -1, "");
    findings_sort(findings);
    assert_true(findings->measurements[0].number == 3);
    assert_true(findings->measurements[1].number == 2);
    assert_true(findings->measurements[1].bound == 0.5);
    assert_true(findings->measurements[2].number == 1);
    assert_string_equal(findings->measurements[2].check, "spn");
}


static void
many_keys_are_all_found_again(void **state)
{
    struct findings *findings = *state;
    char subject[32];

    for (int i = 0; i < 5000; i++) {
        snprintf(subject, sizeof(subject), "host%d", i);
        if (i % 7 == 0)
            add(findings, STATUS_WARNING, "A", subject);
        else
            findings_judged(findings, "A", subject);
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(subject, sizeof(subject), "host%d", i);
        assert_true(findings_was_judged(findings, "A", subject));
        assert_true(!findings_find(findings, "A", subject) == (i % 7 != 0));
    }
    assert_false(findings_was_judged(findings, "A", "host5000"));
    findings_end_check(findings, 0);
    assert_int_equal(findings->results[0].covered, 5000);
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(critical_is_worst_and_unknown_better_than_warning),
        TEST(a_finding_keeps_what_it_is_given),
        TEST(the_same_key_is_the_same_finding_and_the_worse_status_wins),
        TEST(a_judged_key_is_known_without_a_finding),
        TEST(all_are_judged_but_those_that_are_undecided),
        TEST(covered_counts_distinct_subjects),
        TEST(a_check_with_nothing_to_look_at_has_not_judged),
        TEST(a_check_that_saw_nothing_is_unknown),
        TEST(what_is_not_covered_does_not_change_the_status),
        TEST(each_check_counts_its_own),
        TEST(passing_adds_the_ok_finding_and_covers_nothing),
        TEST(the_order_is_worst_first_then_roots_then_names),
        TEST(a_root_comes_before_the_worse_that_it_explains),
        TEST(what_is_accepted_makes_no_root_graver),
        TEST(measurements_are_ordered_by_subject_and_name),
        TEST(many_keys_are_all_found_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
