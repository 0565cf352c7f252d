/*
 * What is asked, and when, as facts arrive.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan.h"

#define DOMAIN "corp.example"
#define LOCATOR "_ldap._tcp.dc._msdcs." DOMAIN

static char resolver[] = "10.0.0.53";
static char *resolver_items[] = {resolver, NULL};
static const struct strings resolvers = {resolver_items, 1};

/* A plan with its facts, and what it has asked for so far. */
struct world {
    struct configuration *configuration;
    struct plan *plan;
    struct facts *facts;
    struct strings packets;   /* "dns SRV name", "kdc/udp host address" */
    struct strings sessions;  /* "host via kdc gc 3268" */
};


static void
take_packet(void *closure, struct packet_task *task)
{
    struct world *world = closure;
    char *text;

    if (task->probe == PROBE_DNS)
        text = xasprintf("dns %s %s at %s", task->kind, task->name,
                         task->address);
    else
        text = xasprintf("%s/%s %s %s:%d", packet_probe_names[task->probe],
                         transport_names[task->transport], task->host,
                         task->address, (int)task->port);
    strings_add(&world->packets, text);
    free(text);
    record_free(&packet_task_type, task);
}


static void
take_session(void *closure, struct session_task *task)
{
    struct world *world = closure;
    char *text = xasprintf("%s via %s gc %d base %s", task->host,
                           task->kdc_host, (int)task->gc_port, task->base);

    strings_add(&world->sessions, text);
    free(text);
    record_free(&session_task_type, task);
}


static struct world *
world_new(enum bind_method bind)
{
    struct world *world = xcalloc(1, sizeof(*world));
    struct strings errors = {NULL, 0};
    struct settings_numbers *numbers;

    world->configuration = configuration_new();
    numbers = world->configuration->settings->numbers;
    record_set(&numbers->domain, DOMAIN);
    assert_true(configuration_complete(world->configuration, &errors));
    strings_clear(&errors);
    numbers->credentials = true;
    world->facts = facts_new();
    world->plan = plan_new(world->configuration,
                           world->configuration->settings, &resolvers, bind);
    return world;
}


static void
world_free(struct world *world)
{
    plan_free(world->plan);
    facts_free(world->facts);
    configuration_free(world->configuration);
    strings_clear(&world->packets);
    strings_clear(&world->sessions);
    free(world);
}


static void
advance(struct world *world, bool idle)
{
    const struct plan_sink sink = {take_packet, take_session, world};

    plan_advance(world->plan, world->facts, idle, &sink);
}


static bool
asked(const struct world *world, const char *packet)
{
    return strings_contain(&world->packets, packet);
}


static void
say_dns(struct world *world, const char *kind, const char *name,
        enum dns_outcome outcome, const char *record)
{
    struct dns_fact *fact = record_new(fact_types[FACT_DNS]);

    record_set(&fact->host, resolver);
    record_set(&fact->address, resolver);
    record_set(&fact->kind, kind);
    record_set(&fact->name, name);
    fact->outcome = outcome;
    if (record)
        strings_add(&fact->records, record);
    facts_add(world->facts, FACT_DNS, fact, "here");
}


static void
say_port(struct world *world, const char *host, const char *address,
         enum packet_probe probe, int64_t port, enum port_outcome outcome)
{
    struct port_fact *fact = record_new(fact_types[FACT_PORT]);

    record_set(&fact->host, host);
    record_set(&fact->address, address);
    fact->probe = probe;
    fact->port = port;
    fact->outcome = outcome;
    facts_add(world->facts, FACT_PORT, fact, "here");
}


static void
say_rootdse(struct world *world, const char *host)
{
    struct rootdse_fact *fact = record_new(fact_types[FACT_ROOTDSE]);

    record_set(&fact->host, host);
    record_set(&fact->default_nc, "DC=told");
    fact->port = 389;
    fact->active_directory = fact->gc_ready = true;
    facts_add(world->facts, FACT_ROOTDSE, fact, "here");
}


static void
say_tgt(struct world *world, const char *host, enum kdc_outcome outcome)
{
    struct tgt_fact *fact = record_new(fact_types[FACT_TGT]);

    record_set(&fact->host, host);
    fact->outcome = outcome;
    facts_add(world->facts, FACT_TGT, fact, "here");
}


/* Two DCs found and resolved, as 10.0.0.1 and 10.0.0.2, with no mail servers
   in DNS. */
