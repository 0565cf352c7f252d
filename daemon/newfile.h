/*
 * A file that is there in full or as it was before: written under another
 * name beside it, then renamed.
 *
 * Only ordinary files can be replaced.  Devices, pipes and symbolic links,
 * /dev/stdout among them, are written to where they are.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_NEWFILE_H
#define DAEMON_NEWFILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"

struct newfile {
    FILE *stream;     /* to write to; NULL when closed */
    char *path;
    char *temporary;  /* NULL: path itself is written to */
};


/*
 * Begin to replace a file.
 *
 * mode  Who may do what with it, less the umask, as in open(2).
 *
 * Fails when path is a folder or a pipe that nobody reads, or its folder
 * cannot be written to.
 */
bool newfile_open(struct newfile *file, const char *path, mode_t mode,
                  struct error *error);

/* As newfile_open(), but never writes through a symbolic link or into a device:
   for a folder that somebody else can write to. */
bool newfile_replace(struct newfile *file, const char *path, mode_t mode,
                     struct error *error);

/*
 * Put what was written in place of the file, on disk, and close.
 *
 * Fails when anything could not be written; the old file then stays.
 */
bool newfile_commit(struct newfile *file, struct error *error);

/* Drop what was written and close.  Accepts one that is closed. */
void newfile_abandon(struct newfile *file);

/* Remove what processes that were killed while writing a file have left beside
   it; nobody may be writing it now. */
void newfile_sweep(const char *path);

#endif
