/*
 * What is said when something could not be seen, and when that is no fault.
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

#define LOCATOR "_ldap._tcp.dc._msdcs.example.com"
#define KERBEROS_TCP "_kerberos._tcp.example.com"
#define KERBEROS_UDP "_kerberos._udp.example.com"
#define NAME_SERVER "192.0.2.53"
#define SPN_SUBJECT "spn servicePrincipalName"


/* How a DC's rootDSE answered. */
static void
add_rootdse_port(struct estate *estate, const char *host, int number,
                 int64_t port, enum port_outcome outcome)
{
    estate_port(estate, MON, host, number, port, TRANSPORT_TCP, outcome)
        ->probe = PROBE_ROOTDSE;
}


/* How a bind went. */
static struct bind_fact *
add_bind(struct estate *estate, const char *host, enum bind_outcome outcome)
{
    struct bind_fact *fact = record_new(fact_types[FACT_BIND]);

    record_set(&fact->host, host);
    record_set(&fact->mechanism, "GSSAPI");
    record_set(&fact->detail, outcome == BIND_OK ? "" : "as the test says");
    fact->port = LDAP;
    fact->outcome = (int)outcome;
    fact->latency_us = 4000;
    facts_add(estate->facts, FACT_BIND, fact, MON);
    return fact;
}


/* A ticket that a KDC did not give. */
static void
add_failed_ticket(struct estate *estate, const char *host,
                  enum kdc_outcome outcome, const char *detail)
{
    struct tgt_fact *fact = record_new(fact_types[FACT_TGT]);

    record_set(&fact->host, host);
    record_set(&fact->principal, "monitor@EXAMPLE.COM");
    record_set(&fact->detail, detail);
    fact->outcome = (int)outcome;
    facts_add(estate->facts, FACT_TGT, fact, MON);
}


static void
add_worker(struct estate *estate, enum worker_outcome outcome)
{
    struct worker_fact *fact = record_new(fact_types[FACT_WORKER]);

    record_set(&fact->worker, "session");
    record_set(&fact->host, DC1);
    record_set(&fact->detail, "as the test says");
    fact->outcome = (int)outcome;
    facts_add(estate->facts, FACT_WORKER, fact, MON);
}


/* What the name server says of a name's SRV records. */
static void
add_srv(struct estate *estate, const char *name, enum dns_outcome outcome)
{
    directory_dns(estate, NAME_SERVER, name, "SRV", outcome);
}


/* A healthy, discovered Active Directory with one mail server. */
static int
set_up(void **state)
{
    struct estate *estate = directory_new();

    estate->settings->numbers->discovered_dcs = true;
    estate->settings->numbers->discovered_mail = true;
    directory_mx1(estate)->origin = MAIL_MX;
    strings_add(&settings_mail(estate->settings, MX1)->addresses,
                "10.0.0.9");
    add_srv(estate, KERBEROS_TCP, DNS_OK);
    add_srv(estate, KERBEROS_UDP, DNS_OK);
    directory_dns(estate, NAME_SERVER, "example.com", "MX", DNS_OK);
    add_rootdse_port(estate, DC1, 1, LDAP, PORT_OPEN);
    add_bind(estate, DC1, BIND_OK);
    directory_search(estate, DC1, LDAP, SEARCH_TOPOLOGY, SEARCH_OK);
    *state = estate;
    return 0;
}


/* As set_up(), with the locator's record and DC2 in order, too. */
static int
set_up_healthy(void **state)
{
    set_up(state);
    add_srv(*state, LOCATOR, DNS_OK);
    add_rootdse_port(*state, DC2, 2, LDAP, PORT_OPEN);
    add_bind(*state, DC2, BIND_OK);
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
healthy_estate_is_fine(void **state)
{
    struct estate *estate = *state;

    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "DNS_SRV_MISSING", LOCATOR, true);
    directory_expect_judged(estate, "DNS_UNREACHABLE", "example.com", true);
    directory_expect_judged(estate, "HOST_UNRESOLVED", DC1, true);
    directory_expect_judged(estate, "LDAP_UNREACHABLE", DC1 ":389", true);
    directory_expect_judged(estate, "LDAP_BIND_FAILED", DC2 ":389", true);
    directory_expect_judged(estate, "NOT_PERMITTED", SPN_SUBJECT, true);
    directory_expect_judged(estate, "MAIL_SERVERS_NOT_FOUND", "example.com",
                            true);
    directory_expect_judged(estate, "PROBE_TIMEOUT", "session " DC1, true);
    directory_expect_judged(estate, "HOST_UNRESOLVED", "gone.example.com",
                            true);
    directory_expect_judged(estate, "LDAP_BIND_FAILED", "gone:389", true);
}


