/*
 * Which SPN is missing or on the wrong account, and which is neither though it
 * may look so.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/directory.h"

#define ALL_BUT_FQDN "SMTP/mx1 SMTP/" MX1 " SMTPSVC/mx1"


static int
set_up(void **state)
{
    *state = directory_new();
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


static void
judge(struct estate *estate)
{
    estate_judge(estate, &spn_check);
}


/* Whether a finding says that it concerns somebody. */
static bool
concerns(const struct estate *estate, const char *code, const char *subject,
         const char *name)
{
    const struct finding *finding
        = findings_find(estate->findings, code, subject);

    assert_non_null(finding);
    return strings_contain(&finding->concerns, name);
}


/* Assert a value of a finding. */
static void
expect_number(const struct estate *estate, const char *code,
              const char *subject, const char *name, double number)
{
    const struct finding *finding
        = findings_find(estate->findings, code, subject);

    assert_non_null(finding);
    for (size_t i = 0; i < finding->value_count; i++)
        if (strcmp(finding->values[i].name, name) == 0) {
            assert_true(finding->values[i].number == number);
            return;
        }
    fail_msg("no value %s", name);
}


static void
complete_server_is_fine(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "SPN_MISSING", "SMTPSVC/" MX1, true);
    directory_expect_judged(estate, "SPN_WRONG_ACCOUNT", "SMTP/mx1", true);
    directory_expect_judged(estate, "SPN_ACCOUNT_DISABLED", "MX1$", true);
}


static void
case_of_stored_spns_does_not_matter(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1",
                        "smtp/MX1 Smtp/MX1.EXAMPLE.COM smtpsvc/mx1 "
                        "SmtpSvc/Mx1.Example.Com");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
spn_with_a_port_is_another_spn(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1",
                        ALL_BUT_FQDN " SMTPSVC/" MX1 ":25");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
account_without_any_spn_may_have_hidden_ones(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", "");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "setspn -L MX1$");
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "may not read them");
}


static void
smtpsvc_fqdn_missing_everywhere_is_critical(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", ALL_BUT_FQDN);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    assert_false(concerns(estate, "SPN_MISSING", "SMTPSVC/" MX1, DC1));
    assert_true(concerns(estate, "SPN_MISSING", "SMTPSVC/" MX1, "MX1$"));
    expect_number(estate, "SPN_MISSING", "SMTPSVC/" MX1, "dcs_without", 2);
    expect_number(estate, "SPN_MISSING", "SMTPSVC/" MX1, "dcs_with", 0);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "setspn -S SMTPSVC/" MX1 " MX1");
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "samba-tool spn add SMTPSVC/" MX1 " MX1$");
    assert_string_equal(estate->findings->items[0]->reference.items[0],
                        "KB979174");
}


static void
other_spns_missing_everywhere_are_warnings(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", "SMTPSVC/" MX1);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/mx1", STATUS_WARNING);
    estate_expect(estate, "SPN_MISSING", "SMTP/" MX1, STATUS_WARNING);
    estate_expect(estate, "SPN_MISSING", "SMTP/mx1", STATUS_WARNING);
    estate_expect_count(estate, 3);
}


static void
smtp_fqdn_is_critical_where_smtp_is_alone(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", "SMTP/mx1");
    strings_add(&directory_mail(estate, MX1, MAIL_CONFIGURED)->services,
                "SMTP");
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTP/" MX1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
spn_missing_on_one_dc_is_a_warning_naming_it(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1", ALL_BUT_FQDN " SMTPSVC/" MX1);
    directory_computer(estate, DC2, "MX1", ALL_BUT_FQDN);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "not on " DC2);
    assert_false(concerns(estate, "SPN_MISSING", "SMTPSVC/" MX1, DC1));
    assert_true(concerns(estate, "SPN_MISSING", "SMTPSVC/" MX1, DC2));
    expect_number(estate, "SPN_MISSING", "SMTPSVC/" MX1, "dcs_without", 1);
    expect_number(estate, "SPN_MISSING", "SMTPSVC/" MX1, "dcs_with", 1);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "samba-tool drs replicate");
}


static void
spn_moving_to_the_right_account_is_missing_on_one_dc(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1", ALL_BUT_FQDN " SMTPSVC/" MX1);
    directory_computer(estate, DC2, "MX1", ALL_BUT_FQDN);
    directory_computer(estate, DC2, "OLD", "SMTPSVC/" MX1);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1, "CN=OLD");
}


static void
spn_held_only_by_another_is_on_the_wrong_account(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", ALL_BUT_FQDN);
    directory_computers(estate, "OLD", "smtpsvc/MX1.example.com");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_WRONG_ACCOUNT", "SMTPSVC/" MX1,
                  STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "SPN_WRONG_ACCOUNT", "SMTPSVC/" MX1,
                          "setspn -D SMTPSVC/" MX1 " OLD");
    directory_expect_text(estate, "SPN_WRONG_ACCOUNT", "SMTPSVC/" MX1,
                          "setspn -S SMTPSVC/" MX1 " MX1");
}


