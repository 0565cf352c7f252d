/*
 * A report for a person: the verdict, what was found and how to mend it, and
 * what was looked at.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/output.h"
#include "daemon/page.h"

/* How many of a list are shown without -v. */
enum { FEW = 6, WIDTH_DEFAULT = 80 };


/* Write "label  text", the text formatted and wrapped. */
static void __attribute__((format(printf, 3, 4)))
write_entry(const struct page *page, const char *label, const char *format,
            ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    page_label(page, PAINT_DIM, label);
    page_wrap(page, PAINT_PLAIN, text);
    free(text);
}


/* The line on how to get credentials, and the commands that follow it. */
static void
write_advice(const struct page *page, const char *advice)
{
    const char *label = "note";

    while (*advice) {
        size_t length = strcspn(advice, "\n");
        char *line = xstrndup(advice, length);

        page_label(page, PAINT_YELLOW, label);
        if (*label)
            page_wrap(page, PAINT_PLAIN, line);
        else
            page_line(page, PAINT_BOLD, line);
        free(line);
        label = "";
        advice += length;
        advice += *advice == '\n';
    }
    fputc('\n', page->stream);
}


static void
write_verdict(const struct page *page, const struct report *report)
{
    enum status status = report_status(report);
    char *verdict = report_verdict(report);
    char *line = xasprintf("%s: %s", report->domain, verdict);

    page_label(page, page_status_paint(status), status_name(status));
    page_wrap(page, PAINT_BOLD, line);
    free(line);
    free(verdict);
}


/* Say how old all of it is, if it is not of now. */
static void
write_age(const struct page *page, const struct report *report)
{
    char *ago;

    if (report->age_us < 0)
        return;
    ago = text_duration(report->age_us);
    write_entry(page, "", "as the service saw it %s ago", ago);
    if (report->stale) {
        fputc('\n', page->stream);
        page_label(page, PAINT_YELLOW, "note");
        page_wrap(page, PAINT_PLAIN,
                  "That is longer ago than the service promises, so what "
                  "follows may have changed.  See whether it runs, and why "
                  "not:");
        page_label(page, PAINT_PLAIN, "");
        page_line(page, PAINT_BOLD, "systemctl status spnhealthd");
    }
    free(ago);
}


/* How many of a list to show; where one would be left, it is shown too. */
static size_t
shown_of(const struct report *report, size_t count)
{
    return report->verbosity > 0 || count <= FEW + 1 ? count : FEW;
}


/* Whether evidence and remedy are shown: what another finding explains is
   mended there. */
static bool
is_told_in_full(const struct report *report, const struct finding *finding)
{
    return finding->caused_by.count == 0 || report->verbosity > 0;
}


/* Say what a list left out. */
static void
write_rest(const struct page *page, size_t count, size_t shown)
{
    if (shown < count)
        write_entry(page, "", "and %zu more (-v shows them)", count - shown);
}


static void
write_evidence(const struct page *page, const struct report *report,
               const struct finding *finding)
{
    size_t shown = shown_of(report, finding->evidence_count);

    for (size_t i = 0; i < shown; i++) {
        const struct evidence *item = &finding->evidence[i];
        char when[TEXT_TIME_SIZE];

        /* Of "2026-01-31T12:00:00.123456Z" the time of day. */
        text_time(item->time_us, when);
        write_entry(page, i == 0 ? "seen" : "", "%.8s %s %s: %s",
                    strchr(when, 'T') ? strchr(when, 'T') + 1 : when,
                    item->probe, item->target, item->text);
    }
    write_rest(page, finding->evidence_count, shown);
}


/* Whether two lists hold the same texts. */
static bool
are_equal(const struct strings *left, const struct strings *right)
{
    for (size_t i = 0; i < left->count && i < right->count; i++)
        if (strcmp(left->items[i], right->items[i]) != 0)
            return false;
    return left->count == right->count;
}


/* The finding shown before one that has its remedy already, or NULL. */
static const struct finding *
find_same_remedy(const struct report *report, const struct finding *finding)
{
    for (size_t i = 0; i < report->findings->count; i++) {
        const struct finding *other = report->findings->items[i];

        if (other == finding)
            break;
        if (finding_counts(other) && is_told_in_full(report, other)
            && are_equal(&other->remedy, &finding->remedy))
            return other;
    }
    return NULL;
}


