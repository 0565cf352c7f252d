/*
 * Finding the domain controllers and mail servers, and their addresses.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/map.h"
#include "checks/principal.h"
#include "daemon/discovery.h"
#include "daemon/naming.h"

/* A directory may name anything, and as often as it likes. */
enum { DCS_MOST = 4096 };

/* What one pass of discovery works on. */
struct pass {
    const struct configuration *configuration;
    struct settings *settings;
    struct inquiry *inquiry;
    const struct facts *facts;
    const struct strings *fixed;
    const char *domain;
};

typedef void take_record(struct pass *pass, const char *host, int64_t port);


/* Ask this host's name servers for prefix followed by domain, and call take
   for each host among the answers that have come. */
static enum dns_state
find(struct pass *pass, const char *kind, take_record *take,
     const char *prefix, const char *domain)
{
    char name[512];
    enum dns_state state;

    snprintf(name, sizeof(name), "%s%s", prefix, domain);
    inquiry_resolve(pass->inquiry, name, kind);
    state = inquiry_state(pass->inquiry, pass->facts, name, kind);
    FACTS_EACH(pass->facts, FACT_DNS, dns_fact, dns) {
        if (strcmp(dns->name, name) != 0 || strcmp(dns->kind, kind) != 0)
            continue;
        for (size_t i = 0; take && i < dns->records.count; i++) {
            int64_t port;
            const char *host = inquiry_record_host(dns->records.items[i],
                                                   kind, &port);

            if (host)
                take(pass, host, port);
        }
    }
    return state;
}


/* A domain controller by the locator's records: all services are its own. */
static void
take_dc(struct pass *pass, const char *host, int64_t port)
{
    (void)port;
    settings_dc(pass->settings, host);
}


/* A host of a realm without the locator's records offers only the services
   that DNS names it for. */
static struct target_dc *
realm_host(struct pass *pass, const char *host)
{
    struct target_dc *dc;

    if (settings_find_dc(pass->settings, host))
        return settings_dc(pass->settings, host);
    dc = settings_dc(pass->settings, host);
    dc->kerberos = dc->kpasswd = dc->ldap = 0;
    return dc;
}


static void
take_kdc(struct pass *pass, const char *host, int64_t port)
{
    realm_host(pass, host)->kerberos = port;
}


static void
take_kpasswd(struct pass *pass, const char *host, int64_t port)
{
    realm_host(pass, host)->kpasswd = port;
}


static void
take_ldap(struct pass *pass, const char *host, int64_t port)
{
    realm_host(pass, host)->ldap = port;
}


char *
discovery_forest(const struct facts *facts)
{
    FACTS_EACH(facts, FACT_NETLOGON, netlogon_fact, netlogon)
        if (*netlogon->forest)
            return xstrdup(netlogon->forest);
    return NULL;
}


/* Ask for the DCs of this host's own site, as the DCs see it. */
static void
find_site(struct pass *pass, const char *site)
{
    char prefix[512];

    snprintf(prefix, sizeof(prefix), "_ldap._tcp.%s._sites.dc._msdcs.", site);
    text_lower(prefix);
    find(pass, "SRV", take_dc, prefix, pass->domain);
}


/* Domain controllers by the DNS records that clients find them by
   (MS-ADTS section 6.3.2.3), or the hosts of a plain Kerberos realm
   (RFC 4120 section 7.2.3.2, RFC 2782). */
static void
find_dcs(struct pass *pass)
{
    const char *domain = pass->domain;
    enum dns_state located;
    char *forest;
    bool plain;

    if (*pass->configuration->site)
        find_site(pass, pass->configuration->site);
    located = find(pass, "SRV", take_dc, "_ldap._tcp.dc._msdcs.", domain);
    plain = located == DNS_STATE_ABSENT;
    find(pass, "SRV", plain ? take_kdc : NULL, "_kerberos._tcp.", domain);
    find(pass, "SRV", plain ? take_kdc : NULL, "_kerberos._udp.", domain);
    if (plain) {
        find(pass, "SRV", take_kpasswd, "_kpasswd._udp.", domain);
        find(pass, "SRV", take_ldap, "_ldap._tcp.", domain);
    }
    FACTS_EACH(pass->facts, FACT_NETLOGON, netlogon_fact, netlogon)
        if (*netlogon->client_site)
            find_site(pass, netlogon->client_site);
    forest = discovery_forest(pass->facts);
    if (forest)
        find(pass, "SRV", NULL, "_gc._tcp.", forest);
    free(forest);
}


/* Whether a DC holds a naming context. */
static bool
holds(const struct dsa_fact *dsa, const char *nc)
{
    for (size_t i = 0; i < dsa->ncs.count; i++)
        if (text_casecmp(dsa->ncs.items[i], nc) == 0)
            return true;
    return false;
}


/* The directories that have told all that they know of the topology. */
static struct map
collect_views(const struct facts *facts)
{
    struct map views = {NULL, 0};

    FACTS_EACH(facts, FACT_SEARCH, search_fact, search)
        if (search->purpose == SEARCH_TOPOLOGY && search->outcome == SEARCH_OK)
            map_add(&views, 0, search->host, search->host);
    map_finish(&views);
    return views;
}


