/*
 * In which states KDCs refuse an account, and who tells so.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/accounts_estate.h"


static int
set_up(void **state)
{
    *state = accounts_estate_new();
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


static void
disabled_account_is_critical_where_it_is_so(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_mx1(estate, NULL, &fact);
    fact->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_DISABLED", "MX1$", STATUS_CRITICAL);
    accounts_expect_impact(estate, "ACCOUNT_DISABLED", "MX1$",
                           IMPACT_MAIL_FAILS);
    accounts_expect_target(estate, "ACCOUNT_DISABLED", "MX1$", DC2);
    directory_expect_text(estate, "ACCOUNT_DISABLED", "MX1$", "on " DC2 ":");
    directory_expect_text(estate, "ACCOUNT_DISABLED", "MX1$",
                          "userAccountControl is 0x1002");
    directory_expect_text(estate, "ACCOUNT_DISABLED", "MX1$",
                          "Enable-ADAccount MX1$");
    directory_expect_text(estate, "ACCOUNT_DISABLED", "MX1$",
                          "samba-tool user enable MX1$");
    estate_expect_count(estate, 1);
}


static void
account_disabled_everywhere_names_no_dc(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->account_control |= UAC_DISABLED;
    second->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    directory_expect_text(estate, "ACCOUNT_DISABLED", "MX1$",
                          "is disabled: KDCs");
}


static void
locked_user_is_critical(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact = accounts_monitor(estate);

    fact->computed_control = UAC_LOCKED;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_LOCKED", "mon", STATUS_CRITICAL);
    accounts_expect_impact(estate, "ACCOUNT_LOCKED", "mon",
                           IMPACT_MONITORING);
    directory_expect_text(estate, "ACCOUNT_LOCKED", "mon",
                          "Unlock-ADAccount mon");
    estate_expect_count(estate, 1);
}


static void
computer_is_never_locked(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_mx1(estate, &fact, NULL);
    fact->locked_us = NOW - MINUTE;
    fact->computed_control = UAC_LOCKED;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "MX1$", true);
}


static void
lockout_that_is_over_is_no_fault(void **state)
{
    struct estate *estate = *state;

    accounts_monitor(estate)->locked_us = NOW - DAY;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
account_expires_after_its_last_moment(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_mx1(estate, &fact, NULL);
    fact->expires_us = NOW;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    fact->expires_us = NOW - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_EXPIRED", "MX1$", STATUS_CRITICAL);
    directory_expect_text(estate, "ACCOUNT_EXPIRED", "MX1$",
                          "accountExpires is 2024-10-0");
    directory_expect_text(estate, "ACCOUNT_EXPIRED", "MX1$",
                          "Clear-ADAccountExpiration MX1$");
    estate_expect_count(estate, 1);
}


static void
expired_password_of_a_user_is_critical(void **state)
{
    struct estate *estate = *state;

    accounts_monitor(estate)->computed_control = UAC_PASSWORD_EXPIRED;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_PASSWORD_EXPIRED", "mon",
                  STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
password_that_must_be_changed_has_expired(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact = accounts_monitor(estate);

    fact->password_set_us = 0;
    fact->computed_control = -1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_PASSWORD_EXPIRED", "mon",
                  STATUS_CRITICAL);
    directory_expect_text(estate, "ACCOUNT_PASSWORD_EXPIRED", "mon",
                          "pwdLastSet is 0");
}


static void
password_that_never_expires_need_not_be_changed(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact = accounts_monitor(estate);

    fact->password_set_us = 0;
    fact->account_control |= UAC_NEVER_EXPIRES;
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "ACCOUNT_PASSWORD_EXPIRED",
                              "mon"));
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_EXPIRED", "mon", true);
}


static void
password_of_a_computer_does_not_expire(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->password_set_us = second->password_set_us = 0;
    first->computed_control = UAC_PASSWORD_EXPIRED;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
kdcs_tell_what_the_directory_cannot(void **state)
{
    static const struct {
        int64_t nt_status, error_code;
        const char *code;
    } trials[] = {
        {0xc0000072, 18, "ACCOUNT_DISABLED"},
        {0xc0000234, 18, "ACCOUNT_LOCKED"},
        {0xc0000193, 18, "ACCOUNT_EXPIRED"},
        {0xc0000071, 23, "ACCOUNT_PASSWORD_EXPIRED"},
        {0xc0000224, 23, "ACCOUNT_PASSWORD_EXPIRED"},
        {0, 23, "ACCOUNT_PASSWORD_EXPIRED"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++) {
        struct estate *estate = accounts_estate_new();
        struct tgt_fact *tgt
            = accounts_tgt(estate, DC1, MONITOR, KDC_REFUSED);

        tgt->nt_status = trials[i].nt_status;
        tgt->error_code = trials[i].error_code;
        directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
        directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
        accounts_judge_estate(estate);
        estate_expect(estate, trials[i].code, "mon", STATUS_CRITICAL);
        accounts_expect_impact(estate, trials[i].code, "mon",
                               IMPACT_MONITORING);
        accounts_expect_target(estate, trials[i].code, "mon", DC1);
        estate_expect_count(estate, 1);
        estate_free(estate);
    }
}


static void
refusal_without_a_reason_tells_nothing(void **state)
{
    struct estate *estate = *state;

    accounts_tgt(estate, DC1, MONITOR, KDC_REFUSED)->error_code = 18;
    directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
    directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "mon", false);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "mon", false);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_EXPIRED", "mon",
                            false);
}


static void
ticket_from_every_kdc_heals_the_monitor(void **state)
{
    struct estate *estate = *state;

    directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
    directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
    accounts_tgt(estate, DC1, MONITOR, KDC_OK);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "mon", false);
    accounts_tgt(estate, DC2, MONITOR, KDC_OK);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "mon", true);
}


static void
silent_kdc_tells_nothing(void **state)
{
    struct estate *estate = *state;

    directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
    accounts_tgt(estate, DC1, MONITOR, KDC_UNREACHED);
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "ACCOUNT_DISABLED", "mon"));
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "mon", false);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(disabled_account_is_critical_where_it_is_so),
        ESTATE_TEST(account_disabled_everywhere_names_no_dc),
        ESTATE_TEST(locked_user_is_critical),
        ESTATE_TEST(computer_is_never_locked),
        ESTATE_TEST(lockout_that_is_over_is_no_fault),
        ESTATE_TEST(account_expires_after_its_last_moment),
        ESTATE_TEST(expired_password_of_a_user_is_critical),
        ESTATE_TEST(password_that_must_be_changed_has_expired),
        ESTATE_TEST(password_that_never_expires_need_not_be_changed),
        ESTATE_TEST(password_of_a_computer_does_not_expire),
        ESTATE_TEST(kdcs_tell_what_the_directory_cannot),
        ESTATE_TEST(refusal_without_a_reason_tells_nothing),
        ESTATE_TEST(ticket_from_every_kdc_heals_the_monitor),
        ESTATE_TEST(silent_kdc_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
