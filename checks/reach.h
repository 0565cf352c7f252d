/*
 * The parts of the check reach, one file each.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_REACH_H
#define CHECKS_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/settings.h"

/* What the parts work on, and what they found out for each other. */
struct reach {
    const struct facts *facts;
    const struct settings *settings;
    struct findings *findings;
    /* Whether discovery saw all there is and every target was decided: its
       name, whether its directory answers, whether that lets us in.  Then what
       is no longer a target has healed. */
    bool names_settled, answers_settled, binds_settled;
};


/* Names: DNS_UNREACHABLE, DNS_SRV_MISSING, HOST_UNRESOLVED. */
void reach_judge_names(struct reach *reach);

/* Directories: LDAP_UNREACHABLE, LDAP_BIND_FAILED. */
void reach_judge_directories(struct reach *reach);

/* Checks that had nothing to judge: NOT_PERMITTED. */
void reach_judge_permissions(const struct reach *reach);

/* Whether name servers have answered a question, whatever the answer. */
bool reach_name_answered(const struct reach *reach, const char *name,
                         const char *kind);

/* Whether some domain controller's SPNs were read completely. */
bool reach_directory_read(const struct reach *reach);

/* Whether a host is a domain controller by the configuration partition alone:
   neither an SRV record nor the configuration names it. */
bool reach_only_in_topology(const struct reach *reach, const char *host);

/* Whether the configuration partition has been read as far as may be, where
   domain controllers are to be found in it. */
bool reach_topology_settled(const struct reach *reach);

/* Say where the configuration partition has such a domain controller, and how
   to take it out if it is gone. */
void reach_tell_topology(const struct reach *reach, const char *host,
                         struct finding *finding);

#endif
