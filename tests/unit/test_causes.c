/*
 * Symptoms lead to their roots, and never in a circle.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/causes.h"
#include "tests/unit/inquest.h"


/* Whether two patterns can stand for the same code. */
static bool
patterns_meet(const char *left, const char *right)
{
    return cause_matches(left, right) || cause_matches(right, left);
}


/* Whether a chain of rules leads from a rule's cause back to its effect;
   depth bounds the walk to the number of rules. */
static bool
leads_to(const char *from, const char *to, size_t depth)
{
    if (patterns_meet(from, to))
        return true;
    for (const struct cause_rule *rule = cause_rules; depth && rule->effect;
         rule++)
        if (patterns_meet(rule->effect, from)
            && leads_to(rule->cause, to, depth - 1))
            return true;
    return false;
}


static void
the_table_has_no_cycle(void **state)
{
    size_t count = 0;

    (void)state;
    while (cause_rules[count].effect)
        count++;
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++)
        if (leads_to(cause_rules[i].cause, cause_rules[i].effect, count))
            fail_msg("%s explains itself by way of %s", cause_rules[i].effect,
                     cause_rules[i].cause);
}


static void
the_table_is_sorted_without_repetition(void **state)
{
    (void)state;
    for (const struct cause_rule *rule = cause_rules; rule[1].effect; rule++) {
        int order = strcmp(rule[0].effect, rule[1].effect);

        if (order == 0)
            order = strcmp(rule[0].cause, rule[1].cause);
        if (order == 0)
            order = (int)rule[0].relation - (int)rule[1].relation;
        if (order >= 0)
            fail_msg("%s by %s is out of order", rule[1].effect,
                     rule[1].cause);
    }
}


static void
patterns_stand_for_all_that_begins_so(void **state)
{
    (void)state;
    assert_true(cause_matches("PORT_*", "PORT_CLOSED"));
    assert_false(cause_matches("PORT_*", "PORTS_OK"));
    assert_true(cause_matches("A", "A"));
    assert_false(cause_matches("A", "AB"));
    assert_false(cause_matches("", "A"));
}


static void
an_unresolved_host_explains_its_ports_alone(void **state)
{
    (void)state;
    assert_true(
        explains("HOST_UNRESOLVED", DC1, "PORT_FILTERED", DC1 ":88/udp"));
    assert_false(
        explains("HOST_UNRESOLVED", DC2, "PORT_FILTERED", DC1 ":88/udp"));
    assert_false(explains("HOST_UNRESOLVED", "dc1.example.co",
                          "PORT_FILTERED", DC1 ":88/udp"));
}


static void
an_ldap_port_explains_ldap(void **state)
{
    (void)state;
    assert_true(explains("PORT_SILENT", DC1 ":389/tcp", "LDAP_UNREACHABLE",
                         DC1 ":389"));
    assert_true(explains("PORT_CLOSED", DC1 ":1389/tcp", "LDAP_UNREACHABLE",
                         DC1 ":1389"));
    assert_false(explains("PORT_CLOSED", DC1 ":389/udp", "LDAP_UNREACHABLE",
                          DC1 ":389"));
    assert_false(explains("PORT_CLOSED", DC1 ":3268/tcp", "LDAP_UNREACHABLE",
                          DC1 ":389"));
    assert_false(explains("PORT_CLOSED", DC2 ":389/tcp", "LDAP_UNREACHABLE",
                          DC1 ":389"));
}


static void
the_kdc_port_explains_a_failed_bind(void **state)
{
    (void)state;
    assert_true(explains("PORT_FILTERED", DC1 ":88/tcp", "LDAP_BIND_FAILED",
                         DC1 ":389"));
    assert_true(explains("PORT_FILTERED", DC1 ":88/udp", "LDAP_BIND_FAILED",
                         DC1 ":389"));
    assert_false(explains("PORT_FILTERED", DC1 ":464/tcp", "LDAP_BIND_FAILED",
                          DC1 ":389"));
    assert_false(explains("PORT_FILTERED", DC2 ":88/tcp", "LDAP_BIND_FAILED",
                          DC1 ":389"));
}


static void
a_kdc_port_that_tcp_replaces_explains_nothing(void **state)
{
    struct estate *estate = *state;
    const struct finding *symptom
        = add(estate, STATUS_UNKNOWN, "LDAP_BIND_FAILED", DC1 ":389");

    add(estate, STATUS_WARNING, "PORT_FILTERED", DC1 ":88/udp");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 0);
}


static void
only_kdcs_that_are_all_down_explain_an_unread_directory(void **state)
{
    struct estate *estate = *state;
    const struct finding *symptom
        = add(estate, STATUS_UNKNOWN, "NOT_PERMITTED", "spn attribute");

    estate_dc(estate, DC2, 2);
    estate_dc(estate, DC3, 3)->kerberos = 0;
    add(estate, STATUS_CRITICAL, "PORT_CLOSED", DC1 ":88/tcp");
    add(estate, STATUS_CRITICAL, "PORT_CLOSED", DC2 ":464/tcp");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 0);

    add(estate, STATUS_CRITICAL, "PORT_FILTERED", DC2 ":88/udp");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 2);
    assert_string_equal(symptom->caused_by.items[0],
                        "PORT_CLOSED " DC1 ":88/tcp");
    assert_string_equal(symptom->caused_by.items[1],
                        "PORT_FILTERED " DC2 ":88/udp");
}


