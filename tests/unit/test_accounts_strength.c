/*
 * What of an account is old or weak, and what of it may not be read.
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
hidden_attribute_is_not_a_verdict(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact = accounts_monitor(estate);

    fact->account_control = -1;
    fact->computed_control = -1;
    fact->expires_us = -1;
    fact->password_set_us = -1;
    fact->kvno = -1;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(
        estate, "mon: userAccountControl may not be read on " DC1);
    directory_expect_not_covered(
        estate, "mon: msDS-User-Account-Control-Computed may not be read");
    directory_expect_not_covered(estate,
                                 "mon: accountExpires may not be read");
    directory_expect_not_covered(estate, "mon: pwdLastSet may not be read");
    directory_expect_not_covered(
        estate, "mon: msDS-KeyVersionNumber may not be read");
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "mon", false);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "mon", false);
    directory_expect_judged(estate, "ACCOUNT_EXPIRED", "mon", false);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_EXPIRED", "mon",
                            false);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "mon", false);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "GONE$", true);
}


static void
computer_needs_no_computed_flags(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_mx1(estate, &fact, NULL);
    fact->computed_control = -1;
    accounts_judge_estate(estate);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "MX1$", true);
}


static void
other_directories_have_no_such_attributes(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *root = record_new(fact_types[FACT_ROOTDSE]);
    struct account_fact *first, *second;

    facts_add(estate->facts, FACT_ROOTDSE, root, MON);
    accounts_mx1(estate, &first, &second);
    first->account_control = second->account_control = -1;
    first->kvno = second->kvno = -1;
    first->password_set_us = second->password_set_us = -1;
    first->expires_us = second->expires_us = -1;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "MX1$", true);
}


static void
password_older_than_configured_is_stale(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->password_set_us = second->password_set_us = NOW - 60 * DAY;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_STALE", "MX1$", true);
    first->password_set_us = second->password_set_us = NOW - 60 * DAY - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_PASSWORD_STALE", "MX1$", STATUS_WARNING);
    accounts_expect_impact(estate, "ACCOUNT_PASSWORD_STALE", "MX1$",
                           IMPACT_MAIL_AT_RISK);
    estate_expect_count(estate, 1);
}


static void
password_of_a_managed_account_is_judged_as_a_computer_s(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->managed = second->managed = true;
    first->password_set_us = second->password_set_us = NOW - 61 * DAY;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_PASSWORD_STALE", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_PASSWORD_STALE", "MX1$",
                          "Test-ADServiceAccount MX1$");
}


static void
password_of_a_user_is_never_stale(void **state)
{
    struct estate *estate = *state;

    accounts_monitor(estate);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
password_of_a_disabled_account_is_not_stale(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->password_set_us = second->password_set_us = NOW - 100 * DAY;
    first->account_control |= UAC_DISABLED;
    second->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 1);
    estate_expect(estate, "ACCOUNT_DISABLED", "MX1$", STATUS_CRITICAL);
}


static void
password_is_as_old_as_its_newest_copy(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first;

    accounts_mx1(estate, &first, NULL);
    first->password_set_us = NOW - 100 * DAY;
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "ACCOUNT_PASSWORD_STALE",
                              "MX1$"));
}


static void
rc4_or_des_alone_is_weak(void **state)
{
    static const struct {
        int64_t etypes;
        bool weak;
    } trials[] = {
        {0, false}, {0x1, true}, {0x3, true}, {0x4, true}, {0x7, true},
        {0x8, false}, {0x10, false}, {0x1c, false}, {0x14, false},
        {0x24, true}, {0x10004, true}, {0x50000, false}, {0x20, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++) {
        struct estate *estate = accounts_estate_new();
        struct account_fact *fact;

        accounts_mx1(estate, NULL, &fact);
        fact->etypes = trials[i].etypes;
        accounts_judge_estate(estate);
        if (trials[i].weak) {
            estate_expect(estate, "ACCOUNT_ETYPES_WEAK", "MX1$",
                          STATUS_WARNING);
            accounts_expect_target(estate, "ACCOUNT_ETYPES_WEAK", "MX1$",
                                   DC2);
        }
        estate_expect_count(estate, trials[i].weak);
        estate_free(estate);
    }
}


static void
account_for_des_alone_is_weak(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_mx1(estate, &fact, NULL);
    fact->account_control |= UAC_DES_ONLY;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_ETYPES_WEAK", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_ETYPES_WEAK", "MX1$",
                          "-UseDESKeyOnly $false");
    directory_expect_text(estate, "ACCOUNT_ETYPES_WEAK", "MX1$",
                          "allows DES alone");
}


static void
managed_account_is_given_aes_by_its_own_cmdlet(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->managed = second->managed = true;
    first->etypes = second->etypes = ETYPES_RC4;
    accounts_judge_estate(estate);
    directory_expect_text(estate, "ACCOUNT_ETYPES_WEAK", "MX1$",
                          "Set-ADServiceAccount MX1$");
    assert_null(strstr(findings_find(estate->findings, "ACCOUNT_ETYPES_WEAK",
                                     "MX1$")->remedy.items[2], "password"));
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(hidden_attribute_is_not_a_verdict),
        ESTATE_TEST(computer_needs_no_computed_flags),
        ESTATE_TEST(other_directories_have_no_such_attributes),
        ESTATE_TEST(password_older_than_configured_is_stale),
        ESTATE_TEST(password_of_a_managed_account_is_judged_as_a_computer_s),
        ESTATE_TEST(password_of_a_user_is_never_stale),
        ESTATE_TEST(password_of_a_disabled_account_is_not_stale),
        ESTATE_TEST(password_is_as_old_as_its_newest_copy),
        ESTATE_TEST(rc4_or_des_alone_is_weak),
        ESTATE_TEST(account_for_des_alone_is_weak),
        ESTATE_TEST(managed_account_is_given_aes_by_its_own_cmdlet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
