/*
 * The command line: what it yields, refuses and does to the configuration.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/options.h"
#include "tests/unit/scratch_folder.h"

enum { WORDS_MAX = 16 };


/* Parse words, the program's name put before them; NULL ends them. */
static bool
parse(const char *const *words, struct options *options,
      struct strings *errors)
{
    static char program[] = "spnhealthd";
    char *arguments[WORDS_MAX + 2] = {program};
    int count = 1;

    for (; words[count - 1]; count++) {
        assert_true(count <= WORDS_MAX);
        /* getopt_long(3) reorders the array and leaves the words alone. */
        arguments[count] = (char *)(uintptr_t)words[count - 1];
    }
    return options_parse(count, arguments, options, errors);
}


/* Words that must be right. */
static struct options
good(const char *const *words)
{
    struct options options = {.mode = MODE_SERVICE};
    struct strings errors = {.items = NULL};

    if (!parse(words, &options, &errors))
        fail_msg("%s", errors.items[0]);
    return options;
}


/* Words that must yield this one error. */
static void
bad(const char *const *words, const char *error)
{
    struct options options = {.mode = MODE_SERVICE};
    struct strings errors = {.items = NULL};

    if (parse(words, &options, &errors))
        fail_msg("accepted, not refused with \"%s\"", error);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.items[0], error);
    strings_clear(&errors);
    options_clear(&options);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})


static void
without_options_it_is_the_service(void **state)
{
    static const char *const none[] = {NULL};
    struct options options = good(none);

    (void)state;
    assert_int_equal(options.mode, MODE_SERVICE);
    assert_string_equal(options.configuration_path,
                        "/etc/spnhealthd/spnhealthd.yaml");
    assert_false(options.configuration_given);
    options_clear(&options);
}


static void
each_action_is_recognised(void **state)
{
    (void)state;
    assert_int_equal(good(WORDS("--check")).mode, MODE_CHECK);
    assert_int_equal(good(WORDS("--list-checks")).mode, MODE_LIST_CHECKS);
    assert_int_equal(good(WORDS("--test-config")).mode, MODE_TEST_CONFIG);
    assert_int_equal(good(WORDS("--version")).mode, MODE_VERSION);
    assert_int_equal(good(WORDS("-V")).mode, MODE_VERSION);
    assert_int_equal(good(WORDS("--help")).mode, MODE_HELP);
    assert_int_equal(good(WORDS("-h")).mode, MODE_HELP);
    assert_int_equal(good(WORDS("--check", "--check")).mode, MODE_CHECK);
}


static void
every_option_of_a_check_is_kept(void **state)
{
    struct options options = good(
        WORDS("--check=spn,clock,spn", "-c", "x.yaml", "-f", "json", "-o",
              "out", "--domain", "a.b", "--keytab=k", "--principal", "m@A.B",
              "--record=r", "--strict", "-vv", "--no-color"));

    (void)state;
    assert_int_equal(options.checks.count, 2);
    assert_string_equal(options.checks.items[0], "spn");
    assert_string_equal(options.checks.items[1], "clock");
    assert_string_equal(options.configuration_path, "x.yaml");
    assert_true(options.configuration_given);
    assert_int_equal(options.format, FORMAT_JSON);
    assert_string_equal(options.output, "out");
    assert_string_equal(options.domain, "a.b");
    assert_string_equal(options.keytab, "k");
    assert_string_equal(options.principal, "m@A.B");
    assert_string_equal(options.record, "r");
    assert_true(options.strict);
    assert_int_equal(options.verbosity, 2);
    assert_true(options.no_color);
    assert_false(options.trace);
    options_clear(&options);
}


static void
hosts_and_replays_add_up(void **state)
{
    struct options options
        = good(WORDS("--check", "--dc", "DC1.a.b", "--dc=dc2.a.b.", "--dc",
                     "dc1.a.b", "--mail-server", "Mx.a.b"));

    (void)state;
    assert_int_equal(options.dcs.count, 2);
    assert_string_equal(options.dcs.items[0], "dc1.a.b");
    assert_string_equal(options.dcs.items[1], "dc2.a.b");
    assert_int_equal(options.mail_servers.count, 1);
    assert_string_equal(options.mail_servers.items[0], "mx.a.b");
    options_clear(&options);
    options = good(WORDS("--check", "--replay", "a", "--replay", "b"));
    assert_int_equal(options.replay.count, 2);
    options_clear(&options);
}


static void
verbosity_ends_at_three(void **state)
{
    (void)state;
    assert_int_equal(good(WORDS("-vvvvvvvv")).verbosity, 3);
}


