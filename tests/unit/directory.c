/*
 * What directories show, for tests of judges, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/directory.h"

enum { UAC_WORKSTATION = 0x1000 };


struct estate *
directory_new(void)
{
    struct estate *estate = estate_new();
    struct settings_numbers *numbers = estate->settings->numbers;

    estate_dc(estate, DC1, 1);
    estate_dc(estate, DC2, 2);
    numbers->credentials = true;
    strings_add(&numbers->services, "SMTP");
    strings_add(&numbers->services, "SMTPSVC");
    strings_add(&numbers->checks, "spn");
    strings_add(&numbers->checks, "duplicates");
    directory_search(estate, DC1, LDAP, SEARCH_SPNS, SEARCH_OK);
    directory_search(estate, DC2, LDAP, SEARCH_SPNS, SEARCH_OK);
    return estate;
}


struct search_fact *
directory_search(struct estate *estate, const char *dc, int64_t port,
                 enum search_purpose purpose, enum search_outcome outcome)
{
    struct search_fact *fact = record_new(fact_types[FACT_SEARCH]);

    record_set(&fact->host, dc);
    record_set(&fact->base_dn, port == GC ? "" : BASE);
    record_set(&fact->detail, outcome == SEARCH_OK ? "" : "as the test says");
    fact->port = port;
    fact->purpose = (int)purpose;
    fact->outcome = (int)outcome;
    facts_add(estate->facts, FACT_SEARCH, fact, MON);
    return fact;
}


/* Add each of the SPNs that spaces separate. */
static void
add_spns(struct account_fact *fact, const char *spns)
{
    while (*spns) {
        size_t length = strcspn(spns, " ");
        char *spn = xstrndup(spns, length);

        strings_add(&fact->spns, spn);
        free(spn);
        spns += length + (spns[length] == ' ');
    }
}


struct account_fact *
directory_computer(struct estate *estate, const char *dc, const char *name,
                   const char *spns)
{
    struct account_fact *fact = record_new(fact_types[FACT_ACCOUNT]);
    char *dn = xasprintf("CN=%s,CN=Computers," BASE, name);
    char *sam = xasprintf("%s$", name);
    char *host = xasprintf("%s.example.com", name);

    text_lower(host);
    record_set(&fact->host, dc);
    record_set(&fact->dn, dn);
    record_set(&fact->sam_account_name, sam);
    record_set(&fact->dns_host_name, host);
    record_set(&fact->operating_system, "Windows Server 2022");
    fact->port = LDAP;
    fact->computer = true;
    fact->account_control = UAC_WORKSTATION;
    add_spns(fact, spns);
    facts_add(estate->facts, FACT_ACCOUNT, fact, MON);
    free(host);
    free(sam);
    free(dn);
    return fact;
}


void
directory_computers(struct estate *estate, const char *name, const char *spns)
{
    directory_computer(estate, DC1, name, spns);
    directory_computer(estate, DC2, name, spns);
}


struct account_fact *
directory_foreign(struct estate *estate, const char *dc, const char *dn,
                  const char *sam, const char *spn)
{
    struct account_fact *fact = record_new(fact_types[FACT_ACCOUNT]);

    record_set(&fact->host, dc);
    record_set(&fact->dn, dn);
    record_set(&fact->sam_account_name, sam);
    fact->port = GC;
    fact->computer = true;
    fact->account_control = UAC_WORKSTATION;
    strings_add(&fact->spns, spn);
    facts_add(estate->facts, FACT_ACCOUNT, fact, MON);
    return fact;
}


struct target_mail *
directory_mail(struct estate *estate, const char *host, int64_t origin)
{
    struct target_mail *mail = settings_mail(estate->settings, host);

    mail->origin |= origin;
    return mail;
}


struct target_mail *
directory_mx1(struct estate *estate)
{
    directory_computers(estate, "MX1",
                        "SMTP/mx1 SMTP/" MX1 " SMTPSVC/mx1 SMTPSVC/" MX1);
    return directory_mail(estate, MX1, MAIL_CONFIGURED);
}


void
directory_dns(struct estate *estate, const char *address, const char *name,
              const char *kind, enum dns_outcome outcome)
{
    struct dns_fact *fact = record_new(fact_types[FACT_DNS]);

    record_set(&fact->host, address);
    record_set(&fact->address, address);
    record_set(&fact->name, name);
    record_set(&fact->kind, kind);
    fact->outcome = (int)outcome;
    fact->latency_us = outcome <= DNS_FAILED ? 2000 : 0;
    facts_add(estate->facts, FACT_DNS, fact, MON);
}


void
directory_host(struct estate *estate, const char *host,
               enum dns_outcome outcome)
{
    directory_dns(estate, "10.0.0.1", host, "A", outcome);
    directory_dns(estate, "10.0.0.1", host, "AAAA", outcome);
    directory_dns(estate, "10.0.0.2", host, "A", outcome);
    directory_dns(estate, "10.0.0.2", host, "AAAA", outcome);
}


void
directory_expect_judged(const struct estate *estate, const char *code,
                        const char *subject, bool judged)
{
    if (findings_was_judged(estate->findings, code, subject) != judged)
        fail_msg("%s %s was%s judged", code, subject, judged ? " not" : "");
}


void
directory_expect_not_covered(const struct estate *estate, const char *part)
{
    const struct check_result *result
        = &estate->findings->results[estate->findings->result_count - 1];
    const struct strings *lines = &result->not_covered;

    if (!part) {
        if (lines->count > 0)
            fail_msg("not covered: %s", lines->items[0]);
        return;
    }
    for (size_t i = 0; i < lines->count; i++)
        if (strstr(lines->items[i], part))
            return;
    fail_msg("no line about \"%s\" among %zu", part, lines->count);
}


void
directory_expect_text(const struct estate *estate, const char *code,
                      const char *subject, const char *part)
{
    const struct finding *finding
        = findings_find(estate->findings, code, subject);

    if (!finding)
        fail_msg("no finding %s %s", code, subject);
    if (strstr(finding->message, part))
        return;
    for (size_t i = 0; i < finding->evidence_count; i++)
        if (strstr(finding->evidence[i].text, part))
            return;
    for (size_t i = 0; i < finding->remedy.count; i++)
        if (strstr(finding->remedy.items[i], part))
            return;
    fail_msg("\"%s\" is not in: %s", part, finding->message);
}
