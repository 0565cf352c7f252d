/*
 * The keys of the configuration file.
 *
 * Whatever the schema promises is read and tested here, also what only a
 * later version acts on: that is marked "unbuilt" and dropped.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <syslog.h>

#include "daemon/configuration.h"
#include "daemon/configuration_keys.h"

static const char *const bind_words[] = {"gssapi", "simple", "anonymous", NULL};
static const char *const tls_words[] = {"none", "starttls", "ldaps", NULL};
static const char *const starttls_words[]
    = {"required", "optional", "absent", NULL};
static const char *const relay_auth_words[] = {"none", "basic", "gssapi", NULL};


/* Read ldap.bind, and that it was given. */
static void
read_bind(struct schema *schema, const yaml_node_t *node,
          const struct schema_key *key, void *object)
{
    struct ldap_options *ldap = object;

    schema_choice(schema, node, key, object);
    ldap->bind_given = true;
}


/* Read a syslog facility: those that are for programs' own use. */
static void
read_facility(struct schema *schema, const yaml_node_t *node,
              const struct schema_key *key, void *object)
{
    static const char *const words[]
        = {"auth",   "authpriv", "cron",   "daemon", "local0", "local1",
           "local2", "local3",   "local4", "local5", "local6", "local7",
           "mail",   "syslog",   "user",   NULL};
    static const int facilities[]
        = {LOG_AUTH,   LOG_AUTHPRIV, LOG_CRON,   LOG_DAEMON, LOG_LOCAL0,
           LOG_LOCAL1, LOG_LOCAL2,   LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5,
           LOG_LOCAL6, LOG_LOCAL7,   LOG_MAIL,   LOG_SYSLOG, LOG_USER};
    const struct schema_key choice = {.choices = words, .offset = 0};
    struct alert_options *alerts = object;
    int chosen = -1;

    (void)key;
    schema_choice(schema, node, &choice, &chosen);
    if (chosen >= 0)
        alerts->facility = facilities[chosen];
}


static const struct schema_key credentials_keys[] = {
    {.name = "principal", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct credential_names, principal),
     .test = value_principal},
    {.name = "keytab", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct credential_names, keytab),
     .test = value_keytab},
    {.name = "ccache", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct credential_names, ccache),
     .test = value_ccache},
    {.name = NULL},
};

static const struct schema_key ldap_keys[] = {
    {.name = "bind", .read = read_bind, .choices = bind_words,
     .offset = offsetof(struct ldap_options, bind)},
    {.name = "bind_dn", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct ldap_options, bind_dn), .test = value_words},
    {.name = "password_file", .read = schema_text,
     .flags = SCHEMA_EMPTY | SCHEMA_SECRET,
     .offset = offsetof(struct ldap_options, password_file),
     .test = value_secret},
    {.name = "tls", .read = schema_choice, .choices = tls_words,
     .offset = offsetof(struct ldap_options, tls)},
    {.name = "ca_file", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct ldap_options, ca_file), .test = value_file},
    {.name = NULL},
};

static const struct schema_key smart_host_keys[] = {
    {.name = "host", .read = schema_text, .flags = SCHEMA_REQUIRED,
     .offset = SCHEMA_UNKEPT, .test = value_host},
    {.name = "port", .read = schema_integer, .offset = SCHEMA_UNKEPT,
     .minimum = 1, .maximum = 65535},
    {.name = "auth", .read = schema_choice, .offset = SCHEMA_UNKEPT,
     .choices = relay_auth_words},
    {.name = "starttls", .read = schema_choice, .offset = SCHEMA_UNKEPT,
     .choices = starttls_words},
    {.name = "ca_file", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = SCHEMA_UNKEPT, .test = value_file},
    {.name = NULL},
};

static const struct schema_key sender_keys[] = {
    {.name = "address", .read = schema_text, .flags = SCHEMA_REQUIRED,
     .offset = SCHEMA_UNKEPT, .test = value_mail_address},
    {.name = "account", .read = schema_text, .flags = SCHEMA_REQUIRED,
     .offset = SCHEMA_UNKEPT, .test = value_account},
    {.name = NULL},
};

