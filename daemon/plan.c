/*
 * Which probe on which target, when.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/demands.h"
#include "checks/ports.h"
#include "checks/spn.h"
#include "daemon/discovery.h"
#include "daemon/inquiry.h"
#include "daemon/naming.h"
#include "daemon/plan.h"

enum { PORT_DNS = 53, PORT_LDAPS = 636, PORT_GC = 3268, PORT_GC_TLS = 3269 };

struct plan {
    const struct configuration *configuration;
    struct settings *settings;
    struct inquiry *inquiry;
    struct strings fixed;        /* hosts with configured addresses */
    enum bind_method bind;
    const struct facts *facts;   /* of the running plan_advance() */
    const struct plan_sink *sink;
    bool idle;

    /* Sessions: the first alone, so that a refused password is tried once. */
    struct strings sessions;     /* hosts of those begun */
    char *leader;                /* the one that runs alone; NULL: none does */
    bool forest_asked;           /* one global catalog is enough */

    size_t searches_seen;        /* when names of SPNs were last looked at */
};


struct plan *
plan_new(const struct configuration *configuration, struct settings *settings,
         const struct strings *resolvers, enum bind_method bind)
{
    struct plan *plan = xcalloc(1, sizeof(*plan));

    plan->configuration = configuration;
    plan->settings = settings;
    plan->inquiry = inquiry_new(resolvers);
    plan->bind = bind;
    for (size_t i = 0; i < settings->dc_count; i++)
        if (settings->dcs[i]->addresses.count > 0)
            strings_add_unique(&plan->fixed, settings->dcs[i]->host);
    for (size_t i = 0; i < settings->mail_count; i++)
        if (settings->mail[i]->addresses.count > 0)
            strings_add_unique(&plan->fixed, settings->mail[i]->host);
    return plan;
}


void
plan_free(struct plan *plan)
{
    if (!plan)
        return;
    inquiry_free(plan->inquiry);
    strings_clear(&plan->fixed);
    strings_clear(&plan->sessions);
    free(plan->leader);
    free(plan);
}


/* Whether a check is to be judged. */
static bool
wanted(const struct plan *plan, const char *check)
{
    return strings_contain(&plan->settings->numbers->checks, check);
}


/* Ask for one port by its protocol's real message where there is one. */
static void
ask_port(struct plan *plan, const struct target_dc *dc, const char *address,
         int64_t standard, enum transport transport)
{
    bool udp = transport == TRANSPORT_UDP;
    enum packet_probe probe = PROBE_TCP;

    switch (standard) {
    case PORT_DNS:
        inquiry_ask_dns(plan->inquiry, transport, address,
                        plan->settings->numbers->domain, "NS");
        return;
    case 88:
        probe = PROBE_KDC;
        break;
    case 123:
        /* The protocol has no TCP: there is nothing to compare with. */
        if (!udp)
            return;
        probe = PROBE_NTP;
        break;
    case 389:
        probe = udp ? PROBE_CLDAP : PROBE_ROOTDSE;
        break;
    case 445:
        probe = PROBE_SMB;
        break;
    case 464:
        probe = PROBE_KPASSWD;
        break;
    case PORT_GC:
        probe = PROBE_ROOTDSE;
        break;
    }
    inquiry_ask(plan->inquiry, probe, transport, dc->host, address,
                port_of_dc(dc, standard));
}


/* Ask for the ports of one configured list ("88/udp") that a DC should have
   open; for UDP the TCP twin too, which tells a mute server from a filter. */
static void
ask_ports(struct plan *plan, const struct target_dc *dc, const char *address,
          const struct strings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        int64_t standard = strtoll(list->items[i], NULL, 10);
        bool udp = strstr(list->items[i], "/udp") != NULL;

        if (!port_expected(plan->facts, dc, standard,
                           udp ? TRANSPORT_UDP : TRANSPORT_TCP))
            continue;
        ask_port(plan, dc, address, standard, TRANSPORT_TCP);
        if (udp)
            ask_port(plan, dc, address, standard, TRANSPORT_UDP);
    }
}


/* The port that LDAP sessions use with a DC; 0 if it is no LDAP server. */
static int64_t
session_port(const struct plan *plan, const struct target_dc *dc)
{
    bool tls = plan->configuration->ldap.tls == TLS_LDAPS;

    return tls && dc->ldap == 389 ? PORT_LDAPS : dc->ldap;
}


