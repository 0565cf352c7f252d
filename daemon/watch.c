/*
 * What the service knows, remembers and tells.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/now.h"
#include "checks/check.h"
#include "checks/demands.h"
#include "daemon/alerts.h"
#include "daemon/latest.h"
#include "daemon/newfile.h"
#include "daemon/output.h"
#include "daemon/seen.h"
#include "daemon/state.h"
#include "daemon/watch.h"

struct watch {
    const struct configuration *configuration;
    const char *host;
    struct log *log;
    struct state *state;
    struct alerts *alerts;
    struct latest latest;
    struct report_counters counters;
    struct complaints complaints;
};


/* The domain that a configuration is about. */
static const char *
domain_of(const struct configuration *configuration)
{
    return configuration->settings->numbers->domain;
}


/* Now. */
static struct alert_time
time_now(void)
{
    return (struct alert_time){now_monotonic_us(), now_wall_us()};
}


struct log *
watch_log(struct watch *watch)
{
    return watch->log;
}


void
watch_complain(struct watch *watch, const char *topic, const char *message_id,
               const char *problem)
{
    if (problem)
        complaints_add(&watch->complaints, watch->log, topic, message_id,
                       "%s", problem);
    else
        complaints_end(&watch->complaints, watch->log, topic);
}


/* A log's delivered(): mark it on disk. */
static void
mark_logged(void *closure, size_t taken)
{
    struct watch *watch = closure;

    state_mark(watch->state, taken);
}


/* An alert_sink's tell(). */
static void
tell(void *closure, const struct alert_event *event)
{
    struct watch *watch = closure;

    log_tell(watch->log, event, watch->host,
             domain_of(watch->configuration));
}


/* Lock a state directory; NULL if another service uses it. */
static struct state *
open_state(struct watch *watch, const char *directory, struct error *error)
{
    struct error problem = {""};
    long busy;
    struct state *state = state_open(directory, &busy, &problem);

    if (busy) {
        state_free(state);
        error_set(error, "using the state directory %s: the service with the "
                  "process id %ld uses it already: give each its own "
                  "state_directory", directory, busy);
        return NULL;
    }
    if (*problem.text)
        complaints_add(&watch->complaints, watch->log, "the state directory",
                       LOG_ID_STATE_UNSAVED, "saving the standing alerts: "
                       "%s: what stands will be told again after a restart",
                       problem.text);
    return state;
}


/* Let go of what is known of another domain than the one from here on. */
static void
change_domain(struct watch *watch, const char *domain,
              const struct alert_time *now)
{
    const struct alert_sink sink = {tell, watch};
    char *reason = xasprintf("%s is watched now", domain);
    char *path = state_path(watch->state, SEEN_FILE);

    alerts_withdraw_all(watch->alerts, reason, now, &sink);
    latest_clear(&watch->latest);
    (void)unlink(path);
    free(path);
    free(reason);
}


/* Remove what a service that was killed has left half written of the files for
   others. */
static void
sweep_published(const struct configuration *configuration)
{
    if (*configuration->metrics_textfile)
        newfile_sweep(configuration->metrics_textfile);
    if (*configuration->report_html)
        newfile_sweep(configuration->report_html);
}


struct watch *
watch_new(const struct configuration *configuration, const char *host,
          struct error *error)
{
    struct watch *watch = xcalloc(1, sizeof(*watch));
    struct alert_time now = time_now();
    char *warning, *domain;

    watch->configuration = configuration;
    watch->host = host;
    watch->counters.started_us = now.wall_us;
    watch->log = log_new(configuration->alerts.facility);
    watch->alerts = alerts_new(configuration->alerts.confirm,
                               configuration->alerts.repeat_us);
    watch->state = open_state(watch, configuration->state_directory, error);
    if (!watch->state) {
        watch_free(watch);
        return NULL;
    }
    warning = state_load(watch->state, alerts_table(watch->alerts),
                         watch->log, &now, &domain);
    if (domain && strcmp(domain, domain_of(configuration)) != 0)
        change_domain(watch, domain_of(configuration), &now);
    log_on_delivered(watch->log, mark_logged, watch);
    sweep_published(configuration);
    if (warning)
        log_note(watch->log, LOG_WARNING, LOG_ID_STATE_UNSAVED, "%s",
                 warning);
    free(warning);
    free(domain);
    return watch;
}


