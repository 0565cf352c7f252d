/*
 * The service tickets and cross-realm tickets that a follow-up asks for.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/probes/emit.h"
#include "checks/probes/service_tickets.h"

#define TICKET_GRANTING "krbtgt/"


/* Take over a KDC of another realm, "REALM HOST ADDRESS PORT"; one that is
   not spelled so is left out. */
static void
add_kdc(struct tickets *tickets, const char *text)
{
    enum { REALM, HOST, ADDRESS, PORT, WORDS };
    char *copy = xstrdup(text), *rest = NULL, *words[WORDS];
    char *word = strtok_r(copy, " ", &rest);
    int count = 0;

    for (; word && count < WORDS; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    if (count == WORDS && !word)
        tickets_add_kdc(tickets, words[REALM], words[HOST], words[ADDRESS],
                        strtol(words[PORT], NULL, 10));
    free(copy);
}


/* Ask for a ticket and emit what came of it; returns whether one did. */
static bool
ask(struct tickets *tickets, const char *spn, const char *realm)
{
    struct ticket_fact *fact = tickets_ask(tickets, spn, realm);
    bool got = fact->outcome == KDC_OK;

    emit_fact(FACT_TICKET, fact);
    record_free(fact_types[FACT_TICKET], fact);
    return got;
}


/* Ask for cross-realm tickets, there and back. */
static void
ask_both_ways(struct tickets *tickets, const char *other)
{
    const char *own = tickets_realm(tickets);
    char *there = xasprintf(TICKET_GRANTING "%s", other);
    char *back = xasprintf(TICKET_GRANTING "%s", own);

    if (ask(tickets, there, own))
        ask(tickets, back, other);
    free(there);
    free(back);
}


void
service_tickets_ask(struct tickets *tickets,
                    const struct followup_task *followup)
{
    for (size_t i = 0; i < followup->kdcs.count; i++)
        add_kdc(tickets, followup->kdcs.items[i]);
    for (size_t i = 0; i < followup->spns.count; i++)
        ask(tickets, followup->spns.items[i], tickets_realm(tickets));
    for (size_t i = 0; i < followup->realms.count; i++)
        ask_both_ways(tickets, followup->realms.items[i]);
}
