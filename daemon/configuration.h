/*
 * The configuration: what to look at, as whom, how often, and whom to tell.
 *
 * Three steps make one: configuration_new() has the defaults,
 * configuration_read() lays a file over them, and, after the command line was
 * applied (options.h), configuration_complete() derives the rest.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_CONFIGURATION_H
#define DAEMON_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "checks/check.h"
#include "checks/settings.h"
#include "checks/tasks.h"

/* Read where no other file is named. */
#define CONFIGURATION_FILE "/etc/spnhealthd/spnhealthd.yaml"

/* Names of files; "" = not given.  credentials_find() makes use of them. */
struct credential_names {
    char *principal;
    char *keytab;  /* absolute path, FILE:PATH or "credential:NAME" */
    char *ccache;  /* MIT ccache name, with its type */
};

struct ldap_options {
    int bind;             /* enum bind_method */
    bool bind_given;      /* false: gssapi only because that is the default */
    char *bind_dn;        /* with bind simple; else "" */
    char *password_file;  /* absolute path or "credential:NAME"; else "" */
    int tls;              /* enum tls_method */
    char *ca_file;        /* "" = the system's */
};

struct probe_limits {
    int64_t timeout_us;       /* of an exchange */
    int64_t smtp_timeout_us;  /* of an SMTP session */
    int64_t deadline_us;      /* of the whole run */
    int64_t parallel;         /* session workers at once */
};

struct check_schedule {
    const struct check *check;  /* one of checks[], never an "always" one */
    bool enabled;
    int64_t interval_us;
};

struct alert_options {
    int facility;       /* as openlog(3) takes it: LOG_DAEMON ... */
    int64_t confirm;    /* cycles in a row that make a finding news */
    int64_t repeat_us;  /* how often a standing one is told again */
};

struct configuration {
    /* The part that judgement needs, with the configured targets.  Whoever
       runs the checks fills in host, time_us and credentials. */
    struct settings *settings;
    char *base;  /* naming context; "" = ask the rootDSE */
    char *site;  /* this host's AD site; "" = ask by CLDAP */
    struct credential_names credentials;
    struct ldap_options ldap;
    struct probe_limits probes;
    struct check_schedule *schedule;  /* in the order of checks[] */
    size_t schedule_count;
    struct alert_options alerts;
    char *metrics_textfile;  /* for node_exporter; "" = none */
    char *report_html;       /* "" = none */
    char *state_directory;
    /* One line each for what the file asks and is not done: not by this
       version, or because it is over or switched off. */
    struct strings unbuilt;
};

/* A configuration of defaults, for configuration_free(). */
struct configuration *configuration_new(void);
void configuration_free(struct configuration *configuration);

/*
 * Read a file over the defaults.
 *
 * configuration  Changed also on failure; then fit for nothing but
 *                configuration_free().
 * path           A regular file of at most 1 MiB, as spnhealthd.yaml(5) has
 *                it.
 * errors         One line for each mistake is appended, as
 *                "FILE:LINE:COLUMN: path.to.key: what is wrong, what is
 *                expected".
 *
 * Returns false if there was any mistake.
 */
bool configuration_read(struct configuration *configuration, const char *path,
                        struct strings *errors);

/*
 * Derive what file and command line left open: the realm from the domain, and
 * the names of the checks to judge (enabled and built).
 *
 * Returns false, with lines appended to errors, if something is missing that
 * nothing can be derived from.
 */
bool configuration_complete(struct configuration *configuration,
                            struct strings *errors);

/* The schedule of a check, or NULL. */
struct check_schedule *configuration_schedule(
    const struct configuration *configuration, const char *name);

#endif
