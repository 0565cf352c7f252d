/*
 * The command line: its options, one by one.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/option_lines.h"
#include "daemon/spelling.h"

static taker take_check, take_configuration, take_flag, take_format,
    take_hosts, take_later, take_mode, take_replay, take_text, take_verbose;

static const struct option_line lines[] = {
    {.name = "config", .letter = 'c', .argument = required_argument,
     .modes = IN_SERVICE | IN_CHECK | IN_STATUS | IN_TEST, .live = true,
     .take = take_configuration, .shown = "FILE",
     .help = "read FILE, not " CONFIGURATION_FILE},
    {.name = "check", .argument = optional_argument, .modes = EVERYWHERE,
     .take = take_check, .mode = MODE_CHECK, .shown = "NAME,...",
     .help = "check once: all that is enabled, or these checks"},
    {.name = "status", .modes = EVERYWHERE, .take = take_mode,
     .mode = MODE_STATUS, .help = "show what the service last saw"},
    {.name = "list-checks", .modes = EVERYWHERE, .take = take_mode,
     .mode = MODE_LIST_CHECKS, .help = "list the checks"},
    {.name = "test-config", .modes = EVERYWHERE, .take = take_mode,
     .mode = MODE_TEST_CONFIG, .help = "read the configuration and stop"},
    {.name = "version", .letter = 'V', .modes = EVERYWHERE, .take = take_mode,
     .mode = MODE_VERSION, .help = "show the version"},
    {.name = "help", .letter = 'h', .modes = EVERYWHERE, .take = take_mode,
     .mode = MODE_HELP, .help = "show this"},
    {.name = "domain", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_text, .test = value_domain,
     .offset = offsetof(struct options, domain), .shown = "DOMAIN",
     .help = "the Active Directory domain"},
    {.name = "dc", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_hosts, .offset = offsetof(struct options, dcs),
     .shown = "HOST", .help = "this domain controller; repeatable"},
    {.name = "mail-server", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_hosts,
     .offset = offsetof(struct options, mail_servers), .shown = "HOST",
     .help = "this mail server; repeatable"},
    {.name = "keytab", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_text,
     .offset = offsetof(struct options, keytab), .shown = "FILE",
     .help = "credentials: the keys in FILE"},
    {.name = "principal", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_text, .test = value_principal,
     .offset = offsetof(struct options, principal), .shown = "NAME",
     .help = "credentials: as NAME"},
    {.name = "ccache", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_text,
     .offset = offsetof(struct options, ccache), .shown = "CACHE",
     .help = "credentials: the tickets in CACHE"},
    {.name = "record", .argument = required_argument, .modes = IN_CHECK,
     .live = true, .take = take_text,
     .offset = offsetof(struct options, record), .shown = "FILE",
     .help = "save what was seen"},
    {.name = "replay", .argument = required_argument, .modes = IN_CHECK,
     .take = take_replay, .shown = "FILE",
     .help = "judge what was saved; repeatable"},
    {.name = "format", .letter = 'f', .argument = required_argument,
     .modes = IN_CHECK | IN_STATUS, .take = take_format, .shown = "FORMAT",
     .help = "text (the default), json, nagios, openmetrics, html"},
    {.name = "output", .letter = 'o', .argument = required_argument,
     .modes = IN_CHECK | IN_STATUS, .take = take_text,
     .offset = offsetof(struct options, output), .shown = "FILE",
     .help = "write to FILE, not to standard output"},
    {.name = "strict", .modes = IN_CHECK | IN_STATUS, .take = take_flag,
     .offset = offsetof(struct options, strict),
     .help = "not OK unless all was covered"},
    {.name = "verbose", .letter = 'v',
     .modes = IN_SERVICE | IN_CHECK | IN_STATUS, .take = take_verbose,
     .help = "show more; repeatable"},
    {.name = "trace", .modes = IN_SERVICE | IN_CHECK, .live = true,
     .take = take_flag, .offset = offsetof(struct options, trace),
     .help = "show each task and fact on standard error"},
    {.name = "no-color", .modes = IN_CHECK | IN_STATUS, .take = take_flag,
     .offset = offsetof(struct options, no_color),
     .help = "no colours, even on a terminal"},
    /* Promised for later versions. */
    {.name = "diagnose", .argument = required_argument, .take = take_later},
    {.name = "explain", .argument = optional_argument, .take = take_later},
    {.name = "since", .argument = required_argument, .take = take_later},
};

_Static_assert(sizeof(lines) / sizeof(lines[0]) == OPTION_LINES,
               "OPTION_LINES counts all lines");

const struct option_line *const option_lines = lines;


