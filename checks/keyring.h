/*
 * A mail server's keytab, held against the keys that KDCs seal tickets with.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_KEYRING_H
#define CHECKS_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/accounts.h"

struct ring {
    struct audit *audit;
    const struct watched *watched;
    const struct server *server;
    const char *file;
    const char *unreadable;  /* why a part could not be read, or NULL */
};

/* What may be wrong with a principal's keys. */
enum fault {
    FAULT_NONE,
    FAULT_WAITING,  /* the previous key, and the current one is new */
    FAULT_UNKNOWN,  /* the current one is not known */
    FAULT_KVNO,
    FAULT_ETYPE,
};

/* What came of one principal. */
struct judgement {
    enum fault fault;
    const char *principal;
    int rank;       /* how much senders depend on it */
    int64_t kvno;   /* that it should have */
    int64_t etype;  /* that it lacks */
};


/*
 * Find what was seen of a server's keytab.
 *
 * ring_out  Borrows audit and server.
 *
 * Returns whether anything was; if not, its file is the configured one.
 */
bool ring_open(struct audit *audit, const struct server *server,
               struct ring *ring_out);

/* The principals in the keytab that have a key of the server's account, added
   to a list.  Whose key another has is not known. */
void ring_list(const struct ring *ring, struct strings *principals);

/* Judge the keys of one of them, which is borrowed. */
struct judgement ring_judge(const struct ring *ring, const char *principal);

/* Whether a ticket is sealed with the key of one of them. */
bool ring_opens(const struct ring *ring, const struct ticket_fact *ticket,
                const char *principal);

/* The keys of one of them, "1 AES256 (type 18), 2 RC4 (type 23)", or "none";
   for the caller to free(). */
char *ring_describe(const struct ring *ring, const char *principal);

#endif
