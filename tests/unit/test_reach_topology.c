/*
 * What is said of domain controllers that only the configuration partition
 * knows.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/directory.h"

#define LOCATOR "_ldap._tcp.dc._msdcs.example.com"
#define NAME_SERVER "192.0.2.53"
#define SERVER_DN "CN=DC3,CN=Servers,CN=Oslo,CN=Sites,CN=Configuration," BASE
#define DC3_LDAP DC3 ":389"


/* A discovered Active Directory, in whose topology DC1 has shown DC3. */
static int
set_up_unfinished(void **state)
{
    struct estate *estate = directory_new();
    struct dsa_fact *dsa = record_new(fact_types[FACT_DSA]);

    estate->settings->numbers->discovered_dcs = true;
    estate->settings->numbers->credentials = true;
    directory_mail(estate, MX1, MAIL_MX);
    strings_add(&settings_mail(estate->settings, MX1)->addresses, "10.0.0.9");
    estate_dns(estate, LOCATOR, "SRV", "0 100 389 " DC1);
    directory_dns(estate, NAME_SERVER, "_kerberos._tcp.example.com", "SRV",
                  DNS_OK);
    directory_dns(estate, NAME_SERVER, "_kerberos._udp.example.com", "SRV",
                  DNS_OK);
    record_set(&dsa->host, DC1);
    record_set(&dsa->server, DC3);
    record_set(&dsa->site, "Oslo");
    record_set(&dsa->dn, "CN=NTDS Settings," SERVER_DN);
    strings_add(&dsa->ncs, BASE);
    facts_add(estate->facts, FACT_DSA, dsa, MON);
    settings_dc(estate->settings, DC3);
    *state = estate;
    return 0;
}


/* As set_up_unfinished(), and that was all of the topology. */
static int
set_up(void **state)
{
    set_up_unfinished(state);
    directory_search(*state, DC1, LDAP, SEARCH_TOPOLOGY, SEARCH_OK);
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


/* The name servers know no address of DC3. */
static void
lose_dc3(struct estate *estate)
{
    directory_dns(estate, NAME_SERVER, DC3, "A", DNS_NXDOMAIN);
    directory_dns(estate, NAME_SERVER, DC3, "AAAA", DNS_NXDOMAIN);
}


/* DC3 is at 10.0.0.3, and its directory was found so. */
static void
find_dc3(struct estate *estate, enum port_outcome outcome)
{
    strings_add(&settings_dc(estate->settings, DC3)->addresses, "10.0.0.3");
    estate_port(estate, MON, DC3, 3, LDAP, TRANSPORT_TCP, outcome)->probe
        = PROBE_ROOTDSE;
}


/* Whether a finding's message says where the DC is known from. */
static bool
tells_topology(const struct estate *estate, const char *code,
               const char *subject)
{
    const struct finding *finding = findings_find(estate->findings, code,
                                                  subject);

    return strstr(finding->message, "by the configuration partition alone");
}


static void
branch_dc_that_answers_is_healthy(void **state)
{
    struct estate *estate = *state;

    find_dc3(estate, PORT_OPEN);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
dc_without_an_address_may_be_what_is_left_of_one(void **state)
{
    struct estate *estate = *state;

    lose_dc3(estate);
    estate_dns(estate, "example.com", "MX", "10 " DC3);
    judge(estate);
    estate_expect(estate, "HOST_UNRESOLVED", DC3, STATUS_WARNING);
    estate_expect_count(estate, 1);
    assert_true(tells_topology(estate, "HOST_UNRESOLVED", DC3));
    directory_expect_text(estate, "HOST_UNRESOLVED", DC3,
                          "in the site Oslo: CN=NTDS Settings," SERVER_DN);
    directory_expect_text(estate, "HOST_UNRESOLVED", DC3,
                          "\"remove selected server " SERVER_DN "\"");
    directory_expect_text(estate, "HOST_UNRESOLVED", DC3,
                          "--remove-other-dead-server=dc3");
}


static void
dc_whose_directory_does_not_answer_likewise(void **state)
{
    struct estate *estate = *state;

    find_dc3(estate, PORT_FILTERED);
    estate_port(estate, MON, DC1, 1, LDAP, TRANSPORT_TCP, PORT_OPEN)->probe
        = PROBE_ROOTDSE;
    judge(estate);
    estate_expect(estate, "LDAP_UNREACHABLE", DC3_LDAP, STATUS_UNKNOWN);
    assert_true(tells_topology(estate, "LDAP_UNREACHABLE", DC3_LDAP));
    directory_expect_text(estate, "LDAP_UNREACHABLE", DC3_LDAP,
                          "metadata cleanup");
}


static void
dc_of_a_srv_record_is_not_known_by_the_topology_alone(void **state)
{
    struct estate *estate = *state;

    estate_dns(estate, "_ldap._tcp.oslo._sites.dc._msdcs.example.com", "SRV",
               "0 100 389 " DC3);
    lose_dc3(estate);
    judge(estate);
    assert_false(tells_topology(estate, "HOST_UNRESOLVED", DC3));
    directory_expect_text(estate, "HOST_UNRESOLVED", DC3,
                          "take away the SRV or MX records");
}


static void
configured_dc_is_not_known_by_the_topology_alone(void **state)
{
    struct estate *estate = *state;

    settings_dc(estate->settings, DC3)->configured = true;
    find_dc3(estate, PORT_CLOSED);
    judge(estate);
    assert_false(tells_topology(estate, "LDAP_UNREACHABLE", DC3_LDAP));
}


static void
dc_without_ntds_settings_is_as_before(void **state)
{
    struct estate *estate = *state;

    settings_dc(estate->settings, "dc4.example.com");
    directory_dns(estate, NAME_SERVER, "dc4.example.com", "A", DNS_NXDOMAIN);
    judge(estate);
    assert_false(tells_topology(estate, "HOST_UNRESOLVED",
                                "dc4.example.com"));
}


static void
dc_that_the_topology_no_longer_has_has_healed(void **state)
{
    struct estate *estate = *state;

    find_dc3(estate, PORT_OPEN);
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            true);
}


static void
topology_that_was_not_read_heals_nothing(void **state)
{
    struct estate *estate = *state;
    struct search_fact *search = directory_search(
        estate, DC1, LDAP, SEARCH_TOPOLOGY, SEARCH_TIMED_OUT);

    find_dc3(estate, PORT_OPEN);
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            false);

    search->outcome = SEARCH_FAILED;
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            false);

    search->outcome = SEARCH_DENIED;
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            true);

    search->purpose = SEARCH_TRUSTS;
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            false);

    /* Without credentials it is never read, and has named nobody. */
    estate->settings->numbers->credentials = false;
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            true);

    /* Nor where the domain controllers are configured. */
    estate->settings->numbers->credentials = true;
    estate->settings->numbers->discovered_dcs = false;
    judge(estate);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            true);
}


int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(branch_dc_that_answers_is_healthy),
        TEST(dc_without_an_address_may_be_what_is_left_of_one),
        TEST(dc_whose_directory_does_not_answer_likewise),
        TEST(dc_of_a_srv_record_is_not_known_by_the_topology_alone),
        TEST(configured_dc_is_not_known_by_the_topology_alone),
        TEST(dc_without_ntds_settings_is_as_before),
        TEST(dc_that_the_topology_no_longer_has_has_healed),
        cmocka_unit_test_setup_teardown(
            topology_that_was_not_read_heals_nothing, set_up_unfinished,
            tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
