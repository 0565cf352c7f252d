/*
 * Which stored SPN is malformed or orphaned, and which is not.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/spn.h"
#include "tests/unit/directory.h"

#define MX1_SPNS "SMTP/mx1 SMTP/" MX1 " SMTPSVC/mx1 SMTPSVC/" MX1


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
    estate_judge(estate, &spn_check);
}


static void
malformed_values_are_told_as_stored(void **state)
{
    struct estate *estate = *state;

    strings_add(&directory_computer(estate, DC1, "X",
                                    "SMTPSVC/ SMTPSVC//x SMTP/x:0")->spns,
                "SMTP/X y");
    judge(estate);
    estate_expect(estate, "SPN_MALFORMED", "SMTPSVC/", STATUS_WARNING);
    estate_expect(estate, "SPN_MALFORMED", "SMTPSVC//x", STATUS_WARNING);
    estate_expect(estate, "SPN_MALFORMED", "SMTP/x:0", STATUS_WARNING);
    estate_expect(estate, "SPN_MALFORMED", "SMTP/X y", STATUS_WARNING);
    estate_expect_count(estate, 4);
}


static void
malformed_values_of_other_services_are_not_ours(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "X", "HTTP/ HTTP//x");
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "SPN_MALFORMED", "whatever", true);
}


static void
spn_of_a_host_unknown_to_dns_is_orphaned(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "X", "smtp/" OLD);
    directory_host(estate, OLD, DNS_NXDOMAIN);
    judge(estate);
    estate_expect(estate, "SPN_ORPHANED", "SMTP/" OLD, STATUS_WARNING);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "SPN_ORPHANED", "SMTP/" OLD,
                          "setspn -D smtp/" OLD " X");
}


static void
host_known_to_one_dc_is_no_orphan(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "X", "SMTP/" OLD);
    directory_host(estate, OLD, DNS_NXDOMAIN);
    directory_dns(estate, "10.0.0.2", OLD, "A", DNS_NODATA);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "SPN_ORPHANED", "SMTP/" OLD, true);
    directory_expect_judged(estate, "SPN_ORPHANED", "SMTP/gone", true);
}


static void
only_the_dcs_own_dns_makes_an_orphan(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "X", "SMTP/" OLD);
    directory_dns(estate, "192.0.2.53", OLD, "A", DNS_NXDOMAIN);
    directory_dns(estate, "10.0.0.1", OLD, "A", DNS_SILENT);
    directory_dns(estate, "10.0.0.2", OLD, "A", DNS_FAILED);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "DNS");
    directory_expect_judged(estate, "SPN_ORPHANED", "SMTP/" OLD, false);
    directory_expect_judged(estate, "SPN_ORPHANED", "SMTP/gone", false);
}


static void
short_name_is_orphaned_with_its_owner(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "OLD", "SMTP/other");
    directory_host(estate, OLD, DNS_NXDOMAIN);
    judge(estate);
    estate_expect(estate, "SPN_ORPHANED", "SMTP/other", STATUS_WARNING);
}


static void
spn_of_a_disabled_account_is_orphaned(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "OLD", "SMTP/" OLD)->account_control
        |= UAC_DISABLED;
    directory_host(estate, OLD, DNS_OK);
    directory_mail(estate, OLD, MAIL_SPN);
    judge(estate);
    estate_expect(estate, "SPN_ORPHANED", "SMTP/" OLD, STATUS_WARNING);
    estate_expect_count(estate, 1);
}


static void
disabled_account_of_a_server_that_answers_is_one_fault(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1", MX1_SPNS " SMTP/" OLD)
        ->account_control |= UAC_DISABLED;
    directory_computer(estate, DC2, "MX1", MX1_SPNS " SMTP/" OLD)
        ->account_control |= UAC_DISABLED;
    directory_host(estate, MX1, DNS_OK);
    directory_host(estate, OLD, DNS_OK);
    directory_mail(estate, MX1, MAIL_SPN);
    estate_port(estate, MON, MX1, 9, 25, TRANSPORT_TCP, PORT_OPEN)->probe
        = PROBE_SMTP;
    judge(estate);
    estate_expect(estate, "SPN_ACCOUNT_DISABLED", "MX1$", STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
disabled_account_of_a_former_server_is_no_orphan(void **state)
{
    struct estate *estate = *state;

    directory_computer(estate, DC1, "MX1",
                       MX1_SPNS " SMTP/alias.example.com")
        ->account_control |= UAC_DISABLED;
    directory_computer(estate, DC2, "MX1",
                       MX1_SPNS " SMTP/alias.example.com")
        ->account_control |= UAC_DISABLED;
    directory_host(estate, "alias.example.com", DNS_OK);
    directory_host(estate, MX1, DNS_OK);
    directory_mail(estate, MX1, MAIL_SEEN);
    judge(estate);
    estate_expect(estate, "SPN_ACCOUNT_DISABLED", "MX1$", STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
needed_spn_is_never_an_orphan(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_host(estate, MX1, DNS_NXDOMAIN);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
duplicate_is_not_also_an_orphan(void **state)
{
    struct estate *estate = *state;

    directory_computers(estate, "X", "SMTP/" OLD);
    directory_computers(estate, "Y", "SMTP/" OLD);
    directory_host(estate, OLD, DNS_NXDOMAIN);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
dns_is_asked_for_each_host_once(void **state)
{
    struct estate *estate = *state;
    struct strings names = {NULL, 0};

    directory_computers(estate, "X",
                        "SMTP/B.example.com SMTPSVC/b.example.com SMTP/x "
                        "SMTP/10.0.0.1 SMTP//bad HTTP/web.example.com");
    spn_dns_names(estate->facts, estate->settings, &names);
    assert_int_equal(names.count, 2);
    assert_true(strings_contain(&names, "b.example.com"));
    assert_true(strings_contain(&names, "x.example.com"));
    strings_clear(&names);
}


static void
directory_cannot_make_us_flood_dns(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact = directory_computer(estate, DC1, "X", "");
    struct strings names = {NULL, 0};

    for (int i = 0; i < SPN_DNS_NAMES_MOST + 10; i++) {
        char *spn = xasprintf("SMTP/h%d.example.com", i);

        strings_add(&fact->spns, spn);
        free(spn);
    }
    spn_dns_names(estate->facts, estate->settings, &names);
    assert_int_equal(names.count, SPN_DNS_NAMES_MOST);
    strings_clear(&names);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(malformed_values_are_told_as_stored),
        ESTATE_TEST(malformed_values_of_other_services_are_not_ours),
        ESTATE_TEST(spn_of_a_host_unknown_to_dns_is_orphaned),
        ESTATE_TEST(host_known_to_one_dc_is_no_orphan),
        ESTATE_TEST(only_the_dcs_own_dns_makes_an_orphan),
        ESTATE_TEST(short_name_is_orphaned_with_its_owner),
        ESTATE_TEST(spn_of_a_disabled_account_is_orphaned),
        ESTATE_TEST(disabled_account_of_a_server_that_answers_is_one_fault),
        ESTATE_TEST(disabled_account_of_a_former_server_is_no_orphan),
        ESTATE_TEST(needed_spn_is_never_an_orphan),
        ESTATE_TEST(duplicate_is_not_also_an_orphan),
        ESTATE_TEST(dns_is_asked_for_each_host_once),
        ESTATE_TEST(directory_cannot_make_us_flood_dns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
