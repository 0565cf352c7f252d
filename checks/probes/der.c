/*
 * Reading elements of BER and DER (X.690) from bytes that may be anything.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/probes/der.h"

enum { LENGTH_IS_LONG = 0x80, LENGTH_OCTETS_MOST = 4 };


/*
 * Read the tag and the length that open an element.
 *
 * start_out, content_out  Where its content begins, and how long it is.
 */
static enum net_frame
read_header(const struct der *from, size_t *start_out, size_t *content_out)
{
    size_t octets, content = 0;

    if (from->length < 2)
        return NET_MORE;
    if (!(from->bytes[1] & LENGTH_IS_LONG)) {
        *start_out = 2;
        *content_out = from->bytes[1];
        return NET_COMPLETE;
    }
    octets = from->bytes[1] & ~LENGTH_IS_LONG & 0xff;
    if (octets == 0 || octets > LENGTH_OCTETS_MOST)
        return NET_GARBLED;
    if (from->length < 2 + octets)
        return NET_MORE;
    for (size_t i = 0; i < octets; i++)
        content = content << 8 | from->bytes[2 + i];
    if (content > NET_ANSWER_MAX)
        return NET_GARBLED;
    *start_out = 2 + octets;
    *content_out = content;
    return NET_COMPLETE;
}


enum net_frame
der_frame(const struct der *from, size_t *size_out)
{
    size_t start, content;
    enum net_frame header = read_header(from, &start, &content);

    if (header != NET_COMPLETE)
        return header;
    if (from->length - start < content)
        return NET_MORE;
    *size_out = start + content;
    return NET_COMPLETE;
}


bool
der_take(struct der *from, uint8_t tag, struct der *content_out)
{
    size_t start, content;

    if (der_tag(from) != tag
        || read_header(from, &start, &content) != NET_COMPLETE
        || from->length - start < content)
        return false;
    *content_out = (struct der){from->bytes + start, content};
    from->bytes += start + content;
    from->length -= start + content;
    return true;
}


bool
der_take_number(struct der *from, uint8_t tag, uint32_t *number_out)
{
    struct der rest = *from, octets;
    uint64_t number = 0;

    if (!der_take(&rest, tag, &octets) || octets.length < 1
        || octets.length > 5 || (octets.bytes[0] & 0x80))
        return false;
    for (size_t i = 0; i < octets.length; i++)
        number = number << 8 | octets.bytes[i];
    if (number > UINT32_MAX)
        return false;
    *number_out = (uint32_t)number;
    *from = rest;
    return true;
}


uint8_t
der_tag(const struct der *from)
{
    return from->length > 0 ? from->bytes[0] : 0;
}
