/*
 * Finding the KDCs of other domains, which tickets may have to come from.
 *
 * The names come from a directory: only what can be a DNS name is asked for,
 * and only so much of it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/discovery.h"

/* Active Directory's own record of its KDCs (MS-ADTS section 6.3.2.3); and
   that of any realm (RFC 4120 section 7.2.3.2). */
#define LOCATOR "_kerberos._tcp.dc._msdcs."
#define REALM_RECORD "_kerberos._tcp."

enum { DOMAINS_MOST = 32, KDCS_MOST = 8 };

/* Values of trustType (MS-ADTS 6.1.6.7.15) whose trusts use Kerberos. */
enum { TRUST_UPLEVEL = 2, TRUST_MIT = 3 };

/* A KDC by an SRV record. */
struct offer {
    const char *host;   /* within its fact */
    int64_t priority;   /* the lower one is to be asked first (RFC 2782) */
    int64_t port;
};

/* Those of one domain, the preferred ones first. */
struct offers {
    struct offer items[KDCS_MOST];
    size_t count;
};

/* A KDC at one of its addresses; what it points to is within facts. */
struct kdc {
    const char *host;
    const char *address;
    int64_t port;
};

/* Those of one domain, likewise. */
struct kdcs {
    struct kdc items[KDCS_MOST];
    size_t count;
};

/* What became of connecting to a KDC, the best first. */
enum contact { CONTACT_OPEN, CONTACT_UNTRIED, CONTACT_FAILED };


/* Add a domain unless it is our own, or nothing that can be asked for. */
static void
add_domain(struct strings *domains, const char *domain, const char *own)
{
    if (domains->count < DOMAINS_MOST && strcmp(domain, own) != 0
        && text_is_host(domain))
        strings_add_unique(domains, domain);
}


/* Whether a trust is one of Kerberos. */
static bool
is_kerberos(const struct trust_fact *trust)
{
    return trust->kind == TRUST_UPLEVEL || trust->kind == TRUST_MIT;
}


/* The other domains whose KDCs matter; first those that we have a trust with,
   as all ways lead through them. */
static void
collect_domains(const struct facts *facts, const struct settings *settings,
                struct strings *domains_out)
{
    const char *own = settings->numbers->domain;

    FACTS_EACH(facts, FACT_TRUST, trust_fact, trust)
        if (is_kerberos(trust))
            add_domain(domains_out, trust->partner, own);
    FACTS_EACH(facts, FACT_DOMAIN, domain_fact, domain)
        add_domain(domains_out, domain->domain, own);
}


/* Whether tickets are asked for at all. */
static bool
are_tickets_wanted(const struct settings *settings)
{
    return settings->numbers->credentials
           && strings_contain(&settings->numbers->checks, "tickets");
}


/* The SRV record to find a domain's KDCs by, for the caller to free():
   Active Directory's, unless name servers know none. */
static char *
record_of(const struct inquiry *inquiry, const struct facts *facts,
          const char *domain)
{
    char *name = xasprintf(LOCATOR "%s", domain);
    enum dns_state state = inquiry_state(inquiry, facts, name, "SRV");

    if (state == DNS_STATE_FOUND || state == DNS_STATE_PENDING)
        return name;
    free(name);
    return xasprintf(REALM_RECORD "%s", domain);
}


/* Put an offer in its place, unless it is there or better ones fill the
   list. */
static void
put_offer(struct offers *offers, const struct offer *offer)
{
    size_t at = offers->count;

    for (size_t i = 0; i < offers->count; i++)
        if (strcmp(offers->items[i].host, offer->host) == 0
            && offers->items[i].port == offer->port)
            return;
    while (at > 0 && offers->items[at - 1].priority > offer->priority)
        at--;
    if (at == KDCS_MOST)
        return;
    if (offers->count < KDCS_MOST)
        offers->count++;
    memmove(&offers->items[at + 1], &offers->items[at],
            (offers->count - 1 - at) * sizeof(*offer));
    offers->items[at] = *offer;
}


/* The KDCs that DNS has named by an SRV record so far. */
static struct offers
collect_offers(const struct facts *facts, const char *record)
{
    struct offers offers = {.count = 0};

    FACTS_EACH(facts, FACT_DNS, dns_fact, dns) {
        if (strcmp(dns->name, record) != 0 || strcmp(dns->kind, "SRV") != 0)
            continue;
        for (size_t i = 0; i < dns->records.count; i++) {
            const char *text = dns->records.items[i];
            struct offer offer = {.priority = strtoll(text, NULL, 10)};

            offer.host = inquiry_record_host(text, "SRV", &offer.port);
            if (offer.host && text_is_host(offer.host) && offer.port > 0
                && offer.port <= UINT16_MAX)
                put_offer(&offers, &offer);
        }
    }
    return offers;
}


/* Add an address of a KDC that was offered, unless it is there already. */
static void
add_kdc(struct kdcs *kdcs, const struct offer *offer, const char *address)
{
    for (size_t i = 0; i < kdcs->count; i++)
        if (strcmp(kdcs->items[i].host, offer->host) == 0
            && strcmp(kdcs->items[i].address, address) == 0
            && kdcs->items[i].port == offer->port)
            return;
    if (kdcs->count < KDCS_MOST)
        kdcs->items[kdcs->count++]
            = (struct kdc){offer->host, address, offer->port};
}


