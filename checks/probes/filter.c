/*
 * LDAP search filters (RFC 4515), built term by term.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/probes/filter.h"


/* A value with the characters that mean something in a filter escaped. */
static char *
escape(const char *value)
{
    enum { WIDTH = 3 };
    char *text = xcalloc(WIDTH * strlen(value) + 1, 1), *end = text;

    for (; *value; value++) {
        if (strchr("*()\\", *value))
            end += sprintf(end, "\\%02x", (unsigned char)*value);
        else
            *end++ = *value;
    }
    return text;
}


void
filter_add(struct filter *filter, const char *attribute, const char *value,
           const char *rest)
{
    char *escaped = escape(value);
    char *longer = xasprintf("%s(%s=%s%s)", filter->text ? filter->text : "(|",
                             attribute, escaped, rest);

    free(escaped);
    free(filter->text);
    filter->text = longer;
    filter->terms++;
}


char *
filter_take(struct filter *filter)
{
    char *text;

    assert(filter->terms > 0);
    text = xasprintf("%s)", filter->text);
    free(filter->text);
    *filter = (struct filter){.text = NULL};
    return text;
}
