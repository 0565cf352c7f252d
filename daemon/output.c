/*
 * A report in the form that was asked for.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "daemon/output.h"

const char *const format_names[] = {"text", "json", "nagios",
                                    "openmetrics", "html", NULL};


bool
format_find(const char *name, enum format *format_out)
{
    for (int i = 0; format_names[i]; i++)
        if (strcmp(format_names[i], name) == 0) {
            *format_out = (enum format)i;
            return true;
        }
    return false;
}


bool
output_write(const struct report *report, enum format format, FILE *stream,
             struct error *error)
{
    static void (*const writers[])(const struct report *, FILE *)
        = {output_text, output_json, output_nagios, output_openmetrics,
           output_html};

    errno = 0;
    writers[format](report, stream);
    if (fflush(stream) != 0 || ferror(stream))
        return error_set(error, "%s", strerror(errno));
    return true;
}
