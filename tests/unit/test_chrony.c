/*
 * chronyd's tracking report: what it says of this host's clock, and what is
 * none.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/chrony.h"
#include "checks/probes/wire.h"
#include "tests/unit/packets.h"

#define TEN_YEARS_US (INT64_C(3650) * 86400 * 1000000)

/* Where in the report the numbers are. */
enum { CORRECTION = 68, ROOT_DELAY = 92, ROOT_DISPERSION = 96 };

static struct packet reply;


static int
setup(void **state)
{
    (void)state;
    reply = packet_chrony();
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    packet_free(&reply);
    return 0;
}


/* Read the reply as it now is, which must be a report. */
static struct chrony_tracking
read_report(void)
{
    struct chrony_tracking tracking = {.error_us = -1};
    struct error error;

    assert_true(chrony_answers(reply.bytes, reply.length,
                               PACKETS_CHRONY_SEQUENCE));
    assert_true(chrony_read(reply.bytes, reply.length, &tracking, &error));
    return tracking;
}


/* Read the reply as it now is, which must be refused with these words. */
static void
assert_refused(const char *words)
{
    struct chrony_tracking tracking = {.error_us = -1};
    struct error error = {""};

    assert_true(chrony_answers(reply.bytes, reply.length,
                               PACKETS_CHRONY_SEQUENCE));
    assert_false(chrony_read(reply.bytes, reply.length, &tracking, &error));
    assert_non_null(strstr(error.text, words));
    assert_int_equal(tracking.error_us, -1);
}


/* The error that the report tells with this number alone. */
static int64_t
error_of(size_t at, uint32_t number)
{
    wire_put_be32(reply.bytes + CORRECTION, 0);
    wire_put_be32(reply.bytes + ROOT_DELAY, 0);
    wire_put_be32(reply.bytes + ROOT_DISPERSION, 0);
    wire_put_be32(reply.bytes + at, number);
    return read_report().error_us;
}


/* A number as chronyd writes it: coefficient * 2^(exponent - 25). */
static uint32_t
number(int exponent, int coefficient)
{
    return (uint32_t)exponent << 25 | ((uint32_t)coefficient & 0x1ffffff);
}


static void
the_request_is_as_long_as_the_reply(void **state)
{
    uint8_t request[CHRONY_PACKET];

    (void)state;
    memset(request, 0xff, sizeof(request));
    chrony_write(request, 0x01020304);
    assert_int_equal(reply.length, CHRONY_PACKET);
    assert_memory_equal(request, "\6\1\0\0\0\41\0\0\1\2\3\4", 12);
    for (size_t i = 12; i < sizeof(request); i++)
        assert_int_equal(request[i], 0);
}


static void
the_report_is_read(void **state)
{
    struct chrony_tracking tracking;

    (void)state;
    tracking = read_report();
    assert_int_equal(tracking.stratum, 3);
    assert_true(tracking.synchronized);
    assert_false(tracking.own);
    assert_int_equal(tracking.error_us, 2000000);
}


static void
a_leap_second_is_no_lack_of_synchronisation(void **state)
{
    (void)state;
    for (uint16_t leap = 0; leap < 3; leap++) {
        wire_put_be16(reply.bytes + 54, leap);
        assert_true(read_report().synchronized);
    }
    wire_put_be16(reply.bytes + 54, 3);
    assert_false(read_report().synchronized);
    wire_put_be16(reply.bytes + 54, 256);
    assert_false(read_report().synchronized);
}


static void
who_follows_itself_is_known(void **state)
{
    (void)state;
    wire_put_be32(reply.bytes + 28, 0x7f7f0101);
    assert_true(read_report().own);
}


static void
numbers_are_sizes_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(error_of(ROOT_DISPERSION, number(2, 0x800000)), 1000000);
    assert_int_equal(error_of(CORRECTION, number(2, -0x800000)), 1000000);
    assert_int_equal(error_of(CORRECTION, number(1, -0x1000000)), 1000000);
    assert_int_equal(error_of(ROOT_DELAY, number(2, 0x800000)), 500000);
    assert_int_equal(error_of(ROOT_DISPERSION, number(5, 1)), 1);
    assert_int_equal(error_of(ROOT_DISPERSION, number(6, 1)), 2);
    assert_int_equal(error_of(ROOT_DISPERSION, number(-19, 1)), 1);
    assert_int_equal(error_of(ROOT_DISPERSION, number(-20, 1)), 1);
    assert_int_equal(error_of(ROOT_DISPERSION, number(-64, 1)), 1);
    assert_int_equal(error_of(ROOT_DISPERSION, number(-64, 0)), 0);
    assert_int_equal(error_of(ROOT_DISPERSION, number(25, 7)), 7000000);
    assert_int_equal(error_of(ROOT_DISPERSION, number(26, 7)), 14000000);
}


static void
no_number_is_too_large(void **state)
{
    (void)state;
    assert_int_equal(error_of(ROOT_DISPERSION, number(63, 0xffffff)),
                     TEN_YEARS_US);
    assert_int_equal(error_of(CORRECTION, number(63, -0x1000000)),
                     TEN_YEARS_US);
    wire_put_be32(reply.bytes + ROOT_DELAY, number(63, 1));
    wire_put_be32(reply.bytes + ROOT_DISPERSION, number(63, 0xffffff));
    assert_int_equal(read_report().error_us, TEN_YEARS_US);
}


static void
what_does_not_answer_us_is_passed_over(void **state)
{
    (void)state;
    assert_false(chrony_answers(reply.bytes, reply.length,
                                PACKETS_CHRONY_SEQUENCE + 1));
    for (size_t length = 0; length < 28; length++) {
        struct packet part = packet_copy(reply.bytes, length);

        assert_false(chrony_answers(part.bytes, part.length,
                                    PACKETS_CHRONY_SEQUENCE));
        packet_free(&part);
    }
    reply.bytes[1] = 1;
    assert_false(chrony_answers(reply.bytes, reply.length,
                                PACKETS_CHRONY_SEQUENCE));
    reply.bytes[1] = 2;
    reply.bytes[5]++;
    assert_false(chrony_answers(reply.bytes, reply.length,
                                PACKETS_CHRONY_SEQUENCE));
}


static void
a_cut_report_is_refused(void **state)
{
    (void)state;
    for (size_t length = 28; length < CHRONY_PACKET; length++) {
        struct packet whole = reply;

        reply = packet_copy(whole.bytes, length);
        assert_refused("no tracking report");
        packet_free(&reply);
        reply = whole;
    }
}


static void
refusals_say_why(void **state)
{
    (void)state;
    wire_put_be16(reply.bytes + 8, 2);
    assert_refused("status 2");
    wire_put_be16(reply.bytes + 8, 0);
    wire_put_be16(reply.bytes + 6, 1);
    assert_refused("no tracking report");
    wire_put_be16(reply.bytes + 6, 5);
    reply.bytes[0] = 5;
    assert_refused("version 5");
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_request_is_as_long_as_the_reply),
        TEST(the_report_is_read),
        TEST(a_leap_second_is_no_lack_of_synchronisation),
        TEST(who_follows_itself_is_known),
        TEST(numbers_are_sizes_rounded_up),
        TEST(no_number_is_too_large),
        TEST(what_does_not_answer_us_is_passed_over),
        TEST(a_cut_report_is_refused),
        TEST(refusals_say_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
