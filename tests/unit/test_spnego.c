/*
 * SPNEGO's tokens: Kerberos within, and errors within that.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/spnego.h"
#include "tests/unit/packets.h"

#define KERBEROS "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"

/* A response of negState accept-incomplete, supportedMech, and "abc". */
static const uint8_t response[]
    = "\xa1\x1b\x30\x19\xa0\x03\x0a\x01\x01\xa1\x0b" KERBEROS
      "\xa2\x05\x04\x03" "abc";

static const struct der whole_response = {response, sizeof(response) - 1};


/* Wrap a packet of at most 120 bytes as GSSAPI does an error token. */
static struct packet
wrap_error(const struct packet *packet)
{
    struct packet token;

    assert_true(packet->length <= 110);
    token.length = 2 + 11 + 2 + packet->length;
    token.bytes = xcalloc(token.length, 1);
    token.bytes[0] = 0x60;
    token.bytes[1] = (uint8_t)(token.length - 2);
    memcpy(token.bytes + 2, KERBEROS "\x03\x00", 13);
    memcpy(token.bytes + 15, packet->bytes, packet->length);
    return token;
}


static void
a_first_token_offers_kerberos_alone(void **state)
{
    static const uint8_t wanted[]
        = "\x60\x26\x06\x06\x2b\x06\x01\x05\x05\x02\xa0\x1c\x30\x1a\xa0\x0d"
          "\x30\x0b" KERBEROS "\xa2\x09\x04\x07" "a token";
    const struct der token = {(const uint8_t *)"a token", 7};
    uint8_t bytes[7 + SPNEGO_MORE_MOST];

    (void)state;
    assert_int_equal(spnego_wrap(&token, bytes), sizeof(wanted) - 1);
    assert_memory_equal(bytes, wanted, sizeof(wanted) - 1);
}


static void
tokens_of_any_length_are_wrapped(void **state)
{
    static const size_t lengths[] = {0, 0x7f, 0x80, 0xff, 0x100, 0xffff,
                                     0x10000, NET_ANSWER_MAX - 64};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint8_t *content = xcalloc(lengths[i] + 1, 1);
        uint8_t *bytes = xcalloc(lengths[i] + SPNEGO_MORE_MOST, 1);
        const struct der token = {content, lengths[i]};
        struct der rest, mechanism, init, sequence, field, inner;

        rest = (struct der){bytes, spnego_wrap(&token, bytes)};
        assert_true(der_take(&rest, 0x60, &init));
        assert_int_equal(rest.length, 0);
        assert_true(der_take(&init, 0x06, &mechanism));
        assert_true(der_take(&init, 0xa0, &sequence));
        assert_true(der_take(&sequence, DER_SEQUENCE, &field));
        assert_true(der_take(&field, 0xa0, &mechanism));
        assert_true(der_take(&field, 0xa2, &inner));
        assert_true(der_take(&inner, DER_OCTETS, &field));
        assert_int_equal(field.length, lengths[i]);
        free(bytes);
        free(content);
    }
}


static void
lengths_take_no_more_octets_than_they_need(void **state)
{
    uint8_t content[0x80] = {0}, bytes[0x80 + SPNEGO_MORE_MOST];
    const struct der token = {content, sizeof(content)};

    (void)state;
    assert_int_equal(spnego_wrap(&token, bytes), 3 + 0xa3);
    assert_memory_equal(bytes, "\x60\x81\xa3\x06", 4);
}


static void
a_response_yields_the_token_within(void **state)
{
    struct der inner;

    (void)state;
    assert_true(spnego_unwrap(&whole_response, &inner));
    assert_int_equal(inner.length, 3);
    assert_memory_equal(inner.bytes, "abc", 3);
}


static void
a_bare_token_is_taken_as_it_is(void **state)
{
    const struct der bare = {(const uint8_t *)"\x60\x00", 2};
    struct der inner;

    (void)state;
    assert_true(spnego_unwrap(&bare, &inner));
    assert_ptr_equal(inner.bytes, bare.bytes);
    assert_int_equal(inner.length, 2);
}


static void
responses_that_are_cut_yield_nothing(void **state)
{
    struct der inner;

    (void)state;
    for (size_t length = 0; length < whole_response.length; length++) {
        uint8_t *copy = xcalloc(length + 1, 1);
        struct der part = {copy, length};

        memcpy(copy, response, length);
        assert_false(spnego_unwrap(&part, &inner));
        free(copy);
    }
}


static void
a_response_without_a_token_yields_nothing(void **state)
{
    const struct der reject
        = {(const uint8_t *)"\xa1\x07\x30\x05\xa0\x03\x0a\x01\x02", 9};
    struct der inner;

    (void)state;
    assert_false(spnego_unwrap(&reject, &inner));
}


static void
an_error_within_is_read(void **state)
{
    struct packet message = packet_krb_error("", 0);
    struct packet token = wrap_error(&message);
    struct der inner = {token.bytes, token.length};
    uint32_t code = 0;

    (void)state;
    assert_true(spnego_read_error(&inner, &code));
    assert_int_equal(code, 25);
    for (inner.length = 0; inner.length < token.length; inner.length++)
        assert_false(spnego_read_error(&inner, &code));
    packet_free(&token);
    packet_free(&message);
}


static void
another_token_is_no_error(void **state)
{
    struct packet message = packet_krb_error("", 0);
    struct packet token = wrap_error(&message);
    const struct der inner = {token.bytes, token.length};
    uint32_t code = 0;

    (void)state;
    token.bytes[13] = 2;  /* an AP-REP's */
    assert_false(spnego_read_error(&inner, &code));
    packet_free(&token);
    packet_free(&message);
}


static void
a_token_that_ends_after_its_mechanism_is_no_error(void **state)
{
    /* Nothing may be read beyond; the sanitizers would tell. */
    uint8_t *bytes = xcalloc(13, 1);
    const struct der inner = {bytes, 13};
    uint32_t code;

    (void)state;
    memcpy(bytes, "\x60\x0b" KERBEROS, 13);
    assert_false(spnego_read_error(&inner, &code));
    free(bytes);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_token_offers_kerberos_alone),
        cmocka_unit_test(tokens_of_any_length_are_wrapped),
        cmocka_unit_test(lengths_take_no_more_octets_than_they_need),
        cmocka_unit_test(a_response_yields_the_token_within),
        cmocka_unit_test(a_bare_token_is_taken_as_it_is),
        cmocka_unit_test(responses_that_are_cut_yield_nothing),
        cmocka_unit_test(a_response_without_a_token_yields_nothing),
        cmocka_unit_test(an_error_within_is_read),
        cmocka_unit_test(another_token_is_no_error),
        cmocka_unit_test(a_token_that_ends_after_its_mechanism_is_no_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
