/*
 * The service: checks at their intervals, alerts through syslog.
 *
 * One thread, one poll(2): signals by signalfd(2), the workers' pipes, and
 * the time until the next check or the watchdog's next feeding.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "checks/check.h"
#include "checks/demands.h"
#include "daemon/alert_syslog.h"
#include "daemon/alerts.h"
#include "daemon/context.h"
#include "daemon/notify.h"
#include "daemon/refusal.h"
#include "daemon/run.h"
#include "daemon/seen.h"
#include "daemon/service.h"

/* How long a refused password is not tried again, unless its file changes:
   well below the lockout counters that directories usually keep. */
#define REFUSAL_US (INT64_C(3600) * 1000000)

struct service {
    const struct options *options;
    struct configuration *configuration;
    struct context_task *context;
    int signals;              /* signalfd(2) */
    char *host;
    struct alerts *alerts;
    struct run *run;          /* NULL between runs */
    int64_t *due_us;          /* of each schedule entry, monotonic */
    int64_t watchdog_us;      /* interval; 0: none */
    int64_t watchdog_due_us;
    struct refusal refusal;
    bool stopping;
};


/* A clock in microseconds. */
static int64_t
clock_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}


/* Tell systemd something; without systemd there is nobody to tell. */
static void
tell(enum notify_state state, const char *status)
{
    struct error error;

    if (!notify_send(state, status, &error))
        alert_syslog_note(LOG_WARNING, "telling systemd: %s", error.text);
}


/* Make everything due now. */
static void
schedule_all(struct service *service)
{
    size_t count = service->configuration->schedule_count;

    service->due_us = xrealloc(service->due_us, count + 1,
                               sizeof(*service->due_us));
    for (size_t i = 0; i < count; i++)
        service->due_us[i] = clock_us(CLOCK_MONOTONIC);
}


/* Put a configuration into force. */
static void
adopt(struct service *service, struct configuration *configuration)
{
    struct strings tried = {NULL, 0};

    configuration_free(service->configuration);
    record_free(&context_task_type, service->context);
    service->configuration = configuration;
    alert_syslog_open(configuration->alerts.facility);
    service->context = context_new(configuration, service->host,
                                   service->options->trace ? CONTEXT_TRACE : 0,
                                   &tried);
    for (size_t i = 0; i < tried.count; i++)
        alert_syslog_note(LOG_WARNING, "%s", tried.items[i]);
    strings_clear(&tried);
    if (service->alerts)
        alerts_configure(service->alerts, configuration->alerts.confirm,
                         configuration->alerts.repeat_us);
    else
        service->alerts = alerts_new(configuration->alerts.confirm,
                                     configuration->alerts.repeat_us);
    for (size_t i = 0; i < configuration->unbuilt.count; i++)
        alert_syslog_note(LOG_NOTICE, "%s", configuration->unbuilt.items[i]);
    schedule_all(service);
}


/* Read the configuration again; a bad one changes nothing. */
static void
reload(struct service *service)
{
    struct strings errors = {NULL, 0};
    struct configuration *configuration;

    tell(NOTIFY_RELOADING, "reading the configuration again");
    configuration = options_configure(service->options, &errors);
    for (size_t i = 0; i < errors.count; i++)
        alert_syslog_note(LOG_ERR, "%s", errors.items[i]);
    strings_clear(&errors);
    if (!configuration) {
        alert_syslog_note(LOG_ERR, "reload failed: the configuration in force "
                                   "is kept; mend the file and reload again");
        tell(NOTIFY_READY, "running with the former configuration: the file "
                           "is unusable");
        return;
    }
    run_free(service->run);
    service->run = NULL;
    adopt(service, configuration);
    alert_syslog_note(LOG_INFO, "configuration read again from %s",
                      service->options->configuration_path);
    tell(NOTIFY_READY, "configuration read again");
}


/* The name of a file in the state directory, for the caller to free(). */
static char *
state_path(const struct service *service, const char *name)
{
    return xasprintf("%s/%s", service->configuration->state_directory, name);
}


/* Take up the alerts that stood when the service last ran. */
static void
load_alerts(struct service *service)
{
    char *path = state_path(service, ALERTS_FILE), *warning = NULL;
    struct error error;

    if (!alerts_load(service->alerts, path, clock_us(CLOCK_MONOTONIC),
                     clock_us(CLOCK_REALTIME), &warning, &error))
        alert_syslog_note(LOG_WARNING, "%s: what stood before this start is "
                          "forgotten and will be told again", error.text);
    else if (warning)
        alert_syslog_note(LOG_WARNING, "%s", warning);
    free(warning);
    free(path);
}


