/*
 * Pieces of an HTML page.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/html.h"

/* Longer texts than any finding's are cut. */
enum { TEXT_LIMIT = 8192 };

/* Colours stand in the page's variables: for light, then for dark, then for
   paper.  Each also has a word or a shape beside it. */
static const char *const stylesheet[] = {
    ":root { color-scheme: light dark; --back: #fff; --fore: #1c2127;",
    "  --dim: #59636e; --line: #d5dae0; --soft: #f4f6f8;",
    "  --ok: #1a7f37; --warning: #9a5b00; --critical: #b3261e;",
    "  --unknown: #6e40b0; --badge: #fff; --tone: var(--dim); }",
    "@media (prefers-color-scheme: dark) { :root { --back: #14181d;",
    "  --fore: #e4e8ec; --dim: #9aa5b1; --line: #343c46; --soft: #1d232a;",
    "  --ok: #5bd27c; --warning: #f0b34a;",
    "  --critical: #ff8a80; --unknown: #c9a7ff; --badge: #14181d; } }",
    "* { box-sizing: border-box; }",
    "body { margin: 0 auto; max-width: 72rem; padding: 1rem;",
    "  background: var(--back); color: var(--fore);",
    "  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }",
    "h1 { font-size: 1.4rem; line-height: 1.3; margin: 0.3rem 0; }",
    "h2 { font-size: 1.2rem; margin: 2rem 0 0.6rem; }",
    "h3 { font-size: 1rem; margin: 0 0 0.4rem; }",
    "h4 { font-size: 0.8rem; margin: 0.8rem 0 0.2rem; color: var(--dim);",
    "  text-transform: uppercase; letter-spacing: 0.05em; }",
    "p { margin: 0.3rem 0; }",
    "ul { margin: 0.3rem 0; padding-left: 1.2rem; }",
    ".dim, caption, footer { color: var(--dim); font-size: 0.9rem; }",
    ".ok { --tone: var(--ok); } .warning { --tone: var(--warning); }",
    ".critical { --tone: var(--critical); }",
    ".unknown { --tone: var(--unknown); }",
    ".verdict, .finding { border: 1px solid var(--line);",
    "  border-left: 0.4rem solid var(--tone); border-radius: 0.3rem;",
    "  padding: 0.8rem 1rem; margin: 0.8rem 0; }",
    ".verdict { background: var(--soft); }",
    ".status { display: inline-block; background: var(--tone);",
    "  color: var(--badge); border-radius: 0.25rem; padding: 0 0.45em;",
    "  font-size: 0.85em; font-weight: 700; white-space: nowrap; }",
    "pre { margin: 0.3rem 0; padding: 0.4rem 0.6rem; user-select: all;",
    "  background: var(--soft); border: 1px solid var(--line);",
    "  border-radius: 0.25rem; white-space: pre-wrap;",
    "  font: 0.9rem/1.4 ui-monospace, monospace; }",
    ".wide { overflow-x: auto; }",
    "table { border-collapse: collapse; font-size: 0.9rem;",
    "  overflow-wrap: normal; }",
    "caption { text-align: left; padding-bottom: 0.3rem; }",
    "th, td { border-bottom: 1px solid var(--line); text-align: left;",
    "  padding: 0.25rem 0.9rem 0.25rem 0; vertical-align: top; }",
    "time, th, .ports td { white-space: nowrap; }",
    ".checks td:last-child, .clocks td:last-child { min-width: 12rem; }",
    ".number { text-align: right; white-space: nowrap; }",
    ".bad { color: var(--critical); font-weight: 700; }",
    "td ul { margin: 0; }",
    "footer { margin-top: 2rem; border-top: 1px solid var(--line); }",
    "@media (max-width: 40rem) { body { padding: 0.6rem; }",
    "  th, td { padding-right: 0.6rem; } }",
    "@media print { :root { --back: #fff; --fore: #000; --dim: #444;",
    "  --line: #aaa; --soft: #fff; --ok: #000; --warning: #000;",
    "  --critical: #000; --unknown: #000; --badge: #000; }",
    "  html { font-size: 10pt; } body { max-width: none; padding: 0; }",
    "  .wide { overflow: visible; }",
    "  .status { background: none; border: 1px solid #000; }",
    "  .ports { font-size: 7pt; } .finding, tr { break-inside: avoid; }",
    "  h2, h3, h4 { break-after: avoid; } }",
};


