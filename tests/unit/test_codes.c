/*
 * The table of codes is in order, and has the codes that the checks find.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <glob.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/check.h"
#include "checks/codes.h"
#include "tests/unit/scratch_folder.h"


/* Add what looks like a code, as a string literal, in a source file. */
static void
add_literals(const char *path, struct strings *literals)
{
    char *text = scratch_read(path);
    const char *at = text;
    regmatch_t match[2];
    regex_t pattern;

    assert_int_equal(regcomp(&pattern, "\"([A-Z]+(_[A-Z]+)+)\"", REG_EXTENDED),
                     0);
    while (regexec(&pattern, at, 2, match, 0) == 0) {
        char *literal = xstrndup(at + match[1].rm_so,
                                 (size_t)(match[1].rm_eo - match[1].rm_so));

        strings_add_unique(literals, literal);
        free(literal);
        at += match[0].rm_eo;
    }
    regfree(&pattern);
    free(text);
}


/* All of the checks' sources but the table itself. */
static struct strings
source_literals(void)
{
    struct strings literals = {NULL, 0};
    const char *source = getenv("srcdir");
    char *pattern = xasprintf("%s/checks/*.c", source ? source : ".");
    glob_t files;

    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        if (!strstr(files.gl_pathv[i], "/codes.c"))
            add_literals(files.gl_pathv[i], &literals);
    globfree(&files);
    free(pattern);
    return literals;
}


static void
codes_are_sorted_and_found(void **state)
{
    (void)state;
    for (const struct code *code = codes; code->name; code++) {
        if (code > codes)
            assert_true(strcmp(code[-1].name, code->name) < 0);
        assert_ptr_equal(code_find(code->name), code);
    }
    assert_null(code_find("SPN"));
    assert_null(code_find("SPN_MISSING "));
    assert_null(code_find(""));
}


static void
codes_belong_to_checks_and_say_what_they_mean(void **state)
{
    (void)state;
    for (const struct code *code = codes; code->name; code++) {
        const struct check *check = check_find(code->check);

        assert_non_null(check);
        assert_true(check->judge != NULL);
        assert_in_range(strlen(code->meaning), 10, 64);
        assert_true(!code->reference || *code->reference);
    }
}


static void
message_ids_are_well_formed_and_unique(void **state)
{
    struct strings ids = {NULL, 0};

    (void)state;
    for (const struct code *code = codes; code->name; code++) {
        assert_int_equal(strlen(code->message_id), 32);
        assert_int_equal(strspn(code->message_id, "0123456789abcdef"), 32);
        assert_false(strings_contain(&ids, code->message_id));
        strings_add(&ids, code->message_id);
    }
    strings_clear(&ids);
}


static void
every_code_of_the_checks_is_in_the_table(void **state)
{
    struct strings literals = source_literals();

    (void)state;
    for (size_t i = 0; i < literals.count; i++) {
        const char *literal = literals.items[i];
        size_t length = strlen(literal);

        /* "SPN_OK" says only that something was judged. */
        if (strcmp(literal + length - 3, "_OK") != 0 && !code_find(literal))
            fail_msg("checks/codes.c lacks %s", literal);
    }
    strings_clear(&literals);
}


static void
every_code_of_the_table_is_in_a_check(void **state)
{
    struct strings literals = source_literals();

    (void)state;
    for (const struct code *code = codes; code->name; code++)
        if (!strings_contain(&literals, code->name))
            fail_msg("no check finds %s", code->name);
    strings_clear(&literals);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_sorted_and_found),
        cmocka_unit_test(codes_belong_to_checks_and_say_what_they_mean),
        cmocka_unit_test(message_ids_are_well_formed_and_unique),
        cmocka_unit_test(every_code_of_the_checks_is_in_the_table),
        cmocka_unit_test(every_code_of_the_table_is_in_a_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
