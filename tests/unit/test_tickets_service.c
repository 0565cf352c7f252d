/*
 * How bad it is that a KDC gives no ticket for an SPN, and what is no verdict
 * on it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/kdc_answers.h"

#define VITAL1 DC1 " " VITAL
#define VITAL2 DC2 " " VITAL
#define ALL_BUT_VITAL "SMTP/mx1 SMTP/" MX1 " SMTPSVC/mx1"

/* Errors of RFC 4120 section 7.5.9. */
enum { UNKNOWN = 7, REVOKED = 19, DATABASE_DOWN = 29, TOO_BIG = 52,
       GENERIC = 60 };


static int
set_up(void **state)
{
    *state = answers_new();
    return 0;
}


/* As set_up(), but no account holds the vital SPN. */
static int
set_up_without_spn(void **state)
{
    struct estate *estate = directory_new();

    directory_computers(estate, "MX1", ALL_BUT_VITAL);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    *state = estate;
    return 0;
}


/* As set_up(), but no account is shown yet. */
static int
set_up_without_account(void **state)
{
    struct estate *estate = directory_new();

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    *state = estate;
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
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


static void
name_that_the_own_directory_has_concerns_no_dc(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_OK, 0);
    /* Its own directory has it, so that nothing lacks there. */
    assert_false(concerns(estate, "TICKET_SPN_UNKNOWN", VITAL1, DC1));
    assert_true(concerns(estate, "TICKET_SPN_UNKNOWN", VITAL1, "MX1$"));
}


static void
name_that_one_directory_lacks_concerns_its_dc(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1", ALL_BUT_VITAL);
    directory_computer(estate, DC2, "MX1", ALL_BUT_VITAL " " VITAL);
    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_UNKNOWN, UNKNOWN);
    assert_true(concerns(estate, "TICKET_SPN_UNKNOWN", VITAL1, DC1));
    assert_false(concerns(estate, "TICKET_SPN_UNKNOWN", VITAL2, DC2));
}


static void
name_that_nobody_knows_concerns_no_dc(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_UNKNOWN, UNKNOWN);
    assert_false(concerns(estate, "TICKET_SPN_UNKNOWN", VITAL1, DC1));
}


static void
failure_concerns_the_kdc_only_by_the_accounts_state(void **state)
{
    struct estate *estate = *state;
    struct ticket_fact *first, *second;

    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, VITAL);
    first = answers_ticket(estate, DC1, VITAL, KDC_FAILED, DATABASE_DOWN);
    second = answers_ticket(estate, DC2, VITAL, KDC_OK, 0);
    estate_judge(estate, &tickets_check);
    assert_false(concerns(estate, "TICKET_FAILED", VITAL1, DC1));
    first->error_code = REVOKED;
    estate_judge(estate, &tickets_check);
    assert_true(concerns(estate, "TICKET_FAILED", VITAL1, DC1));
    second->outcome = KDC_FAILED;
    second->error_code = REVOKED;
    estate_judge(estate, &tickets_check);
    assert_false(concerns(estate, "TICKET_FAILED", VITAL1, DC1));
}


static void
kdc_that_was_not_asked_at_all_is_told_once(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    estate_judge(estate, &tickets_check);
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
    directory_expect_not_covered(estate, DC2 " was not asked for tickets");
    directory_expect_judged(estate, "TICKET_FAILED", VITAL2, false);
    directory_expect_judged(estate, "TICKET_ETYPE", VITAL2, false);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", VITAL2, false);
    directory_expect_judged(estate, "TICKET_SPN_NOT_UNIQUE", VITAL2, false);
}


static void
failure_does_not_decide_what_the_kdc_says_of_the_name(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_FAILED, DATABASE_DOWN, KDC_UNKNOWN, UNKNOWN);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", VITAL1, false);
    directory_expect_judged(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1, false);
    directory_expect_judged(estate, "TICKET_ETYPE", VITAL2, false);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", "gone X/y", true);
}


static void
spn_that_is_not_vital_is_a_warning_everywhere(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, MINOR);
    answers_well(estate, DC2, MINOR);
    answers_ticket(estate, DC1, MINOR, KDC_UNKNOWN, UNKNOWN);
    answers_ticket(estate, DC2, MINOR, KDC_FAILED, DATABASE_DOWN);
    estate_judge(estate, &tickets_check);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", DC1 " " MINOR,
                  STATUS_WARNING);
    estate_expect(estate, "TICKET_FAILED", DC2 " " MINOR, STATUS_WARNING);
    estate_expect_count(estate, 2);
}


static void
vital_spn_missing_in_another_site_is_a_warning(void **state)
{
    struct estate *estate = *state;

    answers_two_sites(estate);
    answers_judged(estate, KDC_OK, 0, KDC_UNKNOWN, UNKNOWN);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL2, STATUS_WARNING);
}


static void
vital_spn_missing_everywhere_is_critical_in_another_site_too(void **state)
{
    struct estate *estate = *state;

    answers_two_sites(estate);
    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_UNKNOWN, UNKNOWN);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL2, STATUS_CRITICAL);
}


static void
kdc_that_was_not_asked_is_not_counted(void **state)
{
    struct estate *estate = *state;

    answers_two_sites(estate);
    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, VITAL);
    answers_ticket(estate, DC2, VITAL, KDC_UNKNOWN, UNKNOWN);
    estate_judge(estate, &tickets_check);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL2, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    directory_expect_not_covered(estate, DC1 ": 1 of 4");
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", VITAL1, false);
    directory_expect_judged(estate, "TICKET_FAILED", VITAL1, false);
}


