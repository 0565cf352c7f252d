/*
 * Search filters: nothing in a value can change their meaning.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/probes/filter.h"


/* Check a filter and free it. */
static void
expect_text(struct filter *filter, const char *expected)
{
    char *text = filter_take(filter);

    assert_string_equal(text, expected);
    free(text);
}


static void
one_term_is_an_alternative_too(void **state)
{
    struct filter filter = {.text = NULL};

    (void)state;
    filter_add(&filter, "cn", "a", "");
    expect_text(&filter, "(|(cn=a))");
}


static void
terms_keep_their_order(void **state)
{
    struct filter filter = {.text = NULL};

    (void)state;
    filter_add(&filter, "servicePrincipalName", "SMTP", "/*");
    filter_add(&filter, "servicePrincipalName", "SMTPSVC", "/*");
    assert_int_equal(filter.terms, 2);
    expect_text(&filter, "(|(servicePrincipalName=SMTP/*)"
                         "(servicePrincipalName=SMTPSVC/*))");
}


static void
special_characters_are_escaped(void **state)
{
    struct filter filter = {.text = NULL};

    (void)state;
    filter_add(&filter, "cn", "*()\\", "");
    expect_text(&filter, "(|(cn=\\2a\\28\\29\\5c))");
    filter_add(&filter, "cn", ")(objectClass=*", "");
    expect_text(&filter, "(|(cn=\\29\\28objectClass=\\2a))");
}


static void
other_characters_stay(void **state)
{
    struct filter filter = {.text = NULL};

    (void)state;
    filter_add(&filter, "cn", "ex1.m\xc3\xbcnchen/25=$", "");
    expect_text(&filter, "(|(cn=ex1.m\xc3\xbcnchen/25=$))");
}


static void
empty_value_and_star_ask_for_presence(void **state)
{
    struct filter filter = {.text = NULL};

    (void)state;
    filter_add(&filter, "cn", "", "*");
    expect_text(&filter, "(|(cn=*))");
}


static void
taken_filter_begins_anew(void **state)
{
    struct filter filter = {.text = NULL};

    (void)state;
    filter_add(&filter, "cn", "a", "");
    expect_text(&filter, "(|(cn=a))");
    assert_int_equal(filter.terms, 0);
    filter_add(&filter, "cn", "b", "");
    expect_text(&filter, "(|(cn=b))");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_term_is_an_alternative_too),
        cmocka_unit_test(terms_keep_their_order),
        cmocka_unit_test(special_characters_are_escaped),
        cmocka_unit_test(other_characters_stay),
        cmocka_unit_test(empty_value_and_star_ask_for_presence),
        cmocka_unit_test(taken_filter_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
