/*
 * The commands that mend service principal names, for findings' remedies.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/setspn.h"

#define PLAIN_BYTES                                                           \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:"


char *
setspn_quote(const char *word)
{
    size_t plain = strspn(word, PLAIN_BYTES);
    char *quoted;

    /* The "$" that ends a computer's name is no variable. */
    if (plain > 0 && (!word[plain] || strcmp(word + plain, "$") == 0))
        return xstrdup(word);
    quoted = xasprintf("'%s'", word);
    for (char *byte = quoted + 1; byte[1]; byte++)
        if (*byte == '\'')
            *byte = '?';
    return quoted;
}


/* Advise both commands of a kind. */
static void
advise(struct finding *finding, const char *windows, const char *samba,
       const char *spn, const char *account)
{
    size_t length = strlen(account);
    char *computer, *word, *spn_word = setspn_quote(spn);

    /* setspn takes a computer by its name without the "$". */
    if (length > 1 && account[length - 1] == '$')
        length--;
    computer = xstrndup(account, length);
    word = setspn_quote(computer);
    finding_remedy(finding,
                   "on a domain member, as a domain administrator: %s %s %s",
                   windows, spn_word, word);
    free(word);
    word = setspn_quote(account);
    finding_remedy(finding, "with Samba, on a domain controller: %s %s %s",
                   samba, spn_word, word);
    free(word);
    free(computer);
    free(spn_word);
}


void
setspn_advise_add(struct finding *finding, const char *spn,
                  const char *account)
{
    advise(finding, "setspn -S", "samba-tool spn add", spn, account);
}


void
setspn_advise_delete(struct finding *finding, const char *spn,
                     const char *account)
{
    advise(finding, "setspn -D", "samba-tool spn delete", spn, account);
}