static void
clocks_explain_a_failed_bind(void **state)
{
    (void)state;
    assert_true(explains("CLOCK_SKEW", DC1, "LDAP_BIND_FAILED", DC1 ":389"));
    assert_true(explains("CLOCK_SKEW", DC1 "<->" MON, "LDAP_BIND_FAILED",
                         DC1 ":389"));
    assert_true(explains("CLOCK_SKEW", "a.example.com<->" DC1,
                         "LDAP_BIND_FAILED", DC1 ":389"));
    assert_true(explains("CLOCK_SKEW", MON, "LDAP_BIND_FAILED", DC1 ":389"));
    assert_true(
        explains("CLOCK_SKEW", "example.com", "LDAP_BIND_FAILED", DC1 ":389"));
    assert_false(explains("CLOCK_SKEW", DC2, "LDAP_BIND_FAILED", DC1 ":389"));
    assert_false(explains("CLOCK_SKEW", DC2 "<->" DC3, "LDAP_BIND_FAILED",
                          DC1 ":389"));
}


static void
a_clock_that_kerberos_bears_explains_nothing(void **state)
{
    struct estate *estate = *state;
    const struct finding *symptom
        = add(estate, STATUS_UNKNOWN, "LDAP_BIND_FAILED", DC1 ":389");

    finding_value(add(estate, STATUS_WARNING, "CLOCK_SKEW", DC1), "offset",
                  90, "s");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 0);
}


static void
ports_and_workers_explain_an_unmeasured_clock(void **state)
{
    (void)state;
    assert_true(
        explains("PORT_CLOSED", DC1 ":88/udp", "CLOCK_UNMEASURED", DC1));
    assert_true(explains("HOST_UNRESOLVED", DC1, "CLOCK_UNMEASURED", DC1));
    assert_true(
        explains("PROBE_CRASHED", "packet " MON, "CLOCK_UNMEASURED", DC1));
    assert_false(
        explains("PROBE_CRASHED", "session " DC2, "CLOCK_UNMEASURED", DC1));
    assert_false(
        explains("PORT_CLOSED", DC2 ":88/udp", "CLOCK_UNMEASURED", DC1));
}


static void
dns_explains_what_it_did_not_tell(void **state)
{
    (void)state;
    assert_true(explains("DNS_UNREACHABLE", "example.com", "DNS_SRV_MISSING",
                         "_gc._tcp.example.com"));
    assert_true(
        explains("DNS_UNREACHABLE", "example.com", "HOST_UNRESOLVED", DC1));
    assert_true(explains("HOST_UNRESOLVED", MX1, "SPN_ORPHANED",
                         "SMTP/" MX1 ":25"));
    assert_true(
        explains("HOST_UNRESOLVED", MX1, "SPN_ORPHANED", "SMTP/mx1"));
    assert_false(
        explains("HOST_UNRESOLVED", MX1, "SPN_ORPHANED", "SMTP/mx"));
    assert_false(explains("HOST_UNRESOLVED", MX1, "SPN_ORPHANED",
                          "SMTP/mx1.example"));
}


static void
without_packets_no_dc_is_found_and_none_is_read(void **state)
{
    struct estate *estate = *state;
    const struct finding *symptom
        = add(estate, STATUS_UNKNOWN, "NOT_PERMITTED", "spn reading");

    add(estate, STATUS_UNKNOWN, "PROBE_CRASHED", "packet " MON);
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 1);
    /* With a DC, whatever record is missing is missing. */
    assert_false(explains("PROBE_CRASHED", "packet " MON, "DNS_SRV_MISSING",
                          "_ldap._tcp.example.com"));
}


static void
without_packets_dns_names_no_dc(void **state)
{
    struct settings *settings = settings_new();
    struct findings *findings = findings_new();
    const struct finding *symptom;

    (void)state;
    findings_begin_check(findings, "test");
    symptom = findings_add(findings, STATUS_UNKNOWN, IMPACT_MONITORING,
                           "DNS_SRV_MISSING", "_ldap._tcp.example.com", "-");
    findings_add(findings, STATUS_UNKNOWN, IMPACT_MONITORING, "PROBE_CRASHED",
                 "packet " MON, "-");
    causes_apply(findings, settings);
    assert_int_equal(symptom->caused_by.count, 1);
    findings_free(findings);
    settings_free(settings);
}


static void
one_dc_down_does_not_explain_a_missing_right(void **state)
{
    struct estate *estate = *state;
    const struct finding *symptom
        = add(estate, STATUS_UNKNOWN, "NOT_PERMITTED", "spn reading");

    estate_dc(estate, DC2, 2);
    add(estate, STATUS_UNKNOWN, "LDAP_UNREACHABLE", DC1 ":389");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 0);
    add(estate, STATUS_UNKNOWN, "LDAP_BIND_FAILED", DC2 ":389");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 2);
    assert_string_equal(symptom->caused_by.items[0],
                        "LDAP_BIND_FAILED " DC2 ":389");
}


