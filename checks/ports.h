/*
 * Which ports a domain controller should have open.
 *
 * Shared by the plan, which asks, and the check, which judges, so that both
 * expect the same.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PORTS_H
#define CHECKS_PORTS_H

#include "checks/facts.h"
#include "checks/settings.h"

/*
 * Where a DC's service listens.
 *
 * standard  The service's usual port: 88, 464, 389, 3268 and so on.
 *
 * Returns the port, or 0 if the DC does not offer the service.
 */
int64_t port_of_dc(const struct target_dc *dc, int64_t standard);

/*
 * Whether a DC is one of Active Directory: by what it says of itself, or,
 * where it says nothing, by the SRV records that name it.
 */
bool port_active_directory(const struct facts *facts,
                           const struct target_dc *dc);

/*
 * Whether a DC should have a service, by the roles that it claims: a global
 * catalog's ports only where it says it is one, DNS only where NS records
 * name it, the time service where it says it has one, and what only Active
 * Directory has only there.
 */
bool port_expected(const struct facts *facts, const struct target_dc *dc,
                   int64_t standard, enum transport transport);

#endif
