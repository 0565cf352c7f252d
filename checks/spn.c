/*
 * Does each mail server's account hold the service principal names that
 * senders ask tickets for, on every domain controller?
 *
 * Exchange authenticates to SMTPSVC/host (KB979174), and to the name that a
 * virtual server or connector greets with (KB914137); Postfix's clients ask
 * for SMTP/host.  Without the SPN the KDC knows no such service; on another
 * account the ticket is sealed with a key that the server does not have.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/check.h"
#include "checks/replication.h"
#include "checks/setspn.h"
#include "checks/spn.h"

/* A line a DC, unless somebody floods us. */
enum { EVIDENCE_MOST = 100 };

/* What the judge works on. */
struct judge {
    const struct facts *facts;
    const struct settings *settings;
    struct findings *findings;
    struct holders *holders;
    struct demands *demands;
    size_t seen;     /* DCs whose own copy was read completely */
    bool complete;   /* and these are all */
};

/* Who holds a demanded SPN, counted over the DCs that were seen. */
struct tally {
    struct group group;
    size_t with, without;
    struct strings hosts_without;
    const struct account *other;  /* a holder that should not be one */
};


/* Whether a holding is by the account that should have it. */
static bool
is_rightful(const struct holding *holding, const struct server *server)
{
    return server->account && account_is(holding->account, server->account);
}


/* Whether a global catalog's holding says more than the DCs' own copies, which
   are fresher for their own domain. */
static bool
is_foreign(const struct judge *judge, const struct holding *holding)
{
    char *domain = dn_domain(holding->fact->dn);
    bool foreign = strcmp(domain, judge->settings->numbers->domain) != 0;

    free(domain);
    return foreign;
}


/* Count where the right account holds an SPN. */
static void
take_tally(const struct judge *judge, const struct demand *demand,
           struct tally *tally)
{
    tally->group = holders_find(judge->holders, demand->spn);
    for (size_t i = 0; i < judge->holders->view_count; i++) {
        const struct view *view = &judge->holders->views[i];
        bool held = false;

        for (size_t j = 0; j < tally->group.count; j++) {
            const struct holding *holding = &tally->group.first[j];

            if (holding->view != i)
                continue;
            if (is_rightful(holding, demand->server))
                held = true;
            else if (!view->gc
                     || (!tally->other && is_foreign(judge, holding)))
                tally->other = holding->account;
        }
        if (!view_is_complete(view))
            continue;
        if (held)
            tally->with++;
        else
            strings_add(&tally->hosts_without, view->host);
    }
    tally->without = tally->hosts_without.count;
}


/* Tell what each DC's own copy showed of an SPN. */
static void
add_evidence(const struct judge *judge, const struct tally *tally,
             struct finding *finding)
{
    for (size_t i = 0; i < judge->holders->view_count; i++) {
        const struct view *view = &judge->holders->views[i];
        bool held = false;

        for (size_t j = 0; j < tally->group.count
                           && finding->evidence_count < EVIDENCE_MOST; j++) {
            const struct holding *holding = &tally->group.first[j];

            if (holding->view != i)
                continue;
            held = true;
            finding_evidence(finding, "ldap", view->host,
                             holding->fact->base.time_us,
                             "%s%s holds %s, seen from %s",
                             view->gc ? "in the global catalog " : "",
                             holding->fact->dn, holding->spn,
                             holding->fact->base.seen_from);
        }
        if (held || !view_is_complete(view))
            continue;
        if (tally->with > 0)
            finding_concerns(finding, view->host);
        finding_evidence(finding, "ldap", view->host,
                         view->search->base.time_us,
                         "no account below %s holds it, seen from %s",
                         view->search->base_dn,
                         view->search->base.seen_from);
    }
}


/* Begin a finding on a demanded SPN, after its message. */
static void
complete_finding(const struct judge *judge, const struct demand *demand,
                 const struct tally *tally, struct finding *finding)
{
    const struct server *server = demand->server;
    char *account = server->account ? account_name(server->account)
                                    : xstrdup(server->mail->account);

    if (*account)
        finding_concerns(finding, account);
    free(account);
    finding_value(finding, "dcs_with", (double)tally->with, "");
    finding_value(finding, "dcs_without", (double)tally->without, "");
    add_evidence(judge, tally, finding);
    if (demand->further_name)
        finding_reference(finding, "KB914137");
    finding_reference(finding, "KB979174");
}


