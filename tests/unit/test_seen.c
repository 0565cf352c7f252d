/*
 * The mail servers seen before.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "daemon/seen.h"
#include "tests/unit/scratch_folder.h"


/* Read a file of these bytes: so many hosts, and a warning that ends so. */
static void
assert_read(void **state, const char *bytes, size_t hosts, const char *warning)
{
    char *path = scratch_write(state, SEEN_FILE, bytes, strlen(bytes));
    struct strings read = {0};
    struct error error = {""};
    char *told;

    assert_true(seen_read(path, &read, &told, &error));
    assert_int_equal(read.count, hosts);
    if (warning) {
        assert_non_null(told);
        assert_int_equal(strncmp(told, path, strlen(path)), 0);
        assert_string_equal(told + strlen(path), warning);
    } else {
        assert_null(told);
    }
    free(told);
    strings_clear(&read);
    free(path);
}


static void
what_is_written_is_read_back_sorted(void **state)
{
    char *path = scratch_path(state, SEEN_FILE);
    struct strings hosts = {0}, read = {0};
    struct error error;
    struct stat status;
    char *warning;

    strings_add(&hosts, "ex2.corp.example.com");
    strings_add(&hosts, "ex1.corp.example.com");
    strings_add(&hosts, "ex2.corp.example.com");
    strings_add(&hosts, "no host");
    assert_true(seen_write(path, &hosts, &error));
    assert_true(seen_read(path, &read, &warning, &error));
    assert_null(warning);
    assert_int_equal(read.count, 2);
    assert_string_equal(read.items[0], "ex1.corp.example.com");
    assert_string_equal(read.items[1], "ex2.corp.example.com");
    assert_int_equal(scratch_count(state), 1);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    strings_clear(&hosts);
    strings_clear(&read);
    free(path);
}


static void
a_file_that_is_not_there_is_empty(void **state)
{
    char *path = scratch_path(state, SEEN_FILE);
    struct strings read = {0};
    struct error error;
    char *warning;

    assert_true(seen_read(path, &read, &warning, &error));
    assert_null(warning);
    assert_int_equal(read.count, 0);
    free(path);
}


static void
hosts_and_comments_are_accepted(void **state)
{
    assert_read(state, "", 0, NULL);
    assert_read(state, "# comment\n\nex1\nex1\nex-2.corp_x.example.com", 2,
                NULL);
}


static void
damaged_lines_are_ignored_with_a_warning(void **state)
{
    static const char one[]
        = ":2: not a host name, or one too many; 1 such line ignored";

    assert_read(state, "ex1\nex1 ex2\nex3\n", 2, one);
    assert_read(state, "ex1\nEX1\nex3\n", 2, one);
    assert_read(state, "ex1\nex2.\nex3\n", 2, one);
    assert_read(state, "ex1\n.ex2\nex3\n", 2, one);
    assert_read(state, "ex1\nex2..corp\nex3\n", 2, one);
    assert_read(state, "ex1\n-c\nex3\n", 2, one);
    assert_read(state, "ex1\n\xff\033[31m\nex3\n", 2, one);
    assert_read(state, "ex1\r\nex2\r\n", 0,
                ":1: not a host name, or one too many; 2 such lines ignored");
}


/* Read a host of labels of so many letters each. */
static void
assert_lengths(void **state, size_t label, size_t labels, size_t last,
               bool accepted)
{
    char host[512] = "";
    size_t length = 0;

    for (size_t i = 0; i < labels; i++) {
        memset(host + length, 'a', label);
        length += label;
        host[length++] = '.';
    }
    memset(host + length, 'b', last);
    assert_read(state, host, accepted,
                accepted ? NULL : ":1: not a host name, or one too many; 1 "
                "such line ignored");
}


static void
lengths_are_those_of_dns(void **state)
{
    assert_lengths(state, 0, 0, 63, true);
    assert_lengths(state, 0, 0, 64, false);
    assert_lengths(state, 63, 3, 61, true);   /* 253 */
    assert_lengths(state, 63, 3, 62, false);  /* 254 */
}


static void
a_nul_byte_hides_nothing(void **state)
{
    char *path = scratch_write(state, SEEN_FILE, "ex1\0evil\nex2\n", 13);
    struct strings read = {0};
    struct error error;
    char *warning;

    assert_true(seen_read(path, &read, &warning, &error));
    assert_int_equal(read.count, 1);
    assert_non_null(warning);
    free(warning);
    strings_clear(&read);
    free(path);
}


static void
more_than_are_remembered_are_ignored(void **state)
{
    char *path = scratch_path(state, SEEN_FILE), *warning;
    FILE *stream = fopen(path, "we");
    struct strings read = {0};
    struct error error;

    assert_non_null(stream);
    for (int i = 0; i < SEEN_MOST + 2; i++)
        fprintf(stream, "ex%d\n", i);
    fclose(stream);
    assert_true(seen_read(path, &read, &warning, &error));
    assert_int_equal(read.count, SEEN_MOST);
    assert_non_null(strstr(warning, "2 such lines ignored"));
    free(warning);
    strings_clear(&read);
    free(path);
}


static void
an_endless_file_is_refused(void **state)
{
    size_t length = 3 * 1024 * 1024;
    char *bytes = xcalloc(length, 1);
    struct strings read = {0};
    struct error error = {""};
    char *path, *warning;

    memset(bytes, '\n', length);
    path = scratch_write(state, SEEN_FILE, bytes, length);
    assert_false(seen_read(path, &read, &warning, &error));
    assert_non_null(strstr(error.text, ": the file is longer than "));
    assert_null(warning);
    free(path);
    memset(bytes, 'x', length);
    path = scratch_write(state, SEEN_FILE, bytes, length);
    assert_false(seen_read(path, &read, &warning, &error));
    assert_non_null(strstr(error.text, ":1: a line longer than 4096 bytes"));
    free(path);
    free(bytes);
}


static void
what_cannot_be_written_says_why(void **state)
{
    struct strings hosts = {0};
    struct error error;

    (void)state;
    assert_false(seen_write("/nonexistent/mail-servers", &hosts, &error));
    assert_string_equal(error.text, "saving the mail servers seen: creating a "
                        "file beside /nonexistent/mail-servers: No such file "
                        "or directory");
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_written_is_read_back_sorted),
        WITH_FOLDER(a_file_that_is_not_there_is_empty),
        WITH_FOLDER(hosts_and_comments_are_accepted),
        WITH_FOLDER(damaged_lines_are_ignored_with_a_warning),
        WITH_FOLDER(lengths_are_those_of_dns),
        WITH_FOLDER(a_nul_byte_hides_nothing),
        WITH_FOLDER(more_than_are_remembered_are_ignored),
        WITH_FOLDER(an_endless_file_is_refused),
        WITH_FOLDER(what_cannot_be_written_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
