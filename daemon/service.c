/*
 * The service: checks at their intervals, alerts through the log.
 *
 * One thread, one poll(2): signals by signalfd(2), the workers' pipes, and
 * the time until the next check, the watchdog's next feeding, or another try
 * of the log.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>

#include "base/now.h"
#include "daemon/context.h"
#include "daemon/keytab_source.h"
#include "daemon/memories.h"
#include "daemon/notify.h"
#include "daemon/run.h"
#include "daemon/schedule.h"
#include "daemon/service.h"
#include "daemon/watch.h"

/* A run so long past its deadline makes no progress. */
#define STUCK_US (INT64_C(10) * 1000000)

struct service {
    const struct options *options;
    struct configuration *configuration;
    struct context_task *context;
    int signals;              /* signalfd(2) */
    char *host;
    struct watch *watch;
    struct schedule *schedule;
    struct run *run;          /* NULL between runs */
    int64_t watchdog_us;      /* interval; 0: none */
    int64_t watchdog_due_us;
    struct memories memories;
    struct keytab_source keytab_source;
    bool reload_failed;       /* the file is not what is in force */
    bool stopping;
};


/* Tell systemd something; without systemd there is nobody to tell. */
static void
tell(struct service *service, enum notify_state state, const char *status)
{
    struct error error;

    watch_complain(service->watch, "telling systemd", NULL,
                   notify_send(state, status, &error) ? NULL : error.text);
}


/* Tell systemd how things stand. */
static void
tell_status(struct service *service, enum notify_state state)
{
    char *summary = watch_summary(service->watch);
    char *status = xasprintf("%s%s", summary, service->reload_failed
                             ? "; the configuration file is unusable, and the "
                               "former one in force" : "");

    tell(service, state, status);
    free(status);
    free(summary);
}


/* Put a configuration into force that the watch goes by already. */
static void
adopt(struct service *service, struct configuration *configuration)
{
    struct log *log = watch_log(service->watch);
    struct strings tried = {NULL, 0};
    char *seed = xasprintf("%s %s", service->host,
                           configuration->settings->numbers->domain);

    configuration_free(service->configuration);
    record_free(&context_task_type, service->context);
    schedule_free(service->schedule);
    service->configuration = configuration;
    memories_open(&service->memories, configuration->state_directory,
                  service->watch);
    service->context = context_new(configuration, service->host,
                                   service->options->trace ? CONTEXT_TRACE : 0,
                                   &tried);
    service->schedule = schedule_new(configuration, seed, now_monotonic_us());
    for (size_t i = 0; i < tried.count; i++)
        log_note(log, LOG_WARNING, NULL, "%s", tried.items[i]);
    for (size_t i = 0; i < configuration->unbuilt.count; i++)
        log_note(log, LOG_NOTICE, NULL, "%s", configuration->unbuilt.items[i]);
    strings_clear(&tried);
    free(seed);
}


/* Read the configuration again and put it into force; on failure all stays as
   it was, and the reasons are added to the list. */
static bool
replace_configuration(struct service *service, struct strings *errors)
{
    struct configuration *configuration
        = options_configure(service->options, errors);
    struct error error;

    if (!configuration)
        return false;
    if (!watch_configure(service->watch, configuration, &error)) {
        strings_add(errors, error.text);
        configuration_free(configuration);
        return false;
    }
    run_free(service->run);
    service->run = NULL;
    adopt(service, configuration);
    return true;
}


/* Give back what a run, or a former configuration, has held: the next one is
   minutes away. */
static void
release_memory(void)
{
    malloc_trim(0);
}


/* Obey a reload; a bad configuration changes nothing. */
static void
reload(struct service *service)
{
    struct log *log = watch_log(service->watch);
    struct strings errors = {NULL, 0};

    tell(service, NOTIFY_RELOADING, "reading the configuration again");
    service->reload_failed = !replace_configuration(service, &errors);
    for (size_t i = 0; i < errors.count; i++)
        log_note(log, LOG_ERR, LOG_ID_RELOAD_FAILED, "%s", errors.items[i]);
    if (service->reload_failed)
        log_note(log, LOG_ERR, LOG_ID_RELOAD_FAILED,
                 "reload failed: the configuration in force is kept; mend "
                 "the file and reload again");
    else
        log_note(log, LOG_INFO, LOG_ID_RELOADED,
                 "configuration read again from %s",
                 service->options->configuration_path);
    tell_status(service, NOTIFY_READY);
    strings_clear(&errors);
    release_memory();
}


/* Start a run of what is due. */
static void
begin_run(struct service *service)
{
    struct settings *settings;
    char *problem;

    if (schedule_next_us(service->schedule) > now_monotonic_us())
        return;
    settings = context_settings(service->configuration, service->context);
    strings_clear(&settings->numbers->checks);
    schedule_take(service->schedule, now_monotonic_us(),
                  &settings->numbers->checks);
    problem = context_add_seen(service->configuration, settings);
    watch_complain(service->watch, "reading the mail servers seen before",
                   NULL, problem);
    free(problem);
    service->run = run_start(service->configuration, settings,
                             service->context);
    memories_tell(&service->memories, service->context, service->run,
                  service->watch);
}


