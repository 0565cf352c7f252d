/*
 * Sites, the ways between them, and how long a change may take.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/topology.h"
#include "tests/unit/forest.h"

#define MINUTE (60 * SECOND)

/* What a change usually takes within a site, and where nothing is known. */
enum { WITHIN = 5, UNKNOWN = 180 };


static int
set_up(void **state)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    estate_dc(estate, DC2, 2);
    estate_dc(estate, DC3, 3);
    *state = estate;
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


/* Assert what a change usually takes from DC1 to DC2, in minutes. */
static void
expect_usual(const struct estate *estate, int minutes)
{
    struct topology *topology
        = topology_new(estate->facts, estate->settings);
    struct allowance there = topology_allowance(topology, DC1, DC2);
    struct allowance back = topology_allowance(topology, DC2, DC1);

    assert_int_equal(there.usual_us, minutes * MINUTE);
    assert_int_equal(there.warn_us, 2 * minutes * MINUTE);
    assert_int_equal(there.crit_us, 4 * minutes * MINUTE);
    assert_int_equal(back.usual_us, there.usual_us);
    topology_free(topology);
}


static void
within_a_site_changes_take_minutes(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "Here");
    forest_dsa(estate, DC1, DC2, "here");
    expect_usual(estate, WITHIN);
}


static void
what_is_not_known_takes_the_default_interval(void **state)
{
    struct estate *estate = *state;

    expect_usual(estate, UNKNOWN);
    forest_dsa(estate, DC1, DC1, "Here");
    expect_usual(estate, UNKNOWN);
    forest_dsa(estate, DC1, DC2, "There");
    expect_usual(estate, UNKNOWN);
    forest_link(estate, DC1, "Here Elsewhere", 100, 30);
    expect_usual(estate, UNKNOWN);
}


static void
intervals_add_up_along_the_cheapest_path(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC1, DC2, "C");
    forest_link(estate, DC1, "A C", 300, 15);
    expect_usual(estate, WITHIN + 15);
    forest_link(estate, DC1, "A B", 100, 60);
    forest_link(estate, DC1, "B C", 100, 45);
    expect_usual(estate, WITHIN + 105);
    forest_link(estate, DC1, "A C", 199, 20);
    expect_usual(estate, WITHIN + 20);
}


static void
of_paths_at_one_cost_the_slowest_counts(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC1, DC2, "C");
    forest_link(estate, DC1, "A C", 200, 15);
    forest_link(estate, DC1, "A B", 100, 60);
    forest_link(estate, DC1, "B C", 100, 60);
    expect_usual(estate, WITHIN + 120);
    forest_link(estate, DC1, "A C", 200, 180);
    expect_usual(estate, WITHIN + 180);
}


static void
link_of_many_sites_joins_each_with_each(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC1, DC2, "E");
    forest_link(estate, DC1, "B A C D E", 100, 30);
    expect_usual(estate, WITHIN + 30);
}


static void
link_that_notifies_costs_no_time(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC1, DC2, "C");
    forest_link(estate, DC1, "A B", 100, 60)->options = 1;
    forest_link(estate, DC1, "B C", 100, 30)->options = 4;
    expect_usual(estate, WITHIN + 30);
}


static void
interval_is_kept_within_what_dcs_do(void **state)
{
    struct estate *estate = *state;
    struct site_link_fact *link;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC1, DC2, "B");
    link = forest_link(estate, DC1, "A B", 100, 1);
    expect_usual(estate, WITHIN + 15);
    link->interval_us = INT64_MAX;
    expect_usual(estate, WITHIN + 10080);
    link->cost = UINT32_MAX;
    expect_usual(estate, WITHIN + 10080);
    link->cost = 0;
    expect_usual(estate, WITHIN + 10080);
}


static void
what_one_dc_alone_knows_counts(void **state)
{
    struct estate *estate = *state;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC2, DC2, "B");
    forest_link(estate, DC3, "A B", 100, 45);
    expect_usual(estate, WITHIN + 45);
}


static void
what_a_dc_says_of_itself_comes_first(void **state)
{
    struct estate *estate = *state;
    struct topology *topology;

    forest_dsa(estate, DC1, DC2, "Old");
    forest_dsa(estate, DC2, DC2, "New");
    estate_netlogon(estate, DC2, 0);
    topology = topology_new(estate->facts, estate->settings);
    assert_string_equal(topology_site(topology, DC2), "New");
    assert_string_equal(topology_site(topology, DC3), "");
    topology_free(topology);
}


