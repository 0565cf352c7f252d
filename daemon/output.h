/*
 * A report in the form that was asked for.
 *
 * Every string in a report is printable already; the outputs clean it again,
 * because a replayed file may come from anywhere.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_OUTPUT_H
#define DAEMON_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "daemon/report.h"

enum format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_NAGIOS,
    FORMAT_OPENMETRICS,
    FORMAT_HTML,
};

/* The names of the formats, by value; NULL ends them. */
extern const char *const format_names[];


/* The format of a name; false, and format_out untouched, if there is none. */
bool format_find(const char *name, enum format *format_out);

/*
 * Write a report and flush the stream.
 *
 * stream  Stays open.
 *
 * Fails when the stream does, for example on a full disk.
 */
bool output_write(const struct report *report, enum format format,
                  FILE *stream, struct error *error);

/* One each, for output_write(); what fails shows in ferror(stream). */
void output_text(const struct report *report, FILE *stream);
void output_json(const struct report *report, FILE *stream);
void output_nagios(const struct report *report, FILE *stream);
void output_openmetrics(const struct report *report, FILE *stream);
void output_html(const struct report *report, FILE *stream);

/* The samples of output_openmetrics() in the older Prometheus text format
   (0.0.4), which node_exporter's textfile collector reads. */
void output_metrics_text(const struct report *report, FILE *stream);

#endif
