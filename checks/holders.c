/*
 * Who holds which service principal name, on which domain controller.
 *
 * Everything is an array sorted once: 200,000 SPNs on each of a few DCs take
 * well under a second.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/holders.h"
#include "checks/principal.h"

enum { PORT_GC = 3268, PORT_GC_TLS = 3269 };


/* Whether a DC's port is its global catalog's. */
static bool
is_gc_port(const struct settings *settings, const char *host, int64_t port)
{
    const struct target_dc *dc = settings_find_dc(settings, host);

    if (dc && dc->ldap == port)
        return false;
    return port == PORT_GC || port == PORT_GC_TLS || (dc && dc->gc == port);
}


/* The number of a view, which is added if it is new. */
static size_t
find_view(struct holders *holders, const char *host, bool gc)
{
    for (size_t i = 0; i < holders->view_count; i++)
        if (holders->views[i].gc == gc
            && strcmp(holders->views[i].host, host) == 0)
            return i;
    holders->views = xrealloc(holders->views, holders->view_count + 1,
                              sizeof(*holders->views));
    holders->views[holders->view_count]
        = (struct view){.host = host, .gc = gc};
    return holders->view_count++;
}


/* Note which views were searched completely, the latest counting: recordings
   of several hosts show one DC at several times. */
static void
add_searches(struct holders *holders, const struct facts *facts,
             const struct settings *settings)
{
    FACTS_EACH(facts, FACT_SEARCH, search_fact, search) {
        bool gc = is_gc_port(settings, search->host, search->port);
        enum search_purpose wanted = gc ? SEARCH_FOREST : SEARCH_SPNS;
        size_t view = find_view(holders, search->host, gc);
        const struct search_fact **best = &holders->views[view].search;

        if (search->purpose == (int)wanted && search->outcome == SEARCH_OK
            && (!*best || search->base.time_us >= (*best)->base.time_us))
            *best = search;
    }
}


/* Order copies by account, then by view, for qsort(3). */
static int
compare_copies(const void *left, const void *right)
{
    const struct copy *a = left, *b = right;
    int order = text_casecmp(a->fact->dn, b->fact->dn);

    return order ? order : (a->view > b->view) - (a->view < b->view);
}


/* Collect the account facts, sorted, and make room for the SPNs that they
   hold; returns how many facts there are. */
static size_t
add_copies(struct holders *holders, const struct facts *facts,
           const struct settings *settings)
{
    size_t count = 0, spns = 0;

    FACTS_EACH(facts, FACT_ACCOUNT, account_fact, account)
        count++;
    holders->copies = xcalloc(count, sizeof(*holders->copies));
    count = 0;
    FACTS_EACH(facts, FACT_ACCOUNT, account_fact, fact) {
        bool gc = is_gc_port(settings, fact->host, fact->port);
        size_t view = find_view(holders, fact->host, gc);
        const struct search_fact *search = holders->views[view].search;

        if (search
            && strcmp(search->base.seen_from, fact->base.seen_from) != 0)
            continue;
        holders->copies[count++] = (struct copy){fact, view};
        spns += fact->spns.count;
    }
    if (count > 1)
        qsort(holders->copies, count, sizeof(*holders->copies),
              compare_copies);
    holders->holdings = xcalloc(spns, sizeof(*holders->holdings));
    return count;
}


/* Make an account of each run of copies with one DN. */
static void
add_accounts(struct holders *holders, size_t copy_count)
{
    const struct copy *copies = holders->copies;
    size_t count = 0;

    holders->accounts = xcalloc(copy_count, sizeof(*holders->accounts));
    for (size_t i = 0; i < copy_count; i++) {
        if (i == 0
            || text_casecmp(copies[i - 1].fact->dn, copies[i].fact->dn)
                   != 0)
            holders->accounts[count++].copies = &copies[i];
        holders->accounts[count - 1].copy_count++;
    }
    holders->account_count = count;
}


/* Order holdings by principal, account and view, for qsort(3). */
static int
compare_holdings(const void *left, const void *right)
{
    const struct holding *a = left, *b = right;
    int order = principal_compare(a->spn, b->spn);

    if (!order)
        order = (a->account > b->account) - (a->account < b->account);
    return order ? order : (a->view > b->view) - (a->view < b->view);
}


