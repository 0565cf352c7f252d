/*
 * Findings on KDCs that give no ticket for a mail server's name.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>

#include "checks/kdc_reasons.h"
#include "checks/replication.h"
#include "checks/setspn.h"
#include "checks/tickets_report.h"


/* Whether no KDC gives the ticket. */
static bool
is_everywhere(const struct inquiry *inquiry)
{
    return inquiry->granted == 0;
}


/* Whether the KDC may be behind others: these have what it lacks. */
static bool
may_be_behind(const struct inquiry *inquiry, const struct answer *answer)
{
    const struct ticket_fact *fact = answer->fact;
    const struct kdc_reason *reason
        = kdc_reason_find(fact->error_code, fact->nt_status);

    if (answer->verdict == VERDICT_AMBIGUOUS)
        return inquiry->granted > 0;
    if (answer->verdict == VERDICT_UNKNOWN
        || tickets_are_lost_abroad(inquiry->tickets, fact))
        return answer->word.verdict == SPN_ELSEWHERE
               || (inquiry->granted > 0 && answer->word.verdict != SPN_HELD);
    return inquiry->granted > 0 && reason && reason->blame == BLAME_ACCOUNT;
}


/* Add a finding on one answer, with what the KDC said. */
static struct finding *
add_finding(const struct inquiry *inquiry, const struct answer *answer,
            const char *code, const char *words)
{
    const struct ticket_fact *fact = answer->fact;
    const struct account_fact *account = tickets_account_for(inquiry, answer);
    enum status status = tickets_status(answer->kdc, is_everywhere(inquiry),
                                        inquiry->demand->vital);
    char *subject = tickets_subject(answer->kdc, inquiry->demand->spn);
    struct finding *finding = findings_add(
        inquiry->tickets->findings, status,
        status == STATUS_CRITICAL ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK,
        code, subject, "%s gives no ticket for %s: %s", answer->kdc->host,
        inquiry->demand->spn, words);

    if (account)
        finding_concerns(finding, account->sam_account_name);
    if (may_be_behind(inquiry, answer))
        finding_concerns(finding, answer->kdc->host);
    finding_value(finding, "error_code", (double)fact->error_code, "");
    finding_value(finding, "kdcs_with", (double)inquiry->granted, "");
    finding_value(finding, "kdcs_without", (double)inquiry->refused, "");
    finding_evidence(finding, "kdc", answer->kdc->host, fact->base.time_us,
                     "ticket for %s, over %s: %s, seen from %s", fact->spn,
                     transport_names[fact->transport], fact->detail,
                     fact->base.seen_from);
    if (inquiry->demand->further_name)
        finding_reference(finding, "KB914137");
    finding_reference(finding, "KB979174");
    free(subject);
    return finding;
}


/* Senders remember what they were given, and that they were refused. */
static void
advise_purge(struct finding *finding)
{
    finding_remedy(finding, "then, on the sending mail servers: klist -li "
                            "0x3e7 purge; with MIT Kerberos: kdestroy");
}


/* Advise to give the SPN to the server's account. */
static void
advise_add(const struct demand *demand, struct finding *finding)
{
    char *name;

    if (!demand->server->account) {
        finding_remedy(finding,
                       "join %s to the domain, or name its account under "
                       "mail_servers in the configuration (account:)",
                       demand->server->mail->host);
        return;
    }
    name = account_name(demand->server->account);
    setspn_advise_add(finding, demand->spn, name);
    free(name);
}


/* Advise how a name gets into the KDC's database of a plain realm. */
static void
advise_principal(const struct answer *answer, struct finding *finding)
{
    char *name = setspn_quote(answer->fact->spn);

    finding_remedy(finding,
                   "on the KDC, letter case included: kadmin.local addprinc "
                   "-randkey %s; then ktadd it into the mail server's keytab",
                   name);
    free(name);
}


/* Advise how to go on with an SPN that a KDC does not know. */
static void
advise_unknown(const struct inquiry *inquiry, const struct answer *answer,
               struct finding *finding)
{
    char *spn = setspn_quote(inquiry->demand->spn);

    switch (answer->word.verdict) {
    case SPN_ELSEWHERE:
        replication_advise_behind(finding, answer->kdc->host);
        break;
    case SPN_HELD:
        finding_remedy(finding,
                       "if it was changed just now, ask again: klist get %s, "
                       "or kvno %s; else look for what hides it: setspn -X -F "
                       "on a domain member, and whether the account is "
                       "disabled", spn, spn);
        break;
    case SPN_UNREAD:
        finding_remedy(finding,
                       "on a domain member, who holds it: setspn -Q %s, and "
                       "setspn -X for duplicates; with Samba: samba-tool spn "
                       "list ACCOUNT", spn);
        advise_add(inquiry->demand, finding);
        break;
    default:
        advise_add(inquiry->demand, finding);
    }
    advise_purge(finding);
    free(spn);
}


