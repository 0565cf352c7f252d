/*
 * Which domain controllers have another password of an account, and for how
 * long that is no fault.
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
key_that_is_one_behind_is_a_warning_after_a_while(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = 6;
    first->password_set_us = NOW - USUAL;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
    first->password_set_us = NOW - USUAL - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
    accounts_expect_impact(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                           IMPACT_MAIL_AT_RISK);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "older password on " DC2 ": 1 change behind");
    accounts_expect_target(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", DC1);
    accounts_expect_target(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", DC2);
    estate_expect_count(estate, 1);
}


static void
key_that_is_two_behind_is_critical_at_once(void **state)
{
    struct estate *estate = *state;
    struct account_fact *second;

    accounts_mx1(estate, NULL, &second);
    second->kvno = 7;
    second->password_set_us = NOW;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_CRITICAL);
    accounts_expect_impact(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                           IMPACT_MAIL_FAILS);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "on " DC1 ": 2 changes behind");
    /* By this, replication to there can be told to be the cause. */
    assert_true(strings_contain(
        &findings_find(estate->findings, "ACCOUNT_KVNO_DIVERGED", "MX1$")
             ->concerns, DC1));
}


static void
monitor_s_key_that_differs_stops_no_mail(void **state)
{
    struct estate *estate = *state;

    accounts_tgt(estate, DC1, MONITOR, KDC_OK);
    accounts_user(estate, DC1, "mon");
    accounts_user(estate, DC2, "mon")->kvno = 4;
    accounts_judge_estate(estate);
    accounts_expect_impact(estate, "ACCOUNT_KVNO_DIVERGED", "mon",
                           IMPACT_MONITORING);
}


static void
time_of_change_stands_in_for_a_hidden_password_s(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = 6;
    first->password_set_us = second->password_set_us = -1;
    first->changed_us = NOW - USUAL;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    first->changed_us = NOW - USUAL - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
    first->changed_us = second->changed_us = -1;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
}


static void
ticket_tells_the_key_that_a_kdc_has(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_ticket(estate, DC1, MX1_SPN, 5, ETYPE_AES256);
    accounts_ticket(estate, DC2, MX1_SPN, 4, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "its tickets have kvno 4");
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "older password on " DC2);
}


