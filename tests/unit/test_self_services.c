/*
 * What the time services of this host vouch for, and whom to believe.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/exchange.h"
#include "checks/probes/self_services.h"
#include "checks/probes/wire.h"
#include "tests/unit/little_server.h"
#include "tests/unit/packets.h"
#include "tests/unit/scratch_folder.h"

#define US_PER_S INT64_C(1000000)

static struct self_fact *fact;
static int done_count;


static int
setup(void **state)
{
    fact = record_new(fact_types[FACT_SELF]);
    done_count = 0;
    return scratch_setup(state);
}


static int
teardown(void **state)
{
    record_free(fact_types[FACT_SELF], fact);
    return scratch_teardown(state);
}


static void
note_done(struct self_fact *told)
{
    assert_ptr_equal(told, fact);
    done_count++;
}


/* Ask services on these ports, and look for a mark in the folder. */
static void
ask(void **state, int chrony_port, int ntp_port)
{
    char *mark = scratch_path(state, "synchronized");
    struct self_services services = {chrony_port, ntp_port, mark};
    struct net *net = net_new();

    self_ask_services(net, &services, fact, note_done);
    while (!net_idle(net))
        net_turn(net, -1);
    assert_int_equal(done_count, 1);
    net_free(net);
    free(mark);
}


static void
assert_detail(const char *words)
{
    if (!strstr(fact->detail, words))
        fail_msg("\"%s\" lacks \"%s\"", fact->detail, words);
}


/* The mark of systemd-timesyncd, touched now. */
static void
touch_mark(void **state)
{
    free(scratch_write(state, "synchronized", "", 0));
}


/* Answer one request to chronyd. */
static void
answer_chrony(int fd, uint8_t *reply, size_t length)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof(peer);
    uint8_t request[CHRONY_PACKET];

    if (recvfrom(fd, request, sizeof(request), 0, (struct sockaddr *)&peer,
                 &size) != CHRONY_PACKET)
        _exit(1);
    memcpy(reply + 16, request + 8, 4);
    sendto(fd, reply, length, 0, (struct sockaddr *)&peer, size);
}


/* A chronyd that is in step, 2 s of error. */
static void
serve_chrony(int fd)
{
    struct packet reply = packet_chrony();

    answer_chrony(fd, reply.bytes, reply.length);
}


/* One that does not let us ask, and says so. */
static void
serve_refusal(int fd)
{
    uint8_t reply[28] = {6, 2, 0, 0, 0, 33, 0, 1, 0, 2};

    answer_chrony(fd, reply, sizeof(reply));
}


/* Answer one NTP request with a time and a leap indicator. */
static void
answer_ntp(int fd, int64_t time_s, uint8_t leap)
{
    struct packet reply = packet_ntp();
    struct sockaddr_storage peer;
    socklen_t size = sizeof(peer);
    uint8_t request[48];

    if (recvfrom(fd, request, sizeof(request), 0, (struct sockaddr *)&peer,
                 &size) != sizeof(request))
        _exit(1);
    reply.bytes[0] |= (uint8_t)(leap << 6);
    reply.bytes[3] = 0;
    memcpy(reply.bytes + 24, request + 40, 8);
    wire_put_be32(reply.bytes + 32, (uint32_t)(time_s + 2208988800));
    wire_put_be32(reply.bytes + 40, (uint32_t)(time_s + 2208988800));
    sendto(fd, reply.bytes, reply.length, 0, (struct sockaddr *)&peer, size);
}


/* An ntpd that is in step, root distance 0.15625 s. */
static void
serve_ntp(int fd)
{
    answer_ntp(fd, instant_now().real_us / US_PER_S, 0);
}


/* One that is not. */
static void
serve_unsynchronised_ntp(int fd)
{
    answer_ntp(fd, instant_now().real_us / US_PER_S, 3);
}


/* One whose programs do not see the time that it tells. */
static void
serve_other_ntp(int fd)
{
    answer_ntp(fd, instant_now().real_us / US_PER_S - 60, 0);
}


static void
chronyd_in_step_vouches(void **state)
{
    struct chrony_tracking tracking = {15, true, false, 1234};

    (void)state;
    self_judge_chrony(&tracking, fact);
    assert_true(fact->synchronized);
    assert_int_equal(fact->max_error_us, 1234);
}


static void
chronyd_out_of_step_does_not(void **state)
{
    static const struct chrony_tracking trackings[]
        = {{3, false, false, 1234}, {0, true, false, 1234},
           {16, true, false, 1234}, {3, true, true, 1234}};

    (void)state;
    for (size_t i = 0; i < sizeof(trackings) / sizeof(*trackings); i++) {
        self_judge_chrony(&trackings[i], fact);
        assert_false(fact->synchronized);
        assert_int_equal(fact->max_error_us, 0);
        assert_detail("chronyd");
    }
}


