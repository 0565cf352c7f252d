/*
 * Service tickets: what each KDC gives for the names of mail servers.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/etypes.h"
#include "checks/tickets_report.h"

/* Errors of RFC 4120 section 7.5.9. */
enum { UNKNOWN_SERVICE = 7, NOT_UNIQUE = 8, NO_COMMON_ETYPE = 14,
       TOO_BIG_FOR_UDP = 52 };


/* Whether an answer came from, or ended at, another realm's KDC. */
static bool
is_foreign(const struct tickets *tickets, const struct ticket_fact *fact)
{
    return *fact->realm
           && text_casecmp(fact->realm, tickets->settings->numbers->realm)
                  != 0;
}


bool
tickets_are_lost_abroad(const struct tickets *tickets,
                        const struct ticket_fact *fact)
{
    return fact->outcome == KDC_REFERRED
           || (fact->outcome != KDC_OK && is_foreign(tickets, fact));
}


/* Tell an answer by the KDC's error. */
static enum verdict
verdict_of_error(const struct answer *answer)
{
    int64_t code = answer->fact->error_code;

    if (code == NOT_UNIQUE)
        return VERDICT_AMBIGUOUS;
    if (code == NO_COMMON_ETYPE)
        return VERDICT_NO_ETYPE;
    if (code == UNKNOWN_SERVICE
        || (code == 0 && answer->fact->outcome == KDC_UNKNOWN))
        return answer->word.verdict == SPN_SHARED ? VERDICT_AMBIGUOUS
                                                  : VERDICT_UNKNOWN;
    return VERDICT_FAILED;
}


/* Tell what an answer comes to. */
static enum verdict
verdict_of(const struct tickets *tickets, const struct answer *answer)
{
    const struct ticket_fact *fact = answer->fact;

    if (!fact || fact->outcome == KDC_NO_CREDENTIALS)
        return VERDICT_NONE;
    if (fact->outcome == KDC_OK)
        return VERDICT_GRANTED;
    /* Another realm's silence is not this domain's fault, unless the name
       belongs here, and no other realm should have been asked. */
    if (tickets_are_lost_abroad(tickets, fact))
        return answer->word.holder ? VERDICT_FAILED : VERDICT_NONE;
    if (fact->outcome == KDC_UNREACHED)
        return fact->error_code != TOO_BIG_FOR_UDP
                       && tickets_port_is_blamed(tickets, fact->host,
                                                 fact->base.seen_from)
                   ? VERDICT_NONE : VERDICT_FAILED;
    return verdict_of_error(answer);
}


const struct account_fact *
tickets_account_for(const struct inquiry *inquiry, const struct answer *answer)
{
    const struct view *views = inquiry->tickets->holders->views;
    const struct account *account
        = answer->word.holder ? answer->word.holder->account
                              : inquiry->demand->server->account;
    const struct account_fact *any = NULL;

    for (size_t i = 0; account && i < account->copy_count; i++) {
        const struct copy *copy = &account->copies[i];

        if (views[copy->view].gc)
            continue;
        if (strcmp(copy->fact->host, answer->kdc->host) == 0)
            return copy->fact;
        any = copy->fact;
    }
    return any;
}


/* Say which codes an answer has decided: what failed early tells nothing of
   the name, and only a ticket shows what it is sealed with. */
static void
mark_judged(const struct inquiry *inquiry, const struct answer *answer)
{
    const struct tickets *tickets = inquiry->tickets;
    enum verdict verdict = answer->verdict;
    char *subject = tickets_subject(answer->kdc, inquiry->demand->spn);
    bool named = verdict != VERDICT_NONE && verdict != VERDICT_FAILED;

    tickets_mark(tickets, "TICKET_FAILED", subject,
                 verdict != VERDICT_NONE);
    tickets_mark(tickets, "TICKET_SPN_UNKNOWN", subject, named);
    tickets_mark(tickets, "TICKET_SPN_NOT_UNIQUE", subject, named);
    if (verdict != VERDICT_GRANTED)
        tickets_mark(tickets, "TICKET_ETYPE", subject, false);
    free(subject);
}


