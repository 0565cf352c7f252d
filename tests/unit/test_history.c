/*
 * What is remembered of the domain controllers' USNs, and what the check
 * replication makes of it cycle by cycle.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/history.h"
#include "tests/unit/forest.h"
#include "tests/unit/scratch_folder.h"

#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (INT64_C(1800000000) * SECOND)


/* Let a history learn that a DC's USN stood so at a time. */
static void
learn(struct history *history, const char *dc, const char *invocation,
      int64_t time_us, int64_t usn)
{
    struct estate *estate = estate_new();

    forest_directory(estate, dc, invocation, usn)->base.time_us = time_us;
    history_learn(history, estate->facts, estate->settings, time_us);
    estate_free(estate);
}


/* Take a sample into an estate's facts. */
static void
remember(void *closure, enum fact_kind kind, const void *fact)
{
    struct estate *estate = closure;

    facts_add(estate->facts, kind, record_copy(fact_types[kind], fact), MON);
}


/* Assert the samples of a history, "SECONDS:USN" with the seconds from NOW,
   with spaces between. */
static void
expect_samples(const struct history *history, int64_t now_us,
               const char *expected)
{
    struct estate *estate = estate_new();
    char *text = xstrdup("");

    history_tell(history, now_us, remember, estate);
    FACTS_EACH(estate->facts, FACT_SAMPLE, sample_fact, sample) {
        char *longer = xasprintf("%s%s%ld:%ld", text, *text ? " " : "",
                                 (long)((sample->base.time_us - NOW)
                                        / SECOND), (long)sample->usn);

        free(text);
        text = longer;
    }
    assert_string_equal(text, expected);
    free(text);
    estate_free(estate);
}


static void
samples_are_told_as_they_were_learnt(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC1, "a", NOW + 60 * SECOND, 110);
    expect_samples(history, NOW + HOUR, "0:100 60:110");
    expect_samples(history, NOW + 59 * SECOND, "0:100");
    history_free(history);
}


static void
dc_without_an_invocation_is_left_out(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "", NOW, 100);
    assert_int_equal(history_count(history), 0);
    history_free(history);
}


static void
usn_that_stays_takes_a_sample_each_few_minutes(void **state)
{
    struct history *history = history_new();

    (void)state;
    for (int minute = 0; minute <= 12; minute++)
        learn(history, DC1, "a", NOW + minute * MINUTE, 100);
    learn(history, DC1, "a", NOW + 13 * MINUTE, 101);
    expect_samples(history, NOW + HOUR,
                   "0:100 240:100 480:100 720:100 780:101");
    history_free(history);
}


static void
restored_dc_begins_anew(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC2, "b", NOW, 7);
    learn(history, DC1, "c", NOW + MINUTE, 50);
    expect_samples(history, NOW + HOUR, "0:7 60:50");
    history_free(history);
}


static void
usn_that_falls_begins_anew(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC1, "a", NOW + MINUTE, 300);
    learn(history, DC1, "a", NOW + 2 * MINUTE, 200);
    expect_samples(history, NOW + HOUR, "0:100 120:200");
    history_free(history);
}


static void
clock_that_is_set_back_drops_what_lies_ahead(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC1, "a", NOW + HOUR, 110);
    learn(history, DC2, "b", NOW + HOUR, 5);
    learn(history, DC1, "a", NOW + 10 * MINUTE, 120);
    expect_samples(history, NOW + 2 * HOUR, "0:100 600:120");
    history_free(history);
}


static void
clock_that_leaps_ahead_and_back_does_no_harm(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC1, "a", NOW + 4000 * HOUR, 110);
    expect_samples(history, INT64_MAX, "14400000:110");
    learn(history, DC1, "a", NOW + MINUTE, 120);
    expect_samples(history, INT64_MAX, "60:120");
    history_free(history);
}


static void
what_no_limit_needs_is_forgotten(void **state)
{
    struct history *history = history_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC1, "a", NOW + 24 * HOUR, 200);
    assert_int_equal(history_count(history), 2);
    learn(history, DC1, "a", NOW + 24 * HOUR + SECOND, 201);
    expect_samples(history, INT64_MAX, "86400:200 86401:201");
    history_free(history);
}