/* Whether "server host" is about a server. */
static bool
is_of(const char *both, const char *server)
{
    size_t length = strlen(server);

    return strncmp(both, server, length) == 0 && both[length] == ' ';
}


/*
 * Domain controllers by the configuration partition: it has those too that
 * register no records of the domain, as RODCs and branch offices' do.
 *
 * One that was demoted stays in it until that has replicated everywhere, which
 * may take hours: only what all directories agree on counts.
 */
static void
find_members(struct pass *pass)
{
    struct map views = collect_views(pass->facts);
    char *nc = naming_base(NULL, pass->domain);
    struct strings shown = {NULL, 0};
    size_t times = 0;

    FACTS_EACH(pass->facts, FACT_DSA, dsa_fact, dsa)
        if (holds(dsa, nc) && text_is_host(dsa->server)
            && (views.count == 0 || map_find(&views, dsa->host))) {
            char *both = xasprintf("%s %s", dsa->server, dsa->host);

            strings_add(&shown, both);
            free(both);
        }
    strings_sort(&shown);
    for (size_t i = 0; i < shown.count; i++) {
        char *server = xstrndup(shown.items[i], strcspn(shown.items[i], " "));

        /* What one directory says twice counts once. */
        if (i == 0 || strcmp(shown.items[i - 1], shown.items[i]) != 0)
            times = is_of(i > 0 ? shown.items[i - 1] : "", server) ? times + 1
                                                                   : 1;
        if (times >= views.count && pass->settings->dc_count < DCS_MOST)
            settings_dc(pass->settings, server);
        free(server);
    }
    strings_clear(&shown);
    map_clear(&views);
    free(nc);
}


/* Add a mail server that is known so; there may be too many to look at. */
static void
add_mail_server(struct pass *pass, const char *host, int64_t origin)
{
    if (settings_find_mail(pass->settings, host)
        || (pass->settings->mail_count < SETTINGS_MAIL_MOST
            && text_is_host(host)))
        settings_mail(pass->settings, host)->origin |= origin;
}


static void
take_mail_server(struct pass *pass, const char *host, int64_t port)
{
    (void)port;
    add_mail_server(pass, host, MAIL_MX);
}


/* Mail servers by DNS (RFC 5321 section 5.1, RFC 6186), by the Exchange
   objects and by the computers that hold a mail service's SPN. */
static void
find_mail_servers(struct pass *pass)
{
    const struct strings *services = &pass->settings->numbers->services;

    find(pass, "MX", take_mail_server, "", pass->domain);
    find(pass, "SRV", take_mail_server, "_submission._tcp.", pass->domain);
    FACTS_EACH(pass->facts, FACT_EXCHANGE, exchange_fact, exchange)
        add_mail_server(pass, exchange->server, MAIL_EXCHANGE);
    FACTS_EACH(pass->facts, FACT_ACCOUNT, account_fact, account)
        if (account->computer
            && principal_any_service(&account->spns, services))
            add_mail_server(pass, account->dns_host_name, MAIL_SPN);
}


/* Ask for a host's addresses, and take those that have come. */
static void
resolve_host(struct pass *pass, const char *host, struct strings *addresses)
{
    if (strings_contain(pass->fixed, host))
        return;
    inquiry_resolve(pass->inquiry, host, "A");
    inquiry_resolve(pass->inquiry, host, "AAAA");
    FACTS_EACH(pass->facts, FACT_DNS, dns_fact, dns)
        if (strcmp(dns->name, host) == 0 && *dns->kind == 'A')
            for (size_t i = 0; i < dns->records.count; i++)
                strings_add_unique(addresses, dns->records.items[i]);
}


void
discovery_advance(const struct configuration *configuration,
                  struct settings *settings, struct inquiry *inquiry,
                  const struct facts *facts, const struct strings *fixed,
                  bool idle)
{
    struct pass pass = {
        .configuration = configuration, .settings = settings,
        .inquiry = inquiry, .facts = facts, .fixed = fixed,
        .domain = settings->numbers->domain,
    };

    if (settings->numbers->discovered_dcs)
        find_dcs(&pass);
    if (settings->numbers->discovered_dcs && idle)
        find_members(&pass);
    if (settings->numbers->discovered_mail)
        find_mail_servers(&pass);
    find(&pass, "NS", NULL, "", pass.domain);
    for (size_t i = 0; i < settings->dc_count; i++)
        resolve_host(&pass, settings->dcs[i]->host,
                     &settings->dcs[i]->addresses);
    for (size_t i = 0; i < settings->mail_count; i++)
        resolve_host(&pass, settings->mail[i]->host,
                     &settings->mail[i]->addresses);
    discovery_foreign_ask(settings, inquiry, facts);
}


bool
discovery_mail_settled(const struct settings *settings,
                       const struct inquiry *inquiry,
                       const struct facts *facts)
{
    char *submission;
    bool settled;

    if (!settings->numbers->discovered_mail)
        return true;
    submission = xasprintf("_submission._tcp.%s", settings->numbers->domain);
    settled = inquiry_settled(inquiry, facts, settings->numbers->domain, "MX")
              && inquiry_settled(inquiry, facts, submission, "SRV");
    free(submission);
    return settled;
}
