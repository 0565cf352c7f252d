/*
 * Whose accounts the check accounts watches, and what each domain controller
 * shows of them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/accounts.h"
#include "checks/principal.h"

enum { ERROR_CLIENT_UNKNOWN = 6 };  /* RFC 4120 section 7.5.9 */


/* The search by which a DC's own copy shows every account that is asked for,
   so that one that it does not show is not there; NULL if it is not sure. */
static const struct search_fact *
find_complete_search(const struct facts *facts, const char *host)
{
    const struct search_fact *found = NULL;

    FACTS_EACH(facts, FACT_WORKER, worker_fact, worker)
        if (strcmp(worker->host, host) == 0)
            return NULL;
    FACTS_EACH(facts, FACT_SEARCH, search_fact, search) {
        if (search->purpose != SEARCH_ACCOUNTS
            || strcmp(search->host, host) != 0)
            continue;
        if (search->outcome != SEARCH_OK)
            return NULL;
        found = search;
    }
    return found;
}


/* The latest that a DC's own copy shows of an account, which has two names
   while it is being moved; or NULL. */
static const struct account_fact *
find_latest(const struct audit *audit, const struct account *account,
            size_t view)
{
    const struct account_fact *latest = NULL;

    for (size_t i = 0; i < audit->holders->account_count; i++) {
        const struct account *twin = &audit->holders->accounts[i];

        if (!account_is(twin, account))
            continue;
        for (size_t j = 0; j < twin->copy_count; j++) {
            const struct account_fact *fact = twin->copies[j].fact;

            if (twin->copies[j].view == view
                && (!latest || fact->base.time_us >= latest->base.time_us))
                latest = fact;
        }
    }
    return latest;
}


/* Whether a DC's word on an account is known. */
static bool
is_sighted(const struct watched *watched, const char *host)
{
    for (size_t i = 0; i < watched->sight_count; i++)
        if (strcmp(watched->sights[i].host, host) == 0)
            return true;
    return false;
}


/* Add a DC's word on an account. */
static void
add_sight(const struct audit *audit, struct watched *watched,
          struct sight sight)
{
    sight.read_only = topology_read_only(audit->topology, sight.host);
    watched->sights = xrealloc(watched->sights, watched->sight_count + 1,
                               sizeof(*watched->sights));
    watched->sights[watched->sight_count++] = sight;
}


/* Collect what the directories show of an account. */
static void
sight_directories(const struct audit *audit, struct watched *watched)
{
    for (size_t i = 0; i < audit->holders->view_count; i++) {
        const struct view *view = &audit->holders->views[i];
        const struct search_fact *search
            = find_complete_search(audit->facts, view->host);
        const struct account_fact *fact = NULL;

        if (view->gc)
            continue;
        if (watched->account)
            fact = find_latest(audit, watched->account, i);
        if (fact || search)
            add_sight(audit, watched,
                      (struct sight){
                          .host = view->host,
                          .probe = "ldap",
                          .fact = fact,
                          .time_us = fact ? fact->base.time_us
                                          : search->base.time_us,
                      });
    }
}


/* Collect which KDCs do not know the monitoring account: where they do not,
   nobody could bind to the directory to see the same. */
static void
sight_kdcs(const struct audit *audit, struct watched *watched)
{
    FACTS_EACH(audit->facts, FACT_TGT, tgt_fact, tgt)
        if (watched->principal
            && strcmp(tgt->principal, watched->principal) == 0
            && tgt->error_code == ERROR_CLIENT_UNKNOWN
            && !is_sighted(watched, tgt->host))
            add_sight(audit, watched,
                      (struct sight){
                          .host = tgt->host,
                          .probe = "kdc",
                          .time_us = tgt->base.time_us,
                      });
}


/* Order sights by host, so that messages do not depend on who answered first,
   for qsort(3). */
static int
compare_sights(const void *left, const void *right)
{
    const struct sight *a = left, *b = right;

    return strcmp(a->host, b->host);
}


/* Look at an account on all DCs. */
static void
sight(const struct audit *audit, struct watched *watched)
{
    const struct settings *settings = audit->settings;

    sight_directories(audit, watched);
    sight_kdcs(audit, watched);
    if (watched->sight_count > 1)
        qsort(watched->sights, watched->sight_count,
              sizeof(*watched->sights), compare_sights);
    watched->complete = watched->sight_count > 0;
    for (size_t i = 0; i < settings->dc_count; i++)
        if (settings->dcs[i]->ldap)
            watched->complete &= is_sighted(watched, settings->dcs[i]->host);
}


/* The watched account of this name, added if it is new. */
static struct watched *
add_watched(struct audit *audit, const struct account *account, char *name)
{
    struct watched *watched;

    for (size_t i = 0; i < audit->watched_count; i++) {
        watched = &audit->watched[i];
        if (account && watched->account
                ? account_is(account, watched->account)
                : text_casecmp(name, watched->name) == 0) {
            free(name);
            return watched;
        }
    }
    audit->watched = xrealloc(audit->watched, audit->watched_count + 1,
                              sizeof(*audit->watched));
    watched = &audit->watched[audit->watched_count++];
    *watched = (struct watched){.name = name, .account = account};
    return watched;
}