/* Advise to give a demanded SPN to the server's account. */
static void
advise_add(const struct demand *demand, struct finding *finding)
{
    const struct server *server = demand->server;
    char *name;

    if (!server->account) {
        finding_remedy(finding,
                       "join %s to the domain, or name its account under "
                       "mail_servers in the configuration (account:)",
                       server->mail->host);
        return;
    }
    name = account_name(server->account);
    setspn_advise_add(finding, demand->spn, name);
    free(name);
}


/* Whether no DC shows any SPN of an account.  A joined computer has some: this
   program's account may be denied the sight of them. */
static bool
shows_no_spn(const struct account *account)
{
    for (size_t i = 0; i < account->copy_count; i++)
        if (account->copies[i].fact->spns.count > 0)
            return false;
    return true;
}


/* Advise to see whether an account that seems without SPNs really is. */
static void
advise_look(struct finding *finding, const char *name)
{
    char *word = setspn_quote(name);

    finding_remedy(finding,
                   "first, as a domain administrator: setspn -L %s, or with "
                   "Samba: samba-tool spn list %s.  If it has SPNs, this "
                   "program's account may not read them, and they need not "
                   "be missing", word, word);
    free(word);
}


/* The SPN is held nowhere. */
static void
report_missing(const struct judge *judge, const struct demand *demand,
               const struct tally *tally)
{
    const struct server *server = demand->server;
    enum status status = demand->vital ? STATUS_CRITICAL : STATUS_WARNING;
    enum impact impact
        = demand->vital ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK;
    struct finding *finding;

    if (server->account) {
        char *name = account_name(server->account);

        finding = findings_add(
            judge->findings, status, impact, "SPN_MISSING", demand->spn,
            "no account holds %s (%zu domain controller%s read); it belongs "
            "on %s, or no sender gets a ticket for %s",
            demand->spn, judge->seen, judge->seen == 1 ? "" : "s", name,
            server->mail->host);
        if (shows_no_spn(server->account))
            advise_look(finding, name);
        free(name);
    } else {
        bool named = *server->mail->account;

        finding = findings_add(
            judge->findings, status, impact, "SPN_MISSING", demand->spn,
            "no account holds %s (%zu domain controller%s read), and %s%s%s",
            demand->spn, judge->seen, judge->seen == 1 ? "" : "s",
            named ? "there is no account "
                  : "no computer account has the dNSHostName ",
            named ? server->mail->account : server->mail->host,
            named ? "" : "; is the server joined?");
    }
    complete_finding(judge, demand, tally, finding);
    advise_add(demand, finding);
}


/* The right account holds the SPN on some DCs only. */
static void
report_absent_on_some(const struct judge *judge, const struct demand *demand,
                      const struct tally *tally)
{
    char *hosts = text_join(&tally->hosts_without);
    char *name = account_name(demand->server->account);
    struct finding *finding = findings_add(
        judge->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK, "SPN_MISSING",
        demand->spn,
        "%s holds %s on %zu of %zu domain controllers read, but not on %s: "
        "not replicated yet, or replication is broken",
        name, demand->spn, tally->with, judge->seen, hosts);

    complete_finding(judge, demand, tally, finding);
    replication_advise_behind(finding, NULL);
    free(name);
    free(hosts);
}


/* Only accounts that should not hold the SPN do. */
static void
report_wrong_account(const struct judge *judge, const struct demand *demand,
                     const struct tally *tally)
{
    const struct server *server = demand->server;
    char *wrong = account_name(tally->other);
    struct finding *finding;

    if (server->account) {
        char *right = account_name(server->account);

        finding = findings_add(
            judge->findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS,
            "SPN_WRONG_ACCOUNT", demand->spn,
            "%s holds %s instead of %s: tickets for %s are sealed with the "
            "wrong key",
            wrong, demand->spn, right, server->mail->host);
        free(right);
    } else {
        finding = findings_add(
            judge->findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS,
            "SPN_WRONG_ACCOUNT", demand->spn,
            "%s holds %s, and no account is known for %s; if %s is right, "
            "configure it under mail_servers (account:)",
            wrong, demand->spn, server->mail->host, wrong);
    }
    complete_finding(judge, demand, tally, finding);
    setspn_advise_delete(finding, demand->spn, wrong);
    advise_add(demand, finding);
    free(wrong);
}


/* Whether this run also looks for duplicates. */
static bool
judges_duplicates(const struct judge *judge)
{
    return strings_contain(&judge->settings->numbers->checks, "duplicates");
}


