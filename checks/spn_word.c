/*
 * What the directory says of an SPN that a KDC does not know.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/spn_word.h"

/* How many holdings a finding tells of, and how many accounts it names. */
enum { EVIDENCE_MOST = 20, NAMES_MOST = 4 };


/* A DC's own copy if it was read completely, or NULL. */
static const struct view *
own_view(const struct holders *holders, const char *host)
{
    for (size_t i = 0; i < holders->view_count; i++)
        if (view_is_complete(&holders->views[i])
            && strcmp(holders->views[i].host, host) == 0)
            return &holders->views[i];
    return NULL;
}


/* Whether any DC's own copy was read completely. */
static bool
any_view(const struct holders *holders)
{
    for (size_t i = 0; i < holders->view_count; i++)
        if (view_is_complete(&holders->views[i]))
            return true;
    return false;
}


struct spn_word
spn_word_find(const struct holders *holders, const char *host,
              const char *spn)
{
    struct spn_word word = {
        .verdict = any_view(holders) ? SPN_NOBODYS : SPN_UNREAD,
        .own = own_view(holders, host),
        .group = holders_find(holders, spn),
    };

    for (size_t i = 0; i < word.group.count; i++) {
        const struct holding *holding = &word.group.first[i];
        const struct view *view = &holders->views[holding->view];

        /* A global catalog may be stale, and shows other domains' accounts,
           whose tickets another KDC gives. */
        if (view->gc || word.verdict == SPN_HELD)
            continue;
        word.verdict = view == word.own ? SPN_HELD : SPN_ELSEWHERE;
        word.holder = holding;
    }
    if (group_is_duplicate(holders, &word.group))
        word.verdict = SPN_SHARED;
    return word;
}


/* Whether the account of a holding has come before in its group. */
static bool
is_repeated(const struct group *group, size_t index)
{
    return index > 0
           && group->first[index].account == group->first[index - 1].account;
}


char *
spn_word_names(const struct spn_word *word)
{
    char *text = xstrdup("");
    size_t count = 0;

    for (size_t i = 0; i < word->group.count; i++) {
        char *name, *longer;

        if (is_repeated(&word->group, i) || count++ >= NAMES_MOST)
            continue;
        name = account_name(word->group.first[i].account);
        longer = xasprintf("%s%s%s", text, count > 1 ? " and " : "", name);
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


void
spn_word_tell(const struct spn_word *word, struct finding *finding)
{
    bool own_holds = false;

    for (size_t i = 0; i < word->group.count && i < EVIDENCE_MOST; i++) {
        const struct holding *holding = &word->group.first[i];
        const struct account_fact *fact = holding->fact;

        own_holds |= word->own && strcmp(fact->host, word->own->host) == 0;
        finding_evidence(finding, "ldap", fact->host, fact->base.time_us,
                         "%s holds %s%s, seen from %s", fact->dn, holding->spn,
                         fact->account_control >= 0
                                 && fact->account_control & UAC_DISABLED
                             ? ", and is disabled" : "",
                         fact->base.seen_from);
    }
    if (word->own && !own_holds && word->group.count < EVIDENCE_MOST)
        finding_evidence(finding, "ldap", word->own->host,
                         word->own->search->base.time_us,
                         "no account below %s holds it, seen from %s",
                         word->own->search->base_dn,
                         word->own->search->base.seen_from);
}
