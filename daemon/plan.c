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
#include "daemon/plan.h"
#include "daemon/sessions.h"

enum { PORT_DNS = 53, PORT_GC = 3268 };

struct plan {
    const struct configuration *configuration;
    struct settings *settings;
    struct inquiry *inquiry;
    struct strings fixed;        /* hosts with configured addresses */
    struct sessions *sessions;
    const struct facts *facts;   /* of the running plan_advance() */
    bool idle;

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
    plan->sessions = sessions_new(configuration, settings, bind);
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
    sessions_free(plan->sessions);
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
                    sessions_port(plan->sessions, dc));
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


void
plan_session_settled(struct plan *plan, size_t number)
{
    sessions_settled(plan->sessions, number);
}


struct followup_task *
plan_follow_up(struct plan *plan, const struct facts *facts, size_t number)
{
    struct strings realms = {NULL, 0}, kdcs = {NULL, 0};
    struct followup_task *task;

    discovery_foreign_realms(facts, plan->settings, &realms);
    discovery_foreign_kdcs(plan->inquiry, facts, &kdcs);
    task = sessions_follow_up(plan->sessions, facts, number, &realms, &kdcs);
    strings_clear(&realms);
    strings_clear(&kdcs);
    return task;
}


void
plan_advance(struct plan *plan, const struct facts *facts, bool idle,
             const struct plan_sink *sink)
{
    const struct settings *settings = plan->settings;

    plan->facts = facts;
    plan->idle = idle;
    inquiry_set_sink(plan->inquiry, sink->packet, sink->closure);
    discovery_advance(plan->configuration, plan->settings, plan->inquiry,
                      facts, &plan->fixed, idle);
    for (size_t i = 0; i < settings->dc_count; i++)
        for (size_t j = 0; j < settings->dcs[i]->addresses.count; j++)
            ask_dc(plan, settings->dcs[i],
                   settings->dcs[i]->addresses.items[j]);
    for (size_t i = 0; i < settings->mail_count; i++)
        for (size_t j = 0; j < settings->mail[i]->addresses.count; j++)
            ask_mail_server(plan, settings->mail[i],
                            settings->mail[i]->addresses.items[j]);
    if (idle || discovery_mail_settled(settings, plan->inquiry, facts))
        sessions_begin(plan->sessions, facts, idle, sink->session,
                       sink->closure);
    ask_spn_hosts(plan);
}
