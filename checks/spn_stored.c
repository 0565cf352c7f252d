/*
 * Are the mail services' stored service principal names well formed, and does
 * what they name still exist?
 *
 * A malformed name is never asked for.  An orphaned one is left over from a
 * host that is gone; whoever gets that host's name in DNS meets it again as a
 * duplicate or on the wrong account.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/principal.h"
#include "checks/setspn.h"
#include "checks/spn.h"

enum {
    DNS_NAME_MAX = 253,   /* RFC 1035 section 2.3.4, as text */
    EVIDENCE_MOST = 100,  /* a line a DC, unless somebody floods us */
};

/* What the DCs' own DNS says of a host. */
enum existence { HOST_EXISTS, HOST_GONE, HOST_UNKNOWN };

/* What the judge works on. */
struct judge {
    const struct facts *facts;
    const struct settings *settings;
    const struct holders *holders;
    const struct demands *demands;
    struct findings *findings;
    struct strings services;
    bool undecided;  /* whether some host exists could not be told */
};


/* The first holding of a group in a DC's own copy, or NULL. */
static const struct holding *
own_holding(const struct holders *holders, const struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (!holders->views[group->first[i].view].gc)
            return &group->first[i];
    return NULL;
}


/* The host whose existence justifies an SPN, for the caller to free(): its
   own, or its holder's where it has a short name; NULL if there is none. */
static char *
host_behind(const struct holding *holding)
{
    struct principal principal;
    struct error error;
    const char *owner = holding->fact->dns_host_name;
    char *host = NULL;

    if (!principal_parse_numeric(holding->spn, &principal, &error))
        return NULL;
    if (principal_host_is_fqdn(principal.host))
        host = text_host(principal.host);
    else if (!strchr(principal.host, '.') && principal_host_is_fqdn(owner))
        host = text_host(owner);
    principal_clear(&principal);
    if (host && strlen(host) > DNS_NAME_MAX) {
        free(host);
        host = NULL;
    }
    return host;
}


void
spn_dns_names(const struct facts *facts, const struct settings *settings,
              struct strings *names_out)
{
    struct holders *holders = holders_new(facts, settings);
    struct strings services = {NULL, 0};
    struct group group = {NULL, 0};

    mail_services(settings, &services);
    while (names_out->count < SPN_DNS_NAMES_MOST
           && holders_next(holders, &group)) {
        const struct holding *holding = own_holding(holders, &group);
        char *host;

        if (!holding || !principal_is_service(holding->spn, &services))
            continue;
        host = host_behind(holding);
        if (host)
            strings_add_unique(names_out, host);
        free(host);
    }
    strings_clear(&services);
    holders_free(holders);
}


/* Whether an address is a domain controller's. */
static bool
is_dc_address(const struct settings *settings, const char *address)
{
    for (size_t i = 0; i < settings->dc_count; i++)
        if (strings_contain(&settings->dcs[i]->addresses, address))
            return true;
    return false;
}


/* Whether a fact is a DC's own DNS' answer on a host's addresses. */
static bool
is_answer(const struct judge *judge, const struct dns_fact *dns,
          const char *host)
{
    return strcmp(dns->name, host) == 0
           && (strcmp(dns->kind, "A") == 0 || strcmp(dns->kind, "AAAA") == 0)
           && (dns->outcome == DNS_OK || dns->outcome == DNS_NODATA
               || dns->outcome == DNS_NXDOMAIN)
           && is_dc_address(judge->settings, dns->address);
}


/* What the DCs' own DNS says of a host: this host's resolver may have another
   view of the world. */
static enum existence
find_host(const struct judge *judge, const char *host)
{
    enum existence existence = HOST_UNKNOWN;

    FACTS_EACH(judge->facts, FACT_DNS, dns_fact, dns) {
        if (!is_answer(judge, dns, host))
            continue;
        if (dns->outcome != DNS_NXDOMAIN)
            return HOST_EXISTS;
        existence = HOST_GONE;
    }
    return existence;
}


/* Whether an account is that of a mail server, which is judged as such. */
static bool
is_mail_account(const struct judge *judge, const struct account *account)
{
    for (size_t i = 0; i < judge->demands->server_count; i++) {
        const struct account *own = judge->demands->servers[i].account;

        if (own && account_is(own, account))
            return true;
    }
    return false;
}


/* Complete a finding on a stored SPN: who holds it where, and how to take it
   away. */
static void
complete_finding(const struct judge *judge, const struct group *group,
                 const char *name, struct finding *finding)
{
    for (size_t i = 0; i < group->count
                       && finding->evidence_count < EVIDENCE_MOST; i++) {
        const struct holding *holding = &group->first[i];
        const struct view *view = &judge->holders->views[holding->view];

        if (!view->gc)
            finding_evidence(finding, "ldap", view->host,
                             holding->fact->base.time_us,
                             "%s (%s) holds %s, seen from %s",
                             holding->fact->dn,
                             account_state_name(account_state(
                                 judge->holders, holding->account)),
                             holding->spn, holding->fact->base.seen_from);
    }
    setspn_advise_delete(finding, group->first->spn, name);
    finding_reference(finding, "KB979174");
}


