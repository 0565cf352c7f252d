/*
 * Kerberos tokens in SPNEGO's clothes.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <string.h>

#include "checks/probes/spnego.h"
#include "checks/probes/wire.h"

/* Tags: a first token of GSSAPI (RFC 2743 section 3.1), in it NegTokenInit,
   and NegTokenResp alone (RFC 4178 section 4.2). */
enum {
    TAG_FIRST_TOKEN = 0x60,
    TAG_OBJECT_IDENTIFIER = 0x06,
    TAG_INIT = 0xa0,
    TAG_MECHANISMS = 0xa0,
    TAG_MECHANISM_TOKEN = 0xa2,  /* also of a response */
    TAG_RESPONSE = 0xa1,
};

/* From here on a length takes octets of its own (X.690 section 8.1.3). */
enum { LENGTH_IS_LONG = 0x80 };

/* RFC 4121 section 4.1.2: what stands before a KRB-ERROR. */
enum { TOKEN_ID = 2, TOKEN_IS_ERROR = 0x0300 };

/* RFC 4120 section 5.9.1: KRB-ERROR, and its error-code. */
enum { TAG_KRB_ERROR = 0x7e, TAG_ERROR_CODE = 0xa6 };

static const uint8_t spnego[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x02};
static const uint8_t kerberos[]
    = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02};

/* Bytes that are written from the end to the beginning, since an element's
   length stands before it. */
struct writer {
    uint8_t *start;  /* of the room */
    uint8_t *at;     /* what is written so far begins here */
};


/* Put bytes before what is there. */
static void
put(struct writer *writer, const void *bytes, size_t length)
{
    assert((size_t)(writer->at - writer->start) >= length);
    writer->at -= length;
    memcpy(writer->at, bytes, length);
}


/* Put the tag and length of an element that ends at "end" before it. */
static void
put_header(struct writer *writer, uint8_t tag, const uint8_t *end)
{
    size_t length = (size_t)(end - writer->at);
    uint8_t octets[] = {(uint8_t)(length >> 16), (uint8_t)(length >> 8),
                        (uint8_t)length};
    size_t most = sizeof(octets), count = most;
    uint8_t first;

    while (count > 1 && octets[most - count] == 0)
        count--;
    first = length < LENGTH_IS_LONG ? (uint8_t)length
                                    : (uint8_t)(LENGTH_IS_LONG | count);
    if (length >= LENGTH_IS_LONG)
        put(writer, octets + most - count, count);
    put(writer, &first, 1);
    put(writer, &tag, 1);
}


/* Put a whole element before what is there. */
static void
put_element(struct writer *writer, uint8_t tag, const void *bytes,
            size_t length)
{
    const uint8_t *end = writer->at;

    put(writer, bytes, length);
    put_header(writer, tag, end);
}


size_t
spnego_wrap(const struct der *token, uint8_t *bytes)
{
    uint8_t *end = bytes + token->length + SPNEGO_MORE_MOST;
    struct writer writer = {.start = bytes, .at = end};
    const uint8_t *mechanisms;
    size_t length;

    put_element(&writer, DER_OCTETS, token->bytes, token->length);
    put_header(&writer, TAG_MECHANISM_TOKEN, end);
    mechanisms = writer.at;
    put_element(&writer, TAG_OBJECT_IDENTIFIER, kerberos, sizeof(kerberos));
    put_header(&writer, DER_SEQUENCE, mechanisms);
    put_header(&writer, TAG_MECHANISMS, mechanisms);
    put_header(&writer, DER_SEQUENCE, end);
    put_header(&writer, TAG_INIT, end);
    put_element(&writer, TAG_OBJECT_IDENTIFIER, spnego, sizeof(spnego));
    put_header(&writer, TAG_FIRST_TOKEN, end);
    length = (size_t)(end - writer.at);
    memmove(bytes, writer.at, length);
    return length;
}


/* Take the element with a tag out of a sequence, and skip those before it. */
static bool
find(struct der *sequence, uint8_t tag, struct der *content_out)
{
    while (der_tag(sequence) != 0) {
        bool found = der_tag(sequence) == tag;

        if (!der_take(sequence, der_tag(sequence), content_out))
            return false;
        if (found)
            return true;
    }
    return false;
}


bool
spnego_unwrap(const struct der *token, struct der *inner_out)
{
    struct der rest = *token, response, sequence, field;

    if (der_tag(token) == TAG_FIRST_TOKEN) {
        *inner_out = *token;
        return true;
    }
    return der_take(&rest, TAG_RESPONSE, &response)
           && der_take(&response, DER_SEQUENCE, &sequence)
           && find(&sequence, TAG_MECHANISM_TOKEN, &field)
           && der_take(&field, DER_OCTETS, inner_out);
}


bool
spnego_read_error(const struct der *inner, uint32_t *code_out)
{
    struct der token = *inner, rest, mechanism, message, sequence, code;

    if (!der_take(&token, TAG_FIRST_TOKEN, &rest)
        || !der_take(&rest, TAG_OBJECT_IDENTIFIER, &mechanism)
        || rest.length < TOKEN_ID || wire_be16(rest.bytes) != TOKEN_IS_ERROR)
        return false;
    rest.bytes += TOKEN_ID;
    rest.length -= TOKEN_ID;
    return der_take(&rest, TAG_KRB_ERROR, &message)
           && der_take(&message, DER_SEQUENCE, &sequence)
           && find(&sequence, TAG_ERROR_CODE, &code)
           && der_take_number(&code, DER_INTEGER, code_out);
}
