/*
 * Which domain controller takes the changes of which other.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/holders.h"
#include "checks/keys.h"
#include "checks/pairs.h"

/* What is at work on the pairs. */
struct gathering {
    const struct facts *facts;
    const struct settings *settings;
    const struct topology *topology;
    const char *source;    /* of which alone; or NULL */
    struct pairs *pairs;
    struct keys *index;    /* by subject, folded */
    struct strings names;  /* the index' texts */
};


/* Later facts replace earlier ones: recordings of several hosts show a DC at
   several times. */
static bool
is_later(const struct fact *fact, const struct fact *known)
{
    return !known || fact->time_us >= known->time_us;
}


const struct directory_fact *
pairs_directory(const struct facts *facts, const char *host)
{
    const struct directory_fact *latest = NULL;

    FACTS_EACH(facts, FACT_DIRECTORY, directory_fact, directory)
        if (strcmp(directory->host, host) == 0
            && is_later(&directory->base, latest ? &latest->base : NULL))
            latest = directory;
    return latest;
}


enum nc_rank
pairs_rank(const struct settings *settings, const char *nc)
{
    enum nc_rank rank = NC_OTHER;
    char *domain;

    if (text_has_prefix_case(nc, "CN=Configuration,"))
        return NC_CONFIGURATION;
    domain = dn_domain(nc);
    if (text_has_prefix_case(nc, "DC=")
        && strcmp(domain, settings->numbers->domain) == 0)
        rank = NC_DOMAIN;
    free(domain);
    return rank;
}


/* Make a pair. */
static struct pair *
add_pair(struct gathering *gathering, const char *source,
         const char *destination, const char *nc)
{
    struct pairs *pairs = gathering->pairs;
    struct pair *pair = xcalloc(1, sizeof(*pair));

    pair->subject = xasprintf("%s->%s %s", source, destination, nc);
    pair->source = source;
    pair->destination = destination;
    pair->nc = nc;
    pair->rank = pairs_rank(gathering->settings, nc);
    pair->from = pairs_directory(gathering->facts, source);
    pair->to = pairs_directory(gathering->facts, destination);
    pair->cursor = -1;
    pair->allowance = topology_allowance(gathering->topology, source,
                                         destination);
    pairs->items = xrealloc(pairs->items, pairs->count + 1,
                            sizeof(*pairs->items));
    pairs->items[pairs->count++] = pair;
    return pair;
}


/* The pair of two DCs and a naming context, made if it is new; NULL if they
   are one, or the source writes nothing, or is not wanted. */
static struct pair *
obtain_pair(struct gathering *gathering, const char *source,
            const char *destination, const char *nc)
{
    struct key *key;
    char *name;

    if (strcmp(source, destination) == 0
        || (gathering->source && strcmp(source, gathering->source) != 0)
        || topology_read_only(gathering->topology, source))
        return NULL;
    name = xasprintf("%s->%s %s", source, destination, nc);
    text_lower(name);
    key = keys_find(gathering->index, name);
    if (!key) {
        strings_add(&gathering->names, name);
        key = keys_put(gathering->index,
                       gathering->names.items[gathering->names.count - 1]);
        key->value = add_pair(gathering, source, destination, nc);
    }
    free(name);
    return key->value;
}


/* Note whom each DC takes changes from. */
static void
gather_neighbors(struct gathering *gathering)
{
    FACTS_EACH(gathering->facts, FACT_NEIGHBOR, neighbor_fact, neighbor) {
        const char *source
            = topology_partner(gathering->topology, neighbor->source);
        struct pair *pair = source ? obtain_pair(gathering, source,
                                                 neighbor->host, neighbor->nc)
                                   : NULL;

        if (pair && is_later(&neighbor->base,
                             pair->neighbor ? &pair->neighbor->base : NULL))
            pair->neighbor = neighbor;
    }
}


bool
pairs_read_cursor(const char *text, struct pairs_cursor *cursor_out)
{
    return sscanf(text, "%39s %" SCNd64 " %" SCNd64, cursor_out->invocation,
                  &cursor_out->usn, &cursor_out->time_us) == 3;
}


