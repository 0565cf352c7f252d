/*
 * Domain controllers that the configuration partition names, and the KDCs of
 * other domains.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/discovery.h"

#define DOMAIN "corp.example.com"
#define NC "DC=corp,DC=example,DC=com"
#define DC1 "dc1." DOMAIN
#define DC2 "dc2." DOMAIN
#define BRANCH "branch." DOMAIN
#define LOCATED "_kerberos._tcp.dc._msdcs.partner.example.net"
#define PLAIN "_kerberos._tcp.partner.example.net"
#define PARTNER "partner.example.net"
#define KDC "kdc.partner.example.net"

static char resolver[] = "10.0.0.53", second_resolver[] = "10.0.0.54";
static char *resolver_items[] = {resolver, second_resolver, NULL};

/* A run's discovery, and what it has asked for so far. */
struct world {
    struct configuration *configuration;
    struct settings *settings;   /* the configuration's */
    struct strings resolvers;
    struct inquiry *inquiry;
    struct facts *facts;
    struct strings asked;        /* "SRV name", "tcp host address:port" */
    struct strings result;       /* of the last kdcs() or realms() */
};


static void
take_packet(void *closure, struct packet_task *task)
{
    struct world *world = closure;
    char *text;

    if (task->probe == PROBE_DNS)
        text = xasprintf("%s %s", task->kind, task->name);
    else
        text = xasprintf("%s %s %s:%d", packet_probe_names[task->probe],
                         task->host, task->address, (int)task->port);
    strings_add(&world->asked, text);
    free(text);
    record_free(&packet_task_type, task);
}


/* Discovery in corp.example.com with one name server, tickets wanted. */
static int
set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    struct strings errors = {NULL, 0};

    world->configuration = configuration_new();
    world->settings = world->configuration->settings;
    record_set(&world->settings->numbers->domain, DOMAIN);
    assert_true(configuration_complete(world->configuration, &errors));
    strings_clear(&errors);
    world->settings->numbers->credentials = true;
    strings_add_unique(&world->settings->numbers->checks, "tickets");
    world->resolvers = (struct strings){resolver_items, 1};
    world->inquiry = inquiry_new(&world->resolvers);
    inquiry_set_sink(world->inquiry, take_packet, world);
    world->facts = facts_new();
    *state = world;
    return 0;
}


static int
tear_down(void **state)
{
    struct world *world = *state;

    inquiry_free(world->inquiry);
    facts_free(world->facts);
    configuration_free(world->configuration);
    strings_clear(&world->asked);
    strings_clear(&world->result);
    free(world);
    return 0;
}


static void
advance_when(struct world *world, bool idle)
{
    const struct strings fixed = {NULL, 0};

    discovery_advance(world->configuration, world->settings, world->inquiry,
                      world->facts, &fixed, idle);
}


/* As the plan does when nothing is being waited for. */
static void
advance(struct world *world)
{
    advance_when(world, true);
}


static bool
asked(const struct world *world, const char *question)
{
    return strings_contain(&world->asked, question);
}


/* How many questions begin so. */
static size_t
count_asked(const struct world *world, const char *prefix)
{
    size_t count = 0;

    for (size_t i = 0; i < world->asked.count; i++)
        count += strncmp(world->asked.items[i], prefix, strlen(prefix)) == 0;
    return count;
}


/* The lines of KDCs known now. */
static const struct strings *
kdcs(struct world *world)
{
    strings_clear(&world->result);
    discovery_foreign_kdcs(world->inquiry, world->facts, &world->result);
    return &world->result;
}


/* The realms to ask tickets for. */
static const struct strings *
realms(struct world *world)
{
    strings_clear(&world->result);
    discovery_foreign_realms(world->facts, world->settings, &world->result);
    return &world->result;
}


/* A name server's answer, with records separated by commas. */
static void
say_dns_at(struct world *world, const char *server, const char *kind,
           const char *name, enum dns_outcome outcome, const char *records)
{
    struct dns_fact *fact = record_new(fact_types[FACT_DNS]);
    char *copy = xstrdup(records), *rest = copy, *record;

    record_set(&fact->host, server);
    record_set(&fact->address, server);
    record_set(&fact->kind, kind);
    record_set(&fact->name, name);
    fact->outcome = (int)outcome;
    while ((record = strsep(&rest, ",")))
        if (*record)
            strings_add(&fact->records, record);
    free(copy);
    facts_add(world->facts, FACT_DNS, fact, "here");
}