void
option_refuse(struct strings *errors, const struct option_line *line,
              const char *format, ...)
{
    va_list arguments;
    char *what, *whole;

    va_start(arguments, format);
    what = xvasprintf(format, arguments);
    va_end(arguments);
    whole = xasprintf("--%s: %s", line->name, what);
    strings_add(errors, whole);
    free(whole);
    free(what);
}


/* Add an error about an option's argument. */
static void
refuse_argument(struct strings *errors, const struct option_line *line,
                const char *argument, const char *expected)
{
    char *shown = text_clean(argument, strlen(argument), 80);

    option_refuse(errors, line, "\"%s\": %s", shown, expected);
    free(shown);
}


static void
take_text(const struct option_line *line, const char *argument,
          struct options *options, struct strings *errors)
{
    const char **member = (const char **)((char *)options + line->offset);
    const char *expected = *argument ? NULL : "a value is expected";

    if (line->test)
        expected = line->test(argument);
    if (expected)
        refuse_argument(errors, line, argument, expected);
    else
        *member = argument;
}


static void
take_configuration(const struct option_line *line, const char *argument,
                   struct options *options, struct strings *errors)
{
    if (!*argument)
        option_refuse(errors, line, "the name of a file is expected");
    options->configuration_path = argument;
    options->configuration_given = true;
}


static void
take_flag(const struct option_line *line, const char *argument,
          struct options *options, struct strings *errors)
{
    (void)argument;
    (void)errors;
    *(bool *)((char *)options + line->offset) = true;
}


static void
take_verbose(const struct option_line *line, const char *argument,
             struct options *options, struct strings *errors)
{
    (void)line;
    (void)argument;
    (void)errors;
    options->verbosity += options->verbosity < 3;
}


static void
take_replay(const struct option_line *line, const char *argument,
            struct options *options, struct strings *errors)
{
    (void)line;
    (void)errors;
    strings_add(&options->replay, argument);
}


/* Take the host of --dc or --mail-server. */
static void
take_hosts(const struct option_line *line, const char *argument,
           struct options *options, struct strings *errors)
{
    struct strings *hosts = (void *)((char *)options + line->offset);
    const char *expected = value_host(argument);
    char *host;

    if (expected) {
        refuse_argument(errors, line, argument, expected);
        return;
    }
    host = text_host(argument);
    strings_add_unique(hosts, host);
    free(host);
}


static void
take_format(const struct option_line *line, const char *argument,
            struct options *options, struct strings *errors)
{
    if (!format_find(argument, &options->format))
        refuse_argument(errors, line, argument,
                        "expected is one of: text, json, nagios, openmetrics, "
                        "html");
}


/* Choose what to do, if nothing else was chosen before. */
static void
take_mode(const struct option_line *line, const char *argument,
          struct options *options, struct strings *errors)
{
    (void)argument;
    if (options->mode != MODE_SERVICE && options->mode != line->mode)
        option_refuse(errors, line, "one of --check, --status, --list-checks, "
                             "--test-config, --version and --help is "
                             "expected, not several");
    options->mode = line->mode;
}


/* Say which checks there are, for one that does not exist. */
static void
refuse_check(const struct option_line *line, const char *name,
             struct strings *errors)
{
    struct strings names = {.items = NULL};
    const char *nearest;
    char *list, *expected;

    for (size_t i = 0; checks[i]; i++)
        if (checks[i]->judge)
            strings_add(&names, checks[i]->name);
    nearest = spelling_nearest(name, &names);
    list = spelling_list(&names);
    expected = nearest ? xasprintf("no such check; did you mean \"%s\"?  "
                                   "There are: %s", nearest, list)
                       : xasprintf("no such check; there are: %s", list);
    refuse_argument(errors, line, name, expected);
    free(expected);
    free(list);
    strings_clear(&names);
}


/* Take --check, and the names that may follow it. */
static void
take_check(const struct option_line *line, const char *argument,
           struct options *options, struct strings *errors)
{
    take_mode(line, NULL, options, errors);
    while (argument) {
        size_t length = strcspn(argument, ",");
        char *name = xstrndup(argument, length);
        const struct check *check = check_find(name);

        if (!check)
            refuse_check(line, name, errors);
        else if (!check->judge)
            refuse_argument(errors, line, name,
                            "this check is not in this version");
        else
            strings_add_unique(&options->checks, name);
        free(name);
        argument = argument[length] ? argument + length + 1 : NULL;
    }
}


static void
take_later(const struct option_line *line, const char *argument,
           struct options *options, struct strings *errors)
{
    (void)argument;
    (void)options;
    option_refuse(errors, line, "not in this version");
}
