/*
 * Checks that could judge nothing, for want of a right or of credentials.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/demands.h"
#include "checks/holders.h"
#include "checks/reach.h"

enum sight {
    SIGHT_CLEAR,    /* something was seen */
    SIGHT_BLIND,    /* there is something to see, and nothing was seen */
    SIGHT_NOTHING,  /* there is nothing to see here */
};

/* What a check lives on. */
struct permission {
    const char *check;
    const char *what;
    const char *verdict;  /* what it could not judge then */
    enum sight (*look)(const struct reach *reach);
    const char *hidden;  /* why nothing is seen where a directory is read */
    const char *remedy;  /* against that, or NULL */
};


bool
reach_directory_read(const struct reach *reach)
{
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (search->purpose == SEARCH_SPNS && search->outcome == SEARCH_OK)
            return true;
    return false;
}


/* Advise how to come by credentials. */
static void
advise_credentials(const struct reach *reach, struct finding *finding)
{
    const char *realm = reach->settings->numbers->realm;

    finding_remedy(finding,
                   "on a domain controller, an ordinary account and its "
                   "keytab: net user spnhealthd * /add /domain, then ktpass "
                   "-princ spnhealthd@%s -mapuser spnhealthd -crypto "
                   "AES256-SHA1 -ptype KRB5_NT_PRINCIPAL -pass * -out "
                   "spnhealthd.keytab", realm);
    finding_remedy(finding,
                   "with Samba: samba-tool user create spnhealthd "
                   "--random-password, then samba-tool domain exportkeytab "
                   "spnhealthd.keytab --principal=spnhealthd@%s", realm);
    finding_remedy(finding, "on this host: spnhealthd --check --domain %s "
                            "--keytab spnhealthd.keytab",
                   reach->settings->numbers->domain);
}


/* Whether KDCs were asked and not one answered. */
static bool
no_kdc_answers(const struct reach *reach)
{
    bool asked = false;

    FACTS_EACH(reach->facts, FACT_PORT, port_fact, fact) {
        if (fact->probe != PROBE_KDC)
            continue;
        if (fact->outcome == PORT_OPEN)
            return false;
        asked = true;
    }
    return asked;
}


/* Why a check of what directories and KDCs tell got nothing to judge. */
static const char *
why_blind(const struct reach *reach, const struct permission *permission)
{
    const char *why = "no directory could be read";

    if (!reach->settings->numbers->credentials
        && !facts_first(reach->facts, FACT_BIND))
        return "there are no credentials to read a directory with";
    if (!facts_first(reach->facts, FACT_BIND) && no_kdc_answers(reach))
        return "no KDC answers, and so there is no ticket to read a directory "
               "with";
    if (reach_directory_read(reach))
        return permission->hidden;
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (search->outcome == SEARCH_DENIED)
            why = "every directory refused the search";
    return why;
}


/* Whether a search is the first of its DC that failed: the others fail for the
   same reason. */
static bool
is_first_failure(const struct reach *reach, const struct search_fact *search)
{
    if (search->outcome == SEARCH_OK)
        return false;
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, other) {
        if (other == search)
            break;
        if (other->outcome != SEARCH_OK
            && strcmp(other->host, search->host) == 0)
            return false;
    }
    return true;
}


/* Advise what may let this account read, or read the right place. */
static void
advise_reading(const struct reach *reach, struct finding *finding)
{
    bool denied = false, astray = false;

    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search) {
        denied |= search->outcome == SEARCH_DENIED;
        astray |= search->outcome == SEARCH_NO_BASE;
    }
    if (denied)
        finding_remedy(finding,
                       "in the configuration: credentials of an ordinary "
                       "account, and no anonymous bind; such an account may "
                       "read servicePrincipalName unless its ACLs were "
                       "changed");
    if (astray)
        finding_remedy(finding, "in the configuration: is \"base\" right?  "
                                "Without it the directory's own is read");
}


/* Report a check that could judge nothing. */
static void
report_blind(const struct reach *reach, const struct permission *permission,
             const char *subject)
{
    struct finding *finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING, "NOT_PERMITTED",
        subject, "the check %s could judge %s: %s", permission->check,
        permission->verdict, why_blind(reach, permission));

    FACTS_EACH(reach->facts, FACT_BIND, bind_fact, bind)
        if (bind->outcome != BIND_OK)
            finding_evidence(finding, "ldap", bind->host, bind->base.time_us,
                             "%s bind: %s, seen from %s", bind->mechanism,
                             bind->detail, bind->base.seen_from);
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (is_first_failure(reach, search))
            finding_evidence(finding, "ldap", search->host,
                             search->base.time_us,
                             "search for %s: %s, seen from %s",
                             search_purpose_names[search->purpose],
                             search->detail, search->base.seen_from);
    if (!reach->settings->numbers->credentials)
        advise_credentials(reach, finding);
    advise_reading(reach, finding);
    if (reach_directory_read(reach) && permission->remedy)
        finding_remedy(finding, "%s", permission->remedy);
}