/* Take up a finished run. */
static void
end_run(struct service *service)
{
    char *problem = keytab_source_changed(&service->keytab_source);

    watch_conclude(service->watch, service->run);
    watch_complain(service->watch, "using the keytab", LOG_ID_KEYTAB_CHANGED,
                   problem);
    memories_keep(&service->memories, service->run, service->watch);
    tell_status(service, NOTIFY_STATUS);
    run_free(service->run);
    service->run = NULL;
    free(problem);
    release_memory();
}


/* Go on with the run. */
static void
work(struct service *service)
{
    bool over = run_work(service->run);

    memories_note(&service->memories, service->run, service->watch);
    if (over)
        end_run(service);
}


/* The sooner of two times. */
static int64_t
sooner(int64_t left_us, int64_t right_us)
{
    return left_us < right_us ? left_us : right_us;
}


/* How long poll(2) may wait for something to be done without a signal or a
   worker's word. */
static int
wait_ms(const struct service *service)
{
    int64_t until_us = log_retry_us(watch_log(service->watch)), left_us;
    int64_t run_us;

    if (service->watchdog_us)
        until_us = sooner(until_us, service->watchdog_due_us);
    if (service->run) {
        run_us = (int64_t)run_timeout_ms(service->run) * 1000;
        until_us = sooner(until_us, now_monotonic_us() + run_us);
    } else {
        until_us = sooner(until_us, schedule_next_us(service->schedule));
    }
    if (until_us == INT64_MAX)
        return -1;
    left_us = until_us - now_monotonic_us();
    if (left_us <= 0)
        return 0;
    return (int)(sooner(left_us, INT64_C(3600) * 1000000) / 1000 + 1);
}


/* Whether a run goes on although its deadline is long over. */
static bool
is_stuck(const struct service *service)
{
    return service->run
           && run_elapsed_us(service->run)
                  > service->configuration->probes.deadline_us + STUCK_US;
}


/* Feed the watchdog when it is due: from the loop, and while runs end, so that
   what hangs is noticed. */
static void
feed_watchdog(struct service *service)
{
    int64_t time_us = now_monotonic_us();

    if (!service->watchdog_us || time_us < service->watchdog_due_us
        || is_stuck(service))
        return;
    tell(service, NOTIFY_WATCHDOG, NULL);
    service->watchdog_due_us = time_us + service->watchdog_us;
}


/* Obey the signals that have come. */
static void
obey_signals(struct service *service)
{
    struct signalfd_siginfo signal;

    while (read(service->signals, &signal, sizeof(signal)) == sizeof(signal))
        switch (signal.ssi_signo) {
        case SIGHUP:
            reload(service);
            break;
        case SIGUSR1:
            schedule_all(service->schedule, now_monotonic_us());
            break;
        default:
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
    if (log_retry_us(watch_log(service->watch)) <= now_monotonic_us())
        log_flush(watch_log(service->watch));
    if (!service->run)
        begin_run(service);
    if (service->run)
        work(service);
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
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}


/* Free what the service holds. */
static void
service_clear(struct service *service)
{
    run_free(service->run);
    watch_free(service->watch);
    schedule_free(service->schedule);
    memories_close(&service->memories);
    record_free(&context_task_type, service->context);
    configuration_free(service->configuration);
    free(service->host);
    if (service->signals >= 0)
        close(service->signals);
}


/* Make ready to run; returns the exit status to end with, or -1. */
static int
start(struct service *service)
{
    struct strings errors = {NULL, 0};
    struct configuration *configuration
        = options_configure(service->options, &errors);
    struct error error;

    for (size_t i = 0; i < errors.count; i++)
        fprintf(stderr, "spnhealthd: %s\n", errors.items[i]);
    strings_clear(&errors);
    if (!configuration)
        return SERVICE_BAD_CONFIGURATION;
    service->host = context_host();
    service->signals = open_signals();
    if (service->signals < 0) {
        fprintf(stderr, "spnhealthd: watching for signals: %s\n",
                strerror(errno));
        configuration_free(configuration);
        return 1;
    }
    service->watch = watch_new(configuration, service->host, &error);
    if (!service->watch) {
        fprintf(stderr, "spnhealthd: %s\n", error.text);
        configuration_free(configuration);
        return SERVICE_BAD_CONFIGURATION;
    }
    keytab_source_note(&service->keytab_source);
    adopt(service, configuration);
    service->watchdog_us = notify_watchdog_us();
    service->watchdog_due_us = now_monotonic_us();
    return -1;
}


int
service_main(const struct options *options)
{
    struct service service = {.options = options, .signals = -1};
    int status = start(&service);

    if (status >= 0) {
        service_clear(&service);
        return status;
    }
    log_note(watch_log(service.watch), LOG_INFO, LOG_ID_STARTED,
             "%s started for %s", PACKAGE_STRING,
             service.configuration->settings->numbers->domain);
    tell_status(&service, NOTIFY_READY);
    while (!service.stopping)
        turn(&service);
    tell(&service, NOTIFY_STOPPING, "stopping");
    log_note(watch_log(service.watch), LOG_INFO, LOG_ID_STOPPED,
             "%s stopped", PACKAGE_STRING);
    service_clear(&service);
    return 0;
}
