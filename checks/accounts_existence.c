/*
 * Does every domain controller have a watched account?
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/accounts.h"
#include "checks/codes.h"
#include "checks/replication.h"
#include "checks/setspn.h"

enum { ERROR_CLIENT_UNKNOWN = 6 };  /* RFC 4120 section 7.5.9 */


/* Since when an account surely exists: the oldest of its copies' times of
   change; 0 if none may be read. */
static int64_t
exists_since_us(const struct watched *watched)
{
    int64_t oldest_us = 0;

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;

        if (fact && fact->changed_us > 0
            && (oldest_us == 0 || fact->changed_us < oldest_us))
            oldest_us = fact->changed_us;
    }
    return oldest_us;
}


/* Whether an account has existed for longer than it may take to reach a DC
   from one that has it. */
static bool
is_overdue(const struct audit *audit, const struct watched *watched,
           const char *to)
{
    int64_t since_us = exists_since_us(watched), longest_us = 0;

    for (size_t i = 0; i < watched->sight_count; i++) {
        struct allowance allowance;

        if (!watched->sights[i].fact)
            continue;
        allowance = topology_allowance(audit->topology,
                                       watched->sights[i].host, to);
        if (allowance.usual_us > longest_us)
            longest_us = allowance.usual_us;
    }
    return since_us > 0
           && audit->settings->numbers->time_us - since_us > longest_us;
}


/* Whether a KDC's answer is about an account that it has. */
static bool
knows_client(const struct tgt_fact *tgt)
{
    switch (tgt->outcome) {
    case KDC_UNKNOWN:
    case KDC_UNREACHED:
    case KDC_NO_CREDENTIALS:
        return false;
    default:
        return tgt->error_code != ERROR_CLIENT_UNKNOWN;
    }
}


/* Whether some KDC knows the monitoring account, be it to refuse it: its
   principal may go by another name than the sAMAccountName. */
static bool
is_known(const struct audit *audit, const struct watched *watched)
{
    FACTS_EACH(audit->facts, FACT_TGT, tgt_fact, tgt)
        if (watched->principal && knows_client(tgt)
            && strcmp(tgt->principal, watched->principal) == 0)
            return true;
    return false;
}


/* Tell what every DC shows. */
static void
add_evidence(const struct watched *watched, struct finding *finding)
{
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct sight *sight = &watched->sights[i];

        finding_evidence(finding, sight->probe, sight->host, sight->time_us,
                         "%s", sight->fact ? sight->fact->dn
                                           : "there is no such account");
    }
}


/* No DC has the account. */
static void
report_nowhere(const struct audit *audit, const struct watched *watched)
{
    char *owner = accounts_describe(watched);
    char *word = setspn_quote(watched->name);
    struct finding *finding = findings_add(
        audit->findings, STATUS_CRITICAL,
        accounts_impact(watched, STATUS_CRITICAL), "ACCOUNT_MISSING",
        watched->name, "%s, %s, does not exist (%zu domain controller%s read)",
        watched->name, owner, watched->sight_count,
        watched->sight_count == 1 ? "" : "s");

    add_evidence(watched, finding);
    if (watched->servers.count > 0)
        finding_remedy(finding,
                       "join %s to the domain, or name its account under "
                       "mail_servers in the configuration (account:)",
                       watched->servers.items[0]);
    finding_remedy(finding,
                   "if it was deleted, in PowerShell on a domain controller: "
                   "Get-ADObject -IncludeDeletedObjects -Filter "
                   "\"sAMAccountName -eq '%s'\" | Restore-ADObject",
                   *word == '\'' ? "NAME" : word);
    finding_reference(finding, code_find("ACCOUNT_MISSING")->reference);
    free(word);
    free(owner);
}


/* Some DCs do not have it, though they should by now. */
static void
report_absent(const struct audit *audit, const struct watched *watched,
              const struct strings *absent)
{
    char *hosts = text_join(absent);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, STATUS_WARNING,
        accounts_impact(watched, STATUS_WARNING), "ACCOUNT_MISSING",
        watched->name,
        "%s, %s, is not on %s, though it is older than what a change may "
        "take: deleted there just now, or not replicated",
        watched->name, owner, hosts);

    for (size_t i = 0; i < absent->count; i++)
        finding_concerns(finding, absent->items[i]);
    add_evidence(watched, finding);
    replication_advise_behind(finding,
                              absent->count == 1 ? absent->items[0] : NULL);
    finding_reference(finding, code_find("ACCOUNT_MISSING")->reference);
    free(owner);
    free(hosts);
}


/* The account is shown by nobody. */
static void
judge_nowhere(struct audit *audit, const struct watched *watched)
{
    if (watched->sight_count == 0) {
        accounts_note_undecided(audit, "ACCOUNT_MISSING", watched);
    } else if (is_known(audit, watched)) {
        accounts_note_undecided(audit, "ACCOUNT_MISSING", watched);
        if (!audit->plain)
            findings_not_covered(audit->findings,
                                 "%s: its KDC knows %s, and no directory "
                                 "shows an account of that sAMAccountName",
                                 watched->name, watched->principal);
    } else {
        report_nowhere(audit, watched);
    }
}


void
accounts_judge_existence(struct audit *audit, const struct watched *watched)
{
    struct strings absent = {NULL, 0};
    bool waiting = false;

    if (!watched->account) {
        judge_nowhere(audit, watched);
        return;
    }
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct sight *sight = &watched->sights[i];

        if (sight->fact)
            continue;
        if (is_overdue(audit, watched, sight->host))
            strings_add(&absent, sight->host);
        else
            waiting = true;
    }
    if (absent.count > 0)
        report_absent(audit, watched, &absent);
    else
        accounts_note_judged(audit, "ACCOUNT_MISSING", watched->name,
                             watched->complete && !waiting);
    strings_clear(&absent);
}
