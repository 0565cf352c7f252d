/*
 * The configuration: its defaults, its file, and what follows from both.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/text.h"
#include "daemon/configuration.h"
#include "daemon/configuration_keys.h"
#include "daemon/document.h"
#include "daemon/values.h"


/* Append words to a list; NULL ends them. */
static void
add_words(struct strings *list, const char *const *words)
{
    for (; *words; words++)
        strings_add(list, *words);
}


/* The defaults of what judgement needs. */
static void
set_numbers(struct settings_numbers *numbers)
{
    static const char *const services[] = {"SMTP", "SMTPSVC", NULL};
    static const char *const kerberos[]
        = {"88/tcp", "88/udp", "464/tcp", "464/udp", NULL};
    static const char *const directory[]
        = {"389/tcp", "389/udp", "3268/tcp", NULL};
    static const char *const other[] = {"53/udp", "135/tcp", "445/tcp", NULL};

    numbers->clock_warn_us = VALUES_US_PER_MINUTE;
    numbers->clock_crit_us = 5 * VALUES_US_PER_MINUTE;
    numbers->password_age_us = 60 * VALUES_US_PER_DAY;
    numbers->duplicates_forest = true;
    numbers->discovered_dcs = true;
    numbers->discovered_mail = true;
    add_words(&numbers->services, services);
    add_words(&numbers->ports_kerberos, kerberos);
    add_words(&numbers->ports_directory, directory);
    add_words(&numbers->ports_other, other);
}


/* A schedule for each check that can be configured. */
static void
make_schedule(struct configuration *configuration)
{
    size_t count = 0;

    while (checks[count])
        count++;
    configuration->schedule = xcalloc(count, sizeof(*configuration->schedule));
    for (size_t i = 0; i < count; i++) {
        struct check_schedule *schedule
            = &configuration->schedule[configuration->schedule_count];

        if (checks[i]->always)
            continue;
        schedule->check = checks[i];
        schedule->enabled = true;
        schedule->interval_us = 5 * VALUES_US_PER_MINUTE;
        configuration->schedule_count++;
    }
}


/* Where the state is if the file does not say: where systemd has made room for
   it (StateDirectory=), unless that is several directories. */
static char *
default_state_directory(void)
{
    const char *given = getenv("STATE_DIRECTORY");

    if (given && !value_directory(given) && !strchr(given, ':'))
        return xstrdup(given);
    return xstrdup("/var/lib/spnhealthd");
}


struct configuration *
configuration_new(void)
{
    struct configuration *configuration = xcalloc(1, sizeof(*configuration));

    configuration->settings = settings_new();
    set_numbers(configuration->settings->numbers);
    configuration->base = xstrdup("");
    configuration->site = xstrdup("");
    configuration->credentials.principal = xstrdup("");
    configuration->credentials.keytab = xstrdup("");
    configuration->credentials.ccache = xstrdup("");
    configuration->ldap.bind = BIND_GSSAPI;
    configuration->ldap.bind_dn = xstrdup("");
    configuration->ldap.password_file = xstrdup("");
    configuration->ldap.tls = TLS_NONE;
    configuration->ldap.ca_file = xstrdup("");
    configuration->probes.timeout_us = 3 * VALUES_US_PER_S;
    configuration->probes.smtp_timeout_us = 20 * VALUES_US_PER_S;
    configuration->probes.deadline_us = 30 * VALUES_US_PER_S;
    configuration->probes.parallel = 16;
    make_schedule(configuration);
    configuration->alerts.facility = LOG_DAEMON;
    configuration->alerts.confirm = 2;
    configuration->alerts.repeat_us = 4 * VALUES_US_PER_HOUR;
    configuration->metrics_textfile = xstrdup("");
    configuration->report_html = xstrdup("");
    configuration->state_directory = default_state_directory();
    return configuration;
}


void
configuration_free(struct configuration *configuration)
{
    if (!configuration)
        return;
    settings_free(configuration->settings);
    free(configuration->base);
    free(configuration->site);
    free(configuration->credentials.principal);
    free(configuration->credentials.keytab);
    free(configuration->credentials.ccache);
    free(configuration->ldap.bind_dn);
    free(configuration->ldap.password_file);
    free(configuration->ldap.ca_file);
    free(configuration->schedule);
    free(configuration->metrics_textfile);
    free(configuration->report_html);
    free(configuration->state_directory);
    strings_clear(&configuration->unbuilt);
    free(configuration);
}


struct check_schedule *
configuration_schedule(const struct configuration *configuration,
                       const char *name)
{
    for (size_t i = 0; i < configuration->schedule_count; i++)
        if (strcmp(configuration->schedule[i].check->name, name) == 0)
            return &configuration->schedule[i];
    return NULL;
}


