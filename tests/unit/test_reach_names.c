/*
 * When a name that does not resolve is a finding, and when that is no fault.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/directory.h"

#define LOCATOR "_ldap._tcp.dc._msdcs.example.com"
#define KERBEROS_TCP "_kerberos._tcp.example.com"
#define KERBEROS_UDP "_kerberos._udp.example.com"
#define NAME_SERVER "192.0.2.53"


/* What the name server says of a name's SRV records. */
static void
add_srv(struct estate *estate, const char *name, enum dns_outcome outcome)
{
    directory_dns(estate, NAME_SERVER, name, "SRV", outcome);
}


/* A discovered realm whose directories were read, the locator's record not yet
   asked for. */
static int
set_up(void **state)
{
    struct estate *estate = directory_new();

    estate->settings->numbers->discovered_dcs = true;
    directory_mail(estate, MX1, MAIL_MX);
    strings_add(&settings_mail(estate->settings, MX1)->addresses,
                "10.0.0.9");
    add_srv(estate, KERBEROS_TCP, DNS_OK);
    add_srv(estate, KERBEROS_UDP, DNS_OK);
    *state = estate;
    return 0;
}


/* As set_up(), with the locator's record in order, too. */
static int
set_up_healthy(void **state)
{
    set_up(state);
    add_srv(*state, LOCATOR, DNS_OK);
    return 0;
}


/* A realm of which nothing is known yet. */
static int
set_up_nothing(void **state)
{
    struct estate *estate = estate_new();

    estate->settings->numbers->discovered_dcs = true;
    estate->settings->numbers->discovered_mail = true;
    strings_add(&estate->settings->numbers->checks, "spn");
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
    estate_judge(estate, &reach_check);
}


static void
missing_locator_record_is_a_warning(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_NXDOMAIN);
    estate_netlogon(estate, DC1, DS_KDC);
    judge(estate);
    estate_expect(estate, "DNS_SRV_MISSING", LOCATOR, STATUS_WARNING);
    directory_expect_text(estate, "DNS_SRV_MISSING", LOCATOR, "nxdomain");
}


static void
record_that_one_server_has_is_not_missing(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_NODATA);
    add_srv(estate, LOCATOR, DNS_OK);
    judge(estate);
    assert_null(findings_find(estate->findings, "DNS_SRV_MISSING", LOCATOR));
    directory_expect_judged(estate, "DNS_SRV_MISSING", LOCATOR, true);
}


static void
record_that_nobody_could_tell_is_not_judged(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_SILENT);
    estate_netlogon(estate, DC1, DS_KDC);
    judge(estate);
    directory_expect_judged(estate, "DNS_SRV_MISSING", LOCATOR, false);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone", false);
}


static void
plain_realm_needs_no_records_of_active_directory(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_NXDOMAIN);
    judge(estate);
    assert_null(findings_find(estate->findings, "DNS_SRV_MISSING", LOCATOR));
}


static void
global_catalog_record_belongs_to_the_forest(void **state)
{
    struct estate *estate = *state;
    struct netlogon_fact *fact = record_new(fact_types[FACT_NETLOGON]);

    record_set(&fact->host, DC1);
    record_set(&fact->forest, "Root.example.com");
    facts_add(estate->facts, FACT_NETLOGON, fact, MON);
    add_srv(estate, "_gc._tcp.root.example.com", DNS_NXDOMAIN);
    judge(estate);
    estate_expect(estate, "DNS_SRV_MISSING", "_gc._tcp.root.example.com",
                  STATUS_WARNING);
    estate_expect_count(estate, 1);
}


static void
configured_dcs_need_no_records(void **state)
{
    struct estate *estate = *state;

    estate->settings->numbers->discovered_dcs = false;
    add_srv(estate, LOCATOR, DNS_NXDOMAIN);
    estate_netlogon(estate, DC1, DS_KDC);
    judge(estate);
    directory_expect_judged(estate, "DNS_SRV_MISSING", LOCATOR, false);
}


static void
unknown_domain_is_told_as_such(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_NXDOMAIN);
    directory_dns(estate, NAME_SERVER, "example.com", "NS", DNS_NXDOMAIN);
    directory_dns(estate, NAME_SERVER, "example.com", "MX", DNS_NXDOMAIN);
    judge(estate);
    estate_expect(estate, "DNS_SRV_MISSING", LOCATOR, STATUS_UNKNOWN);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "DNS_SRV_MISSING", LOCATOR,
                          "the domain example.com does not exist");
}


static void
what_nobody_was_asked_is_not_said_to_be_missing(void **state)
{
    struct estate *estate = *state;

    judge(estate);
    directory_expect_text(estate, "DNS_SRV_MISSING", LOCATOR,
                          "no name server was asked");
}


