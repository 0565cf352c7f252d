/*
 * The engine: how exchanges end, with servers that behave and some that do
 * not.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/probes/net.h"
#include "tests/unit/little_server.h"

/* Long enough for loopback, short enough for a test. */
enum { TIMEOUT_MS = 300 };

static const uint8_t question[] = "ask\n";

/* How an exchange ended. */
struct ending {
    int count;
    struct net_result result;
    char answer[64];
};


/* An answer is a line that begins with "yes". */
static enum net_frame
frame_line(const void *data, const uint8_t *bytes, size_t length)
{
    (void)data;
    if (length > 0 && bytes[0] != 'y')
        return NET_GARBLED;
    return memchr(bytes, '\n', length) ? NET_COMPLETE : NET_MORE;
}


/* Everything is the beginning of an answer. */
static enum net_frame
frame_never(const void *data, const uint8_t *bytes, size_t length)
{
    (void)data;
    (void)bytes;
    (void)length;
    return NET_MORE;
}


static void
note_ending(void *data, const struct net_result *result)
{
    struct ending *ending = data;

    ending->count++;
    ending->result = *result;
    if (result->length < sizeof(ending->answer) && result->length > 0)
        memcpy(ending->answer, result->bytes, result->length);
    ending->result.bytes = NULL;
}


static struct net_request
request_to(int port, enum transport transport, struct ending *ending)
{
    return (struct net_request){
        .address = "127.0.0.1",
        .port = port,
        .transport = transport,
        .bytes = question,
        .length = sizeof(question) - 1,
        .connect_ms = TIMEOUT_MS,
        .answer_ms = TIMEOUT_MS,
        .frame = frame_line,
        .done = note_ending,
        .data = ending,
    };
}


/* Run one exchange to its end. */
static struct ending
run(struct net_request request)
{
    struct net *net = net_new();
    struct ending ending = {.count = 0};

    request.data = &ending;
    net_start(net, &request);
    while (!net_idle(net))
        net_turn(net, -1);
    net_free(net);
    assert_int_equal(ending.count, 1);
    return ending;
}


static struct ending
run_to(int port, enum transport transport)
{
    return run(request_to(port, transport, NULL));
}


static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}


/* Servers. */

static void
say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(1);
}


static void
wait_for_question(int fd)
{
    char bytes[64];

    if (read(fd, bytes, sizeof(bytes)) <= 0)
        _exit(1);
}


static void
wait_for_end(int fd)
{
    char bytes[64];

    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}


static void
answer_in_pieces(int fd)
{
    wait_for_question(fd);
    say(fd, "ye");
    usleep(20000);
    say(fd, "s\n");
    wait_for_end(fd);
}


static void
talk_garbage(int fd)
{
    wait_for_question(fd);
    say(fd, "\033]0;HTTP/1.1 400 Bad Request\n");
    wait_for_end(fd);
}


static void
hang_up(int fd)
{
    wait_for_question(fd);
}


static void
reset(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    wait_for_question(fd);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}


static void
hang_up_half_way(int fd)
{
    wait_for_question(fd);
    say(fd, "ye");
}


static void
drip(int fd)
{
    wait_for_question(fd);
    while (write(fd, "y", 1) > 0)
        usleep(20000);
}


static void
flood(int fd)
{
    char bytes[4096];

    memset(bytes, 'y', sizeof(bytes));
    while (write(fd, bytes, sizeof(bytes)) > 0)
        ;
}


/* Answer the sender of the next datagram. */
static void
answer_datagram(int fd, const char *text)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof(peer);
    char bytes[64];

    if (recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&peer, &size)
        < 0
        || sendto(fd, text, strlen(text), 0, (struct sockaddr *)&peer, size)
           < 0)
        _exit(1);
}


static void
answer_at_once(int fd)
{
    answer_datagram(fd, "yes\n");
}


static void
answer_the_third_time(int fd)
{
    wait_for_question(fd);
    wait_for_question(fd);
    answer_datagram(fd, "yes\n");
}


