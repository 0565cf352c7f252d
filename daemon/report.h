/*
 * One run, as every output is given it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/findings.h"
#include "checks/settings.h"

/* What the service has counted since it started. */
struct report_counters {
    int64_t started_us;      /* when that was, microseconds since 1970 */
    int64_t runs;
    int64_t workers_failed;  /* killed at a deadline, crashed, or refused */
    int64_t alerts_standing;
    int64_t log_dropped;     /* lines that no log could be given */
};

/* All pointers are borrowed.  Only elapsed_s may differ between a run and its
   replay. */
struct report {
    const struct findings *findings;  /* judged and sorted */
    const struct settings *settings;
    const char *program;  /* name and version, "spnhealthd 0.1.0" */
    int64_t time_us;      /* when the run began, microseconds since 1970 */
    const char *host;     /* where it ran, a canonical FQDN */
    const char *domain;
    double elapsed_s;
    bool strict;          /* what could not be seen makes it UNKNOWN at least */
    int verbosity;        /* how often -v was given */
    bool color;           /* text only */
    size_t width;         /* columns to wrap text to; 0: 80 */
    int64_t age_us;       /* --status: how long ago it was judged; else -1 */
    bool stale;           /* --status: longer ago than the service promises */
    const struct report_counters *counters;  /* the service's; or NULL */
    const char *credentials_advice;  /* lines on how to make some; or NULL */
};


/* The worst status of all findings that count; with strict and something not
   covered, UNKNOWN at least; of a stale report UNKNOWN. */
enum status report_status(const struct report *report);

/* How many findings count: above OK, and nobody has accepted them. */
size_t report_above_ok(const struct report *report);

/* How many findings are accepted. */
size_t report_accepted(const struct report *report);

/* How many things no check could see. */
size_t report_not_covered(const struct report *report);

/*
 * The measurement of a name whose number is farthest from zero.
 *
 * Returns NULL if nothing of that name was measured by that check.
 */
const struct measurement *report_largest(const struct report *report,
                                         const char *check, const char *name);

/*
 * A measured number as a person reads it: times by text_duration().
 *
 * Returns a string for the caller to free().
 */
char *report_number(double number, const char *unit);

/*
 * The last day on which a finding is accepted, "2026-12-31" in UTC.
 *
 * Returns a string for the caller to free().
 */
char *report_accepted_until(const struct finding *finding);

/* Append the hosts that were looked at to the lists, sorted, so that two runs
   can be compared. */
void report_hosts(const struct report *report, struct strings *dcs_out,
                  struct strings *mail_out);

/*
 * What is wrong, in one line, without the status: "2 findings, mail fails:
 * SMTPSVC/ex2.corp.example.com is on no account".
 *
 * Returns a printable string for the caller to free().
 */
char *report_verdict(const struct report *report);

#endif
