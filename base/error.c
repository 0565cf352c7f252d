/*
 * Why something failed, told from the outside in.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"


bool
error_set(struct error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    text_trim_utf8(error->text);
    return false;
}


bool
error_set_errno(struct error *error, const char *format, ...)
{
    const char *reason = strerror(errno);
    char what[sizeof(error->text)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return error_set(error, "%s: %s", what, reason);
}


bool
error_prefix(struct error *error, const char *format, ...)
{
    char what[sizeof(error->text)], old[sizeof(error->text)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    memcpy(old, error->text, sizeof(old));
    return error_set(error, "%s: %s", what, old);
}
