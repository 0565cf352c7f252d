/*
 * What KDCs say, for tests of the check tickets, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/kdc_answers.h"

enum { TRUST_UPLEVEL = 2 };

static const char *const mx1_spns[]
    = {MINOR, "SMTP/" MX1, "SMTPSVC/mx1", VITAL};


struct estate *
answers_new(void)
{
    struct estate *estate = directory_new();

    strings_add(&estate->settings->numbers->checks, "tickets");
    directory_mx1(estate);
    return estate;
}


struct tgt_fact *
answers_tgt(struct estate *estate, const char *kdc, enum kdc_outcome outcome,
            int64_t error_code)
{
    struct tgt_fact *fact = record_new(fact_types[FACT_TGT]);

    record_set(&fact->host, kdc);
    record_set(&fact->principal, MONITOR);
    record_set(&fact->detail, "as the test says");
    fact->outcome = (int)outcome;
    fact->error_code = error_code;
    fact->etype = outcome == KDC_OK ? ETYPE_AES256 : 0;
    fact->latency_us = 2000;
    facts_add(estate->facts, FACT_TGT, fact, MON);
    return fact;
}


struct ticket_fact *
answers_ticket(struct estate *estate, const char *kdc, const char *spn,
               enum kdc_outcome outcome, int64_t error_code)
{
    struct ticket_fact *fact = record_new(fact_types[FACT_TICKET]);

    record_set(&fact->host, kdc);
    record_set(&fact->spn, spn);
    record_set(&fact->realm, REALM);
    record_set(&fact->detail, "as the test says");
    fact->outcome = (int)outcome;
    fact->error_code = error_code;
    fact->etype = outcome == KDC_OK ? ETYPE_AES256 : 0;
    fact->session_etype = fact->etype;
    fact->kvno = 2;
    fact->latency_us = 3000;
    facts_add(estate->facts, FACT_TICKET, fact, MON);
    return fact;
}


void
answers_well(struct estate *estate, const char *kdc, const char *but_not)
{
    answers_tgt(estate, kdc, KDC_OK, 0);
    for (size_t i = 0; i < sizeof(mx1_spns) / sizeof(*mx1_spns); i++)
        if (!but_not || strcmp(mx1_spns[i], but_not) != 0)
            answers_ticket(estate, kdc, mx1_spns[i], KDC_OK, 0);
}


/* A DC is in a site that has a subnet of its own. */
static void
add_site(struct estate *estate, const char *dc, const char *site,
         const char *subnet)
{
    struct dsa_fact *dsa = record_new(fact_types[FACT_DSA]);
    struct subnet_fact *fact = record_new(fact_types[FACT_SUBNET]);

    record_set(&dsa->host, DC1);
    record_set(&dsa->server, dc);
    record_set(&dsa->site, site);
    strings_add(&dsa->ncs, BASE);
    facts_add(estate->facts, FACT_DSA, dsa, MON);
    record_set(&fact->host, DC1);
    record_set(&fact->site, site);
    record_set(&fact->subnet, subnet);
    facts_add(estate->facts, FACT_SUBNET, fact, MON);
}


void
answers_judged(struct estate *estate, enum kdc_outcome outcome1,
               int64_t error1, enum kdc_outcome outcome2, int64_t error2)
{
    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, VITAL);
    answers_ticket(estate, DC1, VITAL, outcome1, error1);
    answers_ticket(estate, DC2, VITAL, outcome2, error2);
    estate_judge(estate, &tickets_check);
}


void
answers_two_sites(struct estate *estate)
{
    struct target_mail *mail = settings_mail(estate->settings, MX1);

    add_site(estate, DC1, "Main", "10.0.0.0/24");
    add_site(estate, DC2, "Branch", "10.9.0.0/24");
    strings_add(&mail->addresses, "10.0.0.25");
}


struct trust_fact *
answers_trust(struct estate *estate, const char *dc, int64_t direction,
              int64_t etypes)
{
    struct trust_fact *fact = record_new(fact_types[FACT_TRUST]);

    record_set(&fact->host, dc);
    record_set(&fact->partner, PARTNER_DOMAIN);
    fact->direction = direction;
    fact->kind = TRUST_UPLEVEL;
    fact->etypes = etypes;
    facts_add(estate->facts, FACT_TRUST, fact, MON);
    return fact;
}


struct ticket_fact *
answers_cross_realm(struct estate *estate, const char *kdc,
                    const char *issuer, const char *target, int64_t etype)
{
    char *spn = xasprintf("krbtgt/%s", target);
    struct ticket_fact *fact = answers_ticket(
        estate, kdc, spn, etype ? KDC_OK : KDC_FAILED, 0);

    record_set(&fact->realm, issuer);
    fact->etype = etype;
    free(spn);
    return fact;
}
