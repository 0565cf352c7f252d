/*
 * What stands, and what is to be logged, over a restart.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "daemon/state.h"
#include "tests/unit/alert_service.h"
#include "tests/unit/log_reader.h"
#include "tests/unit/scratch_folder.h"

#define ALERTS_FILE "alerts"


/* Open a folder as a state directory that nobody uses. */
static struct state *
open_state(const char *folder)
{
    struct error error = {""};
    long busy;
    struct state *opened = state_open(folder, &busy, &error);

    assert_string_equal(error.text, "");
    assert_int_equal(busy, 0);
    return opened;
}


/* Load what was saved for the domain "a.b", if anything was; the warning, for
   the caller to free(). */
static char *
load_state(struct state *opened, struct alert_table *table, struct log *log,
           const struct alert_time *now)
{
    char *domain, *warning = state_load(opened, table, log, now, &domain);

    if (domain)
        assert_string_equal(domain, "a.b");
    free(domain);
    return warning;
}


/* A log whose sockets nobody reads. */
static struct log *
mute_log(const char *folder)
{
    char *path = xasprintf("%s/nobody", folder);
    struct log *log = log_new(LOG_DAEMON);

    log_use_sockets(log, path, path);
    free(path);
    return log;
}


/* Save what a service follows, and load it into another one; the warning of
   that, for the caller to free(). */
static char *
save_and_load(struct service *service, const char *folder,
              const struct alert_time *saved, const struct alert_time *loaded)
{
    struct state *opened = open_state(folder);
    struct log *log = mute_log(folder);
    struct error error = {""};
    char *warning;

    assert_true(state_save(opened, "a.b", alerts_table(service->alerts), log,
                           saved, &error));
    alerts_free(service->alerts);
    service->alerts = alerts_new(2, 10 * MINUTE);
    warning = load_state(opened, alerts_table(service->alerts), log, loaded);
    log_free(log);
    state_free(opened);
    return warning;
}


/* Restart the service: only what is in the file survives. */
static void
restart(struct service *service, const char *folder)
{
    const struct alert_time now = {service->now_us, EPOCH + service->now_us};

    assert_null(save_and_load(service, folder, &now, &now));
}


static void
a_restart_neither_repeats_nor_forgets(void **state)
{
    struct service *service = service_new(2, 10 * MINUTE);

    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "");
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "RAISED CRITICAL A x y 0;");
    restart(service, *state);
    assert_int_equal(alerts_standing(service->alerts), 1);
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "");
    service->now_us = 11 * MINUTE - 1;
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "");
    service->now_us = 11 * MINUTE;
    service_find(service, STATUS_CRITICAL, "A", "x y");
    assert_cycle(service, "REPEATED CRITICAL A x y 0;");
    restart(service, *state);
    findings_judged(service->findings, "A", "x y");
    assert_cycle(service, "RECOVERED OK A x y 0;");
    assert_int_equal(service->last.lasted_us, 12 * MINUTE);
    assert_int_equal(service->last.since_us, EPOCH);
    restart(service, *state);
    assert_int_equal(alerts_standing(service->alerts), 0);
    service_free(service);
}


static void
a_restart_keeps_the_count_of_cycles(void **state)
{
    struct service *service = service_new(2, 0);

    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    restart(service, *state);
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    service_free(service);
}


static void
a_restart_keeps_what_flaps(void **state)
{
    struct service *service = service_new(1, 0);

    service_flap(service);
    restart(service, *state);
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "");
    service->now_us += 60 * MINUTE;
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "RECOVERED OK A x 0;");
    service_free(service);
}


static void
a_clock_set_back_delays_one_repetition(void **state)
{
    const struct alert_time saved = {MINUTE, EPOCH + MINUTE};
    const struct alert_time loaded = {MINUTE, EPOCH - 60 * MINUTE};
    struct service *service = service_new(1, 10 * MINUTE);

    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "RAISED WARNING A x 0;");
    assert_null(save_and_load(service, *state, &saved, &loaded));
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service->now_us = 11 * MINUTE;
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "REPEATED WARNING A x 0;");
    service_free(service);
}


static void
a_clock_set_back_makes_no_old_changes_new(void **state)
{
    struct service *service = service_new(1, 0);
    struct alert_time saved, loaded;

    for (int i = 0; i <= ALERT_CHANGES_CALM; i++) {
        service_find(service, i % 2 ? STATUS_CRITICAL : STATUS_WARNING, "A",
                     "x");
        assert_cycle(service, NULL);
        service->now_us += 24 * 60 * MINUTE;
    }
    saved = (struct alert_time){service->now_us, EPOCH + service->now_us};
    loaded = (struct alert_time){service->now_us, EPOCH};
    assert_null(save_and_load(service, *state, &saved, &loaded));
    service_find(service, STATUS_WARNING, "A", "x");
    assert_cycle(service, "");
    service_free(service);
}