static void
say_dns(struct world *world, const char *kind, const char *name,
        enum dns_outcome outcome, const char *records)
{
    say_dns_at(world, resolver, kind, name, outcome, records);
}


/* A host's only address. */
static void
say_address(struct world *world, const char *host, const char *address)
{
    say_dns(world, "A", host, DNS_OK, address);
    say_dns(world, "AAAA", host, DNS_NODATA, "");
}


static struct port_fact *
say_contact(struct world *world, const char *host, const char *address,
            int64_t port, enum port_outcome outcome)
{
    struct port_fact *fact = record_new(fact_types[FACT_PORT]);

    record_set(&fact->host, host);
    record_set(&fact->address, address);
    fact->probe = PROBE_TCP;
    fact->port = port;
    fact->outcome = (int)outcome;
    facts_add(world->facts, FACT_PORT, fact, "here");
    return fact;
}


/* A DC's configuration partition has a server with these naming contexts,
   separated by semicolons. */
static void
say_dsa_at(struct world *world, const char *host, const char *server,
           const char *ncs)
{
    struct dsa_fact *fact = record_new(fact_types[FACT_DSA]);
    char *copy = xstrdup(ncs), *rest = copy, *nc;

    record_set(&fact->host, host);
    record_set(&fact->server, server);
    while ((nc = strsep(&rest, ";")))
        strings_add(&fact->ncs, nc);
    free(copy);
    facts_add(world->facts, FACT_DSA, fact, "here");
}


/* The same on DC1. */
static void
say_dsa(struct world *world, const char *server, const char *ncs)
{
    say_dsa_at(world, DC1, server, ncs);
}


/* How the search for the topology ended on a DC. */
static void
say_topology(struct world *world, const char *host,
             enum search_outcome outcome)
{
    struct search_fact *fact = record_new(fact_types[FACT_SEARCH]);

    record_set(&fact->host, host);
    fact->purpose = SEARCH_TOPOLOGY;
    fact->outcome = (int)outcome;
    facts_add(world->facts, FACT_SEARCH, fact, "here");
}


static struct trust_fact *
say_trust(struct world *world, const char *partner, int64_t kind,
          int64_t direction)
{
    struct trust_fact *fact = record_new(fact_types[FACT_TRUST]);

    record_set(&fact->host, DC1);
    record_set(&fact->partner, partner);
    fact->kind = kind;
    fact->direction = direction;
    facts_add(world->facts, FACT_TRUST, fact, "here");
    return fact;
}


static void
say_domain(struct world *world, const char *domain)
{
    struct domain_fact *fact = record_new(fact_types[FACT_DOMAIN]);

    record_set(&fact->host, DC1);
    record_set(&fact->domain, domain);
    facts_add(world->facts, FACT_DOMAIN, fact, "here");
}


/* A trust with the partner, whose only KDC is KDC at 10.9.0.1. */
static void
say_partner(struct world *world)
{
    say_trust(world, PARTNER, 2, TRUST_INBOUND | TRUST_OUTBOUND);
    say_dns(world, "SRV", LOCATED, DNS_OK, "0 100 88 " KDC);
    say_address(world, KDC, "10.9.0.1");
}


/* ----- domain controllers of the topology */

static void
holder_of_the_domain_is_a_domain_controller(void **state)
{
    struct world *world = *state;

    say_dsa(world, BRANCH,
            "CN=Configuration,DC=example,DC=com;dc=CORP,dc=example,dc=com");
    advance(world);
    assert_non_null(settings_find_dc(world->settings, BRANCH));
    assert_true(asked(world, "A " BRANCH));
    assert_true(asked(world, "AAAA " BRANCH));
}