/* List every SPN of every account, each once a view though several searches
   may have found it. */
static void
add_holdings(struct holders *holders)
{
    struct holding *holdings = holders->holdings;
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < holders->account_count; i++) {
        const struct account *account = &holders->accounts[i];

        for (size_t j = 0; j < account->copy_count; j++) {
            const struct copy *copy = &account->copies[j];
            const struct strings *spns = &copy->fact->spns;

            for (size_t k = 0; k < spns->count; k++)
                holdings[count++] = (struct holding){
                    spns->items[k], account, copy->fact, copy->view};
        }
    }
    if (count > 1)
        qsort(holdings, count, sizeof(*holdings), compare_holdings);
    for (size_t i = 0; i < count; i++)
        if (kept == 0
            || compare_holdings(&holdings[kept - 1], &holdings[i]) != 0)
            holdings[kept++] = holdings[i];
    holders->holding_count = kept;
}


void
mail_services(const struct settings *settings, struct strings *services_out)
{
    const struct strings *services = &settings->numbers->services;

    for (size_t i = 0; i < services->count; i++)
        strings_add_unique(services_out, services->items[i]);
    for (size_t i = 0; i < settings->mail_count; i++) {
        services = &settings->mail[i]->services;
        for (size_t j = 0; j < services->count; j++)
            strings_add_unique(services_out, services->items[j]);
    }
}


struct holders *
holders_new(const struct facts *facts, const struct settings *settings)
{
    struct holders *holders = xcalloc(1, sizeof(*holders));

    add_searches(holders, facts, settings);
    add_accounts(holders, add_copies(holders, facts, settings));
    add_holdings(holders);
    return holders;
}


void
holders_free(struct holders *holders)
{
    if (!holders)
        return;
    free(holders->views);
    free(holders->accounts);
    free(holders->holdings);
    free(holders->copies);
    free(holders);
}


