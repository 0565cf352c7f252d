/*
 * The packet worker against real servers, each unprivileged in a folder of
 * its own and on a port of loopback: MIT's KDC and kadmind, slapd, chronyd.
 *
 * Where one is not installed its test is skipped; with CI=true in the
 * environment that is a failure.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/self_services.h"
#include "tests/unit/little_server.h"
#include "tests/unit/probe_process.h"
#include "tests/unit/scratch_folder.h"

enum { TIMEOUT_MS = 3000 };

static const char *folder;
static struct probe_process probe;
static struct facts *facts;


/* A path in the folder, for free(). */
static char *
path_of(const char *name)
{
    return xasprintf("%s/%s", folder, name);
}


static void __attribute__((format(printf, 2, 3)))
write_file(const char *name, const char *format, ...)
{
    char *path = path_of(name);
    FILE *file = fopen(path, "w");
    va_list arguments;

    assert_non_null(file);
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    assert_int_equal(fclose(file), 0);
    free(path);
}


/* Skip the test, or fail it in CI, unless a program is installed. */
static void
need(const char *program)
{
    const char *ci = getenv("CI");

    if (access(program, X_OK) == 0)
        return;
    if (ci && strcmp(ci, "true") == 0)
        fail_msg("%s is not installed", program);
    print_message("skipped: %s is not installed\n", program);
    skip();
}


/* Start a program with its output in a log beside it. */
static pid_t
start(char *const arguments[])
{
    char *log = path_of("log");
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        execv(arguments[0], arguments);
        _exit(127);
    }
    free(log);
    return pid;
}


/* Run a program that must succeed. */
static void
run(char *const arguments[])
{
    pid_t pid = start(arguments);
    int status = -1;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}


static void
stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}


/* Ask until the port is open, a server needing its moment to start. */
static const struct port_fact *
wait_for_port(enum packet_probe kind, enum transport transport, int port)
{
    const struct port_fact *fact = NULL;

    for (int tries = 0; tries < 100; tries++) {
        facts_free(facts);
        facts = facts_new();
        probe_send_task(&probe, kind, transport, port, "", "");
        probe_read_task(&probe, facts);
        fact = (const struct port_fact *)facts_first(facts, FACT_PORT);
        assert_non_null(fact);
        if (fact->outcome == PORT_OPEN)
            return fact;
        usleep(50000);
    }
    fail_msg("port %d: %s", port, fact->detail);
    return NULL;
}


/* The clock that the last answer told must be ours, to within so much. */
static void
assert_our_clock(enum clock_source source, int64_t width_us)
{
    const struct clock_fact *clock
        = (const struct clock_fact *)facts_first(facts, FACT_CLOCK);

    assert_non_null(clock);
    assert_int_equal(clock->source, source);
    assert_true(clock->low_us <= 0 && clock->high_us >= 0);
    assert_true(clock->high_us - clock->low_us <= width_us);
}


static void
begin_probe(const char *principal)
{
    facts = facts_new();
    probe = probe_start();
    probe_send_context(&probe, TIMEOUT_MS, TIMEOUT_MS, principal,
                       "EXAMPLE.COM", TLS_NONE);
}


static int
setup(void **state)
{
    int status = scratch_setup(state);

    folder = *state;
    begin_probe("user");
    return status;
}


static int
teardown(void **state)
{
    int status = probe_end(&probe);

    facts_free(facts);
    return scratch_teardown(state) ? -1 : status;
}


/* Make an MIT realm with a user, and one without pre-authentication. */
static void
make_realm(int kdc_port, int kpasswd_port)
{
    char *kadmin = xstrdup("/usr/sbin/kadmin.local");
    char *conf = path_of("krb5.conf"), *profile = path_of("kdc.conf");

    write_file("krb5.conf", "[libdefaults]\n default_realm = EXAMPLE.COM\n");
    write_file("kdc.conf",
               "[kdcdefaults]\n kdc_listen = 127.0.0.1:%d\n"
               " kdc_tcp_listen = 127.0.0.1:%d\n[realms]\n EXAMPLE.COM = {\n"
               "  database_name = %s/principal\n  key_stash_file = %s/stash\n"
               "  acl_file = %s/acl\n  kadmind_listen = 127.0.0.1:%d\n"
               "  kpasswd_listen = 127.0.0.1:%d\n }\n",
               kdc_port, kdc_port, folder, folder, folder,
               little_closed_port(SOCK_STREAM), kpasswd_port);
    write_file("acl", "\n");
    setenv("KRB5_CONFIG", conf, 1);
    setenv("KRB5_KDC_PROFILE", profile, 1);
    run((char *[]){(char[]){"/usr/sbin/kdb5_util"}, (char[]){"create"},
                   (char[]){"-s"}, (char[]){"-P"}, (char[]){"x"}, NULL});
    run((char *[]){kadmin, (char[]){"-q"},
                   (char[]){"addprinc -pw a +requires_preauth user"}, NULL});
    run((char *[]){kadmin, (char[]){"-q"}, (char[]){"addprinc -pw a open"},
                   NULL});
    free(kadmin);
    free(conf);
    free(profile);
}