/* What the directory adds to the KDC's "unknown", for the caller to free(). */
static char *
words_of_unknown(const struct answer *answer)
{
    const struct spn_word *word = &answer->word;
    const char *host = answer->kdc->host;
    char *name = word->holder ? account_name(word->holder->account) : NULL;
    char *words;

    switch (word->verdict) {
    case SPN_NOBODYS:
        words = xstrdup("no account holds it, as the directory shows, too");
        break;
    case SPN_ELSEWHERE:
        words = xasprintf("%s holds it on %s, and on %s nobody does: not "
                          "replicated yet, or replication is broken", name,
                          word->holder->fact->host, host);
        break;
    case SPN_HELD:
        words = xasprintf("it does not know the name, but in its own "
                          "directory %s holds it: changed just now?", name);
        break;
    default:
        words = xstrdup("no account holds it, or several do; no directory "
                        "could be read to tell which");
    }
    free(name);
    return words;
}


/* Report a name that a plain realm's KDC does not know: it has a database of
   its own, whatever a directory shows. */
static void
report_no_principal(const struct inquiry *inquiry,
                    const struct answer *answer)
{
    advise_principal(answer,
                     add_finding(inquiry, answer, "TICKET_SPN_UNKNOWN",
                                 "its database has no such principal"));
}


/* Report an SPN that a KDC does not know. */
static void
report_unknown(const struct inquiry *inquiry, const struct answer *answer)
{
    char *words = words_of_unknown(answer);
    struct finding *finding
        = add_finding(inquiry, answer, "TICKET_SPN_UNKNOWN", words);

    spn_word_tell(&answer->word, finding);
    advise_unknown(inquiry, answer, finding);
    free(words);
}


/* Report an SPN that several accounts hold. */
static void
report_ambiguous(const struct inquiry *inquiry, const struct answer *answer)
{
    bool shown = answer->word.verdict == SPN_SHARED;
    char *names = spn_word_names(&answer->word);
    char *words
        = shown ? xasprintf("several accounts hold it (%s)", names)
                : xstrdup("several accounts hold it, as the KDC says; the "
                          "directories that were read do not show them");
    char *spn = setspn_quote(inquiry->demand->spn);
    struct finding *finding
        = add_finding(inquiry, answer, "TICKET_SPN_NOT_UNIQUE", words);

    spn_word_tell(&answer->word, finding);
    finding_remedy(finding,
                   "on a domain member, who holds it: setspn -X -F; then, as "
                   "a domain administrator, from all but the mail server's "
                   "account: setspn -D %s ACCOUNT", spn);
    finding_remedy(finding,
                   "with Samba, on a domain controller: samba-tool spn delete "
                   "%s ACCOUNT", spn);
    advise_purge(finding);
    free(spn);
    free(words);
    free(names);
}


/* What a failure comes to, for the caller to free(). */
static char *
words_of_failure(const struct inquiry *inquiry, const struct answer *answer,
                 const struct kdc_reason *reason)
{
    const struct ticket_fact *fact = answer->fact;
    char *clock, *words;

    if (tickets_are_lost_abroad(inquiry->tickets, fact))
        return xasprintf("it sends on to realm %s, though %s holds the name "
                         "in this domain",
                         *fact->realm ? fact->realm : "(not named)",
                         answer->word.holder->fact->dn);
    if (fact->outcome == KDC_UNREACHED && !reason)
        return xasprintf("it did not answer%s%s", *fact->detail ? ": " : "",
                         fact->detail);
    if (!reason)
        return xstrdup(*fact->detail ? fact->detail : "it gives no reason");
    clock = reason->blame == BLAME_CLOCK
                ? tickets_clock_words(inquiry->tickets, answer->kdc->host)
                : xstrdup("");
    words = xasprintf("%s%s", reason->words, clock);
    free(clock);
    return words;
}


/* Report a KDC that fails for another reason. */
static void
report_failed(const struct inquiry *inquiry, const struct answer *answer)
{
    const struct ticket_fact *fact = answer->fact;
    const struct kdc_reason *reason
        = kdc_reason_find(fact->error_code, fact->nt_status);
    const struct account_fact *account = tickets_account_for(inquiry, answer);
    char *words = words_of_failure(inquiry, answer, reason);
    struct finding *finding
        = add_finding(inquiry, answer, "TICKET_FAILED", words);

    if (tickets_are_lost_abroad(inquiry->tickets, fact))
        spn_word_tell(&answer->word, finding);
    if (account && *account->sam_account_name)
        kdc_reason_advise(reason, account->sam_account_name, finding);
    tickets_advise_blame(inquiry->tickets, answer->kdc,
                         reason ? (int)reason->blame : BLAME_KDC, finding);
    if (!is_everywhere(inquiry))
        replication_advise_behind(finding, answer->kdc->host);
    finding_reference(finding, "RFC 4120 section 7.5.9");
    free(words);
}


void
tickets_report(const struct inquiry *inquiry, const struct answer *answer)
{
    switch (answer->verdict) {
    case VERDICT_UNKNOWN:
        if (inquiry->tickets->demands->plain)
            report_no_principal(inquiry, answer);
        else
            report_unknown(inquiry, answer);
        break;
    case VERDICT_AMBIGUOUS:
        report_ambiguous(inquiry, answer);
        break;
    case VERDICT_NO_ETYPE:
        tickets_report_no_etype(inquiry->tickets, answer->kdc,
                                inquiry->demand, answer->fact,
                                tickets_account_for(inquiry, answer),
                                is_everywhere(inquiry));
        break;
    case VERDICT_FAILED:
        report_failed(inquiry, answer);
        break;
    case VERDICT_NONE:
    case VERDICT_GRANTED:
        break;
    }
}
