/*
 * Responses to SMB2 NEGOTIATE: the time in them, and which are none.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/smb.h"
#include "tests/unit/packets.h"


static void
system_time_is_read_with_the_tick_of_windows(void **state)
{
    struct packet packet = packet_smb();
    struct reading reading;
    struct error error;

    (void)state;
    assert_true(smb_read(packet.bytes, packet.length, &reading, &error));
    assert_true(reading.known);
    assert_int_equal(reading.earliest_us, PACKETS_TIME_S * 1000000);
    assert_int_equal(reading.latest_us - reading.earliest_us, 16001);
    packet_free(&packet);
}


static void
a_refusal_is_an_answer_without_time(void **state)
{
    struct packet packet = packet_smb();
    struct reading reading;
    struct error error;

    (void)state;
    memcpy(packet.bytes + 4 + 8, "\xbb\0\0\xc0", 4);
    assert_true(smb_read(packet.bytes, packet.length, &reading, &error));
    assert_false(reading.known);
    assert_non_null(strstr(reading.detail, "0xc00000bb"));
    packet_free(&packet);
}


static void
an_unset_time_is_no_time(void **state)
{
    struct packet packet = packet_smb();
    struct reading reading;
    struct error error;

    (void)state;
    memset(packet.bytes + 4 + 104, 0, 8);
    assert_true(smb_read(packet.bytes, packet.length, &reading, &error));
    assert_false(reading.known);
    packet_free(&packet);
}


static void
other_messages_are_refused(void **state)
{
    /* Signature, header size, command, response flag, body size. */
    static const size_t places[] = {4, 4 + 4, 4 + 12, 4 + 16, 4 + 64};
    struct packet packet = packet_smb();
    struct reading reading;
    struct error error;

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        packet.bytes[places[i]] ^= 1;
        assert_false(smb_read(packet.bytes, packet.length, &reading, &error));
        packet.bytes[places[i]] ^= 1;
    }
    for (size_t length = 0; length < packet.length; length++)
        assert_false(smb_read(packet.bytes, length, &reading, &error));
    packet_free(&packet);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(system_time_is_read_with_the_tick_of_windows),
        cmocka_unit_test(a_refusal_is_an_answer_without_time),
        cmocka_unit_test(an_unset_time_is_no_time),
        cmocka_unit_test(other_messages_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
