/*
 * A report for Nagios, Icinga and their like: a summary line, then detail
 * (Monitoring Plugins Development Guidelines, "Plugin Output").
 *
 * A bar begins performance data wherever it stands, so none is ever written
 * that came from elsewhere.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/output.h"

/* Columns of the summary; bytes of any other text; findings told, and things
   that were not seen. */
enum { SUMMARY_COLUMNS = 80, TEXT_LIMIT = 1024, FINDINGS_MOST = 100 };


/* Write text cleaned, its bars escaped as text_escape() would. */
static void
put_text(FILE *stream, const char *text)
{
    char *clean = text_clean(text, strlen(text), TEXT_LIMIT);

    for (const char *at = clean; *at; at++)
        if (*at == '|')
            fputs("\\x7c", stream);
        else
            fputc(*at, stream);
    free(clean);
}


/* Cut text after so many characters, with "..." for what is gone. */
static void
cut_columns(char *text, size_t columns)
{
    size_t seen = 0;
    char *end = text;

    for (char *at = text; *at; at++) {
        if (((unsigned char)*at & 0xc0) == 0x80)
            continue;
        if (seen == columns - 3)
            end = at;
        if (++seen > columns) {
            memcpy(end, "...", 4);
            return;
        }
    }
}


/* What a run without findings has seen. */
static char *
quiet_summary(const struct report *report)
{
    const struct settings *settings = report->settings;
    const struct measurement *offset = report_largest(report, "clock",
                                                      "offset");
    char *far = offset ? report_number(fabs(offset->number), offset->unit)
                       : NULL;
    char *summary = xasprintf("%zu DC%s, %zu mail server%s%s%s",
                              settings->dc_count,
                              settings->dc_count == 1 ? "" : "s",
                              settings->mail_count,
                              settings->mail_count == 1 ? "" : "s",
                              far ? ", clocks within " : "",
                              far ? far : "");

    free(far);
    return summary;
}


static void
write_summary(const struct report *report, FILE *stream)
{
    enum status status = report_status(report);
    char *what = status == STATUS_OK ? quiet_summary(report)
                                     : report_verdict(report);
    char *line = xasprintf("SPNHEALTHD %s - %s", status_name(status), what);

    /* Escaped, a bar would take four columns. */
    for (char *bar = line; (bar = strchr(bar, '|'));)
        *bar = '!';
    cut_columns(line, SUMMARY_COLUMNS);
    put_text(stream, line);
    free(line);
    free(what);
}


/* Write a number as a plain decimal: exponents are not allowed. */
static void
put_number(FILE *stream, double number)
{
    char *text = xasprintf("%.6f", number);
    size_t length = strlen(text);

    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    fwrite(text, 1, length, stream);
    free(text);
}


/* Write a label: quoted, without quotes, equals signs and bars.  The check
   keeps it unique whatever checks there will be. */
static void
put_label(FILE *stream, const struct measurement *item)
{
    char *joined = xasprintf("%s %s %s", item->check, item->subject,
                             item->name);
    char *clean = text_clean(joined, strlen(joined), TEXT_LIMIT);

    for (char *at = clean; (at = strpbrk(at, "'=|"));)
        *at = '_';
    fprintf(stream, "'%s'=", clean);
    free(clean);
    free(joined);
}


/* Write the range of -limit to limit, beyond which Nagios would alert. */
static void
put_range(FILE *stream, int64_t limit_us)
{
    fputs(";-", stream);
    put_number(stream, (double)limit_us / 1e6);
    fputc(':', stream);
    put_number(stream, (double)limit_us / 1e6);
}


/* Write value, unit and limits of one measurement.  A unit that the
   guidelines do not know is left out. */
static void
put_measurement(FILE *stream, const struct report *report,
                const struct measurement *item)
{
    const struct settings_numbers *numbers = report->settings->numbers;

    fputc(' ', stream);
    put_label(stream, item);
    put_number(stream, item->number);
    if (strcmp(item->unit, "s") == 0 || strcmp(item->unit, "%") == 0
        || strcmp(item->unit, "B") == 0)
        fputs(item->unit, stream);
    if (strcmp(item->check, "clock") == 0
        && strcmp(item->name, "offset") == 0) {
        put_range(stream, numbers->clock_warn_us);
        put_range(stream, numbers->clock_crit_us);
    } else if (strcmp(item->name, "latency") == 0) {
        /* No answer takes longer than an exchange may. */
        fputs(";;;0;", stream);
        put_number(stream, (double)numbers->timeout_us / 1e6);
    }
}


