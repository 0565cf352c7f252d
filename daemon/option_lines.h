/*
 * The command line: its options, one by one.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_OPTION_LINES_H
#define DAEMON_OPTION_LINES_H

#include "daemon/options.h"
#include "daemon/values.h"

struct option_line;

/* Take an option's argument, or report why not. */
typedef void taker(const struct option_line *line, const char *argument,
                   struct options *options, struct strings *errors);

/* Where an option means something, as bits. */
enum {
    IN_SERVICE = 1 << MODE_SERVICE,
    IN_CHECK = 1 << MODE_CHECK,
    IN_STATUS = 1 << MODE_STATUS,
    IN_TEST = 1 << MODE_TEST_CONFIG,
    EVERYWHERE = ~0,
};

/* One option. */
struct option_line {
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

/* All options, in the order of the help. */
enum { OPTION_LINES = 24 };
extern const struct option_line *const option_lines;


/* Add an error about an option. */
void option_refuse(struct strings *errors, const struct option_line *line,
                   const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
