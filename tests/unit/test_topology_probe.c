/*
 * The forest's objects: what becomes of them, joined in whatever order they
 * come.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/topology.h"
#include "tests/unit/scripted_directory.h"

#define NC "DC=corp,DC=example,DC=com"
#define CONFIGURATION "CN=Configuration," NC
#define SITES "CN=Sites," CONFIGURATION
#define PARTITIONS "CN=Partitions," CONFIGURATION
#define SYSTEM "CN=System," NC
#define DC1 "CN=DC1,CN=Servers,CN=Ham\\,burg," SITES
#define DSA "CN=NTDS Settings," DC1
#define GUID "04030201-0605-0807-090a-0b0c0d0e0f10"
#define MINUTE_US INT64_C(60000000)

static const uint8_t guid_bytes[16]
    = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};


static int
begin(void **state)
{
    (void)state;
    script_begin();
    return 0;
}


static int
end(void **state)
{
    (void)state;
    script_end();
    return 0;
}


/* Search; returns whether the connection is of use afterwards. */
static bool
search(void)
{
    char host[] = "dc9.example.com", base[] = NC;
    char configuration[] = CONFIGURATION;
    const struct session_task task = {
        .host = host,
        .ldap_port = 389,
        .base = base,
        .configuration = configuration,
    };

    return topology_search(NULL, &task);
}


/* Add an object below CN=Sites. */
static void
add_object(const char *dn, const char *class)
{
    script_entry(SITES, dn);
    script_value("objectClass", "top");
    script_value("objectClass", class);
}


/* Add the directory service of DC1. */
static void
add_dsa(void)
{
    add_object(DSA, "nTDSDSA");
    script_bytes("objectGUID", guid_bytes, sizeof(guid_bytes));
    script_bytes("invocationId", guid_bytes, sizeof(guid_bytes));
    script_value("options", "1");
}


static void
domains_are_told(void **state)
{
    const struct domain_fact *fact;

    (void)state;
    script_entry(PARTITIONS, "CN=CORP," PARTITIONS);
    script_value("dnsRoot", "Corp.Example.COM.");
    script_value("nCName", NC);
    assert_true(search());
    fact = script_fact(FACT_DOMAIN, 0);
    assert_int_equal(script_count(FACT_DOMAIN), 1);
    assert_string_equal(fact->host, "dc9.example.com");
    assert_string_equal(fact->domain, "corp.example.com");
    assert_string_equal(fact->nc, NC);
}


static void
dsa_has_its_servers_name_and_site(void **state)
{
    (void)state;
    for (int server_first = 0; server_first <= 1; server_first++) {
        const struct dsa_fact *fact;

        script_begin();
        if (!server_first)
            add_dsa();
        add_object("cn=dc1,CN=Servers,CN=Ham\\,burg," SITES, "server");
        script_value("dNSHostName", "DC1.corp.example.com");
        if (server_first)
            add_dsa();
        assert_true(search());
        assert_int_equal(script_count(FACT_DSA), 1);
        fact = script_fact(FACT_DSA, 0);
        assert_string_equal(fact->server, "dc1.corp.example.com");
        assert_string_equal(fact->dn, DSA);
        assert_string_equal(fact->site, "Ham,burg");
        assert_string_equal(fact->guid, GUID);
        assert_string_equal(fact->invocation, GUID);
        assert_int_equal(fact->options, DSA_GC);
        assert_false(fact->read_only);
        script_end();
    }
}


static void
dsa_without_a_server_or_guid_is_told_nevertheless(void **state)
{
    const struct dsa_fact *fact;

    (void)state;
    add_object(DSA, "nTDSDSA");
    script_bytes("objectGUID", guid_bytes, 15);
    assert_true(search());
    fact = script_fact(FACT_DSA, 0);
    assert_string_equal(fact->server, "");
    assert_string_equal(fact->guid, "");
    assert_string_equal(fact->invocation, "");
    assert_int_equal(fact->ncs.count, 0);
}


static void
newer_list_of_naming_contexts_is_preferred(void **state)
{
    const struct dsa_fact *fact;

    (void)state;
    add_dsa();
    script_value("hasMasterNCs", NC);
    script_value("msDS-hasMasterNCs", NC);
    script_value("msDS-hasMasterNCs", "DC=DomainDnsZones," NC);
    add_dsa();
    script_value("hasMasterNCs", NC);
    assert_true(search());
    fact = script_fact(FACT_DSA, 0);
    assert_int_equal(fact->ncs.count, 2);
    assert_string_equal(fact->ncs.items[1], "DC=DomainDnsZones," NC);
    fact = script_fact(FACT_DSA, 1);
    assert_int_equal(fact->ncs.count, 1);
}


/* Give the directory service added last so many naming contexts, each with as
   long a name as is kept. */
static void
add_contexts(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *nc = xasprintf("DC=%0990zu", i);

        script_value("msDS-hasMasterNCs", nc);
        free(nc);
    }
}


