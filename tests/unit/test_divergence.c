/*
 * Accounts that differ between domain controllers.
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
#include "tests/unit/forest.h"

#define MINUTE (60 * SECOND)
#define NOW (INT64_C(1800000000) * SECOND)
#define SPNS "SMTP/" MX1 " SMTPSVC/" MX1
#define THERE DC1 "->" DC2 " MX1$"
#define BACK DC2 "->" DC1 " MX1$"

/* The two copies of MX1's account, alike and an hour old. */
struct world {
    struct estate *estate;
    struct account_fact *here;   /* DC1's */
    struct account_fact *there;  /* DC2's */
};


/* A DC's copy of MX1's account. */
static struct account_fact *
add_copy(struct estate *estate, const char *dc)
{
    struct account_fact *fact = directory_computer(estate, dc, "MX1", SPNS);

    fact->kvno = 7;
    fact->password_set_us = NOW - 100 * MINUTE;
    fact->changed_us = NOW - 60 * MINUTE;
    return fact;
}


static int
set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    struct estate *estate = directory_new();

    estate->settings->numbers->time_us = NOW;
    forest_dsa(estate, DC1, DC1, "Here");
    forest_dsa(estate, DC1, DC2, "Here");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    world->estate = estate;
    world->here = add_copy(estate, DC1);
    world->there = add_copy(estate, DC2);
    *state = world;
    return 0;
}


static int
tear_down(void **state)
{
    struct world *world = *state;

    estate_free(world->estate);
    free(world);
    return 0;
}


static void
judge(const struct world *world)
{
    estate_judge(world->estate, &replication_check);
}


/* DC1's copy changed so long ago. */
static void
change(struct world *world, int64_t ago_us)
{
    world->here->changed_us = NOW - ago_us;
}


static void
equal_copies_are_well_in_both_directions(void **state)
{
    struct world *world = *state;

    judge(world);
    estate_expect_count(world->estate, 0);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, true);
    directory_expect_judged(world->estate, "REPL_DIVERGED", BACK, true);
    directory_expect_judged(world->estate, "REPL_DIVERGED", "gone", true);
}


static void
accounts_that_are_gone_are_well_only_if_every_dc_was_read(void **state)
{
    struct world *world = *state;

    estate_dc(world->estate, DC3, 3)->ldap = LDAP;
    judge(world);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, true);
    directory_expect_judged(world->estate, "REPL_DIVERGED", BACK, true);
    directory_expect_judged(world->estate, "REPL_DIVERGED", "gone", false);
}


static void
difference_counts_from_twice_the_allowance(void **state)
{
    struct world *world = *state;

    world->here->account_control |= UAC_DISABLED;
    change(world, 10 * MINUTE);
    judge(world);
    estate_expect_count(world->estate, 0);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, false);
    directory_expect_judged(world->estate, "REPL_DIVERGED", "gone", false);
    change(world, 10 * MINUTE + 1);
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_WARNING);
    change(world, 20 * MINUTE);
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_WARNING);
    change(world, 20 * MINUTE + 1);
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_CRITICAL);
    estate_expect_count(world->estate, 1);
    directory_expect_text(world->estate, "REPL_DIVERGED", THERE,
                          "userAccountControl: 4098 on " DC1 ", 4096 on "
                          DC2);
    directory_expect_text(world->estate, "REPL_DIVERGED", THERE,
                          "drs replicate " DC2 " " DC1 " '" DOMAIN_NC "'");
}


static void
newer_copy_is_the_source(void **state)
{
    struct world *world = *state;

    world->there->kvno = 8;
    world->there->password_set_us = NOW - 15 * MINUTE;
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", BACK, STATUS_WARNING);
    directory_expect_text(world->estate, "REPL_DIVERGED", BACK,
                          "msDS-KeyVersionNumber and pwdLastSet");
    directory_expect_text(world->estate, "REPL_DIVERGED", BACK,
                          "msDS-KeyVersionNumber: 8 on " DC2 ", 7 on " DC1);
    directory_expect_text(world->estate, "REPL_DIVERGED", BACK,
                          "pwdLastSet: 2027-01-15T07:45:00.000000Z on " DC2);
}


