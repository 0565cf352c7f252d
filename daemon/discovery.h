/*
 * Finding the domain controllers and mail servers, and their addresses.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_DISCOVERY_H
#define DAEMON_DISCOVERY_H

#include "daemon/configuration.h"
#include "daemon/inquiry.h"

/*
 * Ask DNS what is needed to find targets, and complete the settings with the
 * targets and addresses that the facts show by now.
 *
 * fixed  Hosts whose addresses are configured; they are not resolved.
 */
void discovery_advance(const struct configuration *configuration,
                       struct settings *settings, struct inquiry *inquiry,
                       const struct facts *facts,
                       const struct strings *fixed);

/*
 * Whether all mail servers that DNS knows are known, so that a session can
 * ask for their accounts.
 */
bool discovery_mail_settled(const struct settings *settings,
                            const struct inquiry *inquiry,
                            const struct facts *facts);

/* The forest's DNS name as a DC told it, or NULL. */
char *discovery_forest(const struct facts *facts);

#endif
