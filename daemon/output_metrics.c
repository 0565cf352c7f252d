/*
 * A report as metrics: in OpenMetrics 1.0, and in the older Prometheus text
 * format (0.0.4) for node_exporter's textfile collector.
 *
 * One table describes the families, so that both formats have the same
 * samples.  What is unknown has no sample, rather than one of NaN.  Labels
 * hold hosts and codes, no principals, addresses or users: every combination
 * of labels is a time series that somebody keeps.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/codes.h"
#include "daemon/output.h"

/* Bytes of a label's value; a host name has 253 at most. */
enum { LABEL_LIMIT = 512 };

enum kind { GAUGE, COUNTER };

struct sheet;

/* A metric family, its name without the program's and a counter's "_total". */
struct family {
    const char *name;
    enum kind kind;
    const char *unit;  /* the name ends in it; or NULL */
    const char *help;
    void (*write)(struct sheet *sheet);
    const char *check, *measured;  /* of write_measured() and its like */
    size_t offset;                 /* of write_counter() */
};

/* What is being written. */
struct sheet {
    const struct report *report;
    FILE *stream;
    bool openmetrics;
    const struct family *family;
    bool begun;  /* the family has a sample already */
};


/* Write what precedes the samples of a family.  In the older format a counter
   is known by the name of its samples. */
static void
put_metadata(const struct sheet *sheet)
{
    static const char *const kinds[]
        = {[GAUGE] = "gauge", [COUNTER] = "counter"};
    const struct family *family = sheet->family;
    bool total = family->kind == COUNTER && !sheet->openmetrics;
    char *name = xasprintf("spnhealthd_%s%s", family->name,
                           total ? "_total" : "");

    fprintf(sheet->stream, "# TYPE %s %s\n", name, kinds[family->kind]);
    if (family->unit && sheet->openmetrics)
        fprintf(sheet->stream, "# UNIT %s %s\n", name, family->unit);
    fprintf(sheet->stream, "# HELP %s %s\n", name, family->help);
    free(name);
}


/* Write a label's value, quoted and escaped. */
static void
put_label(const struct sheet *sheet, const char *name, const char *value)
{
    char *clean = text_clean(value, strlen(value), LABEL_LIMIT);

    fprintf(sheet->stream, "%s=\"", name);
    for (const char *at = clean; *at; at++) {
        if (*at == '"' || *at == '\\')
            fputc('\\', sheet->stream);
        fputc(*at, sheet->stream);
    }
    fputc('"', sheet->stream);
    free(clean);
}


/*
 * Write a sample of the family, unless its number is unknown.
 *
 * ...  Names and values of labels besides the domain, ended by NULL.
 */
static void __attribute__((sentinel))
put_sample(struct sheet *sheet, double number, ...)
{
    const struct family *family = sheet->family;
    const char *label;
    va_list labels;

    if (!isfinite(number))
        return;
    if (!sheet->begun)
        put_metadata(sheet);
    sheet->begun = true;
    fprintf(sheet->stream, "spnhealthd_%s%s{", family->name,
            family->kind == COUNTER ? "_total" : "");
    put_label(sheet, "domain", sheet->report->domain);
    va_start(labels, number);
    while ((label = va_arg(labels, const char *))) {
        fputc(',', sheet->stream);
        put_label(sheet, label, va_arg(labels, const char *));
    }
    va_end(labels);
    /* As many digits as microseconds since 1970 need. */
    fprintf(sheet->stream, "} %.16g\n", number);
}


/* Write a time in seconds since 1970, unless there was none. */
static void
put_time(struct sheet *sheet, int64_t time_us)
{
    if (time_us > 0)
        put_sample(sheet, (double)time_us / 1e6, NULL);
}


/* ----- the run */


static void
write_build_info(struct sheet *sheet)
{
    /* "spnhealthd 0.1.0" */
    const char *program = sheet->report->program;
    const char *space = strrchr(program, ' ');

    put_sample(sheet, 1, "version", space ? space + 1 : program, NULL);
}


static void
write_run_duration(struct sheet *sheet)
{
    /* A replay takes no time worth telling. */
    if (sheet->report->elapsed_s > 0)
        put_sample(sheet, sheet->report->elapsed_s, NULL);
}


static void
write_run_timestamp(struct sheet *sheet)
{
    put_time(sheet, sheet->report->time_us);
}


static void
write_domain_controllers(struct sheet *sheet)
{
    put_sample(sheet, (double)sheet->report->settings->dc_count, NULL);
}


static void
write_mail_servers(struct sheet *sheet)
{
    put_sample(sheet, (double)sheet->report->settings->mail_count, NULL);
}


/* ----- the checks that ran */


/* The next result of a check that judged, or the first; NULL after the last. */
static const struct check_result *
next_result(const struct sheet *sheet, const struct check_result *result)
{
    const struct findings *findings = sheet->report->findings;
    const struct check_result *end = findings->results
                                     + findings->result_count;

    for (result = result ? result + 1 : findings->results; result < end;
         result++)
        if (result->judged)
            return result;
    return NULL;
}