static void
topology_alone_gives_all_the_usual_ports(void **state)
{
    struct world *world = *state;
    const struct target_dc *dc;

    say_dns(world, "SRV", "_ldap._tcp.dc._msdcs." DOMAIN, DNS_NODATA, "");
    say_dsa(world, BRANCH, NC);
    advance(world);
    dc = settings_find_dc(world->settings, BRANCH);
    assert_int_equal(dc->kerberos, 88);
    assert_int_equal(dc->ldap, 389);
    assert_false(dc->configured);
}


static void
topology_counts_once_all_have_told_it(void **state)
{
    struct world *world = *state;

    say_dsa(world, BRANCH, NC);
    say_topology(world, DC1, SEARCH_OK);
    advance_when(world, false);
    assert_null(settings_find_dc(world->settings, BRANCH));
    advance_when(world, true);
    assert_non_null(settings_find_dc(world->settings, BRANCH));
}


static void
what_one_directory_no_longer_has_is_being_taken_away(void **state)
{
    struct world *world = *state;

    say_dsa_at(world, DC1, BRANCH, NC);
    say_dsa_at(world, DC1, "kept." DOMAIN, NC);
    say_dsa_at(world, DC2, "kept." DOMAIN, NC);
    say_dsa_at(world, DC2, "new." DOMAIN, NC);
    say_topology(world, DC1, SEARCH_OK);
    say_topology(world, DC2, SEARCH_OK);
    advance(world);
    assert_null(settings_find_dc(world->settings, BRANCH));
    assert_null(settings_find_dc(world->settings, "new." DOMAIN));
    assert_non_null(settings_find_dc(world->settings, "kept." DOMAIN));
}


static void
directory_that_did_not_tell_all_contradicts_nobody(void **state)
{
    struct world *world = *state;

    say_dsa_at(world, DC1, BRANCH, NC);
    say_dsa_at(world, DC2, "half-told." DOMAIN, NC);
    say_topology(world, DC1, SEARCH_OK);
    say_topology(world, DC2, SEARCH_TIMED_OUT);
    advance(world);
    assert_non_null(settings_find_dc(world->settings, BRANCH));
    assert_null(settings_find_dc(world->settings, "half-told." DOMAIN));
}


static void
what_one_directory_says_twice_counts_once(void **state)
{
    struct world *world = *state;

    say_dsa(world, BRANCH, NC);
    say_dsa(world, BRANCH, NC);
    say_topology(world, DC1, SEARCH_OK);
    say_topology(world, "dc2." DOMAIN, SEARCH_OK);
    advance(world);
    assert_null(settings_find_dc(world->settings, BRANCH));
}


static void
mail_servers_are_not_discovered_without_end(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < SETTINGS_MAIL_MOST + 10; i++) {
        struct exchange_fact *fact = record_new(fact_types[FACT_EXCHANGE]);
        char *host = xasprintf("ex%d." DOMAIN, i);

        record_set(&fact->server, host);
        facts_add(world->facts, FACT_EXCHANGE, fact, "here");
        free(host);
    }
    advance(world);
    assert_int_equal(world->settings->mail_count, SETTINGS_MAIL_MOST);
}


static void
half_a_topology_is_better_than_none(void **state)
{
    struct world *world = *state;

    say_dsa(world, BRANCH, NC);
    say_topology(world, DC1, SEARCH_FAILED);
    advance(world);
    assert_non_null(settings_find_dc(world->settings, BRANCH));
}


static void
domain_controllers_of_other_domains_are_none_of_ours(void **state)
{
    struct world *world = *state;

    say_dsa(world, "dc.example.com",
            "CN=Configuration,DC=example,DC=com;DC=example,DC=com");
    say_dsa(world, "dc.sub." DOMAIN, "DC=sub," NC);
    say_dsa(world, "zones." DOMAIN, "DC=DomainDnsZones," NC);
    advance(world);
    assert_int_equal(world->settings->dc_count, 0);
}


static void
server_without_a_usable_name_is_not_asked_for(void **state)
{
    struct world *world = *state;

    say_dsa(world, "", NC);
    say_dsa(world, "dc 9." DOMAIN, NC);
    say_dsa(world, "-rf." DOMAIN, NC);
    advance(world);
    assert_int_equal(world->settings->dc_count, 0);
}