static void
forge_then_answer(int fd)
{
    answer_datagram(fd, "no\n");
    answer_datagram(fd, "yes\n");
}


static void
forge_only(int fd)
{
    for (;;)
        answer_datagram(fd, "no\n");
}


/* Tests. */

static void
a_tcp_answer_may_come_in_pieces(void **state)
{
    struct little_server server = little_tcp(answer_in_pieces);
    struct ending ending = run_to(server.port, TRANSPORT_TCP);
    const struct net_times *times = &ending.result.times;

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_OPEN);
    assert_string_equal(ending.answer, "yes\n");
    assert_true(times->steady);
    assert_true(ending.result.latency_us >= 20000);
    assert_in_range(times->received_us - times->sent_us, 20000, 300000);
    little_stop(&server);
}


static void
a_connection_alone_is_an_answer_where_none_is_wanted(void **state)
{
    struct little_server server = little_tcp(NULL);
    struct net_request request = request_to(server.port, TRANSPORT_TCP, NULL);

    (void)state;
    request.frame = NULL;
    assert_int_equal(run(request).result.outcome, PORT_OPEN);
    little_stop(&server);
}


static void
refused_is_closed(void **state)
{
    (void)state;
    assert_int_equal(run_to(little_closed_port(SOCK_STREAM), TRANSPORT_TCP)
                         .result.outcome, PORT_CLOSED);
    assert_int_equal(run_to(little_closed_port(SOCK_DGRAM), TRANSPORT_UDP)
                         .result.outcome, PORT_CLOSED);
}


static void
accepted_and_mute_is_silent(void **state)
{
    struct little_server server = little_tcp(NULL);
    int64_t start_ms = now_ms();
    struct ending ending = run_to(server.port, TRANSPORT_TCP);

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_SILENT);
    assert_true(ending.result.timed_out);
    assert_in_range(now_ms() - start_ms, TIMEOUT_MS, TIMEOUT_MS + 2000);
    little_stop(&server);
}


static void
no_connection_is_filtered(void **state)
{
    struct little_server server = little_tcp(NULL);
    struct net_request request = request_to(server.port, TRANSPORT_TCP, NULL);
    struct net *net = net_new();
    struct ending endings[8] = {{.count = 0}};
    int filtered = 0;

    (void)state;
    /* A full queue of connections drops further ones. */
    assert_int_equal(listen(server.fd, 0), 0);
    for (int i = 0; i < 8; i++) {
        request.data = &endings[i];
        net_start(net, &request);
    }
    while (!net_idle(net))
        net_turn(net, -1);
    net_free(net);
    for (int i = 0; i < 8; i++)
        filtered += endings[i].result.outcome == PORT_FILTERED;
    assert_in_range(filtered, 1, 7);
    little_stop(&server);
}


static void
a_mute_datagram_port_is_filtered(void **state)
{
    struct little_server server = little_udp(NULL);
    struct ending ending = run_to(server.port, TRANSPORT_UDP);
    char bytes[16];
    int count = 0;

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_FILTERED);
    assert_true(ending.result.timed_out);
    while (recv(server.fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        count++;
    assert_int_equal(count, 3);
    little_stop(&server);
}


static void
a_datagram_that_must_go_once_is_not_sent_again(void **state)
{
    struct little_server server = little_udp(NULL);
    struct net_request request = request_to(server.port, TRANSPORT_UDP, NULL);
    int64_t start_ms = now_ms();
    struct ending ending;
    char bytes[16];

    (void)state;
    request.once = true;
    ending = run(request);
    assert_int_equal(ending.result.outcome, PORT_FILTERED);
    assert_true(ending.result.timed_out);
    assert_true(now_ms() - start_ms >= TIMEOUT_MS);
    assert_int_equal(recv(server.fd, bytes, sizeof(bytes), MSG_DONTWAIT), 4);
    assert_true(recv(server.fd, bytes, sizeof(bytes), MSG_DONTWAIT) < 0);
    little_stop(&server);
}


static void
what_has_gone_out_is_told(void **state)
{
    struct little_server mute = little_tcp(NULL), deaf = little_udp(NULL);

    (void)state;
    assert_true(run_to(mute.port, TRANSPORT_TCP).result.sent);
    assert_true(run_to(deaf.port, TRANSPORT_UDP).result.sent);
    assert_false(run_to(little_closed_port(SOCK_STREAM), TRANSPORT_TCP)
                     .result.sent);
    little_stop(&mute);
    little_stop(&deaf);
}


static void
a_lost_datagram_is_sent_again(void **state)
{
    struct little_server server = little_udp(answer_the_third_time);
    struct ending ending = run_to(server.port, TRANSPORT_UDP);

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_OPEN);
    /* The measurement began with the first. */
    assert_true(ending.result.latency_us >= TIMEOUT_MS * 1000 * 2 / 3);
    little_stop(&server);
}


