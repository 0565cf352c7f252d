/*
 * When two holders of an SPN are a duplicate, and when they are not.
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

#define SPN "SMTPSVC/" MX1
#define CHILD_DN "CN=EX,CN=Computers,DC=child," BASE


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
    estate_judge(estate, &duplicates_check);
}


/* What was measured of the domain. */
static double
measured(const struct estate *estate, const char *name)
{
    const struct findings *findings = estate->findings;

    for (size_t i = 0; i < findings->measurement_count; i++)
        if (strcmp(findings->measurements[i].name, name) == 0)
            return findings->measurements[i].number;
    fail_msg("no measurement %s", name);
    return 0;
}


static void
one_holder_is_fine(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "SPN_DUPLICATE", SPN, true);
    directory_expect_judged(estate, "SPN_DUPLICATE", "SMTP/deleted", true);
    assert_int_equal(estate->findings->results[0].covered, 4);
    assert_true(measured(estate, "spns") == 4);
    assert_true(measured(estate, "holders") == 1);
    assert_true(measured(estate, "groups") == 0);
}


static void
directory_without_spns_has_been_judged(void **state)
{
    judge(*state);
    assert_int_equal(((struct estate *)*state)->findings->results[0].covered,
                     1);
}


static void
two_holders_are_critical_and_both_are_told(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_computers(estate, "OLD", SPN);
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", SPN, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "MX1$ looks right");
    directory_expect_text(estate, "SPN_DUPLICATE", SPN,
                          MX1_DN " (MX1$, enabled, looks right) holds " SPN
                          " on 2 domain controllers");
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "CN=OLD");
    directory_expect_text(estate, "SPN_DUPLICATE", SPN,
                          "setspn -D " SPN " OLD");
    assert_int_equal(estate->findings->items[0]->remedy.count, 2);
    assert_true(measured(estate, "groups") == 1);
}


static void
duplicate_on_one_dc_alone_is_critical(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_computer(estate, DC2, "OLD", SPN);
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", SPN, STATUS_CRITICAL);
}


static void
difference_in_case_only_is_a_duplicate(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_computers(estate, "OLD", "smtpsvc/MX1.Example.com");
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", SPN, STATUS_CRITICAL);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "letter case");
}


static void
move_between_the_dcs_is_no_duplicate(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1", SPN);
    directory_computer(estate, DC2, "OLD", SPN);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
renamed_account_is_no_duplicate(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1", SPN);
    record_set(&directory_computer(estate, DC2, "MX1", SPN)->dn,
               "CN=MX1,OU=Servers," BASE);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
port_makes_another_spn(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "MX1", "SMTP/mx1");
    directory_computers(estate, "OLD", "SMTP/mx1:25");
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
replication_conflict_is_named(void **state)
{
    struct estate *estate = *state;
    struct account_fact *loser;

    directory_mx1(estate);
    loser = directory_computer(estate, DC1, "MX1", SPN);
    record_set(&loser->dn, "CN=MX1\\0ACNF:5f2c,CN=Computers," BASE);
    record_set(&loser->sam_account_name, "$DUPLICATE-1f4");
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", SPN, STATUS_CRITICAL);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN,
                          "a replication conflict");
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "MX1$ looks right");
}


static void
configured_account_looks_right(void **state)
{
    struct estate *estate = *state;
    struct target_mail *mail = directory_mail(estate, MX1, MAIL_CONFIGURED);

    record_set(&mail->account, "SVC");
    strings_add(&mail->names, "mail.example.com");
    directory_computers(estate, "SVC", "SMTP/mail.example.com");
    directory_computers(estate, "OLD", "SMTP/mail.example.com");
    judge(estate);
    directory_expect_text(estate, "SPN_DUPLICATE", "SMTP/mail.example.com",
                          "SVC$ looks right");
}


static void
nobody_looks_right_where_nothing_tells(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "A", SPN);
    directory_computers(estate, "B", SPN);
    judge(estate);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "find out whose");
    assert_int_equal(estate->findings->items[0]->remedy.count, 5);
}


static void
disabled_holder_is_said_to_be(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_computer(estate, DC1, "OLD", SPN)->account_control
        |= UAC_DISABLED;
    judge(estate);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "OLD$, disabled");
}


static void
other_services_count_with_scope_all_only(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "A", "HTTP/web");
    directory_computers(estate, "B", "http/WEB");
    judge(estate);
    estate_expect_count(estate, 0);

    estate->settings->numbers->duplicates_all = true;
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", "HTTP/web", STATUS_WARNING);
}


static void
every_krbtgt_has_its_password_service(void **state)
{
    struct estate *estate = *state;

    estate->settings->numbers->duplicates_all = true;
    record_set(&directory_computer(estate, DC1, "K1", "kadmin/changepw")
                    ->sam_account_name, "krbtgt");
    record_set(&directory_computer(estate, DC1, "K2", "kadmin/changepw")
                    ->sam_account_name, "krbtgt_4711");
    judge(estate);
    estate_expect_count(estate, 0);

    directory_computer(estate, DC1, "X", "kadmin/changepw");
    directory_computer(estate, DC1, "Y", "kadmin/changepw");
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", "KADMIN/changepw", STATUS_WARNING);
}