/* Whether any server is Active Directory, or behaves as such: others have
   neither its accounts' attributes nor its replication. */
static bool
is_active_directory(const struct reach *reach)
{
    FACTS_EACH(reach->facts, FACT_ROOTDSE, rootdse_fact, rootdse)
        if (rootdse->active_directory)
            return true;
    return false;
}


static enum sight
look_at_spns(const struct reach *reach)
{
    return reach_directory_read(reach) ? SIGHT_CLEAR : SIGHT_BLIND;
}


/* Whether an account's userAccountControl may be read on any DC. */
static bool
shows_control(const struct account *account)
{
    for (size_t i = 0; i < account->copy_count; i++)
        if (account->copies[i].fact->account_control >= 0)
            return true;
    return false;
}


/* Look at the mail servers' accounts, which is what senders depend on. */
static enum sight
look_at_mail_accounts(const struct reach *reach)
{
    struct holders *holders = holders_new(reach->facts, reach->settings);
    enum sight sight = SIGHT_NOTHING;

    for (size_t i = 0;
         i < reach->settings->mail_count && sight != SIGHT_CLEAR; i++) {
        const struct account *account
            = mail_account(holders, reach->settings->mail[i]);

        if (account)
            sight = shows_control(account) ? SIGHT_CLEAR : SIGHT_BLIND;
    }
    holders_free(holders);
    return sight;
}


static enum sight
look_at_accounts(const struct reach *reach)
{
    enum sight sight = SIGHT_NOTHING;
    bool found = false;

    if (is_active_directory(reach))
        sight = look_at_mail_accounts(reach);
    if (sight != SIGHT_NOTHING)
        return sight;
    /* Of the account in use the KDC tells much, too. */
    FACTS_EACH(reach->facts, FACT_TGT, tgt_fact, tgt)
        if (tgt->outcome == KDC_OK || tgt->outcome == KDC_REFUSED
            || tgt->outcome == KDC_UNKNOWN)
            return SIGHT_CLEAR;
    FACTS_EACH(reach->facts, FACT_ACCOUNT, account_fact, account) {
        if (account->account_control >= 0)
            return SIGHT_CLEAR;
        found = true;
    }
    if (!reach_directory_read(reach))
        return SIGHT_BLIND;
    return found && is_active_directory(reach) ? SIGHT_BLIND : SIGHT_NOTHING;
}


static enum sight
look_at_replicas(const struct reach *reach)
{
    size_t directories = 0;

    if (facts_first(reach->facts, FACT_REPLICA)
        || facts_first(reach->facts, FACT_NEIGHBOR))
        return SIGHT_CLEAR;
    for (size_t i = 0; i < reach->settings->dc_count; i++)
        directories += reach->settings->dcs[i]->ldap != 0;
    if (directories < 2)
        return SIGHT_NOTHING;
    if (!reach_directory_read(reach))
        return SIGHT_BLIND;
    return is_active_directory(reach) ? SIGHT_BLIND : SIGHT_NOTHING;
}


/* Where the bind needs no ticket, no principal is configured to get one. */
static enum sight
look_at_tickets(const struct reach *reach)
{
    if (facts_first(reach->facts, FACT_TGT))
        return SIGHT_CLEAR;
    FACTS_EACH(reach->facts, FACT_BIND, bind_fact, bind)
        if (strcmp(bind->mechanism, "GSSAPI") != 0)
            return SIGHT_NOTHING;
    return SIGHT_BLIND;
}


static const struct permission permissions[] = {
    {"accounts", "userAccountControl", "no mail server's account",
     look_at_accounts,
     "this account may not read userAccountControl of any of them",
     "on a domain controller: ordinary accounts read it by way of the group "
     "Pre-Windows 2000 Compatible Access; has Authenticated Users been taken "
     "out of it?"},
    {"duplicates", "servicePrincipalName", "nothing", look_at_spns, "", NULL},
    {"replication", "replUpToDateVector", "nothing", look_at_replicas,
     "this account may read neither replUpToDateVector nor "
     "msDS-NCReplCursors of any naming context",
     "on a domain controller: dsacls NAMING-CONTEXT /G \"ACCOUNT:CA;Monitor "
     "Active Directory Replication\""},
    {"spn", "servicePrincipalName", "nothing", look_at_spns, "", NULL},
    {"tickets", "krbtgt", "nothing", look_at_tickets,
     "no KDC was asked for a ticket", NULL},
    {.check = NULL},
};


void
reach_judge_permissions(const struct reach *reach)
{
    if (reach->settings->dc_count == 0)
        return;
    for (const struct permission *it = permissions; it->check; it++) {
        char *subject;

        if (!strings_contain(&reach->settings->numbers->checks, it->check))
            continue;
        subject = xasprintf("%s %s", it->check, it->what);
        switch (it->look(reach)) {
        case SIGHT_CLEAR:
            findings_judged(reach->findings, "NOT_PERMITTED", subject);
            break;
        case SIGHT_BLIND:
            report_blind(reach, it, subject);
            break;
        case SIGHT_NOTHING:
            break;
        }
        free(subject);
    }
}