static void
judge_demand(const struct judge *judge, const struct demand *demand)
{
    struct tally tally = {.with = 0};

    take_tally(judge, demand, &tally);
    findings_judged(judge->findings, "SPN_OK", demand->spn);
    if (judge->complete) {
        findings_judged(judge->findings, "SPN_MISSING", demand->spn);
        findings_judged(judge->findings, "SPN_WRONG_ACCOUNT", demand->spn);
    }
    /* Several holders: the check duplicates alone speaks. */
    if (group_is_duplicate(judge->holders, &tally.group)) {
        if (!judges_duplicates(judge))
            findings_not_covered(judge->findings,
                                 "%s has several holders, which the check "
                                 "duplicates would judge", demand->spn);
    } else if (tally.with > 0 && tally.without > 0) {
        report_absent_on_some(judge, demand, &tally);
    } else if (tally.with == 0 && tally.other) {
        report_wrong_account(judge, demand, &tally);
    } else if (tally.with == 0) {
        report_missing(judge, demand, &tally);
    }
    strings_clear(&tally.hosts_without);
}


/* A mail server's account is disabled: tell where. */
static void
report_disabled(const struct judge *judge, const struct server *server,
                const char *name)
{
    struct finding *finding = findings_add(
        judge->findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS,
        "SPN_ACCOUNT_DISABLED", name,
        "the account of the mail server %s is disabled: it gets no tickets, "
        "and Windows gives none for its names", server->mail->host);
    char *word = setspn_quote(name);

    for (size_t i = 0; i < server->account->copy_count; i++) {
        const struct account_fact *fact = server->account->copies[i].fact;

        /* Several searches of one DC may have found it. */
        if (i > 0 && server->account->copies[i - 1].view
                         == server->account->copies[i].view)
            continue;
        if (fact->account_control >= 0)
            finding_evidence(finding, "ldap", fact->host, fact->base.time_us,
                             "userAccountControl 0x%llx%s of %s, seen from %s",
                             (unsigned long long)fact->account_control,
                             fact->account_control & UAC_DISABLED
                                 ? " (disabled)" : "",
                             fact->dn, fact->base.seen_from);
    }
    finding_remedy(finding,
                   "in PowerShell on a domain member, as a domain "
                   "administrator: Enable-ADAccount %s", word);
    finding_remedy(finding,
                   "with Samba, on a domain controller: samba-tool user "
                   "enable %s", word);
    finding_reference(finding, "KB979174");
    free(word);
}


/* Judge whether a server's account is enabled; false if it could not be
   told. */
static bool
judge_account(const struct judge *judge, const struct server *server)
{
    char *name = account_name(server->account);
    enum account_state state = account_state(judge->holders, server->account);

    if (state == ACCOUNT_UNREADABLE)
        findings_not_covered(judge->findings,
                             "%s: the directory does not tell whether it "
                             "is enabled (userAccountControl)", name);
    else if (state == ACCOUNT_DISABLED)
        report_disabled(judge, server, name);
    else
        findings_judged(judge->findings,
                        judge->complete ? "SPN_ACCOUNT_DISABLED" : "SPN_OK",
                        name);
    free(name);
    return state != ACCOUNT_UNREADABLE;
}


/* Judge all mail servers and all stored SPNs. */
static void
judge_all(const struct judge *judge)
{
    const struct demands *demands = judge->demands;
    bool decided = judge->complete;

    demands_tell_unjudged(demands, judge->holders, judge->findings);
    for (size_t i = 0; i < demands->server_count; i++)
        if (demands->servers[i].account)
            decided &= judge_account(judge, &demands->servers[i]);
    for (size_t i = 0; i < demands->count; i++)
        judge_demand(judge, &demands->items[i]);
    if (decided)
        findings_judged_all(judge->findings, "SPN_ACCOUNT_DISABLED");
    spn_judge_stored(judge->facts, judge->settings, judge->holders, demands,
                     judge->complete, judge->findings);
    findings_measure(judge->findings, judge->settings->numbers->domain, "dcs",
                     (double)judge->seen, -1, "");
}


static void
spn_judge(const struct facts *facts, const struct settings *settings,
          struct findings *findings)
{
    struct judge judge = {
        .facts = facts, .settings = settings, .findings = findings,
    };

    judge.holders = holders_new(facts, settings);
    judge.demands = demands_new(facts, settings, judge.holders);
    judge.complete = holders_are_complete(judge.holders, settings);
    judge.seen
        = holders_count_seen(judge.holders, facts, settings, findings);
    if (judge.seen > 0)
        judge_all(&judge);
    demands_free(judge.demands);
    holders_free(judge.holders);
}


const struct check spn_check = {
    .name = "spn",
    .ok = "SPN_OK",
    .summary = "each mail server's account holds its SPNs on every DC",
    .judge = spn_judge,
};
