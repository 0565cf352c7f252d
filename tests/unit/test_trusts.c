/*
 * What each side of a trust issues, and when that stops mail one way.
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

#define SUBJECT DC1 " krbtgt/" PARTNER

enum { BOTH = TRUST_INBOUND | TRUST_OUTBOUND, AES = 0x18 };
enum { UNKNOWN = 7, NO_COMMON_ETYPE = 14, MODIFIED = 41, NO_KEY = 44 };
enum { TRUST_NT4 = 1, TRUST_MIT = 3 };


/* An estate with DC1 alone, all of whose own tickets are good. */
static int
set_up(void **state)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    estate->settings->numbers->credentials = true;
    directory_search(estate, DC1, LDAP, SEARCH_TRUSTS, SEARCH_OK);
    answers_tgt(estate, DC1, KDC_OK, 0);
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
judge(struct estate *estate)
{
    estate_judge(estate, &tickets_check);
}


static void
aes_both_ways_is_fine(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, ETYPE_AES256);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "TICKET_ETYPE", SUBJECT, true);
    directory_expect_judged(estate, "TICKET_FAILED", SUBJECT, true);
}


static void
rc4_one_way_is_a_warning_naming_who_issues(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, ETYPE_RC4);
    judge(estate);
    estate_expect(estate, "TICKET_ETYPE", SUBJECT, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          PARTNER " seals tickets for " REALM " with RC4");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "one way, with 454");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "never verified with domains of Windows");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "the trust allows AES128, AES256");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "The other domain supports Kerberos AES");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "ksetup /setenctypeattr " PARTNER_DOMAIN);
    finding = findings_find(estate->findings, "TICKET_ETYPE", SUBJECT);
    assert_string_equal(finding->values[0].name, "etype_issued_here");
    assert_true(finding->values[0].number == ETYPE_AES256);
    assert_string_equal(finding->values[1].name, "etype_issued_there");
    assert_true(finding->values[1].number == ETYPE_RC4);
}


static void
rc4_both_ways_is_a_warning(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, ETYPES_RC4);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_RC4);
    answers_cross_realm(estate, DC1, PARTNER, REALM, ETYPE_RC4);
    judge(estate);
    estate_expect(estate, "TICKET_ETYPE", SUBJECT, STATUS_WARNING);
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "between the two");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "the trust allows RC4");
}


static void
no_common_type_is_a_warning_of_the_same_kind(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, 0);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, 0)->error_code
        = NO_COMMON_ETYPE;
    judge(estate);
    estate_expect(estate, "TICKET_ETYPE", SUBJECT, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          PARTNER " has no key for " REALM);
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "one way at least, with 454");
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          "shows no msDS-SupportedEncryptionTypes");
    directory_expect_judged(estate, "TICKET_FAILED", SUBJECT, true);
}


static void
ticket_that_the_other_side_has_no_key_for_is_a_matter_of_types(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, 0)->error_code = NO_KEY;
    judge(estate);
    estate_expect(estate, "TICKET_ETYPE", SUBJECT, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_ETYPE", SUBJECT,
                          REALM " seals tickets for " PARTNER " with AES256 "
                          "(type 18), which the other side does not read");
    finding = findings_find(estate->findings, "TICKET_ETYPE", SUBJECT);
    assert_int_equal(finding->value_count, 1);
    assert_int_equal(finding->evidence_count, 3);
    directory_expect_not_covered(estate, PARTNER " issues for " REALM);
    directory_expect_judged(estate, "TICKET_FAILED", SUBJECT, false);
}


static void
ticket_that_is_not_read_shows_without_a_way_back(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, TRUST_INBOUND, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, 0)->error_code = NO_KEY;
    judge(estate);
    estate_expect(estate, "TICKET_ETYPE", SUBJECT, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_not_covered(estate, NULL);
}


static void
ticket_with_another_key_is_a_matter_of_passwords(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, 0)->error_code
        = MODIFIED;
    judge(estate);
    estate_expect(estate, "TICKET_FAILED", SUBJECT, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_FAILED", SUBJECT,
                          "realm " REALM " issues no ticket for realm "
                          PARTNER " that is of use");
    directory_expect_text(estate, "TICKET_FAILED", SUBJECT,
                          "different passwords");
    directory_expect_judged(estate, "TICKET_ETYPE", SUBJECT, false);
}