/* Commands: one a line, never wrapped, so that they can be copied. */
static void
write_remedy(const struct page *page, const struct report *report,
             const struct finding *finding)
{
    const struct finding *same = find_same_remedy(report, finding);

    if (same && finding->remedy.count > 0) {
        write_entry(page, "mend", "as %s %s, above", same->code,
                    same->subject);
        return;
    }
    for (size_t i = 0; i < finding->remedy.count; i++) {
        page_label(page, PAINT_DIM, i == 0 ? "mend" : "");
        page_line(page, PAINT_BOLD, finding->remedy.items[i]);
    }
}


/* Write the items of a list, a line each. */
static void
write_list(const struct page *page, const struct report *report,
           const char *label, const struct strings *list)
{
    size_t shown = shown_of(report, list->count);

    for (size_t i = 0; i < shown; i++)
        write_entry(page, i == 0 ? label : "", "%s", list->items[i]);
    write_rest(page, list->count, shown);
}


/* Name the findings that this one explains. */
static void
write_effects(const struct page *page, const struct report *report,
              const struct finding *finding)
{
    const struct findings *findings = report->findings;
    char *key = finding_key(finding);
    struct strings effects = {0};

    for (size_t i = 0; i < findings->count; i++)
        if (strings_contain(&findings->items[i]->caused_by, key)) {
            char *effect = finding_key(findings->items[i]);

            strings_add(&effects, effect);
            free(effect);
        }
    write_list(page, report, "explains", &effects);
    strings_clear(&effects);
    free(key);
}


/* One finding. */
static void
write_finding(const struct page *page, const struct report *report,
              const struct finding *finding)
{
    bool in_full = is_told_in_full(report, finding);
    char *heading = finding_key(finding);

    fputc('\n', page->stream);
    page_label(page, page_status_paint(finding->status),
               status_name(finding->status));
    page_wrap(page, PAINT_BOLD, heading);
    write_entry(page, "", "%s", finding->message);
    if (in_full) {
        write_evidence(page, report, finding);
        write_remedy(page, report, finding);
    }
    write_list(page, report, "because", &finding->caused_by);
    write_effects(page, report, finding);
    if (in_full)
        write_list(page, report, "read", &finding->reference);
    free(heading);
}


static void
write_findings(const struct page *page, const struct report *report)
{
    for (size_t i = 0; i < report->findings->count; i++)
        if (finding_counts(report->findings->items[i]))
            write_finding(page, report, report->findings->items[i]);
}


/* One finding that is accepted, in short. */
static void
write_accepted_finding(const struct page *page, const struct report *report,
                       const struct finding *finding)
{
    char *until = report_accepted_until(finding);
    char *heading = finding_key(finding);

    page_label(page, PAINT_DIM, status_name(finding->status));
    page_wrap(page, PAINT_PLAIN, heading);
    write_entry(page, "", "accepted until %s: %s", until, finding->accepted);
    if (report->verbosity > 0)
        write_entry(page, "", "%s", finding->message);
    free(heading);
    free(until);
}


/* The findings that are accepted, after those that count. */
static void
write_accepted(const struct page *page, const struct report *report)
{
    size_t count = report_accepted(report), left = shown_of(report, count);

    if (count == 0)
        return;
    fputc('\n', page->stream);
    write_entry(page, "accepted", "%zu finding%s that %s", count,
                count == 1 ? "" : "s",
                count == 1 ? "does not count" : "do not count");
    for (size_t i = 0; i < report->findings->count && left > 0; i++)
        if (report->findings->items[i]->accepted) {
            write_accepted_finding(page, report, report->findings->items[i]);
            left--;
        }
    write_rest(page, count, shown_of(report, count));
}


/* Write "2 mail servers: ex1, ex2", or "... and 7 more". */
static void
write_hosts(const struct page *page, const struct report *report,
            const char *label, const char *what, const struct strings *hosts)
{
    size_t shown = shown_of(report, hosts->count);
    char *line = xasprintf("%zu %s%s", hosts->count, what,
                           hosts->count == 1 ? "" : "s");

    for (size_t i = 0; i < shown; i++) {
        char *longer = xasprintf("%s%s %s", line, i == 0 ? ":" : ",",
                                 hosts->items[i]);

        free(line);
        line = longer;
    }
    if (shown < hosts->count)
        write_entry(page, label, "%s and %zu more", line,
                    hosts->count - shown);
    else
        write_entry(page, label, "%s", line);
    free(line);
}