void
html_text(FILE *stream, const char *text)
{
    char *clean = text_clean(text, strlen(text), TEXT_LIMIT);

    for (const char *at = clean; *at; at++)
        if (*at == '&')
            fputs("&amp;", stream);
        else if (*at == '<')
            fputs("&lt;", stream);
        else if (*at == '>')
            fputs("&gt;", stream);
        else if (*at == '"')
            fputs("&quot;", stream);
        else
            fputc(*at, stream);
    free(clean);
}


void
html_element(FILE *stream, const char *tag, const char *text)
{
    /* "td class=..." ends as "td". */
    int name = (int)strcspn(tag, " ");

    fprintf(stream, "<%s>", tag);
    html_text(stream, text);
    fprintf(stream, "</%.*s>\n", name, tag);
}


void
html_format(FILE *stream, const char *tag, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    html_element(stream, tag, text);
    free(text);
}


void
html_begin(FILE *stream, const char *title, int refresh_s)
{
    fputs("<!DOCTYPE html>\n"
          "<html lang=\"en\">\n"
          "<head>\n"
          "<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" "
          "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
          "<meta name=\"viewport\" "
          "content=\"width=device-width, initial-scale=1\">\n",
          stream);
    if (refresh_s > 0)
        fprintf(stream, "<meta http-equiv=\"refresh\" content=\"%d\">\n",
                refresh_s);
    html_element(stream, "title", title);
    fputs("<style>\n", stream);
    for (size_t i = 0; i < sizeof(stylesheet) / sizeof(*stylesheet); i++)
        fprintf(stream, "%s\n", stylesheet[i]);
    fputs("</style>\n</head>\n<body>\n", stream);
}


void
html_end(FILE *stream)
{
    fputs("</body>\n</html>\n", stream);
}


const char *
html_class(enum status status)
{
    static const char *const classes[] = {
        [STATUS_OK] = "ok",
        [STATUS_WARNING] = "warning",
        [STATUS_CRITICAL] = "critical",
        [STATUS_UNKNOWN] = "unknown",
    };

    return classes[status];
}


void
html_status(FILE *stream, enum status status)
{
    fprintf(stream, "<span class=\"status %s\">%s</span>\n",
            html_class(status), status_name(status));
}


void
html_time(FILE *stream, int64_t time_us)
{
    char when[TEXT_TIME_SIZE];
    char *shown;

    /* "2026-01-31T12:00:00.123456Z" is shown as "2026-01-31 12:00:00 UTC". */
    text_time(time_us, when);
    shown = xstrndup(when, strcspn(when, "."));
    if (strchr(shown, 'T'))
        *strchr(shown, 'T') = ' ';
    fprintf(stream, "<time datetime=\"%s\">%s UTC</time>\n", when, shown);
    free(shown);
}


void
html_begin_table(FILE *stream, const char *id, const char *title,
                 const char *caption, const char *heads)
{
    fprintf(stream, "<section>\n<h2 id=\"%s\">%s</h2>\n"
                    "<div class=\"wide\">\n<table class=\"%s\">\n",
            id, title, id);
    html_element(stream, "caption", caption);
    fputs("<thead>\n<tr>\n", stream);
    while (*heads) {
        size_t length = strcspn(heads, "|");
        char *head = xstrndup(heads, length);

        html_element(stream, "th scope=\"col\"", head);
        free(head);
        heads += length + (heads[length] == '|');
    }
    fputs("</tr>\n</thead>\n<tbody>\n", stream);
}


void
html_end_table(FILE *stream)
{
    fputs("</tbody>\n</table>\n</div>\n</section>\n", stream);
}