static void
one_directory_down_is_unknown(void **state)
{
    struct estate *estate = *state;

    add_rootdse_port(estate, DC2, 2, LDAP, PORT_FILTERED);
    judge(estate);
    estate_expect(estate, "LDAP_UNREACHABLE", DC2 ":389", STATUS_UNKNOWN);
    estate_expect_count(estate, 1);
    directory_expect_judged(estate, "LDAP_UNREACHABLE", DC1 ":389", true);
}


static void
directory_that_dies_in_the_session_is_unreachable(void **state)
{
    static const enum bind_outcome outcomes[]
        = {BIND_UNREACHED, BIND_TIMED_OUT};
    struct estate *estate = *state;
    struct bind_fact *bind = add_bind(estate, DC2, BIND_UNREACHED);

    add_rootdse_port(estate, DC2, 2, LDAP, PORT_OPEN);
    for (size_t i = 0; i < 2; i++) {
        bind->outcome = (int)outcomes[i];
        judge(estate);
        estate_expect(estate, "LDAP_UNREACHABLE", DC2 ":389",
                      STATUS_UNKNOWN);
        estate_expect_count(estate, 1);
    }
}


static void
certificate_that_is_not_trusted_here_is_no_outage(void **state)
{
    struct estate *estate = *state;

    facts_free(estate->facts);
    estate->facts = facts_new();
    add_rootdse_port(estate, DC1, 1, LDAP, PORT_OPEN);
    add_rootdse_port(estate, DC2, 2, LDAP, PORT_OPEN);
    add_bind(estate, DC1, BIND_TLS_FAILED);
    add_bind(estate, DC2, BIND_TLS_FAILED);
    judge(estate);
    estate_expect(estate, "LDAP_BIND_FAILED", DC1 ":389", STATUS_UNKNOWN);
    estate_expect(estate, "LDAP_BIND_FAILED", DC2 ":389", STATUS_UNKNOWN);
    assert_null(findings_find(estate->findings, "LDAP_UNREACHABLE",
                              DC1 ":389"));
    directory_expect_text(estate, "LDAP_BIND_FAILED", DC1 ":389", "ca_file:");
}


static void
all_directories_down_are_critical(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC1, 1);
    estate_dc(estate, DC2, 2)->ldap = 0;
    add_rootdse_port(estate, DC1, 1, LDAP, PORT_CLOSED);
    judge(estate);
    estate_expect(estate, "LDAP_UNREACHABLE", DC1 ":389", STATUS_CRITICAL);
    assert_null(findings_find(estate->findings, "LDAP_UNREACHABLE",
                              DC2 ":0"));
}


