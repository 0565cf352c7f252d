/*
 * How a mail server takes a ticket for its own account, and what that tells.
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
server_that_accepts_its_ticket_has_its_key(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_session(estate, SMB_ACCEPTED, 0);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", true);
}


static void
server_that_refuses_its_ticket_is_a_warning(void **state)
{
    static const int64_t statuses[] = {
        0xc000006d, 0xc000018a, 0xc000018b, 0xc000018c, 0xc000018d,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        struct estate *estate = accounts_estate_new();

        accounts_mx1(estate, NULL, NULL);
        accounts_session(estate, SMB_REFUSED, statuses[i]);
        accounts_judge_estate(estate);
        estate_expect(estate, "ACCOUNT_KEY_MISMATCH", "MX1$",
                      STATUS_WARNING);
        accounts_expect_impact(estate, "ACCOUNT_KEY_MISMATCH", "MX1$",
                               IMPACT_MAIL_AT_RISK);
        accounts_expect_target(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", MX1);
        directory_expect_text(estate, "ACCOUNT_KEY_MISMATCH", "MX1$",
                              "never verified on Windows");
        directory_expect_text(estate, "ACCOUNT_KEY_MISMATCH", "MX1$",
                              "Test-ComputerSecureChannel -Repair");
        directory_expect_text(estate, "ACCOUNT_KEY_MISMATCH", "MX1$",
                              "nltest /sc_reset:");
        directory_expect_text(estate, "ACCOUNT_KEY_MISMATCH", "MX1$",
                              "net ads changetrustpw");
        estate_expect_count(estate, 1);
        estate_free(estate);
    }
}


static void
refusal_for_another_reason_is_not_a_verdict(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_session(estate, SMB_REFUSED, 0xc0000022);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "0xc0000022");
    directory_expect_judged(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", false);
}


static void
server_that_accepts_only_sometimes_has_not_healed(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_session(estate, SMB_ACCEPTED, 0);
    accounts_session(estate, SMB_REFUSED, 0xc000006d);
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", STATUS_WARNING);
}


static void
windows_that_is_out_of_reach_is_not_covered(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_session(estate, SMB_UNREACHED, 0);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "over SMB");
    directory_expect_judged(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", false);
}


static void
other_systems_need_not_serve_smb(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    record_set(&first->operating_system, "Debian");
    record_set(&second->operating_system, "Debian");
    accounts_session(estate, SMB_UNREACHED, 0);
    accounts_judge_estate(estate);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", false);
}


static void
server_without_a_ticket_is_not_covered(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_session(estate, SMB_UNTRIED, 0);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "could not be tried");
}


static void
server_that_was_not_tried_has_not_healed(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    estate->settings->numbers->accounts_handshake = true;
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", false);
    estate->settings->numbers->accounts_handshake = false;
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_KEY_MISMATCH", "MX1$", true);
}


static void
session_with_another_host_is_not_judged(void **state)
{
    struct estate *estate = *state;

    accounts_session(estate, SMB_REFUSED, 0xc000006d);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(server_that_accepts_its_ticket_has_its_key),
        ESTATE_TEST(server_that_refuses_its_ticket_is_a_warning),
        ESTATE_TEST(refusal_for_another_reason_is_not_a_verdict),
        ESTATE_TEST(server_that_accepts_only_sometimes_has_not_healed),
        ESTATE_TEST(windows_that_is_out_of_reach_is_not_covered),
        ESTATE_TEST(other_systems_need_not_serve_smb),
        ESTATE_TEST(server_without_a_ticket_is_not_covered),
        ESTATE_TEST(server_that_was_not_tried_has_not_healed),
        ESTATE_TEST(session_with_another_host_is_not_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