/* Save the alerts that stand, for the next start. */
static void
save_alerts(const struct service *service)
{
    char *path = state_path(service, ALERTS_FILE);
    struct error error;

    if (!alerts_save(service->alerts, path, &error))
        alert_syslog_note(LOG_WARNING, "%s: what stands will be told again "
                          "after a restart", error.text);
    free(path);
}


/* Add the mail servers of earlier runs to those to look at. */
static void
remember_mail_servers(const struct service *service,
                      struct settings *settings)
{
    char *problem = context_add_seen(service->configuration, settings);

    if (problem)
        alert_syslog_note(LOG_WARNING, "%s", problem);
    free(problem);
}


/* Save the mail servers that this run knows, if they are not saved already. */
static void
save_mail_servers(const struct service *service,
                  const struct settings *settings, const struct facts *facts)
{
    struct strings hosts = {NULL, 0}, saved = {NULL, 0};
    char *path = state_path(service, SEEN_FILE), *warning = NULL;
    struct error error;
    bool news = false;

    if (!settings->numbers->discovered_mail)
        goto done;
    for (size_t i = 0; i < settings->mail_count; i++)
        if (settings->mail[i]->origin & (MAIL_MX | MAIL_EXCHANGE | MAIL_SEEN)
            || mail_answers(facts, settings->mail[i]->host))
            strings_add_unique(&hosts, settings->mail[i]->host);
    if (seen_read(path, &saved, &warning, &error))
        for (size_t i = 0; i < hosts.count; i++)
            news |= !strings_contain(&saved, hosts.items[i]);
    else
        news = hosts.count > 0;
    if (news && !seen_write(path, &hosts, &error))
        alert_syslog_note(LOG_WARNING, "%s: mail servers that vanish from DNS "
                          "will be forgotten at the next start", error.text);

done:
    strings_clear(&hosts);
    strings_clear(&saved);
    free(warning);
    free(path);
}


/* Names of the checks that are due, each scheduled again after its interval
   from when it was due, so that intervals do not drift. */
static void
take_due(struct service *service, struct strings *names)
{
    const struct configuration *configuration = service->configuration;
    int64_t now_us = clock_us(CLOCK_MONOTONIC);

    for (size_t i = 0; i < configuration->schedule_count; i++) {
        const struct check_schedule *entry = &configuration->schedule[i];

        if (!entry->enabled || !entry->check->judge
            || service->due_us[i] > now_us)
            continue;
        strings_add(names, entry->check->name);
        while (service->due_us[i] <= now_us)
            service->due_us[i] += entry->interval_us;
    }
}


/* Start a run of what is due. */
static void
begin_run(struct service *service)
{
    struct strings names = {NULL, 0};
    struct settings *settings;
    struct error error;

    take_due(service, &names);
    if (names.count == 0)
        return;
    settings = context_settings(service->configuration, service->context);
    strings_clear(&settings->numbers->checks);
    settings->numbers->checks = names;
    remember_mail_servers(service, settings);
    service->run = run_start(service->configuration, settings,
                             service->context, &error);
    if (!service->run) {
        alert_syslog_note(LOG_ERR, "%s: nothing was checked", error.text);
        return;
    }
    refusal_apply(&service->refusal, service->context, service->run,
                  clock_us(CLOCK_MONOTONIC), REFUSAL_US);
}


/* Judge a finished run and tell what is news. */
static void
end_run(struct service *service)
{
    const struct alert_sink sink = {alert_syslog_tell, service->host};
    const struct facts *facts = run_facts(service->run);
    const struct settings *settings = run_settings(service->run);
    struct findings *findings = checks_judge(facts, settings);
    char *status;

    alerts_update(service->alerts, findings, clock_us(CLOCK_MONOTONIC),
                  clock_us(CLOCK_REALTIME), &sink);
    save_alerts(service);
    status = xasprintf("%s; alerts that stand: %zu",
                       status_name(findings_worst(findings)),
                       alerts_standing(service->alerts));
    tell(NOTIFY_STATUS, status);
    refusal_learn(&service->refusal, service->context, facts,
                  clock_us(CLOCK_MONOTONIC));
    save_mail_servers(service, settings, facts);
    free(status);
    findings_free(findings);
    run_free(service->run);
    service->run = NULL;
}


