/*
 * Parts of the HTML page.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_OUTPUT_HTML_H
#define DAEMON_OUTPUT_HTML_H

#include <stdio.h>

#include "daemon/report.h"

/* Write the sections on what was found: findings, roots with what they
   explain; then those that are accepted. */
void output_html_findings(const struct report *report, FILE *stream);

/* Write the sections on what was looked at: checks, clocks, ports, other
   measurements and hosts. */
void output_html_tables(const struct report *report, FILE *stream);

/* Of these the section on ports. */
void output_html_ports(const struct findings *findings, FILE *stream);

#endif
