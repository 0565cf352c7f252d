/*
 * What a finished run leads to, with what an earlier service left.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/alerts.h"
#include "daemon/context.h"
#include "daemon/watch.h"
#include "tests/unit/configuration_text.h"
#include "tests/unit/scratch_folder.h"

#define HOST "monitor.corp.example.com"


/* A configuration with the scratch folder for its state. */
static struct configuration *
configure(void **state, const char *of_checks)
{
    char *text = xasprintf("domain: corp.example.com\n"
                           "state_directory: %s\n"
                           "checks: {%s}\n", (const char *)*state,
                           of_checks);
    struct configuration *configuration = configuration_good(state, text);

    free(text);
    return configuration;
}


/* Save so many standing alerts of the spn check, as a service would have. */
static void
save_alerts(void **state, int count)
{
    char *path = scratch_path(state, "alerts");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file, "{\"type\":\"state\",\"version\":1,\"program\":\"p\","
            "\"domain\":\"corp.example.com\",\"generation\":7,\"taken\":0,\"alerts\":%d,\"entries\":0}\n",
            count);
    for (int i = 0; i < count; i++)
        fprintf(file, "{\"type\":\"alert\",\"key\":\"SPN_MISSING s%d\","
                "\"message\":\"m\",\"reference\":\"\","
                "\"impact\":\"mail-fails\",\"found_status\":\"CRITICAL\","
                "\"status\":\"CRITICAL\","
                "\"told\":\"CRITICAL\",\"flapping\":false,\"found\":1,"
                "\"since_us\":1,\"told_us\":1,\"seen_us\":%" PRId64 ","
                "\"changed_us[0]\":1,\"changed_us[1]\":0,"
                "\"changed_us[2]\":0,\"changed_us[3]\":0,"
                "\"changed_us[4]\":0}\n", i, INT64_MAX / 64);
    assert_int_equal(fclose(file), 0);
    free(path);
}


/* Begin to watch, without disturbing this host's log. */
static struct watch *
begin(void **state, const struct configuration *configuration)
{
    char *nobody = scratch_path(state, "nobody");
    struct error error = {""};
    struct watch *watch = watch_new(configuration, HOST, &error);

    assert_string_equal(error.text, "");
    log_use_sockets(watch_log(watch), nobody, nobody);
    free(nobody);
    return watch;
}


/* Let a run pass that sees nothing, for want of a probe program. */
static void
conclude_blind_run(struct watch *watch,
                   const struct configuration *configuration)
{
    struct strings tried = {NULL, 0};
    struct context_task *context = context_new(configuration, HOST, 0, &tried);
    struct run *run;

    setenv("SPNHEALTHD_PROBE", "/nonexistent", 1);
    run = run_start(configuration, settings_copy(configuration->settings),
                    context);
    while (!run_work(run))
        continue;
    watch_conclude(watch, run);
    run_free(run);
    record_free(&context_task_type, context);
    strings_clear(&tried);
}


/* Assert how many alerts stand. */
static void
assert_standing(const struct watch *watch, size_t count)
{
    char *summary = watch_summary(watch);
    char *end = xasprintf("alerts that stand: %zu", count);

    assert_non_null(strstr(summary, end));
    assert_string_equal(strstr(summary, end), end);
    free(end);
    free(summary);
}


static void
another_domain_withdraws_all_and_forgets_its_mail_servers(void **state)
{
    struct configuration *configuration = configure(state, "");
    struct configuration *other = configure(state, "");
    char *seen = scratch_path(state, "mail-servers");
    struct error error = {""};
    struct watch *watch;

    record_set(&other->settings->numbers->domain, "other.example.com");
    save_alerts(state, 150);
    free(scratch_write(state, "mail-servers", "a.corp.example.com\n", 19));
    watch = begin(state, configuration);
    assert_standing(watch, 150);
    assert_true(watch_configure(watch, other, &error));
    assert_standing(watch, 0);
    assert_int_not_equal(access(seen, F_OK), 0);
    watch_free(watch);

    /* And so where it has changed before a start. */
    save_alerts(state, 150);
    watch = begin(state, other);
    assert_standing(watch, 0);
    assert_int_equal(log_queue_count(watch_log(watch)), 150);
    watch_free(watch);
    configuration_free(configuration);
    configuration_free(other);
    free(seen);
}