static void
what_is_no_option_is_refused(void **state)
{
    (void)state;
    bad(WORDS("--chekc"), "--chekc: unknown option; did you mean --check?");
    bad(WORDS("--domian=a.b"),
        "--domian: unknown option; did you mean --domain?");
    bad(WORDS("--gargle"), "--gargle: unknown or ambiguous option");
    bad(WORDS("--re"), "--re: unknown or ambiguous option");
    bad(WORDS("--x\033[m"), "--x\\x1b[m: unknown or ambiguous option");
    bad(WORDS("-x"), "\"-x\": unknown option");
    bad(WORDS("-v\033"), "\"-\\x1b\": unknown option");
    bad(WORDS("--check", "now"),
        "\"now\": only options are expected, which begin with - or --");
    bad(WORDS("--check", "--strict=yes"), "--strict: no value is expected");
    bad(WORDS("--check", "--domain"), "--domain: a value is expected");
    bad(WORDS("--check", "-f"), "--format: a value is expected");
    bad(WORDS("-c", ""), "--config: the name of a file is expected");
}


#define BUILT_CHECKS                                                        \
    "accounts, clock, duplicates, ports, reach, replication, spn, tickets"


static void
names_of_checks_are_verified(void **state)
{
    (void)state;
    bad(WORDS("--check=clok"),
        "--check: \"clok\": no such check; did you mean \"clock\"?  There "
        "are: " BUILT_CHECKS);
    bad(WORDS("--check=everything"),
        "--check: \"everything\": no such check; there are: " BUILT_CHECKS);
    bad(WORDS("--check="),
        "--check: \"\": no such check; there are: " BUILT_CHECKS);
    bad(WORDS("--check=spn,"),
        "--check: \"\": no such check; there are: " BUILT_CHECKS);
    bad(WORDS("--check=smtp"),
        "--check: \"smtp\": this check is not in this version");
}


static void
what_comes_later_is_said_to(void **state)
{
    (void)state;
    bad(WORDS("--diagnose", "454 4.7.0"), "--diagnose: not in this version");
    bad(WORDS("--explain"), "--explain: not in this version");
    bad(WORDS("--check", "--since", "x"), "--since: not in this version");
}


static void
bad_values_are_refused(void **state)
{
    (void)state;
    bad(WORDS("--check", "--format", "xml"),
        "--format: \"xml\": expected is one of: text, json, nagios, "
        "openmetrics, html");
    bad(WORDS("--check", "--dc", "10.0.0.1"),
        "--dc: \"10.0.0.1\": a host's name is expected, not its address: "
        "Kerberos knows hosts by their names");
    bad(WORDS("--check", "--mail-server", "mx"),
        "--mail-server: \"mx\": a host's full name is expected, such as "
        "dc1.corp.example.com");
    bad(WORDS("--check", "--domain", "a b"),
        "--domain: \"a b\": the domain's DNS name is expected, such as "
        "corp.example.com");
    bad(WORDS("--check", "--principal", "@A"),
        "--principal: \"@A\": a Kerberos principal is expected, such as "
        "spnhealthd@CORP.EXAMPLE.COM");
    bad(WORDS("--check", "--keytab="), "--keytab: \"\": a value is expected");
}


static void
options_must_go_together(void **state)
{
    (void)state;
    bad(WORDS("--check", "--version"),
        "--version: one of --check, --status, --list-checks, --test-config, "
        "--version and --help is expected, not several");
    bad(WORDS("--domain", "a.b"), "--domain: only together with --check");
    bad(WORDS("--test-config", "-f", "json"),
        "--format: only together with --check or --status");
    bad(WORDS("--list-checks", "-c", "x"),
        "--config: not used by this action");
    bad(WORDS("--check", "--replay", "r", "--domain", "a.b"),
        "--domain: not together with --replay, which looks at nothing and "
        "judges by the recorded settings");
    bad(WORDS("--check", "--replay", "r", "--record", "s"),
        "--record: not together with --replay, which looks at nothing and "
        "judges by the recorded settings");
}


static void
all_mistakes_are_told_at_once(void **state)
{
    struct options options = {.mode = MODE_SERVICE};
    struct strings errors = {.items = NULL};

    (void)state;
    assert_false(parse(WORDS("--check=x1,x2", "-f", "xml", "-q", "y"),
                       &options, &errors));
    assert_int_equal(errors.count, 5);
    strings_clear(&errors);
    options_clear(&options);
}


/* Write a configuration file and make the configuration of it and words, "-c"
   and its path put before them. */
static struct configuration *
configure(void **state, const char *text, const char *const *words,
          struct strings *errors)
{
    char *path = scratch_write(state, "c.yaml", text, strlen(text));
    const char *all[WORDS_MAX + 1] = {"-c", path};
    struct configuration *configuration;
    struct options options;
    size_t count = 2;

    for (; *words; words++)
        all[count++] = *words;
    options = good(all);
    configuration = options_configure(&options, errors);
    assert_int_equal(configuration == NULL, errors->count > 0);
    options_clear(&options);
    free(path);
    return configuration;
}


