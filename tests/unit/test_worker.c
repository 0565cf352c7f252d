/*
 * Workers: what they say arrives, and however they end is noticed.
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

#include "base/memory.h"
#include "checks/record.h"
#include "daemon/worker.h"

static char folder[] = "worker-XXXXXX";
static char *script;


/* Make a shell script the probe program. */
static void
use_script(const char *text)
{
    FILE *file = fopen(script, "w");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    fclose(file);
    assert_int_equal(chmod(script, 0700), 0);
    setenv("SPNHEALTHD_PROBE", script, 1);
}


static void
keep_line(void *closure, const char *line, size_t length)
{
    char *copy = xstrndup(line, length);

    strings_add(closure, copy);
    free(copy);
}


/* Work until the worker has ended. */
static enum worker_state
work_to_end(struct worker *worker, struct strings *lines)
{
    enum worker_state state;

    while ((state = worker_work(worker, keep_line, lines)) == WORKER_RUNNING) {
        struct pollfd fds[WORKER_POLLFDS];

        poll(fds, (nfds_t)worker_pollfds(worker, fds), 5000);
    }
    return state;
}


/* Run a script with some input to its end. */
static enum worker_state
run_script(const char *text, const char *input, struct strings *lines,
           char *obituary, size_t size)
{
    struct error error;
    struct worker *worker;
    enum worker_state state;

    use_script(text);
    worker = worker_start("packet", &error);
    assert_non_null(worker);
    if (input)
        worker_send(worker, input);
    worker_finish(worker);
    state = work_to_end(worker, lines);
    if (obituary)
        snprintf(obituary, size, "%s", worker_obituary(worker));
    worker_free(worker);
    return state;
}


static void
lines_go_in_and_come_out_whole(void **state)
{
    struct strings lines = {NULL, 0};

    (void)state;
    assert_int_equal(run_script("echo \"$1\"; cat; printf tail", "hello",
                                &lines, NULL, 0),
                     WORKER_ENDED);
    assert_int_equal(lines.count, 3);
    assert_string_equal(lines.items[0], "packet");
    assert_string_equal(lines.items[1], "hello");
    assert_string_equal(lines.items[2], "tail");
    strings_clear(&lines);
}


static void
a_failing_worker_has_died_after_delivering(void **state)
{
    struct strings lines = {NULL, 0};
    char obituary[128];

    (void)state;
    assert_int_equal(run_script("echo fact; exit 3", NULL, &lines, obituary,
                                sizeof(obituary)),
                     WORKER_DIED);
    assert_int_equal(lines.count, 1);
    assert_string_equal(obituary, "ended with status 3");
    strings_clear(&lines);
}


static void
a_killed_worker_has_died_by_the_signal(void **state)
{
    struct strings lines = {NULL, 0};
    char obituary[128];

    (void)state;
    assert_int_equal(run_script("kill -SEGV $$", NULL, &lines, obituary,
                                sizeof(obituary)),
                     WORKER_DIED);
    assert_non_null(strstr(obituary, "signal 11"));
    strings_clear(&lines);
}


static void
an_endless_line_is_cut_and_handed_on(void **state)
{
    struct strings lines = {NULL, 0};

    (void)state;
    run_script("head -c 9000000 /dev/zero | tr '\\0' x", NULL, &lines, NULL, 0);
    assert_true(lines.count >= 2);
    for (size_t i = 0; i < lines.count; i++)
        assert_true(strlen(lines.items[i]) < 2 * (size_t)RECORD_LINE_MAX);
    strings_clear(&lines);
}


static void
steering_variables_are_not_inherited(void **state)
{
    struct strings lines = {NULL, 0};

    (void)state;
    setenv("KRB5_CONFIG", "/nonexistent", 1);
    setenv("LDAPTLS_REQCERT", "never", 1);
    setenv("KEPT_VARIABLE", "kept", 1);
    run_script("echo \"$KRB5_CONFIG|$LDAPTLS_REQCERT|$KEPT_VARIABLE\"", NULL,
               &lines, NULL, 0);
    assert_string_equal(lines.items[0], "||kept");
    unsetenv("KRB5_CONFIG");
    unsetenv("LDAPTLS_REQCERT");
    strings_clear(&lines);
}


static void
no_descriptors_are_inherited(void **state)
{
    struct strings lines = {NULL, 0};
    int leaked = dup(STDERR_FILENO);

    (void)state;
    run_script("ls /proc/self/fd | wc -l", NULL, &lines, NULL, 0);
    /* Three standard ones and that of the folder being listed. */
    assert_int_equal(atoi(lines.items[0]), 4);
    close(leaked);
    strings_clear(&lines);
}


static void
freeing_a_running_worker_ends_it(void **state)
{
    struct strings lines = {NULL, 0};
    struct error error;
    struct worker *worker;
    pid_t pid;

    (void)state;
    use_script("echo $$; exec sleep 600");
    worker = worker_start("session", &error);
    assert_non_null(worker);
    while (lines.count == 0) {
        struct pollfd fds[WORKER_POLLFDS];

        assert_int_equal(worker_work(worker, keep_line, &lines),
                         WORKER_RUNNING);
        poll(fds, (nfds_t)worker_pollfds(worker, fds), 5000);
    }
    pid = atoi(lines.items[0]);
    worker_free(worker);
    assert_int_not_equal(kill(pid, 0), 0);
    strings_clear(&lines);
}


static void
a_missing_program_is_an_error_with_its_name(void **state)
{
    struct error error;

    (void)state;
    setenv("SPNHEALTHD_PROBE", "/nonexistent/probe", 1);
    assert_null(worker_start("packet", &error));
    assert_non_null(strstr(error.text, "/nonexistent/probe"));
}


static int
make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    script = xasprintf("%s/probe", folder);
    if (script[0] != '/') {
        char *here = getcwd(NULL, 0), *path = xasprintf("%s/%s", here, script);

        free(here);
        free(script);
        script = path;
    }
    signal(SIGPIPE, SIG_IGN);
    return 0;
}


static int
remove_folder(void **state)
{
    (void)state;
    unlink(script);
    free(script);
    return rmdir(folder);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_go_in_and_come_out_whole),
        cmocka_unit_test(a_failing_worker_has_died_after_delivering),
        cmocka_unit_test(a_killed_worker_has_died_by_the_signal),
        cmocka_unit_test(an_endless_line_is_cut_and_handed_on),
        cmocka_unit_test(steering_variables_are_not_inherited),
        cmocka_unit_test(no_descriptors_are_inherited),
        cmocka_unit_test(freeing_a_running_worker_ends_it),
        cmocka_unit_test(a_missing_program_is_an_error_with_its_name),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
