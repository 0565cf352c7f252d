/*
 * Which alerts another one explains.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ALERT_CAUSES_H
#define DAEMON_ALERT_CAUSES_H

#include "checks/findings.h"
#include "daemon/alert_table.h"

/* Whether some cause of what an alert found stands too. */
bool alert_is_explained(const struct alert_table *table,
                        const struct alert *alert);

/* Count for each alert how many of the latest findings it explains, directly or
   through others. */
void alert_causes_count(const struct alert_table *table,
                        const struct findings *latest);

#endif