static void
targets_of_the_command_line_replace_the_file_s(void **state)
{
    struct strings errors = {.items = NULL};
    struct configuration *made = configure(
        state, "domain: a.b\n"
               "domain_controllers: [dc1.a.b, {host: dc2.a.b, address: "
               "192.0.2.2, ports: {ldap: 1389}}]\n"
               "mail_servers: [ex1.a.b, {host: ex2.a.b, account: EX2$}]\n",
        WORDS("--check", "--dc", "dc3.a.b", "--dc", "dc2.a.b",
              "--mail-server", "ex2.a.b"), &errors);
    const struct settings *settings = made->settings;

    assert_int_equal(settings->dc_count, 2);
    assert_string_equal(settings->dcs[0]->host, "dc2.a.b");
    assert_int_equal(settings->dcs[0]->ldap, 1389);
    assert_string_equal(settings->dcs[0]->addresses.items[0], "192.0.2.2");
    assert_string_equal(settings->dcs[1]->host, "dc3.a.b");
    assert_true(settings->dcs[1]->configured);
    assert_int_equal(settings->mail_count, 1);
    assert_string_equal(settings->mail[0]->account, "EX2$");
    assert_int_equal(settings->mail[0]->origin, MAIL_CONFIGURED);
    configuration_free(made);
}


static void
named_hosts_end_discovery(void **state)
{
    struct strings errors = {.items = NULL};
    struct configuration *made
        = configure(state, "domain: a.b\n",
                    WORDS("--check", "--dc", "dc1.a.b", "--mail-server",
                          "ex1.a.b"), &errors);

    assert_false(made->settings->numbers->discovered_dcs);
    assert_false(made->settings->numbers->discovered_mail);
    configuration_free(made);
}


static void
named_checks_are_the_only_ones(void **state)
{
    struct strings errors = {.items = NULL};
    struct configuration *made
        = configure(state, "domain: a.b\nchecks: {spn: {enabled: false}}\n",
                    WORDS("--check=spn,reach"), &errors);
    const struct strings *names = &made->settings->numbers->checks;

    assert_int_equal(names->count, 1);
    assert_string_equal(names->items[0], "spn");
    configuration_free(made);
}


static void
credentials_of_the_command_line_stand_alone(void **state)
{
    static const char file[]
        = "domain: a.b\n"
          "credentials: {principal: p@A.B, keytab: /k, ccache: 'KCM:'}\n";
    struct strings errors = {.items = NULL};
    struct configuration *made
        = configure(state, file, WORDS("--check", "--ccache", "KCM:x"),
                    &errors);

    assert_string_equal(made->credentials.principal, "");
    assert_string_equal(made->credentials.keytab, "");
    assert_string_equal(made->credentials.ccache, "KCM:x");
    configuration_free(made);
    made = configure(state, file, WORDS("--check", "--principal", "q@A.B"),
                     &errors);
    assert_string_equal(made->credentials.principal, "q@A.B");
    assert_string_equal(made->credentials.keytab, "/k");
    configuration_free(made);
}


static void
relative_files_are_named_from_the_root(void **state)
{
    struct strings errors = {.items = NULL};
    char *folder = getcwd(NULL, 0);
    char *keytab = xasprintf("%s/k", folder);
    char *cache = xasprintf("%s/c", folder);
    struct configuration *made = configure(
        state, "domain: a.b\n",
        WORDS("--check", "--keytab", "k", "--ccache", "FILE:c"), &errors);

    assert_string_equal(made->credentials.keytab, keytab);
    assert_string_equal(made->credentials.ccache, cache);
    configuration_free(made);
    free(cache);
    free(keytab);
    free(folder);
}


static void
names_that_are_no_files_are_refused(void **state)
{
    struct strings errors = {.items = NULL};

    assert_null(configure(state, "domain: a.b\n",
                          WORDS("--check", "--keytab", "k/"), &errors));
    assert_int_equal(errors.count, 1);
    assert_memory_equal(errors.items[0], "--keytab: ", 10);
    strings_clear(&errors);
}


static void
the_domain_may_come_from_either(void **state)
{
    struct strings errors = {.items = NULL};
    struct configuration *made
        = configure(state, "site: X\n",
                    WORDS("--check", "--domain", "A.B."), &errors);

    assert_string_equal(made->settings->numbers->domain, "a.b");
    assert_string_equal(made->settings->numbers->realm, "A.B");
    assert_string_equal(made->site, "X");
    configuration_free(made);
    made = configure(state, "domain: a.b\n",
                     WORDS("--check", "--domain", "A.B"), &errors);
    assert_string_equal(made->settings->numbers->domain, "a.b");
    configuration_free(made);
    assert_null(configure(state, "site: X\n", WORDS("--check"), &errors));
    strings_clear(&errors);
}


