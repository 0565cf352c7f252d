/*
 * Whether the file that a keytab credential was copied from has changed.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/keytab_source.h"
#include "tests/unit/scratch_folder.h"


/* Note the file that the environment names. */
static struct keytab_source
note(const char *path)
{
    struct keytab_source source;

    if (path)
        setenv("SPNHEALTHD_KEYTAB_SOURCE", path, 1);
    else
        unsetenv("SPNHEALTHD_KEYTAB_SOURCE");
    keytab_source_note(&source);
    return source;
}


/* What is said of it has this in it; NULL: nothing is said. */
static void
assert_said(const struct keytab_source *source, const char *expected)
{
    char *said = keytab_source_changed(source);

    if (expected && (!said || !strstr(said, expected)))
        fail_msg("\"%s\" is not in \"%s\"", expected, said ? said : "");
    if (!expected)
        assert_null(said);
    free(said);
}


static void
a_unit_that_names_no_file_hears_nothing(void **state)
{
    struct keytab_source source = note(NULL);

    (void)state;
    assert_said(&source, NULL);
    source = note("");
    assert_said(&source, NULL);
}


static void
another_content_time_or_file_is_a_change(void **state)
{
    char *path = scratch_write(state, "keytab", "old", 3);
    char *newer = scratch_write(state, "newer", "new", 3);
    struct keytab_source source = note(path);
    const struct timespec times[2] = {{0, UTIME_OMIT}, {1, 0}};
    const struct timespec a_second_later[2] = {{0, UTIME_OMIT}, {2, 0}};

    assert_said(&source, NULL);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_said(&source, "systemctl restart spnhealthd");
    source = note(path);
    assert_said(&source, NULL);
    assert_int_equal(utimensat(AT_FDCWD, path, a_second_later, 0), 0);
    assert_said(&source, "systemctl restart spnhealthd");
    source = note(path);
    assert_int_equal(rename(newer, path), 0);
    assert_said(&source, path);
    free(path);
    free(newer);
}


static void
a_file_that_vanishes_or_appears_is_said_to(void **state)
{
    char *path = scratch_path(state, "keytab");
    struct keytab_source source = note(path);

    assert_said(&source, "No such file");
    free(scratch_write(state, "keytab", "new", 3));
    assert_said(&source, "has changed");
    free(path);
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_that_names_no_file_hears_nothing),
        WITH_FOLDER(another_content_time_or_file_is_a_change),
        WITH_FOLDER(a_file_that_vanishes_or_appears_is_said_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
