/*
 * A run ends, whatever its workers do.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/run.h"
#include "tests/unit/scratch_folder.h"

/* Answers every task with nothing but "done". */
#define READ_TASKS                                                          \
    "while read -r line; do\n"                                              \
    "  case $line in *'\"packet_task\"'*)\n"                                \
    "    id=${line#*\\\"id\\\":}; id=${id%%,*}\n"                           \
    "    echo \"{\\\"type\\\":\\\"done\\\",\\\"id\\\":$id}\";;\n"           \
    "  esac\n"                                                              \
    "done\n"

static struct configuration *configuration;
static struct context_task *context;
static char *script;


/* Run with a shell script for the probe program, to the run's end. */
static struct run *
run_script(const char *text, int64_t deadline_us)
{
    struct settings *settings = settings_copy(configuration->settings);
    FILE *file = fopen(script, "w");
    struct run *run;

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    fclose(file);
    assert_int_equal(chmod(script, 0700), 0);
    setenv("SPNHEALTHD_PROBE", script, 1);
    configuration->probes.deadline_us = deadline_us;
    settings->numbers->credentials = true;
    run = run_start(configuration, settings, context);
    assert_non_null(run);
    while (!run_work(run)) {
        struct pollfd *fds;
        size_t count = run_pollfds(run, &fds);

        poll(fds, (nfds_t)count, run_timeout_ms(run));
    }
    return run;
}


/* The only fact about a worker. */
static const struct worker_fact *
worker_fact(const struct run *run)
{
    const struct fact *fact = facts_first(run_facts(run), FACT_WORKER);

    assert_non_null(fact);
    assert_null(fact->next);
    return (const struct worker_fact *)fact;
}


static void
a_run_ends_when_every_task_is_done(void **state)
{
    struct run *run = run_script(READ_TASKS, 20000000);

    (void)state;
    assert_null(facts_first(run_facts(run), FACT_WORKER));
    assert_true(run_elapsed_us(run) < 10000000);
    run_free(run);
}


static void
a_worker_that_cannot_be_started_is_a_fact(void **state)
{
    struct run *run;

    (void)state;
    setenv("SPNHEALTHD_PROBE", "/nonexistent", 1);
    run = run_start(configuration, settings_copy(configuration->settings),
                    context);
    while (!run_work(run))
        continue;
    assert_int_equal(worker_fact(run)->outcome, WORKER_UNSTARTED);
    assert_int_equal(run_failed_workers(run), 1);
    run_free(run);
}


static void
a_hung_worker_is_killed_at_the_deadline(void **state)
{
    struct run *run = run_script("exec sleep 600", 500000);

    (void)state;
    assert_int_equal(worker_fact(run)->outcome, WORKER_KILLED);
    assert_true(run_elapsed_us(run) >= 500000);
    assert_true(run_elapsed_us(run) < 1500000);
    run_free(run);
}


static void
a_worker_that_crashes_ends_the_run_with_a_fact(void **state)
{
    struct run *run = run_script("read -r line; kill -SEGV $$", 20000000);

    (void)state;
    assert_int_equal(worker_fact(run)->outcome, WORKER_CRASHED);
    assert_true(run_elapsed_us(run) < 10000000);
    run_free(run);
}


static void
a_worker_that_lies_is_stopped(void **state)
{
    struct run *run = run_script("echo '{\"type\":\"port\"}'; exec sleep 600",
                                 20000000);

    (void)state;
    assert_int_equal(worker_fact(run)->outcome, WORKER_LIED);
    assert_true(run_elapsed_us(run) < 10000000);
    run_free(run);
}


static void
a_flood_of_words_is_no_way_past_the_deadline(void **state)
{
    struct run *run = run_script("exec yes '{\"type\":\"done\",\"id\":1}'",
                                 500000);

    (void)state;
    assert_true(run_elapsed_us(run) < 2500000);
    run_free(run);
}


