/*
 * What tickets are sealed with, and what the hardening of 2026 makes of it.
 *
 * Windows updates of January 2026 made domain controllers log (Kdcsvc, events
 * 201 to 209), those of April made them refuse, RC4 for accounts without
 * types of their own in msDS-SupportedEncryptionTypes (CVE-2026-20833,
 * KB5073381); with those of July nothing turns that off any more.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checks/etypes.h"
#include "checks/etypes_advice.h"
#include "checks/replication.h"
#include "checks/tickets.h"

enum { AES_BITS = ETYPES_AES128 | ETYPES_AES256 };


/* What an account allows, "MX1$ allows RC4 (msDS-SupportedEncryptionTypes
   0x4)", for the caller to free(). */
static char *
words_of_account(const struct account_fact *account)
{
    char *types, *words;

    if (account->etypes == 0)
        return xasprintf("%s shows no msDS-SupportedEncryptionTypes",
                         etypes_account_name(account));
    types = etypes_text(account->etypes);
    words = xasprintf("%s allows %s (msDS-SupportedEncryptionTypes 0x%" PRIx64
                      ")", etypes_account_name(account), types,
                      (uint64_t)account->etypes);
    free(types);
    return words;
}


/* Why a ticket is sealed with a weak type, and what comes of it. */
static const char *
why_weak(const struct account_fact *account)
{
    if (account && account->etypes & AES_BITS)
        return "its password seems to be older than its AES keys, so that "
               "it has none";
    if (account && account->etypes & (ETYPES_RC4 | ETYPES_DES))
        return "Windows goes on with RC4 only where it is allowed so, and "
               "hosts that were hardened refuse it";
    if (account)
        return "Windows domain controllers with the updates of April 2026 "
               "(CVE-2026-20833) give no RC4 ticket for such an account";
    return "hosts that were hardened against RC4 in 2026 (CVE-2026-20833) "
           "refuse it";
}


/* Advise to give krbtgt AES keys. */
static void
advise_krbtgt(struct finding *finding)
{
    finding_remedy(finding,
                   "krbtgt has no AES keys until its password is set at a "
                   "functional level of 2008 or later; Get-ADDomain and "
                   "samba-tool domain level show tell the level");
    finding_remedy(finding,
                   "in PowerShell on a domain controller: "
                   "Set-ADAccountPassword -Reset krbtgt, and again after "
                   "more than ten hours and a complete replication; with "
                   "Samba: samba-tool user setpassword krbtgt "
                   "--random-password");
}


/* Advise how to find who depends on RC4. */
static void
advise_events(const struct kdc *kdc, struct finding *finding)
{
    finding_remedy(finding,
                   "on %s, if it is Windows, events 201 to 209 of Kdcsvc in "
                   "the System log name what depends on RC4", kdc->host);
    finding_reference(finding, "RFC 8429");
    finding_reference(finding, "KB5073381");
}


/* Complete a finding on a ticket that was given. */
static void
complete(const struct sealed *sealed, struct finding *finding)
{
    char *type = etype_text(sealed->etype);

    finding_value(finding, "etype", (double)sealed->etype, "");
    if (sealed->account) {
        finding_concerns(finding, sealed->account->sam_account_name);
        finding_value(finding, "supported_etypes",
                      (double)sealed->account->etypes, "");
    }
    finding_evidence(finding, "kdc", sealed->kdc->host, sealed->base->time_us,
                     "the ticket for %s is sealed with %s%s%s, seen from %s",
                     sealed->name, type, *sealed->detail ? ": " : "",
                     sealed->detail, sealed->base->seen_from);
    if (sealed->account)
        etypes_advise(sealed->account, finding);
    else if (strncmp(sealed->name, "krbtgt/", 7) == 0)
        advise_krbtgt(finding);
    free(type);
}


