/*
 * Parts of DNs, escaped characters among them.
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

#include "checks/probes/dn.h"


static void
expect_component(const char *dn, size_t index, const char *expected)
{
    char *value = dn_value(dn, index);

    assert_string_equal(value, expected);
    free(value);
}


static void
components_count_from_the_leaf(void **state)
{
    static const char dn[] = "CN=NTDS Settings,CN=dc1,CN=Servers,CN=Hamburg,"
                             "CN=Sites";

    (void)state;
    expect_component(dn, 0, "NTDS Settings");
    expect_component(dn, 3, "Hamburg");
    expect_component(dn, 4, "Sites");
    expect_component(dn, 5, "");
}


static void
values_are_unescaped(void **state)
{
    (void)state;
    expect_component("CN=a\\,b,CN=c", 0, "a,b");
    expect_component("CN=a\\2cb,CN=c", 1, "c");
    expect_component("CN=a\\2Cb\\\\,CN=c", 0, "a,b\\");
    expect_component("CN=M\xc3\xbcnchen,CN=c", 0, "M\xc3\xbcnchen");
    expect_component("CN=10.0.0.0/8,CN=Subnets", 0, "10.0.0.0/8");
}


static void
what_is_no_dn_has_no_values(void **state)
{
    (void)state;
    expect_component("", 0, "");
    expect_component("no DN", 0, "");
    expect_component("CN=a,,CN=b", 0, "");
    expect_component("CN=", 0, "");
    expect_component("CN=a,CN=,CN=c", 1, "");
    expect_component("CN=a,CN=,CN=c", 2, "c");
}


static void
parent_follows_the_first_component(void **state)
{
    (void)state;
    assert_string_equal(dn_parent("CN=a,CN=b,CN=c"), "CN=b,CN=c");
    assert_string_equal(dn_parent("CN=a\\,b,CN=c"), "CN=c");
    assert_string_equal(dn_parent("CN=a\\\\,CN=c"), "CN=c");
    assert_string_equal(dn_parent("CN=a"), "");
    assert_string_equal(dn_parent("CN=a\\"), "");
    assert_string_equal(dn_parent(""), "");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_count_from_the_leaf),
        cmocka_unit_test(values_are_unescaped),
        cmocka_unit_test(what_is_no_dn_has_no_values),
        cmocka_unit_test(parent_follows_the_first_component),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