static void
second_address_is_enough(void **state)
{
    struct estate *estate = *state;

    add_rootdse_port(estate, DC2, 2, LDAP, PORT_FILTERED);
    add_rootdse_port(estate, DC2, 22, LDAP, PORT_OPEN);
    add_bind(estate, DC2, BIND_OK);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
ldaps_goes_by_its_own_port(void **state)
{
    struct estate *estate = *state;

    add_rootdse_port(estate, DC2, 2, LDAP, PORT_OPEN);
    add_rootdse_port(estate, DC2, 2, 636, PORT_CLOSED);
    judge(estate);
    estate_expect(estate, "LDAP_UNREACHABLE", DC2 ":636", STATUS_UNKNOWN);
    estate_expect_count(estate, 1);
}


static void
refused_credentials_are_a_failed_bind(void **state)
{
    struct estate *estate = *state;

    add_rootdse_port(estate, DC2, 2, LDAP, PORT_OPEN);
    add_bind(estate, DC2, BIND_NO_TICKET);
    judge(estate);
    estate_expect(estate, "LDAP_BIND_FAILED", DC2 ":389", STATUS_UNKNOWN);
    directory_expect_judged(estate, "LDAP_UNREACHABLE", DC2 ":389", true);
    estate_expect_count(estate, 1);
}


static void
wrong_password_is_said_to_be_tried_at_one_dc(void **state)
{
    struct estate *estate = *state;

    add_rootdse_port(estate, DC2, 2, LDAP, PORT_OPEN);
    add_failed_ticket(estate, DC2, KDC_REFUSED, "Preauthentication failed");
    judge(estate);
    estate_expect(estate, "LDAP_BIND_FAILED", DC2 ":389", STATUS_UNKNOWN);
    directory_expect_text(estate, "LDAP_BIND_FAILED", DC2 ":389",
                          "Preauthentication failed; tried at no other");
    directory_expect_judged(estate, "LDAP_BIND_FAILED", "gone:389", false);
}


/* An estate whose one DC answers, but whose directory was not read. */
static struct estate *
new_unread(void)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    strings_add(&estate->settings->numbers->checks, "spn");
    directory_mail(estate, MX1, MAIL_SEEN);
    add_rootdse_port(estate, DC1, 1, LDAP, PORT_OPEN);
    return estate;
}


static void
check_without_credentials_is_not_permitted(void **state)
{
    struct estate *estate = new_unread();

    (void)state;
    judge(estate);
    estate_expect(estate, "NOT_PERMITTED", SPN_SUBJECT, STATUS_UNKNOWN);
    estate_expect_count(estate, 1);
    directory_expect_text(estate, "NOT_PERMITTED", SPN_SUBJECT,
                          "no credentials");
    directory_expect_text(estate, "NOT_PERMITTED", SPN_SUBJECT,
                          "samba-tool user create");
    directory_expect_judged(estate, "NOT_PERMITTED",
                            "duplicates servicePrincipalName", false);
    estate_free(estate);
}


static void
directory_is_not_read_while_no_kdc_answers(void **state)
{
    struct estate *estate = new_unread();

    (void)state;
    estate->settings->numbers->credentials = true;
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_CLOSED)->probe
        = PROBE_KDC;
    judge(estate);
    directory_expect_text(estate, "NOT_PERMITTED", SPN_SUBJECT,
                          "no KDC answers");

    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_UDP, PORT_OPEN)->probe
        = PROBE_KDC;
    judge(estate);
    directory_expect_text(estate, "NOT_PERMITTED", SPN_SUBJECT,
                          "no directory could be read");
    estate_free(estate);
}


static void
wrong_base_is_suspected(void **state)
{
    struct estate *estate = new_unread();

    (void)state;
    estate->settings->numbers->credentials = true;
    add_bind(estate, DC1, BIND_OK);
    directory_search(estate, DC1, LDAP, SEARCH_SPNS, SEARCH_NO_BASE);
    judge(estate);
    directory_expect_text(estate, "NOT_PERMITTED", SPN_SUBJECT,
                          "is \"base\" right?");
    estate_free(estate);
}


static void
denied_search_is_not_permitted(void **state)
{
    struct estate *estate = new_unread();

    (void)state;
    estate->settings->numbers->credentials = true;
    add_bind(estate, DC1, BIND_OK);
    directory_search(estate, DC1, LDAP, SEARCH_SPNS, SEARCH_DENIED);
    judge(estate);
    estate_expect(estate, "NOT_PERMITTED", SPN_SUBJECT, STATUS_UNKNOWN);
    directory_expect_text(estate, "NOT_PERMITTED", SPN_SUBJECT,
                          "refused the search");
    estate_free(estate);
}


static void
estate_without_mail_servers_is_unknown(void **state)
{
    struct estate *estate = directory_new();

    (void)state;
    judge(estate);
    estate_expect(estate, "MAIL_SERVERS_NOT_FOUND", "example.com",
                  STATUS_UNKNOWN);
    estate_expect_count(estate, 1);

    strings_clear(&estate->settings->numbers->checks);
    strings_add(&estate->settings->numbers->checks, "clock");
    judge(estate);
    estate_expect_count(estate, 0);
    estate_free(estate);
}


