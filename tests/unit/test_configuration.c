/*
 * The configuration file: every key as it should be, and what follows.
 *
 * What it refuses is in test_configuration_errors.c.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "daemon/configuration_keys.h"
#include "tests/unit/configuration_text.h"
#include "tests/unit/scratch_folder.h"

#define MINUTE INT64_C(60000000)


/* Check a list against words joined by blanks. */
static void
assert_list(const struct strings *list, const char *words)
{
    char *joined = xstrdup("");

    for (size_t i = 0; i < list->count; i++) {
        char *longer = xasprintf("%s%s%s", joined, i > 0 ? " " : "",
                                 list->items[i]);

        free(joined);
        joined = longer;
    }
    assert_string_equal(joined, words);
    free(joined);
}


static void
defaults_are_those_of_the_manual(void **state)
{
    struct configuration *read = configuration_good(state, "");
    const struct settings_numbers *numbers = read->settings->numbers;

    assert_string_equal(numbers->domain, "");
    assert_string_equal(numbers->realm, "");
    assert_true(numbers->discovered_dcs);
    assert_true(numbers->discovered_mail);
    assert_list(&numbers->services, "SMTP SMTPSVC");
    assert_list(&numbers->ports_kerberos, "88/tcp 88/udp 464/tcp 464/udp");
    assert_list(&numbers->ports_directory, "389/tcp 389/udp 3268/tcp");
    assert_list(&numbers->ports_other, "53/udp 135/tcp 445/tcp");
    assert_int_equal(numbers->clock_warn_us, MINUTE);
    assert_int_equal(numbers->clock_crit_us, 5 * MINUTE);
    assert_false(numbers->duplicates_all);
    assert_true(numbers->duplicates_forest);
    assert_string_equal(read->base, "");
    assert_string_equal(read->site, "");
    assert_int_equal(read->ldap.bind, BIND_GSSAPI);
    assert_false(read->ldap.bind_given);
    assert_int_equal(read->ldap.tls, TLS_NONE);
    assert_int_equal(read->probes.timeout_us, 3000000);
    assert_int_equal(read->probes.smtp_timeout_us, 20000000);
    assert_int_equal(read->probes.deadline_us, 30000000);
    assert_int_equal(read->probes.parallel, 16);
    assert_int_equal(read->alerts.facility, LOG_DAEMON);
    assert_int_equal(read->alerts.confirm, 2);
    assert_int_equal(read->alerts.repeat_us, 240 * MINUTE);
    assert_string_equal(read->state_directory, "/var/lib/spnhealthd");
    assert_int_equal(read->unbuilt.count, 0);
    configuration_free(read);
}


/* The directory for the state, with this in the environment; NULL: nothing. */
static void
assert_state_directory(void **state, const char *given, const char *text,
                       const char *expected)
{
    struct configuration *read;

    if (given)
        setenv("STATE_DIRECTORY", given, 1);
    read = configuration_good(state, text);
    unsetenv("STATE_DIRECTORY");
    assert_string_equal(read->state_directory, expected);
    configuration_free(read);
}


static void
the_state_is_where_systemd_made_room(void **state)
{
    static const char usual[] = "/var/lib/spnhealthd";

    assert_state_directory(state, NULL, "", usual);
    assert_state_directory(state, "/var/lib/spnhealthd-a", "",
                           "/var/lib/spnhealthd-a");
    assert_state_directory(state, "/var/lib/spnhealthd-a",
                           "state_directory: /srv/state\n", "/srv/state");
    assert_state_directory(state, "/var/lib/a:/var/lib/b", "", usual);
    assert_state_directory(state, "lib/spnhealthd", "", usual);
    assert_state_directory(state, "", "", usual);
}