static void
naming_contexts_are_bounded(void **state)
{
    const struct dsa_fact *fact;

    (void)state;
    add_dsa();
    add_contexts(512);
    add_dsa();
    add_contexts(513);
    assert_true(search());
    for (size_t i = 0; i < 2; i++) {
        fact = script_fact(FACT_DSA, i);
        assert_int_equal(fact->ncs.count, 512);
    }
}


static void
survey_that_is_too_big_fails_with_what_it_has(void **state)
{
    enum { COUNT = 48, FIT_LEAST = 24, FIT_MOST = 36 };
    const struct search_fact *fact;

    (void)state;
    /* Only what is told of each counts. */
    for (int i = 0; i < COUNT; i++) {
        add_dsa();
        add_contexts(1000);
    }
    assert_true(search());
    assert_in_range(script_count(FACT_DSA), FIT_LEAST, FIT_MOST);
    fact = script_fact(FACT_SEARCH, 0);
    assert_int_equal(fact->purpose, SEARCH_TOPOLOGY);
    assert_int_equal(fact->outcome, SEARCH_FAILED);
    assert_non_null(strstr(fact->detail, "more DCs than can be kept"));
    fact = script_fact(FACT_SEARCH, 1);
    assert_int_equal(fact->outcome, SEARCH_OK);
}


static void
each_of_many_finds_its_server(void **state)
{
    enum { COUNT = 31 };

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        /* In no order. */
        int number = i * 7 % COUNT;
        char *dn = xasprintf("CN=DC%d,CN=Servers,CN=Oslo," SITES, number);
        char *dsa = xasprintf("CN=NTDS Settings,cn=dc%d,CN=Servers,CN=Oslo,"
                              SITES, i);
        char *host = xasprintf("host%d.example.com", number);

        add_object(dn, "server");
        script_value("dNSHostName", host);
        add_object(dsa, "nTDSDSA");
        free(dn);
        free(dsa);
        free(host);
    }
    assert_true(search());
    for (int i = 0; i < COUNT; i++) {
        const struct dsa_fact *fact = script_fact(FACT_DSA, (size_t)i);
        char *host = xasprintf("host%d.example.com", i);

        assert_string_equal(fact->server, host);
        free(host);
    }
}


static void
read_only_dc_holds_its_full_replicas(void **state)
{
    const struct dsa_fact *fact;

    (void)state;
    add_object(DSA, "nTDSDSA");
    script_value("objectClass", "nTDSDSARO");
    script_value("msDS-hasMasterNCs", "DC=other");
    script_value("msDS-hasFullReplicaNCs", NC);
    assert_true(search());
    fact = script_fact(FACT_DSA, 0);
    assert_true(fact->read_only);
    assert_int_equal(fact->ncs.count, 1);
    assert_string_equal(fact->ncs.items[0], NC);
}


static void
site_link_has_its_sites_and_interval(void **state)
{
    const struct site_link_fact *fact;

    (void)state;
    add_object("CN=far,CN=IP,CN=Inter-Site Transports," SITES, "siteLink");
    script_value("siteList", "CN=Ham\\,burg," SITES);
    script_value("siteList", "CN=Oslo," SITES);
    script_value("replInterval", "15");
    script_value("cost", "200");
    script_value("options", "1");
    assert_true(search());
    fact = script_fact(FACT_SITE_LINK, 0);
    assert_string_equal(fact->name, "far");
    assert_int_equal(fact->sites.count, 2);
    assert_string_equal(fact->sites.items[0], "Ham,burg");
    assert_string_equal(fact->sites.items[1], "Oslo");
    assert_int_equal(fact->interval_us, 15 * MINUTE_US);
    assert_int_equal(fact->cost, 200);
    assert_int_equal(fact->options, 1);
}


static void
site_link_has_defaults_and_limits(void **state)
{
    static const struct {
        const char *stored;
        int64_t minutes;
    } intervals[] = {
        {NULL, 180}, {"x", 180}, {"15", 15}, {"10080", 10080},
        {"10081", 10080}, {"2147483647", 10080}, {"-1", 10080},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(intervals) / sizeof(*intervals); i++) {
        const struct site_link_fact *fact;

        script_begin();
        add_object("CN=far,CN=IP,CN=Inter-Site Transports," SITES,
                   "siteLink");
        if (intervals[i].stored)
            script_value("replInterval", intervals[i].stored);
        assert_true(search());
        fact = script_fact(FACT_SITE_LINK, 0);
        assert_int_equal(fact->interval_us, intervals[i].minutes * MINUTE_US);
        assert_int_equal(fact->cost, 100);
        assert_int_equal(fact->options, 0);
        script_end();
    }
}


