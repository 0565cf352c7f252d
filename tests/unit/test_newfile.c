/*
 * A file that is there in full or as it was before.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "daemon/newfile.h"
#include "tests/unit/scratch_folder.h"


/* The file's text must be this, and no other file be there. */
static void
assert_only_file(void **state, const char *path, const char *expected)
{
    char *text = scratch_read(path);

    assert_string_equal(text, expected);
    assert_int_equal(scratch_count(state), 1);
    free(text);
}


static void
what_is_committed_replaces_the_old(void **state)
{
    char *path = scratch_write(state, "file", "old", 3);
    struct newfile file;
    struct error error;

    assert_true(newfile_open(&file, path, 0600, &error));
    fputs("new", file.stream);
    assert_true(newfile_commit(&file, &error));
    assert_only_file(state, path, "new");
    assert_null(file.stream);
    free(path);
}


static void
what_is_abandoned_leaves_the_old(void **state)
{
    char *path = scratch_write(state, "file", "old", 3);
    struct newfile file;
    struct error error;

    assert_true(newfile_open(&file, path, 0600, &error));
    fputs("new", file.stream);
    newfile_abandon(&file);
    newfile_abandon(&file);
    assert_only_file(state, path, "old");
    free(path);
}


static void
a_rename_that_fails_leaves_nothing_behind(void **state)
{
    char *path = scratch_path(state, "file"), *expected;
    struct newfile file;
    struct error error;

    assert_true(newfile_open(&file, path, 0600, &error));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(newfile_commit(&file, &error));
    /* The same each time: it is complained of once. */
    expected = xasprintf("replacing %s: Is a directory", path);
    assert_string_equal(error.text, expected);
    assert_int_equal(scratch_count(state), 1);
    free(expected);
    free(path);
}


static void
a_write_that_failed_is_no_new_file(void **state)
{
    char *path = scratch_write(state, "file", "old", 3);
    struct newfile file;
    struct error error;

    assert_true(newfile_open(&file, path, 0600, &error));
    /* Whatever is buffered can go nowhere. */
    fputs("new", file.stream);
    close(fileno(file.stream));
    assert_false(newfile_commit(&file, &error));
    assert_int_equal(strncmp(error.text, "writing ", 8), 0);
    assert_non_null(strstr(error.text, ": Bad file descriptor"));
    assert_only_file(state, path, "old");
    free(path);
}


static void
the_mask_limits_who_may_read(void **state)
{
    char *path = scratch_path(state, "file");
    mode_t mask = umask(027);
    struct newfile file;
    struct error error;
    struct stat status;

    assert_true(newfile_open(&file, path, 0644, &error));
    assert_true(newfile_commit(&file, &error));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    umask(mask);
    free(path);
}


static void
a_device_is_written_to_and_stays(void **state)
{
    struct newfile file;
    struct error error;
    struct stat status;

    (void)state;
    assert_true(newfile_open(&file, "/dev/null", 0644, &error));
    fputs("new", file.stream);
    assert_true(newfile_commit(&file, &error));
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}


static void
a_full_device_is_an_error(void **state)
{
    struct newfile file;
    struct error error;

    (void)state;
    assert_true(newfile_open(&file, "/dev/full", 0644, &error));
    fputs("new", file.stream);
    assert_false(newfile_commit(&file, &error));
    assert_string_equal(error.text,
                        "writing /dev/full: No space left on device");
}


/* /dev/stdout is such a link, and replacing it would harm everybody. */
static void
what_a_link_points_to_is_written_to(void **state)
{
    char *path = scratch_write(state, "file", "older", 5);
    char *link = scratch_path(state, "link"), *text;
    struct newfile file;
    struct error error;
    struct stat status;

    assert_int_equal(symlink(path, link), 0);
    assert_true(newfile_open(&file, link, 0644, &error));
    fputs("new", file.stream);
    assert_true(newfile_commit(&file, &error));
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    text = scratch_read(path);
    assert_string_equal(text, "new");
    free(text);
    free(link);
    free(path);
}


static void
a_pipe_without_a_reader_is_an_error(void **state)
{
    char *path = scratch_path(state, "pipe");
    struct newfile file;
    struct error error;

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(newfile_open(&file, path, 0644, &error));
    assert_non_null(strstr(error.text, "nobody reads it"));
    free(path);
}


static void
a_folder_is_an_error(void **state)
{
    struct newfile file;
    struct error error;

    assert_false(newfile_open(&file, *state, 0644, &error));
    assert_non_null(strstr(error.text, ": Is a directory"));
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_committed_replaces_the_old),
        WITH_FOLDER(what_is_abandoned_leaves_the_old),
        WITH_FOLDER(a_rename_that_fails_leaves_nothing_behind),
        WITH_FOLDER(a_write_that_failed_is_no_new_file),
        WITH_FOLDER(the_mask_limits_who_may_read),
        WITH_FOLDER(a_device_is_written_to_and_stays),
        WITH_FOLDER(a_full_device_is_an_error),
        WITH_FOLDER(what_a_link_points_to_is_written_to),
        WITH_FOLDER(a_pipe_without_a_reader_is_an_error),
        WITH_FOLDER(a_folder_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