static void
every_check_but_reach_has_a_schedule(void **state)
{
    struct configuration *read = configuration_good(state, "");
    size_t count = 0;

    for (size_t i = 0; checks[i]; i++) {
        const struct check_schedule *schedule
            = configuration_schedule(read, checks[i]->name);

        assert_int_equal(schedule == NULL, checks[i]->always);
        if (!schedule)
            continue;
        assert_ptr_equal(schedule->check, checks[i]);
        assert_true(schedule->enabled);
        assert_int_equal(schedule->interval_us, 5 * MINUTE);
        count++;
    }
    assert_int_equal(count, read->schedule_count);
    configuration_free(read);
}


static void
names_are_kept_canonical(void **state)
{
    struct configuration *read = configuration_good(
        state, "domain: Corp.Example.COM.\nrealm: OTHER.REALM\n"
               "base: 'DC=corp,DC=example,DC=com'\nsite: Berlin-1\n"
               "shared_names: [Mail.Corp.Example.COM, lb.corp.example.com.]\n"
               "state_directory: /srv/state/\n");
    const struct settings_numbers *numbers = read->settings->numbers;

    assert_string_equal(numbers->domain, "corp.example.com");
    assert_string_equal(numbers->realm, "OTHER.REALM");
    assert_string_equal(read->base, "DC=corp,DC=example,DC=com");
    assert_string_equal(read->site, "Berlin-1");
    assert_list(&numbers->shared_names,
                "mail.corp.example.com lb.corp.example.com");
    assert_string_equal(read->state_directory, "/srv/state/");
    configuration_free(read);
}


static void
domain_controllers_are_names_or_more(void **state)
{
    struct configuration *read = configuration_good(
        state, "domain_controllers:\n"
               "  - DC1.corp.example.com\n"
               "  - host: dc2.corp.example.com\n"
               "    address: 2001:db8::2\n"
               "    ports: {kerberos: 1088, kpasswd: 0, ldap: 1389, gc: 0,\n"
               "            ntp: 1123, smb: 65535}\n");
    const struct settings *settings = read->settings;

    assert_false(settings->numbers->discovered_dcs);
    assert_int_equal(settings->dc_count, 2);
    assert_string_equal(settings->dcs[0]->host, "dc1.corp.example.com");
    assert_true(settings->dcs[0]->configured);
    assert_int_equal(settings->dcs[0]->addresses.count, 0);
    assert_int_equal(settings->dcs[0]->kerberos, 88);
    assert_int_equal(settings->dcs[0]->gc, 3268);
    assert_string_equal(settings->dcs[1]->host, "dc2.corp.example.com");
    assert_list(&settings->dcs[1]->addresses, "2001:db8::2");
    assert_int_equal(settings->dcs[1]->kerberos, 1088);
    assert_int_equal(settings->dcs[1]->kpasswd, 0);
    assert_int_equal(settings->dcs[1]->ldap, 1389);
    assert_int_equal(settings->dcs[1]->gc, 0);
    assert_int_equal(settings->dcs[1]->ntp, 1123);
    assert_int_equal(settings->dcs[1]->smb, 65535);
    configuration_free(read);
}


static void
mail_servers_are_names_or_more(void **state)
{
    struct configuration *read = configuration_good(
        state, "mail_servers:\n"
               "  - MX1.corp.example.com\n"
               "  - host: ex1.corp.example.com\n"
               "    address: 192.0.2.7\n"
               "    account: EX1$\n"
               "    names: [Conn1.corp.example.com]\n"
               "    services: [smtp]\n"
               "    smtp: {port: 2525}\n");
    const struct settings *settings = read->settings;

    assert_false(settings->numbers->discovered_mail);
    assert_int_equal(settings->mail_count, 2);
    assert_string_equal(settings->mail[0]->host, "mx1.corp.example.com");
    assert_int_equal(settings->mail[0]->origin, MAIL_CONFIGURED);
    assert_int_equal(settings->mail[0]->port, 25);
    assert_string_equal(settings->mail[0]->account, "");
    assert_int_equal(settings->mail[0]->services.count, 0);
    assert_string_equal(settings->mail[1]->host, "ex1.corp.example.com");
    assert_list(&settings->mail[1]->addresses, "192.0.2.7");
    assert_string_equal(settings->mail[1]->account, "EX1$");
    assert_list(&settings->mail[1]->names, "conn1.corp.example.com");
    assert_list(&settings->mail[1]->services, "SMTP");
    assert_int_equal(settings->mail[1]->port, 2525);
    assert_int_equal(read->unbuilt.count, 0);
    configuration_free(read);
}


