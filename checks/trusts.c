/*
 * Cross-realm tickets: what each side of a trust issues.
 *
 * Each domain's object of the trust tells it with which types to seal tickets
 * for the other.  Where one says RC4, or nothing, and the hosts or KDCs on the
 * way accept AES alone, mail fails in that direction only: 454 4.7.0 in the
 * queue, and event 2017 of MSExchangeTransport, "Outbound authentication
 * failed with error KdcUnknownEncryptionType".
 *
 * None of this was tried with domains of Windows, so it is a WARNING at most.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/etypes.h"
#include "checks/kdc_reasons.h"
#include "checks/setspn.h"
#include "checks/trusts.h"

#define TICKET_GRANTING "krbtgt/"
#define UNVERIFIED "; never verified with domains of Windows"

/* Errors of RFC 4120 section 7.5.9. */
enum { UNKNOWN_SERVICE = 7, NO_COMMON_ETYPE = 14, BAD_INTEGRITY = 31,
       MODIFIED = 41, NO_KEY = 44, BAD_MATCH = 45, TOO_BIG_FOR_UDP = 52 };

/* Values of trustType (MS-ADTS section 6.1.6.7.15). */
enum { TRUST_UPLEVEL = 2, TRUST_MIT = 3 };

enum verdict {
    VERDICT_NONE,      /* nothing that can be judged is known */
    VERDICT_GRANTED,
    VERDICT_UNREAD,    /* granted, but the target has no such key of it */
    VERDICT_REJECTED,  /* granted, but the target's key is another one */
    VERDICT_NO_ETYPE,
    VERDICT_FAILED,
};

/* One direction of a trust: tickets that one realm's KDC issues for another
   realm, and its users take there. */
struct direction {
    const char *issuer;
    const char *target;
    bool allowed;                    /* the trust has this direction */
    const struct ticket_fact *fact;  /* NULL: it was not asked */
    enum verdict verdict;
};

/* A trust as one KDC was asked for it. */
struct link {
    const struct tickets *tickets;
    const struct trust_fact *trust;  /* as the KDC's own directory shows it,
                                        or else another */
    const struct kdc *kdc;
    char *subject;
    struct direction directions[2];  /* there and back */
};


/* Whether a trust can have cross-realm tickets. */
static bool
is_kerberos(const struct trust_fact *trust)
{
    return *trust->partner
           && (trust->kind == TRUST_UPLEVEL || trust->kind == TRUST_MIT)
           && trust->direction & (TRUST_INBOUND | TRUST_OUTBOUND);
}


/* What came of asking an issuer for a ticket-granting ticket for a target, the
   KDC being asked first; NULL if it was not asked. */
static const struct ticket_fact *
find_ticket(const struct tickets *tickets, const struct kdc *kdc,
            const char *issuer, const char *target)
{
    const size_t prefix = strlen(TICKET_GRANTING);
    const struct ticket_fact *best = NULL;

    FACTS_EACH(tickets->facts, FACT_TICKET, ticket_fact, fact)
        if (strcmp(fact->host, kdc->host) == 0
            && text_has_prefix_case(fact->spn, TICKET_GRANTING)
            && text_casecmp(fact->spn + prefix, target) == 0
            && text_casecmp(fact->realm, issuer) == 0
            && (!best
                || tickets_tells_more(fact->outcome, &fact->base,
                                      best->outcome, &best->base)))
            best = fact;
    return best;
}


/* Tell what an answer comes to. */
static enum verdict
verdict_of(const struct link *link, const struct direction *direction)
{
    const struct ticket_fact *fact = direction->fact;
    bool abroad = direction == &link->directions[1];

    if (!direction->allowed || !fact || fact->outcome == KDC_NO_CREDENTIALS
        || fact->outcome == KDC_REFERRED)
        return VERDICT_NONE;
    if (fact->outcome == KDC_OK)
        return fact->etype ? VERDICT_GRANTED : VERDICT_NONE;
    /* Nobody watches the ports of other realms' KDCs from here. */
    if (fact->outcome == KDC_UNREACHED && fact->error_code != TOO_BIG_FOR_UDP
        && (abroad
            || tickets_port_is_blamed(link->tickets, fact->host,
                                      fact->base.seen_from)))
        return VERDICT_NONE;
    return fact->error_code == NO_COMMON_ETYPE ? VERDICT_NO_ETYPE
                                               : VERDICT_FAILED;
}


