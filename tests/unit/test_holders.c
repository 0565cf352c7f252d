/*
 * The index of who holds which SPN, and who really rivals whom.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "checks/holders.h"
#include "checks/principal.h"
#include "tests/unit/directory.h"


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


static struct holders *
build(const struct estate *estate)
{
    return holders_new(estate->facts, estate->settings);
}


static void
spn_is_found_whatever_its_case(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;

    directory_computers(estate, "MX1", "smtp/MX1 SMTP/mx1:25");
    holders = build(estate);
    assert_int_equal(holders_find(holders, "SMTP/mx1").count, 2);
    assert_int_equal(holders_find(holders, "SMTP/mx1:25").count, 2);
    assert_int_equal(holders_find(holders, "SMTP/mx").count, 0);
    assert_int_equal(holders_find(holders, "SMTP/mx11").count, 0);
    assert_int_equal(holders_find(holders, "").count, 0);
    holders_free(holders);
}


static void
account_found_twice_on_one_dc_counts_once(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;

    directory_computer(estate, DC1, "MX1", "SMTP/mx1");
    directory_computer(estate, DC1, "MX1", "SMTP/mx1 smtp/MX1");
    holders = build(estate);
    assert_int_equal(holders->account_count, 1);
    assert_int_equal(holders_find(holders, "SMTP/mx1").count, 1);
    holders_free(holders);
}


static void
of_two_recordings_of_a_dc_the_later_counts(void **state)
{
    struct estate *estate = *state;
    struct search_fact *search = record_new(fact_types[FACT_SEARCH]);
    struct account_fact *old = record_new(fact_types[FACT_ACCOUNT]);
    struct holders *holders;

    /* MX1 recorded DC1 before the SPN was moved, MON afterwards. */
    directory_computer(estate, DC1, "MX1", "SMTP/mx1");
    record_set(&search->host, DC1);
    search->port = LDAP;
    search->purpose = SEARCH_SPNS;
    search->base.time_us = -1;
    facts_add(estate->facts, FACT_SEARCH, search, MX1);
    record_set(&old->host, DC1);
    record_set(&old->dn, "CN=OLD," BASE);
    strings_add(&old->spns, "SMTP/mx1");
    old->port = LDAP;
    facts_add(estate->facts, FACT_ACCOUNT, old, MX1);
    holders = build(estate);
    assert_int_equal(holders_find(holders, "SMTP/mx1").count, 1);
    assert_int_equal(holders->account_count, 1);
    holders_free(holders);
}


static void
groups_are_walked_in_order_and_end(void **state)
{
    struct estate *estate = *state;
    struct group group = {NULL, 0};
    struct holders *holders;

    directory_computers(estate, "MX1", "SMTP/b SMTP/a");
    holders = build(estate);
    assert_true(holders_next(holders, &group));
    assert_string_equal(group.first->spn, "SMTP/a");
    assert_int_equal(group.count, 2);
    assert_true(holders_next(holders, &group));
    assert_string_equal(group.first->spn, "SMTP/b");
    assert_false(holders_next(holders, &group));
    holders_free(holders);
}


static void
empty_directory_has_no_groups(void **state)
{
    struct group group = {NULL, 0};
    struct holders *holders = build(*state);

    assert_false(holders_next(holders, &group));
    assert_int_equal(holders_find(holders, "SMTP/a").count, 0);
    assert_true(holders_are_complete(holders,
                                     ((struct estate *)*state)->settings));
    holders_free(holders);
}


static void
dc_without_a_complete_search_is_missed(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;

    estate_dc(estate, DC3, 3);
    directory_search(estate, DC3, LDAP, SEARCH_SPNS, SEARCH_TIMED_OUT);
    directory_search(estate, DC3, LDAP, SEARCH_ACCOUNTS, SEARCH_OK);
    directory_search(estate, DC3, GC, SEARCH_FOREST, SEARCH_OK);
    holders = build(estate);
    assert_false(holders_are_complete(holders, estate->settings));
    holders_free(holders);

    settings_dc(estate->settings, DC3)->ldap = 0;
    holders = build(estate);
    assert_true(holders_are_complete(holders, estate->settings));
    holders_free(holders);
}


static void
configured_ports_tell_the_global_catalog(void **state)
{
    struct estate *estate = *state;
    struct target_dc *dc = estate_dc(estate, DC3, 3);
    struct holders *holders;

    dc->ldap = GC;
    dc->gc = 10389;
    directory_search(estate, DC3, 10389, SEARCH_SPNS, SEARCH_OK);
    holders = build(estate);
    assert_false(holders_are_complete(holders, estate->settings));
    holders_free(holders);

    directory_search(estate, DC3, GC, SEARCH_SPNS, SEARCH_OK);
    holders = build(estate);
    assert_true(holders_are_complete(holders, estate->settings));
    holders_free(holders);
}


