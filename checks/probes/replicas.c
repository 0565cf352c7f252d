/*
 * How far a DC has taken in what others wrote, and who gives it.
 *
 * Windows makes up attributes for that, for those who may see the topology;
 * Samba has but what it stores itself.  One request asks for all of them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/guid.h"
#include "checks/probes/quest.h"
#include "checks/probes/repl_blobs.h"
#include "checks/probes/repl_xml.h"
#include "checks/probes/replicas.h"

/* Far more naming contexts than any DC holds. */
enum { CONTEXTS_MOST = 128 };

/* tombstoneLifetime in days (MS-ADTS 6.1.1.2.4.1.1): where it is absent, and
   the most that is believed. */
enum { TOMBSTONE_DAYS = 60, TOMBSTONE_DAYS_MOST = 36500 };

#define US_PER_DAY INT64_C(86400000000)

static const char *const root_attributes[] = {
    "configurationNamingContext", "dsServiceName", "highestCommittedUSN",
    "isSynchronized", "namingContexts", NULL,
};
static const char *const invocation_attributes[] = {"invocationId", NULL};
static const char *const tombstone_attributes[] = {"tombstoneLifetime", NULL};
static const char *const replica_attributes[] = {
    "msDS-NCReplCursors", "msDS-NCReplCursors;binary",
    "msDS-NCReplInboundNeighbors", "msDS-NCReplInboundNeighbors;binary",
    "replUpToDateVector", "repsFrom", NULL,
};
static const char *const raw_attributes[] = {
    "invocationId", "msDS-NCReplCursors", "msDS-NCReplCursors;binary",
    "msDS-NCReplInboundNeighbors", "msDS-NCReplInboundNeighbors;binary",
    "replUpToDateVector", "repsFrom", NULL,
};

/* A DC's own place in replication, while it is read. */
struct place {
    struct directory_fact *fact;
    char *configuration;  /* the naming context */
    struct strings ncs;
};

/* A naming context, while it is read. */
struct replica {
    const char *asked;  /* the DC */
    const char *nc;
    struct quest *quest;
};

/* Ways in which cursors and neighbors are told; the first that the server
   gives, and that makes sense, counts. */
static const struct cursor_form {
    const char *attribute;
    bool (*read)(const uint8_t *bytes, size_t length,
                 struct repl_cursors *cursors, struct error *error);
} cursor_forms[] = {
    {"msDS-NCReplCursors;binary", repl_blobs_read_cursor},
    {"msDS-NCReplCursors", repl_xml_read_cursor},
    {"replUpToDateVector", repl_blobs_read_vector},
    {NULL, NULL},
};
static const struct neighbor_form {
    const char *attribute;
    bool constructed;
    bool (*read)(const uint8_t *bytes, size_t length,
                 struct repl_neighbor *neighbor_out, struct error *error);
} neighbor_forms[] = {
    {"msDS-NCReplInboundNeighbors;binary", true, repl_blobs_read_neighbor},
    {"msDS-NCReplInboundNeighbors", true, repl_xml_read_neighbor},
    {"repsFrom", false, repl_blobs_read_partner},
    {NULL, false, NULL},
};


/* Read one entry. */
static void
ask_entry(struct quest *quest, const char *dn, const char *const *attributes,
          void (*take)(void *data, const struct entry *entry), void *data)
{
    const struct search search = {
        .base = dn,
        .filter = "(objectClass=*)",
        .attributes = attributes,
        .raw = raw_attributes,
        .take = take,
        .data = data,
    };

    quest_ask(quest, &search);
}