static void
holder_in_another_domain_is_the_wrong_account(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", ALL_BUT_FQDN);
    directory_foreign(estate, DC1, "CN=X,DC=child,DC=example,DC=com", "X$",
                      "SMTPSVC/" MX1);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_WRONG_ACCOUNT", "SMTPSVC/" MX1,
                  STATUS_CRITICAL);
}


static void
holder_beside_the_right_account_is_not_our_business(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_foreign(estate, DC1, "CN=X,DC=child,DC=example,DC=com", "X$",
                      "SMTPSVC/" MX1);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
stale_catalog_does_not_blame_an_account(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", ALL_BUT_FQDN);
    directory_foreign(estate, DC1, "CN=OLD,CN=Computers," BASE, "OLD$",
                      "SMTPSVC/" MX1);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
two_holders_are_left_to_the_check_duplicates(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_computers(estate, "OLD", "SMTPSVC/" MX1);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);

    strings_clear(&estate->settings->numbers->checks);
    strings_add(&estate->settings->numbers->checks, "spn");
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "duplicates");
}


static void
two_wrong_holders_are_left_to_the_check_duplicates(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", ALL_BUT_FQDN);
    directory_computers(estate, "OLD", "SMTPSVC/" MX1);
    directory_computers(estate, "OLDER", "SMTPSVC/" MX1);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
disabled_account_is_critical(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    directory_computer(estate, DC1, "MX1", ALL_BUT_FQDN " SMTPSVC/" MX1)
        ->account_control |= UAC_DISABLED;
    directory_computer(estate, DC2, "MX1", ALL_BUT_FQDN " SMTPSVC/" MX1);
    judge(estate);
    estate_expect(estate, "SPN_ACCOUNT_DISABLED", "MX1$", STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
unreadable_control_is_not_a_verdict(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    directory_computer(estate, DC1, "MX1", ALL_BUT_FQDN " SMTPSVC/" MX1)
        ->account_control = -1;
    directory_computer(estate, DC2, "MX1", ALL_BUT_FQDN " SMTPSVC/" MX1)
        ->account_control = -1;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "userAccountControl");
    directory_expect_judged(estate, "SPN_ACCOUNT_DISABLED", "MX1$", false);
}


static void
unread_dc_is_named_and_heals_nothing(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    directory_search(estate, DC3, LDAP, SEARCH_SPNS, SEARCH_TIMED_OUT);
    directory_mx1(estate);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, DC3);
    assert_true(estate->findings->results[0].covered > 0);
    directory_expect_judged(estate, "SPN_MISSING", "SMTPSVC/" MX1, false);
    directory_expect_judged(estate, "SPN_ACCOUNT_DISABLED", "MX1$", false);
    directory_expect_judged(estate, "SPN_MALFORMED", "SMTP/", false);
}


static void
nothing_is_judged_where_no_dc_was_read(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    estate_dc(estate, DC1, 1);
    directory_computer(estate, DC1, "MX1", ALL_BUT_FQDN);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect_count(estate, 0);
    assert_int_equal(estate->findings->results[0].covered, 0);
    directory_expect_not_covered(estate, DC1);
    estate_free(estate);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(complete_server_is_fine),
        ESTATE_TEST(case_of_stored_spns_does_not_matter),
        ESTATE_TEST(spn_with_a_port_is_another_spn),
        ESTATE_TEST(account_without_any_spn_may_have_hidden_ones),
        ESTATE_TEST(smtpsvc_fqdn_missing_everywhere_is_critical),
        ESTATE_TEST(other_spns_missing_everywhere_are_warnings),
        ESTATE_TEST(smtp_fqdn_is_critical_where_smtp_is_alone),
        ESTATE_TEST(spn_missing_on_one_dc_is_a_warning_naming_it),
        ESTATE_TEST(spn_moving_to_the_right_account_is_missing_on_one_dc),
        ESTATE_TEST(spn_held_only_by_another_is_on_the_wrong_account),
        ESTATE_TEST(holder_in_another_domain_is_the_wrong_account),
        ESTATE_TEST(holder_beside_the_right_account_is_not_our_business),
        ESTATE_TEST(stale_catalog_does_not_blame_an_account),
        ESTATE_TEST(two_holders_are_left_to_the_check_duplicates),
        ESTATE_TEST(two_wrong_holders_are_left_to_the_check_duplicates),
        ESTATE_TEST(disabled_account_is_critical),
        ESTATE_TEST(unreadable_control_is_not_a_verdict),
        ESTATE_TEST(unread_dc_is_named_and_heals_nothing),
        cmocka_unit_test(nothing_is_judged_where_no_dc_was_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
