/*
 * What a misspelt word was probably meant to be.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/spelling.h"


/* The nearest of a few words. */
static const char *
nearest(const char *word)
{
    static const char *const words[]
        = {"clock", "domain_controllers", "ports", "spn", "timeout"};
    static struct strings candidates;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        strings_add_unique(&candidates, words[i]);
    return spelling_nearest(word, &candidates);
}


static void
two_slips_lead_to_a_long_word(void **state)
{
    (void)state;
    assert_string_equal(nearest("timeot"), "timeout");
    assert_string_equal(nearest("timmeoout"), "timeout");
    assert_string_equal(nearest("tmieotu"), "timeout");
    assert_null(nearest("tmieotuX"));
    assert_null(nearest("tieo"));
}


static void
one_slip_leads_to_a_short_word(void **state)
{
    (void)state;
    assert_string_equal(nearest("sp"), "spn");
    assert_string_equal(nearest("snp"), "spn");
    assert_null(nearest("sxx"));
    assert_null(nearest("s"));
    assert_null(nearest(""));
}


static void
case_and_hyphens_do_not_count(void **state)
{
    (void)state;
    assert_string_equal(nearest("Domain-Controller"), "domain_controllers");
    assert_string_equal(nearest("CLOCK"), "clock");
}


static void
words_of_any_length_are_borne(void **state)
{
    char word[1000];

    (void)state;
    memset(word, 'a', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    assert_null(nearest(word));
}


static void
lists_are_joined_by_commas(void **state)
{
    struct strings words = {.items = NULL};
    char *list = spelling_list(&words);

    (void)state;
    assert_string_equal(list, "");
    free(list);
    strings_add(&words, "a");
    strings_add(&words, "b");
    list = spelling_list(&words);
    assert_string_equal(list, "a, b");
    free(list);
    strings_clear(&words);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_slips_lead_to_a_long_word),
        cmocka_unit_test(one_slip_leads_to_a_short_word),
        cmocka_unit_test(case_and_hyphens_do_not_count),
        cmocka_unit_test(words_of_any_length_are_borne),
        cmocka_unit_test(lists_are_joined_by_commas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
