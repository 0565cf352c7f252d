/*
 * Is every service principal name held by one account?
 *
 * A KDC that finds two holders of an SPN gives no ticket for it, just as if
 * there were none (MS-KILE section 3.1.5.11; KB979174).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/check.h"
#include "checks/demands.h"
#include "checks/holders.h"
#include "checks/principal.h"
#include "checks/rivals.h"
#include "checks/setspn.h"

/* How many holders a finding tells of, and how many its message names. */
enum { HOLDERS_MOST = 20, NAMES_MOST = 4 };

/* What the judge works on. */
struct judge {
    const struct settings *settings;
    const struct holders *holders;
    struct findings *findings;
    struct strings services;
    bool complete;  /* every DC, and the forest where wanted, was read */
    size_t spns, groups;
};


/* Whether an object is the loser of a replication conflict. */
static bool
is_conflict(const struct account_fact *fact)
{
    return strcasestr(fact->dn, "\\0ACNF:")
           || strcasestr(fact->dn, "\\x5c0ACNF:");
}


/* Whether an account is configured for a mail server of a name. */
static bool
is_configured(const struct judge *judge, const struct account *account,
              const char *name)
{
    for (size_t i = 0; i < judge->settings->mail_count; i++) {
        const struct target_mail *mail = judge->settings->mail[i];
        const struct account *own;

        if (!*mail->account || !mail_goes_by(mail, name))
            continue;
        own = mail_account(judge->holders, mail);
        if (own && account_is(own, account))
            return true;
    }
    return false;
}


/* Whether a computer has a name, the first label of its own included. */
static bool
is_computer(const struct account_fact *fact, const char *name)
{
    const char *host = fact->dns_host_name;
    size_t length = strlen(name);

    return fact->computer && text_has_prefix_case(host, name)
           && (!host[length] || (host[length] == '.' && !strchr(name, '.')));
}


/* Whether a holder looks like the right one: the computer that the SPN's host
   is, or the account configured for it. */
static bool
looks_right(const struct judge *judge, const struct rival *rival)
{
    const struct account_fact *fact = rival->holding->fact;
    struct principal principal;
    struct error error;
    bool right;

    if (is_conflict(fact)
        || !principal_parse(rival->holding->spn, &principal, &error))
        return false;
    right = is_configured(judge, rival->account, principal.host)
            || is_computer(fact, principal.host);
    principal_clear(&principal);
    return right;
}


/* The one holder that looks right, or NULL if none or several do. */
static const struct rival *
find_right(const struct judge *judge, const struct rivals *rivals)
{
    const struct rival *right = NULL;

    for (size_t i = 0; i < rivals->count; i++) {
        if (rivals->items[i].stale || !looks_right(judge, &rivals->items[i]))
            continue;
        if (right)
            return NULL;
        right = &rivals->items[i];
    }
    return right;
}


/* Tell of one holder: who it is, where it was seen, and what is odd. */
static void
add_holder(const struct judge *judge, const struct rivals *rivals,
           const struct rival *rival, bool right, struct finding *finding)
{
    const struct account_fact *fact = rival->holding->fact;
    const struct group *group = rivals->group;
    size_t dcs = 0;

    for (size_t i = 0; i < group->count; i++)
        dcs += group->first[i].account == rival->account
               && !judge->holders->views[group->first[i].view].gc;
    finding_evidence(
        finding, "ldap", fact->host, fact->base.time_us,
        "%s (%s, %s%s%s) holds %s on %zu domain controller%s%s, seen from %s",
        fact->dn, *fact->sam_account_name ? fact->sam_account_name : "?",
        account_state_name(account_state(judge->holders, rival->account)),
        is_conflict(fact) ? ", a replication conflict" : "",
        right ? ", looks right" : "", rival->holding->spn, dcs,
        dcs == 1 ? "" : "s", dcs ? "" : " (in the global catalog only)",
        fact->base.seen_from);
}


/* Advise to take the SPN from all holders but the right one. */
static void
advise(const struct rivals *rivals, const struct rival *right,
       struct finding *finding)
{
    if (!right)
        finding_remedy(finding, "find out whose the service is, and take the "
                                "SPN from the others:");
    for (size_t i = 0; i < rivals->count && i < HOLDERS_MOST; i++) {
        const struct rival *rival = &rivals->items[i];
        char *name = account_name(rival->account);

        if (rival != right && !rival->stale)
            setspn_advise_delete(finding, rival->holding->spn, name);
        free(name);
    }
}


/* Whether the holders spell the SPN differently. */
static bool
differ_in_case(const struct rivals *rivals)
{
    for (size_t i = 1; i < rivals->count; i++)
        if (strcmp(rivals->items[i].holding->spn,
                   rivals->items[0].holding->spn) != 0)
            return true;
    return false;
}


/* Join the first holders' names for a message, for the caller to free(). */
static char *
join_names(const struct rivals *rivals)
{
    char *text = xstrdup("");
    size_t count = 0;

    for (size_t i = 0; i < rivals->count; i++) {
        char *name, *longer;

        if (rivals->items[i].stale || count++ >= NAMES_MOST)
            continue;
        name = account_name(rivals->items[i].account);
        longer = xasprintf("%s%s%s", text, count > 1 ? ", " : "", name);
        free(name);
        free(text);
        text = longer;
    }
    if (count > NAMES_MOST) {
        char *longer = xasprintf("%s and %zu more", text, count - NAMES_MOST);

        free(text);
        text = longer;
    }
    return text;
}


