/*
 * Where to search for a domain's accounts.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/naming.h"


static int
set_up(void **state)
{
    *state = record_new(fact_types[FACT_ROOTDSE]);
    return 0;
}


static int
tear_down(void **state)
{
    record_free(fact_types[FACT_ROOTDSE], *state);
    return 0;
}


static void
expect_base(const struct rootdse_fact *rootdse, const char *expected)
{
    char *base = naming_base(rootdse, "plain.example.com");

    assert_string_equal(base, expected);
    free(base);
}


static void
default_naming_context_is_the_base(void **state)
{
    struct rootdse_fact *rootdse = *state;

    strings_add(&rootdse->naming_contexts, "DC=plain,DC=example,DC=com");
    record_set(&rootdse->default_nc, "DC=other,DC=com");
    expect_base(rootdse, "DC=other,DC=com");
}


static void
journal_before_the_accounts_is_passed_over(void **state)
{
    struct rootdse_fact *rootdse = *state;

    strings_add(&rootdse->naming_contexts, "cn=accesslog");
    strings_add(&rootdse->naming_contexts, "dc=Plain,dc=example,dc=com");
    expect_base(rootdse, "dc=Plain,dc=example,dc=com");
}


static void
nearest_naming_context_above_the_domain_is_the_base(void **state)
{
    struct rootdse_fact *rootdse = *state;

    strings_add(&rootdse->naming_contexts, "dc=com");
    strings_add(&rootdse->naming_contexts, "dc=lain,dc=example,dc=com");
    strings_add(&rootdse->naming_contexts, "dc=example,dc=com");
    strings_add(&rootdse->naming_contexts, "dc=sub,dc=plain,dc=example,dc=com");
    expect_base(rootdse, "dc=example,dc=com");
}


static void
database_of_a_part_does_not_stand_for_the_whole(void **state)
{
    struct rootdse_fact *rootdse = *state;

    strings_add(&rootdse->naming_contexts,
                "ou=people,dc=plain,dc=example,dc=com");
    strings_add(&rootdse->naming_contexts, "dc=plain,dc=example,dc=com");
    expect_base(rootdse, "dc=plain,dc=example,dc=com");
}


static void
first_naming_context_is_as_good_as_any_without_a_domain(void **state)
{
    struct rootdse_fact *rootdse = *state;

    strings_add(&rootdse->naming_contexts, "o=Plain");
    strings_add(&rootdse->naming_contexts, "cn=accesslog");
    expect_base(rootdse, "o=Plain");
}


static void
domain_stands_in_for_a_server_that_tells_nothing(void **state)
{
    expect_base(NULL, "DC=plain,DC=example,DC=com");
    expect_base(*state, "DC=plain,DC=example,DC=com");
}


#define NAMING_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NAMING_TEST(default_naming_context_is_the_base),
        NAMING_TEST(journal_before_the_accounts_is_passed_over),
        NAMING_TEST(nearest_naming_context_above_the_domain_is_the_base),
        NAMING_TEST(database_of_a_part_does_not_stand_for_the_whole),
        NAMING_TEST(first_naming_context_is_as_good_as_any_without_a_domain),
        NAMING_TEST(domain_stands_in_for_a_server_that_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
