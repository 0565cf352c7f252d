/*
 * The file that a keytab credential was copied from.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "daemon/keytab_source.h"


void
keytab_source_note(struct keytab_source *source_out)
{
    const char *path = getenv("SPNHEALTHD_KEYTAB_SOURCE");

    *source_out = (struct keytab_source){.path = path && *path ? path : NULL};
    source_out->seen = source_out->path
                       && stat(source_out->path, &source_out->as_it_was) == 0;
}


/* Whether a file is the same, as far as one can see without reading it. */
static bool
is_same(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino
           && left->st_size == right->st_size
           && left->st_mtim.tv_sec == right->st_mtim.tv_sec
           && left->st_mtim.tv_nsec == right->st_mtim.tv_nsec;
}


char *
keytab_source_changed(const struct keytab_source *source)
{
    struct stat now;

    if (!source->path)
        return NULL;
    if (stat(source->path, &now) != 0)
        return xasprintf("looking whether the keytab %s "
                         "($SPNHEALTHD_KEYTAB_SOURCE) has changed: %s: a new "
                         "one would go unnoticed", source->path,
                         strerror(errno));
    if (source->seen && is_same(&now, &source->as_it_was))
        return NULL;
    return xasprintf("the keytab %s has changed since the service started, "
                     "which goes on with its copy of the former one: "
                     "systemctl restart spnhealthd", source->path);
}