static void
an_mit_kdc_tells_its_time_in_an_error(void **state)
{
    static const enum transport transports[] = {TRANSPORT_UDP, TRANSPORT_TCP};
    int port = little_closed_port(SOCK_STREAM);
    pid_t pid;

    (void)state;
    need("/usr/sbin/krb5kdc");
    make_realm(port, little_closed_port(SOCK_STREAM));
    pid = start((char *[]){(char[]){"/usr/sbin/krb5kdc"}, (char[]){"-n"},
                           NULL});
    for (int i = 0; i < 2; i++) {
        const struct port_fact *fact = wait_for_port(PROBE_KDC,
                                                     transports[i], port);

        assert_non_null(strstr(fact->detail, "KRB-ERROR 25 for"
                                             " user@EXAMPLE.COM"));
        assert_our_clock(CLOCK_SOURCE_KDC, 1000000 + TIMEOUT_MS * 1000);
    }
    assert_int_equal(probe_end(&probe), 0);
    facts_free(facts);
    begin_probe("open");
    assert_non_null(strstr(wait_for_port(PROBE_KDC, TRANSPORT_UDP,
                                         port)->detail,
                           "without pre-authentication"));
    assert_null(facts_first(facts, FACT_CLOCK));
    assert_int_equal(probe_end(&probe), 0);
    facts_free(facts);
    begin_probe("");
    assert_non_null(strstr(wait_for_port(PROBE_KDC, TRANSPORT_UDP,
                                         port)->detail,
                           "KRB-ERROR 6 for DC1$@EXAMPLE.COM"));
    assert_our_clock(CLOCK_SOURCE_KDC, 1000000 + TIMEOUT_MS * 1000);
    stop(pid);
}


static void
kadmind_answers_a_harmless_message(void **state)
{
    int port = little_closed_port(SOCK_STREAM);
    pid_t pid;

    (void)state;
    need("/usr/sbin/kadmind");
    make_realm(little_closed_port(SOCK_STREAM), port);
    pid = start((char *[]){(char[]){"/usr/sbin/kadmind"},
                           (char[]){"-nofork"}, NULL});
    wait_for_port(PROBE_KPASSWD, TRANSPORT_UDP, port);
    wait_for_port(PROBE_KPASSWD, TRANSPORT_TCP, port);
    stop(pid);
}


static void
slapd_shows_its_rootdse(void **state)
{
    int port = little_closed_port(SOCK_STREAM);
    char *conf = path_of("slapd.conf");
    char *url = xasprintf("ldap://127.0.0.1:%d", port);
    const struct rootdse_fact *fact;
    pid_t pid;

    (void)state;
    need("/usr/sbin/slapd");
    write_file("slapd.conf", "pidfile %s/pid\ndatabase ldif\n"
               "suffix cn=example\ndirectory %s\n", folder, folder);
    pid = start((char *[]){(char[]){"/usr/sbin/slapd"}, (char[]){"-d"},
                           (char[]){"0"}, (char[]){"-h"}, url, (char[]){"-f"},
                           conf, NULL});
    wait_for_port(PROBE_ROOTDSE, TRANSPORT_TCP, port);
    fact = (const struct rootdse_fact *)facts_first(facts, FACT_ROOTDSE);
    assert_non_null(fact);
    assert_int_equal(fact->port, port);
    assert_false(fact->active_directory);
    assert_true(fact->synchronized);
    assert_int_equal(fact->naming_contexts.count, 1);
    assert_string_equal(fact->naming_contexts.items[0], "cn=example");
    assert_string_equal(fact->default_nc, "");
    /* OpenLDAP tells no time. */
    assert_null(facts_first(facts, FACT_CLOCK));
    stop(pid);
    free(url);
    free(conf);
}


