/*
 * Configurations given as text.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/configuration_text.h"
#include "tests/unit/scratch_folder.h"


/* Move errors to another list without the name of the file they are in. */
static void
strip_errors(struct strings *from, const char *path, struct strings *to)
{
    for (size_t i = 0; i < from->count; i++) {
        const char *error = from->items[i];

        assert_memory_equal(error, path, strlen(path));
        error += strlen(path);
        strings_add(to, *error == ':' ? error + 1 : error);
    }
    strings_clear(from);
}


struct configuration *
configuration_bytes(void **state, const void *bytes, size_t length,
                    struct strings *errors)
{
    char *path = scratch_write(state, "spnhealthd.yaml", bytes, length);
    struct configuration *configuration = configuration_new();
    struct strings raw = {.items = NULL};
    bool good = configuration_read(configuration, path, &raw);

    assert_int_equal(good, raw.count == 0);
    strip_errors(&raw, path, errors);
    if (!good) {
        configuration_free(configuration);
        configuration = NULL;
    }
    free(path);
    return configuration;
}


struct configuration *
configuration_good(void **state, const char *text)
{
    struct strings errors = {.items = NULL};
    struct configuration *configuration
        = configuration_bytes(state, text, strlen(text), &errors);

    if (!configuration)
        fail_msg("%s\n%s", text, errors.items[0]);
    return configuration;
}


void
configuration_bad_bytes(void **state, const void *bytes, size_t length,
                        const char *error)
{
    struct strings errors = {.items = NULL};
    struct configuration *configuration
        = configuration_bytes(state, bytes, length, &errors);

    assert_null(configuration);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.items[0], error);
    strings_clear(&errors);
}


void
configuration_bad(void **state, const char *text, const char *expected)
{
    struct strings errors = {.items = NULL};
    struct configuration *configuration
        = configuration_bytes(state, text, strlen(text), &errors);
    char *all = xstrdup("");

    for (size_t i = 0; i < errors.count; i++) {
        char *longer = xasprintf("%s%s%s", all, i > 0 ? "\n" : "",
                                 errors.items[i]);

        free(all);
        all = longer;
    }
    if (configuration || strcmp(all, expected) != 0)
        fail_msg("%s\nyields\n%s\nexpected\n%s", text, all, expected);
    free(all);
    strings_clear(&errors);
}
