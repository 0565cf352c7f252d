/*
 * How often a message goes out, and which ways, to KDCs that do not answer.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/probes/courier.h"
#include "tests/unit/little_server.h"

enum { TIMEOUT_MS = 300 };

/* The beginning of an AS-REP is enough of one. */
static const char reply[] = "\x6b";

/* A KDC's two ports, of the same number. */
struct kdc {
    struct little_server tcp, udp;
    struct courier courier;
};


/* Reply to a datagram, over and over. */
static void
answer_datagrams(int fd)
{
    for (;;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof(peer);
        char bytes[64];

        if (recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&peer,
                     &size) < 0
            || sendto(fd, reply, 1, 0, (struct sockaddr *)&peer, size) < 0)
            _exit(1);
    }
}


/* A KDC that accepts connections and says nothing, asked over one transport
   first. */
static struct kdc
start(little_script *datagrams, enum transport way)
{
    static char address[] = "127.0.0.1";
    struct kdc kdc = {.tcp = little_tcp(NULL)};

    kdc.udp = little_udp_at(kdc.tcp.port, datagrams);
    kdc.courier = (struct courier){
        .address = address,
        .port = kdc.tcp.port,
        .timeout_ms = TIMEOUT_MS,
        .way = way,
    };
    return kdc;
}


static void
stop(struct kdc *kdc)
{
    courier_clear(&kdc->courier);
    little_stop(&kdc->udp);
    little_stop(&kdc->tcp);
}


/* Carry a message; whether an answer came. */
static bool
carry(struct kdc *kdc, enum courier_manner manner, struct error *error)
{
    uint8_t *answer = NULL;
    size_t length = 0;
    bool carried = courier_carry(&kdc->courier, "ask", 3, manner, &answer,
                                 &length, error);

    if (carried) {
        assert_int_equal(length, 1);
        assert_int_equal(answer[0], 0x6b);
    }
    free(answer);
    return carried;
}


/* How many datagrams have come to a KDC that does not read them. */
static int
count_datagrams(const struct kdc *kdc)
{
    char bytes[64];
    int count = 0;

    while (recv(kdc->udp.fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        count++;
    return count;
}


/* How many connections have come to a KDC that does not accept them. */
static int
count_connections(const struct kdc *kdc)
{
    int count = 0, fd;

    fcntl(kdc->tcp.fd, F_SETFL, O_NONBLOCK);
    while ((fd = accept(kdc->tcp.fd, NULL, NULL)) >= 0) {
        close(fd);
        count++;
    }
    return count;
}


static void
without_an_answer_every_way_is_tried(void **state)
{
    struct kdc kdc = start(NULL, TRANSPORT_UDP);
    struct error error;

    (void)state;
    assert_false(carry(&kdc, COURIER_ANY, &error));
    assert_non_null(strstr(error.text, "over UDP: "));
    assert_non_null(strstr(error.text, "; over TCP: "));
    assert_int_equal(count_datagrams(&kdc), 3);
    assert_int_equal(count_connections(&kdc), 1);
    assert_true(courier_failed(&kdc.courier));
    assert_false(carry(&kdc, COURIER_ANY, &error));
    assert_non_null(strstr(error.text, "not answer before"));
    assert_int_equal(count_datagrams(&kdc), 0);
    stop(&kdc);
}


static void
what_must_go_once_is_one_datagram_and_no_connection(void **state)
{
    struct kdc kdc = start(NULL, TRANSPORT_UDP);
    struct error error;

    (void)state;
    assert_false(carry(&kdc, COURIER_ONCE, &error));
    assert_non_null(strstr(error.text, "over UDP, sent once: no answer"));
    assert_int_equal(count_datagrams(&kdc), 1);
    assert_int_equal(count_connections(&kdc), 0);
    assert_true(courier_failed(&kdc.courier));
    stop(&kdc);
}


static void
what_must_go_once_is_one_connection_and_no_datagram(void **state)
{
    struct kdc kdc = start(NULL, TRANSPORT_TCP);
    struct error error;

    (void)state;
    assert_false(carry(&kdc, COURIER_ONCE, &error));
    assert_non_null(strstr(error.text, "over TCP, sent once: "));
    assert_int_equal(count_datagrams(&kdc), 0);
    assert_int_equal(count_connections(&kdc), 1);
    stop(&kdc);
}


static void
what_has_not_gone_out_goes_the_other_way(void **state)
{
    struct kdc kdc = start(NULL, TRANSPORT_TCP);
    struct error error;

    (void)state;
    little_stop(&kdc.tcp);
    little_stop(&kdc.udp);
    kdc.udp = little_udp_at((int)kdc.courier.port, answer_datagrams);
    assert_true(carry(&kdc, COURIER_ONCE, &error));
    assert_int_equal(kdc.courier.way, TRANSPORT_UDP);
    assert_false(courier_failed(&kdc.courier));
    stop(&kdc);
}


static void
what_fits_into_no_datagram_is_asked_over_tcp_alone(void **state)
{
    struct kdc kdc = start(NULL, TRANSPORT_UDP);
    struct error error;

    (void)state;
    assert_false(carry(&kdc, COURIER_STREAM, &error));
    assert_int_equal(count_datagrams(&kdc), 0);
    assert_int_equal(count_connections(&kdc), 1);
    assert_true(courier_failed(&kdc.courier));
    /* And not again. */
    assert_false(carry(&kdc, COURIER_STREAM, &error));
    assert_int_equal(count_connections(&kdc), 0);
    stop(&kdc);
}


static void
answered_datagrams_are_the_way(void **state)
{
    struct kdc kdc = start(answer_datagrams, TRANSPORT_UDP);
    struct error error;

    (void)state;
    assert_true(carry(&kdc, COURIER_ANY, &error));
    assert_true(carry(&kdc, COURIER_ONCE, &error));
    assert_int_equal(count_connections(&kdc), 0);
    assert_false(courier_failed(&kdc.courier));
    stop(&kdc);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_an_answer_every_way_is_tried),
        cmocka_unit_test(what_must_go_once_is_one_datagram_and_no_connection),
        cmocka_unit_test(what_must_go_once_is_one_connection_and_no_datagram),
        cmocka_unit_test(what_has_not_gone_out_goes_the_other_way),
        cmocka_unit_test(what_fits_into_no_datagram_is_asked_over_tcp_alone),
        cmocka_unit_test(answered_datagrams_are_the_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