/* Whether a DC says that it keeps time for others; what is not a DC of
   Active Directory may do so without saying. */
static bool
tells_time(const struct plan *plan, const struct target_dc *dc)
{
    FACTS_EACH(plan->facts, FACT_NETLOGON, netlogon_fact, netlogon)
        if (strcmp(netlogon->host, dc->host) == 0)
            return netlogon->flags & DS_TIMESERV;
    FACTS_EACH(plan->facts, FACT_ROOTDSE, rootdse_fact, rootdse)
        if (strcmp(rootdse->host, dc->host) == 0)
            return !rootdse->active_directory;
    return false;
}


/* Ask a DC's address for all that the chosen checks need. */
static void
ask_dc(struct plan *plan, const struct target_dc *dc, const char *address)
{
    const struct settings_numbers *numbers = plan->settings->numbers;
    struct inquiry *inquiry = plan->inquiry;

    /* Who it is, and whether a session with it is worth while. */
    if (dc->ldap) {
        inquiry_ask(inquiry, PROBE_ROOTDSE, TRANSPORT_TCP, dc->host, address,
                    session_port(plan, dc));
        inquiry_ask(inquiry, PROBE_CLDAP, TRANSPORT_UDP, dc->host, address,
                    dc->ldap);
    }
    if (dc->kerberos) {
        inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_TCP, dc->host, address,
                    dc->kerberos);
        inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_UDP, dc->host, address,
                    dc->kerberos);
    }
    if (wanted(plan, "ports")) {
        ask_ports(plan, dc, address, &numbers->ports_kerberos);
        ask_ports(plan, dc, address, &numbers->ports_directory);
        ask_ports(plan, dc, address, &numbers->ports_other);
    }
    /* Only their own DNS tells whether what SPNs name exists. */
    if (wanted(plan, "spn")
        && port_expected(plan->facts, dc, PORT_DNS, TRANSPORT_UDP))
        ask_port(plan, dc, address, PORT_DNS, TRANSPORT_UDP);
    if (wanted(plan, "clock")) {
        if (dc->ntp && tells_time(plan, dc))
            inquiry_ask(inquiry, PROBE_NTP, TRANSPORT_UDP, dc->host, address,
                        dc->ntp);
        if (port_expected(plan->facts, dc, 445, TRANSPORT_TCP))
            ask_port(plan, dc, address, 445, TRANSPORT_TCP);
    }
}


/* Ask a mail server's address for its greeting and its clock.  A host known
   by its SPN alone need not be a mail server: ask for its greeting first. */
static void
ask_mail_server(struct plan *plan, const struct target_mail *mail,
                const char *address)
{
    if (mail_is_outside(plan->facts, plan->settings, mail))
        return;
    inquiry_ask(plan->inquiry, PROBE_SMTP, TRANSPORT_TCP, mail->host, address,
                mail->port);
    if (!wanted(plan, "clock")
        || (mail->origin == MAIL_SPN && !mail_answers(plan->facts, mail->host)))
        return;
    inquiry_ask(plan->inquiry, PROBE_NTP, TRANSPORT_UDP, mail->host, address,
                123);
    inquiry_ask(plan->inquiry, PROBE_SMB, TRANSPORT_TCP, mail->host, address,
                445);
}


/* Whether a DC's own DNS service has answered at an address. */
static bool
serves_dns(const struct plan *plan, const char *address)
{
    FACTS_EACH(plan->facts, FACT_DNS, dns_fact, dns)
        if (strcmp(dns->address, address) == 0
            && (dns->outcome == DNS_OK || dns->outcome == DNS_NODATA
                || dns->outcome == DNS_NXDOMAIN))
            return true;
    return false;
}