/* Take the other realm's refusal to read our ticket for what it is: a fault of
   the tickets there, while of those back nothing is known.  That shows even
   where the trust has no way back. */
static void
note_rejection(struct link *link)
{
    struct direction *there = &link->directions[0];
    struct direction *back = &link->directions[1];

    if (there->verdict != VERDICT_GRANTED || !back->fact
        || back->fact->outcome == KDC_OK)
        return;
    switch (back->fact->error_code) {
    case NO_KEY:
        there->verdict = VERDICT_UNREAD;
        break;
    case BAD_INTEGRITY:
    case MODIFIED:
    case BAD_MATCH:
        there->verdict = VERDICT_REJECTED;
        break;
    default:
        return;
    }
    back->verdict = VERDICT_NONE;
}


/* Whether a direction's tickets are sealed too weakly, with what the other
   side does not read, or not at all. */
static bool
is_badly_sealed(const struct direction *direction)
{
    return direction->verdict == VERDICT_NO_ETYPE
           || direction->verdict == VERDICT_UNREAD
           || (direction->verdict == VERDICT_GRANTED
               && etype_is_weak(direction->fact->etype));
}


/* What one direction is like: "A seals tickets for B with RC4 (type 23)"; ""
   if it was not seen.  For the caller to free(). */
static char *
words_of_seal(const struct direction *direction)
{
    char *type, *words;

    if (direction->verdict == VERDICT_NO_ETYPE)
        return xasprintf("%s has no key for %s of a type that is asked for",
                         direction->issuer, direction->target);
    if (direction->verdict != VERDICT_GRANTED
        && direction->verdict != VERDICT_UNREAD)
        return xstrdup("");
    type = etype_text(direction->fact->etype);
    words = xasprintf("%s seals tickets for %s with %s%s", direction->issuer,
                      direction->target, type,
                      direction->verdict == VERDICT_UNREAD
                          ? ", which the other side does not read" : "");
    free(type);
    return words;
}


/* What the trust's object allows, for the caller to free(). */
static char *
words_of_trust(const struct trust_fact *trust)
{
    char *types, *words;

    if (trust->etypes == 0)
        return xstrdup("the trust shows no msDS-SupportedEncryptionTypes");
    types = etypes_text(trust->etypes);
    words = xasprintf("the trust allows %s (msDS-SupportedEncryptionTypes "
                      "0x%llx)", types, (unsigned long long)trust->etypes);
    free(types);
    return words;
}


/* Tell what was answered in both directions. */
static void
add_evidence(const struct link *link, struct finding *finding)
{
    static const char *const names[2]
        = {"etype_issued_here", "etype_issued_there"};
    char *allowed = words_of_trust(link->trust);

    for (size_t i = 0; i < 2; i++) {
        const struct direction *direction = &link->directions[i];
        const struct ticket_fact *fact = direction->fact;

        if (!fact || fact->outcome == KDC_NO_CREDENTIALS)
            continue;
        if (fact->outcome == KDC_OK)
            finding_value(finding, names[i], (double)fact->etype, "");
        finding_evidence(finding, "kdc", link->kdc->host, fact->base.time_us,
                         "%s of realm %s, over %s: etype %lld%s%s, seen from "
                         "%s", fact->spn, direction->issuer,
                         transport_names[fact->transport],
                         (long long)fact->etype, *fact->detail ? ": " : "",
                         fact->detail, fact->base.seen_from);
    }
    finding_evidence(finding, "ldap", link->trust->host,
                     link->trust->base.time_us, "%s: %s, seen from %s",
                     link->trust->partner, allowed,
                     link->trust->base.seen_from);
    free(allowed);
}


/* Advise to see whether the trust works at all. */
static void
advise_verify(const struct link *link, struct finding *finding)
{
    const char *own = link->tickets->settings->numbers->domain;
    char *other = setspn_quote(link->trust->partner);

    finding_remedy(finding,
                   "on a domain controller: netdom trust %s /domain:%s "
                   "/verify (with /reset it gets a new password); with Samba: "
                   "samba-tool domain trust validate %s", own, other, other);
    free(other);
}


