/*
 * Which domain controller takes the changes of which other, and what is known
 * of how far it has come: one pair for each source, destination and naming
 * context.
 *
 * A destination takes directly from its partners alone, but it keeps count of
 * every writer whose changes have reached it, by whatever way.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PAIRS_H
#define CHECKS_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/facts.h"
#include "checks/settings.h"
#include "checks/topology.h"

/* What a naming context means for mail: the accounts, or Exchange and the
   sites, or neither. */
enum nc_rank { NC_DOMAIN, NC_CONFIGURATION, NC_OTHER };

/* How far some DC's changes go, as facts have it: "INVOCATION USN TIME". */
struct pairs_cursor {
    char invocation[40];  /* the writer's */
    int64_t usn;
    int64_t time_us;
};

/* The facts are NULL where they were not seen. */
struct pair {
    char *subject;                         /* "source->destination NC" */
    const char *source;
    const char *destination;
    const char *nc;
    enum nc_rank rank;
    const struct neighbor_fact *neighbor;  /* the destination's, of a partner */
    const struct directory_fact *from;     /* the source's own place */
    const struct directory_fact *to;       /* the destination's */
    const struct pending_fact *pending;    /* what the destination lacks */
    int64_t cursor;     /* how far, in the source's USNs; -1 if not known */
    int64_t cursor_us;  /* when it was last there, by the destination's
                           clock; 0 if not known */
    struct allowance allowance;
};

struct pairs {
    struct pair **items;  /* those of the domain first, then configuration */
    size_t count;
};


/*
 * Gather what the facts tell of each pair.
 *
 * facts, settings, topology  Borrowed until pairs_free().
 * source                     Gather those of this source alone; NULL: all.
 *
 * A partner that the topology does not know (any more) makes no pair.  An
 * RODC is no source: it writes nothing.
 */
struct pairs *pairs_new(const struct facts *facts,
                        const struct settings *settings,
                        const struct topology *topology, const char *source);
void pairs_free(struct pairs *pairs);

/* Take a cursor apart; false if it is none. */
bool pairs_read_cursor(const char *text, struct pairs_cursor *cursor_out);

/* How far a DC has taken in what a writer wrote to a naming context; -1 if it
   is not known. */
int64_t pairs_cursor_of(const struct facts *facts, const char *host,
                        const char *nc, const char *invocation);

/* What a naming context means for mail in the settings' domain. */
enum nc_rank pairs_rank(const struct settings *settings, const char *nc);

/* A DC's own place in replication as it was last seen, or NULL. */
const struct directory_fact *pairs_directory(const struct facts *facts,
                                             const char *host);

/*
 * The least time that has passed since another host wrote a time down: its
 * clock may be off from ours by what was measured.
 *
 * stamp_us  By the host's clock, microseconds since 1970.
 *
 * Returns 0 for what lies ahead.
 */
int64_t pairs_age_us(const struct facts *facts,
                     const struct settings *settings, const char *host,
                     int64_t stamp_us);

#endif