static void
write_targets(const struct page *page, const struct report *report)
{
    struct strings dcs = {0}, mail = {0};

    report_hosts(report, &dcs, &mail);
    write_hosts(page, report, "looked at", "domain controller", &dcs);
    write_hosts(page, report, "", "mail server", &mail);
    strings_clear(&dcs);
    strings_clear(&mail);
}


/* The facts that reassure: how far and how slow the worst was. */
static void
write_extremes(const struct page *page, const struct report *report)
{
    static const struct {
        const char *check, *name, *words;
    } extremes[] = {
        {"clock", "offset", "largest clock offset"},
        {"ports", "latency", "slowest answer"},
    };

    for (size_t i = 0; i < sizeof(extremes) / sizeof(*extremes); i++) {
        const struct measurement *largest = report_largest(
            report, extremes[i].check, extremes[i].name);
        char *number;

        if (!largest)
            continue;
        number = report_number(largest->number, largest->unit);
        write_entry(page, "", "%s %s (%s)", extremes[i].words, number,
                    largest->subject);
        free(number);
    }
}


/* What one check covered. */
static void
write_result(const struct page *page, const struct check_result *result,
             const char *label, size_t name_columns)
{
    page_label(page, PAINT_DIM, label);
    page_pad(page, PAINT_PLAIN, result->check, name_columns + 2);
    if (!result->judged) {
        page_line(page, PAINT_DIM, "nothing to look at");
        return;
    }
    page_pad(page, page_status_paint(result->status),
             status_name(result->status), PAGE_GUTTER);
    fprintf(page->stream, "%zu judged", result->covered);
    if (result->above_ok > 0)
        fprintf(page->stream, ", %zu finding%s", result->above_ok,
                result->above_ok == 1 ? "" : "s");
    if (result->not_covered.count > 0)
        fprintf(page->stream, ", %zu not seen", result->not_covered.count);
    fputc('\n', page->stream);
}


static void
write_coverage(const struct page *page, const struct report *report)
{
    const struct findings *findings = report->findings;
    const char *label = "not seen";
    size_t columns = 0;

    for (size_t i = 0; i < findings->result_count; i++)
        if (strlen(findings->results[i].check) > columns)
            columns = strlen(findings->results[i].check);
    for (size_t i = 0; i < findings->result_count; i++)
        write_result(page, &findings->results[i], i == 0 ? "checks" : "",
                     columns);
    for (size_t i = 0; i < findings->result_count; i++) {
        const struct check_result *result = &findings->results[i];
        size_t shown = shown_of(report, result->not_covered.count);

        for (size_t k = 0; k < shown; k++, label = "")
            write_entry(page, label, "%s: %s", result->check,
                        result->not_covered.items[k]);
        write_rest(page, result->not_covered.count, shown);
    }
}


static void
write_measurements(const struct page *page, const struct findings *findings)
{
    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];
        char *number = report_number(item->number, item->unit);
        char *bound = item->bound < 0 ? xstrdup("")
                                      : report_number(item->bound, item->unit);

        write_entry(page, i == 0 ? "measured" : "", "%s %s: %s %s%s%s",
                    item->check, item->subject, item->name, number,
                    *bound ? " +/- " : "", bound);
        free(number);
        free(bound);
    }
}


static void
write_footer(const struct page *page, const struct report *report)
{
    char when[TEXT_TIME_SIZE];
    char *elapsed = NULL;

    /* The day and the second, without the fraction. */
    text_time(report->time_us, when);
    if (strlen(when) > 19)
        when[10] = ' ', when[19] = '\0';
    /* A replay takes no time worth telling. */
    if (report->elapsed_s > 0)
        elapsed = text_duration((int64_t)(report->elapsed_s * 1e6));
    write_entry(page, "when", "%s UTC, from %s%s%s", when, report->host,
                elapsed ? ", in " : "", elapsed ? elapsed : "");
    free(elapsed);
}


void
output_text(const struct report *report, FILE *stream)
{
    const struct page page = {
        .stream = stream,
        .width = report->width > 0 ? report->width : WIDTH_DEFAULT,
        .color = report->color,
    };

    if (report->credentials_advice)
        write_advice(&page, report->credentials_advice);
    write_verdict(&page, report);
    write_age(&page, report);
    write_findings(&page, report);
    write_accepted(&page, report);
    fputc('\n', stream);
    write_targets(&page, report);
    write_extremes(&page, report);
    write_coverage(&page, report);
    if (report->verbosity > 0)
        write_measurements(&page, report->findings);
    write_footer(&page, report);
}
