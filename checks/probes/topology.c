/*
 * The forest as a directory's configuration partition describes it: domains,
 * DCs, site links, subnets; and the trusts of its domain.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/probes/dn.h"
#include "checks/probes/emit.h"
#include "checks/probes/guid.h"
#include "checks/probes/quest.h"
#include "checks/probes/topology.h"

/* What a site link has where it does not say (MS-ADA1 cost, MS-ADA3
   replInterval), and the most that it may say. */
enum {
    LINK_COST = 100,
    LINK_MINUTES = 180,
    LINK_MINUTES_MOST = 10080,
};

enum {
    SURVEY_BYTES_MOST = 16 * 1024 * 1024,  /* some 20000 DCs */
    CONTEXTS_MOST = 512,                   /* of a DC: what a fact holds */
};

#define US_PER_MINUTE INT64_C(60000000)

/* Objects in the configuration partition. */
#define DOMAIN_FILTER                                                        \
    "(&(objectClass=crossRef)"                                               \
    "(systemFlags:1.2.840.113556.1.4.803:=2))"  /* FLAG_CR_NTDS_DOMAIN */
#define SITE_FILTER                                                          \
    "(|(objectClass=server)(objectClass=nTDSDSA)(objectClass=siteLink)"      \
    "(objectClass=subnet))"

static const char *const domain_attributes[] = {"dnsRoot", "nCName", NULL};
static const char *const site_attributes[] = {
    "cost", "dNSHostName", "hasMasterNCs", "invocationId",
    "msDS-hasFullReplicaNCs", "msDS-hasMasterNCs", "objectCategory",
    "objectClass", "objectGUID", "options", "replInterval", "siteList",
    "siteObject", NULL,
};
static const char *const site_raw[] = {"invocationId", "objectGUID", NULL};
static const char *const trust_attributes[] = {
    "flatName", "msDS-SupportedEncryptionTypes", "trustAttributes",
    "trustDirection", "trustPartner", "trustType", NULL,
};

/* A server object, which tells its host's name. */
struct server {
    char *dn;
    char *host;
};

/* The topology of one directory, while it is read. */
struct survey {
    const char *asked;  /* the DC */
    struct quest *quest;
    size_t bytes;       /* that servers and directory services take */
    struct server *servers;
    size_t server_count;
    /* They wait for their servers, which may come after them. */
    struct dsa_fact **dsas;
    size_t dsa_count;
};


/* Give a string member the canonical spelling of a host or domain. */
static void
set_host(char **member, const char *text)
{
    char *host = text_host(text);

    record_set(member, host);
    free(host);
}


/* Give a string member a component of a DN. */
static void
set_part(char **member, const char *dn, size_t index)
{
    char *value = dn_value(dn, index);

    record_set(member, value);
    free(value);
}


/* Give a string member the text of an attribute that is a GUID; "" where it
   is not readable. */
static void
set_guid(char **member, const struct entry *entry, const char *name)
{
    const struct blobs *blobs = entry_blobs(entry, name);
    char text[GUID_TEXT_SIZE] = "";

    if (blobs->count > 0 && blobs->items[0].length == GUID_BYTES)
        guid_write(blobs->items[0].bytes, text);
    record_set(member, text);
}


/* Emit a domain of the forest. */
static void
take_domain(void *data, const struct entry *entry)
{
    const struct survey *survey = data;
    struct domain_fact *fact = record_new(fact_types[FACT_DOMAIN]);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, survey->asked);
    set_host(&fact->domain, entry_value(entry, "dnsRoot"));
    record_set(&fact->nc, entry_value(entry, "nCName"));
    emit_fact(FACT_DOMAIN, fact);
    record_free(fact_types[FACT_DOMAIN], fact);
}


/* Whether there is room to remember so many bytes more; without it the quest
   has failed. */
static bool
has_room(struct survey *survey, size_t bytes)
{
    struct error error;

    survey->bytes += bytes;
    if (survey->bytes <= SURVEY_BYTES_MOST)
        return true;
    error_set(&error, "gave up: the sites have more DCs than can be kept");
    quest_fail(survey->quest, &error);
    return false;
}


static void
free_server(struct server *server)
{
    free(server->dn);
    free(server->host);
}


/* Remember a DC's host name for its directory service. */
static void
take_server(struct survey *survey, const struct entry *entry)
{
    struct server server = {
        .dn = xstrdup(entry->dn),
        .host = text_host(entry_value(entry, "dNSHostName")),
    };

    if (!has_room(survey, sizeof(server) + strlen(server.dn)
                              + strlen(server.host))) {
        free_server(&server);
        return;
    }
    survey->servers = xrealloc(survey->servers, survey->server_count + 1,
                               sizeof(server));
    survey->servers[survey->server_count++] = server;
}


