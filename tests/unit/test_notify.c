/*
 * What systemd hears, at a socket that the test makes.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "daemon/notify.h"
#include "tests/unit/scratch_folder.h"


/* Listen at a name of NOTIFY_SOCKET's spelling, which is set to it. */
static int
listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          0);

    assert_true(listener >= 0 && length < sizeof(address.sun_path));
    memcpy(address.sun_path, name, length);
    if (*name == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(
        bind(listener, (const struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length
                         + (*name == '/'))), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return listener;
}


/* The next datagram must be this. */
static void
assert_heard(int listener, const char *expected)
{
    char message[1024];
    ssize_t length = recv(listener, message, sizeof(message) - 1, 0);

    assert_true(length >= 0);
    message[length] = '\0';
    assert_string_equal(message, expected);
}


static void
states_are_datagrams(void **state)
{
    char *path = scratch_path(state, "notify");
    int listener = listen_at(path);
    struct error error;

    assert_true(notify_send(NOTIFY_READY, NULL, &error));
    assert_heard(listener, "READY=1\n");
    assert_true(notify_send(NOTIFY_RELOADING, NULL, &error));
    assert_heard(listener, "RELOADING=1\n");
    assert_true(notify_send(NOTIFY_STOPPING, "bye", &error));
    assert_heard(listener, "STOPPING=1\nSTATUS=bye\n");
    assert_true(notify_send(NOTIFY_WATCHDOG, NULL, &error));
    assert_heard(listener, "WATCHDOG=1\n");
    assert_true(notify_send(NOTIFY_STATUS, "CRITICAL: 2 findings", &error));
    assert_heard(listener, "STATUS=CRITICAL: 2 findings\n");
    close(listener);
    free(path);
}


static void
abstract_sockets_are_heard_too(void **state)
{
    char *name = xasprintf("@spnhealthd-test-%d", (int)getpid());
    int listener = listen_at(name);
    struct error error;

    (void)state;
    assert_true(notify_send(NOTIFY_READY, NULL, &error));
    assert_heard(listener, "READY=1\n");
    close(listener);
    free(name);
}


static void
a_status_cannot_assign_anything_else(void **state)
{
    char *path = scratch_path(state, "notify");
    int listener = listen_at(path);
    struct error error;

    assert_true(notify_send(NOTIFY_STATUS, "x\nMAINPID=1\033", &error));
    assert_heard(listener, "STATUS=x\\x0aMAINPID=1\\x1b\n");
    close(listener);
    free(path);
}


static void
without_a_socket_nothing_fails(void **state)
{
    struct error error;

    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_true(notify_send(NOTIFY_READY, NULL, &error));
    setenv("NOTIFY_SOCKET", "", 1);
    assert_true(notify_send(NOTIFY_READY, NULL, &error));
}


static void
a_bad_socket_says_so(void **state)
{
    char *path = scratch_path(state, "absent"), *expected;
    char long_name[200] = "/";
    struct error error;

    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_false(notify_send(NOTIFY_READY, NULL, &error));
    assert_non_null(strstr(error.text, "neither a path nor"));
    memset(long_name + 1, 'x', 107);
    setenv("NOTIFY_SOCKET", long_name, 1);
    assert_false(notify_send(NOTIFY_READY, NULL, &error));
    assert_string_equal(error.text,
                        "NOTIFY_SOCKET is longer than 107 bytes");
    setenv("NOTIFY_SOCKET", path, 1);
    expected = xasprintf("notifying systemd at %s: No such file or directory",
                         path);
    assert_false(notify_send(NOTIFY_READY, NULL, &error));
    assert_string_equal(error.text, expected);
    free(expected);
    free(path);
}


static void
a_reader_that_hangs_holds_nobody_up(void **state)
{
    char *path = scratch_path(state, "notify");
    int listener = listen_at(path);
    struct error error;

    alarm(10);
    for (int i = 0; i < 100000 && notify_send(NOTIFY_WATCHDOG, NULL, &error);
         i++)
        continue;
    alarm(0);
    assert_non_null(strstr(error.text, "Resource temporarily unavailable"));
    close(listener);
    free(path);
}


/* The interval with these values of WATCHDOG_USEC and WATCHDOG_PID. */
static int64_t
watchdog_of(const char *interval, const char *pid)
{
    if (interval)
        setenv("WATCHDOG_USEC", interval, 1);
    else
        unsetenv("WATCHDOG_USEC");
    if (pid)
        setenv("WATCHDOG_PID", pid, 1);
    else
        unsetenv("WATCHDOG_PID");
    return notify_watchdog_us();
}


static void
the_watchdog_is_fed_twice_as_often_as_it_asks(void **state)
{
    char *own = xasprintf("%d", (int)getpid());

    (void)state;
    assert_int_equal(watchdog_of("90000000", own), 45000000);
    assert_int_equal(watchdog_of("90000000", NULL), 45000000);
    assert_int_equal(watchdog_of("90000000", "1"), 0);
    assert_int_equal(watchdog_of("90000000", ""), 0);
    assert_int_equal(watchdog_of(NULL, own), 0);
    assert_int_equal(watchdog_of("", own), 0);
    assert_int_equal(watchdog_of("-5", own), 0);
    assert_int_equal(watchdog_of("90s", own), 0);
    assert_int_equal(watchdog_of("99999999999999999999", own), 0);
    free(own);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(states_are_datagrams, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test(abstract_sockets_are_heard_too),
        cmocka_unit_test_setup_teardown(a_status_cannot_assign_anything_else,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(without_a_socket_nothing_fails),
        cmocka_unit_test_setup_teardown(a_bad_socket_says_so, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(a_reader_that_hangs_holds_nobody_up,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(the_watchdog_is_fed_twice_as_often_as_it_asks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