static void
find_two_dcs(struct world *world)
{
    say_dns(world, "SRV", LOCATOR, DNS_OK, "0 100 389 dc1." DOMAIN);
    say_dns(world, "SRV", LOCATOR, DNS_OK, "0 100 389 dc2." DOMAIN);
    say_dns(world, "A", "dc1." DOMAIN, DNS_OK, "10.0.0.1");
    say_dns(world, "A", "dc2." DOMAIN, DNS_OK, "10.0.0.2");
    say_dns(world, "MX", DOMAIN, DNS_NODATA, NULL);
    say_dns(world, "SRV", "_submission._tcp." DOMAIN, DNS_NXDOMAIN, NULL);
}


/* A DC answers by LDAP and Kerberos. */
static void
say_healthy(struct world *world, const char *host, const char *address)
{
    say_rootdse(world, host);
    say_port(world, host, address, PROBE_ROOTDSE, 389, PORT_OPEN);
    say_port(world, host, address, PROBE_KDC, 88, PORT_OPEN);
}


static void
discovery_begins_with_the_locator(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    advance(world, false);
    assert_true(asked(world, "dns SRV " LOCATOR " at 10.0.0.53"));
    assert_true(asked(world, "dns MX " DOMAIN " at 10.0.0.53"));
    assert_int_equal(world->sessions.count, 0);
    world_free(world);
}


static void
a_resolved_dc_is_asked_for_its_services(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    advance(world, false);
    assert_true(asked(world, "dns AAAA dc1." DOMAIN " at 10.0.0.53"));
    assert_true(asked(world, "kdc/udp dc1." DOMAIN " 10.0.0.1:88"));
    assert_true(asked(world, "kdc/tcp dc2." DOMAIN " 10.0.0.2:88"));
    assert_true(asked(world, "cldap/udp dc1." DOMAIN " 10.0.0.1:389"));
    assert_true(asked(world, "rootdse/tcp dc1." DOMAIN " 10.0.0.1:389"));
    assert_true(asked(world, "kpasswd/udp dc1." DOMAIN " 10.0.0.1:464"));
    world_free(world);
}


static void
the_time_service_is_not_asked_over_tcp(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    strings_add(&world->configuration->settings->numbers->ports_other,
                "123/udp");
    find_two_dcs(world);
    advance(world, false);
    advance(world, false);
    assert_true(asked(world, "ntp/udp dc1." DOMAIN " 10.0.0.1:123"));
    assert_false(asked(world, "ntp/tcp dc1." DOMAIN " 10.0.0.1:123"));
    world_free(world);
}


static void
the_global_catalog_is_asked_only_where_claimed(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    advance(world, false);
    assert_false(asked(world, "rootdse/tcp dc1." DOMAIN " 10.0.0.1:3268"));
    say_rootdse(world, "dc1." DOMAIN);
    advance(world, false);
    assert_true(asked(world, "rootdse/tcp dc1." DOMAIN " 10.0.0.1:3268"));
    assert_false(asked(world, "rootdse/tcp dc2." DOMAIN " 10.0.0.2:3268"));
    world_free(world);
}


static void
one_session_tries_the_credentials_first(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    say_healthy(world, "dc2." DOMAIN, "10.0.0.2");
    advance(world, false);
    assert_int_equal(world->sessions.count, 1);
    assert_string_equal(world->sessions.items[0],
                        "dc1." DOMAIN " via dc1." DOMAIN
                        " gc 3268 base DC=told");
    say_tgt(world, "dc1." DOMAIN, KDC_OK);
    advance(world, false);
    assert_int_equal(world->sessions.count, 2);
    assert_string_equal(world->sessions.items[1],
                        "dc2." DOMAIN " via dc2." DOMAIN
                        " gc 0 base DC=told");
    world_free(world);
}


static void
a_refused_password_is_tried_once(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    say_healthy(world, "dc2." DOMAIN, "10.0.0.2");
    advance(world, false);
    say_tgt(world, "dc1." DOMAIN, KDC_REFUSED);
    plan_session_settled(world->plan, 0);
    advance(world, false);
    advance(world, true);
    assert_int_equal(world->sessions.count, 1);
    world_free(world);
}


static void
a_first_session_without_an_answer_is_followed_by_the_next(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    say_healthy(world, "dc2." DOMAIN, "10.0.0.2");
    advance(world, false);
    say_tgt(world, "dc1." DOMAIN, KDC_UNREACHED);
    advance(world, false);
    assert_int_equal(world->sessions.count, 1);
    plan_session_settled(world->plan, 0);
    advance(world, false);
    assert_int_equal(world->sessions.count, 2);
    world_free(world);
}