static void
netlogon_tells_a_site_where_nothing_else_does(void **state)
{
    struct estate *estate = *state;
    struct topology *topology;

    forest_netlogon(estate, DC1, "A", 0);
    forest_netlogon(estate, DC2, "A", DS_RODC);
    expect_usual(estate, WITHIN);
    topology = topology_new(estate->facts, estate->settings);
    assert_true(topology_read_only(topology, DC2));
    assert_false(topology_read_only(topology, DC1));
    topology_free(topology);
}


static void
configured_limits_replace_those_of_the_path(void **state)
{
    struct estate *estate = *state;
    struct settings_numbers *numbers = estate->settings->numbers;
    struct topology *topology
        = topology_new(estate->facts, estate->settings);
    struct allowance allowance;

    numbers->replication_warn_us = 10 * SECOND;
    allowance = topology_allowance(topology, DC1, DC2);
    assert_int_equal(allowance.usual_us, 5 * SECOND);
    assert_int_equal(allowance.warn_us, 10 * SECOND);
    assert_int_equal(allowance.crit_us, 20 * SECOND);
    numbers->replication_crit_us = 60 * SECOND;
    assert_int_equal(topology_longest(topology).crit_us, 60 * SECOND);
    numbers->replication_warn_us = 0;
    allowance = topology_allowance(topology, DC1, DC2);
    assert_int_equal(allowance.crit_us, 60 * SECOND);
    assert_int_equal(allowance.warn_us, 60 * SECOND);
    assert_int_equal(allowance.usual_us, 30 * SECOND);
    topology_free(topology);
}


static void
longest_way_among_the_dcs_is_found(void **state)
{
    struct estate *estate = *state;
    struct topology *topology;

    forest_dsa(estate, DC1, DC1, "A");
    forest_dsa(estate, DC1, DC2, "A");
    forest_dsa(estate, DC1, DC3, "B");
    forest_link(estate, DC1, "A B", 100, 60);
    forest_link(estate, DC1, "B C", 100, 600);
    topology = topology_new(estate->facts, estate->settings);
    assert_int_equal(topology_longest(topology).usual_us,
                     (WITHIN + 60) * MINUTE);
    topology_free(topology);
}


static void
mail_is_served_in_the_sites_of_its_servers(void **state)
{
    struct estate *estate = *state;
    struct target_mail *mail = settings_mail(estate->settings, MX1);
    struct topology *topology;

    forest_dsa(estate, DC1, DC1, "Centre");
    forest_dsa(estate, DC1, DC2, "Branch");
    strings_add(&mail->addresses, "10.53.7.25");
    forest_subnet(estate, DC1, "10.53.0.0/16", "Branch");
    forest_subnet(estate, DC1, "10.53.7.0/24", "Centre");
    topology = topology_new(estate->facts, estate->settings);
    assert_true(topology_serves_mail(topology, DC1));
    assert_false(topology_serves_mail(topology, DC2));
    assert_false(topology_serves_mail(topology, DC3));
    topology_free(topology);
}


static void
site_without_a_dc_is_served_by_any(void **state)
{
    struct estate *estate = *state;
    struct target_mail *mail = settings_mail(estate->settings, MX1);
    struct topology *topology;

    forest_dsa(estate, DC1, DC1, "Centre");
    forest_dsa(estate, DC1, DC2, "Branch");
    strings_add(&mail->addresses, "10.53.7.25");
    forest_subnet(estate, DC1, "10.53.7.0/24", "Warehouse");
    topology = topology_new(estate->facts, estate->settings);
    assert_true(topology_serves_mail(topology, DC2));
    topology_free(topology);
}


/* Assert the site that an address is in if there are these subnets, "Wide"
   and "Narrow" and one that is no subnet at all. */