static void
long_ways_are_remembered_for_longer(void **state)
{
    struct history *history = history_new();
    struct estate *estate = estate_new();

    (void)state;
    learn(history, DC1, "a", NOW, 100);
    estate->settings->numbers->replication_warn_us = 30 * HOUR;
    forest_directory(estate, DC1, "a", 200)->base.time_us = NOW + 120 * HOUR;
    history_learn(history, estate->facts, estate->settings, NOW + 120 * HOUR);
    assert_int_equal(history_count(history), 2);
    history_learn(history, estate->facts, estate->settings,
                  NOW + 120 * HOUR + 1);
    assert_int_equal(history_count(history), 1);
    estate_free(estate);
    history_free(history);
}


static void
samples_are_thinned_and_the_latest_are_dense(void **state)
{
    struct history *history = history_new();
    struct estate *estate = estate_new();
    int64_t latest_us = NOW + 5000 * 15 * SECOND, before_us = -1;
    size_t recent = 0;

    (void)state;
    for (int i = 0; i <= 5000; i++)
        learn(history, DC1, "a", NOW + i * 15 * SECOND, 100 + i);
    assert_int_equal(history_count(history), HISTORY_DC_MOST);
    history_tell(history, INT64_MAX, remember, estate);
    FACTS_EACH(estate->facts, FACT_SAMPLE, sample_fact, sample) {
        int64_t age_us = latest_us - sample->base.time_us;

        recent += age_us <= 10 * MINUTE;
        if (before_us >= 0)
            assert_true(sample->base.time_us - before_us
                        <= 30 * SECOND + age_us / 10);
        before_us = sample->base.time_us;
    }
    assert_int_equal(before_us, latest_us);
    assert_true(recent >= 35);
    estate_free(estate);
    history_free(history);
}


static void
file_keeps_it_all(void **state)
{
    struct history *history = history_new(), *other = history_new();
    char *path = scratch_path(state, HISTORY_FILE);
    struct error error;

    assert_null(history_load(history, path, NOW));
    learn(history, DC1, "a", NOW, 100);
    learn(history, DC1, "a", NOW + MINUTE, 110);
    learn(history, DC2, "b", NOW + MINUTE, 7);
    assert_true(history_save(history, path, &error));
    assert_null(history_load(other, path, NOW + HOUR));
    expect_samples(other, NOW + HOUR, "0:100 60:110 60:7");
    assert_null(history_load(other, path, NOW));
    expect_samples(other, NOW + HOUR, "0:100");
    free(path);
    history_free(other);
    history_free(history);
}


static void
file_that_cannot_be_replaced_stays(void **state)
{
    struct history *history = history_new();
    char *path = scratch_path(state, "no-such-folder/" HISTORY_FILE);
    struct error error;

    assert_false(history_save(history, path, &error));
    assert_non_null(strstr(error.text, "saving the history of replication"));
    free(path);
    history_free(history);
}


/* Assert that a file makes the history begin anew, saying this. */
static void
expect_damage(void **state, const char *text, const char *complaint)
{
    struct history *history = history_new();
    char *path = scratch_write(state, HISTORY_FILE, text, strlen(text));
    char *warning;

    learn(history, DC1, "a", NOW, 100);
    warning = history_load(history, path, NOW + HOUR);
    assert_non_null(warning);
    if (!strstr(warning, complaint) || !strstr(warning, "begins anew"))
        fail_msg("%s", warning);
    assert_int_equal(history_count(history), 0);
    free(warning);
    free(path);
    history_free(history);
}


#define HEADER(count)                                                         \
    "{\"type\":\"history\",\"version\":1,\"program\":\"x\",\"samples\":"      \
    #count "}\n"
#define SAMPLE                                                                \
    "{\"type\":\"sample\",\"time_us\":1,\"host\":\"dc1.example.com\","        \
    "\"invocation\":\"a\",\"usn\":5}\n"

static void
damaged_file_begins_anew_and_is_told_of(void **state)
{
    expect_damage(state, "", "ends early");
    expect_damage(state, "garbage\n", "line 1");
    expect_damage(state, SAMPLE, "header");
    expect_damage(state, HEADER(0) HEADER(0), "line 2");
    expect_damage(state, HEADER(2) SAMPLE, "ends early");
    expect_damage(state, HEADER(0) SAMPLE, "too long");
    expect_damage(state, HEADER(1) SAMPLE "{\"type\":\"sam", "line 3");
    expect_damage(state,
                  "{\"type\":\"history\",\"version\":2,\"program\":\"x\","
                  "\"samples\":0}\n", "line 1");
}


