/*
 * The command line: reading it.
 *
 * What it does to the configuration is in options_apply.c.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/options.h"
#include "daemon/spelling.h"
#include "daemon/values.h"

struct line;

/* Take an option's argument, or report why not. */
typedef void taker(const struct line *line, const char *argument,
                   struct options *options, struct strings *errors);

static taker take_check, take_configuration, take_flag, take_format,
    take_hosts, take_later, take_mode, take_replay, take_text, take_verbose;

/* Where an option means something, as bits. */
enum {
    IN_SERVICE = 1 << MODE_SERVICE,
    IN_CHECK = 1 << MODE_CHECK,
    IN_STATUS = 1 << MODE_STATUS,
    IN_TEST = 1 << MODE_TEST_CONFIG,
    EVERYWHERE = ~0,
};

/* One option. */
struct line {
    const char *name;
    char letter;        /* 0: none */
    int argument;       /* as getopt_long(3) has it */
    int modes;          /* where it means something, as bits */
    bool live;          /* it means nothing to a replay */
    taker *take;
    enum mode mode;     /* for take_mode() */
    size_t offset;      /* of the member of struct options */
    value_test *test;   /* for take_text(); NULL: anything but "" */
    const char *shown;  /* the argument, in the help */
    const char *help;   /* NULL: not in this version */
};

