/*
 * What is news: cycles in, events out.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/alert_service.h"


static void
confirm_1_tells_at_once(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "");
    service_free(service);
}


static void
confirm_2_tells_in_the_second_cycle(void **state)
{
    struct service *service = service_new(2, 0);

    (void)state;
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    assert_int_equal(alerts_standing(service->alerts), 0);
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    assert_int_equal(alerts_standing(service->alerts), 1);
    assert_int_equal(service->last.since_us, EPOCH);
    assert_int_equal(service->last.lasted_us, MINUTE);
    assert_int_equal(service->last.impact, IMPACT_MAIL_FAILS);
    service_free(service);
}


static void
a_cycle_without_it_begins_anew(void **state)
{
    struct service *service = service_new(2, 0);

    (void)state;
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    service_free(service);
}


static void
what_was_not_judged_counts_neither_way(void **state)
{
    struct service *service = service_new(2, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "");
    for (int i = 0; i < 10; i++)
        assert_cycle(service, "");
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    service_free(service);
}


static void
what_is_not_seen_has_not_healed(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    for (int i = 0; i < 10; i++) {
        findings_judged(service->findings, "A", "y");
        assert_cycle(service, "");
    }
    assert_int_equal(alerts_standing(service->alerts), 1);
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "RECOVERED OK A x 0;");
    assert_int_equal(alerts_standing(service->alerts), 0);
    service_free(service);
}


static void
it_recovers_once_and_may_come_again(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "RECOVERED OK A x 0;");
    assert_int_equal(service->last.lasted_us, MINUTE);
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    assert_int_equal(service->last.lasted_us, 0);
    service_free(service);
}


static void
what_was_never_told_needs_no_recovery(void **state)
{
    struct service *service = service_new(2, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "");
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "");
    service_free(service);
}


/* Have a finding for some cycles and assert how many were told. */
static void
assert_repeats(int64_t repeat_us, int cycles, int expected)
{
    struct service *service = service_new(1, repeat_us);
    int told = 0;

    for (int i = 0; i < cycles; i++) {
        service_find(service, STATUS_CRITICAL, "A", "x");
        assert_cycle(service, NULL);
        told += (int)service->events;
    }
    assert_int_equal(told, expected);
    service_free(service);
}


static void
it_repeats_exactly_when_due(void **state)
{
    (void)state;
    assert_repeats(5 * MINUTE, 5, 1);
    assert_repeats(5 * MINUTE, 6, 2);
    assert_repeats(5 * MINUTE + 1, 6, 1);
    assert_repeats(5 * MINUTE, 11, 3);
    assert_repeats(0, 100, 1);
}


static void
a_repetition_says_since_when(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "REPEATED CRITICAL A x 0;");
    assert_int_equal(service->last.since_us, EPOCH);
    service_free(service);
}


static void
another_status_is_told_at_once(void **state)
{
    struct service *service = service_new(2, 3 * MINUTE);

    (void)state;
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "CHANGED WARNING A x 0;");
    service_find(service, STATUS_UNKNOWN, "A", "x");
    assert_cycle(service, "CHANGED UNKNOWN A x 0;");
    service_find(service, STATUS_UNKNOWN, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_UNKNOWN, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_UNKNOWN, "A", "x");
    assert_cycle(service, "REPEATED UNKNOWN A x 0;");
    service_free(service);
}