/* Ask the DCs' own DNS whether the hosts that SPNs name exist. */
static void
ask_spn_hosts(struct plan *plan)
{
    struct strings names = {NULL, 0};
    size_t searches = 0;

    FACTS_EACH(plan->facts, FACT_SEARCH, search_fact, search)
        searches += search->outcome == SEARCH_OK;
    if (searches == plan->searches_seen && !plan->idle)
        return;
    plan->searches_seen = searches;
    if (!wanted(plan, "spn") || searches == 0)
        return;
    spn_dns_names(plan->facts, plan->settings, &names);
    for (size_t i = 0; i < plan->settings->dc_count; i++) {
        const struct strings *addresses = &plan->settings->dcs[i]->addresses;

        for (size_t j = 0; j < addresses->count; j++)
            for (size_t k = 0; serves_dns(plan, addresses->items[j])
                               && k < names.count; k++) {
                inquiry_ask_dns(plan->inquiry, TRANSPORT_UDP,
                                addresses->items[j], names.items[k], "A");
                inquiry_ask_dns(plan->inquiry, TRANSPORT_UDP,
                                addresses->items[j], names.items[k], "AAAA");
            }
    }
    strings_clear(&names);
}


/* The first address of a host at which a probe found a port open, or NULL;
   over TCP, unless any transport will do. */
static const char *
open_address(const struct plan *plan, const char *host,
             enum packet_probe probe, int64_t port, bool any_transport)
{
    FACTS_EACH(plan->facts, FACT_PORT, port_fact, fact)
        if (fact->probe == (int)probe && fact->port == port
            && (any_transport || fact->transport == TRANSPORT_TCP)
            && fact->outcome == PORT_OPEN && strcmp(fact->host, host) == 0)
            return fact->address;
    return NULL;
}


/*
 * Choose the KDC for a DC's session: its own, or another that answers.  Over
 * TCP, if there is one: tickets often outgrow a datagram.
 *
 * Returns false to wait for what is still being asked.
 */
static bool
choose_kdc(const struct plan *plan, const struct target_dc *dc,
           const struct target_dc **kdc_out, const char **address_out)
{
    const struct settings *settings = plan->settings;

    *kdc_out = dc;
    *address_out = open_address(plan, dc->host, PROBE_KDC, dc->kerberos, false);
    if (*address_out || plan->bind != BIND_GSSAPI)
        return true;
    if (!plan->idle)
        return false;
    for (size_t i = 0; i < settings->dc_count && !*address_out; i++) {
        *kdc_out = settings->dcs[i];
        *address_out = open_address(plan, (*kdc_out)->host, PROBE_KDC,
                                    (*kdc_out)->kerberos, false);
    }
    if (!*address_out) {
        *kdc_out = dc;
        *address_out
            = open_address(plan, dc->host, PROBE_KDC, dc->kerberos, true);
    }
    return *address_out != NULL;
}


/* What a DC told of itself, or NULL. */
static const struct rootdse_fact *
rootdse_of(const struct plan *plan, const char *host)
{
    FACTS_EACH(plan->facts, FACT_ROOTDSE, rootdse_fact, rootdse)
        if (strcmp(rootdse->host, host) == 0)
            return rootdse;
    return NULL;
}


/* Tell a session which SPNs and accounts matter. */
static void
add_interests(const struct plan *plan, struct session_task *task)
{
    const struct settings *settings = plan->settings;
    const struct strings *services = &settings->numbers->services;

    for (size_t i = 0; i < services->count; i++)
        strings_add_unique(&task->services, services->items[i]);
    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct target_mail *mail = settings->mail[i];

        if (*mail->account)
            strings_add_unique(&task->accounts, mail->account);
        strings_add_unique(&task->hosts, mail->host);
        for (size_t j = 0; j < mail->services.count; j++)
            strings_add_unique(&task->services, mail->services.items[j]);
    }
    task->all_spns = settings->numbers->duplicates_all
                     && wanted(plan, "duplicates");
}


/* The global catalog's port, if this session is to ask the forest. */
static int64_t
forest_port(struct plan *plan, const struct target_dc *dc)
{
    bool tls = plan->configuration->ldap.tls == TLS_LDAPS;

    if (plan->forest_asked || !plan->settings->numbers->duplicates_forest
        || !wanted(plan, "duplicates")
        || !port_expected(plan->facts, dc, PORT_GC, TRANSPORT_TCP))
        return 0;
    plan->forest_asked = true;
    return tls && dc->gc == PORT_GC ? PORT_GC_TLS : dc->gc;
}


/* Begin a DC's session if it has answered and nothing is to be waited for;
   returns whether it did. */
