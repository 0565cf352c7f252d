/*
 * Accounts and their keys, for tests of the check accounts, a line each.
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
#include "tests/unit/accounts_estate.h"

enum { UAC_USER = 0x200, ETYPES_USUAL = 0x1c };


struct estate *
accounts_estate_new(void)
{
    struct estate *estate = directory_new();
    struct settings_numbers *numbers = estate->settings->numbers;

    numbers->time_us = NOW;
    numbers->password_age_us = 60 * DAY;
    numbers->replication_warn_us = 2 * USUAL;
    numbers->replication_crit_us = 4 * USUAL;
    strings_add(&numbers->checks, "accounts");
    directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_OK);
    directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_OK);
    return estate;
}


struct account_fact *
accounts_computer(struct estate *estate, const char *dc, const char *name)
{
    char *host = xasprintf("%s.example.com", name);
    char *spns;
    struct account_fact *fact;

    text_lower(host);
    spns = xasprintf("SMTP/%s SMTPSVC/%s HOST/%s", host, host, host);
    fact = directory_computer(estate, dc, name, spns);
    fact->base.time_us = NOW;
    fact->etypes = ETYPES_USUAL;
    fact->kvno = 5;
    fact->password_set_us = NOW - 10 * DAY;
    fact->changed_us = NOW - 10 * DAY;
    free(spns);
    free(host);
    return fact;
}


struct target_mail *
accounts_mx1(struct estate *estate, struct account_fact **on_dc1,
             struct account_fact **on_dc2)
{
    struct account_fact *first = accounts_computer(estate, DC1, "MX1");
    struct account_fact *second = accounts_computer(estate, DC2, "MX1");

    if (on_dc1)
        *on_dc1 = first;
    if (on_dc2)
        *on_dc2 = second;
    return directory_mail(estate, MX1, MAIL_CONFIGURED);
}


struct account_fact *
accounts_user(struct estate *estate, const char *dc, const char *name)
{
    struct account_fact *fact = record_new(fact_types[FACT_ACCOUNT]);
    char *dn = xasprintf("CN=%s,CN=Users," BASE, name);

    record_set(&fact->host, dc);
    record_set(&fact->dn, dn);
    record_set(&fact->sam_account_name, name);
    fact->base.time_us = NOW;
    fact->port = LDAP;
    fact->account_control = UAC_USER;
    fact->kvno = 2;
    fact->password_set_us = NOW - 300 * DAY;
    fact->changed_us = NOW - 300 * DAY;
    facts_add(estate->facts, FACT_ACCOUNT, fact, MON);
    free(dn);
    return fact;
}


struct account_fact *
accounts_monitor(struct estate *estate)
{
    accounts_user(estate, DC2, "mon");
    accounts_tgt(estate, DC1, MONITOR, KDC_OK);
    return accounts_user(estate, DC1, "mon");
}


struct tgt_fact *
accounts_tgt(struct estate *estate, const char *kdc, const char *principal,
             enum kdc_outcome outcome)
{
    struct tgt_fact *fact = record_new(fact_types[FACT_TGT]);

    record_set(&fact->host, kdc);
    record_set(&fact->principal, principal);
    record_set(&fact->detail, outcome == KDC_OK ? "" : "as the test says");
    fact->base.time_us = NOW;
    fact->outcome = (int)outcome;
    facts_add(estate->facts, FACT_TGT, fact, MON);
    return fact;
}


struct ticket_fact *
accounts_ticket(struct estate *estate, const char *kdc, const char *spn,
                int64_t kvno, int64_t etype)
{
    struct ticket_fact *fact = record_new(fact_types[FACT_TICKET]);

    record_set(&fact->host, kdc);
    record_set(&fact->spn, spn);
    record_set(&fact->realm, "EXAMPLE.COM");
    fact->base.time_us = NOW;
    fact->outcome = KDC_OK;
    fact->kvno = kvno;
    fact->etype = etype;
    facts_add(estate->facts, FACT_TICKET, fact, MON);
    return fact;
}


struct keytab_fact *
accounts_key(struct estate *estate, const char *host, const char *principal,
             int64_t kvno, int64_t etype)
{
    struct keytab_fact *fact = record_new(fact_types[FACT_KEYTAB]);

    record_set(&fact->host, host);
    record_set(&fact->file, MX1_KEYTAB);
    record_set(&fact->principal, principal);
    fact->base.time_us = NOW;
    fact->readable = true;
    fact->kvno = kvno;
    fact->etype = etype;
    facts_add(estate->facts, FACT_KEYTAB, fact, MON);
    return fact;
}


void
accounts_unreadable_keytab(struct estate *estate, const char *host)
{
    struct keytab_fact *fact = accounts_key(estate, host, "", 0, 0);

    fact->readable = false;
    record_set(&fact->detail, "Permission denied");
}


struct smb_session_fact *
accounts_session(struct estate *estate, enum smb_outcome outcome,
                 int64_t nt_status)
{
    struct smb_session_fact *fact = record_new(fact_types[FACT_SMB_SESSION]);

    record_set(&fact->host, MX1);
    record_set(&fact->address, "10.0.0.9");
    record_set(&fact->detail, "as the test says");
    fact->base.time_us = NOW;
    fact->outcome = (int)outcome;
    fact->nt_status = nt_status;
    facts_add(estate->facts, FACT_SMB_SESSION, fact, MON);
    return fact;
}


void
accounts_judge_estate(struct estate *estate)
{
    estate_judge(estate, &accounts_check);
}


void
accounts_expect_impact(const struct estate *estate, const char *code,
                       const char *subject, enum impact impact)
{
    const struct finding *finding
        = findings_find(estate->findings, code, subject);

    assert_non_null(finding);
    assert_int_equal(finding->impact, impact);
}


void
accounts_expect_target(const struct estate *estate, const char *code,
                       const char *subject, const char *target)
{
    const struct finding *finding
        = findings_find(estate->findings, code, subject);

    assert_non_null(finding);
    for (size_t i = 0; i < finding->evidence_count; i++)
        if (strcmp(finding->evidence[i].target, target) == 0)
            return;
    fail_msg("%s %s: no evidence from %s", code, subject, target);
}