struct group
holders_find(const struct holders *holders, const char *spn)
{
    size_t low = 0, high = holders->holding_count;
    struct group group = {NULL, 0};

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (principal_compare(holders->holdings[middle].spn, spn) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    group.first = holders->holdings + low;
    while (low + group.count < holders->holding_count
           && principal_compare(group.first[group.count].spn, spn) == 0)
        group.count++;
    return group;
}


bool
holders_next(const struct holders *holders, struct group *group)
{
    const struct holding *end = holders->holdings + holders->holding_count;

    group->first = group->first ? group->first + group->count
                                : holders->holdings;
    group->count = 0;
    while (group->first + group->count < end
           && principal_compare(group->first[group->count].spn,
                                group->first->spn)
                  == 0)
        group->count++;
    return group->count > 0;
}


bool
view_is_complete(const struct view *view)
{
    return !view->gc && view->search;
}


bool
group_is_duplicate(const struct holders *holders, const struct group *group)
{
    for (size_t i = 0; i < holders->view_count; i++) {
        const struct account *holder = NULL;

        for (size_t j = 0; !holders->views[i].gc && j < group->count; j++) {
            if (group->first[j].view != i)
                continue;
            if (holder && holder != group->first[j].account)
                return true;
            holder = group->first[j].account;
        }
    }
    return false;
}


/* Whether a DC's own copy was searched completely. */
static bool
is_seen(const struct holders *holders, const char *host)
{
    for (size_t i = 0; i < holders->view_count; i++)
        if (view_is_complete(&holders->views[i])
            && strcmp(holders->views[i].host, host) == 0)
            return true;
    return false;
}


bool
holders_are_complete(const struct holders *holders,
                     const struct settings *settings)
{
    size_t seen = 0;

    for (size_t i = 0; i < settings->dc_count; i++)
        if (settings->dcs[i]->ldap) {
            if (!is_seen(holders, settings->dcs[i]->host))
                return false;
            seen++;
        }
    return seen > 0;
}


/* What went wrong when a DC's directory was searched, or NULL: a failed bind
   is the check reach's to tell. */
static const char *
why_unseen(const struct facts *facts, const char *host)
{
    const char *why = NULL;

    FACTS_EACH(facts, FACT_SEARCH, search_fact, search)
        if (strcmp(search->host, host) == 0 && search->purpose == SEARCH_SPNS
            && search->outcome != SEARCH_OK)
            why = search->detail;
    return why && *why ? why : NULL;
}


size_t
holders_count_seen(const struct holders *holders, const struct facts *facts,
                   const struct settings *settings, struct findings *findings)
{
    size_t seen = 0;

    for (size_t i = 0; i < holders->view_count; i++)
        seen += view_is_complete(&holders->views[i]);
    for (size_t i = 0; i < settings->dc_count; i++) {
        const char *host = settings->dcs[i]->host;
        const char *why = why_unseen(facts, host);

        if (settings->dcs[i]->ldap && !is_seen(holders, host))
            findings_not_covered(findings,
                                 "%s: its directory was not read%s%s", host,
                                 why ? ": " : "", why ? why : "");
    }
    if (!settings->numbers->credentials && seen == 0)
        findings_not_covered(findings, "there are no credentials");
    if (settings->dc_count == 0 && seen == 0)
        findings_not_covered(findings, "no domain controller is known");
    return seen;
}


char *
account_name(const struct account *account)
{
    const char *dn = account->copies[0].fact->dn;
    size_t length = 0;

    for (size_t i = 0; i < account->copy_count; i++)
        if (*account->copies[i].fact->sam_account_name)
            return xstrdup(account->copies[i].fact->sam_account_name);
    while (dn[length] && dn[length] != ',')
        length += dn[length] == '\\' && dn[length + 1] ? 2 : 1;
    return xstrndup(dn, length);
}


/* As account_state(), going by one kind of views. */
static enum account_state
state_in_views(const struct holders *holders, const struct account *account,
               bool gc)
{
    enum account_state state = ACCOUNT_UNREADABLE;

    for (size_t i = 0; i < account->copy_count; i++) {
        const struct copy *copy = &account->copies[i];
        int64_t control = copy->fact->account_control;

        if (holders->views[copy->view].gc != gc || control < 0)
            continue;
        if (control & UAC_DISABLED)
            return ACCOUNT_DISABLED;
        state = ACCOUNT_ENABLED;
    }
    return state;
}


enum account_state
account_state(const struct holders *holders, const struct account *account)
{
    enum account_state state = state_in_views(holders, account, false);

    /* A global catalog may be behind: it speaks only for other domains. */
    return state == ACCOUNT_UNREADABLE ? state_in_views(holders, account, true)
                                       : state;
}


const char *
account_state_name(enum account_state state)
{
    static const char *const names[]
        = {"enabled", "disabled", "not known whether enabled"};

    return names[state];
}


bool
account_is(const struct account *left, const struct account *right)
{
    const struct account_fact *a = left->copies[0].fact;
    const struct account_fact *b = right->copies[0].fact;
    char *left_domain, *right_domain;
    bool same;

    if (left == right)
        return true;
    if (!*a->sam_account_name
        || text_casecmp(a->sam_account_name, b->sam_account_name) != 0)
        return false;
    left_domain = dn_domain(a->dn);
    right_domain = dn_domain(b->dn);
    same = strcmp(left_domain, right_domain) == 0;
    free(left_domain);
    free(right_domain);
    return same;
}


char *
dn_domain(const char *dn)
{
    struct strings labels = {NULL, 0};
    char *domain = xstrdup("");

    while (*dn) {
        size_t length = 0;

        while (dn[length] && dn[length] != ',')
            length += dn[length] == '\\' && dn[length + 1] ? 2 : 1;
        if (text_has_prefix_case(dn, "DC=")) {
            char *label = xstrndup(dn + 3, length - 3);

            strings_add(&labels, label);
            free(label);
        } else {
            strings_clear(&labels);
        }
        dn += length + (dn[length] == ',');
    }
    for (size_t i = 0; i < labels.count; i++) {
        char *longer = xasprintf("%s%s%s", domain, i ? "." : "",
                                 labels.items[i]);

        free(domain);
        domain = longer;
    }
    strings_clear(&labels);
    text_lower(domain);
    return domain;
}