/* Judge what the tickets are sealed with: the account's key. */
static void
judge_seals(const struct inquiry *inquiry)
{
    const struct tickets *tickets = inquiry->tickets;
    struct sealed *sealed = xcalloc(tickets->kdc_count, sizeof(*sealed));
    size_t count = 0;

    for (size_t i = 0; i < tickets->kdc_count; i++) {
        const struct answer *answer = &inquiry->answers[i];

        if (answer->verdict == VERDICT_GRANTED)
            sealed[count++] = (struct sealed){
                .kdc = answer->kdc,
                .name = inquiry->demand->spn,
                .etype = answer->fact->etype,
                .base = &answer->fact->base,
                .detail = answer->fact->detail,
                .account = tickets_account_for(inquiry, answer),
                .apart = is_foreign(tickets, answer->fact),
            };
    }
    tickets_judge_sealed(tickets, sealed, count);
    free(sealed);
}


/* Collect what all KDCs say to an SPN. */
static void
collect(struct inquiry *inquiry)
{
    const struct tickets *tickets = inquiry->tickets;
    const char *spn = inquiry->demand->spn;

    inquiry->answers = xcalloc(tickets->kdc_count, sizeof(struct answer));
    for (size_t i = 0; i < tickets->kdc_count; i++) {
        struct answer *answer = &inquiry->answers[i];

        answer->kdc = &tickets->kdcs[i];
        answer->fact = tickets_find(tickets, answer->kdc->host, spn);
        answer->word
            = spn_word_find(tickets->holders, answer->kdc->host, spn);
        answer->verdict = verdict_of(tickets, answer);
        inquiry->granted += answer->verdict == VERDICT_GRANTED;
        inquiry->refused += answer->verdict > VERDICT_GRANTED;
    }
}


/* Judge one SPN; count for each KDC how often it could not be judged. */
static void
judge_demand(const struct tickets *tickets, const struct demand *demand,
             size_t *unjudged)
{
    struct inquiry inquiry = {.tickets = tickets, .demand = demand};

    collect(&inquiry);
    for (size_t i = 0; i < tickets->kdc_count; i++) {
        mark_judged(&inquiry, &inquiry.answers[i]);
        tickets_report(&inquiry, &inquiry.answers[i]);
        unjudged[i] += inquiry.answers[i].verdict == VERDICT_NONE;
    }
    judge_seals(&inquiry);
    free(inquiry.answers);
}


/* Note how a KDC's tickets were: how many, how good, and how fast the slowest
   came. */
static void
measure(const struct tickets *tickets, const struct kdc *kdc)
{
    size_t given = 0, weak = 0, weaker_sessions = 0;
    int64_t slowest_us = 0;

    for (size_t i = 0; i < tickets->demands->count; i++) {
        const struct ticket_fact *fact = tickets_find(
            tickets, kdc->host, tickets->demands->items[i].spn);

        if (!fact || fact->outcome != KDC_OK)
            continue;
        given++;
        weak += etype_is_weak(fact->etype);
        weaker_sessions += etype_strength(fact->session_etype)
                               != STRENGTH_UNKNOWN
                           && etype_strength(fact->session_etype)
                                  < etype_strength(fact->etype);
        if (fact->latency_us > slowest_us)
            slowest_us = fact->latency_us;
    }
    if (given == 0)
        return;
    findings_measure(tickets->findings, kdc->host, "ticket_latency",
                     (double)slowest_us / 1e6, -1, "s");
    findings_measure(tickets->findings, kdc->host, "tickets", (double)given,
                     -1, "");
    findings_measure(tickets->findings, kdc->host, "tickets_weak",
                     (double)weak, -1, "");
    findings_measure(tickets->findings, kdc->host, "session_keys_weaker",
                     (double)weaker_sessions, -1, "");
}


void
tickets_judge_services(const struct tickets *tickets)
{
    const struct demands *demands = tickets->demands;
    size_t *unjudged = xcalloc(tickets->kdc_count, sizeof(*unjudged));

    demands_tell_unjudged(demands, tickets->holders, tickets->findings);
    for (size_t i = 0; i < demands->count; i++) {
        char *name = demands_request(demands, &demands->items[i]);

        if (name)
            judge_demand(tickets, &demands->items[i], unjudged);
        free(name);
    }
    for (size_t i = 0; i < tickets->kdc_count; i++) {
        measure(tickets, &tickets->kdcs[i]);
        if (unjudged[i] > 0 && tickets->kdcs[i].judged)
            findings_not_covered(tickets->findings,
                                 "%s: %zu of %zu mail servers' SPNs could not "
                                 "be judged", tickets->kdcs[i].host,
                                 unjudged[i], demands->count);
    }
    free(unjudged);
}