static void
mail_servers_are_not_found_where_nothing_may_be_read(void **state)
{
    (void)state;
    assert_true(explains("NOT_PERMITTED", "spn reading",
                         "MAIL_SERVERS_NOT_FOUND", "example.com"));
    assert_true(explains("LDAP_UNREACHABLE", DC1 ":389",
                         "MAIL_SERVERS_NOT_FOUND", "example.com"));
    assert_false(explains("DNS_SRV_MISSING", "_gc._tcp.example.com",
                          "MAIL_SERVERS_NOT_FOUND", "example.com"));
}


static void
what_is_ok_neither_explains_nor_is_explained(void **state)
{
    struct estate *estate = *state;
    const struct finding *symptom
        = add(estate, STATUS_UNKNOWN, "CLOCK_UNMEASURED", DC1);
    const struct finding *port
        = add(estate, STATUS_OK, "PORT_CLOSED", DC1 ":88/tcp");

    add(estate, STATUS_WARNING, "HOST_UNRESOLVED", DC1);
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(symptom->caused_by.count, 1);
    assert_int_equal(port->caused_by.count, 0);
}


static void
a_principal_is_its_account(void **state)
{
    const char *tgt = DC1 " mon$@CORP.EXAMPLE";

    (void)state;
    assert_true(explains("ACCOUNT_DISABLED", "MON$", "TGT_FAILED", tgt));
    assert_false(explains("ACCOUNT_DISABLED", "MON", "TGT_FAILED", tgt));
    assert_false(explains("ACCOUNT_DISABLED", "MON$@CORP", "TGT_FAILED", tgt));
    assert_true(explains("ACCOUNT_MISSING", "MON$", "TGT_FAILED", tgt));
    assert_true(explains("ACCOUNT_KVNO_DIVERGED", "MON$", "TGT_FAILED", tgt));
    assert_false(explains("ACCOUNT_PASSWORD_STALE", "MON$", "TGT_FAILED",
                          tgt));
    assert_false(explains("ACCOUNT_ETYPES_WEAK", "MON$", "TGT_FAILED", tgt));
    assert_true(explains("KEYTAB_STALE", "mon$@CORP.EXAMPLE", "TGT_FAILED",
                         tgt));
    assert_true(explains("TGT_FAILED", tgt, "LDAP_BIND_FAILED", DC1 ":389"));
    assert_false(explains("TGT_FAILED", tgt, "LDAP_BIND_FAILED", DC2 ":389"));
}


static void
an_spn_explains_its_ticket(void **state)
{
    const char *ticket = DC1 " SMTP/ex1.corp.example";

    (void)state;
    assert_true(explains("SPN_DUPLICATE", "SMTP/ex1.corp.example",
                         "TICKET_SPN_NOT_UNIQUE", ticket));
    assert_true(explains("SPN_MISSING", "SMTP/ex1.corp.example",
                         "TICKET_SPN_UNKNOWN", ticket));
    assert_false(explains("SPN_MISSING", "SMTP/ex1", "TICKET_SPN_UNKNOWN",
                          ticket));
    assert_true(explains("PORT_CLOSED", DC1 ":88/tcp", "TICKET_FAILED",
                         ticket));
    assert_false(explains("PORT_CLOSED", DC2 ":88/tcp", "TICKET_FAILED",
                          ticket));
}


#define TEST(name)                                                          \
    cmocka_unit_test_setup_teardown(name, inquest_set_up, inquest_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_no_cycle),
        cmocka_unit_test(the_table_is_sorted_without_repetition),
        cmocka_unit_test(patterns_stand_for_all_that_begins_so),
        cmocka_unit_test(an_unresolved_host_explains_its_ports_alone),
        cmocka_unit_test(an_ldap_port_explains_ldap),
        cmocka_unit_test(the_kdc_port_explains_a_failed_bind),
        TEST(a_kdc_port_that_tcp_replaces_explains_nothing),
        TEST(only_kdcs_that_are_all_down_explain_an_unread_directory),
        cmocka_unit_test(clocks_explain_a_failed_bind),
        TEST(a_clock_that_kerberos_bears_explains_nothing),
        cmocka_unit_test(ports_and_workers_explain_an_unmeasured_clock),
        cmocka_unit_test(dns_explains_what_it_did_not_tell),
        TEST(without_packets_no_dc_is_found_and_none_is_read),
        cmocka_unit_test(without_packets_dns_names_no_dc),
        TEST(one_dc_down_does_not_explain_a_missing_right),
        cmocka_unit_test(mail_servers_are_not_found_where_nothing_may_be_read),
        TEST(what_is_ok_neither_explains_nor_is_explained),
        cmocka_unit_test(a_principal_is_its_account),
        cmocka_unit_test(an_spn_explains_its_ticket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
