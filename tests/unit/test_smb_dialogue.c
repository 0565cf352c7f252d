/*
 * Setting up an SMB session with servers of every kind of mood.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/now.h"
#include "checks/probes/smb_dialogue.h"
#include "tests/unit/little_server.h"
#include "tests/unit/packets.h"

enum { HEADER = 64, TIMEOUT_US = 300 * 1000 };

/* Generous, for a loaded machine. */
enum { PATIENCE_US = 30 * 1000 * 1000 };

static const struct der our_token = {(const uint8_t *)"ours", 4};

/* How many LOGOFFs servers have seen; shared with them. */
static int *logoffs;

/* What a server does with SESSION_SETUP. */
static uint32_t setup_status;
static bool signing_required, pending_first, forgets_token, wrong_id;


/* Read a request; its command, or -1 at the end. */
static int
read_request(int fd, uint8_t *bytes, size_t size)
{
    size_t length;

    if (recv(fd, bytes, 4, MSG_WAITALL) != 4)
        return -1;
    length = (size_t)bytes[2] << 8 | bytes[3];
    if (length > size - 4
        || recv(fd, bytes + 4, length, MSG_WAITALL) != (ssize_t)length)
        return -1;
    return bytes[4 + 12];
}


/* Answer a request with a status and a body. */
static void
answer(int fd, const uint8_t *request, uint32_t status, const void *body,
       size_t length)
{
    uint8_t bytes[4 + HEADER + 64] = {0, 0, 0, (uint8_t)(HEADER + length)};

    memcpy(bytes + 4, request + 4, HEADER);
    for (int i = 0; i < 4; i++)
        bytes[4 + 8 + i] = (uint8_t)(status >> 8 * i);
    bytes[4 + 16] |= 1;
    bytes[4 + 24] = (uint8_t)(bytes[4 + 24] + wrong_id);
    if (request[4 + 12] == SMB2_SESSION_SETUP)
        bytes[4 + 40] = 5;
    memcpy(bytes + 4 + HEADER, body, length);
    (void)!write(fd, bytes, 4 + HEADER + length);
}


/* A server that is a real one as far as this goes. */
static void
serve(int fd)
{
    static const uint8_t error_body[9] = {9};
    uint8_t negotiated[64] = {65, 0, signing_required ? 3 : 1};
    uint8_t set_up[] = {9, 0, 0, 0, 72, 0, forgets_token ? 9 : 3, 0,
                        'y', 'e', 's'};
    uint8_t request[512];

    for (;;) {
        switch (read_request(fd, request, sizeof(request))) {
        case SMB2_NEGOTIATE:
            answer(fd, request, 0, negotiated, sizeof(negotiated));
            break;
        case SMB2_SESSION_SETUP:
            if (pending_first)
                answer(fd, request, SMB2_STATUS_PENDING, error_body, 9);
            answer(fd, request, setup_status, set_up, sizeof(set_up));
            break;
        case SMB2_LOGOFF:
            ++*logoffs;
            answer(fd, request, 0, "\4\0\0\0", 4);
            break;
        default:
            return;
        }
    }
}


static void
refuse_dialects(int fd)
{
    static const uint8_t body[9] = {9};
    uint8_t request[512];

    if (read_request(fd, request, sizeof(request)) == SMB2_NEGOTIATE)
        answer(fd, request, UINT32_C(0xc00000bb), body, sizeof(body));
}


static void
babble(int fd)
{
    (void)!write(fd, "220 mail ready\r\n", 16);
    pause();
}


/* Announce much, and let a byte a moment arrive. */
static void
drip(int fd)
{
    static const uint8_t frame[] = {0, 0, 0xff, 0xfc};

    (void)!write(fd, frame, sizeof(frame));
    while (write(fd, "x", 1) == 1)
        usleep(20 * 1000);
}


/* Be still at work, for ever. */
static void
stall(int fd)
{
    static const uint8_t body[9] = {9};
    uint8_t request[512];

    read_request(fd, request, sizeof(request));
    for (;;)
        answer(fd, request, SMB2_STATUS_PENDING, body, sizeof(body));
}


static void
hang_up(int fd)
{
    (void)fd;
}


/* Begin with servers as friendly as can be. */
static void
begin(void)
{
    setup_status = SMB2_STATUS_SUCCESS;
    signing_required = pending_first = forgets_token = wrong_id = false;
    *logoffs = 0;
}


/* Set up a session with a server that answers; whether that came about. */
static bool
talk(struct smb_dialogue *dialogue, struct error *error)
{
    struct little_server server = little_tcp(serve);
    struct der token = {NULL, 0};
    bool fine = smb_dialogue_open(dialogue, "127.0.0.1", server.port,
                                  now_monotonic_us() + PATIENCE_US, error)
                && smb_dialogue_set_up(dialogue, &our_token, &token, error);

    if (fine && token.length > 0) {
        assert_int_equal(token.length, 3);
        assert_memory_equal(token.bytes, "yes", 3);
    }
    smb_dialogue_close(dialogue);
    little_stop(&server);
    return fine;
}


