/*
 * The command line: reading it.
 *
 * Each option is in option_lines.c, and what they do to the configuration in
 * options_apply.c.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/option_lines.h"
#include "daemon/options.h"
#include "daemon/spelling.h"

/* What getopt_long(3) returns for the first line: beyond all letters. */
enum { FIRST_CODE = 256 };


/* The tables of getopt_long(3). */
static void
make_tables(struct option longs_out[OPTION_LINES + 1],
            char letters_out[2 * OPTION_LINES + 2])
{
    *letters_out++ = ':';
    for (int i = 0; i < OPTION_LINES; i++) {
        longs_out[i] = (struct option){.name = option_lines[i].name,
                                       .has_arg = option_lines[i].argument,
                                       .val = FIRST_CODE + i};
        if (!option_lines[i].letter)
            continue;
        *letters_out++ = option_lines[i].letter;
        if (option_lines[i].argument == required_argument)
            *letters_out++ = ':';
    }
    *letters_out = '\0';
    longs_out[OPTION_LINES] = (struct option){.name = NULL};
}


/* The line that getopt_long(3) means by a code, or NULL. */
static const struct option_line *
find_line(int code)
{
    for (int i = 0; i < OPTION_LINES; i++)
        if (code == FIRST_CODE + i
            || (code != 0 && code == option_lines[i].letter))
            return &option_lines[i];
    return NULL;
}


/* Add an error about a long option that there is not, or not alone. */
static void
refuse_long(const char *argument, struct strings *errors)
{
    struct strings names = {.items = NULL};
    char *name = text_clean(argument, strcspn(argument, "="), 80), *whole;
    const char *nearest;

    for (int i = 0; i < OPTION_LINES; i++)
        if (option_lines[i].help)
            strings_add(&names, option_lines[i].name);
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
    const struct option_line *line = find_line(optopt);
    char letter[] = {'-', (char)optopt, '\0'};

    if (line && code == ':')
        option_refuse(errors, line, "a value is expected");
    else if (line)
        option_refuse(errors, line, "no value is expected");
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
    struct option longs[OPTION_LINES + 1];
    char letters[2 * OPTION_LINES + 2];
    int code;

    make_tables(longs, letters);
    opterr = 0;
    optind = 0;  /* GNU's way to begin anew */
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_line *line = find_line(code);

        if (line) {
            *given_out |= 1UL << (line - option_lines);
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
misplaced(const struct option_line *line)
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
    for (int i = 0; i < OPTION_LINES; i++) {
        if (!(given & 1UL << i))
            continue;
        if (!(option_lines[i].modes & 1 << options->mode))
            option_refuse(errors, &option_lines[i], "%s",
                          misplaced(&option_lines[i]));
        else if (option_lines[i].live && options->replay.count > 0)
            option_refuse(errors, &option_lines[i],
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
print_line(const struct option_line *line, FILE *stream)
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
    for (int i = 0; i < OPTION_LINES; i++)
        if (option_lines[i].help)
            print_line(&option_lines[i], stream);
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
