/*
 * Which ports are expected where, and what each way of failing is called.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/ports.h"
#include "tests/unit/estate.h"

/* A DC of a plain realm has these four, and 389/tcp. */
static const struct {
    int64_t port;
    enum transport transport;
} plain_ports[] = {
    {88, TRANSPORT_TCP},  {88, TRANSPORT_UDP},  {464, TRANSPORT_TCP},
    {464, TRANSPORT_UDP}, {389, TRANSPORT_TCP},
};


static int
set_up(void **state)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    *state = estate;
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


/* All plain ports of a DC are found the same way, but for one. */
static void
see_ports(struct estate *estate, const char *from, const char *host,
          int number, enum port_outcome all, int64_t port,
          enum transport transport, enum port_outcome outcome)
{
    for (size_t i = 0; i < sizeof(plain_ports) / sizeof(*plain_ports); i++) {
        bool same = plain_ports[i].port == port
                    && plain_ports[i].transport == transport;

        estate_port(estate, from, host, number, plain_ports[i].port,
                    plain_ports[i].transport, same ? outcome : all);
    }
}


/* Judge DC1 with everything open but for one port. */
static const struct finding *
judge_one(struct estate *estate, int64_t port, enum transport transport,
          enum port_outcome outcome)
{
    see_ports(estate, MON, DC1, 1, PORT_OPEN, port, transport, outcome);
    estate_judge(estate, &ports_check);
    return estate->findings->count > 0 ? estate->findings->items[0] : NULL;
}


/* The measurement of a port, or NULL. */
static const struct measurement *
measured(const struct estate *estate, const char *subject, const char *name)
{
    for (size_t i = 0; i < estate->findings->measurement_count; i++) {
        const struct measurement *item = &estate->findings->measurements[i];

        if (strcmp(item->subject, subject) == 0
            && strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}


/* Expect whether a port is open as this host sees it. */
static void
expect_open(const struct estate *estate, const char *subject, bool open)
{
    const struct measurement *item = measured(estate, subject, "open");

    assert_non_null(item);
    assert_true(item->number == (open ? 1 : 0));
    assert_true(item->bound < 0);
    assert_string_equal(item->unit, "");
}


static void
open_ports_yield_nothing_but_measurements(void **state)
{
    struct estate *estate = *state;
    const struct measurement *latency;

    assert_null(judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN));
    assert_int_equal(estate->findings->measurement_count, 2 * 5);
    expect_open(estate, DC1 ":88/tcp", true);
    latency = measured(estate, DC1 ":88/tcp", "latency");
    assert_non_null(latency);
    assert_true(latency->number > 0.0014 && latency->number < 0.0016);
    assert_int_equal(estate->findings->results[0].covered, 5);
    assert_int_equal(estate->findings->results[0].not_covered.count, 0);
}


static void
every_outcome_of_a_port_is_judged(void **state)
{
    struct estate *estate = *state;

    judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    assert_true(findings_was_judged(estate->findings, "PORT_CLOSED",
                                    DC1 ":88/udp"));
    assert_true(findings_was_judged(estate->findings, "PORT_FILTERED",
                                    DC1 ":88/udp"));
    assert_true(findings_was_judged(estate->findings, "PORT_SILENT",
                                    DC1 ":88/udp"));
    assert_true(findings_was_judged(estate->findings, "PORT_GARBLED",
                                    DC1 ":88/udp"));
}


static void
each_outcome_has_its_code(void **state)
{
    static const struct {
        enum port_outcome outcome;
        const char *code;
    } expected[] = {
        {PORT_CLOSED, "PORT_CLOSED"},
        {PORT_FILTERED, "PORT_FILTERED"},
        {PORT_SILENT, "PORT_SILENT"},
        {PORT_GARBLED, "PORT_GARBLED"},
    };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct estate *estate = estate_new();
        const struct finding *finding;

        estate_dc(estate, DC1, 1);
        finding = judge_one(estate, 88, TRANSPORT_TCP, expected[i].outcome);
        estate_expect(estate, expected[i].code, DC1 ":88/tcp",
                      STATUS_CRITICAL);
        assert_int_equal(finding->impact, IMPACT_MAIL_FAILS);
        assert_non_null(strstr(finding->message, MON));
        assert_non_null(strstr(finding->message, "as the test says"));
        assert_true(strings_contain(&finding->reference, "KB979174"));
        assert_true(finding->remedy.count >= 2);
        assert_int_equal(finding->evidence_count, 1);
        estate_free(estate);
    }
}