static void
a_port_given_twice_alike_is_no_contradiction(void **state)
{
    struct configuration *read = configuration_good(
        state, "mail_servers: [{host: a.b, port: 26, smtp: {port: 26}}]\n");

    assert_int_equal(read->settings->mail[0]->port, 26);
    configuration_free(read);
}


static void
auto_means_discovery(void **state)
{
    struct configuration *read = configuration_good(
        state, "domain_controllers: auto\nmail_servers: auto\n");

    assert_true(read->settings->numbers->discovered_dcs);
    assert_true(read->settings->numbers->discovered_mail);
    configuration_free(read);
}


static void
credentials_and_bind_are_read(void **state)
{
    struct configuration *read = configuration_good(
        state, "credentials: {principal: mon@A.B, keytab: 'credential:k', "
               "ccache: 'KCM:'}\n"
               "ldap: {bind: simple, bind_dn: 'CN=m,DC=a', password_file: "
               "/run/p, tls: ldaps, ca_file: /run/ca.pem}\n");

    assert_string_equal(read->credentials.principal, "mon@A.B");
    assert_string_equal(read->credentials.keytab, "credential:k");
    assert_string_equal(read->credentials.ccache, "KCM:");
    assert_int_equal(read->ldap.bind, BIND_SIMPLE);
    assert_true(read->ldap.bind_given);
    assert_string_equal(read->ldap.bind_dn, "CN=m,DC=a");
    assert_string_equal(read->ldap.password_file, "/run/p");
    assert_int_equal(read->ldap.tls, TLS_LDAPS);
    assert_string_equal(read->ldap.ca_file, "/run/ca.pem");
    configuration_free(read);
}


static void
limits_and_alerts_are_read(void **state)
{
    struct configuration *read = configuration_good(
        state, "probes: {timeout: 10ms, smtp_timeout: 10m, deadline: 1h, "
               "parallel: 256}\n"
               "alerts: {facility: local7, confirm: 1, repeat: 365d}\n");

    assert_int_equal(read->probes.timeout_us, 10000);
    assert_int_equal(read->probes.smtp_timeout_us, 10 * MINUTE);
    assert_int_equal(read->probes.deadline_us, 60 * MINUTE);
    assert_int_equal(read->probes.parallel, 256);
    assert_int_equal(read->alerts.facility, LOG_LOCAL7);
    assert_int_equal(read->alerts.confirm, 1);
    assert_int_equal(read->alerts.repeat_us, 365 * 1440 * MINUTE);
    configuration_free(read);
}


static void
keys_of_checks_are_read(void **state)
{
    struct configuration *read = configuration_good(
        state, "checks:\n"
               "  spn: {services: [smtp], interval: 1s}\n"
               "  duplicates: {scope: all, forest: false, enabled: false}\n"
               "  clock: {warn: 1ms, crit: 1d}\n"
               "  accounts: {password_age: 1d, handshake: true}\n"
               "  replication: {warn: 1s, crit: 1s}\n"
               "  ports: {kerberos: [88/tcp], directory: [], "
               "other: [123/udp, 65535/tcp]}\n");
    const struct settings_numbers *numbers = read->settings->numbers;

    assert_list(&numbers->services, "SMTP");
    assert_int_equal(configuration_schedule(read, "spn")->interval_us,
                     1000000);
    assert_true(numbers->duplicates_all);
    assert_false(numbers->duplicates_forest);
    assert_false(configuration_schedule(read, "duplicates")->enabled);
    assert_int_equal(numbers->clock_warn_us, 1000);
    assert_int_equal(numbers->clock_crit_us, 1440 * MINUTE);
    assert_int_equal(numbers->password_age_us, 1440 * MINUTE);
    assert_true(numbers->accounts_handshake);
    assert_int_equal(numbers->replication_warn_us, 1000000);
    assert_int_equal(numbers->replication_crit_us, 1000000);
    assert_list(&numbers->ports_kerberos, "88/tcp");
    assert_list(&numbers->ports_directory, "");
    assert_list(&numbers->ports_other, "123/udp 65535/tcp");
    configuration_free(read);
}


