/*
 * As whom to ask: finding credentials by their files, without reading them.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_CREDENTIALS_H
#define DAEMON_CREDENTIALS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "daemon/configuration.h"

/* The machine's own keys, tried last. */
#define CREDENTIALS_KEYTAB "/etc/krb5.keytab"

/* What a worker's context says of credentials: names, never what is in the
   files.  "" = none. */
struct credentials {
    char *principal;        /* "" = the keytab's or the cache's own */
    char *keytab;           /* a path */
    char *ccache;           /* an MIT ccache name */
    char *password_file;    /* a path, for a simple bind */
    char *description;      /* "the keytab /etc/krb5.keytab", for a person */
    struct strings tried;   /* what was looked for and cannot be used, why */
};

/*
 * Find credentials: those that options and configuration name, else
 * $KRB5CCNAME, else the machine's keytab; the first that can be used.
 *
 * credentials_out  For credentials_clear(), also where none are found.
 *
 * Only the presence of files and the right to read them are looked at.  Where
 * a keytab or cache is named and cannot be used, nothing else is tried: it
 * would be somebody else.
 *
 * Only a GSSAPI bind needs a keytab or a cache; returns whether there is one.
 */
bool credentials_find(const struct configuration *configuration,
                      struct credentials *credentials_out);

/* The same with another path than CREDENTIALS_KEYTAB. */
bool credentials_search(const struct configuration *configuration,
                        const char *machine_keytab,
                        struct credentials *credentials_out);

/*
 * Turn the configured name of a secret into that of its file:
 * "credential:NAME" is what systemd passed under that name.
 *
 * Returns a path for the caller to free(), or NULL.
 */
char *credentials_file(const char *name, struct error *error);

/* Free what credentials own. */
void credentials_clear(struct credentials *credentials);

/*
 * What to do where none are found: a line that says what was looked for; then,
 * if none are named, how to make an ordinary account and its keytab, on Active
 * Directory and on Samba.
 *
 * Returns lines for the caller to free(), each ended by a newline; indented
 * ones are commands.
 */
char *credentials_advice(const struct configuration *configuration);

#endif