static void
udp_88_with_tcp_open_is_a_warning(void **state)
{
    struct estate *estate = *state;

    judge_one(estate, 88, TRANSPORT_UDP, PORT_FILTERED);
    estate_expect_count(estate, 1);
    estate_expect(estate, "PORT_FILTERED", DC1 ":88/udp", STATUS_WARNING);
}


static void
udp_88_without_tcp_is_critical(void **state)
{
    struct estate *estate = *state;

    see_ports(estate, MON, DC1, 1, PORT_FILTERED, 389, TRANSPORT_TCP,
              PORT_OPEN);
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC1 ":88/udp", STATUS_CRITICAL);
    estate_expect(estate, "PORT_FILTERED", DC1 ":88/tcp", STATUS_CRITICAL);
}


static void
udp_464_is_critical_like_tcp(void **state)
{
    struct estate *estate = *state;

    judge_one(estate, 464, TRANSPORT_UDP, PORT_CLOSED);
    estate_expect(estate, "PORT_CLOSED", DC1 ":464/udp", STATUS_CRITICAL);
}


static void
a_directory_port_is_a_warning(void **state)
{
    struct estate *estate = *state;

    judge_one(estate, 389, TRANSPORT_TCP, PORT_FILTERED);
    estate_expect_count(estate, 1);
    estate_expect(estate, "PORT_FILTERED", DC1 ":389/tcp", STATUS_WARNING);
}


static void
mute_udp_is_silent_where_tcp_is(void **state)
{
    struct estate *estate = *state;

    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_SILENT);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_UDP, PORT_FILTERED);
    estate_port(estate, MON, DC1, 1, 464, TRANSPORT_TCP, PORT_OPEN);
    estate_port(estate, MON, DC1, 1, 464, TRANSPORT_UDP, PORT_FILTERED);
    estate_judge(estate, &ports_check);
    estate_expect_count(estate, 3);
    estate_expect(estate, "PORT_SILENT", DC1 ":88/tcp", STATUS_CRITICAL);
    estate_expect(estate, "PORT_SILENT", DC1 ":88/udp", STATUS_CRITICAL);
    estate_expect(estate, "PORT_FILTERED", DC1 ":464/udp", STATUS_CRITICAL);
}


static void
an_untried_port_is_not_covered(void **state)
{
    struct estate *estate = *state;

    judge_one(estate, 88, TRANSPORT_UDP, PORT_UNTRIED);
    estate_expect_count(estate, 0);
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
    assert_false(findings_was_judged(estate->findings, "PORT_CLOSED",
                                     DC1 ":88/udp"));
}


static void
a_port_without_a_fact_is_not_covered(void **state)
{
    struct estate *estate = *state;

    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_OPEN);
    estate_judge(estate, &ports_check);
    estate_expect_count(estate, 0);
    assert_int_equal(estate->findings->results[0].not_covered.count, 4);
    assert_int_equal(estate->findings->results[0].covered, 1);
}


static void
a_dc_without_an_address_is_one_line(void **state)
{
    struct estate *estate = *state;

    settings_dc(estate->settings, DC2);
    judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect_count(estate, 0);
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
}


static void
the_worst_address_counts(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    estate_port(estate, MON, DC1, 2, 88, TRANSPORT_TCP, PORT_FILTERED);
    finding = judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect_count(estate, 1);
    estate_expect(estate, "PORT_FILTERED", DC1 ":88/tcp", STATUS_WARNING);
    assert_int_equal(finding->evidence_count, 2);
    assert_non_null(strstr(finding->evidence[0].text, "10.0.0.2"));
    assert_non_null(strstr(finding->message, "10.0.0.2"));
    assert_non_null(strstr(finding->message, "at another address"));
    expect_open(estate, DC1 ":88/tcp", false);
    assert_non_null(measured(estate, DC1 ":88/tcp", "latency"));
}


