/*
 * Ticket-granting tickets: what each KDC says to the monitoring account.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/kdc_reasons.h"
#include "checks/setspn.h"
#include "checks/tickets.h"

enum { UNKNOWN_ACCOUNT = 6, PREAUTH_REQUIRED = 25, TOO_BIG_FOR_UDP = 52 };

/* What all KDCs say to one principal. */
struct request {
    const struct tickets *tickets;
    const char *principal;
    const struct tgt_fact **facts;  /* by KDC; NULL where none was asked */
    bool everywhere;                /* not one gives a ticket */
};


/* What came of asking a KDC as a principal, or NULL. */
static const struct tgt_fact *
find_tgt(const struct tickets *tickets, const char *host,
         const char *principal)
{
    const struct tgt_fact *best = NULL;

    FACTS_EACH(tickets->facts, FACT_TGT, tgt_fact, fact)
        if (strcmp(fact->host, host) == 0
            && strcmp(fact->principal, principal) == 0
            && (!best
                || tickets_tells_more(fact->outcome, &fact->base,
                                      best->outcome, &best->base)))
            best = fact;
    return best;
}


/* Whether a fact says nothing of the KDC: there was no key to ask with, or
   its ports are what does not answer. */
static bool
is_void(const struct tickets *tickets, const struct tgt_fact *fact)
{
    return fact->outcome == KDC_NO_CREDENTIALS
           || (fact->outcome == KDC_UNREACHED
               && fact->error_code != TOO_BIG_FOR_UDP
               && tickets_port_is_blamed(tickets, fact->host,
                                         fact->base.seen_from));
}


/* Whether the key itself was refused, which must not happen often. */
static bool
is_wrong_secret(const struct tgt_fact *fact, const struct kdc_reason *reason)
{
    return fact->outcome == KDC_REFUSED
           && (!reason || reason->blame == BLAME_SECRET);
}


/* The account of a principal: its name without the realm, for the caller to
   free(). */
static char *
account_of(const char *principal)
{
    const char *at = strrchr(principal, '@');

    return at ? xstrndup(principal, (size_t)(at - principal))
              : xstrdup(principal);
}


/* Whether a principal is a mail server's own account. */
static bool
is_mail_server(const struct tickets *tickets, const char *principal)
{
    char *name = account_of(principal);
    bool found = false;

    for (size_t i = 0; i < tickets->demands->server_count && !found; i++) {
        const struct account *account = tickets->demands->servers[i].account;
        char *own = account ? account_name(account) : xstrdup("");

        found = text_casecmp(own, name) == 0;
        free(own);
    }
    free(name);
    return found;
}


/* What a failure means: what is wrong with the monitoring account alone does
   not touch mail. */
static enum impact
impact_of(const struct request *request, const struct kdc_reason *reason,
          enum status status)
{
    bool own = reason
               && (reason->blame == BLAME_ACCOUNT
                   || reason->blame == BLAME_SECRET);

    if (own && !is_mail_server(request->tickets, request->principal))
        return IMPACT_MONITORING;
    return status == STATUS_CRITICAL ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK;
}


/* Advise to make the monitoring account's keytab anew. */
static void
advise_keytab(const struct request *request, struct finding *finding)
{
    char *word = setspn_quote(request->principal);

    finding_remedy(finding,
                   "on this host, what the keytab holds: klist -kte KEYTAB; "
                   "what the account has now: kinit %s, then kvno %s", word,
                   word);
    finding_remedy(finding,
                   "export the keytab anew; on a domain controller: ktpass "
                   "-princ %s -mapuser ACCOUNT -crypto AES256-SHA1 -ptype "
                   "KRB5_NT_PRINCIPAL -pass * -out spnhealthd.keytab; with "
                   "Samba: samba-tool domain exportkeytab spnhealthd.keytab "
                   "--principal=%s; for a joined host's own: adcli update, or "
                   "net ads keytab create", word, word);
    free(word);
}


/* Whether the KDC may be behind others: it refuses the account or its key,
   and they do not. */
static bool
may_be_behind(const struct request *request, const struct kdc_reason *reason)
{
    return !request->everywhere && reason
           && (reason->blame == BLAME_ACCOUNT
               || reason->blame == BLAME_SECRET);
}


/* Say which DC and which account a failure is about besides. */
static void
add_concerns(const struct request *request, const struct kdc *kdc,
             const struct kdc_reason *reason, struct finding *finding)
{
    char *account = account_of(request->principal);

    finding_concerns(finding, account);
    if (may_be_behind(request, reason))
        finding_concerns(finding, kdc->host);
    free(account);
}


