/*
 * Which keytab lacks the keys that tickets are sealed with.
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


/* MX1 with its account's kvno 5 and a keytab with these versions of its key, 0
   for none. */
static struct account_fact *
server_with_keys(struct estate *estate, int64_t first, int64_t second)
{
    struct account_fact *fact;

    record_set(&accounts_mx1(estate, &fact, NULL)->keytab, MX1_KEYTAB);
    if (first)
        accounts_key(estate, MX1, MX1_KEY, first, ETYPE_AES256);
    if (second)
        accounts_key(estate, MX1, MX1_KEY, second, ETYPE_AES256);
    return fact;
}


static void
keytab_with_the_current_key_is_fine(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 4, 5);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, true);
}


static void
keytab_without_the_current_key_is_critical(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 3, 4);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    accounts_expect_impact(estate, "KEYTAB_STALE", MX1_KEY,
                           IMPACT_MAIL_FAILS);
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "has, of " MX1_KEY ", kvno 3 AES256 (type 18), 4 "
                          "AES256 (type 18); but");
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "seal its tickets with kvno 5");
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "msktutil --update --keytab " MX1_KEYTAB);
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "samba-tool domain exportkeytab NEW-KEYTAB "
                          "--principal='" MX1_KEY "'");
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "ktpass -princ '" MX1_KEY "' -mapuser MX1$");
    accounts_expect_target(estate, "KEYTAB_STALE", MX1_KEY, DC1);
    estate_expect_count(estate, 1);
}


static void
previous_key_does_for_a_while(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first = server_with_keys(estate, 4, 0);

    first->password_set_us = NOW - USUAL;
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "KEYTAB_STALE", MX1_KEY));
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, false);
    first->password_set_us = NOW - USUAL - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
}


static void
previous_key_opens_nothing_once_every_kdc_has_the_new_one(void **state)
{
    struct estate *estate = *state;
    struct ticket_fact *late;

    server_with_keys(estate, 4, 0)->password_set_us = NOW;
    accounts_ticket(estate, DC1, MX1_SPN, 5, ETYPE_AES256);
    late = accounts_ticket(estate, DC2, MX1_SPN, 4, ETYPE_AES256);
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "KEYTAB_STALE", MX1_KEY));
    late->kvno = 5;
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
}


static void
older_key_does_not_even_for_a_while(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 3, 0)->password_set_us = NOW;
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
}


static void
highest_number_of_any_dc_counts(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 5, 0)->kvno = 6;
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
}


static void
ticket_s_number_counts_too(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 5, 0);
    accounts_ticket(estate, DC2, MX1_SPN, 6, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    accounts_expect_target(estate, "KEYTAB_STALE", MX1_KEY, DC2);
}


static void
key_of_another_type_than_the_ticket_s_is_critical(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 5, 0);
    accounts_ticket(estate, DC1, MX1_SPN, 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    accounts_ticket(estate, DC2, MX1_SPN, 5, ETYPE_RC4);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "tickets with kvno 5 RC4 (type 23)");
}


static void
older_ticket_s_type_does_not_matter(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 5, 0);
    accounts_ticket(estate, DC2, MX1_SPN, 4, ETYPE_RC4);
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "KEYTAB_STALE", MX1_KEY));
}


static void
old_keytabs_hold_the_last_8_bits_of_a_number(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = 258;
    accounts_key(estate, MX1, MX1_KEY, 2, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    first->kvno = second->kvno = 255;
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
}


static void
keytab_is_told_once_by_what_senders_ask_for(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 4, 0);
    accounts_key(estate, MX1, "HOST/" MX1 "@EXAMPLE.COM", 4, ETYPE_AES256);
    accounts_key(estate, MX1, "MX1$@EXAMPLE.COM", 4, ETYPE_AES256);
    accounts_key(estate, MX1, "SMTP/mx1@EXAMPLE.COM", 4, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "has of MX1$@EXAMPLE.COM: kvno 4");
    estate_expect_count(estate, 1);
    /* All of them are to be exported. */
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "--principal='SMTP/mx1@EXAMPLE.COM'");
}


static void
one_stale_principal_is_told_by_its_name(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 5, 0);
    accounts_key(estate, MX1, "MX1$@EXAMPLE.COM", 4, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", "MX1$@EXAMPLE.COM",
                  STATUS_CRITICAL);
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, true);
    estate_expect_count(estate, 1);
}


static void
case_of_principals_does_not_matter(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_key(estate, MX1, "smtp/MX1.example.com@example.com", 5,
                 ETYPE_AES256);
    accounts_key(estate, MX1, "mx1$@EXAMPLE.COM", 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
keys_of_others_are_not_judged(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 5, 0);
    strings_add(&directory_mail(estate, MX1, MAIL_CONFIGURED)->names,
                "relay.example.com");
    directory_computers(estate, "OLD",
                        "SMTP/" OLD " SMTP/relay.example.com");
    accounts_key(estate, MX1, "SMTP/" OLD "@EXAMPLE.COM", 1, ETYPE_AES256);
    accounts_key(estate, MX1, "SMTP/relay.example.com@EXAMPLE.COM", 1,
                 ETYPE_AES256);
    accounts_key(estate, MX1, "HTTP/web.example.com@EXAMPLE.COM", 1,
                 ETYPE_AES256);
    accounts_key(estate, MX1, "MX@EXAMPLE.COM", 1, ETYPE_AES256);
    accounts_key(estate, MX1, MX1_SPN "@OTHER.EXAMPLE", 1, ETYPE_AES256);
    accounts_key(estate, MX1, "nonsense", 1, ETYPE_AES256);
    accounts_key(estate, MX1, "@EXAMPLE.COM", 1, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
keytab_without_any_key_of_its_server_is_critical(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 0, 0);
    accounts_key(estate, MX1, "HTTP/web.example.com@EXAMPLE.COM", 5,
                 ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY, "no key of");
    estate_expect_count(estate, 1);
}


static void
empty_keytab_is_critical(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 0, 0);
    accounts_key(estate, MX1, "", 0, 0);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
}


static void
unreadable_keytab_is_not_a_verdict(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 0, 0);
    accounts_unreadable_keytab(estate, MX1);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, MX1_KEYTAB ": Permission denied");
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, false);
}


