/*
 * SMB2 messages: requests as MS-SMB2 has them, and answers that are none.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/smb2.h"
#include "tests/unit/packets.h"

enum { HEADER = 64, TOKEN = 5, SETUP_ANSWER = 4 + HEADER + 8 + TOKEN };

/* What a server answers to SESSION_SETUP: status, flags, session, and a
   token. */
static void
make_setup_answer(uint8_t bytes[SETUP_ANSWER])
{
    static const uint8_t body[] = {9, 0, 0, 0, 72, 0, TOKEN, 0,
                                   't', 'o', 'k', 'e', 'n'};

    memset(bytes, 0, SETUP_ANSWER);
    bytes[3] = SETUP_ANSWER - 4;
    memcpy(bytes + 4, "\xfeSMB\x40", 5);
    memcpy(bytes + 4 + 8, "\x16\0\0\xc0", 4);
    bytes[4 + 12] = SMB2_SESSION_SETUP;
    bytes[4 + 16] = 1;
    bytes[4 + 24] = 7;
    memcpy(bytes + 4 + 40, "\x01\x02\0\0\0\0\0\x80", 8);
    memcpy(bytes + 4 + HEADER, body, sizeof(body));
}


static void
negotiate_offers_four_dialects(void **state)
{
    static const uint8_t body[] = {
        36, 0, 4, 0, 1, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x02, 0x10,
        0x02, 0x00, 0x03, 0x02, 0x03,
    };
    static const uint8_t client[SMB2_CLIENT_SIZE]
        = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    uint8_t bytes[SMB2_SHORT_MOST];

    (void)state;
    assert_int_equal(smb2_write_negotiate(client, bytes),
                     4 + HEADER + sizeof(body));
    assert_memory_equal(bytes, "\0\0\0\x6c\xfeSMB\x40\0", 10);
    assert_memory_equal(bytes + 4 + 12, "\0\0\1\0\0\0\0\0", 8);
    assert_memory_equal(bytes + 4 + HEADER, body, sizeof(body));
}


static void
session_setup_carries_the_token(void **state)
{
    static const uint8_t body[] = {25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0,
                                   3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'a', 'b',
                                   'c'};
    const struct smb2_request request = {.id = 0x102, .session = 0x8000000005};
    const struct der token = {(const uint8_t *)"abc", 3};
    uint8_t *bytes = xcalloc(SMB2_SETUP_MOST, 1);

    (void)state;
    assert_int_equal(smb2_write_session_setup(&request, &token, bytes),
                     4 + HEADER + sizeof(body));
    assert_int_equal(bytes[4 + 12], SMB2_SESSION_SETUP);
    assert_memory_equal(bytes + 4 + 24, "\2\1\0\0\0\0\0\0", 8);
    assert_memory_equal(bytes + 4 + 40, "\5\0\0\0\x80\0\0\0", 8);
    assert_memory_equal(bytes + 4 + HEADER, body, sizeof(body));
    free(bytes);
}


static void
the_longest_token_has_room(void **state)
{
    const struct smb2_request request = {.id = 1};
    struct der token = {NULL, SMB2_TOKEN_MOST};
    uint8_t *bytes = xcalloc(SMB2_SETUP_MOST, 1);
    uint8_t *content = xcalloc(SMB2_TOKEN_MOST, 1);
    size_t length;

    (void)state;
    token.bytes = content;
    length = smb2_write_session_setup(&request, &token, bytes);
    assert_int_equal(length, 4 + HEADER + 24 + SMB2_TOKEN_MOST);
    assert_true(length <= SMB2_SETUP_MOST);
    assert_memory_equal(bytes, "\0\1\0\x57", 4);
    free(content);
    free(bytes);
}


static void
logoff_names_the_session(void **state)
{
    const struct smb2_request request = {.id = 2, .session = 9};
    uint8_t bytes[SMB2_SHORT_MOST];

    (void)state;
    assert_int_equal(smb2_write_logoff(&request, bytes), 4 + HEADER + 4);
    assert_int_equal(bytes[4 + 12], SMB2_LOGOFF);
    assert_int_equal(bytes[4 + 40], 9);
    assert_memory_equal(bytes + 4 + HEADER, "\4\0\0\0", 4);
}


static void
an_answer_tells_status_session_and_token(void **state)
{
    uint8_t bytes[SETUP_ANSWER];
    struct smb2_answer answer;
    struct error error;
    struct der token;

    (void)state;
    make_setup_answer(bytes);
    assert_int_equal(smb2_frame(NULL, bytes, sizeof(bytes)), NET_COMPLETE);
    assert_true(smb2_read(bytes, sizeof(bytes), SMB2_SESSION_SETUP, &answer,
                          &error));
    assert_int_equal(answer.status, SMB2_STATUS_MORE_PROCESSING);
    assert_int_equal(answer.id, 7);
    assert_true(answer.session == UINT64_C(0x8000000000000201));
    assert_true(smb2_read_session_setup(&answer, &token, &error));
    assert_int_equal(token.length, TOKEN);
    assert_memory_equal(token.bytes, "token", TOKEN);
}


