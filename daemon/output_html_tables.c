/*
 * The HTML page's sections on what was looked at.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/html.h"
#include "daemon/output_html.h"

/* How many lines of a list are shown. */
enum { LIST_MOST = 50 };


/* ----- checks */


/* The last cell of a check's row. */
static void
write_not_covered(const struct check_result *result, FILE *stream)
{
    size_t count = result->not_covered.count;

    if (count == 0) {
        html_element(stream, "td class=\"dim\"", "nothing");
        return;
    }
    fputs("<td>\n<ul>\n", stream);
    for (size_t i = 0; i < count && i < LIST_MOST; i++)
        html_element(stream, "li", result->not_covered.items[i]);
    if (count > LIST_MOST)
        html_format(stream, "li", "and %zu more", count - LIST_MOST);
    fputs("</ul>\n</td>\n", stream);
}


static void
write_check(const struct check_result *result, FILE *stream)
{
    fputs("<tr>\n", stream);
    html_element(stream, "th scope=\"row\"", result->check);
    if (!result->judged) {
        html_element(stream, "td colspan=\"5\"", "nothing to look at");
        fputs("</tr>\n", stream);
        return;
    }
    fputs("<td>", stream);
    html_status(stream, result->status);
    fputs("</td>\n", stream);
    html_format(stream, "td class=\"number\"", "%zu", result->covered);
    html_format(stream, "td class=\"number\"", "%zu", result->above_ok);
    fputs("<td>", stream);
    if (result->judged_us > 0)
        html_time(stream, result->judged_us);
    fputs("</td>\n", stream);
    write_not_covered(result, stream);
    fputs("</tr>\n", stream);
}


static void
write_checks(const struct findings *findings, FILE *stream)
{
    if (findings->result_count == 0)
        return;
    html_begin_table(stream, "checks", "Checks",
                     "What each check judged, and what it could not see",
                     "Check|Status|Judged|Findings|When|Not seen");
    for (size_t i = 0; i < findings->result_count; i++)
        write_check(&findings->results[i], stream);
    html_end_table(stream);
}


/* ----- measurements */


/* What a measurement is about: each kind has its own table. */
enum topic { TOPIC_OTHER, TOPIC_CLOCK, TOPIC_CLOCK_SOURCE, TOPIC_PORT };


static enum topic
topic_of(const struct measurement *item)
{
    if (strcmp(item->check, "ports") == 0)
        return TOPIC_PORT;
    if (strcmp(item->check, "clock") == 0 && strcmp(item->name, "offset") == 0)
        return TOPIC_CLOCK;
    if (strcmp(item->check, "clock") == 0
        && strncmp(item->name, "offset_", strlen("offset_")) == 0)
        return TOPIC_CLOCK_SOURCE;
    return TOPIC_OTHER;
}


static bool
has_topic(const struct findings *findings, enum topic topic)
{
    for (size_t i = 0; i < findings->measurement_count; i++)
        if (topic_of(&findings->measurements[i]) == topic)
            return true;
    return false;
}


/* A measurement as a person reads it, "0.4 ms ± 0.7 ms", for the caller to
   free(). */
static char *
measured_text(const struct measurement *item)
{
    char *number = report_number(item->number, item->unit);
    char *bound, *text;

    if (item->bound < 0)
        return number;
    bound = report_number(item->bound, item->unit);
    text = xasprintf("%s \xc2\xb1 %s", number, bound);
    free(bound);
    free(number);
    return text;
}


/* Write what is known of a subject: its worst finding of a check, or OK. */
static void
write_judged(const struct findings *findings, const char *check,
             const char *subject, FILE *stream)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = findings->items[i];

        if (finding_counts(finding) && strcmp(finding->check, check) == 0
            && strcmp(finding->subject, subject) == 0
            && status_worse(finding->status, status))
            status = finding->status;
    }
    fputs("<td>", stream);
    html_status(stream, status);
    fputs("</td>\n", stream);
}


/* The cell of what the services of a host say its clock is. */
static void
write_sources(const struct findings *findings, const char *host, FILE *stream)
{
    const char *separator = "";

    fputs("<td>", stream);
    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];
        char *text;

        if (topic_of(item) != TOPIC_CLOCK_SOURCE
            || strcmp(item->subject, host) != 0)
            continue;
        text = measured_text(item);
        fputs(separator, stream);
        html_text(stream, item->name + strlen("offset_"));
        fputc(' ', stream);
        html_text(stream, text);
        separator = ", ";
        free(text);
    }
    fputs("</td>\n", stream);
}


static void
write_clocks(const struct report *report, FILE *stream)
{
    const struct findings *findings = report->findings;
    const struct settings_numbers *numbers = report->settings->numbers;
    char *warn = text_duration(numbers->clock_warn_us);
    char *crit = text_duration(numbers->clock_crit_us);
    char *caption = xasprintf("How far each clock is ahead of that of %s; "
                              "%s is a warning, %s critical", report->host,
                              warn, crit);

    if (has_topic(findings, TOPIC_CLOCK)) {
        html_begin_table(stream, "clocks", "Clocks", caption,
                         "Host|Status|Offset|By service");
        for (size_t i = 0; i < findings->measurement_count; i++) {
            const struct measurement *item = &findings->measurements[i];
            char *text;

            if (topic_of(item) != TOPIC_CLOCK)
                continue;
            text = measured_text(item);
            fputs("<tr>\n", stream);
            html_element(stream, "th scope=\"row\"", item->subject);
            write_judged(findings, "clock", item->subject, stream);
            html_element(stream, "td class=\"number\"", text);
            write_sources(findings, item->subject, stream);
            fputs("</tr>\n", stream);
            free(text);
        }
        html_end_table(stream);
    }
    free(caption);
    free(crit);
    free(warn);
}


static void
write_others(const struct findings *findings, FILE *stream)
{
    if (!has_topic(findings, TOPIC_OTHER))
        return;
    html_begin_table(stream, "measured", "Also measured",
                     "What else the checks counted and timed",
                     "Check|Subject|What|Value");
    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];
        char *text;

        if (topic_of(item) != TOPIC_OTHER)
            continue;
        text = measured_text(item);
        fputs("<tr>\n", stream);
        html_element(stream, "td", item->check);
        html_element(stream, "td", item->subject);
        html_element(stream, "td", item->name);
        html_element(stream, "td class=\"number\"", text);
        fputs("</tr>\n", stream);
        free(text);
    }
    html_end_table(stream);
}


/* ----- hosts */


static void
write_hosts(const char *title, const struct strings *hosts, FILE *stream)
{
    html_format(stream, "h3", "%zu %s%s", hosts->count, title,
                hosts->count == 1 ? "" : "s");
    if (hosts->count == 0)
        return;
    fputs("<ul>\n", stream);
    for (size_t i = 0; i < hosts->count; i++)
        html_element(stream, "li", hosts->items[i]);
    fputs("</ul>\n", stream);
}


static void
write_targets(const struct report *report, FILE *stream)
{
    struct strings dcs = {0}, mail = {0};

    report_hosts(report, &dcs, &mail);
    fputs("<section>\n<h2 id=\"hosts\">Looked at</h2>\n", stream);
    write_hosts("domain controller", &dcs, stream);
    write_hosts("mail server", &mail, stream);
    fputs("</section>\n", stream);
    strings_clear(&dcs);
    strings_clear(&mail);
}


void
output_html_tables(const struct report *report, FILE *stream)
{
    write_checks(report->findings, stream);
    write_clocks(report, stream);
    output_html_ports(report->findings, stream);
    write_others(report->findings, stream);
    write_targets(report, stream);
}