/* How long poll(2) may wait: until a check is due, the run's deadline or the
   watchdog's feeding. */
static int
wait_ms(const struct service *service)
{
    int64_t now_us = clock_us(CLOCK_MONOTONIC), until_us = INT64_MAX;

    if (service->watchdog_us)
        until_us = service->watchdog_due_us;
    if (service->run) {
        int64_t run_us = now_us
                         + (int64_t)run_timeout_ms(service->run) * 1000;

        if (run_us < until_us)
            until_us = run_us;
    } else {
        for (size_t i = 0; i < service->configuration->schedule_count; i++)
            if (service->configuration->schedule[i].enabled
                && service->configuration->schedule[i].check->judge
                && service->due_us[i] < until_us)
                until_us = service->due_us[i];
    }
    if (until_us == INT64_MAX)
        return -1;
    if (until_us <= now_us)
        return 0;
    return until_us - now_us > INT64_C(3600) * 1000000
               ? 3600 * 1000 : (int)((until_us - now_us) / 1000 + 1);
}


/* Feed the watchdog when it is due: from the loop, so that a loop that hangs
   is noticed. */
static void
feed_watchdog(struct service *service)
{
    int64_t now_us = clock_us(CLOCK_MONOTONIC);

    if (!service->watchdog_us || now_us < service->watchdog_due_us)
        return;
    tell(NOTIFY_WATCHDOG, NULL);
    service->watchdog_due_us = now_us + service->watchdog_us;
}


/* Obey the signals that have come. */
static void
obey_signals(struct service *service)
{
    struct signalfd_siginfo signal;

    while (read(service->signals, &signal, sizeof(signal)) == sizeof(signal)) {
        if (signal.ssi_signo == SIGHUP)
            reload(service);
        else
            service->stopping = true;
    }
}


/* Wait for something to do, and do it. */
static void
turn(struct service *service)
{
    struct pollfd *of_run = NULL, *fds;
    size_t count = service->run ? run_pollfds(service->run, &of_run) : 0;

    fds = xcalloc(count + 1, sizeof(*fds));
    fds[0] = (struct pollfd){service->signals, POLLIN, 0};
    if (count > 0)
        memcpy(fds + 1, of_run, count * sizeof(*fds));
    poll(fds, (nfds_t)count + 1, wait_ms(service));
    free(fds);
    obey_signals(service);
    feed_watchdog(service);
    if (service->stopping)
        return;
    if (!service->run)
        begin_run(service);
    if (service->run && run_work(service->run))
        end_run(service);
}


/* Have the signals that steer the service arrive at a descriptor. */
static int
open_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}


/* Free what the service holds. */
static void
service_clear(struct service *service)
{
    run_free(service->run);
    alerts_free(service->alerts);
    refusal_clear(&service->refusal);
    record_free(&context_task_type, service->context);
    configuration_free(service->configuration);
    free(service->due_us);
    free(service->host);
    if (service->signals >= 0)
        close(service->signals);
}


int
service_main(const struct options *options)
{
    struct service service = {.options = options};
    struct strings errors = {NULL, 0};
    struct configuration *configuration
        = options_configure(options, &errors);

    for (size_t i = 0; i < errors.count; i++)
        fprintf(stderr, "spnhealthd: %s\n", errors.items[i]);
    strings_clear(&errors);
    if (!configuration)
        return SERVICE_BAD_CONFIGURATION;
    service.host = context_host();
    service.signals = open_signals();
    if (service.signals < 0) {
        fprintf(stderr, "spnhealthd: watching for signals: %s\n",
                strerror(errno));
        configuration_free(configuration);
        free(service.host);
        return 1;
    }
    adopt(&service, configuration);
    load_alerts(&service);
    service.watchdog_us = notify_watchdog_us();
    service.watchdog_due_us = clock_us(CLOCK_MONOTONIC);
    alert_syslog_note(LOG_INFO, "%s started for %s", PACKAGE_STRING,
                      configuration->settings->numbers->domain);
    tell(NOTIFY_READY, "started");
    while (!service.stopping)
        turn(&service);
    tell(NOTIFY_STOPPING, "stopping");
    alert_syslog_note(LOG_INFO, "%s stopped", PACKAGE_STRING);
    service_clear(&service);
    return 0;
}
