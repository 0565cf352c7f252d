/*
 * Waits for a directory that end, and what libldap's failures come to for a
 * person.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openldap.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checks/probes/ldaplib.h"


/* The answer to the first request of a connection: an entry named "cn=a",
   without attributes. */
static const uint8_t an_entry[] = {
    0x30, 0x0d, 0x02, 0x01, 0x01,
    0x64, 0x08, 0x04, 0x04, 'c', 'n', '=', 'a', 0x30, 0x00,
};


static void
a_wait_ends_at_its_deadline_whatever_there_is_to_read(void **state)
{
    LDAPMessage *message = NULL;
    LDAP *ldap = NULL;
    int ends[2], id;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(ldap_init_fd(ends[0], LDAP_PROTO_TCP, "ldap://dc1", &ldap),
                     LDAP_SUCCESS);
    assert_int_equal(ldap_search_ext(ldap, "", LDAP_SCOPE_BASE, NULL, NULL, 0,
                                     NULL, NULL, NULL, LDAP_NO_LIMIT, &id),
                     LDAP_SUCCESS);
    assert_int_equal(write(ends[1], an_entry, sizeof(an_entry)),
                     sizeof(an_entry));
    assert_int_equal(ldaplib_wait(ldap, id, LDAP_MSG_ONE,
                                  ldaplib_deadline(-1), &message),
                     LDAP_TIMEOUT);
    assert_int_equal(ldaplib_wait(ldap, id, LDAP_MSG_ONE,
                                  ldaplib_deadline(10000), &message),
                     LDAP_SUCCESS);
    assert_int_equal(ldap_msgtype(message), LDAP_RES_SEARCH_ENTRY);
    ldap_msgfree(message);
    ldap_unbind_ext(ldap, NULL, NULL);
    close(ends[1]);
}


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
        cmocka_unit_test(a_wait_ends_at_its_deadline_whatever_there_is_to_read),
        cmocka_unit_test(kerberos_own_words_are_unwrapped),
        cmocka_unit_test(other_words_are_kept),
        cmocka_unit_test(a_wrapping_without_content_is_no_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