static void
tickets_of_others_tell_nothing(void **state)
{
    struct estate *estate = *state;
    struct ticket_fact *ticket;

    accounts_mx1(estate, NULL, NULL);
    /* The name of another, of two, of nobody; of another realm; no ticket; a
       ticket without a version. */
    directory_computers(estate, "OLD", "SMTP/" OLD " SMTPSVC/" MX1);
    accounts_ticket(estate, DC1, "SMTP/" OLD, 9, ETYPE_AES256);
    accounts_ticket(estate, DC1, "SMTPSVC/" MX1, 9, ETYPE_AES256);
    accounts_ticket(estate, DC1, "SMTP/nobody.example.com", 9, ETYPE_AES256);
    ticket = accounts_ticket(estate, DC1, MX1_SPN, 9, ETYPE_AES256);
    record_set(&ticket->realm, "OTHER.EXAMPLE");
    ticket = accounts_ticket(estate, DC1, MX1_SPN, 9, ETYPE_AES256);
    ticket->outcome = KDC_FAILED;
    accounts_ticket(estate, DC2, MX1_SPN, 0, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
principals_of_other_realms_have_keys_of_their_own(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *root = record_new(fact_types[FACT_ROOTDSE]);
    struct account_fact *first, *second;

    facts_add(estate->facts, FACT_ROOTDSE, root, MON);
    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = -1;
    accounts_ticket(estate, DC1, MX1_SPN, 2, ETYPE_AES256);
    accounts_ticket(estate, DC1, "SMTPSVC/" MX1, 7, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


/* Make a DC an RODC. */
static void
make_read_only(struct estate *estate, const char *dc)
{
    struct dsa_fact *dsa = record_new(fact_types[FACT_DSA]);

    record_set(&dsa->host, dc);
    record_set(&dsa->server, dc);
    dsa->read_only = true;
    facts_add(estate->facts, FACT_DSA, dsa, MON);
}


static void
read_only_dc_has_a_number_of_its_own_in_front(void **state)
{
    struct estate *estate = *state;
    struct account_fact *second;

    make_read_only(estate, DC2);
    accounts_mx1(estate, NULL, &second);
    second->kvno = 0x12340005;
    accounts_ticket(estate, DC2, MX1_SPN, 0x12340005, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", true);
}


static void
read_only_dc_that_is_far_behind_is_a_warning(void **state)
{
    struct estate *estate = *state;
    struct account_fact *second;

    make_read_only(estate, DC2);
    accounts_mx1(estate, NULL, &second);
    second->kvno = 0x12340002;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "never verified");
}


static void
read_only_dc_ahead_tells_nothing(void **state)
{
    struct estate *estate = *state;
    struct account_fact *second;

    make_read_only(estate, DC2);
    accounts_mx1(estate, NULL, &second);
    second->kvno = 0x12340009;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
read_only_dc_need_not_have_a_key(void **state)
{
    struct estate *estate = *state;
    struct account_fact *second;

    make_read_only(estate, DC2);
    accounts_mx1(estate, NULL, &second);
    second->kvno = -1;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    second->kvno = 0x12340000;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
same_number_set_at_other_times_is_told(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first;

    accounts_mx1(estate, &first, NULL);
    first->password_set_us = NOW - USUAL;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
    first->password_set_us = NOW - USUAL - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "another pwdLastSet on " DC2);
    estate_expect_count(estate, 1);
}


static void
hidden_number_is_judged_by_the_time(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = -1;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", true);
    directory_expect_not_covered(estate, "msDS-KeyVersionNumber");
}


static void
far_sites_may_take_longer(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first;

    /* Then it is the default link's three hours. */
    estate->settings->numbers->replication_warn_us = 0;
    estate->settings->numbers->replication_crit_us = 0;
    accounts_mx1(estate, &first, NULL);
    first->kvno = 6;
    first->password_set_us = NOW - 180 * MINUTE;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    first->password_set_us = NOW - 200 * MINUTE;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
}


static void
new_key_that_a_ticket_alone_shows_is_of_unknown_age(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first;

    /* DC1's copy was read before the change, its ticket came after it. */
    accounts_mx1(estate, &first, NULL);
    first->password_set_us = NOW - 30 * DAY;
    accounts_ticket(estate, DC1, MX1_SPN, 6, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "the key of kvno 6");
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
    first->kvno = 6;
    first->password_set_us = NOW - USUAL - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
}


static void
ticket_stands_in_for_a_hidden_number(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->kvno = second->kvno = -1;
    first->password_set_us = NOW - USUAL;
    accounts_ticket(estate, DC1, MX1_SPN, 6, ETYPE_AES256);
    accounts_ticket(estate, DC2, MX1_SPN, 5, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    first->password_set_us = NOW - USUAL - 1;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
}


/* MX1 in a realm without Active Directory, whose KDCs have these versions of
   its key; 0: no ticket. */
static struct ticket_fact *
plain_estate(struct estate *estate, int64_t first, int64_t second)
{
    struct account_fact *on_dc1, *on_dc2;

    facts_add(estate->facts, FACT_ROOTDSE,
              record_new(fact_types[FACT_ROOTDSE]), MON);
    accounts_mx1(estate, &on_dc1, &on_dc2);
    on_dc1->kvno = on_dc2->kvno = -1;
    strings_clear(&on_dc1->spns);
    strings_clear(&on_dc2->spns);
    if (second)
        accounts_ticket(estate, DC2, "smtp/" MX1, second, ETYPE_AES256);
    return accounts_ticket(estate, DC1, "smtp/" MX1, first, ETYPE_AES256);
}


static void
kdcs_of_other_realms_should_have_the_same_key(void **state)
{
    struct estate *estate = *state;

    plain_estate(estate, 9, 2);
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$",
                          "older key of smtp/" MX1 " on " DC2);
    directory_expect_text(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", "kprop");
    accounts_expect_target(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", DC1);
    accounts_expect_target(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", DC2);
    assert_true(strings_contain(
        &findings_find(estate->findings, "ACCOUNT_KVNO_DIVERGED", "MX1$")
             ->concerns, DC2));
    estate_expect_count(estate, 1);
}


static void
kdcs_of_other_realms_with_the_same_key_are_well(void **state)
{
    struct estate *estate = *state;

    plain_estate(estate, 9, 9);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", true);
}


static void
kdc_of_another_realm_that_gave_no_ticket_leaves_it_open(void **state)
{
    struct estate *estate = *state;

    plain_estate(estate, 9, 0);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
}


static void
latest_ticket_of_a_kdc_of_another_realm_counts(void **state)
{
    struct estate *estate = *state;

    plain_estate(estate, 8, 9)->base.time_us = NOW - SECOND;
    accounts_ticket(estate, DC1, "smtp/" MX1, 9, ETYPE_AES256);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", true);
}


static void
ticket_of_a_third_realm_tells_nothing_of_this_one_s_keys(void **state)
{
    struct estate *estate = *state;

    record_set(&plain_estate(estate, 9, 2)->realm, "OTHER.EXAMPLE");
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(key_that_is_one_behind_is_a_warning_after_a_while),
        ESTATE_TEST(key_that_is_two_behind_is_critical_at_once),
        ESTATE_TEST(monitor_s_key_that_differs_stops_no_mail),
        ESTATE_TEST(time_of_change_stands_in_for_a_hidden_password_s),
        ESTATE_TEST(ticket_tells_the_key_that_a_kdc_has),
        ESTATE_TEST(tickets_of_others_tell_nothing),
        ESTATE_TEST(principals_of_other_realms_have_keys_of_their_own),
        ESTATE_TEST(read_only_dc_has_a_number_of_its_own_in_front),
        ESTATE_TEST(read_only_dc_that_is_far_behind_is_a_warning),
        ESTATE_TEST(read_only_dc_ahead_tells_nothing),
        ESTATE_TEST(read_only_dc_need_not_have_a_key),
        ESTATE_TEST(same_number_set_at_other_times_is_told),
        ESTATE_TEST(hidden_number_is_judged_by_the_time),
        ESTATE_TEST(far_sites_may_take_longer),
        ESTATE_TEST(new_key_that_a_ticket_alone_shows_is_of_unknown_age),
        ESTATE_TEST(ticket_stands_in_for_a_hidden_number),
        ESTATE_TEST(kdcs_of_other_realms_should_have_the_same_key),
        ESTATE_TEST(kdcs_of_other_realms_with_the_same_key_are_well),
        ESTATE_TEST(kdc_of_another_realm_that_gave_no_ticket_leaves_it_open),
        ESTATE_TEST(latest_ticket_of_a_kdc_of_another_realm_counts),
        ESTATE_TEST(ticket_of_a_third_realm_tells_nothing_of_this_one_s_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