static void
an_answered_datagram_is_not_sent_again(void **state)
{
    struct little_server server = little_udp(answer_at_once);
    struct ending ending = run_to(server.port, TRANSPORT_UDP);
    char bytes[16];

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_OPEN);
    usleep(TIMEOUT_MS * 1000);
    assert_true(recv(server.fd, bytes, sizeof(bytes), MSG_DONTWAIT) < 0);
    little_stop(&server);
}


static void
a_forged_datagram_does_not_end_the_wait(void **state)
{
    struct little_server server = little_udp(forge_then_answer);

    (void)state;
    assert_int_equal(run_to(server.port, TRANSPORT_UDP).result.outcome,
                     PORT_OPEN);
    little_stop(&server);
}


static void
nothing_but_wrong_datagrams_is_garbled(void **state)
{
    struct little_server server = little_udp(forge_only);
    struct ending ending = run_to(server.port, TRANSPORT_UDP);

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_GARBLED);
    assert_non_null(strstr(ending.result.detail, "no\\x0a"));
    little_stop(&server);
}


static void
garbage_is_garbled_and_shown_harmless(void **state)
{
    struct little_server server = little_tcp(talk_garbage);
    struct ending ending = run_to(server.port, TRANSPORT_TCP);

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_GARBLED);
    assert_false(ending.result.timed_out);
    assert_non_null(strstr(ending.result.detail, "\\x1b]0;HTTP/1.1 400"));
    little_stop(&server);
}


static void
hanging_up_is_garbled(void **state)
{
    static little_script *const scripts[] = {hang_up, reset,
                                             hang_up_half_way};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct little_server server = little_tcp(scripts[i]);
        struct ending ending = run_to(server.port, TRANSPORT_TCP);

        assert_int_equal(ending.result.outcome, PORT_GARBLED);
        assert_non_null(strstr(ending.result.detail, "closed"));
        little_stop(&server);
    }
}


static void
a_drip_ends_at_the_deadline(void **state)
{
    struct little_server server = little_tcp(drip);
    int64_t start_ms = now_ms();
    struct ending ending = run_to(server.port, TRANSPORT_TCP);

    (void)state;
    assert_int_equal(ending.result.outcome, PORT_GARBLED);
    assert_in_range(now_ms() - start_ms, TIMEOUT_MS, TIMEOUT_MS + 2000);
    little_stop(&server);
}


static void
an_endless_answer_ends_at_its_bound(void **state)
{
    struct little_server server = little_tcp(flood);
    struct net_request request = request_to(server.port, TRANSPORT_TCP, NULL);
    struct ending ending;

    (void)state;
    request.frame = frame_never;
    request.answer_ms = 10000;
    ending = run(request);
    assert_int_equal(ending.result.outcome, PORT_GARBLED);
    assert_false(ending.result.timed_out);
    little_stop(&server);
}


static void
what_this_host_lacks_is_untried(void **state)
{
    struct net_request request = request_to(9, TRANSPORT_TCP, NULL);

    (void)state;
    request.address = "no-address";
    assert_int_equal(run(request).result.outcome, PORT_UNTRIED);
}


