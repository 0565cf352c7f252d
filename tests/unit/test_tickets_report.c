/*
 * What a KDC's answer for a mail server's SPN means, and what LDAP adds to it.
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
enum { SERVICE_EXPIRED = 2, UNKNOWN = 7, NOT_UNIQUE = 8, NULL_KEY = 9,
       POLICY = 12, SERVICE_REVOKED = 19, TGT_REVOKED = 20, NO_MATCH = 26,
       USER_TO_USER = 27, DATABASE_DOWN = 29, SKEW = 37, TOO_BIG = 52,
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


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


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
spn_that_nobody_holds_is_unknown(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_UNKNOWN, UNKNOWN);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL1, STATUS_CRITICAL);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL2, STATUS_CRITICAL);
    estate_expect_count(estate, 2);
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "as the directory shows, too");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "setspn -S " VITAL " MX1");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "samba-tool spn add " VITAL " MX1$");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "klist -li 0x3e7 purge");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "no account below " BASE);
    expect_number(estate, "TICKET_SPN_UNKNOWN", VITAL1, "kdcs_without", 2);
    expect_number(estate, "TICKET_SPN_UNKNOWN", VITAL1, "kdcs_with", 0);
    directory_expect_judged(estate, "TICKET_FAILED", VITAL1, true);
    directory_expect_judged(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1, true);
    directory_expect_judged(estate, "TICKET_ETYPE", VITAL1, false);
}


static void
holder_in_another_domain_is_nobody_here(void **state)
{
    struct estate *estate = *state;

    directory_foreign(estate, DC1, "CN=X,DC=child,DC=example,DC=com", "X$",
                      VITAL);
    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_UNKNOWN, UNKNOWN);
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "no account holds it, as the directory shows, too");
}


static void
kdc_that_contradicts_its_directory_is_told_so(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_OK, 0);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "in its own directory MX1$ holds it");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "changed just now?");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "kvno " VITAL);
    expect_number(estate, "TICKET_SPN_UNKNOWN", VITAL1, "kdcs_with", 1);
}


static void
spn_held_elsewhere_is_not_replicated(void **state)
{
    struct estate *estate = directory_new();

    (void)state;
    directory_computer(estate, DC1, "MX1", ALL_BUT_VITAL " " VITAL);
    directory_computer(estate, DC2, "MX1", ALL_BUT_VITAL);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    answers_judged(estate, KDC_OK, 0, KDC_UNKNOWN, UNKNOWN);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL2,
                          "MX1$ holds it on " DC1);
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL2,
                          "repadmin /syncall /AdeP");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL2,
                          "showrepl " DC2);
    estate_free(estate);
}


static void
two_holders_make_it_not_unique(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "OLD", VITAL);
    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_UNKNOWN, UNKNOWN);
    estate_expect(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1, STATUS_CRITICAL);
    estate_expect_count(estate, 2);
    directory_expect_text(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1,
                          "MX1$ and OLD$");
    directory_expect_text(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1,
                          "setspn -X");
    directory_expect_text(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1,
                          "samba-tool spn delete " VITAL);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", VITAL1, true);
}


static void
two_holders_in_another_dcs_copy_make_it_not_unique(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC2, "OLD", VITAL);
    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_OK, 0);
    estate_expect(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1, STATUS_CRITICAL);
    directory_expect_text(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1,
                          "MX1$ and OLD$");
}


static void
holder_in_a_catalog_alone_makes_no_duplicate(void **state)
{
    struct estate *estate = *state;

    directory_foreign(estate, DC1, "CN=X,DC=child,DC=example,DC=com", "X$",
                      VITAL);
    answers_judged(estate, KDC_UNKNOWN, UNKNOWN, KDC_OK, 0);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL1, STATUS_CRITICAL);
}


static void
error_8_is_not_unique_whatever_ldap_says(void **state)
{
    struct estate *estate = *state;

    answers_judged(estate, KDC_FAILED, NOT_UNIQUE, KDC_OK, 0);
    estate_expect(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1, STATUS_CRITICAL);
    directory_expect_text(estate, "TICKET_SPN_NOT_UNIQUE", VITAL1,
                          "as the KDC says");
    estate_expect_count(estate, 1);
}


static void
without_ldap_both_are_possible(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    estate->settings->numbers->credentials = true;
    strings_add(&estate->settings->numbers->services, "SMTPSVC");
    estate_dc(estate, DC1, 1);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    answers_tgt(estate, DC1, KDC_OK, 0);
    answers_ticket(estate, DC1, "SMTPSVC/mx1", KDC_OK, 0);
    answers_ticket(estate, DC1, VITAL, KDC_UNKNOWN, UNKNOWN);
    estate_judge(estate, &tickets_check);
    estate_expect(estate, "TICKET_SPN_UNKNOWN", VITAL1, STATUS_CRITICAL);
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "or several do");
    directory_expect_text(estate, "TICKET_SPN_UNKNOWN", VITAL1,
                          "setspn -Q " VITAL);
    estate_free(estate);
}


static void
other_errors_are_failures_in_words(void **state)
{
    static const struct {
        enum kdc_outcome outcome;
        int64_t error;
        const char *words, *remedy;
    } cases[] = {
        {KDC_FAILED, NULL_KEY, "has no key", "Reset-ComputerMachinePassword"},
        {KDC_REFUSED, POLICY, "policy", "syncall"},
        {KDC_FAILED, DATABASE_DOWN, "database is not", "Get-Service Kdc"},
        {KDC_SKEW, SKEW, "too far apart", "w32tm /resync"},
        {KDC_UNREACHED, TOO_BIG, "too big for UDP", "88/tcp"},
        {KDC_FAILED, GENERIC, "no better reason", "Get-Service Kdc"},
        {KDC_FAILED, 99, "as the test says", "Get-Service Kdc"},
        {KDC_UNREACHED, 0, "did not answer: as the test", "Get-Service Kdc"},
        {KDC_FAILED, SERVICE_EXPIRED, "the service's account has expired",
         "Clear-ADAccountExpiration MX1$"},
        {KDC_FAILED, SERVICE_REVOKED,
         "the service's account is disabled, locked",
         "repadmin"},
        {KDC_FAILED, TGT_REVOKED, "has been revoked", "Get-Service Kdc"},
        {KDC_FAILED, NO_MATCH, "is none for the name", "Get-Service Kdc"},
        {KDC_FAILED, USER_TO_USER, "from user to user alone", "repadmin"},
    };
    struct estate *estate = *state;
    struct ticket_fact *fact;

    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, NULL);
    fact = answers_ticket(estate, DC1, VITAL, KDC_OK, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        fact->outcome = (int)cases[i].outcome;
        fact->error_code = cases[i].error;
        estate_judge(estate, &tickets_check);
        estate_expect(estate, "TICKET_FAILED", VITAL1, STATUS_CRITICAL);
        estate_expect_count(estate, 1);
        directory_expect_text(estate, "TICKET_FAILED", VITAL1,
                              cases[i].words);
        directory_expect_text(estate, "TICKET_FAILED", VITAL1,
                              cases[i].remedy);
        /* That says nothing of the name. */
        directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", VITAL1, false);
        directory_expect_judged(estate, "TICKET_ETYPE", VITAL1, false);
    }
}


