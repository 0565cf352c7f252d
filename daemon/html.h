/*
 * Pieces of an HTML page.
 *
 * All text is cleaned, then escaped, so that nothing that came from a network
 * is ever read as markup.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_HTML_H
#define DAEMON_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "checks/findings.h"


/* Write the document up to the beginning of its body: it loads nothing from
   elsewhere and runs nothing, but reads itself again every refresh_s seconds,
   if that is not 0. */
void html_begin(FILE *stream, const char *title, int refresh_s);

/* Write the end of the body and the document. */
void html_end(FILE *stream);

/* Write text, within an element or a value in double quotes. */
void html_text(FILE *stream, const char *text);

/* Write an element that holds text only, and a line feed. */
void html_element(FILE *stream, const char *tag, const char *text);

/* As html_element(), the text formatted. */
void html_format(FILE *stream, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Write a status: the word, in its colour. */
void html_status(FILE *stream, enum status status);

/* The class of elements in the colour of a status, "critical". */
const char *html_class(enum status status);

/* Write a time, microseconds since 1970: to the second, in UTC. */
void html_time(FILE *stream, int64_t time_us);

/*
 * Write the beginning of a section that holds one table, up to its rows.
 *
 * id     Of the section's heading, and the table's class.
 * heads  The headings of the columns, joined by bars.
 */
void html_begin_table(FILE *stream, const char *id, const char *title,
                      const char *caption, const char *heads);
void html_end_table(FILE *stream);

#endif
