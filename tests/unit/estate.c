/*
 * Facts and settings for tests of judges, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/estate.h"


/* Fill a list from texts, NULL ending them. */
static void
fill(struct strings *list, const char *const *texts)
{
    for (; *texts; texts++)
        strings_add(list, *texts);
}


struct estate *
estate_new(void)
{
    static const char *const kerberos[]
        = {"88/tcp", "88/udp", "464/tcp", "464/udp", NULL};
    static const char *const directory[]
        = {"389/tcp", "389/udp", "3268/tcp", NULL};
    static const char *const other[]
        = {"53/udp", "135/tcp", "445/tcp", NULL};
    struct estate *estate = xcalloc(1, sizeof(*estate));
    struct settings_numbers *numbers;

    estate->facts = facts_new();
    estate->settings = settings_new();
    numbers = estate->settings->numbers;
    record_set(&numbers->domain, "example.com");
    record_set(&numbers->realm, "EXAMPLE.COM");
    record_set(&numbers->host, MON);
    numbers->clock_warn_us = 60 * SECOND;
    numbers->clock_crit_us = 300 * SECOND;
    fill(&numbers->ports_kerberos, kerberos);
    fill(&numbers->ports_directory, directory);
    fill(&numbers->ports_other, other);
    return estate;
}


void
estate_free(struct estate *estate)
{
    facts_free(estate->facts);
    settings_free(estate->settings);
    findings_free(estate->findings);
    free(estate);
}


struct target_dc *
estate_dc(struct estate *estate, const char *host, int number)
{
    struct target_dc *dc = settings_dc(estate->settings, host);
    char *address = xasprintf("10.0.0.%d", number);

    strings_add(&dc->addresses, address);
    free(address);
    return dc;
}


void
estate_mail(struct estate *estate, const char *host)
{
    settings_mail(estate->settings, host);
}


struct clock_fact *
estate_clock(struct estate *estate, const char *from, const char *host,
             enum clock_source source, int64_t low_us, int64_t high_us)
{
    struct clock_fact *fact = record_new(fact_types[FACT_CLOCK]);

    record_set(&fact->host, host);
    fact->source = (int)source;
    fact->low_us = low_us;
    fact->high_us = high_us;
    fact->trusted = true;
    facts_add(estate->facts, FACT_CLOCK, fact, from);
    return fact;
}


void
estate_offset(struct estate *estate, const char *host, int64_t offset_us)
{
    estate_clock(estate, MON, host, CLOCK_SOURCE_KDC, offset_us - 1000,
                 offset_us + 1000);
}


void
estate_self(struct estate *estate, const char *from, bool synchronized)
{
    struct self_fact *fact = record_new(fact_types[FACT_SELF]);

    record_set(&fact->host, from);
    fact->synchronized = synchronized;
    fact->max_error_us = 5000;
    facts_add(estate->facts, FACT_SELF, fact, from);
}


struct port_fact *
estate_port(struct estate *estate, const char *from, const char *host,
            int number, int64_t port, enum transport transport,
            enum port_outcome outcome)
{
    struct port_fact *fact = record_new(fact_types[FACT_PORT]);
    char *address = xasprintf("10.0.0.%d", number);

    record_set(&fact->host, host);
    record_set(&fact->address, address);
    record_set(&fact->detail, outcome == PORT_OPEN ? "" : "as the test says");
    fact->port = port;
    fact->transport = (int)transport;
    fact->probe = port == 88 ? PROBE_KDC : PROBE_TCP;
    fact->outcome = (int)outcome;
    fact->latency_us = outcome == PORT_OPEN ? 1500 : 0;
    facts_add(estate->facts, FACT_PORT, fact, from);
    free(address);
    return fact;
}


void
estate_netlogon(struct estate *estate, const char *host, int64_t flags)
{
    struct netlogon_fact *fact = record_new(fact_types[FACT_NETLOGON]);

    record_set(&fact->host, host);
    record_set(&fact->dns_host_name, host);
    fact->flags = flags;
    facts_add(estate->facts, FACT_NETLOGON, fact, MON);
}


struct dns_fact *
estate_dns(struct estate *estate, const char *name, const char *kind,
           const char *record)
{
    struct dns_fact *fact = record_new(fact_types[FACT_DNS]);

    record_set(&fact->name, name);
    record_set(&fact->kind, kind);
    strings_add(&fact->records, record);
    facts_add(estate->facts, FACT_DNS, fact, MON);
    return fact;
}


struct findings *
estate_judge(struct estate *estate, const struct check *check)
{
    findings_free(estate->findings);
    estate->findings = findings_new();
    findings_begin_check(estate->findings, check->name);
    check->judge(estate->facts, estate->settings, estate->findings);
    findings_end_check(estate->findings, 0);
    return estate->findings;
}


void
estate_expect(const struct estate *estate, const char *code,
              const char *subject, enum status status)
{
    const struct finding *finding
        = findings_find(estate->findings, code, subject);

    if (!finding)
        fail_msg("no finding %s %s", code, subject);
    assert_string_equal(status_name(finding->status), status_name(status));
    assert_true(*finding->message);
}


void
estate_expect_count(const struct estate *estate, size_t above_ok)
{
    size_t count = 0;

    for (size_t i = 0; i < estate->findings->count; i++)
        if (estate->findings->items[i]->status != STATUS_OK)
            count++;
    assert_int_equal(count, above_ok);
}
