/*
 * Why a KDC gives the monitoring account no ticket-granting ticket, and how
 * bad that is.
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

#define TGT1 DC1 " " MONITOR
#define TGT2 DC2 " " MONITOR

/* Errors of RFC 4120 section 7.5.9. */
enum { UNKNOWN_CLIENT = 6, REVOKED = 18, WRONG_KEY = 24, DATABASE_DOWN = 29,
       SKEW = 37, TOO_BIG = 52 };


static int
set_up(void **state)
{
    *state = answers_new();
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
    estate_judge(estate, &tickets_check);
}


static void
expect_impact(const struct estate *estate, const char *subject,
              enum impact impact)
{
    const struct finding *finding
        = findings_find(estate->findings, "TGT_FAILED", subject);

    assert_non_null(finding);
    assert_string_equal(impact_name(finding->impact), impact_name(impact));
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
kdc_that_alone_refuses_the_account_may_be_behind(void **state)
{
    struct estate *estate = *state;
    struct tgt_fact *fact = answers_tgt(estate, DC2, KDC_REFUSED, REVOKED);

    answers_well(estate, DC1, NULL);
    judge(estate);
    assert_true(concerns(estate, "TGT_FAILED", TGT2, DC2));
    assert_true(concerns(estate, "TGT_FAILED", TGT2, "monitor"));
    fact->error_code = WRONG_KEY;
    judge(estate);
    assert_true(concerns(estate, "TGT_FAILED", TGT2, DC2));
    fact->outcome = KDC_FAILED;
    fact->error_code = DATABASE_DOWN;
    judge(estate);
    assert_false(concerns(estate, "TGT_FAILED", TGT2, DC2));
    fact->outcome = KDC_SKEW;
    fact->error_code = SKEW;
    judge(estate);
    assert_false(concerns(estate, "TGT_FAILED", TGT2, DC2));
}


static void
account_that_every_kdc_refuses_is_behind_nowhere(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_REFUSED, REVOKED);
    answers_tgt(estate, DC2, KDC_REFUSED, REVOKED);
    judge(estate);
    assert_false(concerns(estate, "TGT_FAILED", TGT1, DC1));
    assert_false(concerns(estate, "TGT_FAILED", TGT2, DC2));
}


static void
failure_on_every_kdc_is_critical(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_FAILED, DATABASE_DOWN);
    answers_tgt(estate, DC2, KDC_FAILED, DATABASE_DOWN);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
    estate_expect(estate, "TGT_FAILED", TGT2, STATUS_CRITICAL);
    estate_expect_count(estate, 2);
    expect_impact(estate, TGT1, IMPACT_MAIL_FAILS);
    directory_expect_text(estate, "TGT_FAILED", TGT1, "database");
    directory_expect_not_covered(estate, DC1 ": 4 of 4");
}


static void
failure_in_the_mail_servers_site_is_critical(void **state)
{
    struct estate *estate = *state;

    answers_two_sites(estate);
    answers_tgt(estate, DC1, KDC_FAILED, DATABASE_DOWN);
    answers_well(estate, DC2, NULL);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
failure_in_another_site_is_a_warning(void **state)
{
    struct estate *estate = *state;

    answers_two_sites(estate);
    answers_well(estate, DC1, NULL);
    answers_tgt(estate, DC2, KDC_FAILED, DATABASE_DOWN);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT2, STATUS_WARNING);
    estate_expect_count(estate, 1);
    expect_impact(estate, TGT2, IMPACT_MAIL_AT_RISK);
    directory_expect_text(estate, "TGT_FAILED", TGT2, "repadmin /syncall");
}


static void
failure_everywhere_is_critical_in_another_site_too(void **state)
{
    struct estate *estate = *state;

    answers_two_sites(estate);
    answers_tgt(estate, DC1, KDC_FAILED, DATABASE_DOWN);
    answers_tgt(estate, DC2, KDC_FAILED, DATABASE_DOWN);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT2, STATUS_CRITICAL);
}


static void
wrong_key_is_told_once_and_others_are_not_blamed(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_REFUSED, WRONG_KEY);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    expect_impact(estate, TGT1, IMPACT_MONITORING);
    directory_expect_text(estate, "TGT_FAILED", TGT1, "tried at no other");
    directory_expect_text(estate, "TGT_FAILED", TGT1, "keytab anew");
    directory_expect_not_covered(estate, DC2 " was not asked for tickets, "
                                             "because " DC1 " refused");
    directory_expect_judged(estate, "TGT_FAILED", TGT2, false);
}


static void
refused_mail_server_fails_mail(void **state)
{
    struct estate *estate = *state;

    record_set(&answers_tgt(estate, DC1, KDC_REFUSED, WRONG_KEY)->principal,
               "MX1$@" REALM);
    judge(estate);
    expect_impact(estate, DC1 " MX1$@" REALM, IMPACT_MAIL_FAILS);
}