void
watch_free(struct watch *watch)
{
    if (!watch)
        return;
    log_free(watch->log);
    state_free(watch->state);
    alerts_free(watch->alerts);
    latest_clear(&watch->latest);
    complaints_clear(&watch->complaints);
    free(watch);
}


/* Save what stands and what is to be logged, and only then log it. */
static void
save_and_log(struct watch *watch, const struct alert_time *now)
{
    struct error error;

    if (state_save(watch->state, domain_of(watch->configuration),
                   alerts_table(watch->alerts), watch->log, now, &error))
        complaints_end(&watch->complaints, watch->log, "the state directory");
    else
        complaints_add(&watch->complaints, watch->log, "the state directory",
                       LOG_ID_STATE_UNSAVED, "%s: what stands will be told "
                       "again after a restart", error.text);
    log_flush(watch->log);
}


/* The names of the checks that are run. */
static void
running_checks(const struct configuration *configuration,
               struct strings *names_out)
{
    for (size_t i = 0; checks[i]; i++)
        if (checks[i]->always)
            strings_add(names_out, checks[i]->name);
    for (size_t i = 0; i < configuration->schedule_count; i++)
        if (configuration->schedule[i].enabled)
            strings_add(names_out, configuration->schedule[i].check->name);
}


/* Forget what checks concluded that are not run any more. */
static void
forget_unwatched(struct watch *watch)
{
    struct strings names = {NULL, 0};

    running_checks(watch->configuration, &names);
    latest_keep(&watch->latest, &names);
    strings_clear(&names);
}


/* Withdraw what they told: they may have been switched off by a reload, or
   before this service was started. */
static void
withdraw_unwatched(struct watch *watch, const struct alert_time *now)
{
    const struct alert_sink sink = {tell, watch};
    struct strings names = {NULL, 0};

    running_checks(watch->configuration, &names);
    alerts_withdraw(watch->alerts, &names, now, &sink);
    strings_clear(&names);
}


bool
watch_configure(struct watch *watch, const struct configuration *configuration,
                struct error *error)
{
    struct alert_time now = time_now();
    struct state *state = NULL;

    if (strcmp(configuration->state_directory,
               watch->configuration->state_directory) != 0) {
        state = open_state(watch, configuration->state_directory, error);
        if (!state)
            return false;
    }
    /* What is forgotten is in the former directory. */
    if (strcmp(domain_of(configuration), domain_of(watch->configuration)) != 0)
        change_domain(watch, domain_of(configuration), &now);
    if (state) {
        state_free(watch->state);
        watch->state = state;
    }
    watch->configuration = configuration;
    log_configure(watch->log, configuration->alerts.facility);
    alerts_configure(watch->alerts, configuration->alerts.confirm,
                     configuration->alerts.repeat_us);
    forget_unwatched(watch);
    withdraw_unwatched(watch, &now);
    save_and_log(watch, &now);
    return true;
}


/* Save the mail servers that this run knows, if they are not saved already. */
static void
save_mail_servers(struct watch *watch, const struct settings *settings,
                  const struct facts *facts)
{
    struct strings hosts = {NULL, 0}, saved = {NULL, 0};
    char *path = state_path(watch->state, SEEN_FILE), *warning = NULL;
    struct error error;
    bool news = false;

    for (size_t i = 0; i < settings->mail_count; i++)
        if (settings->mail[i]->origin & (MAIL_MX | MAIL_EXCHANGE | MAIL_SEEN)
            || mail_answers(facts, settings->mail[i]->host))
            strings_add_unique(&hosts, settings->mail[i]->host);
    if (seen_read(path, &saved, &warning, &error))
        for (size_t i = 0; i < hosts.count; i++)
            news |= !strings_contain(&saved, hosts.items[i]);
    else
        news = hosts.count > 0;
    if (!news || seen_write(path, &hosts, &error))
        complaints_end(&watch->complaints, watch->log,
                       "remembering mail servers");
    else
        complaints_add(&watch->complaints, watch->log,
                       "remembering mail servers", NULL,
                       "%s: mail servers that vanish from DNS will be "
                       "forgotten at the next start", error.text);
    strings_clear(&hosts);
    strings_clear(&saved);
    free(warning);
    free(path);
}