static void
evidence_names_the_kdc_that_failed(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    answers_judged(estate, KDC_FAILED, DATABASE_DOWN, KDC_OK, 0);
    finding = findings_find(estate->findings, "TICKET_FAILED", VITAL1);
    assert_non_null(finding);
    assert_int_equal(finding->evidence_count, 1);
    assert_string_equal(finding->evidence[0].probe, "kdc");
    assert_string_equal(finding->evidence[0].target, DC1);
    assert_non_null(strstr(finding->evidence[0].text, "over tcp"));
    assert_non_null(strstr(finding->evidence[0].text, "seen from " MON));
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define NO_SPN_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up_without_spn, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NO_SPN_TEST(spn_that_nobody_holds_is_unknown),
        NO_SPN_TEST(holder_in_another_domain_is_nobody_here),
        ESTATE_TEST(kdc_that_contradicts_its_directory_is_told_so),
        cmocka_unit_test(spn_held_elsewhere_is_not_replicated),
        ESTATE_TEST(two_holders_make_it_not_unique),
        ESTATE_TEST(two_holders_in_another_dcs_copy_make_it_not_unique),
        ESTATE_TEST(holder_in_a_catalog_alone_makes_no_duplicate),
        ESTATE_TEST(error_8_is_not_unique_whatever_ldap_says),
        cmocka_unit_test(without_ldap_both_are_possible),
        ESTATE_TEST(other_errors_are_failures_in_words),
        ESTATE_TEST(evidence_names_the_kdc_that_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