/* One cycle: what is seen at a time while DC2 has DC1's changes up to USN
   100, and DC1 stands at another one; judged with the history, which then
   learns. */
static struct estate *
run_cycle(struct history *history, int64_t now_us, int64_t usn)
{
    struct estate *estate = estate_new();

    estate->settings->numbers->time_us = now_us;
    estate_dc(estate, DC1, 1);
    estate_dc(estate, DC2, 2);
    forest_dsa(estate, DC1, DC1, "Here");
    forest_dsa(estate, DC1, DC2, "Here");
    forest_directory(estate, DC1, "inv-" DC1, usn)->base.time_us = now_us;
    forest_directory(estate, DC2, "inv-" DC2, 9)->base.time_us = now_us;
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, 100);
    history_tell(history, now_us, remember, estate);
    history_learn(history, estate->facts, estate->settings, now_us);
    return estate;
}


/* The lag that a cycle told of in seconds; 0 for none. */
static double
lag_told(struct estate *estate)
{
    const struct finding *finding;

    estate_judge(estate, &replication_check);
    finding = findings_find(estate->findings, "REPL_LAG",
                            DC1 "->" DC2 " " DOMAIN_NC);
    return finding ? finding->values[0].number : 0;
}


enum { CYCLE = 60, BEFORE = 1800, AFTER = 3600, PLANTED = 25 };

static void
planted_lag_is_told_within_a_cycle_by_the_source(void **state)
{
    struct history *history = history_new();

    (void)state;
    for (int second = -BEFORE; second <= AFTER; second += CYCLE) {
        bool planted = second >= PLANTED;
        struct estate *estate = run_cycle(history, NOW + second * SECOND,
                                          planted ? 101 : 100);
        double told;

        forest_neighbor(estate, DC2, DOMAIN_NC, DC1,
                        NOW - 200 * SECOND);
        if (planted)
            forest_pending(estate, DC1, DC2, DOMAIN_NC, 1,
                           NOW + PLANTED * SECOND);
        told = lag_told(estate);
        if (second - PLANTED > 600)
            assert_float_equal(told, second - PLANTED, 1);
        else
            assert_float_equal(told, 0, 0.1);
        estate_free(estate);
    }
    history_free(history);
}


static void
planted_lag_is_told_within_a_cycle_by_samples(void **state)
{
    struct history *history = history_new();

    (void)state;
    /* The source does not say what is missing, and fails to be reached. */
    for (int second = -BEFORE; second <= AFTER; second += CYCLE) {
        bool planted = second >= PLANTED;
        struct estate *estate = run_cycle(history, NOW + second * SECOND,
                                          planted ? 101 : 100);
        double told;

        forest_neighbor(estate, DC2, DOMAIN_NC, DC1, NOW - BEFORE * SECOND)
            ->failures = 7;
        told = lag_told(estate);
        if (second - PLANTED > 600)
            assert_float_equal(told, second - PLANTED, CYCLE);
        else
            assert_true(told <= second - PLANTED + CYCLE || told < 0.1);
        estate_free(estate);
    }
    history_free(history);
}


int
main(void)
{
#define IN_FOLDER(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_told_as_they_were_learnt),
        cmocka_unit_test(dc_without_an_invocation_is_left_out),
        cmocka_unit_test(usn_that_stays_takes_a_sample_each_few_minutes),
        cmocka_unit_test(restored_dc_begins_anew),
        cmocka_unit_test(usn_that_falls_begins_anew),
        cmocka_unit_test(clock_that_is_set_back_drops_what_lies_ahead),
        cmocka_unit_test(clock_that_leaps_ahead_and_back_does_no_harm),
        cmocka_unit_test(what_no_limit_needs_is_forgotten),
        cmocka_unit_test(long_ways_are_remembered_for_longer),
        cmocka_unit_test(samples_are_thinned_and_the_latest_are_dense),
        IN_FOLDER(file_keeps_it_all),
        IN_FOLDER(file_that_cannot_be_replaced_stays),
        IN_FOLDER(damaged_file_begins_anew_and_is_told_of),
        cmocka_unit_test(planted_lag_is_told_within_a_cycle_by_the_source),
        cmocka_unit_test(planted_lag_is_told_within_a_cycle_by_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