/* Advise to let both sides of a trust use AES. */
static void
advise_aes(const struct link *link, struct finding *finding)
{
    const char *own = link->tickets->settings->numbers->domain;
    char *other = setspn_quote(link->trust->partner);

    finding_remedy(finding,
                   "in both domains, Active Directory Domains and Trusts, the "
                   "trust's properties: tick \"The other domain supports "
                   "Kerberos AES Encryption\"; or on a domain controller of "
                   "%s: ksetup /setenctypeattr %s AES128-CTS-HMAC-SHA1-96 "
                   "AES256-CTS-HMAC-SHA1-96, and in %s the same for %s", own,
                   other, other, own);
    finding_remedy(finding,
                   "then give the trust a new password, which makes its AES "
                   "keys: netdom trust %s /domain:%s /reset", own, other);
    advise_verify(link, finding);
    free(other);
}


/* What badly sealed tickets lead to. */
static const char *
what_comes_of(const struct direction *there, const struct direction *back)
{
    if (there->verdict == VERDICT_UNREAD || there->verdict == VERDICT_NO_ETYPE
        || back->verdict == VERDICT_NO_ETYPE)
        return "mail fails one way at least, with 454 4.7.0 in the queue";
    if (is_badly_sealed(there) && is_badly_sealed(back))
        return "mail fails between the two where RC4 is refused";
    return "mail fails one way, with 454 4.7.0 in the queue, where RC4 is "
           "refused";
}


/* Report a trust whose tickets are sealed badly in some direction. */
static void
report_seal(const struct link *link)
{
    const struct direction *there = &link->directions[0];
    const struct direction *back = &link->directions[1];
    char *first = words_of_seal(there), *second = words_of_seal(back);
    char *allowed = words_of_trust(link->trust);
    struct finding *finding = findings_add(
        link->tickets->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
        "TICKET_ETYPE", link->subject, "%s%s%s; %s: %s" UNVERIFIED, first,
        *first && *second ? ", and " : "", second, allowed,
        what_comes_of(there, back));

    add_evidence(link, finding);
    advise_aes(link, finding);
    finding_reference(finding, "RFC 8429");
    finding_reference(finding, "KB5073381");
    free(allowed);
    free(second);
    free(first);
}


/* Why there is no ticket, or none that counts. */
static const char *
why_failed(const struct direction *direction, const struct kdc_reason *reason)
{
    const struct ticket_fact *fact = direction->fact;

    if (direction->verdict == VERDICT_REJECTED)
        return "the other side does not accept it; do the two have different "
               "passwords of the trust?";
    if (fact->error_code == UNKNOWN_SERVICE)
        return "its KDC knows no such trust";
    if (reason)
        return reason->words;
    return *fact->detail ? fact->detail : "it gives no reason";
}


/* Report a direction in which there is no ticket at all, or none that is
   accepted. */
static void
report_failure(const struct link *link, const struct direction *direction)
{
    const struct ticket_fact *fact = direction->fact;
    const struct kdc_reason *reason
        = kdc_reason_find(fact->error_code, fact->nt_status);
    struct finding *finding = findings_add(
        link->tickets->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
        "TICKET_FAILED", link->subject,
        "realm %s issues no ticket for realm %s that is of use: %s; its "
        "servers cannot authenticate there" UNVERIFIED, direction->issuer,
        direction->target, why_failed(direction, reason));

    finding_value(finding, "error_code", (double)fact->error_code, "");
    add_evidence(link, finding);
    advise_verify(link, finding);
    finding_reference(finding, "RFC 4120 section 1.2");
}


/* Say which codes were decided: both directions have one subject, so that one
   of them alone heals nothing. */
static void
mark_judged(const struct link *link)
{
    bool answered = true, sealed = true;

    for (size_t i = 0; i < 2; i++) {
        const struct direction *direction = &link->directions[i];

        if (!direction->allowed)
            continue;
        answered &= direction->verdict != VERDICT_NONE;
        sealed &= direction->verdict == VERDICT_GRANTED
                  || direction->verdict == VERDICT_UNREAD
                  || direction->verdict == VERDICT_NO_ETYPE;
    }
    tickets_mark(link->tickets, "TICKET_FAILED", link->subject, answered);
    tickets_mark(link->tickets, "TICKET_ETYPE", link->subject, sealed);
}


