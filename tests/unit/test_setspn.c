/*
 * Commands in remedies do what they say, whatever the directory holds.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/setspn.h"


static void
expect_quoted(const char *word, const char *expected)
{
    char *quoted = setspn_quote(word);

    assert_string_equal(quoted, expected);
    free(quoted);
}


static void
plain_words_stay_as_they_are(void **state)
{
    (void)state;
    expect_quoted("EX1$", "EX1$");
    expect_quoted("SMTPSVC/ex1.example.com:25", "SMTPSVC/ex1.example.com:25");
}


static void
what_a_shell_would_take_for_more_is_quoted(void **state)
{
    (void)state;
    expect_quoted("", "''");
    expect_quoted("a b", "'a b'");
    expect_quoted("x; reboot", "'x; reboot'");
    expect_quoted("$(reboot)$", "'$(reboot)$'");
    expect_quoted("E$X1", "'E$X1'");
    expect_quoted("a'; reboot; '", "'a?; reboot; ?'");
    expect_quoted("'", "'?'");
    expect_quoted("$", "'$'");
}


static void
setspn_takes_a_computer_without_its_dollar(void **state)
{
    struct findings *findings = findings_new();
    struct finding *finding;

    (void)state;
    findings_begin_check(findings, "spn");
    finding = findings_add(findings, STATUS_WARNING, IMPACT_MONITORING,
                           "SPN_MISSING", "SMTP/a", "message");
    setspn_advise_add(finding, "SMTP/a", "EX1$");
    setspn_advise_delete(finding, "SMTP/a", "svc");
    assert_int_equal(finding->remedy.count, 4);
    assert_string_equal(finding->remedy.items[0],
                        "on a domain member, as a domain administrator: "
                        "setspn -S SMTP/a EX1");
    assert_string_equal(finding->remedy.items[1],
                        "with Samba, on a domain controller: samba-tool spn "
                        "add SMTP/a EX1$");
    assert_string_equal(finding->remedy.items[2],
                        "on a domain member, as a domain administrator: "
                        "setspn -D SMTP/a svc");
    assert_string_equal(finding->remedy.items[3],
                        "with Samba, on a domain controller: samba-tool spn "
                        "delete SMTP/a svc");
    findings_end_check(findings, 0);
    findings_free(findings);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_words_stay_as_they_are),
        cmocka_unit_test(what_a_shell_would_take_for_more_is_quoted),
        cmocka_unit_test(setspn_takes_a_computer_without_its_dollar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