static const struct schema_key probes_keys[] = {
    {.name = "timeout", .read = schema_duration,
     .offset = offsetof(struct probe_limits, timeout_us),
     .minimum = VALUES_US_PER_S / 100, .maximum = 10 * VALUES_US_PER_MINUTE},
    {.name = "smtp_timeout", .read = schema_duration,
     .offset = offsetof(struct probe_limits, smtp_timeout_us),
     .minimum = VALUES_US_PER_S / 100, .maximum = 10 * VALUES_US_PER_MINUTE},
    {.name = "deadline", .read = schema_duration,
     .offset = offsetof(struct probe_limits, deadline_us),
     .minimum = VALUES_US_PER_S, .maximum = VALUES_US_PER_HOUR},
    {.name = "parallel", .read = schema_integer,
     .offset = offsetof(struct probe_limits, parallel),
     .minimum = 1, .maximum = 256},
    {.name = NULL},
};

static const struct schema_key alerts_keys[] = {
    {.name = "facility", .read = read_facility},
    {.name = "confirm", .read = schema_integer,
     .offset = offsetof(struct alert_options, confirm),
     .minimum = 1, .maximum = 100},
    {.name = "repeat", .read = schema_duration,
     .offset = offsetof(struct alert_options, repeat_us),
     .minimum = VALUES_US_PER_S, .maximum = 365 * VALUES_US_PER_DAY},
    {.name = NULL},
};

static const struct schema_key metrics_keys[] = {
    {.name = "textfile", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct configuration, metrics_textfile),
     .test = value_file},
    {.name = NULL},
};

static const struct schema_key report_keys[] = {
    {.name = "html", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct configuration, report_html),
     .test = value_file},
    {.name = NULL},
};

/* The part that is kept with the settings has offsets in them, and is read
   through read_in_settings(). */
static const struct schema_key shared_names_key = {
    .read = schema_texts, .flags = SCHEMA_HOST,
    .offset = offsetof(struct settings_numbers, shared_names),
    .test = value_host,
};
static const struct schema_key domain_key = {
    .read = schema_text, .flags = SCHEMA_HOST,
    .offset = offsetof(struct settings_numbers, domain), .test = value_domain,
};
static const struct schema_key realm_key = {
    .read = schema_text, .flags = SCHEMA_EMPTY,
    .offset = offsetof(struct settings_numbers, realm), .test = value_realm,
};


/* Read a key whose value is in the settings: key->keys is its line there. */
static void
read_in_settings(struct schema *schema, const yaml_node_t *node,
                 const struct schema_key *key, void *object)
{
    const struct configuration *configuration = object;

    key->keys->read(schema, node, key->keys, configuration->settings->numbers);
}


const struct schema_key configuration_keys[] = {
    {.name = "domain", .read = read_in_settings, .keys = &domain_key},
    {.name = "realm", .read = read_in_settings, .keys = &realm_key},
    {.name = "base", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct configuration, base), .test = value_dn},
    {.name = "site", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct configuration, site), .test = value_site},
    {.name = "domain_controllers", .read = configuration_read_dcs},
    {.name = "credentials", .read = schema_mapping, .keys = credentials_keys,
     .offset = offsetof(struct configuration, credentials)},
    {.name = "ldap", .read = schema_mapping, .keys = ldap_keys,
     .offset = offsetof(struct configuration, ldap)},
    {.name = "mail_servers", .read = configuration_read_mail},
    {.name = "shared_names", .read = read_in_settings,
     .keys = &shared_names_key},
    {.name = "smart_hosts", .read = schema_mappings, .keys = smart_host_keys,
     .unbuilt = CONFIGURATION_NOT_YET},
    {.name = "senders", .read = schema_mappings, .keys = sender_keys,
     .unbuilt = CONFIGURATION_NOT_YET},
    {.name = "probes", .read = schema_mapping, .keys = probes_keys,
     .offset = offsetof(struct configuration, probes)},
    {.name = "checks", .read = configuration_read_checks},
    {.name = "accepted", .read = configuration_read_accepted},
    {.name = "alerts", .read = schema_mapping, .keys = alerts_keys,
     .offset = offsetof(struct configuration, alerts)},
    {.name = "mail_log", .read = schema_texts, .offset = SCHEMA_UNKEPT,
     .test = value_mail_log, .unbuilt = "no log is read by this version"},
    {.name = "metrics", .read = schema_mapping, .keys = metrics_keys},
    {.name = "report", .read = schema_mapping, .keys = report_keys},
    {.name = "state_directory", .read = schema_text,
     .offset = offsetof(struct configuration, state_directory),
     .test = value_directory},
    {.name = NULL},
};
