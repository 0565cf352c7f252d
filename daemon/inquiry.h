/*
 * Asking each question once, and reading what DNS has answered so far.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_INQUIRY_H
#define DAEMON_INQUIRY_H

#include "checks/facts.h"
#include "checks/tasks.h"

struct inquiry;

/* What all name servers together have said of a name. */
enum dns_state {
    DNS_STATE_PENDING,  /* not all have answered, and none has a record */
    DNS_STATE_FOUND,    /* at least one has a record */
    DNS_STATE_ABSENT,   /* at least one says there is none; the rest are done */
    DNS_STATE_UNKNOWN,  /* all are done and none could say */
};

/*
 * resolvers  Numeric addresses of this host's name servers; borrowed.
 *
 * Returns an inquiry for the caller to inquiry_free().
 */
struct inquiry *inquiry_new(const struct strings *resolvers);
void inquiry_free(struct inquiry *inquiry);

/* Where new tasks go from here on; they are for the taker to record_free(). */
void inquiry_set_sink(struct inquiry *inquiry,
                      void (*take)(void *closure, struct packet_task *task),
                      void *closure);

/* Ask for one exchange with a host, unless it was asked before. */
void inquiry_ask(struct inquiry *inquiry, enum packet_probe probe,
                 enum transport transport, const char *host,
                 const char *address, int64_t port);

/* Ask one name server for a name, unless it was asked before. */
void inquiry_ask_dns(struct inquiry *inquiry, enum transport transport,
                     const char *server, const char *name, const char *kind);

/* Ask every one of this host's name servers for a name. */
void inquiry_resolve(struct inquiry *inquiry, const char *name,
                     const char *kind);

/* What this host's name servers have said of a name. */
enum dns_state inquiry_state(const struct inquiry *inquiry,
                             const struct facts *facts, const char *name,
                             const char *kind);

/* Whether at least one has said something, or all are done. */
bool inquiry_settled(const struct inquiry *inquiry, const struct facts *facts,
                     const char *name, const char *kind);

/*
 * Walk the hosts that answers of this host's name servers name.
 *
 * record  One line of dns_fact.records.
 * kind    "SRV" or "MX".
 * port_out  The port of an SRV record; may be NULL.
 *
 * Returns the host within the record, or NULL where it names none (RFC 7505,
 * RFC 2782: a target of ".").
 */
const char *inquiry_record_host(const char *record, const char *kind,
                                int64_t *port_out);

#endif