static void
the_gravest_vantage_leads(void **state)
{
    struct estate *estate = *state;

    estate_port(estate, MON, DC1, 2, 88, TRANSPORT_TCP, PORT_FILTERED);
    estate_port(estate, MX1, DC1, 1, 88, TRANSPORT_TCP, PORT_CLOSED);
    judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect(estate, "PORT_CLOSED", DC1 ":88/tcp", STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
an_untried_address_does_not_hide_an_open_one(void **state)
{
    struct estate *estate = *state;

    estate_port(estate, MON, DC1, 2, 88, TRANSPORT_TCP, PORT_UNTRIED);
    judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect_count(estate, 0);
    assert_true(findings_was_judged(estate->findings, "PORT_CLOSED",
                                    DC1 ":88/tcp"));
    assert_int_equal(estate->findings->results[0].not_covered.count, 1);
    expect_open(estate, DC1 ":88/tcp", true);
}


static void
another_vantage_tells_where_the_filter_is(void **state)
{
    struct estate *estate = *state;
    const struct finding *finding;

    estate_port(estate, MX1, DC1, 1, 88, TRANSPORT_TCP, PORT_FILTERED);
    finding = judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect_count(estate, 1);
    assert_non_null(strstr(finding->message, MX1));
    assert_int_equal(finding->evidence_count, 2);
    /* Measured is what this host sees. */
    expect_open(estate, DC1 ":88/tcp", true);
}


static void
a_port_that_only_others_saw_is_not_measured(void **state)
{
    struct estate *estate = *state;

    see_ports(estate, MX1, DC1, 1, PORT_OPEN, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_port(estate, MON, DC1, 1, 88, TRANSPORT_TCP, PORT_UNTRIED);
    estate_judge(estate, &ports_check);
    assert_int_equal(estate->findings->measurement_count, 0);
}


static void
a_dark_dc_is_one_warning(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC2, 2);
    see_ports(estate, MON, DC1, 1, PORT_OPEN, 0, TRANSPORT_TCP, PORT_OPEN);
    see_ports(estate, MON, DC2, 2, PORT_FILTERED, 0, TRANSPORT_TCP,
              PORT_FILTERED);
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC2, STATUS_WARNING);
    estate_expect_count(estate, 1);
    assert_int_equal(estate->findings->items[0]->evidence_count, 5);
    assert_true(findings_was_judged(estate->findings, "PORT_FILTERED", DC1));
    assert_false(findings_was_judged(estate->findings, "PORT_FILTERED",
                                     DC2 ":88/tcp"));
    expect_open(estate, DC2 ":88/tcp", false);
    expect_open(estate, DC2 ":389/tcp", false);
}


static void
a_dc_with_one_sign_of_life_is_not_dark(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC2, 2);
    see_ports(estate, MON, DC1, 1, PORT_OPEN, 0, TRANSPORT_TCP, PORT_OPEN);
    see_ports(estate, MON, DC2, 2, PORT_FILTERED, 389, TRANSPORT_TCP,
              PORT_CLOSED);
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC2 ":88/tcp", STATUS_CRITICAL);
    estate_expect_count(estate, 5);
}


static void
the_only_kdc_dark_is_critical(void **state)
{
    struct estate *estate = *state;
    struct target_dc *directory = estate_dc(estate, DC2, 2);

    directory->kerberos = directory->kpasswd = 0;
    see_ports(estate, MON, DC1, 1, PORT_FILTERED, 0, TRANSPORT_TCP,
              PORT_FILTERED);
    see_ports(estate, MON, DC2, 2, PORT_OPEN, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC1 ":88/tcp", STATUS_CRITICAL);
    assert_null(findings_find(estate->findings, "PORT_FILTERED", DC1));
}


static void
all_dcs_dark_are_critical(void **state)
{
    struct estate *estate = *state;

    see_ports(estate, MON, DC1, 1, PORT_FILTERED, 0, TRANSPORT_TCP,
              PORT_FILTERED);
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC1 ":88/tcp", STATUS_CRITICAL);
    estate_expect_count(estate, 5);
}


static void
a_port_in_two_lists_counts_once_in_the_graver(void **state)
{
    struct estate *estate = *state;

    strings_add(&estate->settings->numbers->ports_other, "88/tcp");
    judge_one(estate, 88, TRANSPORT_TCP, PORT_CLOSED);
    estate_expect_count(estate, 1);
    assert_int_equal(estate->findings->items[0]->evidence_count, 1);
    assert_int_equal(estate->findings->measurement_count, 5 + 4);
    expect_open(estate, DC1 ":88/tcp", false);
    assert_null(measured(estate, DC1 ":88/tcp", "latency"));
}


static void
a_port_of_its_own_names_the_subject(void **state)
{
    struct estate *estate = *state;

    estate->settings->dcs[0]->kerberos = 1088;
    estate_port(estate, MON, DC1, 1, 1088, TRANSPORT_UDP, PORT_CLOSED);
    estate_port(estate, MON, DC1, 1, 1088, TRANSPORT_TCP, PORT_OPEN);
    estate_judge(estate, &ports_check);
    estate_expect_count(estate, 1);
    estate_expect(estate, "PORT_CLOSED", DC1 ":1088/udp", STATUS_WARNING);
}