static bool
begin_session(struct plan *plan, const struct target_dc *dc)
{
    const char *address, *kdc_address = NULL;
    const struct target_dc *kdc;
    const struct rootdse_fact *rootdse = rootdse_of(plan, dc->host);
    struct session_task *task;
    char *base;

    address = open_address(plan, dc->host, PROBE_ROOTDSE,
                           session_port(plan, dc), false);
    if (!address || strings_contain(&plan->sessions, dc->host)
        || !choose_kdc(plan, dc, &kdc, &kdc_address))
        return false;
    task = record_new(&session_task_type);
    record_set(&task->host, dc->host);
    record_set(&task->address, address);
    record_set(&task->kdc_host, kdc->host);
    record_set(&task->kdc_address, kdc_address ? kdc_address : "");
    task->kdc_port = kdc->kerberos ? kdc->kerberos : 88;
    task->ldap_port = session_port(plan, dc);
    task->gc_port = forest_port(plan, dc);
    base = naming_base(rootdse, plan->settings->numbers->domain);
    record_set(&task->base, *plan->configuration->base
                                ? plan->configuration->base : base);
    free(base);
    record_set(&task->configuration, rootdse ? rootdse->configuration_nc : "");
    add_interests(plan, task);
    strings_add(&plan->sessions, dc->host);
    plan->sink->session(plan->sink->closure, task);
    return true;
}


enum trial { TRIAL_OPEN, TRIAL_PASSED, TRIAL_REFUSED };

/* How the credentials have fared so far.  One refusal ends all attempts: a
   wrong password counts towards the account's lockout. */
static enum trial
credentials_trial(const struct plan *plan)
{
    enum trial trial = TRIAL_OPEN;

    FACTS_EACH(plan->facts, FACT_TGT, tgt_fact, tgt) {
        if (tgt->outcome == KDC_REFUSED || tgt->outcome == KDC_NO_CREDENTIALS)
            return TRIAL_REFUSED;
        if (tgt->outcome == KDC_OK)
            trial = TRIAL_PASSED;
    }
    FACTS_EACH(plan->facts, FACT_BIND, bind_fact, bind) {
        if (plan->bind == BIND_SIMPLE && bind->outcome == BIND_REFUSED)
            return TRIAL_REFUSED;
        if (bind->outcome == BIND_OK)
            trial = TRIAL_PASSED;
    }
    return plan->bind == BIND_ANONYMOUS ? TRIAL_PASSED : trial;
}


/* Begin the sessions that can begin now. */
static void
begin_sessions(struct plan *plan)
{
    enum trial trial = credentials_trial(plan);

    if (!plan->settings->numbers->credentials || trial == TRIAL_REFUSED)
        return;
    if (!wanted(plan, "spn") && !wanted(plan, "duplicates")
        && !plan->settings->numbers->discovered_mail)
        return;
    if (!plan->idle
        && !discovery_mail_settled(plan->settings, plan->inquiry, plan->facts))
        return;
    for (size_t i = 0; i < plan->settings->dc_count; i++) {
        const struct target_dc *dc = plan->settings->dcs[i];

        if (trial == TRIAL_OPEN && plan->leader)
            return;
        if (dc->ldap && begin_session(plan, dc) && trial == TRIAL_OPEN)
            plan->leader = xstrdup(dc->host);
    }
}


void
plan_session_ended(struct plan *plan, const char *host)
{
    if (plan->leader && strcmp(plan->leader, host) == 0) {
        free(plan->leader);
        plan->leader = NULL;
    }
}


void
plan_advance(struct plan *plan, const struct facts *facts, bool idle,
             const struct plan_sink *sink)
{
    const struct settings *settings = plan->settings;

    plan->facts = facts;
    plan->sink = sink;
    plan->idle = idle;
    inquiry_set_sink(plan->inquiry, sink->packet, sink->closure);
    discovery_advance(plan->configuration, plan->settings, plan->inquiry,
                      facts, &plan->fixed);
    for (size_t i = 0; i < settings->dc_count; i++)
        for (size_t j = 0; j < settings->dcs[i]->addresses.count; j++)
            ask_dc(plan, settings->dcs[i],
                   settings->dcs[i]->addresses.items[j]);
    for (size_t i = 0; i < settings->mail_count; i++)
        for (size_t j = 0; j < settings->mail[i]->addresses.count; j++)
            ask_mail_server(plan, settings->mail[i],
                            settings->mail[i]->addresses.items[j]);
    begin_sessions(plan);
    ask_spn_hosts(plan);
}