static void
case_of_the_asked_spn_does_not_matter(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, NULL);
    answers_ticket(estate, DC1, "smtpsvc/MX1.example.COM", KDC_UNKNOWN,
                   UNKNOWN);
    estate_judge(estate, &tickets_check);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
silence_of_a_closed_port_is_told_by_the_port(void **state)
{
    struct estate *estate = *state;

    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_UDP, PORT_FILTERED);
    answers_judged(estate, KDC_UNREACHED, 0, KDC_OK, 0);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "TICKET_FAILED", VITAL1, false);
    directory_expect_not_covered(estate, DC1 ": 1 of 4");
}


static void
answer_too_big_for_udp_is_a_failure_whatever_the_port(void **state)
{
    struct estate *estate = *state;

    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_CLOSED);
    answers_judged(estate, KDC_UNREACHED, TOO_BIG, KDC_OK, 0);
    estate_expect(estate, "TICKET_FAILED", VITAL1, STATUS_CRITICAL);
}


static void
missing_tgt_is_not_told_again_for_each_name(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_NO_CREDENTIALS, 0, KDC_OK, 0);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, DC1 ": 1 of 4");
}


static void
ticket_of_another_realm_is_a_ticket(void **state)
{
    struct estate *estate = *state;
    struct ticket_fact *fact;

    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, NULL);
    fact = answers_ticket(estate, DC1, VITAL, KDC_OK, 0);
    record_set(&fact->realm, PARTNER);
    fact->etype = ETYPE_AES128;
    estate_judge(estate, &tickets_check);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "TICKET_ETYPE", VITAL1, true);
}


static void
referral_that_ends_nowhere_is_not_covered(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_REFERRED, 0, KDC_OK, 0);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "TICKET_FAILED", VITAL1, false);
    directory_expect_not_covered(estate, DC1 ": 1 of 4");
}


static void
refusal_of_another_realm_is_not_covered(void **state)
{
    static const struct {
        enum kdc_outcome outcome;
        int64_t error;
    } cases[] = {{KDC_UNKNOWN, UNKNOWN}, {KDC_UNREACHED, 0},
                 {KDC_FAILED, GENERIC}};
    struct estate *estate = *state;
    struct ticket_fact *fact;

    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, NULL);
    fact = answers_ticket(estate, DC1, VITAL, KDC_OK, 0);
    record_set(&fact->realm, PARTNER);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        fact->outcome = (int)cases[i].outcome;
        fact->error_code = cases[i].error;
        estate_judge(estate, &tickets_check);
        estate_expect_count(estate, 0);
        directory_expect_not_covered(estate, DC1 ": 1 of 4");
    }
}


static void
referral_of_what_belongs_here_is_a_failure(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, NULL);
    record_set(&answers_ticket(estate, DC1, VITAL, KDC_REFERRED, 0)->realm,
               PARTNER);
    estate_judge(estate, &tickets_check);
    estate_expect(estate, "TICKET_FAILED", VITAL1, STATUS_CRITICAL);
    directory_expect_text(estate, "TICKET_FAILED", VITAL1,
                          "sends on to realm " PARTNER);
    directory_expect_text(estate, "TICKET_FAILED", VITAL1, MX1_DN);
    estate_expect_count(estate, 1);
}


static void
server_that_cannot_be_judged_is_named(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, "mail.hoster.net", MAIL_MX);
    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    estate_judge(estate, &tickets_check);
    directory_expect_not_covered(estate, "mail.hoster.net");
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", "gone X/y", true);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, true);
}


static void
server_without_a_directory_is_not_said_to_lack_an_account(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    estate->settings->numbers->credentials = true;
    estate_dc(estate, DC1, 1);
    directory_mail(estate, MX1, MAIL_MX);
    answers_tgt(estate, DC1, KDC_OK, 0);
    estate_judge(estate, &tickets_check);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "1 mail server: no directory");
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
    estate_free(estate);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define NO_SPN_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up_without_spn, tear_down)
#define NO_SERVER_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up_without_account, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(name_that_the_own_directory_has_concerns_no_dc),
        NO_SERVER_TEST(name_that_one_directory_lacks_concerns_its_dc),
        NO_SPN_TEST(name_that_nobody_knows_concerns_no_dc),
        ESTATE_TEST(failure_concerns_the_kdc_only_by_the_accounts_state),
        ESTATE_TEST(kdc_that_was_not_asked_at_all_is_told_once),
        ESTATE_TEST(failure_does_not_decide_what_the_kdc_says_of_the_name),
        ESTATE_TEST(spn_that_is_not_vital_is_a_warning_everywhere),
        ESTATE_TEST(vital_spn_missing_in_another_site_is_a_warning),
        ESTATE_TEST(
            vital_spn_missing_everywhere_is_critical_in_another_site_too),
        ESTATE_TEST(kdc_that_was_not_asked_is_not_counted),
        ESTATE_TEST(case_of_the_asked_spn_does_not_matter),
        ESTATE_TEST(silence_of_a_closed_port_is_told_by_the_port),
        ESTATE_TEST(answer_too_big_for_udp_is_a_failure_whatever_the_port),
        ESTATE_TEST(missing_tgt_is_not_told_again_for_each_name),
        ESTATE_TEST(ticket_of_another_realm_is_a_ticket),
        NO_SPN_TEST(referral_that_ends_nowhere_is_not_covered),
        NO_SPN_TEST(refusal_of_another_realm_is_not_covered),
        ESTATE_TEST(referral_of_what_belongs_here_is_a_failure),
        ESTATE_TEST(server_that_cannot_be_judged_is_named),
        cmocka_unit_test(
            server_without_a_directory_is_not_said_to_lack_an_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