static void
a_kdc_without_a_directory_gets_a_session_for_its_tickets(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    strings_add_unique(&world->configuration->settings->numbers->checks,
                       "tickets");
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    say_port(world, "dc2." DOMAIN, "10.0.0.2", PROBE_KDC, 88, PORT_OPEN);
    advance(world, false);
    say_tgt(world, "dc1." DOMAIN, KDC_OK);
    advance(world, false);
    assert_int_equal(world->sessions.count, 1);
    advance(world, true);
    assert_int_equal(world->sessions.count, 2);
    assert_string_equal(world->sessions.items[1],
                        "dc2." DOMAIN " via dc2." DOMAIN " gc 0 base ");
    advance(world, true);
    assert_int_equal(world->sessions.count, 2);
    world_free(world);
}


/* Whether a session's follow-up asks tickets for a mail server's name. */
static bool
asks_tickets(struct world *world, size_t number, const char *spn)
{
    struct followup_task *task
        = plan_follow_up(world->plan, world->facts, number);
    bool asks = task && strings_contain(&task->spns, spn);

    record_free(&followup_task_type, task);
    return asks;
}


static void
tickets_are_asked_of_a_kdc_that_gave_one(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);
    struct settings *settings = world->configuration->settings;

    (void)state;
    strings_add_unique(&settings->numbers->checks, "tickets");
    settings->numbers->discovered_mail = false;
    settings_mail(settings, "ex1." DOMAIN)->origin = MAIL_CONFIGURED;
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    say_healthy(world, "dc2." DOMAIN, "10.0.0.2");
    advance(world, false);
    say_tgt(world, "dc1." DOMAIN, KDC_OK);
    advance(world, false);
    assert_int_equal(world->sessions.count, 2);
    assert_true(asks_tickets(world, 0, "SMTPSVC/ex1." DOMAIN));
    assert_false(asks_tickets(world, 1, "SMTPSVC/ex1." DOMAIN));
    say_tgt(world, "dc2." DOMAIN, KDC_OK);
    assert_true(asks_tickets(world, 1, "SMTPSVC/ex1." DOMAIN));
    world_free(world);
}


static void
anonymous_sessions_do_not_wait_for_each_other(void **state)
{
    struct world *world = world_new(BIND_ANONYMOUS);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    say_healthy(world, "dc2." DOMAIN, "10.0.0.2");
    advance(world, false);
    assert_int_equal(world->sessions.count, 2);
    world_free(world);
}


static void
another_kdc_serves_a_dc_whose_own_is_closed(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    say_rootdse(world, "dc2." DOMAIN);
    say_port(world, "dc2." DOMAIN, "10.0.0.2", PROBE_ROOTDSE, 389, PORT_OPEN);
    say_port(world, "dc2." DOMAIN, "10.0.0.2", PROBE_KDC, 88, PORT_CLOSED);
    say_port(world, "dc1." DOMAIN, "10.0.0.1", PROBE_KDC, 88, PORT_OPEN);
    advance(world, false);
    assert_int_equal(world->sessions.count, 0);
    advance(world, true);
    assert_int_equal(world->sessions.count, 1);
    assert_string_equal(world->sessions.items[0],
                        "dc2." DOMAIN " via dc1." DOMAIN
                        " gc 3268 base DC=told");
    world_free(world);
}


static void
a_dc_that_does_not_answer_gets_no_session(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    find_two_dcs(world);
    advance(world, false);
    say_port(world, "dc1." DOMAIN, "10.0.0.1", PROBE_ROOTDSE, 389,
             PORT_SILENT);
    say_port(world, "dc1." DOMAIN, "10.0.0.1", PROBE_KDC, 88, PORT_SILENT);
    advance(world, true);
    assert_int_equal(world->sessions.count, 0);
    world_free(world);
}


static void
without_credentials_there_is_no_session(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);

    (void)state;
    world->configuration->settings->numbers->credentials = false;
    find_two_dcs(world);
    advance(world, false);
    say_healthy(world, "dc1." DOMAIN, "10.0.0.1");
    advance(world, true);
    assert_int_equal(world->sessions.count, 0);
    world_free(world);
}


static void
a_plain_realm_offers_what_dns_names_it_for(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);
    const struct target_dc *kdc, *ldap;

    (void)state;
    say_dns(world, "SRV", LOCATOR, DNS_NXDOMAIN, NULL);
    say_dns(world, "SRV", "_kerberos._udp." DOMAIN, DNS_OK, "0 0 88 kdc." DOMAIN);
    say_dns(world, "SRV", "_ldap._tcp." DOMAIN, DNS_OK, "0 0 1389 ldap." DOMAIN);
    advance(world, false);
    kdc = settings_find_dc(world->configuration->settings, "kdc." DOMAIN);
    ldap = settings_find_dc(world->configuration->settings, "ldap." DOMAIN);
    assert_non_null(kdc);
    assert_non_null(ldap);
    assert_int_equal(kdc->kerberos, 88);
    assert_int_equal(kdc->ldap, 0);
    assert_int_equal(kdc->kpasswd, 0);
    assert_int_equal(ldap->ldap, 1389);
    assert_int_equal(ldap->kerberos, 0);
    world_free(world);
}