/* Start a chronyd that leaves the clock alone, with these lines in the file of
   this name. */
static pid_t
start_chronyd(const char *name, const char *lines)
{
    char *conf = path_of(name);
    pid_t pid;

    write_file(name, "%s\nbindcmdaddress 127.0.0.1\npidfile %s.pid\n%s",
               lines, conf, geteuid() == 0 ? "user root\n" : "");
    pid = start((char *[]){(char[]){"/usr/sbin/chronyd"}, (char[]){"-x"},
                           (char[]){"-d"}, (char[]){"-U"}, (char[]){"-f"},
                           conf, NULL});
    free(conf);
    return pid;
}


/* Start one that serves its own clock on a port. */
static pid_t
start_time_server(int port)
{
    char *lines = xasprintf("port %d\ncmdport 0\nbindaddress 127.0.0.1\n"
                            "allow 127.0.0.1\nlocal stratum 3", port);
    pid_t pid = start_chronyd("server.conf", lines);

    free(lines);
    wait_for_port(PROBE_NTP, TRANSPORT_UDP, port);
    return pid;
}


static void
chronyd_tells_its_time(void **state)
{
    int port = little_closed_port(SOCK_DGRAM);
    pid_t pid;

    (void)state;
    need("/usr/sbin/chronyd");
    pid = start_time_server(port);
    assert_our_clock(CLOCK_SOURCE_NTP, TIMEOUT_MS * 1000);
    stop(pid);
}


static void
ignore_fact(struct self_fact *fact)
{
    (void)fact;
}


/* What a chronyd with this port for commands says of this host's clock. */
static struct self_fact *
ask_chronyd(int port)
{
    const struct self_services services
        = {port, little_closed_port(SOCK_DGRAM), "/nonexistent"};
    struct self_fact *fact = record_new(fact_types[FACT_SELF]);
    struct net *net = net_new();

    self_ask_services(net, &services, fact, ignore_fact);
    while (!net_idle(net))
        net_turn(net, -1);
    net_free(net);
    return fact;
}


/* The same, once it says this and is as sure of its clock, for which it needs
   a second, and more where others keep the machine busy. */
static struct self_fact *
await_chronyd(int port, const char *words, int64_t most_us)
{
    struct self_fact *fact = ask_chronyd(port);

    for (int tries = 0; tries < 400 && (!strstr(fact->detail, words)
                                        || fact->max_error_us > most_us);
         tries++) {
        record_free(fact_types[FACT_SELF], fact);
        usleep(50000);
        fact = ask_chronyd(port);
    }
    assert_non_null(strstr(fact->detail, words));
    return fact;
}


static void
chronyd_vouches_once_it_is_in_step(void **state)
{
    int server_port = little_closed_port(SOCK_DGRAM);
    int port = little_closed_port(SOCK_DGRAM);
    struct self_fact *fact;
    pid_t server, pid;
    char *lines;

    (void)state;
    need("/usr/sbin/chronyd");
    server = start_time_server(server_port);
    /* A quarter of a second off, which it may not correct and counts. */
    lines = xasprintf("server 127.0.0.1 port %d iburst minpoll -4 maxpoll -4"
                      " offset 0.25\nport 0\ncmdport %d", server_port, port);
    pid = start_chronyd("client.conf", lines);
    fact = await_chronyd(port, "clock is synchronised", 300000);
    assert_true(fact->synchronized);
    assert_in_range(fact->max_error_us, 240000, 300000);
    record_free(fact_types[FACT_SELF], fact);
    stop(pid);
    stop(server);
    free(lines);
}


static void
chronyd_without_a_server_does_not_vouch(void **state)
{
    int port = little_closed_port(SOCK_DGRAM);
    char *lines = xasprintf("local stratum 3\nport 0\ncmdport %d", port);
    struct self_fact *fact;
    pid_t pid;

    (void)state;
    need("/usr/sbin/chronyd");
    pid = start_chronyd("client.conf", lines);
    fact = await_chronyd(port, "own clock alone", 0);
    assert_false(fact->synchronized);
    record_free(fact_types[FACT_SELF], fact);
    stop(pid);
    free(lines);
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_mit_kdc_tells_its_time_in_an_error),
        TEST(kadmind_answers_a_harmless_message),
        TEST(slapd_shows_its_rootdse),
        TEST(chronyd_tells_its_time),
        TEST(chronyd_vouches_once_it_is_in_step),
        TEST(chronyd_without_a_server_does_not_vouch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
