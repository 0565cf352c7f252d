/*
 * Text from elsewhere made safe, and the few spellings the program promises.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"

#define US_PER_S INT64_C(1000000)

/* RFC 1035 section 2.3.4. */
enum { HOST_MOST = 253, LABEL_MOST = 63 };


/*
 * Decode one UTF-8 character (RFC 3629 section 4).
 *
 * bytes, length  What is there; length is at least 1.
 * code_out       The character.
 *
 * Returns how many bytes it took, or 0 for anything RFC 3629 forbids: bad
 * continuation, overlong form, surrogate, beyond U+10FFFF, cut short.
 */
static size_t
decode_utf8(const unsigned char *bytes, size_t length, uint32_t *code_out)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code;
    size_t size;

    if (bytes[0] < 0x80) {
        *code_out = bytes[0];
        return 1;
    }
    if ((bytes[0] & 0xe0) == 0xc0)
        size = 2, code = bytes[0] & 0x1f;
    else if ((bytes[0] & 0xf0) == 0xe0)
        size = 3, code = bytes[0] & 0x0f;
    else if ((bytes[0] & 0xf8) == 0xf0)
        size = 4, code = bytes[0] & 0x07;
    else
        return 0;
    if (size > length)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    if (code < smallest[size] || code > 0x10ffff
        || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *code_out = code;
    return size;
}


/* Whether a character could steer a terminal or a log reader: controls, line
   and paragraph separators, and the bidirectional controls of Unicode's
   annex 9. */
static bool
is_steering(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c
           || code == 0x200e || code == 0x200f
           || (code >= 0x2028 && code <= 0x202e)
           || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}


char *
text_escape(const void *data, size_t length, size_t limit)
{
    const unsigned char *bytes = data;
    size_t room = limit + 1, used = 0;
    char *text = xcalloc(room + 3, 1);

    while (length > 0) {
        uint32_t code = 0;
        size_t size = decode_utf8(bytes, length, &code);
        bool plain = size > 0 && !is_steering(code) && code != '\\';
        size_t taken = size > 0 ? size : 1;
        size_t wide = plain ? taken : 4 * taken;

        if (used + wide > limit) {
            memcpy(text + used, "...", 4);
            return text;
        }
        if (plain)
            memcpy(text + used, bytes, taken);
        else
            for (size_t i = 0; i < taken; i++)
                snprintf(text + used + 4 * i, 5, "\\x%02x", bytes[i]);
        used += wide;
        bytes += taken;
        length -= taken;
    }
    return text;
}


bool
text_is_printable(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = strlen(text);

    while (length > 0) {
        uint32_t code;
        size_t size = decode_utf8(bytes, length, &code);

        if (size == 0 || is_steering(code))
            return false;
        bytes += size;
        length -= size;
    }
    return true;
}


char *
text_clean(const void *bytes, size_t length, size_t limit)
{
    if (length <= limit && !memchr(bytes, '\0', length)) {
        char *copy = xstrndup(bytes, length);

        if (text_is_printable(copy))
            return copy;
        free(copy);
    }
    return text_escape(bytes, length, limit);
}


void
text_trim_utf8(char *text)
{
    size_t length = strlen(text), start = length;
    uint32_t code;

    while (start > 0 && length - start < 4
           && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0
        && decode_utf8((unsigned char *)text + start - 1, length - start + 1,
                       &code) == 0)
        text[start - 1] = '\0';
}


char *
text_join(const struct strings *texts)
{
    enum { MOST = 4 };
    char *joined = xstrdup("");

    for (size_t i = 0; i < texts->count && i < MOST; i++) {
        char *longer = xasprintf("%s%s%s", joined, i ? ", " : "",
                                 texts->items[i]);

        free(joined);
        joined = longer;
    }
    if (texts->count > MOST) {
        char *longer = xasprintf("%s and %zu more", joined,
                                 texts->count - MOST);

        free(joined);
        joined = longer;
    }
    return joined;
}


void
text_lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}


void
text_upper(char *text)
{
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}


char *
text_host(const char *host)
{
    size_t length = strlen(host);
    char *copy;

    while (length > 0 && host[length - 1] == '.')
        length--;
    copy = xstrndup(host, length);
    text_lower(copy);
    return copy;
}


bool
text_is_host(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t label = 0;

    if (strlen(text) > HOST_MOST)
        return false;
    for (const char *at = text; *at; at++) {
        label = *at == '.' ? 0 : label + 1;
        if (label > LABEL_MOST || (label == 0 && (at == text || at[-1] == '.'))
            || (label > 0 && !strchr(allowed, *at))
            || (label == 1 && *at == '-'))
            return false;
    }
    return label > 0;
}


/* Fold one ASCII letter. */
static int
fold(char letter)
{
    unsigned char byte = (unsigned char)letter;

    return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}


int
text_casecmp(const char *left, const char *right)
{
    while (*left && fold(*left) == fold(*right))
        left++, right++;
    return fold(*left) - fold(*right);
}


bool
text_has_prefix_case(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if (fold(*text) != fold(*prefix))
            return false;
    return true;
}


void
text_time(int64_t time_us, char text_out[TEXT_TIME_SIZE])
{
    int64_t fraction = time_us % US_PER_S;
    time_t seconds = (time_t)(time_us / US_PER_S);
    struct tm parts;
    size_t length;

    if (fraction < 0) {
        fraction += US_PER_S;
        seconds--;
    }
    if (!gmtime_r(&seconds, &parts))
        memset(&parts, 0, sizeof(parts));
    length = strftime(text_out, TEXT_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text_out + length, TEXT_TIME_SIZE - length, ".%06dZ",
             (int)fraction);
}


/* How many units a duration is, to the nearest one. */
static uint64_t
rounded(uint64_t us, uint64_t unit_us)
{
    return us / unit_us + (us % unit_us >= unit_us / 2);
}


/* "7 min 3 s", or "7 min" where nothing is left over. */
static char *
two_units(const char *sign, uint64_t large, const char *large_unit,
          uint64_t small, const char *small_unit)
{
    if (small == 0)
        return xasprintf("%s%" PRIu64 " %s", sign, large, large_unit);
    return xasprintf("%s%" PRIu64 " %s %" PRIu64 " %s", sign, large,
                     large_unit, small, small_unit);
}


char *
text_duration(int64_t duration_us)
{
    uint64_t us = duration_us < 0 ? -(uint64_t)duration_us
                                  : (uint64_t)duration_us;
    uint64_t s = rounded(us, 1000000), min = rounded(us, 60000000);
    uint64_t h = rounded(us, 3600000000);
    const char *sign = duration_us < 0 && us >= 50 ? "-" : "";

    if (us < 9950)
        return xasprintf("%s%.1f ms", sign, (double)us / 1e3);
    if (us < 999500)
        return xasprintf("%s%" PRIu64 " ms", sign, rounded(us, 1000));
    if (s < 120)
        return xasprintf("%s%.1f s", sign, (double)us / 1e6);
    if (s < 7200)
        return two_units(sign, s / 60, "min", s % 60, "s");
    if (min < 2880)
        return two_units(sign, min / 60, "h", min % 60, "min");
    return two_units(sign, h / 24, "d", h % 24, "h");
}