static void
what_is_not_built_is_said(void **state)
{
    struct configuration *read = configuration_good(
        state, "mail_servers:\n"
               "  - {host: a.b, keytab: /k, ca_file: /c, second_path: 'c.d:1',"
               " smtp: {starttls: required, auth: [gssapi], exps: absent, "
               "xexch50: any}}\n"
               "smart_hosts: [{host: r.net, port: 587, auth: basic, starttls: "
               "absent, ca_file: /c}]\n"
               "senders: [{address: a@b.c, account: svc}]\n"
               "mail_log: [/var/log/mail.log, 'journal:postfix']\n");

    assert_list(
        &read->unbuilt,
        "mail_servers[0].ca_file: is not acted on in this version "
        "mail_servers[0].second_path: is not acted on in this version "
        "mail_servers[0].smtp.starttls: is not acted on in this version "
        "mail_servers[0].smtp.auth: is not acted on in this version "
        "mail_servers[0].smtp.exps: is not acted on in this version "
        "mail_servers[0].smtp.xexch50: is not acted on in this version "
        "smart_hosts: is not acted on in this version "
        "senders: is not acted on in this version "
        "mail_log: no log is read by this version");
    configuration_free(read);
}


static void
a_keytab_of_a_mail_server_is_kept(void **state)
{
    struct configuration *read = configuration_good(
        state, "mail_servers: [{host: a.b, keytab: 'credential:mx'}]\n");

    assert_string_equal(read->settings->mail[0]->keytab, "credential:mx");
    configuration_free(read);
}


static void
what_is_accepted_lasts_to_the_end_of_its_day(void **state)
{
    struct configuration *read = configuration_good(
        state, "accepted:\n"
               "  - {code: SPN_ORPHANED, subject: 'SMTP/old*', reason: the "
               "move, until: 2999-12-31}\n"
               "  - {code: CLOCK_SKEW, subject: a.b, reason: old, until: "
               "1969-01-01}\n");
    const struct settings *settings = read->settings;

    assert_int_equal(settings->accepted_count, 2);
    assert_string_equal(settings->accepted[0]->code, "SPN_ORPHANED");
    assert_string_equal(settings->accepted[0]->subject, "SMTP/old*");
    assert_string_equal(settings->accepted[0]->reason, "the move");
    /* 3000-01-01T00:00:00Z */
    assert_int_equal(settings->accepted[0]->until_us,
                     INT64_C(32503680000000000));
    assert_int_equal(settings->accepted[1]->until_us, 0);
    assert_list(&read->unbuilt, "accepted[1]: its last day is over, so that "
                                "nothing is accepted by it");
    configuration_free(read);
}


static void
files_to_publish_are_kept(void **state)
{
    struct configuration *read = configuration_good(
        state, "metrics: {textfile: /m.prom}\nreport: {html: /r.html}\n");

    assert_string_equal(read->metrics_textfile, "/m.prom");
    assert_string_equal(read->report_html, "/r.html");
    configuration_free(read);
}


static void
what_asks_for_nothing_is_not_said_to_be_unbuilt(void **state)
{
    struct configuration *read = configuration_good(
        state, "domain: a.b\nsmart_hosts: []\nsenders:\naccepted: []\n"
               "mail_log: []\nmetrics: {textfile: ''}\nreport: {html: ''}\n"
               "checks:\nalerts:\nprobes: {}\nldap: {bind_dn: ''}\n");

    assert_int_equal(read->unbuilt.count, 0);
    configuration_free(read);
}


