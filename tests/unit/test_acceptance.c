/*
 * Which findings are accepted, and for how long.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/acceptance.h"

#define UNTIL INT64_C(1700000000000000)

/* Settings that accept "SMTP/old*", and findings to judge. */
struct scene {
    struct settings *settings;
    struct findings *findings;
};


/* Accept something. */
static void
accept(struct settings *settings, const char *code, const char *subject,
       const char *reason, int64_t until_us)
{
    struct acceptance *acceptance = record_new(&acceptance_type);

    record_set(&acceptance->code, code);
    record_set(&acceptance->subject, subject);
    record_set(&acceptance->reason, reason);
    acceptance->until_us = until_us;
    settings_accept(settings, acceptance);
}


static int
set_up(void **state)
{
    struct scene *scene = xcalloc(1, sizeof(*scene));

    scene->settings = settings_new();
    scene->settings->numbers->time_us = UNTIL - 1;
    accept(scene->settings, "SPN_ORPHANED", "SMTP/old*", "the move", UNTIL);
    scene->findings = findings_new();
    findings_begin_check(scene->findings, "spn");
    *state = scene;
    return 0;
}


static int
tear_down(void **state)
{
    struct scene *scene = *state;

    settings_free(scene->settings);
    findings_free(scene->findings);
    free(scene);
    return 0;
}


/* Whether a finding of a code and subject is accepted. */
static bool
is_accepted(struct scene *scene, const char *code, const char *subject)
{
    const struct finding *finding
        = findings_add(scene->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
                       code, subject, "found");

    acceptance_apply(scene->findings, scene->settings);
    return finding->accepted != NULL;
}


static void
the_code_and_the_pattern_must_match(void **state)
{
    struct scene *scene = *state;

    assert_true(is_accepted(scene, "SPN_ORPHANED", "SMTP/old1.corp"));
    assert_true(is_accepted(scene, "SPN_ORPHANED", "SMTP/OLD/x"));
    assert_false(is_accepted(scene, "SPN_ORPHANED", "SMTP/new"));
    assert_false(is_accepted(scene, "SPN_ORPHANED", "xSMTP/old"));
    assert_false(is_accepted(scene, "SPN_MISSING", "SMTP/old"));
}


static void
it_counts_again_when_the_day_has_passed(void **state)
{
    struct scene *scene = *state;
    const struct finding *finding;

    assert_true(is_accepted(scene, "SPN_ORPHANED", "SMTP/old"));
    finding = scene->findings->items[0];
    assert_string_equal(finding->accepted, "the move");
    assert_int_equal(finding->accepted_until_us, UNTIL);
    assert_false(finding_counts(finding));
    scene->settings->numbers->time_us = UNTIL;
    acceptance_apply(scene->findings, scene->settings);
    assert_null(finding->accepted);
    assert_true(finding_counts(finding));
}


static void
the_longest_acceptance_is_told(void **state)
{
    struct scene *scene = *state;

    accept(scene->settings, "SPN_ORPHANED", "*", "longer", UNTIL + 1);
    accept(scene->settings, "SPN_ORPHANED", "*", "shorter", UNTIL - 1);
    assert_true(is_accepted(scene, "SPN_ORPHANED", "SMTP/old"));
    assert_string_equal(scene->findings->items[0]->accepted, "longer");
}


static void
what_is_accepted_worsens_no_status(void **state)
{
    struct scene *scene = *state;

    assert_true(is_accepted(scene, "SPN_ORPHANED", "SMTP/old"));
    findings_end_check(scene->findings, 0);
    assert_int_equal(findings_worst(scene->findings), STATUS_OK);
    assert_int_equal(scene->findings->results[0].status, STATUS_OK);
    assert_int_equal(scene->findings->results[0].above_ok, 0);
    assert_int_equal(scene->findings->results[0].covered, 1);
}


static void
what_is_accepted_comes_after_what_counts(void **state)
{
    struct scene *scene = *state;

    assert_true(is_accepted(scene, "SPN_ORPHANED", "SMTP/old"));
    assert_false(is_accepted(scene, "SPN_ORPHANED", "SMTP/xxx"));
    findings_end_check(scene->findings, 0);
    findings_pass(scene->findings, "SPN_OK", "corp", "ok");
    findings_sort(scene->findings);
    assert_string_equal(scene->findings->items[0]->subject, "SMTP/xxx");
    assert_string_equal(scene->findings->items[1]->subject, "SMTP/old");
    assert_string_equal(scene->findings->items[2]->subject, "corp");
}


#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(the_code_and_the_pattern_must_match),
        IN_SCENE(it_counts_again_when_the_day_has_passed),
        IN_SCENE(the_longest_acceptance_is_told),
        IN_SCENE(what_is_accepted_worsens_no_status),
        IN_SCENE(what_is_accepted_comes_after_what_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