/* Report a ticket that is sealed with a weak type. */
static void
report_weak(const struct tickets *tickets, const struct sealed *sealed,
            const char *subject)
{
    char *type = etype_text(sealed->etype);
    char *account = sealed->account ? words_of_account(sealed->account)
                                    : xstrdup("");
    struct finding *finding = findings_add(
        tickets->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
        "TICKET_ETYPE", subject, "%s seals its ticket for %s with %s; %s%s%s",
        sealed->kdc->host, sealed->name, type, account,
        *account ? "; " : "", why_weak(sealed->account));

    complete(sealed, finding);
    advise_events(sealed->kdc, finding);
    free(account);
    free(type);
}


/* Report a ticket that is sealed with a weaker type than another KDC's. */
static void
report_weaker(const struct tickets *tickets, const struct sealed *sealed,
              const struct sealed *best, const char *subject)
{
    char *type = etype_text(sealed->etype), *better = etype_text(best->etype);
    struct finding *finding = findings_add(
        tickets->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
        "TICKET_ETYPE", subject,
        "%s seals its ticket for %s with %s, but %s with %s: it has another "
        "copy of the account, or is configured otherwise",
        sealed->kdc->host, sealed->name, type, best->kdc->host, better);

    complete(sealed, finding);
    finding_concerns(finding, sealed->kdc->host);
    replication_advise_behind(finding, sealed->kdc->host);
    finding_reference(finding, "RFC 8429");
    free(better);
    free(type);
}


/* The ticket that is sealed best of those with the same key, or NULL. */
static const struct sealed *
find_best(const struct sealed *sealed, size_t count)
{
    const struct sealed *best = NULL;

    for (size_t i = 0; i < count; i++)
        if (!sealed[i].apart
            && (!best
                || etype_strength(sealed[i].etype)
                       > etype_strength(best->etype)))
            best = &sealed[i];
    return best;
}


void
tickets_judge_sealed(const struct tickets *tickets,
                     const struct sealed *sealed, size_t count)
{
    const struct sealed *best = find_best(sealed, count);

    for (size_t i = 0; i < count; i++) {
        enum strength strength = etype_strength(sealed[i].etype);
        char *subject = tickets_subject(sealed[i].kdc, sealed[i].name);

        tickets_mark(tickets, "TICKET_ETYPE", subject, sealed[i].etype != 0);
        if (etype_is_weak(sealed[i].etype))
            report_weak(tickets, &sealed[i], subject);
        else if (!sealed[i].apart && strength != STRENGTH_UNKNOWN
                 && strength < etype_strength(best->etype))
            report_weaker(tickets, &sealed[i], best, subject);
        free(subject);
    }
}


void
tickets_report_no_etype(const struct tickets *tickets, const struct kdc *kdc,
                        const struct demand *demand,
                        const struct ticket_fact *fact,
                        const struct account_fact *account, bool everywhere)
{
    enum status status = tickets_status(kdc, everywhere, demand->vital);
    char *subject = tickets_subject(kdc, demand->spn);
    char *allowed = account ? words_of_account(account)
                            : xstrdup("which account that is was not seen");
    struct finding *finding = findings_add(
        tickets->findings, status,
        status == STATUS_CRITICAL ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK,
        "TICKET_ETYPE", subject,
        "%s gives no ticket for %s: its account has no key of any type that "
        "%s asks for; %s", kdc->host, demand->spn,
        tickets->settings->numbers->host, allowed);

    if (account) {
        finding_concerns(finding, account->sam_account_name);
        finding_value(finding, "supported_etypes", (double)account->etypes,
                      "");
    }
    finding_value(finding, "error_code", (double)fact->error_code, "");
    finding_evidence(finding, "kdc", kdc->host, fact->base.time_us,
                     "ticket for %s, over %s: %s, seen from %s", fact->spn,
                     transport_names[fact->transport], fact->detail,
                     fact->base.seen_from);
    if (account)
        etypes_advise(account, finding);
    advise_events(kdc, finding);
    free(allowed);
    free(subject);
}
