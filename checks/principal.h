/*
 * Service principal names: class/host[:port][/servicename].
 *
 * A KDC compares whole names, letter case folded: "SMTP/h" and "SMTP/h:25"
 * are different principals, "smtp/H" and "SMTP/h" are the same one (MS-KILE
 * section 3.1.5.11).  So the folded text of a name is all its parts.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PRINCIPAL_H
#define CHECKS_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"

/* The parts of a name, folded; "" for those that it does not have. */
struct principal {
    char *service;  /* the class, "smtpsvc" */
    char *host;
    char *port;     /* digits, or an instance's name, "sqlexpress" */
    char *name;     /* servicename */
};


/*
 * Take a name apart.
 *
 * text           As stored in the directory.
 * principal_out  For principal_clear(); untouched on failure.
 * error          Set on failure: what is wrong with the text.
 *
 * Fails unless there are two or three parts of which none is empty, without
 * spaces or characters that no host, class or port has.
 */
bool principal_parse(const char *text, struct principal *principal_out,
                     struct error *error);

/*
 * As principal_parse(), and the port must be a number, as it is for every
 * service but those with instances.
 */
bool principal_parse_numeric(const char *text,
                             struct principal *principal_out,
                             struct error *error);

/* Free the parts. */
void principal_clear(struct principal *principal);

/*
 * Spell a name as findings do: without outer spaces, the class in capitals,
 * the rest in lower case.  Takes malformed ones too.
 *
 * Returns a string for the caller to free().
 */
char *principal_canonical(const char *text);

/*
 * Order two names as a KDC compares them: 0 for the same principal.  Outer
 * spaces do not count.
 */
int principal_compare(const char *left, const char *right);

/* Whether a name, even a malformed one, is of one of these classes. */
bool principal_is_service(const char *text, const struct strings *services);

/* Whether any of these names is of one of these classes. */
bool principal_any_service(const struct strings *names,
                           const struct strings *services);

/* Whether a host is a name with a domain, rather than a short name or a
   numeric address. */
bool principal_host_is_fqdn(const char *host);

#endif