static void
no_ticket_is_told_with_its_direction(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, TRUST_INBOUND, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, 0)->error_code = UNKNOWN;
    judge(estate);
    estate_expect(estate, "TICKET_FAILED", SUBJECT, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "TICKET_FAILED", SUBJECT,
                          "realm " REALM " issues no ticket for realm "
                          PARTNER);
    directory_expect_text(estate, "TICKET_FAILED", SUBJECT,
                          "netdom trust example.com "
                          "/domain:" PARTNER_DOMAIN " /verify");
    directory_expect_text(estate, "TICKET_FAILED", SUBJECT,
                          "samba-tool domain trust validate "
                          PARTNER_DOMAIN);
    directory_expect_text(estate, "TICKET_FAILED", SUBJECT,
                          "never verified");
    directory_expect_judged(estate, "TICKET_ETYPE", SUBJECT, false);
}


static void
direction_that_the_trust_lacks_is_not_judged(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, TRUST_INBOUND, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, 0)->error_code = UNKNOWN;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "TICKET_FAILED", SUBJECT, true);
}


static void
outbound_trust_cannot_be_asked_from_here(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, TRUST_OUTBOUND, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, 0)->error_code = UNKNOWN;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, PARTNER " issues for " REALM);
    directory_expect_judged(estate, "TICKET_FAILED", SUBJECT, false);
    directory_expect_judged(estate, "TICKET_ETYPE", SUBJECT, false);
}


static void
trust_that_cannot_be_asked_keeps_nothing_else_standing(void **state)
{
    struct estate *estate = *state;

    directory_search(estate, DC1, LDAP, SEARCH_SPNS, SEARCH_OK);
    answers_trust(estate, DC1, TRUST_OUTBOUND, AES);
    judge(estate);
    directory_expect_judged(estate, "TICKET_FAILED", "gone X/y", true);
    directory_expect_judged(estate, "TICKET_ETYPE", "gone X/y", true);
    directory_expect_judged(estate, "TICKET_FAILED", SUBJECT, false);
    directory_expect_judged(estate, "TICKET_ETYPE", SUBJECT, false);
}


static void
silence_is_told_once_a_direction_naming_the_kdcs(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC2, 2);
    answers_tgt(estate, DC2, KDC_OK, 0);
    answers_trust(estate, DC1, TRUST_OUTBOUND, AES);
    judge(estate);
    directory_expect_not_covered(estate,
                                 "by way of " DC1 ", " DC2);
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
    /* A KDC that says nothing at all has a line of its own. */
    estate_dc(estate, DC3, 3);
    judge(estate);
    directory_expect_not_covered(estate, DC3 " was not asked");
    directory_expect_not_covered(estate, "by way of " DC1 ", " DC2);
    assert_int_equal(estate->findings->results[0].not_covered.count, 2);
}


static void
trust_without_kerberos_is_not_judged(void **state)
{
    struct estate *estate = *state;
    struct trust_fact *trust = answers_trust(estate, DC1, BOTH, 0);

    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_RC4);
    trust->kind = TRUST_NT4;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    trust->kind = TRUST_MIT;
    judge(estate);
    estate_expect_count(estate, 1);
    trust->direction = 0;
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
one_direction_alone_heals_nothing(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "TICKET_ETYPE", SUBJECT, false);
    directory_expect_not_covered(estate, PARTNER " issues for " REALM);
    directory_expect_judged(estate, "TICKET_ETYPE", "gone X/y", false);
}


static void
silence_of_the_other_realm_is_not_covered(void **state)
{
    static const enum kdc_outcome outcomes[]
        = {KDC_UNREACHED, KDC_REFERRED, KDC_NO_CREDENTIALS};
    struct estate *estate = *state;
    struct ticket_fact *back;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    back = answers_cross_realm(estate, DC1, PARTNER, REALM, 0);
    for (size_t i = 0; i < 3; i++) {
        back->outcome = (int)outcomes[i];
        judge(estate);
        estate_expect_count(estate, 0);
        directory_expect_not_covered(estate, PARTNER " issues for " REALM);
    }
}