static void
the_older_the_mark_the_less_is_certain(void **state)
{
    (void)state;
    fact->base.time_us = 1000 * US_PER_S;
    self_judge_timesync(1000 * US_PER_S, fact);
    assert_true(fact->synchronized);
    assert_int_equal(fact->max_error_us, 5 * US_PER_S);
    self_judge_timesync(0, fact);
    assert_int_equal(fact->max_error_us, 5500000);
    assert_detail("systemd-timesyncd");
}


static void
a_mark_of_the_future_is_not_believed(void **state)
{
    (void)state;
    fact->base.time_us = 1000 * US_PER_S;
    self_judge_timesync(1000 * US_PER_S + 1, fact);
    assert_false(fact->synchronized);
    assert_detail("set back");
}


static void
chronyd_is_asked_first(void **state)
{
    struct little_server chrony = little_udp(serve_chrony);
    struct little_server ntp = little_udp(serve_ntp);

    touch_mark(state);
    ask(state, chrony.port, ntp.port);
    assert_true(fact->synchronized);
    assert_int_equal(fact->max_error_us, 2 * US_PER_S);
    assert_detail("chronyd");
    little_stop(&chrony);
    little_stop(&ntp);
}


static void
ntpd_is_asked_where_chronyd_is_not(void **state)
{
    struct little_server ntp = little_udp(serve_ntp);

    touch_mark(state);
    ask(state, little_closed_port(SOCK_DGRAM), ntp.port);
    assert_true(fact->synchronized);
    assert_int_equal(fact->max_error_us, 156250);
    assert_detail("NTP service");
    little_stop(&ntp);
}


static void
ntpd_out_of_step_does_not_vouch(void **state)
{
    struct little_server ntp = little_udp(serve_unsynchronised_ntp);

    touch_mark(state);
    ask(state, little_closed_port(SOCK_DGRAM), ntp.port);
    assert_false(fact->synchronized);
    assert_detail("NTP service of this host says that its clock is not");
    little_stop(&ntp);
}


static void
ntpd_of_another_time_is_not_believed(void **state)
{
    struct little_server ntp = little_udp(serve_other_ntp);

    touch_mark(state);
    ask(state, little_closed_port(SOCK_DGRAM), ntp.port);
    assert_false(fact->synchronized);
    assert_detail("another time");
    little_stop(&ntp);
}


static void
the_mark_is_looked_at_last(void **state)
{
    struct little_server chrony = little_udp(serve_refusal);

    touch_mark(state);
    ask(state, chrony.port, little_closed_port(SOCK_DGRAM));
    assert_true(fact->synchronized);
    assert_in_range(fact->max_error_us, 5 * US_PER_S, 5 * US_PER_S + 10000);
    assert_detail("systemd-timesyncd");
    little_stop(&chrony);
}


static void
without_any_it_is_said_what_was_tried(void **state)
{
    struct little_server chrony = little_udp(serve_refusal);

    ask(state, chrony.port, little_closed_port(SOCK_DGRAM));
    assert_false(fact->synchronized);
    assert_detail("chronyd: it refuses to tell (status 2); ntpd: ");
    assert_detail("Connection refused; systemd-timesyncd: ");
    assert_detail("synchronized: No such file or directory.");
    assert_detail("run one of them here");
    assert_true(fact->base.time_us > 0);
    little_stop(&chrony);
}


static void
silence_is_not_waited_for_long(void **state)
{
    struct little_server silent = little_udp(NULL);
    int64_t start_us = instant_now().steady_us;

    ask(state, silent.port, silent.port);
    assert_in_range(instant_now().steady_us - start_us, 550000, 3 * US_PER_S);
    assert_detail("chronyd: no answer within 300 ms; ntpd: no answer within");
    little_stop(&silent);
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chronyd_in_step_vouches),
        TEST(chronyd_out_of_step_does_not),
        TEST(the_older_the_mark_the_less_is_certain),
        TEST(a_mark_of_the_future_is_not_believed),
        TEST(chronyd_is_asked_first),
        TEST(ntpd_is_asked_where_chronyd_is_not),
        TEST(ntpd_out_of_step_does_not_vouch),
        TEST(ntpd_of_another_time_is_not_believed),
        TEST(the_mark_is_looked_at_last),
        TEST(without_any_it_is_said_what_was_tried),
        TEST(silence_is_not_waited_for_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
