/*
 * The commands that mend service principal names, for findings' remedies.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SETSPN_H
#define CHECKS_SETSPN_H

#include "checks/findings.h"

/*
 * Advise to put an SPN on an account, or to take it off, with Windows' tools
 * and with Samba's.
 *
 * spn, account  As the directory has them.  Either may hold anything; whatever
 *               a shell could take for more than a word comes quoted.
 */
void setspn_advise_add(struct finding *finding, const char *spn,
                       const char *account);
void setspn_advise_delete(struct finding *finding, const char *spn,
                          const char *account);

/*
 * Quote a word for PowerShell and for sh alike.
 *
 * Returns a string for the caller to free(): the word itself where nothing in
 * it is special, else in single quotes, with any in it replaced by "?".
 */
char *setspn_quote(const char *word);

#endif