static void
own_silence_is_a_failure_unless_the_port_tells(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, TRUST_INBOUND, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, 0)->outcome
        = KDC_UNREACHED;
    judge(estate);
    estate_expect(estate, "TICKET_FAILED", SUBJECT, STATUS_WARNING);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_FILTERED);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
the_way_back_is_not_taken_for_our_own_krbtgt(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, AES);
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, ETYPE_RC4);
    judge(estate);
    assert_null(findings_find(estate->findings, "TICKET_ETYPE",
                              DC1 " krbtgt/" REALM));
    directory_expect_judged(estate, "TICKET_ETYPE", DC1 " krbtgt/" REALM,
                            true);
}


static void
several_partners_are_kept_apart(void **state)
{
    struct estate *estate = *state;

    answers_trust(estate, DC1, BOTH, AES);
    record_set(&answers_trust(estate, DC1, BOTH, AES)->partner, "third.net");
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_AES256);
    answers_cross_realm(estate, DC1, PARTNER, REALM, ETYPE_AES256);
    answers_cross_realm(estate, DC1, REALM, "THIRD.NET", ETYPE_AES256);
    answers_cross_realm(estate, DC1, "THIRD.NET", REALM, ETYPE_RC4);
    judge(estate);
    estate_expect(estate, "TICKET_ETYPE", DC1 " krbtgt/THIRD.NET",
                  STATUS_WARNING);
    estate_expect_count(estate, 1);
}


static void
tickets_of_no_trust_are_ignored(void **state)
{
    struct estate *estate = *state;

    record_set(&answers_trust(estate, DC1, BOTH, 0)->partner, "");
    answers_cross_realm(estate, DC1, REALM, PARTNER, ETYPE_RC4);
    answers_cross_realm(estate, DC1, REALM, "", ETYPE_RC4);
    answers_cross_realm(estate, DC1, "", "", 0);
    answers_cross_realm(estate, "evil.example.com", REALM, PARTNER, 0);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
}


static void
partner_is_quoted_in_commands(void **state)
{
    struct estate *estate = *state;

    record_set(&answers_trust(estate, DC1, TRUST_INBOUND, 0)->partner,
               "a;b");
    answers_cross_realm(estate, DC1, REALM, "A;B", ETYPE_RC4);
    judge(estate);
    directory_expect_text(estate, "TICKET_ETYPE", DC1 " krbtgt/A;B",
                          "/domain:'a;b'");
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(aes_both_ways_is_fine),
        ESTATE_TEST(rc4_one_way_is_a_warning_naming_who_issues),
        ESTATE_TEST(rc4_both_ways_is_a_warning),
        ESTATE_TEST(no_common_type_is_a_warning_of_the_same_kind),
        ESTATE_TEST(
            ticket_that_the_other_side_has_no_key_for_is_a_matter_of_types),
        ESTATE_TEST(ticket_that_is_not_read_shows_without_a_way_back),
        ESTATE_TEST(ticket_with_another_key_is_a_matter_of_passwords),
        ESTATE_TEST(no_ticket_is_told_with_its_direction),
        ESTATE_TEST(direction_that_the_trust_lacks_is_not_judged),
        ESTATE_TEST(outbound_trust_cannot_be_asked_from_here),
        ESTATE_TEST(trust_that_cannot_be_asked_keeps_nothing_else_standing),
        ESTATE_TEST(silence_is_told_once_a_direction_naming_the_kdcs),
        ESTATE_TEST(trust_without_kerberos_is_not_judged),
        ESTATE_TEST(one_direction_alone_heals_nothing),
        ESTATE_TEST(silence_of_the_other_realm_is_not_covered),
        ESTATE_TEST(own_silence_is_a_failure_unless_the_port_tells),
        ESTATE_TEST(the_way_back_is_not_taken_for_our_own_krbtgt),
        ESTATE_TEST(several_partners_are_kept_apart),
        ESTATE_TEST(tickets_of_no_trust_are_ignored),
        ESTATE_TEST(partner_is_quoted_in_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