static void
password_tells_before_any_other_change(void **state)
{
    struct world *world = *state;

    /* DC1's password is new; something unrelated reached DC2 just now. */
    world->here->kvno = 8;
    world->here->password_set_us = NOW - 10 * MINUTE;
    change(world, 10 * MINUTE);
    world->there->changed_us = NOW - MINUTE;
    judge(world);
    estate_expect_count(world->estate, 0);
    world->here->password_set_us--;
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_WARNING);
    estate_expect_count(world->estate, 1);
}


static void
password_that_must_be_changed_is_no_time(void **state)
{
    struct world *world = *state;

    world->here->password_set_us = 0;
    change(world, 15 * MINUTE);
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_WARNING);
    directory_expect_text(world->estate, "REPL_DIVERGED", THERE,
                          "pwdLastSet: never on " DC1);
}


static void
evidence_names_the_dc_that_is_behind(void **state)
{
    struct world *world = *state;
    const struct finding *finding;

    world->here->kvno = 8;
    judge(world);
    finding = findings_find(world->estate->findings, "REPL_DIVERGED", THERE);
    assert_non_null(finding);
    assert_string_equal(finding->evidence[0].target, DC2);
}


static void
principal_names_are_told_apart_by_dc(void **state)
{
    struct world *world = *state;

    strings_add(&world->here->spns, "SMTP/new");
    strings_add(&world->there->spns, "SMTP/old");
    change(world, 15 * MINUTE);
    judge(world);
    directory_expect_text(world->estate, "REPL_DIVERGED", THERE,
                          "only " DC1 " has SMTP/new");
    directory_expect_text(world->estate, "REPL_DIVERGED", THERE,
                          "only " DC2 " has SMTP/old");
}


static void
order_and_case_of_principal_names_do_not_matter(void **state)
{
    struct world *world = *state;

    strings_clear(&world->there->spns);
    strings_add(&world->there->spns, "smtpsvc/" MX1);
    strings_add(&world->there->spns, "SMTP/MX1.EXAMPLE.COM");
    judge(world);
    estate_expect_count(world->estate, 0);
}


static void
long_lists_of_principal_names_are_cut(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < 12; i++) {
        char *spn = xasprintf("HTTP/h%d", i);

        strings_add(&world->here->spns, spn);
        free(spn);
    }
    judge(world);
    directory_expect_text(world->estate, "REPL_DIVERGED", THERE,
                          "HTTP/h9 and 2 more");
}


static void
what_may_not_be_read_does_not_differ(void **state)
{
    struct world *world = *state;

    world->there->kvno = -1;
    world->there->password_set_us = -1;
    world->there->account_control = -1;
    strings_clear(&world->there->spns);
    judge(world);
    estate_expect_count(world->estate, 0);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, false);
    directory_expect_judged(world->estate, "REPL_DIVERGED", "gone", false);
    directory_expect_not_covered(world->estate, "MX1$: too little of it");
}


static void
names_and_one_sign_of_the_password_are_enough_to_be_equal(void **state)
{
    struct world *world = *state;

    world->there->kvno = -1;
    judge(world);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, true);
    world->there->password_set_us = -1;
    judge(world);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, false);
    world->there->kvno = 7;
    judge(world);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, true);
}


static void
dc_that_no_mail_server_uses_is_a_warning(void **state)
{
    struct world *world = *state;

    forest_dsa(world->estate, DC2, DC2, "Branch");
    forest_link(world->estate, DC1, "Here Branch", 100, 0);
    forest_subnet(world->estate, DC1, "192.0.2.0/24", "Here");
    strings_add(&settings_mail(world->estate->settings, MX1)->addresses,
                "192.0.2.25");
    world->here->account_control |= UAC_DISABLED;
    change(world, 100 * MINUTE);
    world->there->changed_us = NOW - 100 * MINUTE;
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_WARNING);
}


static void
empty_list_of_principal_names_is_no_hidden_one(void **state)
{
    struct world *world = *state;

    strings_clear(&world->there->spns);
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_CRITICAL);
}


static void
times_that_may_not_be_read_are_not_covered(void **state)
{
    struct world *world = *state;

    world->here->changed_us = world->there->changed_us = -1;
    world->here->password_set_us = world->there->password_set_us = -1;
    world->here->kvno = 9;
    judge(world);
    estate_expect_count(world->estate, 0);
    directory_expect_not_covered(world->estate,
                                 "MX1$: when it was changed");
}


