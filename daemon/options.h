/*
 * The command line.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/memory.h"
#include "daemon/configuration.h"
#include "daemon/output.h"

enum mode {
    MODE_SERVICE,      /* without any of the following */
    MODE_CHECK,        /* --check */
    MODE_STATUS,       /* --status */
    MODE_LIST_CHECKS,  /* --list-checks */
    MODE_TEST_CONFIG,  /* --test-config */
    MODE_VERSION,      /* --version */
    MODE_HELP,         /* --help */
};

/* Texts are borrowed from the arguments, and NULL where none was given. */
struct options {
    enum mode mode;
    const char *configuration_path;  /* -c; not NULL after parsing */
    bool configuration_given;     /* false: it is the default */
    struct strings checks;        /* --check=NAME,...; empty: those configured */
    enum format format;           /* -f */
    const char *output;           /* -o */
    const char *domain;
    struct strings dcs;           /* canonical */
    struct strings mail_servers;  /* canonical */
    const char *keytab;
    const char *principal;
    const char *ccache;
    const char *record;
    struct strings replay;
    bool strict;
    bool trace;
    bool no_color;
    int verbosity;
};


/*
 * Read the arguments.
 *
 * options_out  All zero on entry; for options_clear() also on failure.
 * errors       One line for each argument that cannot be used is appended:
 *              "--format: "xml": expected is one of: ...".
 *
 * Returns false if there was any such.
 */
bool options_parse(int argc, char **argv, struct options *options_out,
                   struct strings *errors);

/* Free what the options own. */
void options_clear(struct options *options);

/*
 * Lay the options over a configuration: they beat its file.
 *
 * Checks named here are the only ones enabled.  Credentials given here replace
 * the file's as a whole, so that its principal is not looked for in another
 * keytab.  Targets replace the file's lists, but a host that was listed keeps
 * its address and ports.
 *
 * errors  One line is appended for each option that cannot be applied.
 */
void options_apply(const struct options *options,
                   struct configuration *configuration,
                   struct strings *errors);

/*
 * Make the configuration that file and command line ask for together: read,
 * applied and complete.
 *
 * Without -c, CONFIGURATION_FILE is read.  A --check needs no such file, and
 * ignores one that is for another domain than --domain.
 *
 * Returns a configuration for the caller to configuration_free(), or NULL
 * with lines appended to errors.
 */
struct configuration *options_configure(const struct options *options,
                                        struct strings *errors);

/* Write what --help, and what --list-checks, show. */
void options_print_help(FILE *stream);
void options_print_checks(FILE *stream);

#endif
