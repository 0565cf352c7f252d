/*
 * What the kernel vouches for of its own clock, and that others are asked
 * where it may not be.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/probes/net.h"
#include "checks/probes/self.h"

#define NOW_S INT64_C(1769860800)
#define NOW_US (NOW_S * 1000000)

static struct self_fact *fact;


static int
setup(void **state)
{
    (void)state;
    fact = record_new(fact_types[FACT_SELF]);
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    record_free(fact_types[FACT_SELF], fact);
    return 0;
}


/* A kernel whose clock is in step. */
static struct timex
good_kernel(void)
{
    return (struct timex){.status = STA_PLL | STA_NANO, .maxerror = 1234,
                          .time = {.tv_sec = NOW_S, .tv_usec = 999000000}};
}


static void
a_clock_in_step_is_vouched_for(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    self_judge(TIME_OK, &kernel, NOW_US + 999000, fact);
    assert_true(fact->synchronized);
    assert_int_equal(fact->max_error_us, 1234);
}


static void
an_unsynchronised_one_is_not(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    self_judge(TIME_ERROR, &kernel, NOW_US + 999000, fact);
    assert_false(fact->synchronized);
    kernel.status |= STA_UNSYNC;
    self_judge(TIME_OK, &kernel, NOW_US + 999000, fact);
    assert_false(fact->synchronized);
    assert_int_equal(fact->max_error_us, 0);
}


static void
a_faked_clock_is_not(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    self_judge(TIME_OK, &kernel, NOW_US + 999000 + 1000000, fact);
    assert_false(fact->synchronized);
    self_judge(TIME_OK, &kernel, NOW_US + 999000 - 1000000, fact);
    assert_false(fact->synchronized);
    self_judge(TIME_OK, &kernel, NOW_US + 999000 + 999999, fact);
    assert_true(fact->synchronized);
}


static void
microseconds_are_read_where_the_kernel_has_them(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    kernel.status &= ~STA_NANO;
    kernel.time.tv_usec = 999000;
    self_judge(TIME_OK, &kernel, NOW_US + 1500000, fact);
    assert_true(fact->synchronized);
}


/* Forbid this process to ask the kernel, as ProtectClock= of systemd does. */
static void
forbid_asking(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_adjtimex, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_adjtime, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof(steps) / sizeof(*steps), steps};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        _exit(1);
}


/* What a process emits that may not ask the kernel, for free(). */
static char *
emitted_without_kernel(void)
{
    char *text = calloc(1, 4096);
    int ends[2], status;
    size_t length = 0;
    ssize_t some;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct net *net = net_new();

        dup2(ends[1], STDOUT_FILENO);
        forbid_asking();
        self_start(net, "mon.example.com");
        while (!net_idle(net))
            net_turn(net, -1);
        _exit(0);
    }
    close(ends[1]);
    while ((some = read(ends[0], text + length, 4095 - length)) > 0)
        length += (size_t)some;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return text;
}


/* Whatever time service runs here, or none. */
static void
a_kernel_that_may_not_be_asked_is_made_up_for(void **state)
{
    char *text = emitted_without_kernel();
    const struct record_type *types[] = {fact_types[FACT_SELF], NULL};
    const struct record_type *type;
    struct self_fact *told;
    struct error error;

    (void)state;
    told = record_decode(types, text, strcspn(text, "\n"), &type, &error);
    assert_non_null(told);
    assert_string_equal(told->host, "mon.example.com");
    assert_null(strstr(told->detail, "kernel"));
    assert_true(told->detail[0] != '\0');
    assert_string_equal(strchr(text, '\n'), "\n");
    record_free(type, told);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_clock_in_step_is_vouched_for, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_unsynchronised_one_is_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_faked_clock_is_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            microseconds_are_read_where_the_kernel_has_them, setup, teardown),
        cmocka_unit_test(a_kernel_that_may_not_be_asked_is_made_up_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