static void
state_of_own_copy_counts_before_the_catalog(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;
    struct account_fact *stale;

    directory_search(estate, DC1, GC, SEARCH_FOREST, SEARCH_OK);
    stale = directory_foreign(estate, DC1, MX1_DN, "MX1$", "SMTP/mx1");
    stale->account_control |= UAC_DISABLED;
    directory_computer(estate, DC1, "MX1", "SMTP/mx1");
    holders = build(estate);
    assert_int_equal(holders->account_count, 1);
    assert_int_equal(account_state(holders, &holders->accounts[0]),
                     ACCOUNT_ENABLED);
    holders_free(holders);
}


static void
unreadable_control_is_neither_state(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;

    directory_computer(estate, DC1, "MX1", "SMTP/mx1")->account_control = -1;
    holders = build(estate);
    assert_int_equal(account_state(holders, &holders->accounts[0]),
                     ACCOUNT_UNREADABLE);
    holders_free(holders);

    directory_computer(estate, DC2, "MX1", "SMTP/mx1")->account_control
        = UAC_DISABLED;
    holders = build(estate);
    assert_int_equal(account_state(holders, &holders->accounts[0]),
                     ACCOUNT_DISABLED);
    holders_free(holders);
}


static void
account_without_a_name_goes_by_its_rdn(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;
    char *name;

    directory_foreign(estate, DC1, "CN=a\\, b,DC=example,DC=com", "", "x/y");
    holders = build(estate);
    name = account_name(&holders->accounts[0]);
    assert_string_equal(name, "CN=a\\, b");
    free(name);
    holders_free(holders);
}


static void
moved_account_is_the_same_account(void **state)
{
    struct estate *estate = *state;
    struct holders *holders;

    directory_foreign(estate, DC1, "CN=A,OU=x,DC=example,DC=com", "A$", "x/y");
    directory_foreign(estate, DC1, "CN=A,OU=y,DC=example,DC=com", "a$", "x/y");
    directory_foreign(estate, DC1, "CN=A,OU=z,DC=other", "A$", "x/y");
    holders = build(estate);
    assert_int_equal(holders->account_count, 3);
    assert_true(account_is(&holders->accounts[0], &holders->accounts[1]));
    assert_false(account_is(&holders->accounts[0], &holders->accounts[2]));
    holders_free(holders);
}


static void
domain_is_the_tail_of_a_dn(void **state)
{
    static const char *const pairs[][2] = {
        {"CN=a,DC=Example,DC=com", "example.com"},
        {"DC=example,dc=COM", "example.com"},
        {"DC=x,CN=a,DC=b", "b"},
        {"CN=a\\,DC=x,DC=b", "b"},
        {"CN=a,o=org", ""},
        {"", ""},
        {"\\", ""},
        {"DC=", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char *domain = dn_domain(pairs[i][0]);

        assert_string_equal(domain, pairs[i][1]);
        free(domain);
    }
}


static void
two_hundred_thousand_spns_take_seconds_at_most(void **state)
{
    struct estate *estate = *state;
    clock_t begun = clock();
    struct holders *holders;

    for (int i = 0; i < 20000; i++) {
        char *name = xasprintf("HOST%d", (i * 7919) % 20000);
        struct account_fact *fact
            = directory_computer(estate, DC1, name, "");

        for (int j = 0; j < 10; j++) {
            char *spn = xasprintf("class%d/%s", j, name);

            strings_add(&fact->spns, spn);
            free(spn);
        }
        free(name);
    }
    holders = build(estate);
    assert_int_equal(holders->holding_count, 200000);
    assert_int_equal(holders_find(holders, "CLASS9/host19999").count, 1);
    holders_free(holders);
    assert_true((clock() - begun) / CLOCKS_PER_SEC < 10);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(spn_is_found_whatever_its_case,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            account_found_twice_on_one_dc_counts_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            of_two_recordings_of_a_dc_the_later_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_are_walked_in_order_and_end,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_directory_has_no_groups, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(dc_without_a_complete_search_is_missed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            configured_ports_tell_the_global_catalog, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            state_of_own_copy_counts_before_the_catalog, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unreadable_control_is_neither_state,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(account_without_a_name_goes_by_its_rdn,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(moved_account_is_the_same_account,
                                        set_up, tear_down),
        cmocka_unit_test(domain_is_the_tail_of_a_dn),
        cmocka_unit_test_setup_teardown(
            two_hundred_thousand_spns_take_seconds_at_most, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