/* Advise what may mend one failure. */
static void
advise(const struct request *request, const struct kdc *kdc,
       const struct tgt_fact *fact, const struct kdc_reason *reason,
       struct finding *finding)
{
    char *account = account_of(request->principal);

    kdc_reason_advise(reason, account, finding);
    tickets_advise_blame(request->tickets, kdc,
                         reason ? (int)reason->blame : BLAME_KDC, finding);
    if (is_wrong_secret(fact, reason) || (reason && reason->new_password))
        advise_keytab(request, finding);
    if (!request->everywhere)
        finding_remedy(finding,
                       "if it differs from the other KDCs only because it is "
                       "behind them, on a domain controller: repadmin "
                       "/syncall /AdeP, then repadmin /showrepl %s; with "
                       "Samba: samba-tool drs showrepl", kdc->host);
    free(account);
}


/* What a KDC's refusal comes to, for the caller to free(). */
static char *
words_of(const struct request *request, const struct kdc *kdc,
         const struct tgt_fact *fact, const struct kdc_reason *reason)
{
    char *clock = reason && reason->blame == BLAME_CLOCK
                      ? tickets_clock_words(request->tickets, kdc->host)
                      : xstrdup("");
    const char *because = reason ? reason->words : fact->detail;
    char *words;

    if (fact->outcome == KDC_UNREACHED && !reason)
        because = fact->error_code == PREAUTH_REQUIRED
                      ? "it asked for a proof of the password, and has not "
                        "answered that in time; no other domain controller "
                        "was tried, lest the account be locked"
                      : "it does not answer the request, though its port "
                        "does";
    if (!*because)
        because = "it gives no reason";
    words = xasprintf("%s%s%s%s", because, clock,
                      fact->error_code == UNKNOWN_ACCOUNT
                              && !request->everywhere
                          ? ", which others know: not replicated yet?" : "",
                      is_wrong_secret(fact, reason)
                          ? "; tried at no other domain controller, lest the "
                            "account be locked" : "");
    free(clock);
    return words;
}


/* Report a KDC that gives no ticket-granting ticket. */
static void
report_failure(const struct request *request, const struct kdc *kdc,
               const struct tgt_fact *fact, const char *subject)
{
    /* One that asked for pre-authentication, and fell silent when it got it,
       has not given a reason. */
    bool silent = fact->outcome == KDC_UNREACHED
                  && fact->error_code == PREAUTH_REQUIRED;
    const struct kdc_reason *reason
        = silent ? NULL : kdc_reason_find(fact->error_code, fact->nt_status);
    enum status status = tickets_status(kdc, request->everywhere, true);
    char *words = words_of(request, kdc, fact, reason);
    struct finding *finding = findings_add(
        request->tickets->findings, status,
        impact_of(request, reason, status), "TGT_FAILED", subject,
        "%s gives %s no ticket-granting ticket: %s", kdc->host,
        request->principal, words);

    add_concerns(request, kdc, reason, finding);
    finding_value(finding, "error_code", (double)fact->error_code, "");
    finding_evidence(finding, "kdc", kdc->host, fact->base.time_us,
                     "ticket-granting ticket for %s, over %s: %s, seen from "
                     "%s", fact->principal, transport_names[fact->transport],
                     fact->detail, fact->base.seen_from);
    advise(request, kdc, fact, reason, finding);
    finding_reference(finding, "KB979174");
    if (reason && reason->blame == BLAME_ACCOUNT)
        finding_reference(finding, "KB843106");
    finding_reference(finding, "RFC 4120 section 7.5.9");
    free(words);
}


/* Note how a ticket was: how fast it came, and which of krbtgt's keys seals
   it.  How long KDCs have had different ones cannot be told, as a new key takes
   its time to all of them: so that is no finding.  An RODC has its own. */
static void
measure(const struct tickets *tickets, const struct kdc *kdc,
        const struct tgt_fact *fact)
{
    findings_measure(tickets->findings, kdc->host, "tgt_latency",
                     (double)fact->latency_us / 1e6, -1, "s");
    if (fact->kvno > 0 && !kdc->read_only)
        findings_measure(tickets->findings, kdc->host, "krbtgt_kvno",
                         (double)fact->kvno, -1, "");
}


