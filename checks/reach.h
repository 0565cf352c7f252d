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

/* Directories: LDAP_UNREACHABLE, LDAP_BIND_FAILED, NOT_PERMITTED. */
void reach_judge_directories(struct reach *reach);

/* Whether name servers have answered a question, whatever the answer. */
bool reach_name_answered(const struct reach *reach, const char *name,
                         const char *kind);

/* Whether some domain controller's SPNs were read completely. */
bool reach_directory_read(const struct reach *reach);

#endif
