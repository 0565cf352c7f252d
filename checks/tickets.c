/*
 * Does every KDC give tickets for the mail servers' names, and good ones?
 *
 * This is what a sender does: a ticket-granting ticket first, then a ticket
 * for SMTPSVC/host.  Clocks, ports and the directory's entries can all look
 * right while one KDC refuses, or seals with what the others refuse.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/check.h"
#include "checks/interval.h"
#include "checks/kdc_reasons.h"
#include "checks/principal.h"
#include "checks/tickets.h"
#include "checks/trusts.h"

enum { PORT_KERBEROS = 88 };


/* Collect the targets that are KDCs. */
static void
collect_kdcs(struct tickets *tickets)
{
    const struct settings *settings = tickets->settings;

    tickets->kdcs = xcalloc(settings->dc_count, sizeof(*tickets->kdcs));
    for (size_t i = 0; i < settings->dc_count; i++) {
        const struct target_dc *dc = settings->dcs[i];

        if (!dc->kerberos)
            continue;
        tickets->kdcs[tickets->kdc_count++] = (struct kdc){
            .host = dc->host,
            .serves_mail = topology_serves_mail(tickets->topology, dc->host),
            .read_only = topology_read_only(tickets->topology, dc->host),
        };
    }
}


/* Order an answer and a question. */
static int
compare_question(const struct ticket_fact *answer, const char *host,
                 const char *spn)
{
    int order = strcmp(answer->host, host);

    return order ? order : principal_compare(answer->spn, spn);
}


/* Order answers by KDC and SPN, for qsort(3). */
static int
compare_answers(const void *left, const void *right)
{
    const struct ticket_fact *const *a = left, *const *b = right;

    return compare_question(*a, (*b)->host, (*b)->spn);
}


/* Collect what KDCs said of services, sorted. */
static void
collect_answers(struct tickets *tickets)
{
    size_t count = 0;

    FACTS_EACH(tickets->facts, FACT_TICKET, ticket_fact, fact)
        count++;
    tickets->answers = xcalloc(count, sizeof(*tickets->answers));
    FACTS_EACH(tickets->facts, FACT_TICKET, ticket_fact, fact)
        tickets->answers[tickets->answer_count++] = fact;
    if (count > 1)
        qsort(tickets->answers, count, sizeof(*tickets->answers),
              compare_answers);
}


bool
tickets_tells_more(int other_outcome, const struct fact *other, int outcome,
                   const struct fact *fact)
{
    bool other_answered = other_outcome != KDC_UNREACHED
                          && other_outcome != KDC_NO_CREDENTIALS;
    bool answered
        = outcome != KDC_UNREACHED && outcome != KDC_NO_CREDENTIALS;

    if (other_answered != answered)
        return other_answered;
    return other->time_us > fact->time_us;
}


const struct ticket_fact *
tickets_find(const struct tickets *tickets, const char *host, const char *spn)
{
    size_t low = 0, high = tickets->answer_count;
    const struct ticket_fact *best = NULL;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_question(tickets->answers[middle], host, spn) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < tickets->answer_count
           && compare_question(tickets->answers[low], host, spn) == 0;
         low++) {
        const struct ticket_fact *fact = tickets->answers[low];

        if (!best
            || tickets_tells_more(fact->outcome, &fact->base, best->outcome,
                                  &best->base))
            best = fact;
    }
    return best;
}


bool
tickets_port_is_blamed(const struct tickets *tickets, const char *host,
                       const char *seen_from)
{
    const struct target_dc *dc = settings_find_dc(tickets->settings, host);
    bool seen = false;

    FACTS_EACH(tickets->facts, FACT_PORT, port_fact, fact) {
        if (!dc || fact->port != dc->kerberos
            || strcmp(fact->host, host) != 0
            || strcmp(fact->base.seen_from, seen_from) != 0)
            continue;
        if (fact->outcome == PORT_OPEN)
            return false;
        seen = true;
    }
    return seen;
}


enum status
tickets_status(const struct kdc *kdc, bool everywhere, bool vital)
{
    return vital && (everywhere || kdc->serves_mail) ? STATUS_CRITICAL
                                                     : STATUS_WARNING;
}


char *
tickets_subject(const struct kdc *kdc, const char *principal)
{
    return xasprintf("%s %s", kdc->host, principal);
}


void
tickets_mark(const struct tickets *tickets, const char *code,
             const char *subject, bool decided)
{
    if (decided)
        findings_judged(tickets->findings, code, subject);
    else
        findings_undecided(tickets->findings, code, subject);
}


char *
tickets_clock_words(const struct tickets *tickets, const char *host)
{
    const struct clock_fact *best = NULL;
    struct interval offset;
    int64_t middle_us;
    char *amount, *words;

    FACTS_EACH(tickets->facts, FACT_CLOCK, clock_fact, clock)
        if (strcmp(clock->host, host) == 0
            && (!best
                || (clock->source == CLOCK_SOURCE_KDC
                    && best->source != CLOCK_SOURCE_KDC)))
            best = clock;
    if (!best)
        return xstrdup("");
    offset = (struct interval){best->low_us, best->high_us};
    middle_us = interval_middle(&offset);
    amount = text_duration(middle_us < 0 ? -middle_us : middle_us);
    words = xasprintf("; its clock is %s %s this host's", amount,
                      middle_us < 0 ? "behind" : "ahead of");
    free(amount);
    return words;
}