/* Read what the rootDSE tells. */
static void
take_root(void *data, const struct entry *entry)
{
    const struct strings *ncs = entry_values(entry, "namingContexts");
    const char *synchronized = entry_value(entry, "isSynchronized");
    struct place *place = data;
    int64_t usn;

    record_set(&place->fact->dsa, entry_value(entry, "dsServiceName"));
    record_set(&place->configuration,
               entry_value(entry, "configurationNamingContext"));
    place->fact->synchronized = text_casecmp(synchronized, "FALSE") != 0;
    if (entry_number(entry, "highestCommittedUSN", &usn) && usn >= 0)
        place->fact->usn = usn;
    for (size_t i = 0; i < ncs->count && i < CONTEXTS_MOST; i++)
        strings_add_unique(&place->ncs, ncs->items[i]);
}


/* Read a DC's invocationId in its NTDS Settings. */
static void
take_invocation(void *data, const struct entry *entry)
{
    const struct blobs *blobs = entry_blobs(entry, "invocationId");
    struct place *place = data;
    char text[GUID_TEXT_SIZE];

    if (blobs->count == 0 || blobs->items[0].length != GUID_BYTES)
        return;
    guid_write(blobs->items[0].bytes, text);
    record_set(&place->fact->invocation, text);
}


/* Read the forest's tombstone lifetime. */
static void
take_tombstone(void *data, const struct entry *entry)
{
    struct place *place = data;
    int64_t days = TOMBSTONE_DAYS;

    entry_number(entry, "tombstoneLifetime", &days);
    if (days < 1 || days > TOMBSTONE_DAYS_MOST)
        days = TOMBSTONE_DAYS;
    place->fact->tombstone_us = days * US_PER_DAY;
}


/* Ask for the tombstone lifetime. */
static void
ask_tombstone(struct quest *quest, struct place *place)
{
    char *dn = xasprintf("CN=Directory Service,CN=Windows NT,CN=Services,%s",
                         place->configuration);

    ask_entry(quest, dn, tombstone_attributes, take_tombstone, place);
    free(dn);
}


/*
 * Ask for a DC's own place, and emit it.  Its USN is as of before the request:
 * what the USN covers was there by then or came later, never the reverse.
 *
 * The search fact is for failures alone; those that succeed have a naming
 * context each.
 */
static void
ask_place(struct channel *channel, struct place *place)
{
    struct quest quest = quest_begin(channel, SEARCH_REPLICAS, "");

    place->fact->base.time_us = quest.start.real_us;
    ask_entry(&quest, "", root_attributes, take_root, place);
    if (*place->fact->dsa) {
        ask_entry(&quest, place->fact->dsa, invocation_attributes,
                  take_invocation, place);
        ask_tombstone(&quest, place);
        emit_fact(FACT_DIRECTORY, place->fact);
    }
    if (quest.result.outcome != SEARCH_OK)
        quest_end(&quest);
}


/* Emit a vector. */
static void
emit_vector(const struct replica *replica, const struct repl_cursors *cursors)
{
    struct replica_fact *fact = record_new(fact_types[FACT_REPLICA]);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, replica->asked);
    record_set(&fact->nc, replica->nc);
    for (size_t i = 0; i < cursors->count; i++) {
        const struct repl_cursor *cursor = &cursors->items[i];
        char *text = xasprintf("%s %" PRId64 " %" PRId64, cursor->invocation,
                               cursor->usn, cursor->time_us);

        strings_add(&fact->cursors, text);
        free(text);
    }
    emit_fact(FACT_REPLICA, fact);
    record_free(fact_types[FACT_REPLICA], fact);
}


/* Read all of a form's values, as far as they make sense. */
static bool
read_cursors(const struct cursor_form *form, const struct blobs *blobs,
             struct repl_cursors *cursors, struct error *error)
{
    for (size_t i = 0; i < blobs->count; i++)
        if (!form->read(blobs->items[i].bytes, blobs->items[i].length,
                        cursors, error))
            return error_prefix(error, "reading %s", form->attribute);
    return true;
}


/* Emit a naming context's cursors; nothing of a vector that makes no sense in
   part. */