static void
dns_is_judged_by_the_answer_for_the_name_servers(void **state)
{
    struct estate *estate = *state;
    struct dns_fact *fact
        = estate_dns(estate, "example.com", "NS", "dc1.example.com");

    record_set(&fact->address, "10.0.0.1");
    fact->transport = TRANSPORT_UDP;
    fact->outcome = DNS_OK;
    judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect_count(estate, 0);
    assert_true(findings_was_judged(estate->findings, "PORT_CLOSED",
                                    DC1 ":53/udp"));
    fact->outcome = DNS_SILENT;
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC1 ":53/udp", STATUS_WARNING);
    fact->outcome = DNS_UNREACHED;
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC1 ":53/udp", STATUS_WARNING);
    fact->outcome = DNS_CLOSED;
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_CLOSED", DC1 ":53/udp", STATUS_WARNING);
    fact->outcome = DNS_GARBLED;
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_GARBLED", DC1 ":53/udp", STATUS_WARNING);
    fact->outcome = DNS_FAILED;
    estate_judge(estate, &ports_check);
    estate_expect_count(estate, 0);
    fact->outcome = DNS_UNTRIED;
    estate_judge(estate, &ports_check);
    estate_expect_count(estate, 0);
    assert_false(findings_was_judged(estate->findings, "PORT_CLOSED",
                                     DC1 ":53/udp"));
}


static void
a_name_server_mute_over_tcp_too_is_silent(void **state)
{
    struct estate *estate = *state;
    struct dns_fact *udp
        = estate_dns(estate, "example.com", "NS", "dc1.example.com");
    struct dns_fact *tcp
        = estate_dns(estate, "example.com", "NS", "dc1.example.com");

    record_set(&udp->address, "10.0.0.1");
    record_set(&tcp->address, "10.0.0.1");
    udp->transport = TRANSPORT_UDP;
    tcp->transport = TRANSPORT_TCP;
    udp->outcome = tcp->outcome = DNS_SILENT;
    judge_one(estate, 0, TRANSPORT_TCP, PORT_OPEN);
    estate_expect(estate, "PORT_SILENT", DC1 ":53/udp", STATUS_WARNING);
    tcp->outcome = DNS_UNREACHED;
    estate_judge(estate, &ports_check);
    estate_expect(estate, "PORT_FILTERED", DC1 ":53/udp", STATUS_WARNING);
}


/* Whether DC1 should have a port. */
static bool
expects(const struct estate *estate, int64_t standard,
        enum transport transport)
{
    return port_expected(estate->facts, estate->settings->dcs[0], standard,
                         transport);
}


static void
a_plain_kdc_has_no_ports_of_active_directory(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *fact = record_new(fact_types[FACT_ROOTDSE]);

    record_set(&fact->host, DC1);
    facts_add(estate->facts, FACT_ROOTDSE, fact, MON);
    assert_true(expects(estate, 88, TRANSPORT_UDP));
    assert_true(expects(estate, 464, TRANSPORT_TCP));
    assert_true(expects(estate, 389, TRANSPORT_TCP));
    assert_false(expects(estate, 389, TRANSPORT_UDP));
    assert_false(expects(estate, 3268, TRANSPORT_TCP));
    assert_false(expects(estate, 135, TRANSPORT_TCP));
    assert_false(expects(estate, 445, TRANSPORT_TCP));
    assert_false(expects(estate, 53, TRANSPORT_UDP));
    fact->active_directory = true;
    assert_true(expects(estate, 389, TRANSPORT_UDP));
    assert_true(expects(estate, 445, TRANSPORT_TCP));
    assert_false(expects(estate, 3268, TRANSPORT_TCP));
    fact->gc_ready = true;
    assert_true(expects(estate, 3268, TRANSPORT_TCP));
}


static void
roles_are_what_the_dc_claims(void **state)
{
    struct estate *estate = *state;

    estate_netlogon(estate, DC1, DS_KDC | DS_LDAP);
    assert_true(expects(estate, 389, TRANSPORT_UDP));
    assert_true(expects(estate, 135, TRANSPORT_TCP));
    assert_false(expects(estate, 3268, TRANSPORT_TCP));
    assert_false(expects(estate, 123, TRANSPORT_UDP));
    estate_free(estate);
    set_up(state);
    estate = *state;
    estate_netlogon(estate, DC1, DS_GC | DS_TIMESERV);
    assert_true(expects(estate, 3268, TRANSPORT_TCP));
    assert_true(expects(estate, 3269, TRANSPORT_TCP));
    assert_true(expects(estate, 123, TRANSPORT_UDP));
}


static void
a_name_server_is_one_that_ns_records_name(void **state)
{
    struct estate *estate = *state;

    estate_dns(estate, "example.com", "NS", "dc2.example.com");
    assert_false(expects(estate, 53, TRANSPORT_UDP));
    estate_dns(estate, "example.com", "NS", "dc1.example.com");
    assert_true(expects(estate, 53, TRANSPORT_UDP));
}