static void
mail_servers_are_not_missed_before_anybody_answered(void **state)
{
    struct estate *estate = estate_new();

    (void)state;
    estate_dc(estate, DC1, 1);
    strings_add(&estate->settings->numbers->checks, "spn");
    directory_dns(estate, NAME_SERVER, "example.com", "MX", DNS_SILENT);
    judge(estate);
    assert_null(findings_find(estate->findings, "MAIL_SERVERS_NOT_FOUND",
                              "example.com"));
    directory_dns(estate, NAME_SERVER, "example.com", "MX", DNS_NODATA);
    judge(estate);
    estate_expect(estate, "MAIL_SERVERS_NOT_FOUND", "example.com",
                  STATUS_UNKNOWN);
    estate_free(estate);
}


static void
workers_that_end_badly_are_told_apart(void **state)
{
    struct estate *estate = *state;

    add_worker(estate, WORKER_KILLED);
    judge(estate);
    estate_expect(estate, "PROBE_TIMEOUT", "session " DC1, STATUS_UNKNOWN);
    estate_expect_count(estate, 1);

    add_worker(estate, WORKER_CRASHED);
    add_worker(estate, WORKER_LIED);
    judge(estate);
    estate_expect(estate, "PROBE_CRASHED", "session " DC1, STATUS_UNKNOWN);
    estate_expect_count(estate, 2);
}


static void
a_worker_that_could_not_be_started_is_no_fault_of_ours(void **state)
{
    struct estate *estate = *state;

    add_worker(estate, WORKER_UNSTARTED);
    judge(estate);
    estate_expect(estate, "PROBE_CRASHED", "session " DC1, STATUS_UNKNOWN);
    assert_null(strstr(findings_find(estate->findings, "PROBE_CRASHED",
                                     "session " DC1)->message,
                       "fault of this program"));
}


static void
worker_that_was_not_needed_has_not_healed(void **state)
{
    struct estate *estate = *state;

    judge(estate);
    directory_expect_judged(estate, "PROBE_TIMEOUT", "session " DC1, true);
    directory_expect_judged(estate, "PROBE_TIMEOUT", "session " DC2, false);
    directory_expect_judged(estate, "PROBE_CRASHED", "packet " MON, true);
}


static void
latencies_are_measured(void **state)
{
    struct estate *estate = *state;
    size_t found = 0;

    judge(estate);
    for (size_t i = 0; i < estate->findings->measurement_count; i++) {
        const struct measurement *one = &estate->findings->measurements[i];

        if (strcmp(one->name, "bind_latency") == 0
            && strcmp(one->subject, DC1) == 0)
            found += one->number == 0.004 && strcmp(one->unit, "s") == 0;
        if (strcmp(one->name, "dns_latency") == 0)
            found += one->number == 0.002
                     && strcmp(one->subject, NAME_SERVER) == 0;
    }
    assert_int_equal(found, 2);
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
        HEALTHY_TEST(healthy_estate_is_fine),
        ESTATE_TEST(one_directory_down_is_unknown),
        ESTATE_TEST(directory_that_dies_in_the_session_is_unreachable),
        ESTATE_TEST(certificate_that_is_not_trusted_here_is_no_outage),
        NOTHING_TEST(all_directories_down_are_critical),
        ESTATE_TEST(second_address_is_enough),
        ESTATE_TEST(ldaps_goes_by_its_own_port),
        ESTATE_TEST(refused_credentials_are_a_failed_bind),
        ESTATE_TEST(wrong_password_is_said_to_be_tried_at_one_dc),
        cmocka_unit_test(check_without_credentials_is_not_permitted),
        cmocka_unit_test(directory_is_not_read_while_no_kdc_answers),
        cmocka_unit_test(wrong_base_is_suspected),
        cmocka_unit_test(denied_search_is_not_permitted),
        cmocka_unit_test(estate_without_mail_servers_is_unknown),
        cmocka_unit_test(mail_servers_are_not_missed_before_anybody_answered),
        HEALTHY_TEST(workers_that_end_badly_are_told_apart),
        HEALTHY_TEST(a_worker_that_could_not_be_started_is_no_fault_of_ours),
        ESTATE_TEST(worker_that_was_not_needed_has_not_healed),
        HEALTHY_TEST(latencies_are_measured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