/* Judge a trust as one KDC was asked for it. */
static void
judge_link(struct link *link)
{
    for (size_t i = 0; i < 2; i++) {
        struct direction *direction = &link->directions[i];

        direction->fact = find_ticket(link->tickets, link->kdc,
                                      direction->issuer, direction->target);
        direction->verdict = verdict_of(link, direction);
    }
    note_rejection(link);
    mark_judged(link);
    if (is_badly_sealed(&link->directions[0])
        || is_badly_sealed(&link->directions[1]))
        report_seal(link);
    for (size_t i = 0; i < 2; i++)
        if (link->directions[i].verdict == VERDICT_FAILED
            || link->directions[i].verdict == VERDICT_REJECTED)
            report_failure(link, &link->directions[i]);
}


/* The trust as one DC's own directory shows it, or else as it came. */
static const struct trust_fact *
own_copy(const struct tickets *tickets, const struct trust_fact *trust,
         const char *host)
{
    FACTS_EACH(tickets->facts, FACT_TRUST, trust_fact, fact)
        if (strcmp(fact->host, host) == 0
            && strcmp(fact->partner, trust->partner) == 0
            && is_kerberos(fact))
            return fact;
    return trust;
}


/* Note by way of which KDC, if it speaks at all, a direction was not seen. */
static void
note_silence(const struct link *link, struct strings *silent)
{
    for (size_t i = 0; i < 2; i++)
        if (link->kdc->judged && link->directions[i].allowed
            && link->directions[i].verdict == VERDICT_NONE)
            strings_add(&silent[i], link->kdc->host);
}


/* Say which direction of a trust was not seen by way of which KDCs. */
static void
tell_silence(const struct tickets *tickets, const struct trust_fact *trust,
             const char *issuer, const char *target,
             const struct strings *silent)
{
    char *hosts = text_join(silent);

    if (silent->count > 0)
        findings_not_covered(tickets->findings,
                             "trust with %s: no answer on tickets that %s "
                             "issues for %s, by way of %s", trust->partner,
                             issuer, target, hosts);
    free(hosts);
}


/* Judge a trust at every KDC. */
static void
judge_trust(const struct tickets *tickets, const struct trust_fact *trust)
{
    const char *own = tickets->settings->numbers->realm;
    char *other = xstrdup(trust->partner);
    struct strings silent[2] = {{NULL, 0}, {NULL, 0}};

    text_upper(other);
    for (size_t i = 0; i < tickets->kdc_count; i++) {
        const struct kdc *kdc = &tickets->kdcs[i];
        char *service = xasprintf(TICKET_GRANTING "%s", other);
        struct link link = {
            .tickets = tickets,
            .trust = own_copy(tickets, trust, kdc->host),
            .kdc = kdc,
            .subject = tickets_subject(kdc, service),
            .directions = {{.issuer = own, .target = other},
                           {.issuer = other, .target = own}},
        };

        link.directions[0].allowed = link.trust->direction & TRUST_INBOUND;
        link.directions[1].allowed = link.trust->direction & TRUST_OUTBOUND;
        judge_link(&link);
        note_silence(&link, silent);
        free(link.subject);
        free(service);
    }
    tell_silence(tickets, trust, own, other, &silent[0]);
    tell_silence(tickets, trust, other, own, &silent[1]);
    strings_clear(&silent[0]);
    strings_clear(&silent[1]);
    free(other);
}


/* Whether the trusts were read completely on some DC, or the directory is one
   that shows none. */
static bool
are_known(const struct tickets *tickets)
{
    if (tickets->demands->plain)
        return true;
    FACTS_EACH(tickets->facts, FACT_SEARCH, search_fact, search)
        if (search->purpose == SEARCH_TRUSTS && search->outcome == SEARCH_OK)
            return true;
    return false;
}


bool
trusts_judge(const struct tickets *tickets)
{
    struct strings partners = {NULL, 0};

    FACTS_EACH(tickets->facts, FACT_TRUST, trust_fact, trust) {
        if (!is_kerberos(trust) || strings_contain(&partners, trust->partner))
            continue;
        strings_add(&partners, trust->partner);
        judge_trust(tickets, trust);
    }
    strings_clear(&partners);
    return are_known(tickets);
}