static void
link_by_mail_is_none(void **state)
{
    (void)state;
    add_object("CN=far,CN=SMTP,CN=Inter-Site Transports," SITES, "siteLink");
    assert_true(search());
    assert_int_equal(script_count(FACT_SITE_LINK), 0);
}


static void
subnets_have_their_sites(void **state)
{
    const struct subnet_fact *fact;

    (void)state;
    add_object("CN=10.53.0.0/24,CN=Subnets," SITES, "subnet");
    script_value("siteObject", "CN=Oslo," SITES);
    add_object("CN=10.54.0.0/24,CN=Subnets," SITES, "subnet");
    assert_true(search());
    fact = script_fact(FACT_SUBNET, 0);
    assert_string_equal(fact->subnet, "10.53.0.0/24");
    assert_string_equal(fact->site, "Oslo");
    fact = script_fact(FACT_SUBNET, 1);
    assert_string_equal(fact->site, "");
}


static void
trusts_are_told_without_their_secrets(void **state)
{
    const struct trust_fact *fact;

    (void)state;
    script_entry(SYSTEM, "CN=other.example," SYSTEM);
    script_value("trustPartner", "Other.Example");
    script_value("flatName", "OTHER");
    script_value("trustDirection", "3");
    script_value("trustType", "2");
    script_value("trustAttributes", "8");
    script_value("msDS-SupportedEncryptionTypes", "24");
    script_entry(SYSTEM, "CN=old," SYSTEM);
    script_value("flatName", "OLD");
    assert_true(search());
    fact = script_fact(FACT_TRUST, 0);
    assert_string_equal(fact->partner, "other.example");
    assert_int_equal(fact->direction, TRUST_INBOUND | TRUST_OUTBOUND);
    assert_int_equal(fact->kind, 2);
    assert_int_equal(fact->attributes, 8);
    assert_int_equal(fact->etypes, 24);
    fact = script_fact(FACT_TRUST, 1);
    assert_string_equal(fact->partner, "old");
    assert_int_equal(fact->etypes, 0);
    for (size_t i = 0; i < script_searches()->count; i++)
        assert_null(strstr(script_searches()->items[i], "trustAuth"));
}


static void
each_purpose_has_a_search(void **state)
{
    const struct search_fact *fact;

    (void)state;
    assert_true(search());
    assert_int_equal(script_searches()->count, 3);
    assert_int_equal(script_count(FACT_SEARCH), 2);
    fact = script_fact(FACT_SEARCH, 0);
    assert_int_equal(fact->purpose, SEARCH_TOPOLOGY);
    assert_string_equal(fact->base_dn, CONFIGURATION);
    fact = script_fact(FACT_SEARCH, 1);
    assert_int_equal(fact->purpose, SEARCH_TRUSTS);
    assert_string_equal(fact->base_dn, NC);
}


static void
what_came_before_a_failure_is_told(void **state)
{
    const struct search_fact *fact;

    (void)state;
    add_dsa();
    script_fail(SITES, SEARCH_TIMED_OUT, true);
    assert_false(search());
    assert_int_equal(script_count(FACT_DSA), 1);
    assert_int_equal(script_searches()->count, 2);
    for (size_t i = 0; i < 2; i++) {
        fact = script_fact(FACT_SEARCH, i);
        assert_int_equal(fact->outcome, SEARCH_TIMED_OUT);
    }
}


static void
nothing_is_asked_where_there_is_nothing(void **state)
{
    char host[] = "dc9.example.com", none[] = "";
    const struct session_task task = {
        .host = host,
        .base = none,
        .configuration = none,
    };

    (void)state;
    assert_true(topology_search(NULL, &task));
    assert_int_equal(script_searches()->count, 0);
    assert_int_equal(facts_count(script_facts()), 0);
}


#define TOPOLOGY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TOPOLOGY_TEST(domains_are_told),
        cmocka_unit_test(dsa_has_its_servers_name_and_site),
        TOPOLOGY_TEST(dsa_without_a_server_or_guid_is_told_nevertheless),
        TOPOLOGY_TEST(newer_list_of_naming_contexts_is_preferred),
        TOPOLOGY_TEST(naming_contexts_are_bounded),
        TOPOLOGY_TEST(survey_that_is_too_big_fails_with_what_it_has),
        TOPOLOGY_TEST(each_of_many_finds_its_server),
        TOPOLOGY_TEST(read_only_dc_holds_its_full_replicas),
        TOPOLOGY_TEST(site_link_has_its_sites_and_interval),
        cmocka_unit_test(site_link_has_defaults_and_limits),
        TOPOLOGY_TEST(link_by_mail_is_none),
        TOPOLOGY_TEST(subnets_have_their_sites),
        TOPOLOGY_TEST(trusts_are_told_without_their_secrets),
        TOPOLOGY_TEST(each_purpose_has_a_search),
        TOPOLOGY_TEST(what_came_before_a_failure_is_told),
        TOPOLOGY_TEST(nothing_is_asked_where_there_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
