/*
 * The file that a keytab credential was copied from.
 *
 * systemd copies a credential when it starts the service, and the copy stays
 * as it is until the next start.  So that a new keytab is not waited for in
 * vain, the unit says in $SPNHEALTHD_KEYTAB_SOURCE where it came from; the
 * service may not read it there, but sees whether it has changed.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_KEYTAB_SOURCE_H
#define DAEMON_KEYTAB_SOURCE_H

#include <stdbool.h>
#include <sys/stat.h>

/* The file as it was at the start. */
struct keytab_source {
    const char *path;  /* NULL: the unit does not say */
    bool seen;         /* whether it could be looked at */
    struct stat as_it_was;
};


/* Note how the file is now. */
void keytab_source_note(struct keytab_source *source_out);

/*
 * Whether the file has changed since.
 *
 * Returns what to say and do about it, for the caller to free(); or NULL.
 */
char *keytab_source_changed(const struct keytab_source *source);

#endif