static const struct line lines[] = {
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

enum { LINES = sizeof(lines) / sizeof(lines[0]) };

/* What getopt_long(3) returns for the first line: beyond all letters. */
enum { FIRST_CODE = 256 };


/* Add an error about an option. */
static void __attribute__((format(printf, 3, 4)))
refuse(struct strings *errors, const struct line *line, const char *format,
       ...)
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
refuse_argument(struct strings *errors, const struct line *line,
                const char *argument, const char *expected)
{
    char *shown = text_clean(argument, strlen(argument), 80);

    refuse(errors, line, "\"%s\": %s", shown, expected);
    free(shown);
}


static void
take_text(const struct line *line, const char *argument,
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
take_configuration(const struct line *line, const char *argument,
                   struct options *options, struct strings *errors)
{
    if (!*argument)
        refuse(errors, line, "the name of a file is expected");
    options->configuration_path = argument;
    options->configuration_given = true;
}


static void
take_flag(const struct line *line, const char *argument,
          struct options *options, struct strings *errors)
{
    (void)argument;
    (void)errors;
    *(bool *)((char *)options + line->offset) = true;
}


static void
take_verbose(const struct line *line, const char *argument,
             struct options *options, struct strings *errors)
{
    (void)line;
    (void)argument;
    (void)errors;
    options->verbosity += options->verbosity < 3;
}


static void
take_replay(const struct line *line, const char *argument,
            struct options *options, struct strings *errors)
{
    (void)line;
    (void)errors;
    strings_add(&options->replay, argument);
}


/* Take the host of --dc or --mail-server. */
static void
take_hosts(const struct line *line, const char *argument,
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
take_format(const struct line *line, const char *argument,
            struct options *options, struct strings *errors)
{
    if (!format_find(argument, &options->format))
        refuse_argument(errors, line, argument,
                        "expected is one of: text, json, nagios, openmetrics, "
                        "html");
}


/* Choose what to do, if nothing else was chosen before. */
static void
take_mode(const struct line *line, const char *argument,
          struct options *options, struct strings *errors)
{
    (void)argument;
    if (options->mode != MODE_SERVICE && options->mode != line->mode)
        refuse(errors, line, "one of --check, --status, --list-checks, "
                             "--test-config, --version and --help is "
                             "expected, not several");
    options->mode = line->mode;
}


/* Say which checks there are, for one that does not exist. */
static void
refuse_check(const struct line *line, const char *name, struct strings *errors)
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
take_check(const struct line *line, const char *argument,
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
take_later(const struct line *line, const char *argument,
           struct options *options, struct strings *errors)
{
    (void)argument;
    (void)options;
    refuse(errors, line, "not in this version");
}


/* The tables of getopt_long(3). */
static void
make_tables(struct option longs_out[LINES + 1],
            char letters_out[2 * LINES + 2])
{
    *letters_out++ = ':';
    for (int i = 0; i < LINES; i++) {
        longs_out[i] = (struct option){.name = lines[i].name,
                                       .has_arg = lines[i].argument,
                                       .val = FIRST_CODE + i};
        if (!lines[i].letter)
            continue;
        *letters_out++ = lines[i].letter;
        if (lines[i].argument == required_argument)
            *letters_out++ = ':';
    }
    *letters_out = '\0';
    longs_out[LINES] = (struct option){.name = NULL};
}


/* The line that getopt_long(3) means by a code, or NULL. */
static const struct line *
find_line(int code)
{
    for (int i = 0; i < LINES; i++)
        if (code == FIRST_CODE + i || (code != 0 && code == lines[i].letter))
            return &lines[i];
    return NULL;
}


/* Add an error about a long option that there is not, or not alone. */
static void
refuse_long(const char *argument, struct strings *errors)
{
    struct strings names = {.items = NULL};
    char *name = text_clean(argument, strcspn(argument, "="), 80), *whole;
    const char *nearest;

    for (int i = 0; i < LINES; i++)
        if (lines[i].help)
            strings_add(&names, lines[i].name);
    nearest = spelling_nearest(name + 2, &names);
    if (nearest)
        whole = xasprintf("%s: unknown option; did you mean --%s?", name,
                          nearest);
    else
        whole = xasprintf("%s: unknown or ambiguous option", name);
    strings_add(errors, whole);
    free(whole);
    free(name);
    strings_clear(&names);
}


/* Add an error about a word that is no option, or has none of a letter. */
static void
refuse_word(const char *word, const char *why, struct strings *errors)
{
    char *shown = text_clean(word, strlen(word), 80);
    char *whole = xasprintf("\"%s\": %s", shown, why);

    strings_add(errors, whole);
    free(whole);
    free(shown);
}


/* Report what getopt_long(3) could not read. */
static void
refuse_option(int code, const char *argument, struct strings *errors)
{
    const struct line *line = find_line(optopt);
    char letter[] = {'-', (char)optopt, '\0'};

    if (line && code == ':')
        refuse(errors, line, "a value is expected");
    else if (line)
        refuse(errors, line, "no value is expected");
    else if (strncmp(argument, "--", 2) == 0)
        refuse_long(argument, errors);
    else
        refuse_word(letter, "unknown option", errors);
}


/* Take all arguments, one by one. */
static void
take_all(int argc, char **argv, struct options *options,
         unsigned long *given_out, struct strings *errors)
{
    struct option longs[LINES + 1];
    char letters[2 * LINES + 2];
    int code;

    make_tables(longs, letters);
    opterr = 0;
    optind = 0;  /* GNU's way to begin anew */
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct line *line = find_line(code);

        if (line) {
            *given_out |= 1UL << (line - lines);
            line->take(line, optarg, options, errors);
        } else {
            refuse_option(code, argv[optind - 1], errors);
        }
    }
    for (; optind < argc; optind++)
        refuse_word(argv[optind],
                    "only options are expected, which begin with - or --",
                    errors);
}


/* What is wrong with an option that the action has no use for. */
static const char *
misplaced(const struct line *line)
{
    if (line->modes & IN_SERVICE)
        return "not used by this action";
    return line->modes & IN_STATUS ? "only together with --check or --status"
                                   : "only together with --check";
}


/* Report options that do nothing together with the others. */
static void
compare(const struct options *options, unsigned long given,
        struct strings *errors)
{
    for (int i = 0; i < LINES; i++) {
        if (!(given & 1UL << i))
            continue;
        if (!(lines[i].modes & 1 << options->mode))
            refuse(errors, &lines[i], "%s", misplaced(&lines[i]));
        else if (lines[i].live && options->replay.count > 0)
            refuse(errors, &lines[i],
                   "not together with --replay, which looks at nothing and "
                   "judges by the recorded settings");
    }
}


bool
options_parse(int argc, char **argv, struct options *options_out,
              struct strings *errors)
{
    size_t before = errors->count;
    unsigned long given = 0;

    options_out->configuration_path = CONFIGURATION_FILE;
    take_all(argc, argv, options_out, &given, errors);
    if (errors->count == before)
        compare(options_out, given, errors);
    return errors->count == before;
}


void
options_clear(struct options *options)
{
    strings_clear(&options->checks);
    strings_clear(&options->dcs);
    strings_clear(&options->mail_servers);
    strings_clear(&options->replay);
}


/* Write an option's line of the help. */
static void
print_line(const struct line *line, FILE *stream)
{
    char letter[] = {'-', line->letter, ',', '\0'};
    char *name;

    if (line->argument == optional_argument)
        name = xasprintf("--%s[=%s]", line->name, line->shown);
    else if (line->argument == required_argument)
        name = xasprintf("--%s %s", line->name, line->shown);
    else
        name = xasprintf("--%s", line->name);
    fprintf(stream, "  %3s %-20s  %s\n", line->letter ? letter : "", name,
            line->help);
    free(name);
}


void
options_print_help(FILE *stream)
{
    fputs("Usage: spnhealthd [-c FILE]\n"
          "       spnhealthd --check[=NAME,...] [OPTION...]\n"
          "       spnhealthd --status [OPTION...]\n"
          "\n"
          "Tell why Kerberos-authenticated mail fails in an Active Directory "
          "domain, or is\nabout to: as a service, or once.\n\n",
          stream);
    for (int i = 0; i < LINES; i++)
        if (lines[i].help)
            print_line(&lines[i], stream);
    fputs("\nExit status of --check and --status: 0 OK, 1 WARNING, 2 CRITICAL, "
          "3 UNKNOWN.\n"
          "The manual is spnhealthd(8).\n", stream);
}


void
options_print_checks(FILE *stream)
{
    for (size_t i = 0; checks[i]; i++) {
        const char *note = !checks[i]->judge ? " (not built in this version)"
                           : checks[i]->always ? " (always runs)"
                                               : "";

        fprintf(stream, "%-12s %s%s\n", checks[i]->name, checks[i]->summary,
                note);
    }
}
