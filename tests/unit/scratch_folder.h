/*
 * A folder for a test's files, gone when the test is.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_SCRATCH_FOLDER_H
#define TESTS_UNIT_SCRATCH_FOLDER_H

#include <stddef.h>

/* cmocka's setup and teardown: *state is the folder's path. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* The path of a file in the folder, for the caller to free(). */
char *scratch_path(void **state, const char *name);

/* Write a file, whatever the bytes; its path, for the caller to free(). */
char *scratch_write(void **state, const char *name, const void *bytes,
                    size_t length);

/* The text of a file, for the caller to free(). */
char *scratch_read(const char *path);

/* How many files are in the folder. */
size_t scratch_count(void **state);

#endif