static void
write_check_status(struct sheet *sheet)
{
    static const enum status statuses[] = {
        STATUS_OK, STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN,
    };
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result)))
        for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
            put_sample(sheet, result->status == statuses[i], "check",
                       result->check, "status", status_name(statuses[i]),
                       NULL);
}


/* Write how many findings of a code count, by status. */
static void
write_code(struct sheet *sheet, const struct code *code)
{
    static const enum status statuses[] = {
        STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN,
    };
    const struct findings *findings = sheet->report->findings;
    size_t counts[] = {
        [STATUS_OK] = 0, [STATUS_WARNING] = 0, [STATUS_CRITICAL] = 0,
        [STATUS_UNKNOWN] = 0,
    };

    for (size_t i = 0; i < findings->count; i++)
        if (finding_counts(findings->items[i])
            && strcmp(findings->items[i]->code, code->name) == 0)
            counts[findings->items[i]->status]++;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
        put_sample(sheet, (double)counts[statuses[i]], "check", code->check,
                   "code", code->name, "status", status_name(statuses[i]),
                   NULL);
}


static void
write_findings(struct sheet *sheet)
{
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result)))
        for (const struct code *code = codes; code->name; code++)
            if (strcmp(code->check, result->check) == 0)
                write_code(sheet, code);
}


static void
write_accepted(struct sheet *sheet)
{
    const struct findings *findings = sheet->report->findings;
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result))) {
        size_t count = 0;

        for (size_t i = 0; i < findings->count; i++)
            count += findings->items[i]->accepted
                     && strcmp(findings->items[i]->check, result->check) == 0;
        put_sample(sheet, (double)count, "check", result->check, NULL);
    }
}


static void
write_not_covered(struct sheet *sheet)
{
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result)))
        put_sample(sheet, (double)result->not_covered.count, "check",
                   result->check, NULL);
}


static void
write_check_judged(struct sheet *sheet)
{
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result)))
        if (result->judged_us > 0)
            put_sample(sheet, (double)result->judged_us / 1e6, "check",
                       result->check, NULL);
}


static void
write_check_interval(struct sheet *sheet)
{
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result)))
        if (result->interval_us > 0)
            put_sample(sheet, (double)result->interval_us / 1e6, "check",
                       result->check, NULL);
}


static void
write_check_duration(struct sheet *sheet)
{
    const struct check_result *result = NULL;

    while ((result = next_result(sheet, result)))
        put_sample(sheet, result->elapsed_s, "check", result->check, NULL);
}


/* ----- what was measured */


/* The next measurement of the family, or the first; NULL after the last.
   They are sorted, so one that repeats another follows it. */
static const struct measurement *
next_measurement(const struct sheet *sheet, const struct measurement *item)
{
    const struct findings *findings = sheet->report->findings;
    const struct measurement *end = findings->measurements
                                    + findings->measurement_count;
    const char *last = item ? item->subject : "";

    for (item = item ? item + 1 : findings->measurements; item < end; item++)
        if (strcmp(item->check, sheet->family->check) == 0
            && strcmp(item->name, sheet->family->measured) == 0
            && strcmp(item->subject, last) != 0)
            return item;
    return NULL;
}


/* Write a measurement of the domain. */
static void
write_measured(struct sheet *sheet)
{
    const struct measurement *item = next_measurement(sheet, NULL);

    if (item)
        put_sample(sheet, item->number, NULL);
}


/* Write a measurement of every host. */
static void
write_measured_hosts(struct sheet *sheet)
{
    const struct measurement *item = NULL;

    while ((item = next_measurement(sheet, item)))
        put_sample(sheet, item->number, "server", item->subject, NULL);
}


/* Write the error bound of a measurement of every host. */
static void
write_bounds(struct sheet *sheet)
{
    const struct measurement *item = NULL;

    while ((item = next_measurement(sheet, item)))
        if (item->bound >= 0)
            put_sample(sheet, item->bound, "server", item->subject, NULL);
}


/* Write a measurement of every port: the subject is "host:88/tcp". */
static void
write_measured_ports(struct sheet *sheet)
{
    const struct measurement *item = NULL;

    while ((item = next_measurement(sheet, item))) {
        char *host = xstrdup(item->subject);
        char *port = strrchr(host, ':');
        char *transport = port ? strchr(port, '/') : NULL;

        if (transport) {
            *port++ = *transport++ = '\0';
            put_sample(sheet, item->number, "server", host, "port", port,
                       "transport", transport, NULL);
        }
        free(host);
    }
}


/* Write a measurement of every way between two DCs: the subject is "a->b
   NAMING-CONTEXT". */
