/*
 * What alerts follow, over a restart.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/unit/alert_service.h"
#include "tests/unit/scratch_folder.h"


/* Restart the service: only what is in the file survives, and the monotonic
   clock begins anew. */
static void
restart(struct service *service, const char *path)
{
    struct error error = {""};
    char *warning;

    assert_true(alerts_save(service->alerts, path, &error));
    alerts_free(service->alerts);
    service->alerts = alerts_new(2, 10 * MINUTE);
    assert_true(alerts_load(service->alerts, path, service->now_us,
                            EPOCH + service->now_us, &warning, &error));
    assert_null(warning);
}


static void
a_restart_neither_repeats_nor_forgets(void **state)
{
    char *path = scratch_path(state, ALERTS_FILE);
    struct service *service = service_new(2, 10 * MINUTE);

    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "");
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "RAISED CRITICAL A x y 0;");
    restart(service, path);
    assert_int_equal(alerts_standing(service->alerts), 1);
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "");
    service->now_us = 11 * MINUTE - 1;
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "");
    service->now_us = 11 * MINUTE;
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "REPEATED CRITICAL A x y 0;");
    restart(service, path);
    findings_judged(service->findings, "A", "x y");
    assert_cycle(service, "RECOVERED OK A x y 0;");
    assert_int_equal(service->last.lasted_us, 12 * MINUTE);
    assert_int_equal(service->last.since_us, EPOCH);
    restart(service, path);
    assert_int_equal(alerts_standing(service->alerts), 0);
    service_free(service);
    free(path);
}


static void
a_restart_keeps_the_count_of_cycles(void **state)
{
    char *path = scratch_path(state, ALERTS_FILE);
    struct service *service = service_new(2, 0);

    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    restart(service, path);
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    service_free(service);
    free(path);
}


static void
a_clock_set_back_delays_one_repetition(void **state)
{
    char *path = scratch_path(state, ALERTS_FILE), *warning;
    struct service *service = service_new(1, 10 * MINUTE);
    struct error error;

    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    assert_true(alerts_save(service->alerts, path, &error));
    alerts_free(service->alerts);
    service->alerts = alerts_new(1, 10 * MINUTE);
    assert_true(alerts_load(service->alerts, path, MINUTE, 0, &warning,
                            &error));
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service->now_us = 11 * MINUTE;
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "REPEATED WARNING A x 0;");
    service_free(service);
    free(path);
}


/* Load a file of these bytes; so many alerts stand, and so many lines are
   ignored. */
static void
assert_loaded(void **state, const char *bytes, size_t standing,
              size_t ignored)
{
    char *path = scratch_write(state, ALERTS_FILE, bytes, strlen(bytes));
    char *expected = xasprintf(" %zu such line%s ignored", ignored,
                               ignored == 1 ? "" : "s");
    struct alerts *alerts = alerts_new(1, 0);
    struct error error;
    char *warning;

    assert_true(alerts_load(alerts, path, 0, EPOCH, &warning, &error));
    assert_int_equal(alerts_standing(alerts), standing);
    if (ignored > 0)
        assert_non_null(strstr(warning, expected));
    else
        assert_null(warning);
    free(warning);
    alerts_free(alerts);
    free(expected);
    free(path);
}


/* A line of the file, but for its key and its status told. */
#define LINE(key, told)                                                     \
    "{\"type\":\"alert\",\"key\":\"" key "\",\"message\":\"m\","             \
    "\"reference\":\"\",\"impact\":\"monitoring\",\"status\":\"OK\","        \
    "\"told\":\"" told "\",\"found\":1,\"since_us\":1,\"told_at_us\":1}\n"

static void
damaged_lines_are_ignored_with_a_warning(void **state)
{
    assert_loaded(state, "", 0, 0);
    assert_loaded(state, LINE("A x", "WARNING") LINE("B x", "OK"), 1, 0);
    assert_loaded(state, LINE("A x", "WARNING") LINE("A x", "WARNING"), 1, 1);
    assert_loaded(state, LINE("A", "WARNING") LINE(" x", "WARNING"), 0, 2);
    assert_loaded(state, LINE("A x", "BAD") LINE("B x", "CRITICAL"), 1, 1);
    assert_loaded(state, "junk\n\n{}\n\xff\n" LINE("B x", "UNKNOWN"), 1, 4);
}


static void
a_file_that_is_not_there_is_empty(void **state)
{
    char *path = scratch_path(state, ALERTS_FILE), *warning;
    struct alerts *alerts = alerts_new(1, 0);
    struct error error;

    assert_true(alerts_load(alerts, path, 0, EPOCH, &warning, &error));
    assert_null(warning);
    assert_false(alerts_load(alerts, *state, 0, EPOCH, &warning, &error));
    assert_non_null(strstr(error.text, "Is a directory"));
    alerts_free(alerts);
    free(path);
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_restart_neither_repeats_nor_forgets),
        WITH_FOLDER(a_restart_keeps_the_count_of_cycles),
        WITH_FOLDER(a_clock_set_back_delays_one_repetition),
        WITH_FOLDER(damaged_lines_are_ignored_with_a_warning),
        WITH_FOLDER(a_file_that_is_not_there_is_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