/* What is said of a server that does not get so far as a session. */
static void
fails(little_script *script, bool answered, const char *words)
{
    struct little_server server = little_tcp(script);
    int64_t start_us = now_monotonic_us();
    struct smb_dialogue dialogue;
    struct error error;

    assert_false(smb_dialogue_open(&dialogue, "127.0.0.1", server.port,
                                   start_us + TIMEOUT_US, &error));
    assert_true(now_monotonic_us() - start_us < PATIENCE_US);
    assert_int_equal(dialogue.answered, answered);
    assert_false(dialogue.refused);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" is not in: %s", words, error.text);
    smb_dialogue_close(&dialogue);
    little_stop(&server);
}


static void
a_session_is_ended_with_a_logoff(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    assert_true(talk(&dialogue, &error));
    assert_int_equal(dialogue.status, 0);
    assert_int_equal(*logoffs, 1);
}


static void
one_that_wants_signatures_gets_no_logoff(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    signing_required = true;
    assert_true(talk(&dialogue, &error));
    assert_int_equal(*logoffs, 0);
}


static void
half_a_session_gets_no_logoff(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    setup_status = SMB2_STATUS_MORE_PROCESSING;
    assert_true(talk(&dialogue, &error));
    assert_int_equal(dialogue.status, SMB2_STATUS_MORE_PROCESSING);
    assert_int_equal(*logoffs, 0);
}


static void
a_refusal_is_an_answer(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    setup_status = UINT32_C(0xc000006d);
    forgets_token = true;
    assert_true(talk(&dialogue, &error));
    assert_true(dialogue.status == UINT32_C(0xc000006d));
    assert_true(dialogue.refused);
    assert_int_equal(*logoffs, 0);
}


static void
what_is_no_error_is_no_refusal(void **state)
{
    static const uint32_t statuses[] = {
        SMB2_STATUS_SUCCESS, SMB2_STATUS_MORE_PROCESSING,
        UINT32_C(0x40000000), UINT32_C(0x80000005), UINT32_C(0xbfffffff),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        struct smb_dialogue dialogue;
        struct error error;

        begin();
        setup_status = statuses[i];
        assert_true(talk(&dialogue, &error));
        assert_false(dialogue.refused);
    }
}


static void
an_error_without_a_right_form_is_no_refusal(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    setup_status = UINT32_C(0xc000006d);
    wrong_id = true;
    assert_false(talk(&dialogue, &error));
    assert_false(dialogue.refused);
}


static void
a_server_may_say_that_it_is_at_work(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    pending_first = true;
    assert_true(talk(&dialogue, &error));
    assert_int_equal(dialogue.status, 0);
}


static void
a_token_outside_of_its_message_is_an_error(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    forgets_token = true;
    assert_false(talk(&dialogue, &error));
    assert_non_null(strstr(error.text, "outside"));
    assert_true(dialogue.answered);
}


static void
an_answer_to_another_message_is_an_error(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    wrong_id = true;
    assert_false(talk(&dialogue, &error));
    assert_non_null(strstr(error.text, "another SMB2 message"));
}


static void
servers_that_are_none_end_in_time(void **state)
{
    (void)state;
    begin();
    fails(NULL, false, "no answer in time");
    fails(hang_up, false, "");
    fails(babble, true, "another protocol");
    fails(drip, true, "no answer in time");
    fails(stall, true, "no answer in time");
    fails(refuse_dialects, true, "0xc00000bb");
}


static void
a_closed_port_is_told(void **state)
{
    struct smb_dialogue dialogue;
    struct error error;

    (void)state;
    begin();
    assert_false(smb_dialogue_open(&dialogue, "127.0.0.1",
                                   little_closed_port(SOCK_STREAM),
                                   now_monotonic_us() + PATIENCE_US, &error));
    assert_false(dialogue.answered);
    assert_non_null(strstr(error.text, "Connection refused"));
    smb_dialogue_close(&dialogue);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_ended_with_a_logoff),
        cmocka_unit_test(one_that_wants_signatures_gets_no_logoff),
        cmocka_unit_test(half_a_session_gets_no_logoff),
        cmocka_unit_test(a_refusal_is_an_answer),
        cmocka_unit_test(what_is_no_error_is_no_refusal),
        cmocka_unit_test(an_error_without_a_right_form_is_no_refusal),
        cmocka_unit_test(a_server_may_say_that_it_is_at_work),
        cmocka_unit_test(a_token_outside_of_its_message_is_an_error),
        cmocka_unit_test(an_answer_to_another_message_is_an_error),
        cmocka_unit_test(servers_that_are_none_end_in_time),
        cmocka_unit_test(a_closed_port_is_told),
    };

    logoffs = mmap(NULL, sizeof(*logoffs), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (logoffs == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