/* Judge one KDC, unless what it says is void. */
static void
judge_kdc(const struct request *request, struct kdc *kdc,
          const struct tgt_fact *fact)
{
    struct findings *findings = request->tickets->findings;
    char *subject = tickets_subject(kdc, request->principal);

    if (!fact || is_void(request->tickets, fact)) {
        findings_undecided(findings, "TGT_FAILED", subject);
    } else {
        kdc->judged = true;
        findings_judged(findings, "TGT_FAILED", subject);
        if (fact->outcome == KDC_OK)
            measure(request->tickets, kdc, fact);
        else
            report_failure(request, kdc, fact, subject);
    }
    free(subject);
}


/* The name of the service that gives a principal its tickets, "krbtgt/REALM",
   for the caller to free(). */
static char *
granting_service(const struct tickets *tickets, const char *principal)
{
    const char *at = strrchr(principal, '@');

    return xasprintf("krbtgt/%s", at && at[1]
                                      ? at + 1
                                      : tickets->settings->numbers->realm);
}


/* Judge what the tickets are sealed with: krbtgt's key. */
static void
judge_seals(const struct request *request)
{
    const struct tickets *tickets = request->tickets;
    struct sealed *sealed = xcalloc(tickets->kdc_count, sizeof(*sealed));
    char *name = granting_service(tickets, request->principal);
    size_t count = 0;

    for (size_t i = 0; i < tickets->kdc_count; i++) {
        const struct tgt_fact *fact = request->facts[i];
        char *subject;

        if (fact && fact->outcome == KDC_OK) {
            sealed[count++] = (struct sealed){
                .kdc = &tickets->kdcs[i],
                .name = name,
                .etype = fact->etype,
                .base = &fact->base,
                .detail = fact->detail,
                .apart = tickets->kdcs[i].read_only,
            };
            continue;
        }
        subject = tickets_subject(&tickets->kdcs[i], name);
        tickets_mark(tickets, "TICKET_ETYPE", subject, false);
        free(subject);
    }
    tickets_judge_sealed(tickets, sealed, count);
    free(name);
    free(sealed);
}


/* Judge what all KDCs say to one principal. */
static void
judge_principal(const struct tickets *tickets, const char *principal)
{
    struct request request = {
        .tickets = tickets, .principal = principal, .everywhere = true,
    };

    request.facts = xcalloc(tickets->kdc_count, sizeof(*request.facts));
    for (size_t i = 0; i < tickets->kdc_count; i++) {
        const struct tgt_fact *fact
            = find_tgt(tickets, tickets->kdcs[i].host, principal);

        request.facts[i] = fact;
        request.everywhere &= !fact || fact->outcome != KDC_OK;
    }
    for (size_t i = 0; i < tickets->kdc_count; i++)
        judge_kdc(&request, &tickets->kdcs[i], request.facts[i]);
    judge_seals(&request);
    free(request.facts);
}


/* Say why a KDC was not judged. */
static void
note_unjudged(const struct tickets *tickets, const struct kdc *kdc)
{
    const struct tgt_fact *own = NULL, *refusal = NULL;

    FACTS_EACH(tickets->facts, FACT_TGT, tgt_fact, fact) {
        if (strcmp(fact->host, kdc->host) == 0)
            own = fact;
        if (fact->outcome == KDC_REFUSED)
            refusal = fact;
    }
    if (own && own->outcome == KDC_NO_CREDENTIALS)
        findings_not_covered(tickets->findings,
                             "%s was not asked for tickets: %s", kdc->host,
                             own->detail);
    else if (own)
        findings_not_covered(tickets->findings,
                             "%s gave no answer about tickets: its "
                             "Kerberos port does not answer", kdc->host);
    else if (refusal)
        findings_not_covered(tickets->findings,
                             "%s was not asked for tickets, because %s "
                             "refused %s: one refusal is enough", kdc->host,
                             refusal->host, refusal->principal);
    else
        findings_not_covered(tickets->findings,
                             "%s was not asked for tickets", kdc->host);
}


bool
tickets_judge_tgts(const struct tickets *tickets)
{
    struct strings principals = {NULL, 0};
    bool asked;

    FACTS_EACH(tickets->facts, FACT_TGT, tgt_fact, fact)
        if (*fact->principal)
            strings_add_unique(&principals, fact->principal);
    asked = principals.count > 0;
    for (size_t i = 0; i < principals.count; i++)
        judge_principal(tickets, principals.items[i]);
    for (size_t i = 0; i < tickets->kdc_count; i++)
        if (!tickets->kdcs[i].judged)
            note_unjudged(tickets, &tickets->kdcs[i]);
    strings_clear(&principals);
    return asked;
}
