/*
 * One run, or the replay of recorded ones, and its report.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/now.h"
#include "checks/check.h"
#include "daemon/context.h"
#include "daemon/credentials.h"
#include "daemon/delivery.h"
#include "daemon/oneshot.h"
#include "daemon/recording.h"
#include "daemon/refusal.h"
#include "daemon/run.h"

/* When a person at a terminal begins to wonder, and how often they look. */
enum { PROGRESS_AFTER_US = 1000000, PROGRESS_EVERY_MS = 250 };

/* What a run or a replay ends with. */
struct outcome {
    struct settings *settings;
    double elapsed_s;
    struct facts *facts;  /* of a replay; else the run's */
    struct run *run;      /* NULL in a replay, like all below */
    struct configuration *configuration;
    struct context_task *context;
    char *advice;         /* on credentials; NULL if there are some */
};


/* Say on the terminal what is being waited for. */
static void
show_progress(const struct run *run, bool *shown)
{
    char *progress;

    if (run_elapsed_us(run) < PROGRESS_AFTER_US)
        return;
    progress = run_progress(run);
    fprintf(stderr, "\r\033[K%s", progress);
    fflush(stderr);
    free(progress);
    *shown = true;
}


/* Remember a refusal at once: who loses patience and asks again must not have
   the same password tried again.  Why that failed is told in the end. */
static void
note_refusal(struct refusals *refusals, const struct run *run,
             char **problem_out)
{
    free(*problem_out);
    *problem_out = refusals_learn(refusals, run_facts(run), now_wall_us());
}


/* Work until the run is over. */
static void
complete(struct run *run, struct refusals *refusals)
{
    bool watched = isatty(STDERR_FILENO), shown = false;
    char *problem = NULL;

    while (!run_work(run)) {
        int timeout_ms = run_timeout_ms(run);
        struct pollfd *fds;
        size_t count = run_pollfds(run, &fds);

        note_refusal(refusals, run, &problem);
        if (watched && timeout_ms > PROGRESS_EVERY_MS)
            timeout_ms = PROGRESS_EVERY_MS;
        poll(fds, (nfds_t)count, timeout_ms);
        if (watched)
            show_progress(run, &shown);
    }
    if (shown)
        fputs("\r\033[K", stderr);
    note_refusal(refusals, run, &problem);
    if (problem)
        fprintf(stderr, "spnhealthd: %s; the next look tries it again\n",
                problem);
    free(problem);
}


/* Put lines of errors on standard error, emptying the list. */
static void
complain(struct strings *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        fprintf(stderr, "spnhealthd: %s\n", errors->items[i]);
    strings_clear(errors);
}


/* Say what the state directory withholds, if anybody wants to know: it is the
   service's, and there need be none.  The line is freed. */
static void
mention(const struct options *options, char *problem)
{
    if (problem && options->verbosity > 0)
        fprintf(stderr, "spnhealthd: %s\n", problem);
    free(problem);
}


/* Look at the estate now. */
static void
look(const struct options *options, struct outcome *outcome)
{
    struct settings *settings
        = context_settings(outcome->configuration, outcome->context);
    struct refusals *refusals
        = refusals_new(outcome->configuration->state_directory);

    mention(options, context_add_seen(outcome->configuration, settings));
    if (!settings->numbers->credentials)
        outcome->advice = credentials_advice(outcome->configuration);
    outcome->run = run_start(outcome->configuration, settings,
                             outcome->context);
    mention(options, refusals_apply(refusals, outcome->context, outcome->run,
                                    now_wall_us()));
    complete(outcome->run, refusals);
    refusals_free(refusals);
    outcome->settings = settings_copy(run_settings(outcome->run));
    outcome->elapsed_s = (double)run_elapsed_us(outcome->run) / 1e6;
}


/* Read recordings instead. */
static bool
replay(const struct options *options, struct outcome *outcome)
{
    struct error error;

    outcome->facts = facts_new();
    for (size_t i = 0; i < options->replay.count; i++)
        if (!recording_read(options->replay.items[i], &outcome->settings,
                            outcome->facts, &error)) {
            fprintf(stderr, "spnhealthd: %s\n", error.text);
            return false;
        }
    if (options->checks.count > 0) {
        strings_clear(&outcome->settings->numbers->checks);
        for (size_t i = 0; i < options->checks.count; i++)
            strings_add_unique(&outcome->settings->numbers->checks,
                               options->checks.items[i]);
    }
    return true;
}


/* Judge, record and report. */
static int
conclude(const struct options *options, const struct outcome *outcome)
{
    const struct facts *facts
        = outcome->run ? run_facts(outcome->run) : outcome->facts;
    struct findings *findings = checks_judge(facts, outcome->settings);
    struct report report = {
        .findings = findings, .settings = outcome->settings,
        .program = PACKAGE_STRING,
        .time_us = outcome->settings->numbers->time_us,
        .host = outcome->settings->numbers->host,
        .domain = outcome->settings->numbers->domain,
        .elapsed_s = outcome->elapsed_s, .strict = options->strict,
        .verbosity = options->verbosity, .age_us = -1,
        .credentials_advice = outcome->advice,
    };
    enum status status = report_status(&report);
    struct error error;

    if (!delivery_write(options, &report))
        status = STATUS_UNKNOWN;
    if (options->record
        && !recording_write(options->record, PACKAGE_STRING,
                            outcome->settings, facts,
                            (int64_t)(outcome->elapsed_s * 1e6), &error)) {
        fprintf(stderr, "spnhealthd: %s\n", error.text);
        status = STATUS_UNKNOWN;
    }
    findings_free(findings);
    return (int)status;
}


/* Look with the configuration that file and command line make. */
static bool
look_as_configured(const struct options *options, struct outcome *outcome)
{
    struct strings errors = {NULL, 0};
    bool advised;
    char *host;

    outcome->configuration = options_configure(options, &errors);
    complain(&errors);
    if (!outcome->configuration)
        return false;
    host = context_host();
    outcome->context = context_new(outcome->configuration, host,
                                   options->trace ? CONTEXT_TRACE
                                                  : options->verbosity,
                                   &errors);
    free(host);
    /* The report for a person begins with why there are no credentials. */
    advised = options->format == FORMAT_TEXT
              && !context_has_credentials(outcome->context);
    if (!advised)
        complain(&errors);
    strings_clear(&errors);
    look(options, outcome);
    return true;
}


int
oneshot_main(const struct options *options)
{
    struct outcome outcome = {NULL};
    int status = STATUS_UNKNOWN;

    if (options->replay.count > 0 ? replay(options, &outcome)
                                  : look_as_configured(options, &outcome))
        status = conclude(options, &outcome);
    settings_free(outcome.settings);
    facts_free(outcome.facts);
    run_free(outcome.run);
    record_free(&context_task_type, outcome.context);
    configuration_free(outcome.configuration);
    free(outcome.advice);
    return status;
}