static void
configured_domain_controllers_stay_alone(void **state)
{
    struct world *world = *state;

    world->settings->numbers->discovered_dcs = false;
    say_dsa(world, BRANCH, NC);
    advance(world);
    assert_int_equal(world->settings->dc_count, 0);
}


static void
topology_cannot_name_domain_controllers_without_end(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < 4100; i++) {
        char *host = xasprintf("dc%d." DOMAIN, i);

        say_dsa(world, host, NC);
        free(host);
    }
    world->settings->numbers->credentials = false;
    advance(world);
    assert_int_equal(world->settings->dc_count, 4096);
}


/* ----- KDCs of other domains */

static void
trusted_domain_is_asked_for_its_kdcs(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_OUTBOUND);
    advance(world);
    assert_true(asked(world, "SRV " LOCATED));
    assert_false(asked(world, "SRV " PLAIN));
    assert_int_equal(kdcs(world)->count, 0);
}


static void
realm_without_the_locators_record_has_the_plain_one(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 3, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_NXDOMAIN, "");
    advance(world);
    assert_true(asked(world, "SRV " PLAIN));
    say_dns(world, "SRV", PLAIN, DNS_OK, "0 0 750 " KDC);
    say_address(world, KDC, "10.9.0.1");
    assert_string_equal(kdcs(world)->items[0],
                        "PARTNER.EXAMPLE.NET " KDC " 10.9.0.1 750");
}


static void
plain_record_waits_for_all_name_servers(void **state)
{
    struct world *world = *state;

    world->resolvers.count = 2;
    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_NXDOMAIN, "");
    advance(world);
    assert_false(asked(world, "SRV " PLAIN));
    say_dns_at(world, second_resolver, "SRV", LOCATED, DNS_SILENT, "");
    advance(world);
    assert_true(asked(world, "SRV " PLAIN));
}


static void
kdc_is_resolved_and_connected_to(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_OK, "0 100 88 " KDC);
    advance(world);
    assert_true(asked(world, "A " KDC));
    assert_true(asked(world, "AAAA " KDC));
    say_address(world, KDC, "10.9.0.1");
    advance(world);
    assert_true(asked(world, "tcp " KDC " 10.9.0.1:88"));
    assert_int_equal(kdcs(world)->count, 1);
    assert_string_equal(world->result.items[0],
                        "PARTNER.EXAMPLE.NET " KDC " 10.9.0.1 88");
}


static void
kdc_that_can_be_connected_to_comes_first(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_OK,
            "0 100 88 dead.partner.example.net,"
            "0 100 88 unknown.partner.example.net,0 100 88 " KDC);
    say_address(world, "dead.partner.example.net", "10.9.0.7");
    say_address(world, "unknown.partner.example.net", "10.9.0.8");
    say_address(world, KDC, "10.9.0.1");
    say_contact(world, "dead.partner.example.net", "10.9.0.7", 464,
                PORT_OPEN);
    say_contact(world, "dead.partner.example.net", "10.9.0.7", 88, PORT_OPEN)
        ->probe = PROBE_NTP;
    say_contact(world, "dead.partner.example.net", "10.9.0.7", 88,
                PORT_FILTERED);
    say_contact(world, KDC, "10.9.0.1", 88, PORT_OPEN);
    /* What does not answer would only take its time-out. */
    assert_int_equal(kdcs(world)->count, 2);
    assert_non_null(strstr(world->result.items[0], KDC));
    assert_non_null(strstr(world->result.items[1], "unknown."));
}


static void
kdcs_come_in_the_order_of_their_priority(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_OK,
            "20 0 88 d.partner.example.net,10 0 88 c.partner.example.net,"
            "0 0 88 a.partner.example.net,10 0 88 c.partner.example.net,"
            "10 0 88 b.partner.example.net");
    say_address(world, "a.partner.example.net", "10.9.0.1");
    say_address(world, "b.partner.example.net", "10.9.0.2");
    say_address(world, "c.partner.example.net", "10.9.0.3");
    say_address(world, "d.partner.example.net", "10.9.0.4");
    assert_int_equal(kdcs(world)->count, 4);
    assert_non_null(strstr(world->result.items[0], " a."));
    assert_non_null(strstr(world->result.items[1], " c."));
    assert_non_null(strstr(world->result.items[2], " b."));
    assert_non_null(strstr(world->result.items[3], " d."));
}