void
tickets_advise_blame(const struct tickets *tickets, const struct kdc *kdc,
                     int blame, struct finding *finding)
{
    const char *here = tickets->settings->numbers->host;

    if (blame == BLAME_CLOCK)
        finding_remedy(finding,
                       "on the host whose clock is wrong: w32tm /resync "
                       "/rediscover (Linux: chronyc makestep); on a domain "
                       "controller, w32tm /monitor compares them all");
    else if (blame == BLAME_NETWORK)
        finding_remedy(finding,
                       "in the firewalls between: allow %s and the mail "
                       "servers -> %s port %d/tcp",
                       here, kdc->host, PORT_KERBEROS);
    else if (blame == BLAME_KDC)
        finding_remedy(finding,
                       "on %s: Get-Service Kdc, NTDS, and the System log, "
                       "source Kerberos-Key-Distribution-Center (Samba: "
                       "systemctl status samba-ad-dc, and its log)",
                       kdc->host);
}


/* Whether tickets are nothing to this host: it binds without one, and has no
   principal to ask for one as. */
static bool
needs_no_ticket(const struct tickets *tickets)
{
    FACTS_EACH(tickets->facts, FACT_BIND, bind_fact, bind)
        if (strcmp(bind->mechanism, "GSSAPI") == 0)
            return false;
    return facts_first(tickets->facts, FACT_BIND)
           && !facts_first(tickets->facts, FACT_TGT);
}


/* Whether there was a KDC to ask, and somebody to ask as; else say so. */
static bool
could_ask(const struct tickets *tickets)
{
    if (needs_no_ticket(tickets))
        return false;
    if (tickets->kdc_count == 0)
        findings_not_covered(tickets->findings, "no KDC is known");
    else if (!tickets->settings->numbers->credentials
             && !facts_first(tickets->facts, FACT_TGT))
        findings_not_covered(tickets->findings, "there are no credentials");
    else
        return true;
    return false;
}


/* Whether a DC holds the domain's own naming context. */
static bool
is_of_domain(const struct dsa_fact *dsa, const char *domain)
{
    for (size_t i = 0; i < dsa->ncs.count; i++) {
        char *name = dn_domain(dsa->ncs.items[i]);
        bool same = text_has_prefix_case(dsa->ncs.items[i], "DC=")
                    && strcmp(name, domain) == 0;

        free(name);
        if (same)
            return true;
    }
    return false;
}


/* Whether the targets are all domain controllers there are: configured, or by
   the configuration partition. */
static bool
every_dc_is_a_target(const struct tickets *tickets)
{
    const struct settings *settings = tickets->settings;
    bool any = false;

    FACTS_EACH(tickets->facts, FACT_DSA, dsa_fact, dsa) {
        if (!is_of_domain(dsa, settings->numbers->domain))
            continue;
        if (!settings_find_dc(settings, dsa->server))
            return false;
        any = true;
    }
    return any || !settings->numbers->discovered_dcs;
}


/* Let go of what is no longer there: KDCs, and names that nobody needs. */
static void
forget_gone(const struct tickets *tickets, bool trusts_known)
{
    findings_judged_all(tickets->findings, "TGT_FAILED");
    if (!holders_are_complete(tickets->holders, tickets->settings)
        || tickets->demands->hidden.count > 0)
        return;
    findings_judged_all(tickets->findings, "TICKET_SPN_UNKNOWN");
    findings_judged_all(tickets->findings, "TICKET_SPN_NOT_UNIQUE");
    if (!trusts_known)
        return;
    findings_judged_all(tickets->findings, "TICKET_FAILED");
    findings_judged_all(tickets->findings, "TICKET_ETYPE");
}


/* Judge all that was asked. */
static void
judge_all(const struct tickets *tickets)
{
    bool asked = tickets_judge_tgts(tickets);
    bool trusts_known = trusts_judge(tickets);

    tickets_judge_services(tickets);
    if (asked && every_dc_is_a_target(tickets))
        forget_gone(tickets, trusts_known);
}


static void
tickets_judge(const struct facts *facts, const struct settings *settings,
              struct findings *findings)
{
    struct tickets tickets = {
        .facts = facts, .settings = settings, .findings = findings,
    };

    tickets.holders = holders_new(facts, settings);
    tickets.demands = demands_new(facts, settings, tickets.holders);
    tickets.topology = topology_new(facts, settings);
    collect_kdcs(&tickets);
    collect_answers(&tickets);
    if (could_ask(&tickets))
        judge_all(&tickets);
    free(tickets.answers);
    free(tickets.kdcs);
    topology_free(tickets.topology);
    demands_free(tickets.demands);
    holders_free(tickets.holders);
}


const struct check tickets_check = {
    .name = "tickets",
    .ok = "TICKETS_OK",
    .summary = "every KDC gives tickets for the mail servers' names",
    .judge = tickets_judge,
};