static void
another_directory_keeps_what_it_remembers(void **state)
{
    struct configuration *configuration = configure(state, "");
    struct configuration *other = configure(state, "");
    char *folder = scratch_path(state, "other");
    char *seen = scratch_path(state, "other/mail-servers");
    const char *const left[] = {"other/alerts", "other/lock",
                                "other/mail-servers"};
    struct error error = {""};
    struct watch *watch = begin(state, configuration);

    assert_int_equal(mkdir(folder, 0700), 0);
    free(scratch_write(state, "other/mail-servers", "a.b\n", 4));
    record_set(&other->settings->numbers->domain, "other.example.com");
    record_set(&other->state_directory, folder);
    assert_true(watch_configure(watch, other, &error));
    assert_int_equal(access(seen, F_OK), 0);
    watch_free(watch);
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        char *path = scratch_path(state, left[i]);

        assert_int_equal(unlink(path), 0);
        free(path);
    }
    assert_int_equal(rmdir(folder), 0);
    configuration_free(configuration);
    configuration_free(other);
    free(folder);
    free(seen);
}


static void
what_was_half_published_is_removed(void **state)
{
    struct configuration *configuration = configure(state, "");
    char *metrics = scratch_path(state, "m.prom");
    char *half = scratch_write(state, "m.prom.aB3dE6", "x", 1);

    record_set(&configuration->metrics_textfile, metrics);
    watch_free(begin(state, configuration));
    assert_int_not_equal(access(half, F_OK), 0);
    configuration_free(configuration);
    free(metrics);
    free(half);
}


static void
what_could_not_be_seen_still_stands(void **state)
{
    struct configuration *configuration = configure(state, "");
    struct watch *watch;

    save_alerts(state, 3);
    watch = begin(state, configuration);
    assert_standing(watch, 3);
    conclude_blind_run(watch, configuration);
    assert_standing(watch, 3);
    watch_free(watch);
    configuration_free(configuration);
}


static void
a_check_that_was_off_at_the_start_is_withdrawn(void **state)
{
    struct configuration *configuration
        = configure(state, "spn: {enabled: false}");
    struct watch *watch;

    save_alerts(state, 3);
    watch = begin(state, configuration);
    assert_standing(watch, 3);
    conclude_blind_run(watch, configuration);
    assert_standing(watch, 0);
    watch_free(watch);
    configuration_free(configuration);
}


static void
what_is_too_much_to_withdraw_at_once_is_withdrawn_later(void **state)
{
    struct configuration *before = configure(state, "");
    struct configuration *after = configure(state, "spn: {enabled: false}");
    struct error error;
    struct watch *watch;

    save_alerts(state, ALERT_EVENTS_MAX + 3);
    watch = begin(state, before);
    assert_true(watch_configure(watch, after, &error));
    assert_standing(watch, 3);
    conclude_blind_run(watch, after);
    assert_standing(watch, 0);
    watch_free(watch);
    configuration_free(before);
    configuration_free(after);
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(
            another_domain_withdraws_all_and_forgets_its_mail_servers),
        WITH_FOLDER(another_directory_keeps_what_it_remembers),
        WITH_FOLDER(what_was_half_published_is_removed),
        WITH_FOLDER(what_could_not_be_seen_still_stands),
        WITH_FOLDER(a_check_that_was_off_at_the_start_is_withdrawn),
        WITH_FOLDER(what_is_too_much_to_withdraw_at_once_is_withdrawn_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
