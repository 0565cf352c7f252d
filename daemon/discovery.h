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
 * idle   Nothing is being waited for: all directories that answer have told
 *        whom they have as domain controllers.
 */
void discovery_advance(const struct configuration *configuration,
                       struct settings *settings, struct inquiry *inquiry,
                       const struct facts *facts,
                       const struct strings *fixed, bool idle);

/*
 * Whether all mail servers that DNS knows are known, so that a session can
 * ask for their accounts.
 */
bool discovery_mail_settled(const struct settings *settings,
                            const struct inquiry *inquiry,
                            const struct facts *facts);

/* The forest's DNS name as a DC told it, or NULL. */
char *discovery_forest(const struct facts *facts);

/*
 * Ask for the KDCs of other domains that tickets may come from, and whether
 * one can connect to them: those that this domain has a trust with, and those
 * of the forest.  Only a limited number is asked for.
 */
void discovery_foreign_ask(const struct settings *settings,
                           struct inquiry *inquiry, const struct facts *facts);

/*
 * Add what is known of them, "REALM HOST ADDRESS PORT": of each realm the ones
 * that can be connected to first, and otherwise in the order that DNS prefers.
 */
void discovery_foreign_kdcs(const struct inquiry *inquiry,
                            const struct facts *facts,
                            struct strings *kdcs_out);

/*
 * Add the realms that this domain's KDCs should give cross-realm tickets for:
 * those of direct trusts of a kind that uses Kerberos, where the other side
 * trusts us.
 */
void discovery_foreign_realms(const struct facts *facts,
                              const struct settings *settings,
                              struct strings *realms_out);

#endif