static void
configured_addresses_are_not_resolved(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);
    struct settings *settings = world->configuration->settings;

    (void)state;
    plan_free(world->plan);
    settings->numbers->discovered_dcs = false;
    strings_add(&settings_dc(settings, "dc9." DOMAIN)->addresses, "10.0.0.9");
    world->plan = plan_new(world->configuration, settings, &resolvers,
                           BIND_GSSAPI);
    advance(world, false);
    assert_false(asked(world, "dns A dc9." DOMAIN " at 10.0.0.53"));
    assert_false(asked(world, "dns SRV " LOCATOR " at 10.0.0.53"));
    assert_true(asked(world, "kdc/tcp dc9." DOMAIN " 10.0.0.9:88"));
    world_free(world);
}


static void
mail_servers_come_from_mx_records(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);
    const struct target_mail *mail;

    (void)state;
    say_dns(world, "MX", DOMAIN, DNS_OK, "10 ex1." DOMAIN);
    say_dns(world, "A", "ex1." DOMAIN, DNS_OK, "10.0.0.25");
    advance(world, false);
    mail = settings_find_mail(world->configuration->settings, "ex1." DOMAIN);
    assert_non_null(mail);
    assert_int_equal(mail->origin, MAIL_MX);
    assert_true(asked(world, "smtp/tcp ex1." DOMAIN " 10.0.0.25:25"));
    world_free(world);
}


static void
a_hosters_mail_server_is_left_alone(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);
    struct account_fact *fact = record_new(fact_types[FACT_ACCOUNT]);

    (void)state;
    say_dns(world, "MX", DOMAIN, DNS_OK, "10 mx.hoster.example");
    say_dns(world, "A", "mx.hoster.example", DNS_OK, "192.0.2.25");
    advance(world, false);
    advance(world, false);
    assert_false(asked(world, "smtp/tcp mx.hoster.example 192.0.2.25:25"));
    assert_false(asked(world, "ntp/udp mx.hoster.example 192.0.2.25:123"));

    /* Unless it turns out to be in the directory. */
    record_set(&fact->dns_host_name, "mx.hoster.example");
    facts_add(world->facts, FACT_ACCOUNT, fact, "here");
    advance(world, false);
    assert_true(asked(world, "ntp/udp mx.hoster.example 192.0.2.25:123"));
    world_free(world);
}


static void
the_check_spn_alone_asks_who_serves_dns(void **state)
{
    struct world *world = world_new(BIND_GSSAPI);
    struct strings *chosen
        = &world->configuration->settings->numbers->checks;

    (void)state;
    strings_clear(chosen);
    strings_add(chosen, "spn");
    find_two_dcs(world);
    say_dns(world, "NS", DOMAIN, DNS_OK, "dc1." DOMAIN);
    advance(world, false);
    advance(world, false);
    assert_true(asked(world, "dns NS " DOMAIN " at 10.0.0.1"));
    assert_false(asked(world, "dns NS " DOMAIN " at 10.0.0.2"));
    world_free(world);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discovery_begins_with_the_locator),
        cmocka_unit_test(a_resolved_dc_is_asked_for_its_services),
        cmocka_unit_test(the_time_service_is_not_asked_over_tcp),
        cmocka_unit_test(the_global_catalog_is_asked_only_where_claimed),
        cmocka_unit_test(one_session_tries_the_credentials_first),
        cmocka_unit_test(a_refused_password_is_tried_once),
        cmocka_unit_test(
            a_first_session_without_an_answer_is_followed_by_the_next),
        cmocka_unit_test(
            a_kdc_without_a_directory_gets_a_session_for_its_tickets),
        cmocka_unit_test(tickets_are_asked_of_a_kdc_that_gave_one),
        cmocka_unit_test(anonymous_sessions_do_not_wait_for_each_other),
        cmocka_unit_test(another_kdc_serves_a_dc_whose_own_is_closed),
        cmocka_unit_test(a_dc_that_does_not_answer_gets_no_session),
        cmocka_unit_test(without_credentials_there_is_no_session),
        cmocka_unit_test(a_plain_realm_offers_what_dns_names_it_for),
        cmocka_unit_test(configured_addresses_are_not_resolved),
        cmocka_unit_test(mail_servers_come_from_mx_records),
        cmocka_unit_test(a_hosters_mail_server_is_left_alone),
        cmocka_unit_test(the_check_spn_alone_asks_who_serves_dns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