static void
a_dc_that_answers_gets_a_session_of_its_own(void **state)
{
    static const char probe[]
        = "if [ $1 = session ]; then\n"
          "  read -r context; read -r task\n"
          "  echo '{\"type\":\"bind\",\"time_us\":1,\"host\":\"dc1\","
          "\"address\":\"192.0.2.1\",\"port\":389,\"outcome\":\"ok\","
          "\"mechanism\":\"anonymous\",\"detail\":\"\",\"latency_us\":1}'\n"
          "  echo '{\"type\":\"done\",\"id\":0}'\n"
          "  read -r more\n"
          "  exit 0\n"
          "fi\n"
          "echo '{\"type\":\"port\",\"time_us\":1,\"host\":\"dc1\","
          "\"address\":\"192.0.2.1\",\"port\":389,\"transport\":\"tcp\","
          "\"probe\":\"rootdse\",\"outcome\":\"open\",\"latency_us\":1,"
          "\"detail\":\"\"}'\n" READ_TASKS;
    struct target_dc *dc = settings_dc(configuration->settings, "dc1");
    struct run *run;

    (void)state;
    strings_add(&dc->addresses, "192.0.2.1");
    configuration->settings->numbers->discovered_mail = false;
    run = run_script(probe, 20000000);
    assert_null(facts_first(run_facts(run), FACT_WORKER));
    assert_non_null(facts_first(run_facts(run), FACT_BIND));
    assert_string_equal(facts_first(run_facts(run), FACT_BIND)->seen_from,
                        "mon.corp.example");
    run_free(run);
}


/* A session that gets a ticket, and asks for nothing until it is followed up:
   then it tells of a bind. */
#define SESSION_WITH_FOLLOW_UP                                                \
    "  read -r context; read -r task\n"                                       \
    "  echo '{\"type\":\"tgt\",\"time_us\":1,\"host\":\"dc1\","                \
    "\"principal\":\"mon@CORP.EXAMPLE\",\"outcome\":\"ok\",\"error_code\":0,"    \
    "\"nt_status\":0,\"etype\":18,\"kvno\":1,\"transport\":\"udp\","             \
    "\"detail\":\"\",\"latency_us\":1}'\n"                                     \
    "  echo '{\"type\":\"done\",\"id\":0}'\n"                                  \
    "  read -r more\n"                                                        \
    "  case $more in *'\"accounts\":[\"mon\"]'*)\n"                           \
    "    echo '{\"type\":\"bind\",\"time_us\":1,\"host\":\"dc1\","             \
    "\"address\":\"192.0.2.1\",\"port\":389,\"outcome\":\"ok\","               \
    "\"mechanism\":\"GSSAPI\",\"detail\":\"\",\"latency_us\":1}'\n"           \
    "    echo '{\"type\":\"done\",\"id\":0}';;\n"                              \
    "  esac\n"                                                                \
    "  exit 0\n"

#define OPEN_PORT                                                             \
    "echo '{\"type\":\"port\",\"time_us\":1,\"host\":\"dc1\","                 \
    "\"address\":\"192.0.2.1\",\"port\":389,\"transport\":\"tcp\","            \
    "\"probe\":\"rootdse\",\"outcome\":\"open\",\"latency_us\":1,"             \
    "\"detail\":\"\"}'\n"

#define OPEN_PORT_OF_DC2                                                      \
    "echo '{\"type\":\"port\",\"time_us\":1,\"host\":\"dc2\","                 \
    "\"address\":\"192.0.2.1\",\"port\":389,\"transport\":\"tcp\","            \
    "\"probe\":\"rootdse\",\"outcome\":\"open\",\"latency_us\":1,"             \
    "\"detail\":\"\"}'\n"


static void
a_session_is_followed_up_when_all_have_told(void **state)
{
    struct run *run;

    (void)state;
    strings_add_unique(&configuration->settings->numbers->checks, "accounts");
    run = run_script("if [ $1 = session ]; then\n" SESSION_WITH_FOLLOW_UP
                     "fi\n" OPEN_PORT READ_TASKS, 20000000);
    assert_null(facts_first(run_facts(run), FACT_WORKER));
    assert_non_null(facts_first(run_facts(run), FACT_TGT));
    assert_non_null(facts_first(run_facts(run), FACT_BIND));
    run_free(run);
}