static void
report_malformed(const struct judge *judge, const struct group *group,
                 const struct holding *holding, const char *reason)
{
    char *subject
        = text_clean(holding->spn, strlen(holding->spn), RECORD_LINE_MAX);
    char *name = account_name(holding->account);
    struct finding *finding = findings_add(
        judge->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "SPN_MALFORMED",
        subject,
        "%s holds %s, which no client ever asks for: %s; expected "
        "class/host, class/host:port or class/host/name", name, subject,
        reason);

    complete_finding(judge, group, name, finding);
    finding_remedy(finding,
                   "where both refuse it: take the value out of "
                   "servicePrincipalName with ADSI Edit or ldbedit");
    free(name);
    free(subject);
}


/* Report an SPN of which the DCs' DNS does not know the host. */
static void
report_gone(const struct judge *judge, const struct group *group,
            const struct holding *holding, const char *subject,
            const char *host)
{
    char *name = account_name(holding->account);
    struct finding *finding = findings_add(
        judge->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "SPN_ORPHANED",
        subject,
        "%s holds %s, and the domain controllers' DNS knows no host %s",
        name, subject, host);

    FACTS_EACH(judge->facts, FACT_DNS, dns_fact, dns)
        if (is_answer(judge, dns, host))
            finding_evidence(finding, "dns", dns->host, dns->base.time_us,
                             "%s %s: no such name, seen from %s", host,
                             dns->kind, dns->base.seen_from);
    complete_finding(judge, group, name, finding);
    free(name);
}


/* Report an SPN on a disabled account that is no mail server's. */
static void
report_on_disabled(const struct judge *judge, const struct group *group,
                   const struct holding *holding, const char *subject)
{
    char *name = account_name(holding->account);
    struct finding *finding = findings_add(
        judge->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "SPN_ORPHANED",
        subject,
        "%s holds %s, is disabled, and is not the account of a mail server",
        name, subject);

    complete_finding(judge, group, name, finding);
    free(name);
}


/* Judge whether what a well-formed SPN names is still there. */
static void
judge_orphan(struct judge *judge, const struct group *group,
             const struct holding *holding, const char *subject)
{
    char *host = host_behind(holding);
    enum existence existence = host ? find_host(judge, host) : HOST_EXISTS;

    if (existence == HOST_GONE) {
        report_gone(judge, group, holding, subject, host);
    } else if (account_state(judge->holders, holding->account)
                   == ACCOUNT_DISABLED
               && !is_mail_account(judge, holding->account)) {
        report_on_disabled(judge, group, holding, subject);
    } else if (existence == HOST_UNKNOWN) {
        judge->undecided = true;
        findings_judged(judge->findings, "SPN_OK", subject);
    } else {
        findings_judged(judge->findings, "SPN_ORPHANED", subject);
    }
    free(host);
}


/* Judge one stored SPN: one subject, one cause. */
static void
judge_group(struct judge *judge, const struct group *group,
            const struct holding *holding)
{
    struct principal principal;
    struct error error;
    char *subject;

    if (!principal_parse_numeric(holding->spn, &principal, &error)) {
        report_malformed(judge, group, holding, error.text);
        return;
    }
    principal_clear(&principal);
    subject = principal_canonical(holding->spn);
    if (group_is_duplicate(judge->holders, group)
        || demands_contain(judge->demands, holding->spn))
        findings_judged(judge->findings, "SPN_ORPHANED", subject);
    else
        judge_orphan(judge, group, holding, subject);
    free(subject);
}


void
spn_judge_stored(const struct facts *facts, const struct settings *settings,
                 const struct holders *holders, const struct demands *demands,
                 bool complete, struct findings *findings)
{
    struct judge judge = {
        .facts = facts, .settings = settings, .holders = holders,
        .demands = demands, .findings = findings,
    };
    struct group group = {NULL, 0};

    mail_services(settings, &judge.services);
    while (holders_next(holders, &group)) {
        const struct holding *holding = own_holding(holders, &group);

        if (holding && principal_is_service(holding->spn, &judge.services))
            judge_group(&judge, &group, holding);
    }
    if (judge.undecided)
        findings_not_covered(findings,
                             "whether the hosts of some SPNs exist: no "
                             "domain controller's DNS told");
    if (complete)
        findings_judged_all(findings, "SPN_MALFORMED");
    if (complete && !judge.undecided)
        findings_judged_all(findings, "SPN_ORPHANED");
    strings_clear(&judge.services);
}