static void
domain_without_dcs_is_told_as_such(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_NXDOMAIN);
    directory_dns(estate, NAME_SERVER, "example.com", "NS", DNS_OK);
    judge(estate);
    estate_expect(estate, "DNS_SRV_MISSING", LOCATOR, STATUS_UNKNOWN);
    directory_expect_text(estate, "DNS_SRV_MISSING", LOCATOR,
                          "DNS names none for example.com");
    directory_expect_text(estate, "DNS_SRV_MISSING", LOCATOR, "--dc HOST");
}


static void
silent_name_servers_are_the_only_finding(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_SILENT);
    directory_dns(estate, "192.0.2.54", LOCATOR, "SRV", DNS_UNREACHED);
    judge(estate);
    estate_expect(estate, "DNS_UNREACHABLE", "example.com", STATUS_UNKNOWN);
    estate_expect_count(estate, 1);
    assert_int_equal(estate->findings->items[0]->evidence_count, 2);
}


static void
silent_name_servers_are_not_missed_where_all_is_configured(void **state)
{
    struct estate *estate = directory_new();

    (void)state;
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    strings_add(&settings_mail(estate->settings, MX1)->addresses, "10.0.0.9");
    directory_dns(estate, NAME_SERVER, "example.com", "NS", DNS_CLOSED);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "DNS_UNREACHABLE", "example.com", true);

    strings_clear(&settings_mail(estate->settings, MX1)->addresses);
    judge(estate);
    estate_expect(estate, "DNS_UNREACHABLE", "example.com", STATUS_UNKNOWN);
    estate_free(estate);
}


static void
refusing_name_server_is_reachable(void **state)
{
    struct estate *estate = *state;

    add_srv(estate, LOCATOR, DNS_FAILED);
    judge(estate);
    estate_expect(estate, "DNS_SRV_MISSING", LOCATOR, STATUS_UNKNOWN);
    estate_expect_count(estate, 1);
}


static void
host_without_address_is_a_warning(void **state)
{
    struct estate *estate = *state;

    settings_dc(estate->settings, DC3);
    directory_dns(estate, NAME_SERVER, DC3, "A", DNS_NXDOMAIN);
    directory_dns(estate, "192.0.2.54", DC3, "A", DNS_SILENT);
    directory_dns(estate, NAME_SERVER, DC3, "AAAA", DNS_SILENT);
    judge(estate);
    estate_expect(estate, "HOST_UNRESOLVED", DC3, STATUS_WARNING);
    estate_expect_count(estate, 1);
}


static void
host_that_nobody_could_tell_is_unknown(void **state)
{
    struct estate *estate = *state;

    settings_dc(estate->settings, DC3);
    directory_dns(estate, NAME_SERVER, DC3, "A", DNS_SILENT);
    directory_dns(estate, NAME_SERVER, DC3, "AAAA", DNS_SILENT);
    judge(estate);
    estate_expect(estate, "HOST_UNRESOLVED", DC3, STATUS_UNKNOWN);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone", false);
}


static void
only_configured_and_mx_hosts_must_resolve(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, OLD, MAIL_SPN | MAIL_SEEN);
    directory_dns(estate, NAME_SERVER, OLD, "A", DNS_NXDOMAIN);
    judge(estate);
    estate_expect_count(estate, 0);

    directory_mail(estate, OLD, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "HOST_UNRESOLVED", OLD, STATUS_WARNING);
}


#define HEALTHY_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up_healthy, tear_down)
#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define NOTHING_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up_nothing, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(missing_locator_record_is_a_warning),
        ESTATE_TEST(record_that_one_server_has_is_not_missing),
        ESTATE_TEST(record_that_nobody_could_tell_is_not_judged),
        ESTATE_TEST(plain_realm_needs_no_records_of_active_directory),
        HEALTHY_TEST(global_catalog_record_belongs_to_the_forest),
        ESTATE_TEST(configured_dcs_need_no_records),
        NOTHING_TEST(unknown_domain_is_told_as_such),
        NOTHING_TEST(what_nobody_was_asked_is_not_said_to_be_missing),
        NOTHING_TEST(domain_without_dcs_is_told_as_such),
        NOTHING_TEST(silent_name_servers_are_the_only_finding),
        cmocka_unit_test(
            silent_name_servers_are_not_missed_where_all_is_configured),
        NOTHING_TEST(refusing_name_server_is_reachable),
        HEALTHY_TEST(host_without_address_is_a_warning),
        HEALTHY_TEST(host_that_nobody_could_tell_is_unknown),
        HEALTHY_TEST(only_configured_and_mx_hosts_must_resolve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