static void
who_is_slow_does_not_take_the_others_follow_ups(void **state)
{
    struct run *run;

    (void)state;
    /* The packet worker never answers. */
    run = run_script("if [ $1 = session ]; then\n" SESSION_WITH_FOLLOW_UP
                     "fi\n" OPEN_PORT "exec sleep 600", 800000);
    assert_non_null(facts_first(run_facts(run), FACT_TGT));
    assert_non_null(facts_first(run_facts(run), FACT_BIND));
    assert_string_equal(worker_fact(run)->worker, "packet");
    run_free(run);
}


static void
a_follow_up_that_was_not_begun_is_a_fact(void **state)
{
    struct target_dc *dc = settings_dc(configuration->settings, "dc2");
    struct run *run;

    (void)state;
    strings_add(&dc->addresses, "192.0.2.1");
    configuration->probes.parallel = 1;
    /* The first hangs over its follow-up, and there is no room for another. */
    run = run_script("if [ $1 = session ]; then\n"
                     "  read -r context; read -r task\n"
                     "  echo '{\"type\":\"done\",\"id\":0}'\n"
                     "  exec sleep 600\n"
                     "fi\n" OPEN_PORT OPEN_PORT_OF_DC2 READ_TASKS, 800000);
    assert_int_equal(run_failed_workers(run), 2);
    run_free(run);
    configuration->probes.parallel = 16;
    strings_clear(&dc->addresses);
}


static void
a_keytab_is_read_by_a_worker_of_its_own(void **state)
{
    static const char probe[]
        = "if [ $1 = keytab ]; then\n"
          "  read -r context; read -r task\n"
          "  echo '{\"type\":\"keytab\",\"time_us\":1,\"host\":\"\","
          "\"file\":\"/k\",\"readable\":false,\"principal\":\"\","
          "\"kvno\":0,\"etype\":0,\"detail\":\"-\"}'\n"
          "  exit 0\n"
          "fi\n" READ_TASKS;
    struct run *run;

    (void)state;
    record_set(&context->keytab, "/k");
    run = run_script(probe, 20000000);
    assert_null(facts_first(run_facts(run), FACT_WORKER));
    assert_non_null(facts_first(run_facts(run), FACT_KEYTAB));
    run_free(run);
    run = run_script("if [ $1 = keytab ]; then exec sleep 600; fi\n"
                     READ_TASKS, 300000);
    assert_string_equal(worker_fact(run)->worker, "keytab");
    assert_int_equal(worker_fact(run)->outcome, WORKER_KILLED);
    run_free(run);
    record_set(&context->keytab, "");
}


static int
set_up(void **state)
{
    struct strings errors = {NULL, 0};

    if (scratch_setup(state) != 0)
        return -1;
    script = scratch_path(state, "probe");
    signal(SIGPIPE, SIG_IGN);
    configuration = configuration_new();
    record_set(&configuration->settings->numbers->domain, "corp.example");
    record_set(&configuration->settings->numbers->host, "mon.corp.example");
    if (!configuration_complete(configuration, &errors))
        return -1;
    context = record_new(&context_task_type);
    context->timeout_ms = context->smtp_timeout_ms = 1000;
    context->bind = BIND_ANONYMOUS;
    return 0;
}


static int
tear_down(void **state)
{
    record_free(&context_task_type, context);
    configuration_free(configuration);
    free(script);
    return scratch_teardown(state);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_when_every_task_is_done),
        cmocka_unit_test(a_worker_that_cannot_be_started_is_a_fact),
        cmocka_unit_test(a_hung_worker_is_killed_at_the_deadline),
        cmocka_unit_test(a_worker_that_crashes_ends_the_run_with_a_fact),
        cmocka_unit_test(a_worker_that_lies_is_stopped),
        cmocka_unit_test(a_flood_of_words_is_no_way_past_the_deadline),
        cmocka_unit_test(a_dc_that_answers_gets_a_session_of_its_own),
        cmocka_unit_test(a_session_is_followed_up_when_all_have_told),
        cmocka_unit_test(who_is_slow_does_not_take_the_others_follow_ups),
        cmocka_unit_test(a_follow_up_that_was_not_begun_is_a_fact),
        cmocka_unit_test(a_keytab_is_read_by_a_worker_of_its_own),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
