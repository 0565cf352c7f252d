/*
 * What the directory says of an SPN that a KDC does not know: Active Directory
 * and Samba answer alike whether nobody holds it or several accounts do.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SPN_WORD_H
#define CHECKS_SPN_WORD_H

#include "checks/findings.h"
#include "checks/holders.h"

enum spn_verdict {
    SPN_UNREAD,     /* no directory could be read completely */
    SPN_NOBODYS,    /* no account holds it on any domain controller */
    SPN_ELSEWHERE,  /* an account holds it on others, but not on this one */
    SPN_HELD,       /* one account holds it on this very one */
    SPN_SHARED,     /* several accounts hold it in some copy */
};

struct spn_word {
    enum spn_verdict verdict;
    const struct view *own;        /* this DC's own copy; NULL: not read */
    const struct holding *holder;  /* of SPN_ELSEWHERE and SPN_HELD */
    struct group group;            /* all that is known of it */
};


/*
 * Look an SPN up.
 *
 * host  The DC whose KDC was asked: what its own copy shows goes before what
 *       others show.
 */
struct spn_word spn_word_find(const struct holders *holders, const char *host,
                              const char *spn);

/* The names of the accounts that hold it, "EX1$ and OLD$", for the caller to
   free(). */
char *spn_word_names(const struct spn_word *word);

/* Tell what the directories showed. */
void spn_word_tell(const struct spn_word *word, struct finding *finding);

#endif