static void
keytab_that_broke_off_may_hold_the_key(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 4, 0);
    accounts_unreadable_keytab(estate, MX1);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "Permission denied");
    accounts_key(estate, MX1, MX1_KEY, 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    directory_expect_not_covered(estate, NULL);
}


static void
keytab_that_nobody_read_is_not_judged(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 0, 0);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, MX1_KEYTAB ": it was not read");
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, false);
}


static void
keytab_is_not_compared_with_what_is_not_known(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = -1;
    accounts_key(estate, MX1, MX1_KEY, 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "current version");
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, false);
}


static void
newer_key_may_come_from_a_dc_that_was_not_seen(void **state)
{
    struct estate *estate = *state;

    server_with_keys(estate, 6, 0);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    estate_dc(estate, DC3, 3);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "current version");
}


static void
principals_of_other_realms_are_held_against_their_tickets(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *root = record_new(fact_types[FACT_ROOTDSE]);
    struct account_fact *first, *second;

    facts_add(estate->facts, FACT_ROOTDSE, root, MON);
    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = -1;
    accounts_key(estate, MX1, MX1_KEY, 2, ETYPE_AES256);
    accounts_ticket(estate, DC1, MX1_SPN, 2, ETYPE_AES256);
    accounts_ticket(estate, DC1, "SMTPSVC/" MX1, 7, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, true);
    accounts_ticket(estate, DC2, MX1_SPN, 3, ETYPE_AES256);
    accounts_ticket(estate, DC1, MX1_SPN, 2, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MX1_KEY, STATUS_CRITICAL);
    directory_expect_text(estate, "KEYTAB_STALE", MX1_KEY,
                          "kadmin.local ktadd");
}


static void
foreign_keytab_is_told_whatever_services_are_asked_for(void **state)
{
    struct estate *estate = *state;
    struct strings *services = &estate->settings->numbers->services;
    struct account_fact *first, *second;

    strings_clear(services);
    strings_add(services, "SMTPSVC");
    accounts_mx1(estate, &first, &second);
    record_set(&first->operating_system, "Linux");
    record_set(&second->operating_system, "Linux");
    strings_clear(&first->spns);
    strings_clear(&second->spns);
    accounts_key(estate, MX1, "SMTP/" OLD "@EXAMPLE.COM", 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", "SMTPSVC/" MX1 "@EXAMPLE.COM",
                  STATUS_CRITICAL);
    /* As in a recording that somebody has cut. */
    strings_clear(services);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", "MX1$@EXAMPLE.COM",
                  STATUS_CRITICAL);
}


static void
unreadable_keytab_keeps_what_was_found_of_any(void **state)
{
    struct estate *estate = *state;

    record_set(&accounts_mx1(estate, NULL, NULL)->keytab, MX1_KEYTAB);
    accounts_unreadable_keytab(estate, MX1);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "KEYTAB_STALE", "GONE$@EXAMPLE.COM",
                            false);
}


static void
keytab_of_unknown_version_keeps_what_was_found_of_it_alone(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = -1;
    accounts_key(estate, MX1, MX1_KEY, 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, false);
    directory_expect_judged(estate, "KEYTAB_STALE", "GONE$@EXAMPLE.COM",
                            true);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(keytab_with_the_current_key_is_fine),
        ESTATE_TEST(keytab_without_the_current_key_is_critical),
        ESTATE_TEST(previous_key_does_for_a_while),
        ESTATE_TEST(previous_key_opens_nothing_once_every_kdc_has_the_new_one),
        ESTATE_TEST(older_key_does_not_even_for_a_while),
        ESTATE_TEST(highest_number_of_any_dc_counts),
        ESTATE_TEST(ticket_s_number_counts_too),
        ESTATE_TEST(key_of_another_type_than_the_ticket_s_is_critical),
        ESTATE_TEST(older_ticket_s_type_does_not_matter),
        ESTATE_TEST(old_keytabs_hold_the_last_8_bits_of_a_number),
        ESTATE_TEST(keytab_is_told_once_by_what_senders_ask_for),
        ESTATE_TEST(one_stale_principal_is_told_by_its_name),
        ESTATE_TEST(case_of_principals_does_not_matter),
        ESTATE_TEST(keys_of_others_are_not_judged),
        ESTATE_TEST(keytab_without_any_key_of_its_server_is_critical),
        ESTATE_TEST(empty_keytab_is_critical),
        ESTATE_TEST(unreadable_keytab_is_not_a_verdict),
        ESTATE_TEST(keytab_that_broke_off_may_hold_the_key),
        ESTATE_TEST(keytab_that_nobody_read_is_not_judged),
        ESTATE_TEST(keytab_is_not_compared_with_what_is_not_known),
        ESTATE_TEST(newer_key_may_come_from_a_dc_that_was_not_seen),
        ESTATE_TEST(principals_of_other_realms_are_held_against_their_tickets),
        ESTATE_TEST(foreign_keytab_is_told_whatever_services_are_asked_for),
        ESTATE_TEST(unreadable_keytab_keeps_what_was_found_of_any),
        ESTATE_TEST(keytab_of_unknown_version_keeps_what_was_found_of_it_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
