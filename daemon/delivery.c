/*
 * A report, written where the command line wants it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/delivery.h"
#include "daemon/newfile.h"
#include "daemon/output.h"


/* How wide and how colourful standard output is. */
static void
fit_terminal(const struct options *options, struct report *report)
{
    const char *plain = getenv("NO_COLOR"), *terminal = getenv("TERM");
    struct winsize size;

    if (options->output || !isatty(STDOUT_FILENO))
        return;
    report->color = !options->no_color && !(plain && *plain)
                    && terminal && strcmp(terminal, "dumb") != 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        report->width = size.ws_col;
}


bool
delivery_write(const struct options *options, struct report *report)
{
    struct error error = {""};
    struct newfile file;
    bool written;

    fit_terminal(options, report);
    if (!options->output)
        written = output_write(report, options->format, stdout, &error);
    else
        written = newfile_open(&file, options->output, 0644, &error)
                  && (output_write(report, options->format, file.stream, &error)
                      ? newfile_commit(&file, &error)
                      : (newfile_abandon(&file), false));
    if (!written)
        fprintf(stderr, "spnhealthd: writing the report to %s: %s\n",
                options->output ? options->output : "standard output",
                error.text);
    return written;
}