/* What the account of a mail server that has none should be called, for the
   caller to free(): as Windows would. */
static char *
missing_name(const struct target_mail *mail)
{
    char *label, *name;

    if (*mail->account)
        return xstrdup(mail->account);
    label = xstrndup(mail->host, strcspn(mail->host, "."));
    text_upper(label);
    name = xasprintf("%s$", label);
    free(label);
    return name;
}


/* Watch the account of each mail server. */
static void
watch_servers(struct audit *audit)
{
    for (size_t i = 0; i < audit->demands->server_count; i++) {
        const struct server *server = &audit->demands->servers[i];
        struct watched *watched = add_watched(
            audit, server->account,
            server->account ? account_name(server->account)
                            : missing_name(server->mail));

        strings_add_unique(&watched->servers, server->mail->host);
    }
}


/* The account with a sAMAccountName in the DCs' own copies, or NULL. */
static const struct account *
find_account(const struct holders *holders, const char *name)
{
    for (size_t i = 0; i < holders->account_count; i++) {
        const struct account *account = &holders->accounts[i];

        for (size_t j = 0; j < account->copy_count; j++)
            if (!holders->views[account->copies[j].view].gc
                && text_casecmp(account->copies[j].fact->sam_account_name,
                                name) == 0)
                return account;
    }
    return NULL;
}


/* Watch the account that this program authenticates as: that of its principal
   in this realm, unless it is a service principal's name. */
static void
watch_monitor(struct audit *audit)
{
    FACTS_EACH(audit->facts, FACT_TGT, tgt_fact, tgt) {
        const char *realm = strrchr(tgt->principal, '@');
        const struct account *account;
        char *name;

        if (!realm || realm == tgt->principal || strchr(tgt->principal, '/')
            || text_casecmp(realm + 1, audit->settings->numbers->realm) != 0)
            continue;
        name = xstrndup(tgt->principal, (size_t)(realm - tgt->principal));
        account = find_account(audit->holders, name);
        if (account) {
            free(name);
            name = account_name(account);
        }
        add_watched(audit, account, name)->principal = tgt->principal;
    }
}


void
accounts_watch(struct audit *audit)
{
    watch_servers(audit);
    watch_monitor(audit);
    for (size_t i = 0; i < audit->watched_count; i++)
        sight(audit, &audit->watched[i]);
}


void
accounts_unwatch(struct audit *audit)
{
    for (size_t i = 0; i < audit->watched_count; i++) {
        free(audit->watched[i].name);
        free(audit->watched[i].sights);
        strings_clear(&audit->watched[i].servers);
    }
    free(audit->watched);
}


const struct watched *
accounts_of_server(const struct audit *audit, const char *host)
{
    for (size_t i = 0; i < audit->watched_count; i++)
        if (strings_contain(&audit->watched[i].servers, host))
            return &audit->watched[i];
    return NULL;
}


void
accounts_note_judged(struct audit *audit, const char *code,
                     const char *subject, bool decided)
{
    findings_judged(audit->findings, decided ? code : "ACCOUNTS_OK", subject);
    if (!decided)
        findings_undecided(audit->findings, code, subject);
}


void
accounts_note_undecided(const struct audit *audit, const char *code,
                        const struct watched *watched)
{
    findings_undecided(audit->findings, code, watched->name);
}


enum impact
accounts_impact(const struct watched *watched, enum status status)
{
    if (watched->servers.count == 0)
        return IMPACT_MONITORING;
    return status == STATUS_CRITICAL ? IMPACT_MAIL_FAILS
                                     : IMPACT_MAIL_AT_RISK;
}


void
accounts_tell_passwords(const struct watched *watched,
                        struct finding *finding)
{
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;
        char time[TEXT_TIME_SIZE];

        if (!fact || fact->password_set_us <= 0)
            continue;
        text_time(fact->password_set_us, time);
        finding_evidence(finding, "ldap", fact->host, fact->base.time_us,
                         "pwdLastSet is %s of %s, seen from %s", time,
                         fact->dn, fact->base.seen_from);
    }
}


char *
accounts_describe(const struct watched *watched)
{
    char *hosts, *text;

    if (watched->servers.count == 0)
        return xstrdup("the account that spnhealthd itself uses");
    hosts = text_join(&watched->servers);
    text = xasprintf("the account of the mail server%s %s",
                     watched->servers.count > 1 ? "s" : "", hosts);
    free(hosts);
    return text;
}


bool
accounts_own_ticket(const struct audit *audit, const struct watched *watched,
                    const struct ticket_fact *ticket)
{
    struct group group = holders_find(audit->holders, ticket->spn);
    bool own = false;

    if (!watched->account || ticket->outcome != KDC_OK
        || text_casecmp(ticket->realm, audit->settings->numbers->realm) != 0)
        return false;
    for (size_t i = 0; i < group.count; i++) {
        const struct holding *holding = &group.first[i];

        if (audit->holders->views[holding->view].gc)
            continue;
        if (!account_is(holding->account, watched->account))
            return false;
        own = true;
    }
    return own;
}