static void
a_farewell_follows_the_answer(void **state)
{
    struct little_server server = little_tcp(NULL);
    struct net_request request = request_to(server.port, TRANSPORT_TCP, NULL);
    struct ending ending = {.count = 0};
    struct net *net = net_new();
    char bytes[64] = "";
    int fd;

    (void)state;
    request.farewell = (const uint8_t *)"bye\n";
    request.farewell_length = 4;
    request.data = &ending;
    net_start(net, &request);
    net_turn(net, -1);
    fd = accept(server.fd, NULL, NULL);
    assert_true(fd >= 0);
    say(fd, "yes\n");
    while (!net_idle(net))
        net_turn(net, -1);
    net_free(net);
    assert_int_equal(ending.result.outcome, PORT_OPEN);
    assert_int_equal(recv(fd, bytes, sizeof(bytes), 0), 8);
    assert_string_equal(bytes, "ask\nbye\n");
    assert_int_equal(recv(fd, bytes, sizeof(bytes), 0), 0);
    close(fd);
    little_stop(&server);
}


static void
more_exchanges_than_sockets_take_turns(void **state)
{
    enum { COUNT = 2 * NET_SOCKETS_MOST + 10 };
    struct little_server server = little_udp(NULL);
    struct net_request request = request_to(server.port, TRANSPORT_UDP, NULL);
    struct ending *endings = calloc(COUNT, sizeof(*endings));
    int64_t start_ms = now_ms();
    struct net *net = net_new();

    (void)state;
    request.answer_ms = 100;
    for (int i = 0; i < COUNT; i++) {
        request.data = &endings[i];
        net_start(net, &request);
    }
    while (!net_idle(net))
        net_turn(net, -1);
    net_free(net);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(endings[i].count, 1);
    assert_true(now_ms() - start_ms >= 300);
    assert_true(now_ms() - start_ms < 5000);
    free(endings);
    little_stop(&server);
}


static void
a_watched_descriptor_ends_a_turn(void **state)
{
    struct net *net = net_new();
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(net_turn(net, ends[0]));
    close(ends[0]);
    close(ends[1]);
    net_free(net);
}


static void
an_engine_can_be_given_up(void **state)
{
    struct little_server server = little_tcp(NULL);
    struct ending ending = {.count = 0};
    struct net_request request = request_to(server.port, TRANSPORT_TCP,
                                            &ending);
    struct net *net = net_new();

    (void)state;
    for (int i = 0; i < NET_SOCKETS_MOST + 5; i++)
        net_start(net, &request);
    net_turn(net, -1);
    net_free(net);
    assert_int_equal(ending.count, 0);
    little_stop(&server);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tcp_answer_may_come_in_pieces),
        cmocka_unit_test(a_connection_alone_is_an_answer_where_none_is_wanted),
        cmocka_unit_test(refused_is_closed),
        cmocka_unit_test(accepted_and_mute_is_silent),
        cmocka_unit_test(no_connection_is_filtered),
        cmocka_unit_test(a_mute_datagram_port_is_filtered),
        cmocka_unit_test(a_datagram_that_must_go_once_is_not_sent_again),
        cmocka_unit_test(what_has_gone_out_is_told),
        cmocka_unit_test(a_lost_datagram_is_sent_again),
        cmocka_unit_test(an_answered_datagram_is_not_sent_again),
        cmocka_unit_test(a_forged_datagram_does_not_end_the_wait),
        cmocka_unit_test(nothing_but_wrong_datagrams_is_garbled),
        cmocka_unit_test(garbage_is_garbled_and_shown_harmless),
        cmocka_unit_test(hanging_up_is_garbled),
        cmocka_unit_test(a_drip_ends_at_the_deadline),
        cmocka_unit_test(an_endless_answer_ends_at_its_bound),
        cmocka_unit_test(what_this_host_lacks_is_untried),
        cmocka_unit_test(a_farewell_follows_the_answer),
        cmocka_unit_test(more_exchanges_than_sockets_take_turns),
        cmocka_unit_test(a_watched_descriptor_ends_a_turn),
        cmocka_unit_test(an_engine_can_be_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