static void
malformed_mail_spns_are_left_to_the_check_spn(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "A", "SMTPSVC/");
    directory_computers(estate, "B", "SMTPSVC/");
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
unconfirmed_sighting_in_the_catalog_is_a_warning(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_search(estate, DC1, GC, SEARCH_FOREST, SEARCH_OK);
    directory_foreign(estate, DC1, MX1_DN, "MX1$", SPN);
    directory_foreign(estate, DC1, CHILD_DN, "EX$", SPN);
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", SPN, STATUS_WARNING);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "may be stale");
}


static void
confirmed_holders_in_two_domains_are_a_duplicate(void **state)
{
    struct estate *estate = *state;
    struct account_fact *child;

    directory_mx1(estate);
    directory_search(estate, DC1, GC, SEARCH_FOREST, SEARCH_OK);
    directory_foreign(estate, DC1, MX1_DN, "MX1$", SPN);
    directory_foreign(estate, DC1, CHILD_DN, "EX$", SPN);
    record_set(&directory_search(estate, DC3, LDAP, SEARCH_SPNS, SEARCH_OK)
                    ->base_dn, "DC=child," BASE);
    child = directory_foreign(estate, DC3, CHILD_DN, "EX$", SPN);
    child->port = LDAP;
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", SPN, STATUS_CRITICAL);
}


static void
stale_catalog_is_overruled_by_the_domains_own_dcs(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_search(estate, DC1, GC, SEARCH_FOREST, SEARCH_OK);
    directory_foreign(estate, DC1, MX1_DN, "MX1$", SPN);
    directory_foreign(estate, DC1, "CN=OLD,CN=Computers," BASE, "OLD$", SPN);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
search_for_mail_services_overrules_no_others(void **state)
{
    struct estate *estate = *state;

    estate->settings->numbers->duplicates_all = true;
    directory_search(estate, DC1, GC, SEARCH_FOREST, SEARCH_OK);
    directory_foreign(estate, DC1, "CN=A," BASE, "A$", "HTTP/web");
    directory_foreign(estate, DC1, "CN=B," BASE, "B$", "HTTP/web");
    judge(estate);
    estate_expect(estate, "SPN_DUPLICATE", "HTTP/web", STATUS_WARNING);
}


static void
catalog_that_was_not_read_is_said_where_there_is_one(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    estate->settings->numbers->duplicates_forest = true;
    judge(estate);
    directory_expect_not_covered(estate, NULL);

    estate_netlogon(estate, DC1, DS_GC);
    judge(estate);
    directory_expect_not_covered(estate, "only the domain example.com");
    directory_expect_judged(estate, "SPN_DUPLICATE", SPN, false);

    directory_search(estate, DC1, GC, SEARCH_FOREST, SEARCH_OK);
    judge(estate);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "SPN_DUPLICATE", SPN, true);
}


static void
unread_dc_heals_nothing(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    directory_mx1(estate);
    judge(estate);
    directory_expect_not_covered(estate, DC3);
    directory_expect_judged(estate, "SPN_DUPLICATE", SPN, false);
    assert_int_equal(estate->findings->results[0].covered, 4);
}


static void
many_holders_stay_a_short_message(void **state)
{
    struct estate *estate = *state;

    for (int i = 0; i < 30; i++) {
        char *name = xasprintf("HOST%d", i);

        directory_computers(estate, name, SPN);
        free(name);
    }
    judge(estate);
    directory_expect_text(estate, "SPN_DUPLICATE", SPN, "and 26 more");
    assert_int_equal(estate->findings->items[0]->evidence_count, 20);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(one_holder_is_fine),
        ESTATE_TEST(directory_without_spns_has_been_judged),
        ESTATE_TEST(two_holders_are_critical_and_both_are_told),
        ESTATE_TEST(duplicate_on_one_dc_alone_is_critical),
        ESTATE_TEST(difference_in_case_only_is_a_duplicate),
        ESTATE_TEST(move_between_the_dcs_is_no_duplicate),
        ESTATE_TEST(renamed_account_is_no_duplicate),
        ESTATE_TEST(port_makes_another_spn),
        ESTATE_TEST(replication_conflict_is_named),
        ESTATE_TEST(configured_account_looks_right),
        ESTATE_TEST(nobody_looks_right_where_nothing_tells),
        ESTATE_TEST(disabled_holder_is_said_to_be),
        ESTATE_TEST(other_services_count_with_scope_all_only),
        ESTATE_TEST(every_krbtgt_has_its_password_service),
        ESTATE_TEST(malformed_mail_spns_are_left_to_the_check_spn),
        ESTATE_TEST(unconfirmed_sighting_in_the_catalog_is_a_warning),
        ESTATE_TEST(confirmed_holders_in_two_domains_are_a_duplicate),
        ESTATE_TEST(stale_catalog_is_overruled_by_the_domains_own_dcs),
        ESTATE_TEST(search_for_mail_services_overrules_no_others),
        ESTATE_TEST(catalog_that_was_not_read_is_said_where_there_is_one),
        ESTATE_TEST(unread_dc_heals_nothing),
        ESTATE_TEST(many_holders_stay_a_short_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