static void
ok_is_no_news(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    service_find(service, STATUS_OK, "A_OK", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    service_find(service, STATUS_OK, "A", "x");
    assert_cycle(service, "RECOVERED OK A x 0;");
    service_free(service);
}


/* A cause, an effect of it, and an effect of that. */
static void
find_chain(struct service *service, bool cause)
{
    struct finding *effect, *symptom;

    if (cause)
        service_find(service, STATUS_CRITICAL, "CAUSE", "x");
    effect = service_find(service, STATUS_CRITICAL, "EFFECT", "x y");
    strings_add(&effect->caused_by, "CAUSE x");
    symptom = service_find(service, STATUS_WARNING, "SYMPTOM", "z");
    strings_add(&symptom->caused_by, "EFFECT x y");
}


static void
the_cause_alone_is_told(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    find_chain(service, true);
    assert_cycle(service, "RAISED CRITICAL CAUSE x 2;");
    find_chain(service, true);
    assert_cycle(service, "REPEATED CRITICAL CAUSE x 2;");
    service_find(service, STATUS_CRITICAL, "CAUSE", "x");
    assert_cycle(service, "REPEATED CRITICAL CAUSE x 0;");
    service_free(service);
}


static void
an_effect_that_outlives_its_cause_is_told(void **state)
{
    struct service *service = service_new(2, 0);

    (void)state;
    find_chain(service, true);
    assert_cycle(service, "");
    find_chain(service, true);
    assert_cycle(service, "RAISED CRITICAL CAUSE x 2;");
    findings_judged(service->findings, "CAUSE", "x");
    find_chain(service, false);
    assert_cycle(service, "RAISED CRITICAL EFFECT x y 1;"
                 "RECOVERED OK CAUSE x 0;");
    service_free(service);
}


static void
an_effect_told_before_its_cause_is_not_repeated(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    find_chain(service, false);
    assert_cycle(service, "RAISED CRITICAL EFFECT x y 1;");
    find_chain(service, true);
    assert_cycle(service, "RAISED CRITICAL CAUSE x 2;");
    findings_judged(service->findings, "CAUSE", "x");
    findings_judged(service->findings, "EFFECT", "x y");
    findings_judged(service->findings, "SYMPTOM", "z");
    assert_cycle(service, "RECOVERED OK CAUSE x 0;RECOVERED OK EFFECT x y 0;");
    service_free(service);
}


static void
an_effect_of_two_causes_counts_for_both(void **state)
{
    struct service *service = service_new(1, 0);
    struct finding *effect;

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    service_find(service, STATUS_CRITICAL, "B", "x");
    effect = service_find(service, STATUS_CRITICAL, "EFFECT", "x");
    strings_add(&effect->caused_by, "A x");
    strings_add(&effect->caused_by, "B x");
    assert_cycle(service, "RAISED CRITICAL A x 1;RAISED CRITICAL B x 1;");
    service_free(service);
}


static void
the_worst_is_told_first(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_find(service, STATUS_UNKNOWN, "A", "x");
    service_find(service, STATUS_WARNING, "B", "x");
    service_find(service, STATUS_CRITICAL, "C", "x");
    assert_cycle(service, "RAISED CRITICAL C x 0;RAISED WARNING B x 0;"
                 "RAISED UNKNOWN A x 0;");
    service_free(service);
}


/* Find, or judge without finding, so many subjects. */
static void
flood(struct service *service, int count, bool found)
{
    for (int i = 0; i < count; i++) {
        char subject[16];

        snprintf(subject, sizeof(subject), "s%06d", i);
        if (found)
            service_find(service, STATUS_WARNING, "A", subject);
        else
            findings_judged(service->findings, "A", subject);
    }
}


static void
a_flood_is_told_in_portions(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    flood(service, 250, true);
    assert_cycle(service, NULL);
    assert_int_equal(service->events, ALERT_EVENTS_MAX + 1);
    assert_int_equal(service->last.kind, ALERT_HELD_BACK);
    assert_int_equal(service->last.count, 150);
    flood(service, 250, true);
    assert_cycle(service, NULL);
    assert_int_equal(service->last.count, 50);
    flood(service, 250, true);
    assert_cycle(service, NULL);
    assert_int_equal(service->events, 50);
    assert_int_equal(service->last.kind, ALERT_RAISED);
    assert_int_equal(alerts_standing(service->alerts), 250);
    for (int left = 250; left > 0; left -= ALERT_EVENTS_MAX) {
        flood(service, 250, false);
        assert_cycle(service, NULL);
    }
    assert_int_equal(service->events, 50);
    assert_int_equal(alerts_standing(service->alerts), 0);
    service_free(service);
}


static void
exactly_as_many_as_fit_hold_nothing_back(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    flood(service, ALERT_EVENTS_MAX, true);
    assert_cycle(service, NULL);
    assert_int_equal(service->events, ALERT_EVENTS_MAX);
    assert_int_equal(service->last.kind, ALERT_RAISED);
    service_free(service);
}


static void
more_keys_than_are_followed_are_counted(void **state)
{
    struct service *service = service_new(2, 0);

    (void)state;
    flood(service, ALERT_KEYS_MAX + 7, true);
    assert_cycle(service, "HELD_BACK UNKNOWN   7;");
    service_free(service);
}


static void
a_reload_keeps_what_stands(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    alerts_configure(service->alerts, 3, MINUTE);
    service_find(service, STATUS_CRITICAL, "A", "x");
    service_find(service, STATUS_CRITICAL, "B", "x");
    assert_cycle(service, "REPEATED CRITICAL A x 0;");
    service_find(service, STATUS_WARNING, "A", "x");
    service_find(service, STATUS_CRITICAL, "B", "x");
    assert_cycle(service, "CHANGED WARNING A x 0;");
    service_free(service);
}


static void
more_than_four_changes_within_an_hour_are_told_once(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    service_flap(service);
    assert_int_equal(alerts_standing(service->alerts), 1);
    for (int i = 0; i < 20; i++) {
        service_find(service, STATUS_WARNING, "A", "x");
        assert_cycle(service, "");
        findings_judged(service->findings, "A", "x");
        assert_cycle(service, "");
    }
    service_free(service);
}


static void
what_flapped_is_told_when_it_was_gone_for_an_hour(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_flap(service);
    service->now_us += 58 * MINUTE;
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "");
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "RECOVERED OK A x 0;");
    assert_int_equal(alerts_standing(service->alerts), 0);
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    service_free(service);
}


