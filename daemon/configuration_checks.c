/*
 * The configuration's "checks": what every check has, and each one's own keys.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/configuration.h"
#include "daemon/configuration_keys.h"

static const char *const scope_words[] = {"mail", "all", NULL};

/* Lines of the tables below: a member of struct settings_numbers. */
#define IN_SETTINGS(member) offsetof(struct settings_numbers, member)

static const struct schema_key common_keys[] = {
    {.name = "enabled", .read = schema_boolean,
     .offset = offsetof(struct check_schedule, enabled)},
    {.name = "interval", .read = schema_duration,
     .offset = offsetof(struct check_schedule, interval_us),
     .minimum = VALUES_US_PER_S, .maximum = 30 * VALUES_US_PER_DAY},
    {.name = NULL},
};

static const struct schema_key spn_keys[] = {
    {.name = "services", .read = schema_texts, .flags = SCHEMA_UPPER,
     .offset = IN_SETTINGS(services), .test = value_service},
    {.name = NULL},
};

static const struct schema_key duplicates_keys[] = {
    {.name = "scope", .read = schema_switch, .choices = scope_words,
     .offset = IN_SETTINGS(duplicates_all)},
    {.name = "forest", .read = schema_boolean,
     .offset = IN_SETTINGS(duplicates_forest)},
    {.name = NULL},
};

static const struct schema_key clock_keys[] = {
    {.name = "warn", .read = schema_duration,
     .offset = IN_SETTINGS(clock_warn_us),
     .minimum = 1000, .maximum = VALUES_US_PER_DAY},
    {.name = "crit", .read = schema_duration,
     .offset = IN_SETTINGS(clock_crit_us),
     .minimum = 1000, .maximum = VALUES_US_PER_DAY},
    {.name = NULL},
};

static const struct schema_key ports_keys[] = {
    {.name = "kerberos", .read = schema_texts, .test = value_port,
     .offset = IN_SETTINGS(ports_kerberos)},
    {.name = "directory", .read = schema_texts, .test = value_port,
     .offset = IN_SETTINGS(ports_directory)},
    {.name = "other", .read = schema_texts, .test = value_port,
     .offset = IN_SETTINGS(ports_other)},
    {.name = NULL},
};

static const struct schema_key replication_keys[] = {
    {.name = "warn", .read = schema_duration, .flags = SCHEMA_AUTO,
     .offset = IN_SETTINGS(replication_warn_us),
     .minimum = VALUES_US_PER_S, .maximum = 365 * VALUES_US_PER_DAY},
    {.name = "crit", .read = schema_duration, .flags = SCHEMA_AUTO,
     .offset = IN_SETTINGS(replication_crit_us),
     .minimum = VALUES_US_PER_S, .maximum = 365 * VALUES_US_PER_DAY},
    {.name = NULL},
};

static const struct schema_key accounts_keys[] = {
    {.name = "password_age", .read = schema_duration,
     .offset = IN_SETTINGS(password_age_us),
     .minimum = VALUES_US_PER_DAY, .maximum = 36500 * VALUES_US_PER_DAY},
    {.name = "handshake", .read = schema_boolean,
     .offset = IN_SETTINGS(accounts_handshake)},
    {.name = NULL},
};

static const struct schema_key smtp_keys[] = {
    {.name = "handshake", .read = schema_boolean, .offset = SCHEMA_UNKEPT},
    {.name = NULL},
};

/* The checks that have keys of their own. */
static const struct {
    const char *check;
    const struct schema_key *keys;
} own_keys[] = {
    {"accounts", accounts_keys}, {"clock", clock_keys},
    {"duplicates", duplicates_keys}, {"ports", ports_keys},
    {"replication", replication_keys}, {"smtp", smtp_keys},
    {"spn", spn_keys},
};


/* A check's own keys, or NULL. */
static const struct schema_key *
find_own_keys(const char *check)
{
    for (size_t i = 0; i < sizeof(own_keys) / sizeof(own_keys[0]); i++)
        if (strcmp(own_keys[i].check, check) == 0)
            return own_keys[i].keys;
    return NULL;
}


/* Read one check's mapping. */
static void
read_check(struct schema *schema, const yaml_node_t *node,
           const struct schema_key *key, void *object)
{
    const struct configuration *configuration = object;
    struct check_schedule *schedule
        = configuration_schedule(configuration, key->name);
    const struct schema_section sections[] = {
        {.keys = common_keys, .object = schedule},
        {.keys = find_own_keys(key->name),
         .object = configuration->settings->numbers},
        {.keys = NULL},
    };

    if (schema_sections(schema, node, sections) && !schedule->check->judge
        && schedule->enabled)
        schema_note_unbuilt(schema, "this version does not have the check");
}


void
configuration_read_checks(struct schema *schema, const yaml_node_t *node,
                          const struct schema_key *key, void *object)
{
    const struct configuration *configuration = object;
    struct schema_key *keys
        = xcalloc(configuration->schedule_count + 1, sizeof(*keys));
    const struct schema_section sections[] = {
        {.keys = keys, .object = object},
        {.keys = NULL},
    };

    (void)key;
    for (size_t i = 0; i < configuration->schedule_count; i++) {
        keys[i].name = configuration->schedule[i].check->name;
        keys[i].read = read_check;
    }
    schema_sections(schema, node, sections);
    free(keys);
}