static void
account_state_is_named(void **state)
{
    static const struct {
        int64_t status;
        const char *words, *remedy;
    } cases[] = {
        {0xc0000072, "is disabled", "samba-tool user enable monitor"},
        {0xc0000234, "is locked", "Unlock-ADAccount monitor"},
        {0xc0000193, "has expired", "Clear-ADAccountExpiration monitor"},
        {0xc0000224, "must be changed", "samba-tool user setpassword monitor"},
        {0xc0000071, "password has expired",
         "Set-ADAccountPassword -Reset monitor"},
    };
    struct estate *estate = *state;
    struct tgt_fact *fact = answers_tgt(estate, DC1, KDC_REFUSED, REVOKED);

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct finding *finding;

        fact->nt_status = cases[i].status;
        judge(estate);
        directory_expect_text(estate, "TGT_FAILED", TGT1, cases[i].words);
        directory_expect_text(estate, "TGT_FAILED", TGT1, cases[i].remedy);
        finding = findings_find(estate->findings, "TGT_FAILED", TGT1);
        assert_null(strstr(finding->message, "tried at no other"));
    }
}


static void
account_that_one_kdc_does_not_know_is_not_replicated(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    answers_tgt(estate, DC2, KDC_UNKNOWN, UNKNOWN_CLIENT);
    judge(estate);
    directory_expect_text(estate, "TGT_FAILED", TGT2, "not replicated");
    directory_expect_text(estate, "TGT_FAILED", TGT2, "showrepl " DC2);
    estate_expect_count(estate, 1);
}


static void
account_that_no_kdc_knows_is_not_a_matter_of_replication(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_UNKNOWN, UNKNOWN_CLIENT);
    judge(estate);
    assert_null(strstr(findings_find(estate->findings, "TGT_FAILED",
                                     TGT1)->message,
                       "replicated"));
}


static void
skew_is_told_with_the_offset(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_SKEW, SKEW);
    judge(estate);
    directory_expect_text(estate, "TGT_FAILED", TGT1, "too far apart");
    estate_offset(estate, DC1, -420 * SECOND);
    judge(estate);
    directory_expect_text(estate, "TGT_FAILED", TGT1,
                          "its clock is 7 min behind this host's");
    directory_expect_text(estate, "TGT_FAILED", TGT1, "w32tm /resync");
}


static void
answer_too_big_for_udp_asks_for_tcp(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_UNREACHED, TOO_BIG);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_CLOSED);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
    directory_expect_text(estate, "TGT_FAILED", TGT1, "many groups");
    directory_expect_text(estate, "TGT_FAILED", TGT1, "88/tcp");
}


static void
silence_after_a_proof_is_said_to_be_that(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_UNREACHED, 25);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_OPEN);
    judge(estate);
    directory_expect_text(estate, "TGT_FAILED", TGT1,
                          "has not answered that in time");
}


static void
silence_of_a_closed_port_is_told_by_the_port(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_UNREACHED, 0);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_FILTERED);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_UDP, PORT_FILTERED);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, DC1 " gave no answer");
    directory_expect_judged(estate, "TGT_FAILED", TGT1, false);
}


static void
silence_behind_an_open_port_is_a_failure(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_UNREACHED, 0);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_FILTERED);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_UDP, PORT_OPEN);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
    directory_expect_text(estate, "TGT_FAILED", TGT1, "though its port does");
}


static void
silence_that_no_port_explains_is_a_failure(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_UNREACHED, 0);
    estate_port(estate, "elsewhere.example.com", DC1, 1, 88, TRANSPORT_TCP,
                PORT_FILTERED);
    estate_port(estate, MON, DC2, 2, 88, TRANSPORT_TCP, PORT_FILTERED);
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
}


static void
unknown_error_is_told_as_the_probe_has_it(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_FAILED, 77);
    judge(estate);
    directory_expect_text(estate, "TGT_FAILED", TGT1,
                          "ticket: as the test says");
}


static void
principal_from_elsewhere_is_quoted_in_commands(void **state)
{
    struct estate *estate = *state;
    struct tgt_fact *fact = answers_tgt(estate, DC1, KDC_REFUSED, REVOKED);

    record_set(&fact->principal, "a b;c@" REALM);
    fact->nt_status = 0xc0000072;
    judge(estate);
    directory_expect_text(estate, "TGT_FAILED", DC1 " a b;c@" REALM,
                          "Enable-ADAccount 'a b;c'");
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(kdc_that_alone_refuses_the_account_may_be_behind),
        ESTATE_TEST(account_that_every_kdc_refuses_is_behind_nowhere),
        ESTATE_TEST(failure_on_every_kdc_is_critical),
        ESTATE_TEST(failure_in_the_mail_servers_site_is_critical),
        ESTATE_TEST(failure_in_another_site_is_a_warning),
        ESTATE_TEST(failure_everywhere_is_critical_in_another_site_too),
        ESTATE_TEST(wrong_key_is_told_once_and_others_are_not_blamed),
        ESTATE_TEST(refused_mail_server_fails_mail),
        ESTATE_TEST(account_state_is_named),
        ESTATE_TEST(account_that_one_kdc_does_not_know_is_not_replicated),
        ESTATE_TEST(account_that_no_kdc_knows_is_not_a_matter_of_replication),
        ESTATE_TEST(skew_is_told_with_the_offset),
        ESTATE_TEST(answer_too_big_for_udp_asks_for_tcp),
        ESTATE_TEST(silence_after_a_proof_is_said_to_be_that),
        ESTATE_TEST(silence_of_a_closed_port_is_told_by_the_port),
        ESTATE_TEST(silence_behind_an_open_port_is_a_failure),
        ESTATE_TEST(silence_that_no_port_explains_is_a_failure),
        ESTATE_TEST(unknown_error_is_told_as_the_probe_has_it),
        ESTATE_TEST(principal_from_elsewhere_is_quoted_in_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