/* Whether an item would repeat the label of the one before it. */
static bool
same_label(const struct measurement *left, const struct measurement *right)
{
    return strcmp(left->check, right->check) == 0
           && strcmp(left->subject, right->subject) == 0
           && strcmp(left->name, right->name) == 0;
}


static void
write_performance(const struct report *report, FILE *stream)
{
    const struct findings *findings = report->findings;

    /* Of a port the latency is enough: Nagios cuts after some KiB. */
    fputs("|'findings'=", stream);
    fprintf(stream, "%zu;;;0 'elapsed'=", report_above_ok(report));
    put_number(stream, report->elapsed_s);
    fputs("s;;;0", stream);
    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];

        if (isfinite(item->number) && strcmp(item->name, "open") != 0
            && (i == 0 || !same_label(item - 1, item)))
            put_measurement(stream, report, item);
    }
    fputc('\n', stream);
}


/* A line for a finding: "CRITICAL CODE subject: message [KB1, KB2]". */
static void
write_finding(const struct finding *finding, FILE *stream)
{
    fprintf(stream, "%s %s ", status_name(finding->status), finding->code);
    put_text(stream, finding->subject);
    fputs(": ", stream);
    put_text(stream, finding->message);
    for (size_t i = 0; i < finding->reference.count; i++) {
        fputs(i == 0 ? " [" : ", ", stream);
        put_text(stream, finding->reference.items[i]);
    }
    fputs(finding->reference.count > 0 ? "]\n" : "\n", stream);
}


/* Say how old all of it is, if it is not of now. */
static void
write_age(const struct report *report, FILE *stream)
{
    char *ago;

    if (report->age_us < 0)
        return;
    ago = text_duration(report->age_us);
    fprintf(stream, "as the service saw it %s ago%s\n", ago,
            report->stale ? ", longer than it promises: see whether it runs, "
                            "by systemctl status spnhealthd" : "");
    free(ago);
}


/* Write the findings that count, the first of them. */
static void
write_findings(const struct report *report, FILE *stream)
{
    const struct findings *findings = report->findings;
    size_t told = 0, count = report_above_ok(report);

    for (size_t i = 0; i < findings->count && told < FINDINGS_MOST; i++)
        if (finding_counts(findings->items[i])) {
            write_finding(findings->items[i], stream);
            told++;
        }
    if (told < count)
        fprintf(stream, "and %zu more findings\n", count - told);
}


/* Write the findings that are accepted, the first of them: "accepted until
   2026-12-31 (reason): WARNING CODE subject: message". */
static void
write_accepted(const struct report *report, FILE *stream)
{
    const struct findings *findings = report->findings;
    size_t told = 0, count = report_accepted(report);

    for (size_t i = 0; i < findings->count && told < FINDINGS_MOST; i++) {
        const struct finding *finding = findings->items[i];
        char *until;

        if (!finding->accepted)
            continue;
        until = report_accepted_until(finding);
        fprintf(stream, "accepted until %s (", until);
        put_text(stream, finding->accepted);
        fputs("): ", stream);
        write_finding(finding, stream);
        free(until);
        told++;
    }
    if (told < count)
        fprintf(stream, "and %zu more accepted\n", count - told);
}


/* Write what no check could see. */
static void
write_not_covered(const struct findings *findings, FILE *stream)
{
    size_t written = 0;

    for (size_t i = 0; i < findings->result_count; i++) {
        const struct check_result *result = &findings->results[i];

        for (size_t k = 0; k < result->not_covered.count; k++) {
            if (written++ >= FINDINGS_MOST)
                continue;
            fprintf(stream, "not seen by %s: ", result->check);
            put_text(stream, result->not_covered.items[k]);
            fputc('\n', stream);
        }
    }
    if (written > FINDINGS_MOST)
        fprintf(stream, "and %zu more things not seen\n",
                written - FINDINGS_MOST);
}


static void
write_detail(const struct report *report, FILE *stream)
{
    const struct findings *findings = report->findings;

    write_age(report, stream);
    write_findings(report, stream);
    write_accepted(report, stream);
    write_not_covered(findings, stream);
}


void
output_nagios(const struct report *report, FILE *stream)
{
    write_summary(report, stream);
    write_performance(report, stream);
    write_detail(report, stream);
}
