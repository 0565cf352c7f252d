/*
 * A file that is there in full or as it was before: written under another
 * name beside it, then renamed.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_NEWFILE_H
#define DAEMON_NEWFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct newfile {
    FILE *stream;     /* to write to; NULL when closed */
    char *path;
    char *temporary;
};


/*
 * Begin to replace a file.  Readable by its owner alone (0600).
 *
 * Fails when path is there and no regular file, or its folder cannot be
 * written to.
 */
bool newfile_open(struct newfile *file, const char *path,
                  struct error *error);

/*
 * Put what was written in place of the file, on disk, and close.
 *
 * Fails when anything could not be written; the old file then stays.
 */
bool newfile_commit(struct newfile *file, struct error *error);

/* Drop what was written and close.  Accepts one that is closed. */
void newfile_abandon(struct newfile *file);

#endif
