/*
 * A folder for a test's files, gone when the test is.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/scratch_folder.h"


int
scratch_setup(void **state)
{
    const char *parent = getenv("TMPDIR");
    char *folder = xasprintf("%s/spnhealthd.XXXXXX",
                             parent ? parent : P_tmpdir);

    *state = folder;
    return mkdtemp(folder) ? 0 : -1;
}


/* Go through the folder's files, removing them if asked to; how many. */
static size_t
each_file(const char *folder, int remove_them)
{
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;

    assert(listing);
    while ((entry = readdir(listing))) {
        char *path;

        if (entry->d_name[0] == '.')
            continue;
        path = xasprintf("%s/%s", folder, entry->d_name);
        if (remove_them)
            remove(path);
        free(path);
        count++;
    }
    closedir(listing);
    return count;
}


int
scratch_teardown(void **state)
{
    int failed;

    each_file(*state, 1);
    failed = rmdir(*state);
    free(*state);
    return failed;
}


size_t
scratch_count(void **state)
{
    return each_file(*state, 0);
}


char *
scratch_path(void **state, const char *name)
{
    return xasprintf("%s/%s", (const char *)*state, name);
}


char *
scratch_write(void **state, const char *name, const void *bytes,
              size_t length)
{
    char *path = scratch_path(state, name);
    FILE *stream = fopen(path, "we");
    size_t written = stream ? fwrite(bytes, 1, length, stream) : 0;

    assert(stream && written == length);
    fclose(stream);
    return path;
}


char *
scratch_read(const char *path)
{
    FILE *stream = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    ssize_t length = stream ? getdelim(&text, &room, '\0', stream) : -1;

    assert(stream);
    fclose(stream);
    if (length < 0) {
        free(text);
        return xstrdup("");
    }
    return text;
}