static void
eight_kdcs_of_a_realm_are_enough(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    for (int i = 0; i < 12; i++) {
        char *record = xasprintf("%d 0 88 kdc%02d.partner.example.net",
                                 12 - i, i);

        say_dns(world, "SRV", LOCATED, DNS_OK, record);
        say_address(world, strrchr(record, ' ') + 1, "10.9.0.1");
        free(record);
    }
    advance(world);
    assert_int_equal(count_asked(world, "A kdc"), 8);
    assert_int_equal(count_asked(world, "tcp "), 8);
    assert_int_equal(kdcs(world)->count, 8);
    assert_non_null(strstr(world->result.items[0], " kdc11."));
}


static void
addresses_of_a_kdc_count_too(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_OK, "0 100 88 " KDC);
    say_dns(world, "A", KDC, DNS_OK,
            "10.9.0.1,10.9.0.2,10.9.0.3,10.9.0.4,10.9.0.5,10.9.0.6,10.9.0.7,"
            "10.9.0.8,10.9.0.9,10.9.0.1");
    advance(world);
    assert_int_equal(count_asked(world, "tcp "), 8);
    assert_int_equal(kdcs(world)->count, 8);
}


static void
records_that_name_no_kdc_are_passed_over(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_OK,
            "0 0 88 .,0 0 0 " KDC ",0 0 65536 " KDC ",0 0 88 a;b,"
            "0 0 65535 " KDC);
    say_address(world, KDC, "10.9.0.1");
    say_dns(world, "MX", KDC, DNS_OK, "10 mx.example.net");
    advance(world);
    assert_false(asked(world, "A a;b"));
    assert_int_equal(kdcs(world)->count, 1);
    assert_string_equal(world->result.items[0],
                        "PARTNER.EXAMPLE.NET " KDC " 10.9.0.1 65535");
}


static void
domains_of_the_forest_have_kdcs_too(void **state)
{
    struct world *world = *state;

    say_domain(world, "sub." DOMAIN);
    say_domain(world, DOMAIN);
    advance(world);
    assert_int_equal(count_asked(world, "SRV _kerberos._tcp.dc._msdcs."), 1);
    assert_true(asked(world, "SRV _kerberos._tcp.dc._msdcs.sub." DOMAIN));
}


static void
our_own_kdcs_are_not_among_the_foreign_ones(void **state)
{
    struct world *world = *state;

    say_partner(world);
    say_domain(world, DOMAIN);
    say_dns(world, "SRV", "_kerberos._tcp." DOMAIN, DNS_OK,
            "0 100 88 dc1." DOMAIN);
    say_address(world, "dc1." DOMAIN, "10.0.0.1");
    advance(world);
    assert_int_equal(kdcs(world)->count, 1);
    assert_non_null(strstr(world->result.items[0], KDC));
}


static void
old_domains_have_no_kerberos(void **state)
{
    struct world *world = *state;

    say_trust(world, "oldnt", 1, TRUST_INBOUND | TRUST_OUTBOUND);
    say_trust(world, "dce.example.net", 4, TRUST_INBOUND);
    advance(world);
    assert_int_equal(count_asked(world, "SRV _kerberos._tcp.dc."), 0);
    assert_int_equal(realms(world)->count, 0);
}


static void
hostile_names_are_not_asked_for(void **state)
{
    static const char *const names[]
        = {"", ".", "a..b", "evil.example .net", "x\\x00y", "*.example.net",
           "-o.example.net", "CAPITALS.example.net", NULL};
    struct world *world = *state;

    for (size_t i = 0; names[i]; i++) {
        say_trust(world, names[i], 2, TRUST_INBOUND);
        say_domain(world, names[i]);
    }
    advance(world);
    assert_int_equal(count_asked(world, "SRV _kerberos._tcp.dc."), 0);
    assert_int_equal(realms(world)->count, 0);
}


static void
thirty_two_domains_are_enough_and_trusts_come_first(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < 40; i++) {
        char *domain = xasprintf("d%d.example.com", i);

        say_domain(world, domain);
        free(domain);
    }
    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    advance(world);
    assert_int_equal(count_asked(world, "SRV _kerberos._tcp.dc._msdcs."), 32);
    assert_true(asked(world, "SRV " LOCATED));
}


