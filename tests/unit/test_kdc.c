/*
 * KRB-ERRORs as clocks, and whom to ask as.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/kdc.h"
#include "tests/unit/packets.h"

#define TIME_US (PACKETS_TIME_S * 1000000)


/* How far the clock may be ahead of stime, from an error with this text. */
static int64_t
width(const char *text, int susec)
{
    struct packet packet = packet_krb_error(text, susec);
    struct reading reading;
    struct error error;
    unsigned int code;

    assert_true(kdc_read(packet.bytes, packet.length, &reading, &code,
                         &error));
    assert_true(reading.known);
    assert_int_equal(code, 25);
    assert_int_equal(reading.earliest_us, TIME_US + susec);
    packet_free(&packet);
    return reading.latest_us - reading.earliest_us;
}


static void
an_mit_kdc_may_be_a_second_behind(void **state)
{
    (void)state;
    assert_int_equal(width("NEEDED_PREAUTH", 7), 1000000);
    assert_int_equal(width("CLIENT_NOT_FOUND", 7), 1000000);
    assert_int_equal(width("CLIENT LOCKED OUT", 7), 1000000);
}


static void
other_kdcs_are_taken_at_their_word(void **state)
{
    (void)state;
    assert_int_equal(width("Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ", 7),
                     1);
    assert_int_equal(width("", 7), 16000);
}


static void
a_stamp_without_microseconds_is_a_second_wide(void **state)
{
    (void)state;
    assert_int_equal(width("", 0), 1000000);
    assert_int_equal(width("Need to use PA-ENC-TIMESTAMP", 0), 1000000);
}


static void
an_as_rep_tells_no_time(void **state)
{
    struct reading reading;
    struct error error;
    unsigned int code = 1;

    (void)state;
    assert_true(kdc_read((const uint8_t *)"\x6b\0", 2, &reading, &code,
                         &error));
    assert_false(reading.known);
    assert_int_equal(code, 0);
}


static void
half_an_error_is_refused(void **state)
{
    struct packet packet = packet_krb_error("NEEDED_PREAUTH", 7);
    struct reading reading;
    struct error error;
    unsigned int code;

    (void)state;
    for (size_t length = 0; length < packet.length; length++)
        assert_false(kdc_read(packet.bytes, length, &reading, &code, &error));
    packet_free(&packet);
}


static void
impossible_microseconds_are_refused(void **state)
{
    struct packet packet = packet_krb_error("", 1000000);
    struct reading reading;
    struct error error;
    unsigned int code;

    (void)state;
    assert_false(kdc_read(packet.bytes, packet.length, &reading, &code,
                          &error));
    packet_free(&packet);
}


/* Whom the KDC on a host is asked as. */
static void
assert_principal(char *configured, char *host, const char *expected)
{
    char realm[] = "CORP.EXAMPLE.COM";
    struct context_task context = {.principal = configured, .realm = realm};
    struct packet_task task = {.host = host};
    char *principal = kdc_principal(&context, &task);

    assert_string_equal(principal, expected);
    free(principal);
}


static void
the_configured_principal_is_asked_for(void **state)
{
    char host[] = "dc1.corp.example.com", bare[] = "mon";
    char full[] = "mon@OTHER.EXAMPLE.COM";

    (void)state;
    assert_principal(bare, host, "mon@CORP.EXAMPLE.COM");
    assert_principal(full, host, "mon@OTHER.EXAMPLE.COM");
}


static void
without_one_the_kdcs_own_account_is(void **state)
{
    char host[] = "dc1.corp.example.com", none[] = "";
    char long_host[] = "a-very-long-host-name.corp.example.com";

    (void)state;
    assert_principal(none, host, "DC1$@CORP.EXAMPLE.COM");
    assert_principal(none, long_host, "A-VERY-LONG-HOS$@CORP.EXAMPLE.COM");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_mit_kdc_may_be_a_second_behind),
        cmocka_unit_test(other_kdcs_are_taken_at_their_word),
        cmocka_unit_test(a_stamp_without_microseconds_is_a_second_wide),
        cmocka_unit_test(an_as_rep_tells_no_time),
        cmocka_unit_test(half_an_error_is_refused),
        cmocka_unit_test(impossible_microseconds_are_refused),
        cmocka_unit_test(the_configured_principal_is_asked_for),
        cmocka_unit_test(without_one_the_kdcs_own_account_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
