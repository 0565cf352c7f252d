/*
 * Cross-realm tickets: TICKET_ETYPE and TICKET_FAILED of trusts.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_TRUSTS_H
#define CHECKS_TRUSTS_H

#include <stdbool.h>

#include "checks/tickets.h"

/*
 * Judge, for each trust and KDC, what is issued in the directions that the
 * trust has: here for the partner, and there for us.  Both have one subject,
 * "kdc krbtgt/PARTNER".
 *
 * Call tickets_judge_tgts() first: a KDC that said nothing then is not told of
 * again.  Returns whether the trusts are known; what could not be judged of
 * them is marked as undecided.
 */
bool trusts_judge(const struct tickets *tickets);

#endif
