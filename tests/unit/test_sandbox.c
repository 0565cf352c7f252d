/*
 * What a worker can no longer do, and what it still can.
 *
 * Each test enters the sandbox in a child of its own: there is no way out.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/probes/sandbox.h"
#include "tests/unit/scratch_folder.h"

/* A file that is there before the sandbox is entered. */
static char *file;


static int
setup(void **state)
{
    int status = scratch_setup(state);

    file = scratch_write(state, "keytab", "secret", 6);
    return status;
}


static int
teardown(void **state)
{
    free(file);
    return scratch_teardown(state);
}


/* Whether something holds in a sandboxed child. */
static bool
holds_inside(bool (*claim)(void))
{
    int status = -1;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct error error;

        _exit(sandbox_enter(&error) && claim() ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status == 0;
}


static bool
can_open(const char *path, int flags)
{
    int fd = open(path, flags, 0600);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}


static bool
files_can_be_read(void)
{
    return can_open(file, O_RDONLY) && can_open("/etc/passwd", O_RDONLY)
           && can_open("/proc/self/maps", O_RDONLY);
}


static bool
nothing_can_be_written(void)
{
    char other[4096];

    snprintf(other, sizeof(other), "%s.new", file);
    return !can_open(file, O_WRONLY) && errno == EACCES
           && !can_open(other, O_WRONLY | O_CREAT) && unlink(file) < 0
           && mkdir(other, 0700) < 0;
}


static bool
sockets_can_be_connected(void)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(9),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    return fd >= 0
           && connect(fd, (const struct sockaddr *)&address,
                      sizeof(address)) == 0;
}


static bool
limits_are_low(void)
{
    struct rlimit core, files;

    return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0
           && getrlimit(RLIMIT_NOFILE, &files) == 0
           && files.rlim_cur <= 1024;
}


static bool
no_privileges_come_back(void)
{
    int signal_of_death = 0;

    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
           && prctl(PR_GET_PDEATHSIG, &signal_of_death) == 0
           && signal_of_death == SIGKILL;
}


static bool
signals_are_unblocked_but_for_broken_pipes(void)
{
    struct sigaction action;
    sigset_t blocked;

    sigprocmask(SIG_SETMASK, NULL, &blocked);
    sigaction(SIGPIPE, NULL, &action);
    return !sigismember(&blocked, SIGTERM) && action.sa_handler == SIG_IGN;
}


static void
a_worker_reads_and_connects(void **state)
{
    (void)state;
    assert_true(holds_inside(files_can_be_read));
    assert_true(holds_inside(sockets_can_be_connected));
}


static void
a_worker_writes_no_file(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0,
                LANDLOCK_CREATE_RULESET_VERSION) < 1) {
        print_message("skipped: this kernel has no Landlock\n");
        skip();
    }
    assert_true(holds_inside(nothing_can_be_written));
}


static void
a_worker_is_bounded(void **state)
{
    (void)state;
    assert_true(holds_inside(limits_are_low));
    assert_true(holds_inside(no_privileges_come_back));
}


static void
a_worker_takes_its_signals(void **state)
{
    sigset_t term, old;

    (void)state;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &old);
    assert_true(holds_inside(signals_are_unblocked_but_for_broken_pipes));
    sigprocmask(SIG_SETMASK, &old, NULL);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_worker_reads_and_connects, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_worker_writes_no_file, setup,
                                        teardown),
        cmocka_unit_test(a_worker_is_bounded),
        cmocka_unit_test(a_worker_takes_its_signals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