static void
a_token_may_be_absent(void **state)
{
    uint8_t bytes[SETUP_ANSWER];
    struct smb2_answer answer;
    struct error error;
    struct der token;

    (void)state;
    make_setup_answer(bytes);
    memset(bytes + 4 + HEADER + 4, 0, 4);
    assert_true(smb2_read(bytes, sizeof(bytes), SMB2_SESSION_SETUP, &answer,
                          &error));
    assert_true(smb2_read_session_setup(&answer, &token, &error));
    assert_int_equal(token.length, 0);
}


static void
a_token_outside_of_the_message_is_refused(void **state)
{
    /* Offset, length: over the header, over the fixed part, one byte too
       long, beyond the end, far away. */
    static const uint8_t places[][4] = {
        {0, 0, 1, 0}, {71, 0, 1, 0}, {72, 0, TOKEN + 1, 0},
        {72 + TOKEN + 1, 0, 1, 0}, {0xff, 0xff, 0xff, 0xff},
    };
    uint8_t bytes[SETUP_ANSWER];
    struct smb2_answer answer;
    struct error error;
    struct der token;

    (void)state;
    make_setup_answer(bytes);
    assert_true(smb2_read(bytes, sizeof(bytes), SMB2_SESSION_SETUP, &answer,
                          &error));
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        memcpy(bytes + 4 + HEADER + 4, places[i], 4);
        assert_false(smb2_read_session_setup(&answer, &token, &error));
    }
}


static void
answers_that_are_cut_are_refused(void **state)
{
    uint8_t bytes[SETUP_ANSWER];
    struct error error;

    (void)state;
    make_setup_answer(bytes);
    for (size_t length = 0; length < sizeof(bytes); length++) {
        uint8_t *copy = xcalloc(length + 1, 1);
        struct smb2_answer answer;
        struct der token;

        memcpy(copy, bytes, length);
        assert_int_equal(smb2_frame(NULL, copy, length), NET_MORE);
        assert_false(smb2_read(copy, length, SMB2_SESSION_SETUP, &answer,
                               &error)
                     && smb2_read_session_setup(&answer, &token, &error));
        free(copy);
    }
}


static void
an_answer_to_another_command_is_refused(void **state)
{
    uint8_t bytes[SETUP_ANSWER];
    struct smb2_answer answer;
    struct error error;

    (void)state;
    make_setup_answer(bytes);
    assert_false(smb2_read(bytes, sizeof(bytes), SMB2_NEGOTIATE, &answer,
                           &error));
    bytes[4 + 16] = 0;
    assert_false(smb2_read(bytes, sizeof(bytes), SMB2_SESSION_SETUP, &answer,
                           &error));
}


static void
frames_are_bounded(void **state)
{
    static const uint8_t least[] = {0, 0, 0, HEADER};
    static const uint8_t less[] = {0, 0, 0, HEADER - 1};
    static const uint8_t most[] = {0, 0, 0xff, 0xfc};
    static const uint8_t more[] = {0, 0, 0xff, 0xfd};
    static const uint8_t other[] = {1};

    (void)state;
    assert_int_equal(smb2_frame(NULL, least, 4), NET_MORE);
    assert_int_equal(smb2_frame(NULL, less, 4), NET_GARBLED);
    assert_int_equal(smb2_frame(NULL, most, 4), NET_MORE);
    assert_int_equal(smb2_frame(NULL, more, 4), NET_GARBLED);
    assert_int_equal(smb2_frame(NULL, other, 1), NET_GARBLED);
}


static void
a_server_may_demand_signatures(void **state)
{
    struct packet packet = packet_smb();
    struct smb2_answer answer;
    struct smb2_server server;
    struct error error;

    (void)state;
    assert_true(smb2_read(packet.bytes, packet.length, SMB2_NEGOTIATE,
                          &answer, &error));
    assert_true(smb2_read_negotiate(&answer, &server, &error));
    assert_false(server.signing_required);
    packet.bytes[4 + HEADER + 2] = 3;
    assert_true(smb2_read_negotiate(&answer, &server, &error));
    assert_true(server.signing_required);
    packet_free(&packet);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negotiate_offers_four_dialects),
        cmocka_unit_test(session_setup_carries_the_token),
        cmocka_unit_test(the_longest_token_has_room),
        cmocka_unit_test(logoff_names_the_session),
        cmocka_unit_test(an_answer_tells_status_session_and_token),
        cmocka_unit_test(a_token_may_be_absent),
        cmocka_unit_test(a_token_outside_of_the_message_is_refused),
        cmocka_unit_test(answers_that_are_cut_are_refused),
        cmocka_unit_test(an_answer_to_another_command_is_refused),
        cmocka_unit_test(frames_are_bounded),
        cmocka_unit_test(a_server_may_demand_signatures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