static void
take_cursors(const struct replica *replica, const struct entry *entry)
{
    bool told = false, good = false;
    struct error error;

    for (const struct cursor_form *form = cursor_forms;
         form->attribute && !good; form++) {
        const struct blobs *blobs = entry_blobs(entry, form->attribute);
        struct repl_cursors cursors = {.items = NULL};

        if (blobs->count == 0)
            continue;
        told = true;
        good = read_cursors(form, blobs, &cursors, &error);
        if (good)
            emit_vector(replica, &cursors);
        free(cursors.items);
    }
    if (told && !good)
        quest_fail(replica->quest, &error);
}


/* Emit a partner. */
static void
emit_neighbor(const struct replica *replica,
              const struct repl_neighbor *neighbor, bool constructed)
{
    struct neighbor_fact *fact = record_new(fact_types[FACT_NEIGHBOR]);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, replica->asked);
    record_set(&fact->nc, replica->nc);
    record_set(&fact->source, neighbor->source);
    record_set(&fact->invocation, neighbor->invocation);
    fact->usn = neighbor->usn;
    fact->success_us = neighbor->success_us;
    fact->attempt_us = neighbor->attempt_us;
    fact->result = neighbor->result;
    fact->failures = neighbor->failures;
    fact->constructed = constructed;
    emit_fact(FACT_NEIGHBOR, fact);
    record_free(fact_types[FACT_NEIGHBOR], fact);
}


/* Read all of a form's values; emits those that make sense if told to. */
static bool
read_neighbors(const struct replica *replica,
               const struct neighbor_form *form, const struct blobs *blobs,
               bool emit, struct error *error)
{
    bool good = true;

    for (size_t i = 0; i < blobs->count; i++) {
        struct repl_neighbor neighbor;

        if (!form->read(blobs->items[i].bytes, blobs->items[i].length,
                        &neighbor, error))
            good = error_prefix(error, "reading %s", form->attribute);
        else if (emit)
            emit_neighbor(replica, &neighbor, form->constructed);
    }
    return good;
}


/* Emit a naming context's partners: where no form makes sense throughout, what
   does of the last one. */
static void
take_neighbors(const struct replica *replica, const struct entry *entry)
{
    const struct neighbor_form *chosen = NULL;
    struct error error;
    bool good = false;

    for (const struct neighbor_form *form = neighbor_forms;
         form->attribute && !good; form++) {
        const struct blobs *blobs = entry_blobs(entry, form->attribute);

        if (blobs->count == 0)
            continue;
        chosen = form;
        good = read_neighbors(replica, form, blobs, false, &error);
    }
    if (chosen)
        read_neighbors(replica, chosen,
                       entry_blobs(entry, chosen->attribute), true, &error);
    if (chosen && !good)
        quest_fail(replica->quest, &error);
}


/* Read the head of a naming context.  What is absent may be hidden, or not be
   there: a domain's only DC has neither. */
static void
take_head(void *data, const struct entry *entry)
{
    take_cursors(data, entry);
    take_neighbors(data, entry);
}


bool
replicas_search(struct directory *directory, const struct session_task *task)
{
    struct channel channel = {
        .directory = directory,
        .host = task->host,
        .port = task->ldap_port,
    };
    struct place place = {.fact = record_new(fact_types[FACT_DIRECTORY])};

    record_set(&place.fact->host, task->host);
    record_set(&place.configuration, "");
    ask_place(&channel, &place);
    /* Another kind of server replicates in another way. */
    for (size_t i = 0; *place.fact->dsa && i < place.ncs.count; i++) {
        struct quest quest = quest_begin(&channel, SEARCH_REPLICAS,
                                         place.ncs.items[i]);
        struct replica replica = {task->host, place.ncs.items[i], &quest};

        ask_entry(&quest, replica.nc, replica_attributes, take_head,
                  &replica);
        quest_end(&quest);
    }
    strings_clear(&place.ncs);
    free(place.configuration);
    record_free(fact_types[FACT_DIRECTORY], place.fact);
    return !channel.last.lost;
}