static void
a_silent_dc_is_active_directory_by_its_srv_record(void **state)
{
    struct estate *estate = *state;

    assert_false(expects(estate, 445, TRANSPORT_TCP));
    estate_dns(estate, "_kerberos._tcp.example.com", "SRV",
               "0 100 88 dc1.example.com");
    assert_false(expects(estate, 445, TRANSPORT_TCP));
    estate_dns(estate, "_ldap._tcp.dc._msdcs.example.com", "SRV",
               "0 100 389 xdc1.example.com");
    assert_false(expects(estate, 445, TRANSPORT_TCP));
    estate_dns(estate, "_ldap._tcp.dc._msdcs.example.com", "SRV",
               "0 100 389 dc1.example.com");
    assert_true(expects(estate, 445, TRANSPORT_TCP));
    assert_false(expects(estate, 3268, TRANSPORT_TCP));
}


static void
a_service_that_is_not_offered_is_not_expected(void **state)
{
    struct estate *estate = *state;
    struct target_dc *dc = estate->settings->dcs[0];

    estate_netlogon(estate, DC1, DS_GC);
    dc->kerberos = dc->kpasswd = dc->ldap = dc->gc = dc->smb = 0;
    assert_false(expects(estate, 88, TRANSPORT_UDP));
    assert_false(expects(estate, 464, TRANSPORT_UDP));
    assert_false(expects(estate, 389, TRANSPORT_UDP));
    assert_false(expects(estate, 636, TRANSPORT_TCP));
    assert_false(expects(estate, 3268, TRANSPORT_TCP));
    assert_false(expects(estate, 3269, TRANSPORT_TCP));
    assert_false(expects(estate, 445, TRANSPORT_TCP));
}


static void
standard_ports_are_mapped(void **state)
{
    struct estate *estate = *state;
    struct target_dc *dc = estate->settings->dcs[0];

    dc->kerberos = 1, dc->kpasswd = 2, dc->ldap = 3, dc->gc = 4, dc->ntp = 5;
    dc->smb = 6;
    assert_int_equal(port_of_dc(dc, 88), 1);
    assert_int_equal(port_of_dc(dc, 464), 2);
    assert_int_equal(port_of_dc(dc, 389), 3);
    assert_int_equal(port_of_dc(dc, 3268), 4);
    assert_int_equal(port_of_dc(dc, 123), 5);
    assert_int_equal(port_of_dc(dc, 445), 6);
    assert_int_equal(port_of_dc(dc, 53), 53);
    assert_int_equal(port_of_dc(dc, 135), 135);
    assert_int_equal(port_of_dc(dc, 636), 636);
    assert_int_equal(port_of_dc(dc, 3269), 3269);
}


#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(open_ports_yield_nothing_but_measurements),
        TEST(every_outcome_of_a_port_is_judged),
        TEST(each_outcome_has_its_code),
        TEST(udp_88_with_tcp_open_is_a_warning),
        TEST(udp_88_without_tcp_is_critical),
        TEST(udp_464_is_critical_like_tcp),
        TEST(a_directory_port_is_a_warning),
        TEST(mute_udp_is_silent_where_tcp_is),
        TEST(an_untried_port_is_not_covered),
        TEST(a_port_without_a_fact_is_not_covered),
        TEST(a_dc_without_an_address_is_one_line),
        TEST(the_worst_address_counts),
        TEST(the_gravest_vantage_leads),
        TEST(an_untried_address_does_not_hide_an_open_one),
        TEST(another_vantage_tells_where_the_filter_is),
        TEST(a_port_that_only_others_saw_is_not_measured),
        TEST(a_dark_dc_is_one_warning),
        TEST(a_dc_with_one_sign_of_life_is_not_dark),
        TEST(the_only_kdc_dark_is_critical),
        TEST(all_dcs_dark_are_critical),
        TEST(a_port_in_two_lists_counts_once_in_the_graver),
        TEST(a_port_of_its_own_names_the_subject),
        TEST(dns_is_judged_by_the_answer_for_the_name_servers),
        TEST(a_name_server_mute_over_tcp_too_is_silent),
        TEST(a_plain_kdc_has_no_ports_of_active_directory),
        TEST(roles_are_what_the_dc_claims),
        TEST(a_name_server_is_one_that_ns_records_name),
        TEST(a_silent_dc_is_active_directory_by_its_srv_record),
        TEST(a_service_that_is_not_offered_is_not_expected),
        TEST(standard_ports_are_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