/* Load a file of these bytes; so many alerts stand, and the warning has this
   in it, or there is none. */
static void
assert_loaded(void **state, const char *bytes, size_t standing,
              const char *expected)
{
    const struct alert_time now = {0, EPOCH};
    char *path = scratch_write(state, ALERTS_FILE, bytes, strlen(bytes));
    char *aside = scratch_path(state, "alerts.damaged");
    struct state *opened = open_state(*state);
    struct alerts *alerts = alerts_new(1, 0);
    struct log *log = mute_log(*state);
    char *warning = load_state(opened, alerts_table(alerts), log, &now);

    assert_int_equal(alerts_standing(alerts), standing);
    if (expected) {
        assert_non_null(warning);
        if (!strstr(warning, expected))
            fail_msg("\"%s\" is not in \"%s\"", expected, warning);
        assert_non_null(strstr(warning, aside));
        assert_int_equal(access(aside, F_OK), 0);
        assert_int_not_equal(access(path, F_OK), 0);
    } else if (warning) {
        fail_msg("%s", warning);
    }
    free(warning);
    log_free(log);
    alerts_free(alerts);
    state_free(opened);
    free(aside);
    free(path);
}


/* The first line of the file, and one of an alert but for its key and its
   status told. */
#define HEADER(alerts, entries)                                             \
    "{\"type\":\"state\",\"version\":1,\"program\":\"p\","                 \
    "\"domain\":\"a.b\","                                                 \
    "\"generation\":7,\"taken\":0,\"alerts\":" alerts ","                   \
    "\"entries\":" entries "}\n"
#define LINE(key, told) LINE_OF(key, told, "1", "1", "1", "1")
#define LINE_OF(key, told, found, since, told_us, seen)                     \
    "{\"type\":\"alert\",\"key\":\"" key "\",\"message\":\"m\","             \
    "\"reference\":\"\",\"impact\":\"monitoring\","                          \
    "\"found_status\":\"WARNING\",\"status\":\"OK\","                      \
    "\"told\":\"" told "\",\"flapping\":false,\"found\":" found ","         \
    "\"since_us\":" since ",\"told_us\":" told_us ","                       \
    "\"seen_us\":" seen ",\"changed_us[0]\":1,"                             \
    "\"changed_us[1]\":0,\"changed_us[2]\":0,\"changed_us[3]\":0,"          \
    "\"changed_us[4]\":0}\n"

static void
a_damaged_file_is_set_aside_and_the_rest_of_it_counts(void **state)
{
    assert_loaded(state, HEADER("0", "0"), 0, NULL);
    assert_loaded(state, HEADER("2", "0") LINE("A x", "WARNING")
                  LINE("B x", "OK"), 1, NULL);
    assert_loaded(state, "", 0, "it is empty");
    assert_loaded(state, LINE("A x", "WARNING"), 0, "line 1: ");
    assert_loaded(state, HEADER("0", "0") HEADER("0", "0"), 0, "line 2: ");
    assert_loaded(state, HEADER("2", "0") LINE("A x", "WARNING")
                  LINE("A x", "WARNING"), 1, "line 3: not an alert");
    assert_loaded(state, HEADER("1", "0") LINE("A", "WARNING"), 0, "line 2: ");
    assert_loaded(state, HEADER("1", "0") LINE(" x", "WARNING"), 0,
                  "line 2: ");
    assert_loaded(state, HEADER("2", "0") LINE("A x", "BAD")
                  LINE("B x", "CRITICAL"), 1, "line 2: ");
    assert_loaded(state, HEADER("2", "0") LINE("A x", "CRITICAL"), 1,
                  "it ends early");
    assert_loaded(state, HEADER("1", "1") LINE("A x", "CRITICAL"), 1,
                  "it ends early");
    assert_loaded(state, HEADER("1", "0") "junk\n\n{}\n\xff\n"
                  LINE("B x", "UNKNOWN"), 1, "line 2: ");
}


static void
what_stands_was_once_found_told_and_seen(void **state)
{
    assert_loaded(state, HEADER("1", "0")
                  LINE_OF("A x", "OK", "1", "1", "0", "1"), 0, NULL);
    assert_loaded(state, HEADER("1", "0")
                  LINE_OF("A x", "WARNING", "1", "0", "1", "1"), 0,
                  "since_us");
    assert_loaded(state, HEADER("1", "0")
                  LINE_OF("A x", "WARNING", "1", "1", "0", "1"), 0,
                  "line 2: not an alert");
    assert_loaded(state, HEADER("1", "0")
                  LINE_OF("A x", "WARNING", "1", "1", "1", "0"), 0,
                  "seen_us");
}


