/*
 * Who a domain controller says it is: the netlogon ping (MS-ADTS 6.3.3).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_CLDAP_H
#define CHECKS_PROBES_CLDAP_H

#include "base/error.h"
#include "checks/facts.h"

/*
 * Read a NETLOGON_SAM_LOGON_RESPONSE_EX (MS-ADTS 6.3.1.9).
 *
 * bytes, length  The value of the attribute "Netlogon"; may be anything.
 * fact           All but time and host is filled in.
 *
 * Fails when it is not such a response, or a name in it reaches outside.
 */
bool cldap_read_netlogon(const uint8_t *bytes, size_t length,
                         struct netlogon_fact *fact, struct error *error);

#endif
