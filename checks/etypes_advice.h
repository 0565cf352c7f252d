/*
 * How to let an account have AES keys.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_ETYPES_ADVICE_H
#define CHECKS_ETYPES_ADVICE_H

#include "checks/facts.h"
#include "checks/findings.h"

/* What to call an account: its sAMAccountName, else its DN. */
const char *etypes_account_name(const struct account_fact *account);

/* Advise to allow an account AES, and to make the keys, which come with a new
   password. */
void etypes_advise(const struct account_fact *account,
                   struct finding *finding);

#endif