/* The KDCs that an SRV record has led to so far. */
static struct kdcs
collect_kdcs(const struct facts *facts, const char *record)
{
    struct offers offers = collect_offers(facts, record);
    struct kdcs kdcs = {.count = 0};

    for (size_t i = 0; i < offers.count; i++)
        FACTS_EACH(facts, FACT_DNS, dns_fact, dns)
            if (strcmp(dns->name, offers.items[i].host) == 0
                && *dns->kind == 'A')
                for (size_t j = 0; j < dns->records.count; j++)
                    add_kdc(&kdcs, &offers.items[i], dns->records.items[j]);
    return kdcs;
}


/* What became of connecting to a KDC. */
static enum contact
contact_of(const struct facts *facts, const struct kdc *kdc)
{
    FACTS_EACH(facts, FACT_PORT, port_fact, port)
        if (port->probe == PROBE_TCP && port->port == kdc->port
            && strcmp(port->host, kdc->host) == 0
            && strcmp(port->address, kdc->address) == 0)
            return port->outcome == PORT_OPEN ? CONTACT_OPEN : CONTACT_FAILED;
    return CONTACT_UNTRIED;
}


/* Ask for one domain's KDCs, as far as answers allow by now. */
static void
ask_domain(struct inquiry *inquiry, const struct facts *facts,
           const char *domain)
{
    char *record = record_of(inquiry, facts, domain);
    struct offers offers = collect_offers(facts, record);
    struct kdcs kdcs = collect_kdcs(facts, record);

    inquiry_resolve(inquiry, record, "SRV");
    for (size_t i = 0; i < offers.count; i++) {
        inquiry_resolve(inquiry, offers.items[i].host, "A");
        inquiry_resolve(inquiry, offers.items[i].host, "AAAA");
    }
    for (size_t i = 0; i < kdcs.count; i++)
        inquiry_ask(inquiry, PROBE_TCP, TRANSPORT_TCP, kdcs.items[i].host,
                    kdcs.items[i].address, kdcs.items[i].port);
    free(record);
}


void
discovery_foreign_ask(const struct settings *settings,
                      struct inquiry *inquiry, const struct facts *facts)
{
    struct strings domains = {NULL, 0};

    if (!are_tickets_wanted(settings))
        return;
    collect_domains(facts, settings, &domains);
    for (size_t i = 0; i < domains.count; i++)
        ask_domain(inquiry, facts, domains.items[i]);
    strings_clear(&domains);
}


/* A domain's realm, for the caller to free(). */
static char *
realm_of(const char *domain)
{
    char *realm = xstrdup(domain);

    text_upper(realm);
    return realm;
}


/* Add a domain's KDCs, those that can be connected to first; one that is known
   not to answer would only take its time-out. */
static void
add_lines(const struct inquiry *inquiry, const struct facts *facts,
          const char *domain, struct strings *kdcs_out)
{
    char *record = record_of(inquiry, facts, domain);
    char *realm = realm_of(domain);
    struct kdcs kdcs = collect_kdcs(facts, record);

    for (int contact = 0; contact < CONTACT_FAILED; contact++)
        for (size_t i = 0; i < kdcs.count; i++) {
            const struct kdc *kdc = &kdcs.items[i];
            char *line;

            if ((int)contact_of(facts, kdc) != contact)
                continue;
            line = xasprintf("%s %s %s %" PRId64, realm, kdc->host,
                             kdc->address, kdc->port);
            strings_add_unique(kdcs_out, line);
            free(line);
        }
    free(realm);
    free(record);
}


void
discovery_foreign_kdcs(const struct inquiry *inquiry,
                       const struct facts *facts, struct strings *kdcs_out)
{
    const size_t length = strlen(LOCATOR);
    struct strings domains = {NULL, 0};

    /* Of other domains alone this record is asked for. */
    FACTS_EACH(facts, FACT_DNS, dns_fact, dns)
        if (strcmp(dns->kind, "SRV") == 0
            && strncmp(dns->name, LOCATOR, length) == 0)
            strings_add_unique(&domains, dns->name + length);
    for (size_t i = 0; i < domains.count; i++)
        add_lines(inquiry, facts, domains.items[i], kdcs_out);
    strings_clear(&domains);
}


void
discovery_foreign_realms(const struct facts *facts,
                         const struct settings *settings,
                         struct strings *realms_out)
{
    struct strings domains = {NULL, 0};

    FACTS_EACH(facts, FACT_TRUST, trust_fact, trust)
        if (is_kerberos(trust) && (trust->direction & TRUST_INBOUND))
            add_domain(&domains, trust->partner, settings->numbers->domain);
    for (size_t i = 0; i < domains.count; i++) {
        char *realm = realm_of(domains.items[i]);

        strings_add_unique(realms_out, realm);
        free(realm);
    }
    strings_clear(&domains);
}
