/*
 * The accounts that hold one SPN: are they really several?
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/principal.h"
#include "checks/rivals.h"


/* Whether a holding is one that every domain's krbtgt has by design. */
static bool
is_by_design(const struct holding *holding)
{
    return principal_compare(holding->spn, "kadmin/changepw") == 0
           && text_has_prefix_case(holding->fact->sam_account_name, "krbtgt");
}


/* List the holders; a group has those of one account in a row. */
static void
list_rivals(const struct holders *holders, struct rivals *rivals)
{
    const struct group *group = rivals->group;

    rivals->items = xcalloc(group->count, sizeof(*rivals->items));
    for (size_t i = 0; i < group->count; i++) {
        const struct holding *holding = &group->first[i];
        bool own = !holders->views[holding->view].gc;
        struct rival *last;

        if (is_by_design(holding))
            continue;
        if (rivals->count == 0
            || rivals->items[rivals->count - 1].account != holding->account)
            rivals->items[rivals->count++]
                = (struct rival){.account = holding->account};
        last = &rivals->items[rivals->count - 1];
        if (!last->holding || (own && !last->confirmed))
            last->holding = holding;
        last->confirmed |= own;
    }
}


/* Whether the DCs of a holder's own domain were read for this SPN. */
static bool
was_looked_for(const struct holders *holders, const struct rival *rival,
               bool mail)
{
    char *domain = dn_domain(rival->holding->fact->dn);
    bool found = false;

    for (size_t i = 0; i < holders->view_count && !found; i++) {
        const struct view *view = &holders->views[i];
        char *searched;

        if (!view_is_complete(view) || (!mail && !view->search->all_spns))
            continue;
        searched = dn_domain(view->search->base_dn);
        found = strcmp(searched, domain) == 0;
        free(searched);
    }
    free(domain);
    return found;
}


/* Mark the holders that one view shows, and count them. */
static size_t
mark_shown(const struct rivals *rivals, size_t view, bool *shown_out)
{
    const struct group *group = rivals->group;
    size_t count = 0, at = 0;

    memset(shown_out, 0, rivals->count * sizeof(*shown_out));
    for (size_t i = 0; i < group->count; i++) {
        /* Both lists are in the order of the accounts. */
        while (at < rivals->count
               && rivals->items[at].account < group->first[i].account)
            at++;
        if (at == rivals->count)
            break;
        if (group->first[i].view == view && !shown_out[at]
            && rivals->items[at].account == group->first[i].account) {
            shown_out[at] = true;
            count++;
        }
    }
    return count;
}


/* Whether confirmed holders that a catalog shows are of several domains: of
   one domain they are a move that the catalog has not followed. */
static bool
span_domains(const struct rivals *rivals, const bool *shown)
{
    char *first = NULL;
    bool span = false;

    for (size_t i = 0; i < rivals->count && !span; i++) {
        char *domain;

        if (!shown[i] || !rivals->items[i].confirmed)
            continue;
        domain = dn_domain(rivals->items[i].holding->fact->dn);
        span = first && strcmp(first, domain) != 0;
        free(first);
        first = domain;
    }
    free(first);
    return span;
}


/* Judge what one global catalog shows. */
static enum rivalry
judge_catalog(const struct rivals *rivals, bool *shown)
{
    size_t count = 0, confirmed = 0;

    for (size_t i = 0; i < rivals->count; i++) {
        shown[i] = shown[i] && !rivals->items[i].stale;
        count += shown[i];
        confirmed += shown[i] && rivals->items[i].confirmed;
    }
    if (span_domains(rivals, shown))
        return RIVALRY_REAL;
    return count > 1 && confirmed < count ? RIVALRY_UNCONFIRMED
                                          : RIVALRY_NONE;
}


enum rivalry
rivals_judge(const struct holders *holders, const struct group *group,
             bool mail, struct rivals *rivals)
{
    enum rivalry rivalry = RIVALRY_NONE;
    bool *shown;

    *rivals = (struct rivals){.group = group};
    list_rivals(holders, rivals);
    for (size_t i = 0; i < rivals->count; i++)
        rivals->items[i].stale
            = !rivals->items[i].confirmed
              && was_looked_for(holders, &rivals->items[i], mail);
    shown = xcalloc(rivals->count, sizeof(*shown));
    for (size_t i = 0; i < holders->view_count; i++) {
        size_t count = mark_shown(rivals, i, shown);
        enum rivalry here = RIVALRY_NONE;

        if (holders->views[i].gc)
            here = judge_catalog(rivals, shown);
        else if (count > 1)
            here = RIVALRY_REAL;
        if (here > rivalry)
            rivalry = here;
    }
    free(shown);
    return rivalry;
}


void
rivals_clear(struct rivals *rivals)
{
    free(rivals->items);
    *rivals = (struct rivals){NULL, 0, NULL};
}
