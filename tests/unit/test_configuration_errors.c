/*
 * What the configuration file refuses: each key's bad values, with the place
 * of each error, and files made to do harm.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "daemon/document.h"
#include "tests/unit/configuration_text.h"
#include "tests/unit/scratch_folder.h"

/* A text, and the errors it yields, one a line. */
struct trial {
    const char *text;
    const char *errors;
};


/* Try all texts; NULL ends them. */
static void
try_all(void **state, const struct trial *trials)
{
    for (; trials->text; trials++)
        configuration_bad(state, trials->text, trials->errors);
}


static void
unknown_keys_are_refused_where_they_are(void **state)
{
    static const struct trial trials[] = {
        {"domain: a.b\nprobes: {timout: 3s}\n",
         "2:10: probes.timout: unknown key; did you mean \"timeout\"?"},
        {"domian: a.b", "1:1: domian: unknown key; did you mean \"domain\"?"},
        {"alerts:\n  xyz: 1\n",
         "2:3: alerts.xyz: unknown key; expected is one of: facility, "
         "confirm, repeat"},
        {"checks: {reach: {enabled: false}}",
         "1:10: checks.reach: unknown key; expected is one of: accounts, "
         "clock, duplicates, ports, replication, smtp, spn, tickets"},
        {"checks: {clok: {}}",
         "1:10: checks.clok: unknown key; did you mean \"clock\"?"},
        {"checks: {clock: {scope: all}}",
         "1:18: checks.clock.scope: unknown key; expected is one of: enabled, "
         "interval, warn, crit"},
        {"\"a\\e[1m\": 1",
         "1:1: a\\x1b[1m: unknown key; expected is one of: domain, realm, "
         "base, site, domain_controllers, credentials, ldap, mail_servers, "
         "shared_names, smart_hosts, senders, probes, checks, accepted, "
         "alerts, mail_log, metrics, report, state_directory"},
        {"? [domain]\n: a.b\n",
         "1:3: a key is a word, not a list or mapping"},
        {"<<: {domain: a.b}\ndomain: a.b\ndomain: a.b",
         "1:1: <<: unknown key; expected is one of: domain, realm, base, "
         "site, domain_controllers, credentials, ldap, mail_servers, "
         "shared_names, smart_hosts, senders, probes, checks, accepted, "
         "alerts, mail_log, metrics, report, state_directory\n"
         "3:1: domain: repeated; give it once"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
repeated_keys_and_elements_are_refused(void **state)
{
    static const struct trial trials[] = {
        {"domain: a.b\nrealm: A\nrealm: A\n",
         "3:1: realm: repeated; give it once"},
        {"checks: {spn: {}, spn: {}}",
         "1:19: checks.spn: repeated; give it once"},
        {"checks: {spn: {services: [SMTP, smtp]}}",
         "1:33: checks.spn.services[1]: \"SMTP\" is repeated; give it once"},
        {"shared_names: [a.b, c.d, A.B.]",
         "1:26: shared_names[2]: \"a.b\" is repeated; give it once"},
        {"domain_controllers: [a.b, {host: A.b}]",
         "1:27: domain_controllers[1]: a.b is repeated; give it once"},
        {"mail_servers: [a.b, {host: c.d, names: [a.b]}]",
         "1:21: mail_servers[1]: a.b is a name of the mail server a.b "
         "already; names of several servers belong in shared_names"},
        {"mail_servers: [{host: a.b, names: [m.b]}, {host: c.d, names: "
         "[m.b]}]",
         "1:43: mail_servers[1]: m.b is a name of the mail server a.b "
         "already; names of several servers belong in shared_names"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
values_of_another_kind_are_refused(void **state)
{
    static const struct trial trials[] = {
        {"just words", "1:1: keys with values are expected, not a single "
                       "value"},
        {"[a, b]", "1:1: keys with values are expected, not a list"},
        {"domain: [a.b]",
         "1:9: domain: a single value is expected, not a list"},
        {"domain: {a: b}",
         "1:9: domain: a single value is expected, not keys with values"},
        {"probes: 3s",
         "1:9: probes: keys with values are expected, not a single value"},
        {"shared_names: a.b",
         "1:15: shared_names: a list is expected, as [first, second] or with "
         "a \"- \" before each element"},
        {"senders: [a]", "1:11: senders[0]: keys with values are expected, "
                         "not a single value"},
        {"domain: !!int 5", "1:9: domain: YAML tags are not used here"},
        {"domain: \"a.b\\0c\"",
         "1:9: domain: control characters are not allowed"},
        {"site: \"\\e[31m\"",
         "1:7: site: control characters are not allowed"},
        {"domain_controllers: []",
         "1:21: domain_controllers: auto, or a list of at least one host, is "
         "expected"},
        {"mail_servers: []",
         "1:15: mail_servers: auto, or a list of at least one host, is "
         "expected"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
bad_values_of_each_key_are_refused(void **state)
{
    static const struct trial trials[] = {
        {"domain: 10.0.0.1", "1:9: domain: \"10.0.0.1\": the domain's DNS "
                             "name is expected, not an address"},
        {"domain: ''", "1:9: domain: \"\": the domain's DNS name is expected, "
                       "such as corp.example.com"},
        {"realm: A B", "1:8: realm: \"A B\": a Kerberos realm is expected, "
                       "such as CORP.EXAMPLE.COM"},
        {"base: corp", "1:7: base: \"corp\": a distinguished name is "
                       "expected, such as DC=corp,DC=example,DC=com"},
        {"site: a b", "1:7: site: \"a b\": the name of an Active Directory "
                      "site is expected: letters, digits and hyphens"},
        {"domain_controllers: [dc1]",
         "1:22: domain_controllers[0]: \"dc1\": a host's full name is "
         "expected, such as dc1.corp.example.com"},
        {"domain_controllers: [{address: 192.0.2.1}]",
         "1:22: domain_controllers[0]: \"host\" is missing"},
        {"domain_controllers: [{host: a.b, address: c.d}]",
         "1:43: domain_controllers[0].address: \"c.d\": a numeric address is "
         "expected, such as 192.0.2.1 or 2001:db8::1"},
        {"domain_controllers: [{host: a.b, ports: {smb: 65536}}]",
         "1:47: domain_controllers[0].ports.smb: \"65536\": a whole number "
         "from 0 to 65535 is expected"},
        {"mail_servers: [{host: a.b, port: 0}]",
         "1:34: mail_servers[0].port: \"0\": a whole number from 1 to 65535 "
         "is expected"},
        {"mail_servers: [{host: a.b, port: 25, smtp: {port: 26}}]",
         "1:51: mail_servers[0].smtp.port: \"port\" and \"smtp.port\" "
         "contradict each other; give one of them"},
        {"mail_servers: [{host: a.b, smtp: {auth: GSSAPI}}]",
         "1:41: mail_servers[0].smtp.auth: a list is expected, as [first, "
         "second] or with a \"- \" before each element"},
        {"mail_servers: [{host: a.b, smtp: {starttls: any}}]",
         "1:45: mail_servers[0].smtp.starttls: \"any\": expected is one of: "
         "required, optional, absent"},
        {"mail_servers: [{host: a.b, smtp: {exps: optional}}]",
         "1:41: mail_servers[0].smtp.exps: \"optional\": expected is one of: "
         "required, absent, any"},
        {"mail_servers: [{host: a.b, second_path: c.d}]",
         "1:41: mail_servers[0].second_path: \"c.d\": host and port are "
         "expected, such as relay.example.net:25, 192.0.2.1:25 or "
         "[2001:db8::1]:25"},
        {"credentials: {keytab: krb5.keytab}",
         "1:23: credentials.keytab: \"krb5.keytab\": a file's path that "
         "begins with /, or credential:NAME, is expected"},
        {"credentials: {ccache: 'MEMORY:'}",
         "1:23: credentials.ccache: \"MEMORY:\": a credential cache is "
         "expected: a path that begins with /, or FILE:, DIR:, KEYRING:, KCM: "
         "or API: with its name"},
        {"ldap: {bind: simpel}",
         "1:14: ldap.bind: \"simpel\": did you mean \"simple\"?  Expected is "
         "one of: gssapi, simple, anonymous"},
        {"smart_hosts: [{host: a.b, port: 65536}]",
         "1:33: smart_hosts[0].port: \"65536\": a whole number from 1 to "
         "65535 is expected"},
        {"senders: [{address: a@b.c}]",
         "1:11: senders[0]: \"account\" is missing"},
        {"accepted: [{code: SPN_ORPHANED, subject: x, reason: y, until: "
         "2026-02-29}]",
         "1:63: accepted[0].until: \"2026-02-29\": a day is expected, such as "
         "2026-12-31"},
        {"accepted: [{code: SPN_ORPHANED, subject: x, reason: y}]",
         "1:12: accepted[0]: \"until\" is missing"},
        {"accepted: [{code: SPN_ORPHAN, subject: x, reason: y, until: "
         "2026-01-01}]",
         "1:19: accepted[0].code: no finding has the code SPN_ORPHAN; "
         "spnhealthd(8) lists them"},
        {"alerts: {facility: kern}",
         "1:20: alerts.facility: \"kern\": expected is one of: auth, "
         "authpriv, cron, daemon, local0, local1, local2, local3, local4, "
         "local5, local6, local7, mail, syslog, user"},
        {"checks: {spn: {enabled: yes}}",
         "1:25: checks.spn.enabled: \"yes\": expected is one of: false, "
         "true"},
        {"checks: {ports: {other: [88]}}",
         "1:26: checks.ports.other[0]: \"88\": a port from 1 to 65535 and its "
         "transport are expected, such as 88/tcp or 88/udp; of UDP 53, 88, "
         "123, 389 and 464 alone can be asked"},
        {"checks: {replication: {warn: soon}}",
         "1:30: checks.replication.warn: \"soon\": a duration from 1s to 365d "
         "is expected, or auto, such as 500ms, 30s, 5m, 4h or 1d"},
        {"state_directory: ''",
         "1:18: state_directory: \"\": a directory's path is expected that "
         "begins with /"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
limits_are_exact(void **state)
{
    static const struct trial trials[] = {
        {"probes: {timeout: 9ms}",
         "1:19: probes.timeout: \"9ms\": a duration from 10ms to 10m is "
         "expected, such as 500ms, 30s, 5m, 4h or 1d"},
        {"probes: {timeout: 600001ms}",
         "1:19: probes.timeout: \"600001ms\": a duration from 10ms to 10m is "
         "expected, such as 500ms, 30s, 5m, 4h or 1d"},
        {"probes: {parallel: 0}", "1:20: probes.parallel: \"0\": a whole "
                                  "number from 1 to 256 is expected"},
        {"probes: {parallel: 257}", "1:20: probes.parallel: \"257\": a whole "
                                    "number from 1 to 256 is expected"},
        {"alerts: {confirm: 0}", "1:19: alerts.confirm: \"0\": a whole number "
                                 "from 1 to 100 is expected"},
        {"checks: {spn: {interval: 999ms}}",
         "1:26: checks.spn.interval: \"999ms\": a duration from 1s to 30d is "
         "expected, such as 500ms, 30s, 5m, 4h or 1d"},
        {"checks: {clock: {warn: 0s}}",
         "1:24: checks.clock.warn: \"0s\": a duration from 1ms to 1d is "
         "expected, such as 500ms, 30s, 5m, 4h or 1d"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
keys_that_contradict_are_refused(void **state)
{
    static const struct trial trials[] = {
        {"ldap: {bind: simple}",
         "1:8: ldap.bind: simple needs ldap.bind_dn\n"
         "1:8: ldap.bind: simple needs ldap.password_file\n"
         "1:8: ldap.bind: a simple bind sends the password as it is: starttls "
         "or ldaps is expected"},
        {"ldap: {tls: none, bind: simple, bind_dn: a, password_file: /p}",
         "1:8: ldap.tls: a simple bind sends the password as it is: starttls "
         "or ldaps is expected"},
        {"ldap: {password_file: /p}",
         "1:8: ldap.password_file: only a simple bind has a name and a "
         "password; with them, ldap.bind: simple is expected"},
        {"ldap: {ca_file: /p}",
         "1:8: ldap.ca_file: there is no certificate to verify without "
         "ldap.tls: starttls or ldaps"},
        {"checks: {clock: {warn: 5m}}",
         "1:18: checks.clock.warn: checks.clock.warn is expected to be less "
         "than checks.clock.crit"},
        {"checks: {clock: {crit: 60s}}",
         "1:18: checks.clock.crit: checks.clock.warn is expected to be less "
         "than checks.clock.crit"},
        {"checks: {replication: {warn: 5m}}",
         "1:24: checks.replication.warn: checks.replication.warn and "
         "checks.replication.crit are expected both or neither, the former "
         "not to exceed the latter"},
        {"checks: {replication: {warn: 5m, crit: 4m}}",
         "1:24: checks.replication.warn: checks.replication.warn and "
         "checks.replication.crit are expected both or neither, the former "
         "not to exceed the latter"},
        {"probes: {timeout: 31s}",
         "1:10: probes.timeout: probes.timeout is expected not to exceed "
         "probes.deadline, the time of a whole run"},
        {"probes: {deadline: 19s}",
         "1:10: probes.deadline: probes.smtp_timeout is expected not to "
         "exceed probes.deadline, the time of a whole run"},
        {"shared_names: [m.b]\nmail_servers: [{host: a.b, names: [m.b]}]",
         "1:1: shared_names: m.b is a name of the mail server a.b alone by "
         "mail_servers; expected is one or the other"},
        {"checks: {spn: {services: []}}",
         "1:16: checks.spn.services: at least one is expected"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
secrets_are_not_repeated(void **state)
{
    configuration_bad(state, "ldap: {password_file: hunter2}",
                      "1:23: ldap.password_file: a file's path that begins "
                      "with /, or credential:NAME, is expected");
}


static void
all_errors_are_told_at_once(void **state)
{
    configuration_bad(state,
                      "domain: a b\nprobes: {parallel: x}\nsite: '*'\n",
                      "1:9: domain: \"a b\": the domain's DNS name is "
                      "expected, such as corp.example.com\n"
                      "2:20: probes.parallel: \"x\": a whole number from 1 to "
                      "256 is expected\n"
                      "3:7: site: \"*\": the name of an Active Directory site "
                      "is expected: letters, digits and hyphens");
}


static void
what_is_not_yaml_is_told_where(void **state)
{
    static const struct trial trials[] = {
        {"domain: a.b\n---\nrealm: A\n",
         "2:1: a second document begins here, and one is expected"},
        {"domain: a.b\n--- x\n",
         "2:1: a second document begins here, and one is expected"},
        {"domain: [a\n",
         "2:1: not YAML: did not find expected ',' or ']' while parsing a "
         "flow sequence that begins in line 1"},
        {"a: *b\n",
         "1:4: not YAML: found undefined alias"},
        {"%YAML 1.1\n---\ndomain: a.b\n",
         "1:1: no YAML directive is expected"},
        {"\tdomain: a.b\n",
         "1:1: not YAML: found character that cannot start any token while "
         "scanning for the next token that begins in line 1"},
        {NULL, NULL},
    };

    try_all(state, trials);
}


static void
bytes_that_are_not_text_are_refused(void **state)
{
    static const char nul[] = "domain: a\0b";
    static const char latin[] = "domain: a.b\n# \303\274 \374\n";
    static const char wide[] = "\377\376d\0o\0m\0";
    static const char escape[] = "domain: \033[31m\n";

    configuration_bad_bytes(state, nul, sizeof(nul) - 1,
                            "1:10: control characters are not allowed (byte "
                            "0x00); UTF-8 without control characters is "
                            "expected");
    configuration_bad_bytes(state, latin, sizeof(latin) - 1,
                            "2:5: invalid leading UTF-8 octet (byte 0xfc); "
                            "UTF-8 without control characters is expected");
    configuration_bad_bytes(state, wide, sizeof(wide) - 1,
                            "1:1: invalid leading UTF-8 octet (byte 0xff); "
                            "UTF-8 without control characters is expected");
    configuration_bad_bytes(state, escape, sizeof(escape) - 1,
                            "1:9: control characters are not allowed (byte "
                            "0x1b); UTF-8 without control characters is "
                            "expected");
}


/* So many repetitions of a text between two others, for free(). */
static char *
repeat(const char *before, const char *text, size_t count, const char *after)
{
    size_t length = strlen(text);
    char *middle = xcalloc(length * count + 1, 1), *all;

    for (size_t i = 0; i < count; i++)
        memcpy(middle + i * length, text, length);
    all = xasprintf("%s%s%s", before, middle, after);
    free(middle);
    return all;
}


/* Try a text of many repetitions. */
static void
try_many(void **state, const char *before, const char *text, size_t count,
         const char *after, const char *error)
{
    char *all = repeat(before, text, count, after);

    configuration_bad_bytes(state, all, strlen(all), error);
    free(all);
}


static void
depth_and_anchors_are_bounded(void **state)
{
    try_many(state, "", "[", 1000000, "", "1:17: nested deeper than any key");
    try_many(state, "", "{", 1000000, "", "1:17: nested deeper than any key");
    try_many(state, "", "- ", 500000, "", "1:33: nested deeper than any key");
    try_many(state, "", "? ", 500000, "", "1:33: nested deeper than any key");
    try_many(state, "", "%TAG !a! tag:a\n", 60000, "",
             "1:1: no YAML directive is expected");
    try_many(state, "shared_names: [", "&a a.b,", 100000, "]",
             "1:716: too many anchors");
}


static void
sizes_are_bounded(void **state)
{
    try_many(state, "", "#", DOCUMENT_MAX + 1, "",
             " is larger than 1 MiB, which no configuration needs to be");
    try_many(state, "shared_names: [", "a.b,", 1025, "]",
             "1:15: shared_names: 1025 elements, and at most 1024 are "
             "allowed");
    try_many(state, "site: ", "a", 1000000, "",
             "1:7: site: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\": the name of an Active "
             "Directory site is expected: letters, digits and hyphens");
}


static void
the_largest_file_is_read(void **state)
{
    char *all = repeat("domain: a.b\n", "#", DOCUMENT_MAX - 12, "");

    assert_int_equal(strlen(all), DOCUMENT_MAX);
    configuration_free(configuration_good(state, all));
    free(all);
}


/* Append a text to another. */
static void __attribute__((format(printf, 2, 3)))
append(char **text, const char *format, ...)
{
    va_list arguments;
    char *more, *all;

    va_start(arguments, format);
    more = xvasprintf(format, arguments);
    va_end(arguments);
    all = xasprintf("%s%s", *text, more);
    free(more);
    free(*text);
    *text = all;
}


static void
aliases_cannot_multiply_values(void **state)
{
    static const char excess[]
        = ": more than 65536 values in all, aliases written out";
    char *text = xstrdup("mail_servers:\n- host: h.x\n  services: &s [");
    struct strings errors = {.items = NULL};

    for (int i = 0; i < 1000; i++)
        append(&text, "S%d,", i);
    append(&text, "]\n");
    for (int i = 0; i < 100; i++)
        append(&text, "- {host: h%d.x, services: *s}\n", i);
    assert_null(configuration_bytes(state, text, strlen(text), &errors));
    assert_int_equal(errors.count, 1);
    assert_non_null(strstr(errors.items[0], excess));
    strings_clear(&errors);
    free(text);
}


static void
a_node_may_contain_itself(void **state)
{
    configuration_bad(state, "shared_names: &s [*s]\n",
                      "1:15: shared_names[0]: a single value is expected, not "
                      "a list");
}


static void
errors_are_bounded(void **state)
{
    char *text = repeat("", "x: 1\n", 1000, "");
    struct strings errors = {.items = NULL};

    assert_null(configuration_bytes(state, text, strlen(text), &errors));
    assert_int_equal(errors.count, 21);
    assert_string_equal(errors.items[20], " too many errors to show more");
    strings_clear(&errors);
    free(text);
}


/* Check the error for a file that cannot be read at all. */
static void
try_file(const char *path, const char *what)
{
    struct configuration *configuration = configuration_new();
    struct strings errors = {.items = NULL};
    char *expected = xasprintf("%s: %s", path, what);

    assert_false(configuration_read(configuration, path, &errors));
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.items[0], expected);
    strings_clear(&errors);
    free(expected);
    configuration_free(configuration);
}


static void
only_regular_files_are_read(void **state)
{
    char *missing = scratch_path(state, "missing");
    char *pipe = scratch_path(state, "pipe");

    assert_int_equal(mkfifo(pipe, 0600), 0);
    try_file(missing, "cannot be opened: No such file or directory");
    try_file(pipe, "is a pipe, and a regular file is expected");
    try_file(*state, "is a directory, and a regular file is expected");
    try_file("/dev/null", "is a device, and a regular file is expected");
    free(pipe);
    free(missing);
}


#define TEST(name)                                                            \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unknown_keys_are_refused_where_they_are),
        TEST(repeated_keys_and_elements_are_refused),
        TEST(values_of_another_kind_are_refused),
        TEST(bad_values_of_each_key_are_refused),
        TEST(limits_are_exact),
        TEST(keys_that_contradict_are_refused),
        TEST(secrets_are_not_repeated),
        TEST(all_errors_are_told_at_once),
        TEST(what_is_not_yaml_is_told_where),
        TEST(bytes_that_are_not_text_are_refused),
        TEST(depth_and_anchors_are_bounded),
        TEST(sizes_are_bounded),
        TEST(the_largest_file_is_read),
        TEST(aliases_cannot_multiply_values),
        TEST(a_node_may_contain_itself),
        TEST(errors_are_bounded),
        TEST(only_regular_files_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