static void
what_flapped_is_told_when_it_stood_for_an_hour(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_flap(service);
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service->now_us += 58 * MINUTE;
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "CHANGED WARNING A x 0;");
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "RECOVERED OK A x 0;");
    service_free(service);
}


static void
four_changes_an_hour_are_none_too_many(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    for (int i = 0; i < 6; i++) {
        service->now_us = i * 30 * MINUTE;
        service_find(service, STATUS_CRITICAL, "A", "x");
        assert_cycle(service, "RAISED CRITICAL A x 0;");
        findings_judged(service->findings, "A", "x");
        assert_cycle(service, "RECOVERED OK A x 0;");
    }
    service_free(service);
}


static void
what_never_lasts_long_enough_to_be_confirmed_flaps(void **state)
{
    struct service *service = service_new(3, 0);

    (void)state;
    for (int i = 0; i < 2; i++) {
        service_find(service, STATUS_CRITICAL, "A", "x");
        assert_cycle(service, "");
        findings_judged(service->findings, "A", "x");
        assert_cycle(service, "");
    }
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "FLAPPING CRITICAL A x 0;");
    service_free(service);
}


static void
an_effect_does_not_flap_aloud_beneath_its_cause(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "CAUSE", "x");
    assert_cycle(service, "RAISED CRITICAL CAUSE x 0;");
    for (int i = 0; i < 4; i++) {
        find_chain(service, true);
        assert_cycle(service, "");
        service_find(service, STATUS_CRITICAL, "CAUSE", "x");
        assert_cycle(service, "");
    }
    service_free(service);
}


/* Judge the findings of find_chain() to be gone. */
static void
judge_chain_gone(struct service *service)
{
    findings_judged(service->findings, "CAUSE", "x");
    findings_judged(service->findings, "EFFECT", "x y");
    findings_judged(service->findings, "SYMPTOM", "z");
}


static void
a_cause_that_flaps_alone_is_told_to(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    for (int i = 0; i < 2; i++) {
        find_chain(service, true);
        assert_cycle(service, "RAISED CRITICAL CAUSE x 2;");
        judge_chain_gone(service);
        assert_cycle(service, "RECOVERED OK CAUSE x 0;");
    }
    for (int i = 0; i < 5; i++) {
        find_chain(service, true);
        assert_cycle(service, i == 0 ? "FLAPPING CRITICAL CAUSE x 2;" : "");
        judge_chain_gone(service);
        assert_cycle(service, "");
    }
    service->now_us += 60 * MINUTE;
    judge_chain_gone(service);
    assert_cycle(service, "RECOVERED OK CAUSE x 0;");
    service_free(service);
}


static void
what_settles_in_a_flood_is_told_after_it(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    for (int i = 0; i < 2; i++) {
        service_find(service, STATUS_UNKNOWN, "Z", "x");
        assert_cycle(service, NULL);
        service_find(service, STATUS_WARNING, "Z", "x");
        assert_cycle(service, "CHANGED WARNING Z x 0;");
    }
    service_find(service, STATUS_UNKNOWN, "Z", "x");
    assert_cycle(service, "FLAPPING UNKNOWN Z x 0;");
    service_find(service, STATUS_WARNING, "Z", "x");
    assert_cycle(service, "");
    service->now_us += 60 * MINUTE;
    flood(service, ALERT_EVENTS_MAX, true);
    service_find(service, STATUS_WARNING, "Z", "x");
    assert_cycle(service, NULL);
    assert_int_equal(service->last.kind, ALERT_HELD_BACK);
    service_find(service, STATUS_WARNING, "Z", "x");
    assert_cycle(service, "CHANGED WARNING Z x 0;");
    service_free(service);
}


