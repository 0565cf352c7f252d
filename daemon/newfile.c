/*
 * A file that is there in full or as it was before.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/newfile.h"


/* What mkostemp(3) makes of the name of a temporary file. */
#define SUFFIX ".XXXXXX"


/* Whether a path leads to something that a rename would put out of the way
   instead of writing to it. */
static bool
is_replaceable(const char *path)
{
    struct stat old;

    return lstat(path, &old) < 0 || S_ISREG(old.st_mode);
}


/* Open what cannot be replaced; -1 and an error if that fails.  A pipe without
   a reader is an error: waiting for one could take for ever. */
static int
open_itself(const char *path, mode_t mode, struct error *error)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
                                    | O_NOCTTY | O_NONBLOCK, mode);

    if (descriptor < 0 && errno == ENXIO)
        error_set(error, "opening %s: nobody reads it, or it is a socket",
                  path);
    else if (descriptor < 0)
        error_set_errno(error, "opening %s", path);
    else
        (void)fcntl(descriptor, F_SETFL, 0);
    return descriptor;
}


/* Create a file of another name to be renamed; -1 and an error if that
   fails. */
static int
create_beside(struct newfile *file, mode_t mode, struct error *error)
{
    mode_t mask = umask(0);
    int descriptor;

    umask(mask);
    file->temporary = xasprintf("%s" SUFFIX, file->path);
    descriptor = mkostemp(file->temporary, O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fchmod(descriptor, mode & ~mask);
        return descriptor;
    }
    error_set_errno(error, "creating a file beside %s", file->path);
    free(file->temporary);
    file->temporary = NULL;
    return -1;
}


/* Have a stream write to a descriptor, which is -1 where there is none. */
static bool
open_stream(struct newfile *file, int descriptor, struct error *error)
{
    if (descriptor >= 0) {
        file->stream = fdopen(descriptor, "w");
        if (file->stream)
            return true;
        error_set_errno(error, "opening %s", file->path);
        close(descriptor);
    }
    newfile_abandon(file);
    return false;
}


bool
newfile_replace(struct newfile *file, const char *path, mode_t mode,
                struct error *error)
{
    *file = (struct newfile){.path = xstrdup(path)};
    return open_stream(file, create_beside(file, mode, error), error);
}


bool
newfile_open(struct newfile *file, const char *path, mode_t mode,
             struct error *error)
{
    if (is_replaceable(path))
        return newfile_replace(file, path, mode, error);
    *file = (struct newfile){.path = xstrdup(path)};
    return open_stream(file, open_itself(path, mode, error), error);
}


/* Close the stream, all written; on disk, if it is to replace a file. */
static bool
finish(struct newfile *file)
{
    bool written = !ferror(file->stream) && fflush(file->stream) == 0
                   && (!file->temporary || fsync(fileno(file->stream)) == 0);
    int reason = errno;

    if (fclose(file->stream) != 0 && written) {
        written = false;
        reason = errno;
    }
    file->stream = NULL;
    errno = reason;
    return written;
}


/* The folder of a path, for the caller to free(). */
static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return xstrdup(".");
    return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}


/* Have a rename survive a power cut.  The rename itself is done, so a folder
   that cannot be synchronised fails nobody. */
static void
sync_folder(const char *path)
{
    char *folder = folder_of(path);
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
    free(folder);
}


/* Put the temporary file in place of the old one. */
static bool
replace(struct newfile *file, struct error *error)
{
    if (rename(file->temporary, file->path) < 0)
        return error_set_errno(error, "replacing %s", file->path);
    sync_folder(file->path);
    free(file->temporary);
    file->temporary = NULL;
    return true;
}


bool
newfile_commit(struct newfile *file, struct error *error)
{
    bool done = false;

    if (!finish(file))
        error_set_errno(error, "writing %s", file->path);
    else
        done = !file->temporary || replace(file, error);
    newfile_abandon(file);
    return done;
}


void
newfile_abandon(struct newfile *file)
{
    if (file->stream)
        fclose(file->stream);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
    free(file->path);
    *file = (struct newfile){0};
}


/* Whether create_beside() may have made a name for a file of another. */
static bool
is_temporary(const char *name, const char *of)
{
    size_t length = strlen(of);
    const char *end = name + length;

    return strncmp(name, of, length) == 0
           && strlen(end) == sizeof(SUFFIX) - 1 && *end == '.'
           && strspn(end + 1, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789") == sizeof(SUFFIX) - 2;
}


void
newfile_sweep(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = folder_of(path);
    DIR *stream = opendir(folder);
    const struct dirent *entry;

    while (stream && (entry = readdir(stream)))
        if (is_temporary(entry->d_name, slash ? slash + 1 : path))
            (void)unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
    free(folder);
}