/* Check that what the ways to bind need is there, and nothing else. */
static void
compare_ldap(struct schema *schema, const struct ldap_options *ldap)
{
    static const char *const simple[]
        = {"ldap.bind_dn", "ldap.password_file", "ldap.bind", ""};
    static const char *const bind[] = {"ldap.bind", ""};
    static const char *const tls[] = {"ldap.tls", "ldap.bind", ""};
    static const char *const ca_file[] = {"ldap.ca_file", ""};

    if (ldap->bind == BIND_SIMPLE) {
        if (!*ldap->bind_dn)
            schema_blame(schema, bind, "simple needs ldap.bind_dn");
        if (!*ldap->password_file)
            schema_blame(schema, bind, "simple needs ldap.password_file");
        if (ldap->tls == TLS_NONE)
            schema_blame(schema, tls,
                         "a simple bind sends the password as it is: starttls "
                         "or ldaps is expected");
    } else if (*ldap->bind_dn || *ldap->password_file) {
        schema_blame(schema, simple,
                     "only a simple bind has a name and a password; with "
                     "them, ldap.bind: simple is expected");
    }
    if (*ldap->ca_file && ldap->tls == TLS_NONE)
        schema_blame(schema, ca_file,
                     "there is no certificate to verify without ldap.tls: "
                     "starttls or ldaps");
}


/* Check that limits are in their order. */
static void
compare_limits(struct schema *schema,
               const struct configuration *configuration)
{
    static const char *const clock[]
        = {"checks.clock.warn", "checks.clock.crit", ""};
    static const char *const timeout[]
        = {"probes.timeout", "probes.deadline", ""};
    static const char *const smtp_timeout[]
        = {"probes.smtp_timeout", "probes.deadline", ""};
    static const char *const replication[]
        = {"checks.replication.warn", "checks.replication.crit", ""};
    const struct settings_numbers *numbers = configuration->settings->numbers;
    const struct probe_limits *probes = &configuration->probes;

    if ((numbers->replication_warn_us == 0)
            != (numbers->replication_crit_us == 0)
        || numbers->replication_warn_us > numbers->replication_crit_us)
        schema_blame(schema, replication,
                     "checks.replication.warn and checks.replication.crit are "
                     "expected both or neither, the former not to exceed the "
                     "latter");
    if (numbers->clock_warn_us >= numbers->clock_crit_us)
        schema_blame(schema, clock,
                     "checks.clock.warn is expected to be less than "
                     "checks.clock.crit");
    if (probes->timeout_us > probes->deadline_us)
        schema_blame(schema, timeout,
                     "probes.timeout is expected not to exceed "
                     "probes.deadline, the time of a whole run");
    if (probes->smtp_timeout_us > probes->deadline_us)
        schema_blame(schema, smtp_timeout,
                     "probes.smtp_timeout is expected not to exceed "
                     "probes.deadline, the time of a whole run");
}


/* Check that names are said to be shared or a server's own, not both. */
static void
compare_names(struct schema *schema, const struct settings *settings)
{
    static const char *const shared_names[] = {"shared_names", ""};
    const struct strings *shared = &settings->numbers->shared_names;

    for (size_t i = 0; i < shared->count; i++)
        for (size_t j = 0; j < settings->mail_count; j++)
            if (strcmp(settings->mail[j]->host, shared->items[i]) == 0
                || strings_contain(&settings->mail[j]->names,
                                   shared->items[i]))
                schema_blame(schema, shared_names,
                             "%s is a name of the mail server %s alone by "
                             "mail_servers; expected is one or the other",
                             shared->items[i], settings->mail[j]->host);
}


/* Check what no single key can tell. */
static void
compare(struct schema *schema, const struct configuration *configuration)
{
    static const char *const services[] = {"checks.spn.services", ""};

    compare_ldap(schema, &configuration->ldap);
    compare_limits(schema, configuration);
    compare_names(schema, configuration->settings);
    if (configuration->settings->numbers->services.count == 0)
        schema_blame(schema, services, "at least one is expected");
}


bool
configuration_read(struct configuration *configuration, const char *path,
                   struct strings *errors)
{
    const struct schema_section sections[] = {
        {.keys = configuration_keys, .object = configuration},
        {.keys = NULL},
    };
    const yaml_node_t *root;
    yaml_document_t document;
    struct schema *schema;
    bool good;

    if (!document_read(path, &document, errors))
        return false;
    schema = schema_new(path, &document, &configuration->unbuilt, errors);
    root = yaml_document_get_root_node(&document);
    if (root && schema_sections(schema, root, sections)
        && !schema_failed(schema))
        compare(schema, configuration);
    good = !schema_failed(schema);
    schema_free(schema);
    yaml_document_delete(&document);
    return good;
}


bool
configuration_complete(struct configuration *configuration,
                       struct strings *errors)
{
    struct settings_numbers *numbers = configuration->settings->numbers;

    if (!*numbers->domain) {
        strings_add(errors, "domain: is missing; expected is the Active "
                            "Directory domain, as \"domain: "
                            "corp.example.com\" in the configuration file or "
                            "--domain corp.example.com");
        return false;
    }
    if (!*numbers->realm) {
        record_set(&numbers->realm, numbers->domain);
        text_upper(numbers->realm);
    }
    numbers->timeout_us = configuration->probes.timeout_us;
    strings_clear(&numbers->checks);
    for (size_t i = 0; i < configuration->schedule_count; i++) {
        const struct check_schedule *schedule = &configuration->schedule[i];

        if (schedule->enabled && schedule->check->judge)
            strings_add(&numbers->checks, schedule->check->name);
    }
    if (numbers->checks.count == 0)
        strings_add(&configuration->unbuilt, "checks: none is enabled, so "
                    "that the service looks at nothing");
    return true;
}