static void
key_of_an_rodc_is_not_compared(void **state)
{
    struct world *world = *state;

    forest_netlogon(world->estate, DC2, "Here", DS_RODC);
    world->there->kvno = (INT64_C(23) << 16) | 6;
    world->there->changed_us = NOW - 15 * MINUTE;
    judge(world);
    estate_expect_count(world->estate, 0);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, true);
    world->there->password_set_us = -1;
    judge(world);
    directory_expect_judged(world->estate, "REPL_DIVERGED", THERE, false);
}


static void
way_between_the_sites_gives_the_allowance(void **state)
{
    struct world *world = *state;

    forest_dsa(world->estate, DC2, DC2, "There");
    forest_link(world->estate, DC1, "Here There", 100, 180);
    world->here->kvno = 8;
    change(world, 370 * MINUTE);
    world->there->changed_us = NOW - 400 * MINUTE;
    world->here->password_set_us = NOW - 370 * MINUTE;
    world->there->password_set_us = NOW - 400 * MINUTE;
    judge(world);
    estate_expect_count(world->estate, 0);
    change(world, 370 * MINUTE + 1);
    world->here->password_set_us--;
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_WARNING);
}


static void
clock_of_the_dc_that_tells_the_time_is_taken_into_account(void **state)
{
    struct world *world = *state;

    world->here->kvno = 8;
    change(world, 14 * MINUTE);
    estate_offset(world->estate, DC1, -5 * MINUTE);
    judge(world);
    estate_expect_count(world->estate, 0);
}


static void
each_dc_that_is_behind_is_told_of(void **state)
{
    struct world *world = *state;
    struct account_fact *third;

    forest_dsa(world->estate, DC1, DC3, "Here");
    third = add_copy(world->estate, DC3);
    world->here->kvno = 8;
    change(world, 15 * MINUTE);
    judge(world);
    estate_expect_count(world->estate, 2);
    third->kvno = 8;
    judge(world);
    estate_expect_count(world->estate, 1);
    directory_expect_judged(world->estate, "REPL_DIVERGED",
                            DC3 "->" DC1 " MX1$", true);
}


static void
moved_account_is_the_same(void **state)
{
    struct world *world = *state;

    record_set(&world->there->dn, "CN=MX1,OU=Mail," BASE);
    world->here->kvno = 8;
    judge(world);
    estate_expect(world->estate, "REPL_DIVERGED", THERE, STATUS_CRITICAL);
    estate_expect_count(world->estate, 1);
}


static void
copy_of_a_global_catalog_does_not_count(void **state)
{
    struct world *world = *state;
    struct account_fact *catalog = add_copy(world->estate, DC2);

    catalog->port = GC;
    catalog->kvno = 1;
    judge(world);
    estate_expect_count(world->estate, 0);
}


static void
account_read_twice_counts_as_it_was_last(void **state)
{
    struct world *world = *state;
    struct account_fact *later = add_copy(world->estate, DC2);

    world->there->kvno = 6;
    later->base.time_us = 1;
    judge(world);
    estate_expect_count(world->estate, 0);
}


int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(equal_copies_are_well_in_both_directions),
        TEST(accounts_that_are_gone_are_well_only_if_every_dc_was_read),
        TEST(difference_counts_from_twice_the_allowance),
        TEST(newer_copy_is_the_source),
        TEST(password_tells_before_any_other_change),
        TEST(password_that_must_be_changed_is_no_time),
        TEST(evidence_names_the_dc_that_is_behind),
        TEST(principal_names_are_told_apart_by_dc),
        TEST(order_and_case_of_principal_names_do_not_matter),
        TEST(long_lists_of_principal_names_are_cut),
        TEST(what_may_not_be_read_does_not_differ),
        TEST(names_and_one_sign_of_the_password_are_enough_to_be_equal),
        TEST(dc_that_no_mail_server_uses_is_a_warning),
        TEST(empty_list_of_principal_names_is_no_hidden_one),
        TEST(times_that_may_not_be_read_are_not_covered),
        TEST(key_of_an_rodc_is_not_compared),
        TEST(way_between_the_sites_gives_the_allowance),
        TEST(clock_of_the_dc_that_tells_the_time_is_taken_into_account),
        TEST(each_dc_that_is_behind_is_told_of),
        TEST(moved_account_is_the_same),
        TEST(copy_of_a_global_catalog_does_not_count),
        TEST(account_read_twice_counts_as_it_was_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
