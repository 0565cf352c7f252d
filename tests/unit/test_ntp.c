/*
 * SNTP replies: the time in them, and which are none.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/ntp.h"
#include "checks/probes/wire.h"
#include "tests/unit/packets.h"

#define TIME_US (PACKETS_TIME_S * 1000000)

static struct packet reply;


static int
setup(void **state)
{
    (void)state;
    reply = packet_ntp();
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    packet_free(&reply);
    return 0;
}


/* Read the reply as it now is. */
static bool
read_reply(struct reading *reading)
{
    struct error error;

    return ntp_read(reply.bytes, reply.length, packets_nonce, TIME_US,
                    reading, &error);
}


static void
its_clock_ran_from_receipt_to_transmission(void **state)
{
    struct reading reading;

    (void)state;
    assert_true(read_reply(&reading));
    assert_true(reading.known);
    assert_true(reading.trusted);
    assert_int_equal(reading.stratum, 2);
    /* A precision of 2^-20 s widens each end by a microsecond or two. */
    assert_in_range(TIME_US + 500000 - reading.earliest_us, 0, 2);
    assert_in_range(reading.latest_us - TIME_US - 250000, 0, 2);
}


static void
a_coarse_clock_widens_the_interval(void **state)
{
    struct reading reading;

    (void)state;
    reply.bytes[3] = (uint8_t)-6;
    assert_true(read_reply(&reading));
    assert_in_range(TIME_US + 500000 - reading.earliest_us, 15625, 15627);
    reply.bytes[3] = 127;
    assert_true(read_reply(&reading));
    assert_int_equal(TIME_US + 500000 - reading.earliest_us, 1000000);
}


static void
the_era_is_the_one_nearest_to_us(void **state)
{
    struct reading reading;
    struct error error;
    int64_t after_2036_us = INT64_C(2085978496) * 1000000;

    (void)state;
    wire_put_be32(reply.bytes + 40, 5);
    wire_put_be32(reply.bytes + 44, 0);
    assert_true(ntp_read(reply.bytes, reply.length, packets_nonce,
                         after_2036_us, &reading, &error));
    assert_in_range(after_2036_us + 5000000 - reading.earliest_us, 0, 2);
}


static void
an_unsynchronised_server_is_not_trusted(void **state)
{
    static const struct {
        size_t at;
        uint8_t byte;
    } cases[] = {{0, 0xe4}, {1, 0}, {1, 16}, {8 + 1, 16}, {4 + 1, 32}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t old = reply.bytes[cases[i].at];
        struct reading reading;

        reply.bytes[cases[i].at] = cases[i].byte;
        assert_true(read_reply(&reading));
        assert_true(reading.known);
        assert_false(reading.trusted);
        reply.bytes[cases[i].at] = old;
    }
}


static void
seconds_of_root_dispersion_are_trusted(void **state)
{
    struct reading reading;

    (void)state;
    wire_put_be32(reply.bytes + 8, 15 << 16);
    assert_true(read_reply(&reading));
    assert_true(reading.trusted);
}


static void
a_kiss_code_is_an_answer_without_time(void **state)
{
    struct reading reading;

    (void)state;
    reply.bytes[1] = 0;
    memcpy(reply.bytes + 12, "RATE", 4);
    assert_true(read_reply(&reading));
    assert_false(reading.known);
    assert_non_null(strstr(reading.detail, "RATE"));
}


static void
what_is_no_reply_to_us_is_refused(void **state)
{
    struct reading reading;

    (void)state;
    reply.bytes[24 + 7] ^= 1;
    assert_false(read_reply(&reading));
    reply.bytes[24 + 7] ^= 1;
    reply.bytes[0] = 0x23;
    assert_false(read_reply(&reading));
    reply.bytes[0] = 0x24;
    reply.length--;
    assert_false(read_reply(&reading));
    reply.length++;
    assert_true(read_reply(&reading));
}


static void
a_reply_without_its_times_is_refused(void **state)
{
    struct reading reading;

    (void)state;
    memset(reply.bytes + 40, 0, 8);
    assert_false(read_reply(&reading));
    packet_free(&reply);
    reply = packet_ntp();
    memset(reply.bytes + 32, 0, 8);
    assert_false(read_reply(&reading));
}


static void
its_distance_is_dispersion_and_half_of_the_delay(void **state)
{
    int64_t distance_us = -1;

    (void)state;
    wire_put_be32(reply.bytes + 4, 0x18000);
    wire_put_be32(reply.bytes + 8, 0x14000);
    assert_true(ntp_read_distance(reply.bytes, &distance_us));
    assert_int_equal(distance_us, 2000000);
    wire_put_be32(reply.bytes + 4, UINT32_MAX);
    wire_put_be32(reply.bytes + 8, UINT32_MAX);
    assert_true(ntp_read_distance(reply.bytes, &distance_us));
    assert_in_range(distance_us, INT64_C(98303) * 1000000,
                    INT64_C(98304) * 1000000);
}


static void
who_follows_its_own_clock_has_no_distance(void **state)
{
    int64_t distance_us = -1;

    (void)state;
    wire_put_be32(reply.bytes + 12, 0x7f7f0100);
    assert_false(ntp_read_distance(reply.bytes, &distance_us));
    assert_int_equal(distance_us, -1);
    wire_put_be32(reply.bytes + 12, 0x7f7f0200);
    assert_true(ntp_read_distance(reply.bytes, &distance_us));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            its_clock_ran_from_receipt_to_transmission, setup, teardown),
        cmocka_unit_test_setup_teardown(a_coarse_clock_widens_the_interval,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_era_is_the_one_nearest_to_us,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            an_unsynchronised_server_is_not_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(
            seconds_of_root_dispersion_are_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kiss_code_is_an_answer_without_time,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_reply_to_us_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_reply_without_its_times_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            its_distance_is_dispersion_and_half_of_the_delay, setup, teardown),
        cmocka_unit_test_setup_teardown(
            who_follows_its_own_clock_has_no_distance, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
