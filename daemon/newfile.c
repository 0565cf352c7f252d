/*
 * A file that is there in full or as it was before.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/newfile.h"


bool
newfile_open(struct newfile *file, const char *path, struct error *error)
{
    struct stat old;
    int descriptor;

    *file = (struct newfile){0};
    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode))
        return error_set(error, "%s is not a regular file", path);
    file->path = xstrdup(path);
    file->temporary = xasprintf("%s.XXXXXX", path);
    descriptor = mkostemp(file->temporary, O_CLOEXEC);
    if (descriptor < 0) {
        error_set_errno(error, "creating a file beside %s", path);
        free(file->temporary);
        file->temporary = NULL;
        newfile_abandon(file);
        return false;
    }
    file->stream = fdopen(descriptor, "w");
    if (!file->stream) {
        error_set_errno(error, "opening %s", file->temporary);
        close(descriptor);
        newfile_abandon(file);
        return false;
    }
    return true;
}


/* Close the stream, all written and on disk. */
static bool
finish(struct newfile *file)
{
    bool written = !ferror(file->stream) && fflush(file->stream) == 0
                   && fsync(fileno(file->stream)) == 0;
    int reason = errno;

    if (fclose(file->stream) != 0 && written) {
        written = false;
        reason = errno;
    }
    file->stream = NULL;
    errno = reason;
    return written;
}


/* Have a rename survive a power cut.  The rename itself is done, so a folder
   that cannot be synchronised fails nobody. */
static void
sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = !slash ? xstrdup(".")
                          : xstrndup(path, slash == path
                                               ? 1 : (size_t)(slash - path));
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
    free(folder);
}


bool
newfile_commit(struct newfile *file, struct error *error)
{
    bool renamed = false;

    if (!finish(file))
        error_set_errno(error, "writing %s", file->path);
    else if (rename(file->temporary, file->path) != 0)
        error_set_errno(error, "renaming %s to %s", file->temporary,
                        file->path);
    else
        renamed = true;
    if (renamed) {
        sync_folder(file->path);
        free(file->temporary);
        file->temporary = NULL;
    }
    newfile_abandon(file);
    return renamed;
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