/* Add the finding with its message. */
static struct finding *
add_finding(const struct judge *judge, const struct rivals *rivals,
            bool real, bool mail, const struct rival *right,
            const char *subject)
{
    bool fatal = real && mail;
    char *names = join_names(rivals);
    char *right_name = right ? account_name(right->account) : xstrdup("");
    struct finding *finding = findings_add(
        judge->findings, fatal ? STATUS_CRITICAL : STATUS_WARNING,
        fatal ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK, "SPN_DUPLICATE",
        subject, "%s is held by %s%s: %s%s%s%s", subject, names,
        differ_in_case(rivals) ? ", differing in letter case only, which a "
                                 "KDC ignores" : "",
        real ? "a KDC gives no ticket for it"
             : "only the global catalog shows this, which may be stale; no "
               "domain controller of the other domain confirmed it",
        right ? "; " : "", right_name, right ? " looks right" : "");

    free(right_name);
    free(names);
    return finding;
}


/* Report an SPN that several accounts hold. */
static void
report(const struct judge *judge, const struct rivals *rivals, bool real,
       bool mail, const char *subject)
{
    const struct rival *right = find_right(judge, rivals);
    struct finding *finding
        = add_finding(judge, rivals, real, mail, right, subject);
    size_t holders = 0;

    for (size_t i = 0; i < rivals->count; i++) {
        const struct rival *rival = &rivals->items[i];

        if (!rival->stale && holders++ < HOLDERS_MOST)
            add_holder(judge, rivals, rival, rival == right, finding);
    }
    advise(rivals, right, finding);
    finding_value(finding, "holders", (double)holders, "");
    finding_reference(finding, "KB979174");
}


/* Whether nobody can ask for an SPN: the check spn judges those of mail
   services. */
static bool
is_malformed(const char *spn)
{
    struct principal principal;
    struct error error;

    if (!principal_parse_numeric(spn, &principal, &error))
        return true;
    principal_clear(&principal);
    return false;
}


/* Judge one SPN. */
static void
judge_group(struct judge *judge, const struct group *group)
{
    const struct holding *first = group->first;
    bool mail = principal_is_service(first->spn, &judge->services);
    char *subject;

    if (mail ? is_malformed(first->spn)
             : !judge->settings->numbers->duplicates_all)
        return;
    judge->spns++;
    subject = principal_canonical(first->spn);
    findings_judged(judge->findings,
                    judge->complete ? "SPN_DUPLICATE" : "DUPLICATES_OK",
                    subject);
    if (first->account != first[group->count - 1].account) {
        struct rivals rivals;
        enum rivalry rivalry
            = rivals_judge(judge->holders, group, mail, &rivals);

        judge->groups += rivalry != RIVALRY_NONE;
        if (rivalry != RIVALRY_NONE)
            report(judge, &rivals, rivalry == RIVALRY_REAL, mail, subject);
        rivals_clear(&rivals);
    }
    free(subject);
}


/* Whether the estate has a global catalog to ask. */
static bool
has_catalog(const struct facts *facts)
{
    FACTS_EACH(facts, FACT_NETLOGON, netlogon_fact, netlogon)
        if (netlogon->flags & DS_GC)
            return true;
    return false;
}


/* Whether some global catalog was read completely. */
static bool
catalog_is_read(const struct holders *holders)
{
    for (size_t i = 0; i < holders->view_count; i++)
        if (holders->views[i].gc && holders->views[i].search)
            return true;
    return false;
}


/* Count the accounts that hold any SPN. */
static size_t
count_holders(const struct holders *holders)
{
    size_t count = 0;

    for (size_t i = 0; i < holders->account_count; i++) {
        const struct account *account = &holders->accounts[i];
        bool any = false;

        for (size_t j = 0; j < account->copy_count; j++)
            any |= account->copies[j].fact->spns.count > 0;
        count += any;
    }
    return count;
}


/* Note how much was looked at. */
static void
measure(const struct judge *judge)
{
    const char *domain = judge->settings->numbers->domain;

    findings_measure(judge->findings, domain, "spns", (double)judge->spns, -1,
                     "");
    findings_measure(judge->findings, domain, "holders",
                     (double)count_holders(judge->holders), -1, "");
    findings_measure(judge->findings, domain, "groups",
                     (double)judge->groups, -1, "");
}


/* Judge every SPN that was seen. */
static void
judge_all(struct judge *judge, const struct facts *facts)
{
    const struct settings_numbers *numbers = judge->settings->numbers;
    struct group group = {NULL, 0};
    bool forest = !numbers->duplicates_forest || !has_catalog(facts)
                  || catalog_is_read(judge->holders);

    if (!forest)
        findings_not_covered(judge->findings,
                             "the rest of the forest: no global catalog was "
                             "read, only the domain %s", numbers->domain);
    judge->complete
        = forest && holders_are_complete(judge->holders, judge->settings);
    mail_services(judge->settings, &judge->services);
    while (holders_next(judge->holders, &group))
        judge_group(judge, &group);
    /* A directory without any SPN has been judged, too. */
    if (judge->spns == 0)
        findings_judged(judge->findings, "DUPLICATES_OK", numbers->domain);
    if (judge->complete)
        findings_judged_all(judge->findings, "SPN_DUPLICATE");
    measure(judge);
    strings_clear(&judge->services);
}


static void
duplicates_judge(const struct facts *facts, const struct settings *settings,
                 struct findings *findings)
{
    struct holders *holders = holders_new(facts, settings);
    struct judge judge = {
        .settings = settings, .holders = holders, .findings = findings,
    };

    if (holders_count_seen(holders, facts, settings, findings) > 0)
        judge_all(&judge, facts);
    holders_free(holders);
}


const struct check duplicates_check = {
    .name = "duplicates",
    .ok = "DUPLICATES_OK",
    .summary = "no SPN is held by two accounts",
    .judge = duplicates_judge,
};