static void
the_last_generation_is_followed_by_another(void **state)
{
    static const char last[]
        = "{\"type\":\"state\",\"version\":1,\"program\":\"p\","
          "\"domain\":\"a.b\",\"generation\":253402300800000000,\"taken\":0,\"alerts\":0,"
          "\"entries\":0}\n";
    const struct alert_time now = {0, EPOCH};
    struct alert_table table = {NULL, 0};
    struct state *opened = open_state(*state);
    struct log *log = mute_log(*state);
    struct error error;

    free(scratch_write(state, ALERTS_FILE, last, sizeof(last) - 1));
    assert_null(load_state(opened, &table, log, &now));
    assert_true(state_save(opened, "a.b", &table, log, &now, &error));
    assert_null(load_state(opened, &table, log, &now));
    log_free(log);
    state_free(opened);
}


static void
a_folder_in_its_place_is_set_aside(void **state)
{
    const struct alert_time now = {0, EPOCH};
    struct state *opened = open_state(*state);
    struct alerts *alerts = alerts_new(1, 0);
    struct log *log = mute_log(*state);
    char *path = scratch_path(state, ALERTS_FILE), *warning;
    char *aside = scratch_path(state, "alerts.damaged");

    assert_null(load_state(opened, alerts_table(alerts), log, &now));
    assert_int_equal(mkdir(path, 0700), 0);
    warning = load_state(opened, alerts_table(alerts), log, &now);
    assert_non_null(strstr(warning, "Is a directory"));
    assert_int_equal(rmdir(aside), 0);
    free(warning);
    free(aside);
    free(path);
    log_free(log);
    alerts_free(alerts);
    state_free(opened);
}


static void
one_directory_serves_one_service(void **state)
{
    int told[2], held[2], status;
    struct error error = {""};
    pid_t holder;
    long busy;
    char byte;

    assert_int_equal(pipe(told), 0);
    assert_int_equal(pipe(held), 0);
    holder = fork();
    if (holder == 0) {
        /* Holds it until the other end is closed. */
        close(held[1]);
        state_open(*state, &busy, &error);
        _exit(write(told[1], "", 1) != 1 || read(held[0], &byte, 1) != 0);
    }
    assert_int_equal(read(told[0], &byte, 1), 1);
    state_free(state_open(*state, &busy, &error));
    assert_int_equal(busy, holder);
    close(held[1]);
    assert_int_equal(waitpid(holder, &status, 0), holder);
    assert_int_equal(status, 0);
    state_free(open_state(*state));
    close(told[0]);
    close(told[1]);
    close(held[0]);
}


static void
a_directory_that_was_moved_away_is_made_and_locked_anew(void **state)
{
    char *used = scratch_path(state, "a"), *moved = scratch_path(state, "b");
    const char *const left[] = {"a/alerts", "a/lock", "b/lock"};
    const struct alert_time now = {0, EPOCH};
    struct alert_table table = {NULL, 0};
    struct state *opened = open_state(used);
    struct log *log = mute_log(*state);
    struct error error = {""};

    assert_int_equal(rename(used, moved), 0);
    assert_true(state_save(opened, "a.b", &table, log, &now, &error));
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        char *path = scratch_path(state, left[i]);

        assert_int_equal(unlink(path), 0);
        free(path);
    }
    assert_int_equal(rmdir(used), 0);
    assert_int_equal(rmdir(moved), 0);
    log_free(log);
    state_free(opened);
    free(used);
    free(moved);
}


static void
what_was_half_written_is_removed(void **state)
{
    static const char *const names[]
        = {"alerts.aZ09bY", "status.000000", "mail-servers.abcdef",
           "alerts.damaged", "alerts.a-Z09b", "alerts", "other.abcdef", NULL};

    for (int i = 0; names[i]; i++)
        free(scratch_write(state, names[i], "", 0));
    state_free(open_state(*state));
    for (int i = 0; names[i]; i++) {
        char *path = scratch_path(state, names[i]);

        assert_int_equal(access(path, F_OK), i < 3 ? -1 : 0);
        free(path);
    }
}


static void
a_directory_is_made_but_not_what_is_above_it(void **state)
{
    char *below = scratch_path(state, "a"), *deeper = scratch_path(state, "b/c");
    char *lock = scratch_path(state, "a/lock");
    struct error error = {""};
    long busy;

    state_free(state_open(deeper, &busy, &error));
    assert_non_null(strstr(error.text, "No such file or directory"));
    assert_int_equal(busy, 0);
    state_free(open_state(below));
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(rmdir(below), 0);
    free(lock);
    free(below);
    free(deeper);
}


