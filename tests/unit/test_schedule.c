/*
 * When which check is due.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/schedule.h"

#define SECOND INT64_C(1000000)
#define START (INT64_C(1000) * SECOND)


/* A configuration whose spn check is due every 60 s and whose clock check
   every 300 s; the others are off. */
static int
set_up(void **state)
{
    struct configuration *configuration = configuration_new();

    for (size_t i = 0; i < configuration->schedule_count; i++) {
        struct check_schedule *entry = &configuration->schedule[i];

        entry->enabled = strcmp(entry->check->name, "spn") == 0
                         || strcmp(entry->check->name, "clock") == 0;
    }
    configuration_schedule(configuration, "spn")->interval_us = 60 * SECOND;
    configuration_schedule(configuration, "clock")->interval_us
        = 300 * SECOND;
    *state = configuration;
    return 0;
}


static int
tear_down(void **state)
{
    configuration_free(*state);
    return 0;
}


/* Take what is due at a time; it must be these checks. */
static void
assert_due(struct schedule *schedule, int64_t at_us, const char *expected)
{
    struct strings names = {NULL, 0};
    char *list = xstrdup("");

    schedule_take(schedule, at_us, &names);
    for (size_t i = 0; i < names.count; i++) {
        char *longer = xasprintf("%s%s ", list, names.items[i]);

        free(list);
        list = longer;
    }
    assert_string_equal(list, expected);
    strings_clear(&names);
    free(list);
}


static void
all_are_due_at_the_start_and_only_once(void **state)
{
    struct schedule *schedule = schedule_new(*state, "seed", START);

    assert_int_equal(schedule_next_us(schedule), START);
    assert_due(schedule, START, "clock spn ");
    assert_due(schedule, START, "");
    schedule_free(schedule);
}


static void
the_next_run_is_half_to_one_and_a_half_intervals_away(void **state)
{
    for (int i = 0; i < 100; i++) {
        char *seed = xasprintf("host%d domain", i);
        struct schedule *schedule = schedule_new(*state, seed, START);
        int64_t wait_us;

        assert_due(schedule, START, "clock spn ");
        wait_us = schedule_next_us(schedule) - START;
        assert_in_range(wait_us, 30 * SECOND, 90 * SECOND - 1);
        schedule_free(schedule);
        free(seed);
    }
}


static void
services_do_not_start_in_step(void **state)
{
    int64_t least_us = INT64_MAX, most_us = 0;

    for (int i = 0; i < 100; i++) {
        char *seed = xasprintf("host%d domain", i);
        struct schedule *schedule = schedule_new(*state, seed, START);
        int64_t next_us;

        assert_due(schedule, START, "clock spn ");
        next_us = schedule_next_us(schedule);
        least_us = next_us < least_us ? next_us : least_us;
        most_us = next_us > most_us ? next_us : most_us;
        schedule_free(schedule);
        free(seed);
    }
    assert_true(most_us - least_us > 30 * SECOND);
}


static void
runs_do_not_drift_however_late_they_are(void **state)
{
    struct schedule *schedule;
    int64_t first_us;

    configuration_schedule(*state, "clock")->enabled = false;
    schedule = schedule_new(*state, "seed", START);
    assert_due(schedule, START, "spn ");
    first_us = schedule_next_us(schedule);
    for (int64_t i = 0; i < 1000; i++) {
        int64_t due_us = schedule_next_us(schedule);

        assert_int_equal(due_us, first_us + i * 60 * SECOND);
        assert_due(schedule, due_us - 1, "");
        /* Up to a third of an interval late. */
        assert_due(schedule, due_us + i % 20 * SECOND, "spn ");
    }
    schedule_free(schedule);
}


static void
a_restart_keeps_the_times(void **state)
{
    struct schedule *first = schedule_new(*state, "seed", START);
    struct schedule *second = schedule_new(*state, "seed",
                                           START + 17 * SECOND);

    assert_due(first, START, "clock spn ");
    assert_due(second, START + 17 * SECOND, "clock spn ");
    assert_int_equal(schedule_next_us(first) % (60 * SECOND),
                     schedule_next_us(second) % (60 * SECOND));
    schedule_free(first);
    schedule_free(second);
}


static void
missed_runs_are_not_made_up_for(void **state)
{
    struct schedule *schedule = schedule_new(*state, "seed", START);

    assert_due(schedule, START, "clock spn ");
    assert_due(schedule, START + 86400 * SECOND, "clock spn ");
    assert_due(schedule, START + 86400 * SECOND, "");
    assert_true(schedule_next_us(schedule) >= START + 86430 * SECOND);
    schedule_free(schedule);
}


static void
all_can_be_made_due_at_once(void **state)
{
    struct schedule *schedule = schedule_new(*state, "seed", START);

    assert_due(schedule, START, "clock spn ");
    schedule_all(schedule, START + SECOND);
    assert_int_equal(schedule_next_us(schedule), START + SECOND);
    assert_due(schedule, START + SECOND, "clock spn ");
    assert_due(schedule, START + SECOND, "");
    schedule_free(schedule);
}


static void
what_is_off_or_not_built_is_never_due(void **state)
{
    struct configuration *configuration = *state;
    struct schedule *schedule;

    for (size_t i = 0; i < configuration->schedule_count; i++)
        configuration->schedule[i].enabled
            = !configuration->schedule[i].check->judge;
    schedule = schedule_new(configuration, "seed", START);
    schedule_all(schedule, START);
    assert_int_equal(schedule_next_us(schedule), INT64_MAX);
    assert_due(schedule, START, "");
    schedule_free(schedule);
}


#define CONFIGURED(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CONFIGURED(all_are_due_at_the_start_and_only_once),
        CONFIGURED(the_next_run_is_half_to_one_and_a_half_intervals_away),
        CONFIGURED(services_do_not_start_in_step),
        CONFIGURED(runs_do_not_drift_however_late_they_are),
        CONFIGURED(a_restart_keeps_the_times),
        CONFIGURED(missed_runs_are_not_made_up_for),
        CONFIGURED(all_can_be_made_due_at_once),
        CONFIGURED(what_is_off_or_not_built_is_never_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