static void
repetitions_leave_room_for_news(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    for (int i = 0; i < 2; i++) {
        flood(service, ALERT_EVENTS_MAX + 50, true);
        assert_cycle(service, NULL);
    }
    assert_int_equal(alerts_standing(service->alerts), ALERT_EVENTS_MAX + 50);
    flood(service, ALERT_EVENTS_MAX, true);
    findings_judged(service->findings, "A", "s000149");
    assert_cycle(service, NULL);
    assert_int_equal(alerts_standing(service->alerts), ALERT_EVENTS_MAX + 49);
    service_free(service);
}


/* Find something that is accepted until a day. */
static void
find_accepted(struct service *service)
{
    struct finding *finding
        = service_find(service, STATUS_CRITICAL, "A", "x");

    finding->accepted = xstrdup("until the move");
    /* The end of 2023-11-30. */
    finding->accepted_until_us = INT64_C(1701388800000000);
}


static void
what_is_accepted_is_no_news(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    find_accepted(service);
    assert_cycle(service, "");
    find_accepted(service);
    assert_cycle(service, "");
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    service_free(service);
}


static void
what_stands_is_withdrawn_when_it_is_accepted(void **state)
{
    struct service *service = service_new(1, MINUTE);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    find_accepted(service);
    assert_cycle(service, "WITHDRAWN UNKNOWN A x 0;");
    assert_int_equal(alerts_standing(service->alerts), 0);
    find_accepted(service);
    assert_cycle(service, "");
    service_free(service);
}


static void
an_accepted_cause_explains_nothing(void **state)
{
    struct service *service = service_new(1, 0);
    struct finding *effect;

    (void)state;
    find_accepted(service);
    effect = service_find(service, STATUS_CRITICAL, "EFFECT", "y");
    strings_add(&effect->caused_by, "A x");
    assert_cycle(service, "RAISED CRITICAL EFFECT y 0;");
    service_free(service);
}


static void
what_no_run_judges_is_withdrawn_after_90_days(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "RAISED CRITICAL A x 0;");
    service->now_us = ALERT_FORGOTTEN_US - 1;
    assert_cycle(service, "");
    service->now_us = ALERT_FORGOTTEN_US;
    assert_cycle(service, "WITHDRAWN UNKNOWN A x 0;");
    assert_cycle(service, "");
    service_free(service);
}


static void
all_is_withdrawn_however_much_it_is(void **state)
{
    struct service *service = service_new(1, 0);

    (void)state;
    for (int i = 0; i < 3; i++) {
        flood(service, 250, true);
        assert_cycle(service, NULL);
    }
    assert_int_equal(alerts_standing(service->alerts), 250);
    assert_all_withdrawn(service);
    assert_int_equal(service->events, 250);
    assert_int_equal(alerts_standing(service->alerts), 0);
    assert_cycle(service, "");
    service_free(service);
}


static void
what_a_check_found_is_withdrawn_with_the_check(void **state)
{
    struct service *service = service_new(1, 0);
    struct strings checks = {NULL, 0};

    (void)state;
    strings_add(&checks, "spn");
    service_find(service, STATUS_CRITICAL, "CLOCK_SKEW", "x");
    service_find(service, STATUS_CRITICAL, "SPN_MISSING", "y");
    assert_cycle(service, "RAISED CRITICAL CLOCK_SKEW x 0;"
                 "RAISED CRITICAL SPN_MISSING y 0;");
    assert_withdrawn(service, &checks, "WITHDRAWN UNKNOWN CLOCK_SKEW x 0;");
    assert_withdrawn(service, &checks, "");
    assert_int_equal(alerts_standing(service->alerts), 1);
    strings_clear(&checks);
    service_free(service);
}


