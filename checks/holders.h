/*
 * Who holds which service principal name, on which domain controller.
 *
 * An index of all account facts, built once by a judge.  A view is one copy of
 * the directory: a DC's own, or its global catalog's.  Only where a view's
 * search for SPNs was complete does the absence of one mean anything.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_HOLDERS_H
#define CHECKS_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/settings.h"

struct view {
    const char *host;
    bool gc;
    const struct search_fact *search;  /* the complete search, or NULL */
};

/* One view's copy of an account. */
struct copy {
    const struct account_fact *fact;
    size_t view;
};

/* An account, whoever shows it: one distinguished name. */
struct account {
    const struct copy *copies;
    size_t copy_count;
};

/* An SPN on an account in a view. */
struct holding {
    const char *spn;  /* as stored */
    const struct account *account;
    const struct account_fact *fact;
    size_t view;
};

/* All holdings of one principal, those of one account in a row. */
struct group {
    const struct holding *first;
    size_t count;
};

/* The arrays are sorted; all texts belong to the facts. */
struct holders {
    struct view *views;
    size_t view_count;
    struct account *accounts;
    size_t account_count;
    struct holding *holdings;
    size_t holding_count;
    struct copy *copies;
};

enum account_state { ACCOUNT_ENABLED, ACCOUNT_DISABLED, ACCOUNT_UNREADABLE };


/*
 * Index the account and search facts.
 *
 * facts, settings  Borrowed until holders_free().
 *
 * Returns an index for the caller to holders_free().
 */
struct holders *holders_new(const struct facts *facts,
                            const struct settings *settings);
void holders_free(struct holders *holders);

/* The holdings of the principal that an SPN names; count 0 if there are
   none. */
struct group holders_find(const struct holders *holders, const char *spn);

/* Step to the next group; begin with all zero.  Returns false at the end. */
bool holders_next(const struct holders *holders, struct group *group);

/* Whether some DC's own copy has several holders of this principal.  Two that
   no DC shows together are one move on its way between the DCs. */
bool group_is_duplicate(const struct holders *holders,
                        const struct group *group);

/* Whether a view is a DC's own copy that was searched completely. */
bool view_is_complete(const struct view *view);

/* Whether every domain controller that serves a directory has a complete
   view. */
bool holders_are_complete(const struct holders *holders,
                          const struct settings *settings);

/* Add a line to what the running check could not see, for each domain
   controller without a complete view; returns how many have one. */
size_t holders_count_seen(const struct holders *holders,
                          const struct facts *facts,
                          const struct settings *settings,
                          struct findings *findings);

/* The classes of mail services: the settings', and every mail server's own. */
void mail_services(const struct settings *settings,
                   struct strings *services_out);

/* What to call an account: its sAMAccountName, else its first RDN, for the
   caller to free(). */
char *account_name(const struct account *account);

/* Whether an account is enabled on all DCs that tell, or disabled on any. */
enum account_state account_state(const struct holders *holders,
                                 const struct account *account);

/* The word for it: "enabled", "disabled", "not known whether enabled". */
const char *account_state_name(enum account_state state);

/* Whether two are the same account: the same name in the same domain too,
   since one that was moved has two DNs until every DC knows. */
bool account_is(const struct account *left, const struct account *right);

/* The DNS name of the domain that a distinguished name lies in ("" if it has
   none), for the caller to free(). */
char *dn_domain(const char *dn);

#endif