/* Whether a directory service is an RODC's: by its class, or, as Samba has it,
   by its category alone. */
static bool
is_read_only(const struct entry *entry)
{
    char *category = dn_value(entry_value(entry, "objectCategory"), 0);
    bool read_only = entry_is(entry, "nTDSDSARO")
                     || text_casecmp(category, "NTDS-DSA-RO") == 0;

    free(category);
    return read_only;
}


/* Add the naming contexts that a directory service holds.  The newer attribute
   has application partitions too; a DC of Windows 2000 has but the older. */
static void
take_contexts(struct dsa_fact *fact, const struct entry *entry)
{
    const struct strings *ncs
        = entry_values(entry, fact->read_only ? "msDS-hasFullReplicaNCs"
                                              : "msDS-hasMasterNCs");

    if (ncs->count == 0)
        ncs = entry_values(entry, "hasMasterNCs");
    for (size_t i = 0; i < ncs->count && i < CONTEXTS_MOST; i++)
        strings_add(&fact->ncs, ncs->items[i]);
}


/* About how many bytes a fact about a directory service takes. */
static size_t
measure(const struct dsa_fact *fact)
{
    size_t bytes = sizeof(*fact) + strlen(fact->dn) + strlen(fact->site);

    for (size_t i = 0; i < fact->ncs.count; i++)
        bytes += sizeof(char *) + strlen(fact->ncs.items[i]);
    return bytes;
}


/* Remember a directory service.  Its DN is
   "CN=NTDS Settings,CN=dc1,CN=Servers,CN=Site,CN=Sites,...". */
static void
take_dsa(struct survey *survey, const struct entry *entry)
{
    struct dsa_fact *fact = record_new(fact_types[FACT_DSA]);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, survey->asked);
    record_set(&fact->dn, entry->dn);
    set_part(&fact->site, entry->name, 3);
    set_guid(&fact->guid, entry, "objectGUID");
    set_guid(&fact->invocation, entry, "invocationId");
    fact->options = entry_word(entry, "options", 0);
    fact->read_only = is_read_only(entry);
    take_contexts(fact, entry);
    if (!has_room(survey, measure(fact))) {
        record_free(fact_types[FACT_DSA], fact);
        return;
    }
    survey->dsas = xrealloc(survey->dsas, survey->dsa_count + 1,
                            sizeof(*survey->dsas));
    survey->dsas[survey->dsa_count++] = fact;
}


/* Emit a site link.  Those by mail carry no domain's changes. */
static void
take_link(const struct survey *survey, const struct entry *entry)
{
    const struct strings *sites = entry_values(entry, "siteList");
    int64_t minutes = entry_word(entry, "replInterval", LINK_MINUTES);
    struct site_link_fact *fact;
    char *transport = dn_value(entry->name, 1);
    bool by_mail = text_casecmp(transport, "SMTP") == 0;

    free(transport);
    if (by_mail)
        return;
    if (minutes > LINK_MINUTES_MOST)
        minutes = LINK_MINUTES_MOST;
    fact = record_new(fact_types[FACT_SITE_LINK]);
    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, survey->asked);
    set_part(&fact->name, entry->name, 0);
    for (size_t i = 0; i < sites->count; i++) {
        char *site = dn_value(sites->items[i], 0);

        strings_add(&fact->sites, site);
        free(site);
    }
    fact->interval_us = minutes * US_PER_MINUTE;
    fact->cost = entry_word(entry, "cost", LINK_COST);
    fact->options = entry_word(entry, "options", 0);
    emit_fact(FACT_SITE_LINK, fact);
    record_free(fact_types[FACT_SITE_LINK], fact);
}


/* Emit a subnet. */
static void
take_subnet(const struct survey *survey, const struct entry *entry)
{
    struct subnet_fact *fact = record_new(fact_types[FACT_SUBNET]);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, survey->asked);
    set_part(&fact->subnet, entry->name, 0);
    set_part(&fact->site, entry_value(entry, "siteObject"), 0);
    emit_fact(FACT_SUBNET, fact);
    record_free(fact_types[FACT_SUBNET], fact);
}


/* Deal with an object below CN=Sites. */
static void
take_site_object(void *data, const struct entry *entry)
{
    struct survey *survey = data;

    if (entry_is(entry, "siteLink"))
        take_link(survey, entry);
    else if (entry_is(entry, "subnet"))
        take_subnet(survey, entry);
    else if (entry_is(entry, "server"))
        take_server(survey, entry);
    else if (entry_is(entry, "nTDSDSA"))
        take_dsa(survey, entry);
}


