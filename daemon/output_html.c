/*
 * A report as one HTML page that needs nothing else: to look at in a browser,
 * to send or to print.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/html.h"
#include "daemon/output.h"
#include "daemon/output_html.h"

/* How often an open page looks whether there is a new one. */
enum { REFRESH_S = 60 };


/* When and from where all of it was seen. */
static void
write_when(const struct report *report, FILE *stream)
{
    char *elapsed = text_duration((int64_t)(report->elapsed_s * 1e6));
    char *ago = text_duration(report->age_us);

    fputs("<p class=\"dim\">Seen ", stream);
    html_time(stream, report->time_us);
    fputs("from ", stream);
    html_text(stream, report->host);
    /* A replay takes no time worth telling. */
    if (report->elapsed_s > 0)
        fprintf(stream, ", in %s", elapsed);
    if (report->age_us >= 0)
        fprintf(stream, ": as the service saw it %s ago", ago);
    fputs(".</p>\n", stream);
    free(elapsed);
    free(ago);
}


/* The line on how to get credentials, and the commands that follow it. */
static void
write_advice(const char *advice, FILE *stream)
{
    size_t length = strcspn(advice, "\n");
    const char *before = "<pre>";

    html_format(stream, "p", "%.*s", (int)length, advice);
    for (advice += length; *advice; advice += length) {
        char *line;

        advice++;
        length = strcspn(advice, "\n");
        line = xstrndup(advice, length);
        fputs(before, stream);
        html_text(stream, line);
        free(line);
        before = "\n";
    }
    if (*before == '\n')
        fputs("</pre>\n", stream);
}


static void
write_verdict(const struct report *report, FILE *stream)
{
    enum status status = report_status(report);
    char *verdict = report_verdict(report);

    fprintf(stream, "<header class=\"verdict %s\">\n<p>Kerberos mail in ",
            html_class(status));
    html_text(stream, report->domain);
    fputs("</p>\n<h1>", stream);
    html_status(stream, status);
    html_text(stream, verdict);
    fputs("</h1>\n", stream);
    write_when(report, stream);
    if (report->stale)
        write_advice("That is longer ago than the service promises, so what "
                     "follows may have changed.  See whether it runs, and why "
                     "not:\nsystemctl status spnhealthd", stream);
    if (report->credentials_advice)
        write_advice(report->credentials_advice, stream);
    fputs("</header>\n", stream);
    free(verdict);
}


void
output_html(const struct report *report, FILE *stream)
{
    char *title = xasprintf("%s: %s - spnhealthd",
                            status_name(report_status(report)),
                            report->domain);

    /* The service replaces its page after each run; what --status shows
       stays. */
    html_begin(stream, title,
               report->counters && report->age_us < 0 ? REFRESH_S : 0);
    write_verdict(report, stream);
    fputs("<main>\n", stream);
    output_html_findings(report, stream);
    output_html_tables(report, stream);
    fputs("</main>\n<footer>\n", stream);
    html_format(stream, "p", "%s on %s", report->program, report->host);
    fputs("</footer>\n", stream);
    html_end(stream);
    free(title);
}