static void
nothing_is_asked_where_no_ticket_is_wanted(void **state)
{
    struct world *world = *state;

    strings_clear(&world->settings->numbers->checks);
    strings_add(&world->settings->numbers->checks, "clock");
    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    advance(world);
    assert_false(asked(world, "SRV " LOCATED));
}


static void
nothing_is_asked_without_credentials(void **state)
{
    struct world *world = *state;

    world->settings->numbers->credentials = false;
    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    advance(world);
    assert_false(asked(world, "SRV " LOCATED));
}


static void
domain_that_dns_does_not_know_has_no_kdc(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_dns(world, "SRV", LOCATED, DNS_NXDOMAIN, "");
    say_dns(world, "SRV", PLAIN, DNS_SILENT, "");
    assert_int_equal(kdcs(world)->count, 0);
}


/* ----- realms for cross-realm tickets */

static void
realm_is_asked_for_where_the_other_side_trusts_us(void **state)
{
    struct world *world = *state;

    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    say_trust(world, "both.example.net", 2, TRUST_INBOUND | TRUST_OUTBOUND);
    say_trust(world, "one-way.example.net", 2, TRUST_OUTBOUND);
    say_trust(world, "off.example.net", 2, 0);
    say_trust(world, "mit.example.org", 3, TRUST_INBOUND);
    say_trust(world, PARTNER, 2, TRUST_INBOUND);
    assert_int_equal(realms(world)->count, 3);
    assert_string_equal(world->result.items[0], "PARTNER.EXAMPLE.NET");
    assert_string_equal(world->result.items[1], "BOTH.EXAMPLE.NET");
    assert_string_equal(world->result.items[2], "MIT.EXAMPLE.ORG");
}


static void
domain_without_a_trust_of_its_own_is_no_realm_to_ask_for(void **state)
{
    struct world *world = *state;

    say_domain(world, "far.example.com");
    say_trust(world, DOMAIN, 2, TRUST_INBOUND);
    assert_int_equal(realms(world)->count, 0);
}


int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(holder_of_the_domain_is_a_domain_controller),
        TEST(topology_alone_gives_all_the_usual_ports),
        TEST(topology_counts_once_all_have_told_it),
        TEST(what_one_directory_no_longer_has_is_being_taken_away),
        TEST(directory_that_did_not_tell_all_contradicts_nobody),
        TEST(what_one_directory_says_twice_counts_once),
        TEST(mail_servers_are_not_discovered_without_end),
        TEST(half_a_topology_is_better_than_none),
        TEST(domain_controllers_of_other_domains_are_none_of_ours),
        TEST(server_without_a_usable_name_is_not_asked_for),
        TEST(configured_domain_controllers_stay_alone),
        TEST(topology_cannot_name_domain_controllers_without_end),
        TEST(trusted_domain_is_asked_for_its_kdcs),
        TEST(realm_without_the_locators_record_has_the_plain_one),
        TEST(plain_record_waits_for_all_name_servers),
        TEST(kdc_is_resolved_and_connected_to),
        TEST(kdc_that_can_be_connected_to_comes_first),
        TEST(kdcs_come_in_the_order_of_their_priority),
        TEST(eight_kdcs_of_a_realm_are_enough),
        TEST(addresses_of_a_kdc_count_too),
        TEST(records_that_name_no_kdc_are_passed_over),
        TEST(domains_of_the_forest_have_kdcs_too),
        TEST(our_own_kdcs_are_not_among_the_foreign_ones),
        TEST(old_domains_have_no_kerberos),
        TEST(hostile_names_are_not_asked_for),
        TEST(thirty_two_domains_are_enough_and_trusts_come_first),
        TEST(nothing_is_asked_where_no_ticket_is_wanted),
        TEST(nothing_is_asked_without_credentials),
        TEST(domain_that_dns_does_not_know_has_no_kdc),
        TEST(realm_is_asked_for_where_the_other_side_trusts_us),
        TEST(domain_without_a_trust_of_its_own_is_no_realm_to_ask_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