/* Emit a trust. */
static void
take_trust(void *data, const struct entry *entry)
{
    const struct survey *survey = data;
    const char *partner = entry_value(entry, "trustPartner");
    struct trust_fact *fact = record_new(fact_types[FACT_TRUST]);

    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, survey->asked);
    set_host(&fact->partner,
             *partner ? partner : entry_value(entry, "flatName"));
    fact->direction = entry_word(entry, "trustDirection", 0);
    fact->kind = entry_word(entry, "trustType", 0);
    fact->attributes = entry_word(entry, "trustAttributes", 0);
    fact->etypes = entry_word(entry, "msDS-SupportedEncryptionTypes", 0);
    emit_fact(FACT_TRUST, fact);
    record_free(fact_types[FACT_TRUST], fact);
}


/* Order two servers by their DNs, for qsort(3) and bsearch(3). */
static int
compare_servers(const void *left, const void *right)
{
    return text_casecmp(((const struct server *)left)->dn,
                        ((const struct server *)right)->dn);
}


/* The host of the server that a directory service belongs to, or "".  The
   servers must be in order. */
static const char *
find_server(const struct survey *survey, const char *dsa_dn)
{
    struct server wanted = {.dn = xstrdup(dn_parent(dsa_dn))}, *found = NULL;

    if (survey->server_count > 0)
        found = bsearch(&wanted, survey->servers, survey->server_count,
                        sizeof(wanted), compare_servers);
    free(wanted.dn);
    return found ? found->host : "";
}


/* Emit the directory services, with their servers' names, and forget both. */
static void
emit_dsas(struct survey *survey)
{
    if (survey->server_count > 0)
        qsort(survey->servers, survey->server_count, sizeof(struct server),
              compare_servers);
    for (size_t i = 0; i < survey->dsa_count; i++) {
        struct dsa_fact *fact = survey->dsas[i];

        record_set(&fact->server, find_server(survey, fact->dn));
        emit_fact(FACT_DSA, fact);
        record_free(fact_types[FACT_DSA], fact);
    }
    for (size_t i = 0; i < survey->server_count; i++)
        free_server(&survey->servers[i]);
    free(survey->dsas);
    free(survey->servers);
}


/* Ask for what is below a container, given by how its DN begins. */
static void
ask_below(struct quest *quest, struct survey *survey, const char *container,
          const char *nc, const struct search *what)
{
    char *base = xasprintf("%s,%s", container, nc);
    struct search search = *what;

    search.base = base;
    search.data = survey;
    quest_ask(quest, &search);
    free(base);
}


/* Ask for the domains, and for what is below CN=Sites. */
static void
ask_topology(struct channel *channel, struct survey *survey, const char *nc)
{
    static const struct search domains = {
        .scope = SCOPE_CHILDREN,
        .filter = DOMAIN_FILTER,
        .attributes = domain_attributes,
        .take = take_domain,
    };
    static const struct search sites = {
        .scope = SCOPE_SUBTREE,
        .filter = SITE_FILTER,
        .attributes = site_attributes,
        .raw = site_raw,
        .take = take_site_object,
    };
    struct quest quest = quest_begin(channel, SEARCH_TOPOLOGY, nc);

    survey->quest = &quest;
    ask_below(&quest, survey, "CN=Partitions", nc, &domains);
    ask_below(&quest, survey, "CN=Sites", nc, &sites);
    emit_dsas(survey);
    survey->quest = NULL;
    quest_end(&quest);
}


/* Ask for the trusts of a domain. */
static void
ask_trusts(struct channel *channel, struct survey *survey, const char *nc)
{
    static const struct search trusts = {
        .scope = SCOPE_CHILDREN,
        .filter = "(objectClass=trustedDomain)",
        .attributes = trust_attributes,
        .take = take_trust,
    };
    struct quest quest = quest_begin(channel, SEARCH_TRUSTS, nc);

    ask_below(&quest, survey, "CN=System", nc, &trusts);
    quest_end(&quest);
}


bool
topology_search(struct directory *directory, const struct session_task *task)
{
    struct channel channel = {
        .directory = directory,
        .host = task->host,
        .port = task->ldap_port,
    };
    struct survey survey = {.asked = task->host};

    if (*task->configuration)
        ask_topology(&channel, &survey, task->configuration);
    if (*task->base)
        ask_trusts(&channel, &survey, task->base);
    return !channel.last.lost;
}
