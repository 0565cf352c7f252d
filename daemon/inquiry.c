/*
 * Asking each question once, and reading what DNS has answered so far.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/inquiry.h"

enum { DNS_PORT = 53 };

struct inquiry {
    const struct strings *resolvers;
    void *asked;  /* tsearch(3) tree of strings, one a question */
    int64_t last_id;
    void (*take)(void *closure, struct packet_task *task);
    void *closure;
};


struct inquiry *
inquiry_new(const struct strings *resolvers)
{
    struct inquiry *inquiry = xcalloc(1, sizeof(*inquiry));

    inquiry->resolvers = resolvers;
    return inquiry;
}


void
inquiry_free(struct inquiry *inquiry)
{
    if (!inquiry)
        return;
    tdestroy(inquiry->asked, free);
    free(inquiry);
}


void
inquiry_set_sink(struct inquiry *inquiry,
                 void (*take)(void *closure, struct packet_task *task),
                 void *closure)
{
    inquiry->take = take;
    inquiry->closure = closure;
}


/* Order two questions for tsearch(3). */
static int
compare_questions(const void *left, const void *right)
{
    return strcmp(left, right);
}


/* Note a question, which is taken over; false if it was there already. */
static bool
note_question(struct inquiry *inquiry, char *question)
{
    void **node = tsearch(question, &inquiry->asked, compare_questions);

    if (*node == question)
        return true;
    free(question);
    return false;
}


/* Hand a task on. */
static void
give(struct inquiry *inquiry, enum packet_probe probe,
     enum transport transport, const char *host, const char *address,
     int64_t port, const char *name, const char *kind)
{
    struct packet_task *task = record_new(&packet_task_type);

    task->id = ++inquiry->last_id;
    task->probe = probe;
    task->transport = transport;
    task->port = port;
    record_set(&task->host, host);
    record_set(&task->address, address);
    record_set(&task->name, name);
    record_set(&task->kind, kind);
    inquiry->take(inquiry->closure, task);
}


void
inquiry_ask(struct inquiry *inquiry, enum packet_probe probe,
            enum transport transport, const char *host, const char *address,
            int64_t port)
{
    if (note_question(inquiry,
                      xasprintf("%d/%d %s %s %" PRId64, probe, transport, host,
                                address, port)))
        give(inquiry, probe, transport, host, address, port, "", "");
}


void
inquiry_ask_dns(struct inquiry *inquiry, enum transport transport,
                const char *server, const char *name, const char *kind)
{
    /* The server goes by its address: it may be known by several names. */
    if (note_question(inquiry, xasprintf("dns/%d %s %s %s", transport, server,
                                         name, kind)))
        give(inquiry, PROBE_DNS, transport, server, server, DNS_PORT, name,
             kind);
}


void
inquiry_resolve(struct inquiry *inquiry, const char *name, const char *kind)
{
    for (size_t i = 0; i < inquiry->resolvers->count; i++)
        inquiry_ask_dns(inquiry, TRANSPORT_UDP, inquiry->resolvers->items[i],
                        name, kind);
}


/* Count this host's name servers' answers to a question by what they mean. */
static void
count_answers(const struct inquiry *inquiry, const struct facts *facts,
              const char *name, const char *kind, size_t *found_out,
              size_t *absent_out, size_t *silent_out)
{
    *found_out = *absent_out = *silent_out = 0;
    FACTS_EACH(facts, FACT_DNS, dns_fact, dns) {
        if (strcmp(dns->name, name) != 0 || strcmp(dns->kind, kind) != 0
            || !strings_contain(inquiry->resolvers, dns->address))
            continue;
        if (dns->outcome == DNS_OK)
            ++*found_out;
        else if (dns->outcome == DNS_NODATA || dns->outcome == DNS_NXDOMAIN)
            ++*absent_out;
        else
            ++*silent_out;
    }
}


enum dns_state
inquiry_state(const struct inquiry *inquiry, const struct facts *facts,
              const char *name, const char *kind)
{
    size_t found, absent, silent;

    count_answers(inquiry, facts, name, kind, &found, &absent, &silent);
    if (found > 0)
        return DNS_STATE_FOUND;
    if (absent + silent < inquiry->resolvers->count)
        return DNS_STATE_PENDING;
    return absent > 0 ? DNS_STATE_ABSENT : DNS_STATE_UNKNOWN;
}


bool
inquiry_settled(const struct inquiry *inquiry, const struct facts *facts,
                const char *name, const char *kind)
{
    size_t found, absent, silent;

    count_answers(inquiry, facts, name, kind, &found, &absent, &silent);
    return found + absent > 0 || silent >= inquiry->resolvers->count;
}


const char *
inquiry_record_host(const char *record, const char *kind, int64_t *port_out)
{
    const char *host = strrchr(record, ' ');
    int64_t port = 0;

    if (strcmp(kind, "SRV") == 0)
        sscanf(record, "%*d %*d %" SCNd64, &port);
    if (port_out)
        *port_out = port;
    if (!host || host[1] == '\0' || strcmp(host + 1, ".") == 0)
        return NULL;
    return host + 1;
}