static void
a_check_that_is_not_built_is_said_unless_disabled(void **state)
{
    for (size_t i = 0; checks[i]; i++) {
        struct configuration *read;
        char *text;

        if (checks[i]->always)
            continue;
        text = xasprintf("checks: {%s: {interval: 1h}}", checks[i]->name);
        read = configuration_good(state, text);
        free(text);
        assert_int_equal(read->unbuilt.count, checks[i]->judge ? 0 : 1);
        configuration_free(read);
        text = xasprintf("checks: {%s: {enabled: false}}", checks[i]->name);
        read = configuration_good(state, text);
        free(text);
        assert_int_equal(read->unbuilt.count, 0);
        configuration_free(read);
    }
}


static void
aliases_stand_for_their_anchor(void **state)
{
    struct configuration *read = configuration_good(
        state, "mail_servers:\n"
               "  - {host: a.b, services: &s [SMTP]}\n"
               "  - {host: c.d, services: *s}\n");

    assert_list(&read->settings->mail[1]->services, "SMTP");
    configuration_free(read);
}


static void
completion_derives_realm_and_checks(void **state)
{
    struct configuration *read = configuration_good(
        state, "domain: corp.example.com\nprobes: {timeout: 1s}\n"
               "checks: {clock: {enabled: false}}\n");
    struct strings errors = {.items = NULL};

    assert_true(configuration_complete(read, &errors));
    assert_int_equal(errors.count, 0);
    assert_string_equal(read->settings->numbers->realm, "CORP.EXAMPLE.COM");
    assert_int_equal(read->settings->numbers->timeout_us, 1000000);
    assert_list(&read->settings->numbers->checks,
                "accounts duplicates ports replication spn tickets");
    configuration_free(read);
}


static void
completion_says_that_no_check_is_enabled(void **state)
{
    struct configuration *read = configuration_good(
        state, "domain: a.b\n"
               "checks: {accounts: {enabled: false}, clock: {enabled: false}, "
               "duplicates: {enabled: false}, ports: {enabled: false}, "
               "replication: {enabled: false}, spn: {enabled: false}, "
               "tickets: {enabled: false}}\n");
    struct strings errors = {.items = NULL};

    assert_true(configuration_complete(read, &errors));
    assert_list(&read->unbuilt, "checks: none is enabled, so that the service "
                                "looks at nothing");
    configuration_free(read);
}


static void
completion_keeps_a_given_realm(void **state)
{
    struct configuration *read
        = configuration_good(state, "domain: a.b\nrealm: Other\n");
    struct strings errors = {.items = NULL};

    assert_true(configuration_complete(read, &errors));
    assert_string_equal(read->settings->numbers->realm, "Other");
    configuration_free(read);
}


static void
completion_needs_a_domain(void **state)
{
    struct configuration *read = configuration_good(state, "realm: A.B\n");
    struct strings errors = {.items = NULL};

    assert_false(configuration_complete(read, &errors));
    assert_int_equal(errors.count, 1);
    assert_memory_equal(errors.items[0], "domain: is missing", 18);
    strings_clear(&errors);
    configuration_free(read);
}


/* The example's text, for free(). */
static char *
read_example(void)
{
    const char *source = getenv("srcdir");
    char *path = xasprintf("%s/etc/spnhealthd.yaml", source ? source : ".");
    char *text = scratch_read(path);

    free(path);
    return text;
}


static void
the_example_is_right_as_it_stands(void **state)
{
    char *text = read_example();
    struct configuration *read = configuration_good(state, text);

    assert_string_equal(read->settings->numbers->domain, "corp.example.com");
    configuration_free(read);
    free(text);
}