/* Replace a file that others read, whatever this process' umask. */
static bool
publish(const struct report *report, const char *path,
        void (*write)(const struct report *report, FILE *stream),
        struct error *error)
{
    struct newfile file;

    if (!newfile_open(&file, path, 0644, error))
        return false;
    (void)fchmod(fileno(file.stream), 0644);
    write(report, file.stream);
    return newfile_commit(&file, error);
}


/* Publish what is known in one form, if the configuration asks for it. */
static void
publish_file(struct watch *watch, const char *topic, const char *path,
             void (*write)(const struct report *report, FILE *stream))
{
    struct report report = latest_report(&watch->latest, &watch->counters);
    struct error error;

    if (!*path)
        return;
    if (publish(&report, path, write, &error))
        complaints_end(&watch->complaints, watch->log, topic);
    else
        complaints_add(&watch->complaints, watch->log, topic, NULL,
                       "%s: %s: what is there, if anything, is from before; "
                       "spnhealthd(8) says under SYSTEMD how to give it a "
                       "place", topic, error.text);
}


/* Save what is known, for --status, and publish it. */
static void
publish_all(struct watch *watch)
{
    char *path = state_path(watch->state, LATEST_FILE);
    struct error error;

    if (latest_save(&watch->latest, &watch->counters, path, &error))
        complaints_end(&watch->complaints, watch->log, "saving the status");
    else
        complaints_add(&watch->complaints, watch->log, "saving the status",
                       LOG_ID_STATE_UNSAVED,
                       "%s: --status shows what is there from before",
                       error.text);
    free(path);
    publish_file(watch, "writing the metrics",
                 watch->configuration->metrics_textfile, output_metrics_text);
    publish_file(watch, "writing the report",
                 watch->configuration->report_html, output_html);
}


/* Say of each result when it comes again: checks that always run do so with
   whichever runs next. */
static void
note_intervals(const struct configuration *configuration,
               struct findings *findings)
{
    int64_t shortest_us = INT64_MAX;

    for (size_t i = 0; i < configuration->schedule_count; i++) {
        const struct check_schedule *entry = &configuration->schedule[i];

        if (entry->enabled && entry->check->judge
            && entry->interval_us < shortest_us)
            shortest_us = entry->interval_us;
    }
    for (size_t i = 0; i < findings->result_count; i++) {
        const struct check_schedule *entry
            = configuration_schedule(configuration,
                                     findings->results[i].check);

        findings->results[i].interval_us
            = entry ? entry->interval_us : shortest_us;
    }
}


void
watch_conclude(struct watch *watch, const struct run *run)
{
    const struct alert_sink sink = {tell, watch};
    const struct settings *settings = run_settings(run);
    struct findings *findings = checks_judge(run_facts(run), settings);
    struct alert_time now = time_now();

    note_intervals(watch->configuration, findings);
    latest_take(&watch->latest, findings, settings, run_elapsed_us(run));
    alerts_update(watch->alerts, findings, watch->latest.findings, &now,
                  &sink);
    withdraw_unwatched(watch, &now);
    findings_free(findings);
    save_and_log(watch, &now);
    watch->counters.runs++;
    watch->counters.workers_failed += (int64_t)run_failed_workers(run);
    watch->counters.alerts_standing
        = (int64_t)alerts_standing(watch->alerts);
    watch->counters.log_dropped = (int64_t)log_dropped(watch->log);
    publish_all(watch);
    if (settings->numbers->discovered_mail)
        save_mail_servers(watch, settings, run_facts(run));
}


char *
watch_summary(const struct watch *watch)
{
    size_t standing = alerts_standing(watch->alerts);

    if (!watch->latest.findings)
        return xasprintf("looking for the first time; alerts that stand: %zu",
                         standing);
    return xasprintf("%s; alerts that stand: %zu",
                     status_name(findings_worst(watch->latest.findings)),
                     standing);
}
