/*
 * A connection to one LDAP server, bound.  Hides libldap.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_DIRECTORY_H
#define CHECKS_PROBES_DIRECTORY_H

#include "checks/facts.h"
#include "checks/tasks.h"

struct directory;
struct ldap;

/*
 * Connect to a server, set up TLS if the context wants it, and bind; all of
 * it within the time-out.
 *
 * context  How to bind; borrowed until directory_close().
 * task     The server's host and address.
 * port     One of its directory ports.
 * cache    For gssapi: the MIT name of the cache with the server's ticket.
 * fact     The outcome, written here.
 *
 * Returns a directory for the caller to directory_close() if the outcome is
 * BIND_OK, else NULL.
 */
struct directory *directory_open(const struct context_task *context,
                                 const struct session_task *task,
                                 int64_t port, const char *cache,
                                 struct bind_fact *fact);

/* Say good-bye and close.  Accepts NULL. */
void directory_close(struct directory *directory);

/* Begin the fact about a bind: whom and how. */
struct bind_fact *directory_new_fact(const struct context_task *context,
                                     const struct session_task *task,
                                     int64_t port);

/* libldap's handle, for search.c. */
struct ldap *directory_handle(const struct directory *directory);

/* How long a request may take, in milliseconds. */
int64_t directory_timeout(const struct directory *directory);

#endif