/* Whether a line of the example is a key that is commented out, or below one:
   explanations have one space after the "#". */
static bool
is_dormant(const char *line)
{
    return line[0] == '#' && line[1] != '\n' && line[1] != '\0'
           && (line[1] != ' ' || line[2] == ' ');
}


/* Read one key of the example with all that is below it; returns how many
   bytes of the example that are. */
static size_t
try_dormant(void **state, const char *line)
{
    char *text = xstrdup("");
    size_t taken = 0;

    do {
        size_t length = strcspn(line + taken, "\n") + 1;
        char *longer = xasprintf("%s%.*s", text, (int)length - 1,
                                 line + taken + 1);

        free(text);
        text = longer;
        taken += length;
    } while (is_dormant(line + taken) && line[taken + 1] == ' ');
    configuration_free(configuration_good(state, text));
    free(text);
    return taken;
}


static void
every_key_of_the_example_is_right(void **state)
{
    char *text = read_example();
    size_t keys = 0;

    for (const char *line = text; *line;) {
        if (is_dormant(line)) {
            line += try_dormant(state, line);
            keys++;
        } else {
            line += strcspn(line, "\n");
            line += *line == '\n';
        }
    }
    assert_true(keys > 20);
    free(text);
}


/* Check that each key of a table, and below, is in the example. */
static void
find_keys(const char *text, const struct schema_key *keys)
{
    for (; keys->name; keys++) {
        char *word = xasprintf("%s:", keys->name);

        if (!strstr(text, word))
            fail_msg("%s is not in the example", keys->name);
        free(word);
        if (keys->read == schema_mapping || keys->read == schema_mappings)
            find_keys(text, keys->keys);
    }
}


static void
the_example_has_every_key_and_check(void **state)
{
    static const char *const others[]
        = {"address:", "account:", "names:", "services:", "keytab:",
           "ca_file:", "second_path:", "smtp:", "port:", "starttls:", "auth:",
           "exps:", "xexch50:", "enabled:", "interval:", "password_age:",
           "warn:", "crit:", "scope:", "forest:", "kerberos:", "directory:",
           "other:", "handshake:"};
    char *text = read_example();

    (void)state;
    find_keys(text, configuration_keys);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_non_null(strstr(text, others[i]));
    for (size_t i = 0; checks[i]; i++) {
        char *word = xasprintf("\n#  %s:\n", checks[i]->name);

        if (!checks[i]->always && !strstr(text, word))
            fail_msg("%s is not in the example", checks[i]->name);
        free(word);
    }
    free(text);
}


#define TEST(name)                                                            \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_of_the_manual),
        TEST(the_state_is_where_systemd_made_room),
        TEST(every_check_but_reach_has_a_schedule),
        TEST(names_are_kept_canonical),
        TEST(domain_controllers_are_names_or_more),
        TEST(mail_servers_are_names_or_more),
        TEST(a_port_given_twice_alike_is_no_contradiction),
        TEST(auto_means_discovery),
        TEST(credentials_and_bind_are_read),
        TEST(limits_and_alerts_are_read),
        TEST(keys_of_checks_are_read),
        TEST(what_is_not_built_is_said),
        TEST(a_keytab_of_a_mail_server_is_kept),
        TEST(what_is_accepted_lasts_to_the_end_of_its_day),
        TEST(files_to_publish_are_kept),
        TEST(what_asks_for_nothing_is_not_said_to_be_unbuilt),
        TEST(a_check_that_is_not_built_is_said_unless_disabled),
        TEST(aliases_stand_for_their_anchor),
        TEST(completion_derives_realm_and_checks),
        TEST(completion_says_that_no_check_is_enabled),
        TEST(completion_keeps_a_given_realm),
        TEST(completion_needs_a_domain),
        TEST(the_example_is_right_as_it_stands),
        TEST(every_key_of_the_example_is_right),
        TEST(the_example_has_every_key_and_check),
    };

    unsetenv("STATE_DIRECTORY");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
