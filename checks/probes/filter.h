/*
 * LDAP search filters (RFC 4515), built term by term.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_FILTER_H
#define CHECKS_PROBES_FILTER_H

#include <stddef.h>

/* An alternative of terms in the making: "(|(a=1)(b=2)".  All zero is an
   empty one. */
struct filter {
    char *text;
    size_t terms;
};

/*
 * Add the alternative that an attribute has a value.
 *
 * value  Taken literally, whatever characters it has.
 * rest   What may follow the value: "" for nothing, "*" for anything, as it
 *        stands in a filter.
 */
void filter_add(struct filter *filter, const char *attribute,
                const char *value, const char *rest);

/* Finish: returns the text, "(|...)", for the caller to free(), and empties
   the filter.  It has at least one term. */
char *filter_take(struct filter *filter);

#endif