int64_t
pairs_cursor_of(const struct facts *facts, const char *host, const char *nc,
                const char *invocation)
{
    int64_t usn = -1;

    FACTS_EACH(facts, FACT_REPLICA, replica_fact, replica) {
        if (strcmp(replica->host, host) != 0
            || text_casecmp(replica->nc, nc) != 0)
            continue;
        for (size_t i = 0; i < replica->cursors.count; i++) {
            const char *text = replica->cursors.items[i];
            struct pairs_cursor cursor;

            if (text_has_prefix_case(text, invocation)
                && pairs_read_cursor(text, &cursor)
                && text_casecmp(cursor.invocation, invocation) == 0
                && cursor.usn > usn)
                usn = cursor.usn;
        }
    }
    return usn;
}


/* Note how far a DC has taken in what one writer wrote.  A writer that was
   restored counts anew, under another name: that one's count tells. */
static void
gather_cursor(struct gathering *gathering, const struct replica_fact *replica,
              const struct pairs_cursor *cursor)
{
    const char *source
        = topology_writer(gathering->topology, cursor->invocation);
    struct pair *pair = source ? obtain_pair(gathering, source, replica->host,
                                             replica->nc)
                               : NULL;

    if (!pair || !pair->from
        || text_casecmp(pair->from->invocation, cursor->invocation) != 0)
        return;
    if (cursor->usn >= pair->cursor) {
        pair->cursor = cursor->usn;
        pair->cursor_us = cursor->time_us;
    }
}


/* Note how far each DC has come. */
static void
gather_cursors(struct gathering *gathering)
{
    struct pairs_cursor cursor;

    FACTS_EACH(gathering->facts, FACT_REPLICA, replica_fact, replica)
        for (size_t i = 0; i < replica->cursors.count; i++)
            if (pairs_read_cursor(replica->cursors.items[i], &cursor))
                gather_cursor(gathering, replica, &cursor);
}


/* Note what sources said that destinations lack. */
static void
gather_pending(struct gathering *gathering)
{
    FACTS_EACH(gathering->facts, FACT_PENDING, pending_fact, pending) {
        struct pair *pair = obtain_pair(gathering, pending->host,
                                        pending->destination, pending->nc);

        if (pair && is_later(&pending->base,
                             pair->pending ? &pair->pending->base : NULL))
            pair->pending = pending;
    }
}


/* Order pairs for qsort(3). */
static int
compare_pairs(const void *left, const void *right)
{
    const struct pair *a = *(const struct pair *const *)left;
    const struct pair *b = *(const struct pair *const *)right;

    if (a->rank != b->rank)
        return (a->rank > b->rank) - (a->rank < b->rank);
    return strcmp(a->subject, b->subject);
}


struct pairs *
pairs_new(const struct facts *facts, const struct settings *settings,
          const struct topology *topology, const char *source)
{
    struct gathering gathering = {
        .facts = facts, .settings = settings, .topology = topology,
        .source = source,
        .pairs = xcalloc(1, sizeof(struct pairs)), .index = keys_new(),
    };

    gather_neighbors(&gathering);
    gather_cursors(&gathering);
    gather_pending(&gathering);
    if (gathering.pairs->count > 1)
        qsort(gathering.pairs->items, gathering.pairs->count,
              sizeof(*gathering.pairs->items), compare_pairs);
    keys_free(gathering.index);
    strings_clear(&gathering.names);
    return gathering.pairs;
}


void
pairs_free(struct pairs *pairs)
{
    if (!pairs)
        return;
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->items[i]->subject);
        free(pairs->items[i]);
    }
    free(pairs->items);
    free(pairs);
}


/* How far a host's clock surely is ahead of ours; negative: may be behind.
   Its directory goes by the clock that its KDC and its LDAP show. */
static int64_t
clock_ahead_us(const struct facts *facts, const struct settings *settings,
               const char *host)
{
    int64_t ahead_us = 0;
    bool known = false;

    FACTS_EACH(facts, FACT_CLOCK, clock_fact, clock) {
        int64_t low_us = clock->low_us < clock->high_us ? clock->low_us
                                                        : clock->high_us;

        if (clock->source == CLOCK_SOURCE_NTP
            || clock->source == CLOCK_SOURCE_SMTP
            || strcmp(clock->host, host) != 0
            || strcmp(clock->base.seen_from, settings->numbers->host) != 0)
            continue;
        if (!known || low_us < ahead_us)
            ahead_us = low_us;
        known = true;
    }
    return ahead_us;
}


int64_t
pairs_age_us(const struct facts *facts, const struct settings *settings,
             const char *host, int64_t stamp_us)
{
    int64_t age_us = settings->numbers->time_us - stamp_us
                     + clock_ahead_us(facts, settings, host);

    return age_us > 0 ? age_us : 0;
}
