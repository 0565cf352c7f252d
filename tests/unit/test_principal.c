/*
 * How service principal names are read, spelled and compared.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/principal.h"


/* Assert the parts of a well-formed name. */
static void
expect_parts(const char *text, const char *service, const char *host,
             const char *port, const char *name)
{
    struct principal principal;
    struct error error;

    if (!principal_parse(text, &principal, &error))
        fail_msg("%s: %s", text, error.text);
    assert_string_equal(principal.service, service);
    assert_string_equal(principal.host, host);
    assert_string_equal(principal.port, port);
    assert_string_equal(principal.name, name);
    principal_clear(&principal);
}


/* Assert that a name is refused for a reason. */
static void
expect_refusal(const char *text, const char *reason)
{
    struct principal principal = {.service = NULL};
    struct error error = {""};

    if (principal_parse_numeric(text, &principal, &error))
        fail_msg("%s was accepted", text);
    if (!strstr(error.text, reason))
        fail_msg("%s: %s", text, error.text);
    assert_null(principal.service);
}


static void
parts_are_found_and_folded(void **state)
{
    (void)state;
    expect_parts("SMTPSVC/MX1.Example.com", "smtpsvc", "mx1.example.com", "",
                 "");
    expect_parts("smtp/h:25", "smtp", "h", "25", "");
    expect_parts("ldap/dc1/Example.Com", "ldap", "dc1", "", "example.com");
    expect_parts("a/b:1/c", "a", "b", "1", "c");
    expect_parts("MSSQLSvc/db1:SQLEXPRESS", "mssqlsvc", "db1", "sqlexpress",
                 "");
    expect_parts("SMTP/b\xc3\xbc.de", "smtp", "b\xc3\xbc.de", "", "");
}


static void
malformed_names_are_refused_with_a_reason(void **state)
{
    (void)state;
    expect_refusal("", "no \"/\"");
    expect_refusal("SMTPSVC", "no \"/\"");
    expect_refusal("SMTPSVC/", "host is empty");
    expect_refusal("SMTPSVC//x", "host is empty");
    expect_refusal("/x", "class is empty");
    expect_refusal("SMTPSVC/:25", "host is empty");
    expect_refusal("SMTPSVC/x:", "port is empty");
    expect_refusal("SMTPSVC/x:/y", "port is empty");
    expect_refusal("SMTPSVC/x/", "last part is empty");
    expect_refusal("SMTPSVC/x/y/z", "more than three");
    expect_refusal("SMTPSVC/a b", "space");
    expect_refusal("SMTPSVC/a ", "space");
    expect_refusal(" SMTPSVC/a", "space");
    expect_refusal("SMTPSVC/a\tb", "space");
    expect_refusal("SMTPSVC/a\\x00", "\"\\\"");
    expect_refusal("SMTPSVC/a@REALM", "\"@\"");
    expect_refusal("SMTPSVC/.a", "dot");
    expect_refusal("SMTPSVC/a.", "dot");
    expect_refusal("SMTPSVC/a..b", "two dots");
    expect_refusal("SMTPSVC/fe80::1", "port");
}


static void
ports_of_mail_services_are_numbers(void **state)
{
    struct principal principal;
    struct error error;

    (void)state;
    expect_refusal("SMTP/x:0", "not a port");
    expect_refusal("SMTP/x:65536", "not a port");
    expect_refusal("SMTP/x:99999999999999999999", "not a port");
    expect_refusal("SMTP/x:smtp", "not a port");
    expect_refusal("SMTP/x:25a", "not a port");
    expect_refusal("SMTP/x:-1", "not a port");
    assert_true(principal_parse_numeric("SMTP/x:65535", &principal, &error));
    principal_clear(&principal);
    assert_true(principal_parse_numeric("SMTP/x:1", &principal, &error));
    principal_clear(&principal);
}


static void
canonical_spelling_has_the_class_in_capitals(void **state)
{
    static const char *const pairs[][2] = {
        {"smtpsvc/MX1.Example.COM", "SMTPSVC/mx1.example.com"},
        {" Smtp/X:25/Y ", "SMTP/x:25/y"},
        {"smtp", "SMTP"},
        {"", ""},
        {"/X", "/x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char *canonical = principal_canonical(pairs[i][0]);

        assert_string_equal(canonical, pairs[i][1]);
        free(canonical);
    }
}


static void
comparison_ignores_case_and_outer_spaces_only(void **state)
{
    (void)state;
    assert_int_equal(principal_compare("SMTP/h", "smtp/H"), 0);
    assert_int_equal(principal_compare(" SMTP/h", "smtp/H\t "), 0);
    assert_true(principal_compare("SMTP/h", "SMTP/h:25") < 0);
    assert_true(principal_compare("SMTP/h:25", "SMTP/h") > 0);
    assert_true(principal_compare("SMTP/h", "SMTP/h/h") != 0);
    assert_true(principal_compare("SMTP/a", "SMTP/b") < 0);
    assert_true(principal_compare("SMTP/h", "SMTPSVC/h") != 0);
}


static void
class_is_matched_whole(void **state)
{
    struct strings services = {NULL, 0}, names = {NULL, 0};

    (void)state;
    strings_add(&services, "SMTP");
    assert_true(principal_is_service("smtp/x", &services));
    assert_true(principal_is_service(" SMTP/", &services));
    assert_true(principal_is_service("SMTP", &services));
    assert_false(principal_is_service("SMTPSVC/x", &services));
    assert_false(principal_is_service("SMT", &services));
    assert_false(principal_is_service("", &services));
    strings_add(&names, "HOST/x");
    assert_false(principal_any_service(&names, &services));
    strings_add(&names, "SMTP/x");
    assert_true(principal_any_service(&names, &services));
    strings_clear(&names);
    strings_clear(&services);
}


static void
address_and_short_name_are_no_fqdn(void **state)
{
    (void)state;
    assert_true(principal_host_is_fqdn("a.b"));
    assert_true(principal_host_is_fqdn("1.2.3.4.example.com"));
    assert_false(principal_host_is_fqdn("a"));
    assert_false(principal_host_is_fqdn(""));
    assert_false(principal_host_is_fqdn("10.0.0.1"));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_found_and_folded),
        cmocka_unit_test(malformed_names_are_refused_with_a_reason),
        cmocka_unit_test(ports_of_mail_services_are_numbers),
        cmocka_unit_test(canonical_spelling_has_the_class_in_capitals),
        cmocka_unit_test(comparison_ignores_case_and_outer_spaces_only),
        cmocka_unit_test(class_is_matched_whole),
        cmocka_unit_test(address_and_short_name_are_no_fqdn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
