/*
 * Reports that the tests of the outputs share.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_SAMPLE_REPORT_H
#define TESTS_UNIT_SAMPLE_REPORT_H

#include "daemon/output.h"

/* A report with findings and settings of its own. */
struct sample {
    struct report report;
    struct findings *findings;
    struct settings *settings;
};

/* Two DCs and a mail server, two checks, nothing above OK. */
struct sample *sample_healthy(void);

/* The same with a missing SPN, which explains another finding, and a clock
   that is 90 s off. */
struct sample *sample_broken(void);

/* Every text a terminal, a log reader or a parser could stumble over. */
struct sample *sample_hostile(void);

/* Accept the findings of a code, until 2026-12-31. */
void sample_accept(struct sample *sample, const char *code);

void sample_free(struct sample *sample);

/* What an output writes, for the caller to free(). */
char *sample_output(const struct sample *sample, enum format format);

#endif