static void
write_measured_ways(struct sheet *sheet)
{
    const struct measurement *item = NULL;

    while ((item = next_measurement(sheet, item))) {
        char *source = xstrdup(item->subject);
        char *destination = strstr(source, "->");
        char *partition = destination ? strchr(destination, ' ') : NULL;

        if (partition) {
            *destination = *partition = '\0';
            put_sample(sheet, item->number, "source", source, "destination",
                       destination + 2, "partition", partition + 1, NULL);
        }
        free(source);
    }
}


/* ----- what the service counts; a single run has none of it */


static void
write_start(struct sheet *sheet)
{
    if (sheet->report->counters)
        put_time(sheet, sheet->report->counters->started_us);
}


static void
write_counter(struct sheet *sheet)
{
    const char *counters = (const char *)sheet->report->counters;
    int64_t count;

    if (!counters)
        return;
    memcpy(&count, counters + sheet->family->offset, sizeof(count));
    put_sample(sheet, (double)count, NULL);
}


/* ----- both formats */


/* spnhealthd(8) lists them, too. */
static const struct family families[] = {
    {"build_info", GAUGE, NULL,
     "1, with the version that wrote this.", write_build_info},
    {"run_timestamp_seconds", GAUGE, "seconds",
     "When the last run began; all else is as it was seen then or before.",
     write_run_timestamp},
    {"run_duration_seconds", GAUGE, "seconds", "How long the last run took.",
     write_run_duration},
    {"domain_controllers", GAUGE, NULL, "Domain controllers looked at.",
     write_domain_controllers},
    {"mail_servers", GAUGE, NULL, "Mail servers looked at.",
     write_mail_servers},
    {"check_status", GAUGE, NULL, "1 for the status that the check has.",
     write_check_status},
    {"findings", GAUGE, NULL,
     "Findings above OK that nobody has accepted.", write_findings},
    {"findings_accepted", GAUGE, NULL,
     "Findings above OK that the configuration accepts.", write_accepted},
    {"not_covered", GAUGE, NULL, "Things that the check could not see.",
     write_not_covered},
    {"check_judged_timestamp_seconds", GAUGE, "seconds",
     "When the check judged last.", write_check_judged},
    {"check_interval_seconds", GAUGE, "seconds",
     "How often the service has the check judge.", write_check_interval},
    {"check_duration_seconds", GAUGE, "seconds",
     "How long the check took to judge.", write_check_duration},
    {"clock_offset_seconds", GAUGE, "seconds",
     "How far the server's clock is ahead of this host's.",
     write_measured_hosts, .check = "clock", .measured = "offset"},
    {"clock_offset_bound_seconds", GAUGE, "seconds",
     "How far the true offset may be from the one measured.",
     write_bounds, .check = "clock", .measured = "offset"},
    {"port_open", GAUGE, NULL,
     "1 if the port answers as its service should, else 0.",
     write_measured_ports, .check = "ports", .measured = "open"},
    {"port_latency_seconds", GAUGE, "seconds",
     "How long the port took to answer.",
     write_measured_ports, .check = "ports", .measured = "latency"},
    {"replication_lag_seconds", GAUGE, "seconds",
     "How late the destination is in taking the source's changes.",
     write_measured_ways, .check = "replication", .measured = "lag"},
    {"ticket_latency_seconds", GAUGE, "seconds",
     "How long the KDC's slowest ticket for a mail server took.",
     write_measured_hosts, .check = "tickets", .measured = "ticket_latency"},
    {"spns", GAUGE, NULL, "Service principal names seen.",
     write_measured, .check = "duplicates", .measured = "spns"},
    {"spn_holders", GAUGE, NULL, "Accounts that hold any of them.",
     write_measured, .check = "duplicates", .measured = "holders"},
    {"spn_duplicates", GAUGE, NULL,
     "Service principal names that several accounts hold.",
     write_measured, .check = "duplicates", .measured = "groups"},
    {"start_timestamp_seconds", GAUGE, "seconds",
     "When the service started.", write_start},
    {"runs", COUNTER, NULL, "Runs since the service started.",
     write_counter, .offset = offsetof(struct report_counters, runs)},
    {"workers_failed", COUNTER, NULL,
     "Probe processes that were killed, crashed or could not start.",
     write_counter,
     .offset = offsetof(struct report_counters, workers_failed)},
    {"alerts_standing", GAUGE, NULL, "Alerts that stand.",
     write_counter,
     .offset = offsetof(struct report_counters, alerts_standing)},
    {"log_dropped", COUNTER, NULL, "Lines that no log could be given.",
     write_counter, .offset = offsetof(struct report_counters, log_dropped)},
};


/* Write all families; one without a sample is left out. */
static void
write_families(const struct report *report, FILE *stream, bool openmetrics)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        struct sheet sheet = {
            .report = report, .stream = stream, .openmetrics = openmetrics,
            .family = &families[i],
        };

        families[i].write(&sheet);
    }
}


void
output_openmetrics(const struct report *report, FILE *stream)
{
    write_families(report, stream, true);
    fputs("# EOF\n", stream);
}


void
output_metrics_text(const struct report *report, FILE *stream)
{
    write_families(report, stream, false);
}