static void
expect_narrow(const char *address, const char *wide, const char *narrow,
              bool serves)
{
    struct estate *estate = estate_new();
    struct target_mail *mail = settings_mail(estate->settings, MX1);
    struct topology *topology;

    forest_dsa(estate, DC1, DC1, "Wide");
    forest_dsa(estate, DC1, DC2, "Narrow");
    strings_add(&mail->addresses, address);
    forest_subnet(estate, DC1, narrow, "Narrow");
    forest_subnet(estate, DC1, wide, "Wide");
    topology = topology_new(estate->facts, estate->settings);
    if (topology_serves_mail(topology, DC2) != serves
        || topology_serves_mail(topology, DC1) == serves)
        fail_msg("%s in %s and %s", address, wide, narrow);
    topology_free(topology);
    estate_free(estate);
}


static void
narrowest_subnet_of_an_address_counts(void **state)
{
    (void)state;
    expect_narrow("10.1.2.3", "10.0.0.0/8", "10.1.2.2/31", true);
    expect_narrow("10.1.2.4", "10.0.0.0/8", "10.1.2.2/31", false);
    expect_narrow("10.1.2.3", "0.0.0.0/0", "10.1.2.3/32", true);
    expect_narrow("10.128.2.3", "10.0.0.0/8", "10.0.0.0/9", false);
    expect_narrow("10.127.2.3", "10.0.0.0/8", "10.0.0.0/9", true);
    expect_narrow("fd00:1::9", "fd00::/16", "fd00:1::/32", true);
    expect_narrow("fd00:2::9", "fd00::/16", "fd00:1::/32", false);
    expect_narrow("fd00::9", "::/0", "fd00::8/127", true);
    expect_narrow("10.1.2.3", "10.0.0.0/8", "10.1.2.3/33", false);
    expect_narrow("10.1.2.3", "10.0.0.0/8", "10.1.2.3/-1", false);
    expect_narrow("10.1.2.3", "10.0.0.0/8", "10.1.2.3/", false);
    expect_narrow("10.1.2.3", "10.0.0.0/8", "10.1.2.3", false);
    expect_narrow("10.1.2.3", "10.0.0.0/8", "10.1.2.3/32x", false);
    expect_narrow("10.1.2.3", "10.0.0.0/8", "::a01:203/128", false);
}


static void
dcs_are_found_by_both_their_guids(void **state)
{
    struct estate *estate = *state;
    struct topology *topology;

    forest_dsa(estate, DC1, DC2, "A");
    forest_directory(estate, DC3, "INV-DC3", 100);
    topology = topology_new(estate->facts, estate->settings);
    assert_string_equal(topology_partner(topology, "guid-" DC2), DC2);
    assert_string_equal(topology_partner(topology, "GUID-" DC2), DC2);
    assert_string_equal(topology_writer(topology, "inv-" DC2), DC2);
    assert_string_equal(topology_writer(topology, "inv-dc3"), DC3);
    assert_null(topology_partner(topology, "guid-of-nobody"));
    assert_null(topology_writer(topology, ""));
    topology_free(topology);
}


static void
tombstone_lifetime_has_a_default(void **state)
{
    struct estate *estate = *state;
    struct topology *topology
        = topology_new(estate->facts, estate->settings);

    assert_int_equal(topology_tombstone_us(topology),
                     60 * 24 * 60 * MINUTE);
    forest_directory(estate, DC1, "i", 1);
    forest_directory(estate, DC2, "j", 1)->tombstone_us = 180 * 24 * MINUTE;
    assert_int_equal(topology_tombstone_us(topology), 180 * 24 * MINUTE);
    topology_free(topology);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(within_a_site_changes_take_minutes,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_not_known_takes_the_default_interval, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            intervals_add_up_along_the_cheapest_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            of_paths_at_one_cost_the_slowest_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_of_many_sites_joins_each_with_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(link_that_notifies_costs_no_time,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(interval_is_kept_within_what_dcs_do,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_one_dc_alone_knows_counts,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_dc_says_of_itself_comes_first,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            netlogon_tells_a_site_where_nothing_else_does, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            configured_limits_replace_those_of_the_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(longest_way_among_the_dcs_is_found,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            mail_is_served_in_the_sites_of_its_servers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(site_without_a_dc_is_served_by_any,
                                        set_up, tear_down),
        cmocka_unit_test(narrowest_subnet_of_an_address_counts),
        cmocka_unit_test_setup_teardown(dcs_are_found_by_both_their_guids,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(tombstone_lifetime_has_a_default,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
