/*
 * Text for people: a gutter of labels, wrapped paragraphs beside it, colour
 * where it is wanted.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_PAGE_H
#define DAEMON_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "checks/findings.h"

/* Columns of the gutter: "CRITICAL" and two spaces. */
enum { PAGE_GUTTER = 10 };

enum paint {
    PAINT_PLAIN,
    PAINT_BOLD,
    PAINT_DIM,
    PAINT_GREEN,
    PAINT_YELLOW,
    PAINT_RED,
    PAINT_MAGENTA,
};

struct page {
    FILE *stream;
    size_t width;  /* columns to wrap at */
    bool color;
};


/* The columns that a printable string takes: one for each character. */
size_t page_columns(const char *text);

/* The colour of a status. */
enum paint page_status_paint(enum status status);

/* Write text in a colour, and nothing else. */
void page_put(const struct page *page, enum paint paint, const char *text);

/* Write text in a colour and pad it with spaces to so many columns. */
void page_pad(const struct page *page, enum paint paint, const char *text,
              size_t columns);

/* Fill the gutter with a label, which may be "". */
void page_label(const struct page *page, enum paint paint, const char *label);

/* From the gutter on, write text as one line, however long: a command that
   must stay copyable. */
void page_line(const struct page *page, enum paint paint, const char *text);

/*
 * From the gutter on, write text wrapped between words, all lines beginning
 * at the gutter.  Words are never broken.
 *
 * text  Anything; cleaned first.
 */
void page_wrap(const struct page *page, enum paint paint, const char *text);

#endif