static void
what_keeps_a_check_from_seeing_is_withdrawn_with_it(void **state)
{
    struct service *service = service_new(1, 0);
    struct strings checks = {NULL, 0};

    (void)state;
    strings_add(&checks, "duplicates");
    strings_add(&checks, "reach");
    service_find(service, STATUS_WARNING, "MAIL_SERVERS_NOT_FOUND", "corp");
    service_find(service, STATUS_WARNING, "NOT_PERMITTED", "duplicates names");
    service_find(service, STATUS_WARNING, "NOT_PERMITTED", "spn names");
    assert_cycle(service, NULL);
    assert_int_equal(alerts_standing(service->alerts), 3);
    assert_withdrawn(service, &checks,
                     "WITHDRAWN UNKNOWN MAIL_SERVERS_NOT_FOUND corp 0;"
                     "WITHDRAWN UNKNOWN NOT_PERMITTED spn names 0;");
    strings_clear(&checks);
    service_free(service);
}


/* A cycle that runs one check alone, while another one's finding stands. */
static void
a_cause_stands_while_its_check_does_not_run(void **state)
{
    struct service *service = service_new(1, 0);
    struct findings *judged;
    struct finding *effect;

    (void)state;
    service_find(service, STATUS_CRITICAL, "CAUSE", "x");
    assert_cycle(service, "RAISED CRITICAL CAUSE x 0;");
    judged = findings_new();
    findings_judged(judged, "EFFECT", "y");
    service_find(service, STATUS_CRITICAL, "CAUSE", "x");
    effect = service_find(service, STATUS_CRITICAL, "EFFECT", "y");
    strings_add(&effect->caused_by, "CAUSE x");
    assert_partial_cycle(service, judged, "");
    service_find(service, STATUS_CRITICAL, "EFFECT", "y");
    assert_partial_cycle(service, judged, "RAISED CRITICAL EFFECT y 0;");
    findings_free(judged);
    service_free(service);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confirm_1_tells_at_once),
        cmocka_unit_test(confirm_2_tells_in_the_second_cycle),
        cmocka_unit_test(a_cycle_without_it_begins_anew),
        cmocka_unit_test(what_was_not_judged_counts_neither_way),
        cmocka_unit_test(what_is_not_seen_has_not_healed),
        cmocka_unit_test(it_recovers_once_and_may_come_again),
        cmocka_unit_test(what_was_never_told_needs_no_recovery),
        cmocka_unit_test(it_repeats_exactly_when_due),
        cmocka_unit_test(a_repetition_says_since_when),
        cmocka_unit_test(another_status_is_told_at_once),
        cmocka_unit_test(ok_is_no_news),
        cmocka_unit_test(the_cause_alone_is_told),
        cmocka_unit_test(an_effect_that_outlives_its_cause_is_told),
        cmocka_unit_test(an_effect_told_before_its_cause_is_not_repeated),
        cmocka_unit_test(an_effect_of_two_causes_counts_for_both),
        cmocka_unit_test(the_worst_is_told_first),
        cmocka_unit_test(a_flood_is_told_in_portions),
        cmocka_unit_test(exactly_as_many_as_fit_hold_nothing_back),
        cmocka_unit_test(more_keys_than_are_followed_are_counted),
        cmocka_unit_test(a_reload_keeps_what_stands),
        cmocka_unit_test(more_than_four_changes_within_an_hour_are_told_once),
        cmocka_unit_test(what_flapped_is_told_when_it_was_gone_for_an_hour),
        cmocka_unit_test(what_flapped_is_told_when_it_stood_for_an_hour),
        cmocka_unit_test(four_changes_an_hour_are_none_too_many),
        cmocka_unit_test(what_never_lasts_long_enough_to_be_confirmed_flaps),
        cmocka_unit_test(an_effect_does_not_flap_aloud_beneath_its_cause),
        cmocka_unit_test(a_cause_that_flaps_alone_is_told_to),
        cmocka_unit_test(what_settles_in_a_flood_is_told_after_it),
        cmocka_unit_test(repetitions_leave_room_for_news),
        cmocka_unit_test(what_is_accepted_is_no_news),
        cmocka_unit_test(what_stands_is_withdrawn_when_it_is_accepted),
        cmocka_unit_test(an_accepted_cause_explains_nothing),
        cmocka_unit_test(what_no_run_judges_is_withdrawn_after_90_days),
        cmocka_unit_test(all_is_withdrawn_however_much_it_is),
        cmocka_unit_test(what_a_check_found_is_withdrawn_with_the_check),
        cmocka_unit_test(what_keeps_a_check_from_seeing_is_withdrawn_with_it),
        cmocka_unit_test(a_cause_stands_while_its_check_does_not_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
