/*
 * The accounts that hold one SPN: are they really several?
 *
 * A KDC answers from its own database, so a duplicate is there when one DC's
 * own copy shows two holders.  Two that no DC shows together are one move on
 * its way between the DCs.  A global catalog shows other domains' accounts
 * too, but may be stale: it is believed as far as the DCs of a holder's own
 * domain confirm it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_RIVALS_H
#define CHECKS_RIVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/holders.h"

struct rival {
    const struct account *account;
    const struct holding *holding;  /* in a DC's own copy where there is one */
    bool confirmed;  /* some DC's own copy shows it */
    bool stale;      /* its domain's DCs were read, and none shows it */
};

struct rivals {
    struct rival *items;
    size_t count;
    const struct group *group;
};

enum rivalry {
    RIVALRY_NONE,
    RIVALRY_UNCONFIRMED,  /* only a global catalog shows it */
    RIVALRY_REAL,
};


/*
 * List the accounts that hold an SPN, and judge whether they are several.
 *
 * group       Its holdings; borrowed until rivals_clear().
 * mail        Whether it is a mail service's, which every search for SPNs
 *             covers.
 * rivals_out  For rivals_clear().
 */
enum rivalry rivals_judge(const struct holders *holders,
                          const struct group *group, bool mail,
                          struct rivals *rivals_out);
void rivals_clear(struct rivals *rivals);

#endif
