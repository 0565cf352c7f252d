/*
 * One question to one name server, and its answer (RFC 1035, RFC 2782).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_DNS_H
#define CHECKS_PROBES_DNS_H

#include "base/error.h"
#include "checks/facts.h"

/* What is asked, and what the answer must repeat. */
struct dns_question {
    const char *name;  /* canonical */
    const char *kind;  /* "A", "AAAA", "MX", "NS" or "SRV" */
    uint16_t id;
};

/* The longest query: a header, a name, a type and a class. */
enum { DNS_QUERY_MAX = 12 + 255 + 4 };

/*
 * Write a query, without EDNS and with recursion desired.
 *
 * Returns its length; 0 if the name or the kind cannot be asked for.
 */
size_t dns_write_query(const struct dns_question *question,
                       uint8_t query_out[DNS_QUERY_MAX]);

/* Whether bytes are a response to this question, truncated or not. */
bool dns_is_response(const struct dns_question *question,
                     const uint8_t *bytes, size_t length);

/* Whether a response says that it holds only a part of the answer. */
bool dns_is_truncated(const uint8_t *bytes, size_t length);

/*
 * Read a response.
 *
 * fact  outcome, records and detail are filled in.  Aliases are followed
 *       within the response; the records are sorted, unique, and name none
 *       but possible hosts.
 *
 * Fails when it is malformed; fact->records then holds what came before.
 */
bool dns_read(const struct dns_question *question, const uint8_t *bytes,
              size_t length, struct dns_fact *fact, struct error *error);

/* Whether a name may be a host's: labels of letters, digits, hyphens and,
   as Microsoft permits, underscores. */
bool dns_is_host(const char *name);

#endif
