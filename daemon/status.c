/*
 * --status: what the running service last saw, without looking.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/now.h"
#include "daemon/delivery.h"
#include "daemon/latest.h"
#include "daemon/status.h"


/* What to do about a file that could not be read. */
static const char *
advice_for(const char *path)
{
    if (access(path, R_OK) == 0)
        return "the running service replaces it after its next run, and "
               "SIGUSR1 starts one";
    if (errno == EACCES)
        return "root can read it";
    return "has the service run, and with this state_directory? systemctl "
           "status spnhealthd";
}


/* Show what was loaded. */
static enum status
show(const struct options *options, const struct latest *latest,
     const struct report_counters *counters)
{
    struct report report = latest_report(latest, counters);
    int64_t now_us = now_wall_us();
    enum status status;

    report.strict = options->strict;
    report.verbosity = options->verbosity;
    report.stale = latest_is_stale(latest, now_us);
    /* A clock that was set back since makes it no younger than now. */
    report.age_us = now_us > report.time_us ? now_us - report.time_us : 0;
    status = report_status(&report);
    return delivery_write(options, &report) ? status : STATUS_UNKNOWN;
}


/* Say that there is nothing to show: for a monitoring plugin in the line that
   is shown of it. */
static void
complain(const struct options *options, const char *reason,
         const char *advice)
{
    bool plugin = options->format == FORMAT_NAGIOS && !options->output;

    fprintf(plugin ? stdout : stderr,
            "%sreading what the service last saw: %s: %s\n",
            plugin ? "SPNHEALTHD UNKNOWN - " : "spnhealthd: ", reason, advice);
}


int
status_main(const struct options *options)
{
    struct strings errors = {NULL, 0};
    struct configuration *configuration = options_configure(options, &errors);
    enum status status = STATUS_UNKNOWN;
    struct report_counters counters;
    struct latest latest;
    struct error error;
    char *path;

    for (size_t i = 0; i < errors.count; i++)
        fprintf(stderr, "spnhealthd: %s\n", errors.items[i]);
    strings_clear(&errors);
    if (!configuration)
        return STATUS_UNKNOWN;
    path = xasprintf("%s/%s", configuration->state_directory, LATEST_FILE);
    if (latest_load(&latest, &counters, path, &error))
        status = show(options, &latest, &counters);
    else
        complain(options, error.text, advice_for(path));
    latest_clear(&latest);
    configuration_free(configuration);
    free(path);
    return (int)status;
}
