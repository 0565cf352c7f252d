/*
 * What libldap's failures come to for a person.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checks/probes/ldaplib.h"


static void
kerberos_own_words_are_unwrapped(void **state)
{
    struct error error;

    (void)state;
    assert_false(ldaplib_fail(
        &error, LDAP_LOCAL_ERROR,
        "SASL(-1): generic failure: GSSAPI Error: Unspecified GSS failure.  "
        "Minor code may provide more information (Clock skew too great)"));
    assert_string_equal(error.text,
                        "result -2 (Local error): Clock skew too great");
}


static void
other_words_are_kept(void **state)
{
    struct error error;

    (void)state;
    ldaplib_fail(&error, LDAP_BUSY, "come back (later)");
    assert_string_equal(error.text,
                        "result 51 (Server is busy): come back (later)");
}


static void
a_wrapping_without_content_is_no_crash(void **state)
{
    struct error error;

    (void)state;
    ldaplib_fail(&error, LDAP_BUSY, "Minor code may provide more information (");
    assert_string_equal(error.text, "result 51 (Server is busy): ");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kerberos_own_words_are_unwrapped),
        cmocka_unit_test(other_words_are_kept),
        cmocka_unit_test(a_wrapping_without_content_is_no_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