static void
a_file_for_another_domain_is_refused(void **state)
{
    struct strings errors = {.items = NULL};

    assert_null(configure(state, "domain: a.b\n",
                          WORDS("--check", "--domain", "c.d"), &errors));
    assert_int_equal(errors.count, 1);
    assert_memory_equal(errors.items[0], "--domain: \"c.d\": ", 17);
    strings_clear(&errors);
}


/* Make the configuration of a file that nobody named with -c. */
static struct configuration *
configure_default(const char *path, enum mode mode, const char *domain,
                  struct strings *errors)
{
    const struct options options
        = {.mode = mode, .configuration_path = path, .domain = domain};

    return options_configure(&options, errors);
}


static void
a_check_needs_no_default_file(void **state)
{
    char *missing = scratch_path(state, "missing");
    struct strings errors = {.items = NULL};
    struct configuration *made
        = configure_default(missing, MODE_CHECK, "a.b", &errors);

    assert_non_null(made);
    configuration_free(made);
    assert_null(configure_default(missing, MODE_CHECK, NULL, &errors));
    assert_int_equal(errors.count, 1);
    assert_null(configure_default(missing, MODE_SERVICE, NULL, &errors));
    assert_int_equal(errors.count, 2);
    assert_non_null(strstr(errors.items[1], "cannot be opened"));
    strings_clear(&errors);
    free(missing);
}


static void
a_default_file_for_another_domain_is_not_heeded(void **state)
{
    static const char file[] = "domain: a.b\nsite: X\n";
    char *path = scratch_write(state, "c.yaml", file, strlen(file));
    struct strings errors = {.items = NULL};
    struct configuration *made
        = configure_default(path, MODE_CHECK, "c.d", &errors);

    assert_string_equal(made->settings->numbers->domain, "c.d");
    assert_string_equal(made->settings->numbers->realm, "C.D");
    assert_string_equal(made->site, "");
    configuration_free(made);
    made = configure_default(path, MODE_CHECK, "a.b", &errors);
    assert_string_equal(made->site, "X");
    configuration_free(made);
    free(path);
}


/* What a function writes, for free(). */
static char *
written(void (*print)(FILE *))
{
    size_t size;
    char *text;
    FILE *stream = open_memstream(&text, &size);

    print(stream);
    fclose(stream);
    return text;
}


static void
the_help_has_what_works_and_fits_the_screen(void **state)
{
    char *text = written(options_print_help);

    (void)state;
    assert_non_null(strstr(text, "-c, --config FILE"));
    assert_non_null(strstr(text, "--check[=NAME,...]"));
    assert_non_null(strstr(text, "--replay FILE"));
    assert_null(strstr(text, "--diagnose"));
    assert_non_null(strstr(text, "openmetrics, html\n"));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 80);
    free(text);
}


static void
the_list_says_which_checks_there_are_not(void **state)
{
    char *text = written(options_print_checks);
    const char *line = text;

    (void)state;
    for (size_t i = 0; checks[i]; i++) {
        size_t length = strcspn(line, "\n");
        char *copy = xasprintf("%.*s", (int)length, line);

        assert_memory_equal(copy, checks[i]->name, strlen(checks[i]->name));
        assert_non_null(strstr(copy, checks[i]->summary));
        assert_int_equal(!checks[i]->judge,
                         strstr(copy, "(not built in this version)") != NULL);
        free(copy);
        line += length + 1;
    }
    free(text);
}


#define IN_FOLDER(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_it_is_the_service),
        cmocka_unit_test(each_action_is_recognised),
        cmocka_unit_test(every_option_of_a_check_is_kept),
        cmocka_unit_test(hosts_and_replays_add_up),
        cmocka_unit_test(verbosity_ends_at_three),
        cmocka_unit_test(what_is_no_option_is_refused),
        cmocka_unit_test(names_of_checks_are_verified),
        cmocka_unit_test(what_comes_later_is_said_to),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(options_must_go_together),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        IN_FOLDER(targets_of_the_command_line_replace_the_file_s),
        IN_FOLDER(named_hosts_end_discovery),
        IN_FOLDER(named_checks_are_the_only_ones),
        IN_FOLDER(credentials_of_the_command_line_stand_alone),
        IN_FOLDER(relative_files_are_named_from_the_root),
        IN_FOLDER(names_that_are_no_files_are_refused),
        IN_FOLDER(the_domain_may_come_from_either),
        IN_FOLDER(a_file_for_another_domain_is_refused),
        IN_FOLDER(a_check_needs_no_default_file),
        IN_FOLDER(a_default_file_for_another_domain_is_not_heeded),
        cmocka_unit_test(the_help_has_what_works_and_fits_the_screen),
        cmocka_unit_test(the_list_says_which_checks_there_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