/* Queue lines "1" to "N" for the log. */
static void
queue_lines(struct log *log, int count)
{
    for (int i = 1; i <= count; i++)
        log_note(log, LOG_INFO, NULL, "%d", i);
}


/* The lines that still wait, as the next service has them. */
static char *
lines_after_a_crash(const char *folder)
{
    const struct alert_time now = {0, EPOCH};
    struct alert_table table = {NULL, 0};
    struct state *opened = open_state(folder);
    struct log *log = mute_log(folder);
    char *lines = xstrdup("");

    assert_null(load_state(opened, &table, log, &now));
    for (size_t i = 0; i < log_queue_count(log); i++) {
        char *longer = xasprintf("%s%s;", lines,
                                 log_queue_item(log, i)->message);

        free(lines);
        lines = longer;
    }
    log_free(log);
    state_free(opened);
    return lines;
}


/* Assert what still waits after a crash. */
static void
assert_waiting(void **state, const char *expected)
{
    char *lines = lines_after_a_crash(*state);

    assert_string_equal(lines, expected);
    free(lines);
}


static void
what_was_logged_before_a_crash_is_not_logged_again(void **state)
{
    const struct alert_time now = {0, EPOCH};
    struct alert_table table = {NULL, 0};
    struct state *opened = open_state(*state);
    struct log *log = mute_log(*state);
    struct error error;

    queue_lines(log, 3);
    state_mark(opened, 2);
    assert_true(state_save(opened, "a.b", &table, log, &now, &error));
    state_free(opened);
    assert_waiting(state, "1;2;3;");
    opened = open_state(*state);
    assert_null(load_state(opened, &table, log, &now));
    state_mark(opened, 2);
    state_free(opened);
    assert_waiting(state, "3;");
    /* The next process counts from where the last one stopped. */
    opened = open_state(*state);
    assert_null(load_state(opened, &table, log, &now));
    state_mark(opened, 1);
    state_free(opened);
    assert_waiting(state, "");
    log_free(log);
}


static void
what_was_logged_before_loading_is_not_the_file_s(void **state)
{
    const struct alert_time now = {0, EPOCH};
    struct alert_table table = {NULL, 0};
    struct state *opened = open_state(*state);
    struct log *before = mute_log(*state), *log = mute_log(*state);
    char *path = scratch_path(state, "nobody");
    struct error error;
    int reader;

    queue_lines(before, 2);
    assert_true(state_save(opened, "a.b", &table, before, &now, &error));
    reader = reader_datagrams(path);
    log_note(log, LOG_INFO, NULL, "a warning of the start");
    assert_int_equal(log_taken(log), 1);
    assert_null(load_state(opened, &table, log, &now));
    state_mark(opened, 2);
    state_free(opened);
    close(reader);
    assert_waiting(state, "2;");
    log_free(before);
    log_free(log);
    free(path);
}


static void
a_damaged_mark_has_all_logged_again(void **state)
{
    const struct alert_time now = {0, EPOCH};
    struct alert_table table = {NULL, 0};
    struct state *opened = open_state(*state);
    struct log *log = mute_log(*state);
    struct error error;

    queue_lines(log, 2);
    assert_true(state_save(opened, "a.b", &table, log, &now, &error));
    state_mark(opened, 1);
    state_free(opened);
    assert_waiting(state, "2;");
    free(scratch_write(state, "logged", "junk", 4));
    assert_waiting(state, "1;2;");
    free(scratch_write(state, "logged", "", 0));
    assert_waiting(state, "1;2;");
    log_free(log);
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
        WITH_FOLDER(a_restart_keeps_what_flaps),
        WITH_FOLDER(a_clock_set_back_delays_one_repetition),
        WITH_FOLDER(a_clock_set_back_makes_no_old_changes_new),
        WITH_FOLDER(a_damaged_file_is_set_aside_and_the_rest_of_it_counts),
        WITH_FOLDER(what_stands_was_once_found_told_and_seen),
        WITH_FOLDER(the_last_generation_is_followed_by_another),
        WITH_FOLDER(a_folder_in_its_place_is_set_aside),
        WITH_FOLDER(one_directory_serves_one_service),
        WITH_FOLDER(a_directory_that_was_moved_away_is_made_and_locked_anew),
        WITH_FOLDER(what_was_half_written_is_removed),
        WITH_FOLDER(a_directory_is_made_but_not_what_is_above_it),
        WITH_FOLDER(what_was_logged_before_a_crash_is_not_logged_again),
        WITH_FOLDER(what_was_logged_before_loading_is_not_the_file_s),
        WITH_FOLDER(a_damaged_mark_has_all_logged_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
