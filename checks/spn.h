/*
 * The parts of the check spn, and what its plan has to know.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SPN_H
#define CHECKS_SPN_H

#include "checks/demands.h"
#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/holders.h"
#include "checks/settings.h"

/* The most hosts that DNS is asked about: a directory must not make this
   program flood its servers. */
enum { SPN_DNS_NAMES_MOST = 1000 };

/*
 * Name the hosts of which the check wants to know whether they exist: the plan
 * asks each DC's own DNS for the A and AAAA records of each.
 *
 * names_out  Appended to; canonical FQDNs, at most SPN_DNS_NAMES_MOST.
 */
void spn_dns_names(const struct facts *facts, const struct settings *settings,
                   struct strings *names_out);

/*
 * Judge the SPNs that are there, whoever needs them: SPN_MALFORMED and
 * SPN_ORPHANED.
 *
 * complete  Whether every DC's directory was read, so that what is not there
 *           has gone.
 */
void spn_judge_stored(const struct facts *facts,
                      const struct settings *settings,
                      const struct holders *holders,
                      const struct demands *demands, bool complete,
                      struct findings *findings);

#endif
