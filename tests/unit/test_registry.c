/*
 * The table of checks is in order, and the runner reports what it ran.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/estate.h"


/* The result of a check, or NULL if it did not run. */
static const struct check_result *
find_result(const struct findings *findings, const char *check)
{
    for (size_t i = 0; i < findings->result_count; i++)
        if (strcmp(findings->results[i].check, check) == 0)
            return &findings->results[i];
    return NULL;
}


/* An estate with one DC in step, its clock to be judged. */
static struct estate *
estate_in_step(void)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    estate_offset(estate, DC1, 0);
    strings_add(&estate->settings->numbers->checks, "clock");
    return estate;
}


static void
checks_are_sorted_unique_and_described(void **state)
{
    size_t count = 0;

    (void)state;
    for (; checks[count]; count++) {
        const struct check *check = checks[count];

        if (count > 0)
            assert_true(strcmp(checks[count - 1]->name, check->name) < 0);
        assert_true(*check->summary);
        assert_true(strlen(check->summary) <= 64);
        assert_ptr_equal(check_find(check->name), check);
    }
    assert_int_equal(count, 9);
    assert_null(check_find("nonsense"));
    assert_null(check_find(""));
}


static void
later_checks_are_known_and_not_built(void **state)
{
    static const char *const later[] = {"smtp"};

    (void)state;
    for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++) {
        assert_non_null(check_find(later[i]));
        assert_true(check_find(later[i])->judge == NULL);
    }
    assert_true(check_find("clock")->judge != NULL);
}


static void
only_reach_always_runs(void **state)
{
    (void)state;
    for (size_t i = 0; checks[i]; i++)
        assert_int_equal(checks[i]->always,
                         strcmp(checks[i]->name, "reach") == 0);
}


static void
chosen_checks_and_reach_are_run(void **state)
{
    struct estate *estate = estate_in_step();

    (void)state;
    strings_add(&estate->settings->numbers->checks, "smtp");
    estate->findings = checks_judge(estate->facts, estate->settings);
    assert_non_null(find_result(estate->findings, "clock"));
    assert_non_null(find_result(estate->findings, "reach"));
    assert_null(find_result(estate->findings, "ports"));
    assert_null(find_result(estate->findings, "smtp"));
    assert_true(find_result(estate->findings, "clock")->elapsed_s >= 0);
    estate_free(estate);
}


static void
a_check_without_a_fault_says_ok(void **state)
{
    struct estate *estate = estate_in_step();
    const struct finding *finding;

    (void)state;
    estate->findings = checks_judge(estate->facts, estate->settings);
    estate_expect(estate, "CLOCK_OK", "example.com", STATUS_OK);
    finding = findings_find(estate->findings, "CLOCK_OK", "example.com");
    assert_string_equal(finding->check, "clock");
    assert_int_equal(find_result(estate->findings, "clock")->above_ok, 0);
    assert_int_equal(find_result(estate->findings, "clock")->covered, 1);
    estate_free(estate);
}


static void
a_check_with_a_fault_does_not_say_ok(void **state)
{
    struct estate *estate = estate_in_step();

    (void)state;
    estate_offset(estate, DC2, 420 * SECOND);
    estate->findings = checks_judge(estate->facts, estate->settings);
    assert_null(findings_find(estate->findings, "CLOCK_OK", "example.com"));
    assert_int_equal(find_result(estate->findings, "clock")->above_ok, 1);
    assert_int_equal(estate->findings->items[0]->status, STATUS_CRITICAL);
    estate_free(estate);
}


static void
a_check_without_targets_has_not_judged(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    strings_add(&estate->settings->numbers->checks, "ports");
    estate->findings = checks_judge(estate->facts, estate->settings);
    assert_false(find_result(estate->findings, "ports")->judged);
    assert_null(findings_find(estate->findings, "PORTS_OK", "example.com"));
    estate_free(estate);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_are_sorted_unique_and_described),
        cmocka_unit_test(later_checks_are_known_and_not_built),
        cmocka_unit_test(only_reach_always_runs),
        cmocka_unit_test(chosen_checks_and_reach_are_run),
        cmocka_unit_test(a_check_without_a_fault_says_ok),
        cmocka_unit_test(a_check_with_a_fault_does_not_say_ok),
        cmocka_unit_test(a_check_without_targets_has_not_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
