/*
 * LDAP messages as bytes (RFC 4511): one search of the rootDSE and its
 * answer, for CLDAP and for a server that nobody has bound to.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_LDAPMSG_H
#define CHECKS_PROBES_LDAPMSG_H

#include "base/error.h"
#include "checks/probes/packet.h"

/* The result code of a search that went well (RFC 4511 section 4.1.9). */
enum { LDAPMSG_SUCCESS = 0 };

/*
 * Look how far an answer to a search has come.
 *
 * Returns NET_COMPLETE once the bytes hold whole LDAPMessages up to the
 * searchResDone of the search with this id, and nothing after it.
 */
enum net_frame ldapmsg_frame(const uint8_t *bytes, size_t length,
                             uint32_t id);

/* The message id of a job's search: random and positive. */
uint32_t ldapmsg_id(const struct packet_job *job);

/*
 * Append a search of the rootDSE to a job's request.
 *
 * attributes  What to ask for; NULL ends them.
 * domain      NULL for the filter (objectClass=*); else the filter of a
 *             netlogon ping for this domain (MS-ADTS 6.3.3).
 */
bool ldapmsg_write_search(struct packet_job *job,
                          const char *const *attributes, const char *domain,
                          struct error *error);

/* Told of one value of the entry found. */
typedef void ldapmsg_take(void *data, const char *attribute,
                          const uint8_t *value, size_t length);

/*
 * Read a complete answer to a search.
 *
 * take        Called with data for each value, in the order they come.
 * result_out  The result code of the search.
 *
 * Fails when the bytes are not such an answer; some values may have been
 * taken by then.
 */
bool ldapmsg_read(const uint8_t *bytes, size_t length, uint32_t id,
                  ldapmsg_take *take, void *data, uint32_t *result_out,
                  struct error *error);

#endif
