/*
 * Text for people: a gutter, wrapped paragraphs, colour.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/page.h"

/* Longer texts than any finding's are cut. */
enum { TEXT_LIMIT = 8192 };


size_t
page_columns(const char *text)
{
    size_t columns = 0;

    for (; *text; text++)
        if (((unsigned char)*text & 0xc0) != 0x80)
            columns++;
    return columns;
}


enum paint
page_status_paint(enum status status)
{
    static const enum paint paints[] = {
        [STATUS_OK] = PAINT_GREEN,
        [STATUS_WARNING] = PAINT_YELLOW,
        [STATUS_CRITICAL] = PAINT_RED,
        [STATUS_UNKNOWN] = PAINT_MAGENTA,
    };

    return paints[status];
}


/* Write so many bytes in a colour (ECMA-48 SGR). */
static void
put_bytes(const struct page *page, enum paint paint, const char *bytes,
          size_t length)
{
    static const char *const codes[] = {
        [PAINT_BOLD] = "1",
        [PAINT_DIM] = "2",
        [PAINT_GREEN] = "32",
        [PAINT_YELLOW] = "1;33",
        [PAINT_RED] = "1;31",
        [PAINT_MAGENTA] = "1;35",
    };
    bool painted = page->color && paint != PAINT_PLAIN;

    if (painted)
        fprintf(page->stream, "\033[%sm", codes[paint]);
    fwrite(bytes, 1, length, page->stream);
    if (painted)
        fputs("\033[0m", page->stream);
}


void
page_put(const struct page *page, enum paint paint, const char *text)
{
    char *clean = text_clean(text, strlen(text), TEXT_LIMIT);

    put_bytes(page, paint, clean, strlen(clean));
    free(clean);
}


void
page_pad(const struct page *page, enum paint paint, const char *text,
         size_t columns)
{
    page_put(page, paint, text);
    for (size_t used = page_columns(text); used < columns; used++)
        fputc(' ', page->stream);
}


void
page_label(const struct page *page, enum paint paint, const char *label)
{
    page_pad(page, paint, label, PAGE_GUTTER);
}


void
page_line(const struct page *page, enum paint paint, const char *text)
{
    page_put(page, paint, text);
    fputc('\n', page->stream);
}


/* How many bytes of text go on a line of so many columns: as many words as
   fit, one at least. */
static size_t
line_length(const char *text, size_t columns)
{
    size_t length = strcspn(text, " ");
    size_t used = 0;

    for (size_t i = 0; i < length; i++)
        used += ((unsigned char)text[i] & 0xc0) != 0x80;
    while (text[length] == ' ') {
        size_t gap = strspn(text + length, " ");
        size_t word = strcspn(text + length + gap, " ");

        used += gap;
        for (size_t i = 0; i < word; i++)
            used += ((unsigned char)text[length + gap + i] & 0xc0) != 0x80;
        if (used > columns || word == 0)
            break;
        length += gap + word;
    }
    return length;
}


void
page_wrap(const struct page *page, enum paint paint, const char *text)
{
    char *clean = text_clean(text, strlen(text), TEXT_LIMIT);
    size_t columns = page->width > 2 * PAGE_GUTTER ? page->width - PAGE_GUTTER
                                                   : PAGE_GUTTER;
    const char *rest = clean + strspn(clean, " ");

    for (;;) {
        size_t length = line_length(rest, columns);

        put_bytes(page, paint, rest, length);
        fputc('\n', page->stream);
        rest += length;
        rest += strspn(rest, " ");
        if (!*rest)
            break;
        page_label(page, PAINT_PLAIN, "");
    }
    free(clean);
}
