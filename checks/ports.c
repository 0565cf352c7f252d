/*
 * Can this host talk to each domain controller's services?
 *
 * A port is judged by the protocol's own answer where a probe has one: a
 * firewall that lets a connection through and then drops what is sent looks
 * open to a port scanner.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/ports.h"
#include "checks/sighting.h"

/* What listens at a standard port. */
struct service {
    int64_t standard;
    const char *name;
    const char *windows;    /* the Windows service's name */
    const char *reference;  /* what assigns the port; may be NULL */
};

static const struct service services[] = {
    {53, "DNS", "DNS", "RFC 1035 section 4.2"},
    {88, "Kerberos", "Kdc", "RFC 4120 section 7.2"},
    {123, "the time service", "W32Time", "RFC 5905 section 7.2"},
    {135, "the RPC endpoint mapper", "RpcEptMapper", NULL},
    {389, "LDAP", "NTDS", "RFC 4511 section 5.2"},
    {445, "SMB", "LanmanServer", NULL},
    {464, "the Kerberos password service", "Kdc", "RFC 3244 section 2"},
    {636, "LDAP over TLS", "NTDS", NULL},
    {3268, "the global catalog", "NTDS", NULL},
    {3269, "the global catalog over TLS", "NTDS", NULL},
    {0, "the service", "*", NULL},
};

/* What each outcome is called, and how the message puts it: the host that
   looked follows. */
static const struct {
    const char *code;  /* NULL: no fault */
    int weight;        /* of several addresses the heaviest leads */
    const char *verb;
} outcomes[] = {
    [PORT_OPEN] = {NULL, 1, NULL},
    [PORT_CLOSED] = {"PORT_CLOSED", 4, "refuses"},
    [PORT_FILTERED] = {"PORT_FILTERED", 5, "gives no answer to"},
    [PORT_SILENT] = {"PORT_SILENT", 3, "is there but says nothing to"},
    [PORT_GARBLED] = {"PORT_GARBLED", 2, "answers in another protocol to"},
    [PORT_UNTRIED] = {NULL, 0, NULL},
};

/* One port of one DC, and all that is known of it. */
struct target {
    const struct facts *facts;
    const struct settings *settings;
    const struct target_dc *dc;
    const struct service *service;
    int64_t port;
    enum transport transport;
    bool kerberos;  /* authentication stops without it */
    bool dark;      /* nothing of the DC answers: one finding tells of all */
    char *subject;
    struct sighting *sightings;
    size_t count;
};


/* The entry of a standard port; the last one for ports without their own. */
static const struct service *
find_service(int64_t standard)
{
    const struct service *service = services;

    while (service->standard != 0 && service->standard != standard)
        service++;
    return service;
}


/* Whether the host that looked found the port open at another address. */
static bool
is_open_elsewhere(const struct target *target, const struct sighting *sighting)
{
    for (size_t i = 0; i < target->count; i++)
        if (target->sightings[i].outcome == PORT_OPEN
            && strcmp(target->sightings[i].base->seen_from,
                      sighting->base->seen_from)
                   == 0)
            return true;
    return false;
}


/* How bad it is that a port does not work for one sighting. */
static enum status
judge_sighting(const struct target *target, const struct sighting *sighting)
{
    /* Clients go on to the next address: that slows down. */
    if (!target->kerberos || is_open_elsewhere(target, sighting))
        return STATUS_WARNING;
    /* Windows prefers TCP, so a blocked 88/udp slows down and stops nobody. */
    if (target->service->standard == 88 && target->transport == TRANSPORT_UDP
        && sighting_tcp_is(target->facts, target->dc, target->port, sighting,
                           PORT_OPEN))
        return STATUS_WARNING;
    return STATUS_CRITICAL;
}


/* How to go on, by what happened. */
static void
add_remedies(const struct target *target, const struct sighting *sighting,
             struct finding *finding)
{
    const char *host = target->dc->host, *from = sighting->base->seen_from;
    const char *transport = transport_names[target->transport];

    if (sighting->outcome == PORT_FILTERED)
        finding_remedy(finding,
                       "in the firewalls between: allow %s and the mail "
                       "servers -> %s (%s) port %" PRId64 "/%s",
                       from, host, sighting->address, target->port, transport);
    else if (sighting->outcome == PORT_GARBLED)
        finding_remedy(finding,
                       "on %s: netstat -abno (Linux: ss -tulpn): which "
                       "program has port %" PRId64 "? or a proxy on the way",
                       host, target->port);
    else
        finding_remedy(finding,
                       "on %s: Get-Service %s (Linux: ss -tulpn): does it "
                       "run and listen? then its firewall",
                       host, target->service->windows);
    if (is_open_elsewhere(target, sighting))
        finding_remedy(finding,
                       "or, if %s is no address for clients: take the record "
                       "of it out of DNS, and on %s let that interface not "
                       "register itself",
                       sighting->address, host);
    finding_remedy(finding,
                   "on a Windows mail server: portqry -n %s -e %" PRId64
                   " -p %s",
                   sighting->address, target->port, transport);
    if (target->transport == TRANSPORT_TCP)
        finding_remedy(finding, "on %s: nc -vz -w 3 %s %" PRId64, from,
                       sighting->address, target->port);
}


/* Tell every address that was seen, the working ones too: they say where the
   fault lies. */
static void
add_evidence(const struct target *target, struct finding *finding)
{
    for (size_t i = 0; i < target->count; i++) {
        const struct sighting *sighting = &target->sightings[i];

        finding_evidence(finding, sighting->probe, target->dc->host,
                         sighting->base->time_us,
                         "%s port %" PRId64 "/%s is %s from %s%s%s",
                         sighting->address, target->port,
                         transport_names[target->transport],
                         port_outcome_names[sighting->outcome],
                         sighting->base->seen_from,
                         *sighting->detail ? ": " : "", sighting->detail);
    }
}


/* What makes a port that does not work more bearable. */
static const char *
comfort(const struct target *target, const struct sighting *sighting)
{
    if (is_open_elsewhere(target, sighting))
        return "; at another address it answers";
    return target->kerberos
                   && judge_sighting(target, sighting) != STATUS_CRITICAL
               ? "; over TCP it answers" : "";
}


/* Report a port that does not work, led by its worst sighting. */
static void
report_port(const struct target *target, const struct sighting *worst,
            struct findings *findings)
{
    enum status status = judge_sighting(target, worst);
    bool fails = status == STATUS_CRITICAL;
    struct finding *finding = findings_add(
        findings, status, fails ? IMPACT_MAIL_FAILS : IMPACT_MAIL_AT_RISK,
        outcomes[worst->outcome].code, target->subject,
        "%s of %s (%s) %s %s on %" PRId64 "/%s%s%s%s",
        target->service->name, target->dc->host, worst->address,
        outcomes[worst->outcome].verb, worst->base->seen_from, target->port,
        transport_names[target->transport], *worst->detail ? ": " : "",
        worst->detail, comfort(target, worst));

    add_evidence(target, finding);
    add_remedies(target, worst, finding);
    finding_reference(finding, "KB979174");
    if (target->service->reference)
        finding_reference(finding, target->service->reference);
}


/* Note whether this host found the port open, at every address that it tried,
   and how long the answer took; of several the slowest counts. */
static void
measure(const struct target *target, struct findings *findings)
{
    const char *main_host = target->settings->numbers->host;
    int64_t slowest_us = -1;
    bool open = true, tried = false;

    for (size_t i = 0; i < target->count; i++) {
        const struct sighting *sighting = &target->sightings[i];

        if (sighting->outcome == PORT_UNTRIED
            || strcmp(sighting->base->seen_from, main_host) != 0)
            continue;
        tried = true;
        if (sighting->outcome != PORT_OPEN)
            open = false;
        else if (sighting->latency_us > slowest_us)
            slowest_us = sighting->latency_us;
    }
    if (tried)
        findings_measure(findings, target->subject, "open", open, -1, "");
    if (slowest_us >= 0)
        findings_measure(findings, target->subject, "latency",
                         (double)slowest_us / 1e6, -1, "s");
}


/* Whether one sighting is to lead before another: the graver one, then that
   of the heavier outcome. */
static bool
is_worse(const struct target *target, const struct sighting *left,
         const struct sighting *right)
{
    bool faults = outcomes[left->outcome].code && outcomes[right->outcome].code;
    enum status a = judge_sighting(target, left);
    enum status b = judge_sighting(target, right);

    if (faults && a != b)
        return status_worse(a, b);
    return outcomes[left->outcome].weight > outcomes[right->outcome].weight;
}


/* Judge a port by what was seen of it. */
static void
judge_target(const struct target *target, struct findings *findings)
{
    const struct sighting *worst = NULL;

    /* Listed twice: the graver list comes first. */
    if (findings_was_judged(findings, outcomes[PORT_CLOSED].code,
                            target->subject))
        return;
    for (size_t i = 0; i < target->count; i++) {
        const struct sighting *sighting = &target->sightings[i];

        if (!worst || is_worse(target, sighting, worst))
            worst = sighting;
        if (sighting->outcome == PORT_UNTRIED)
            findings_not_covered(findings,
                                 "%s: %s could not be tried from %s: %s",
                                 target->dc->host, sighting->address,
                                 sighting->base->seen_from, sighting->detail);
    }
    if (!worst)
        findings_not_covered(findings, "%s was not looked at",
                             target->subject);
    if (!worst || worst->outcome == PORT_UNTRIED)
        return;
    for (int outcome = PORT_CLOSED; outcome <= PORT_GARBLED; outcome++)
        findings_judged(findings, outcomes[outcome].code, target->subject);
    measure(target, findings);
    if (outcomes[worst->outcome].code)
        report_port(target, worst, findings);
}


/* Judge the port of one line of the configuration, "88/udp". */
static void
judge_port(struct target *target, const char *spec, struct findings *findings)
{
    int64_t standard = strtoll(spec, NULL, 10);

    target->transport
        = strstr(spec, "/udp") ? TRANSPORT_UDP : TRANSPORT_TCP;
    if (!port_expected(target->facts, target->dc, standard,
                       target->transport))
        return;
    target->service = find_service(standard);
    target->port = port_of_dc(target->dc, standard);
    target->subject
        = xasprintf("%s:%" PRId64 "/%s", target->dc->host, target->port,
                    transport_names[target->transport]);
    target->sightings
        = sightings_collect(target->facts, target->dc, target->port,
                            target->transport, &target->count);
    if (target->dark)
        measure(target, findings);
    else
        judge_target(target, findings);
    free(target->sightings);
    free(target->subject);
}


/* Whether a DC answered on some port in whatever way, or by DNS. */
static bool
was_heard(const struct facts *facts, const struct target_dc *dc)
{
    FACTS_EACH(facts, FACT_PORT, port_fact, fact)
        if (strcmp(fact->host, dc->host) == 0
            && fact->outcome != PORT_FILTERED && fact->outcome != PORT_UNTRIED)
            return true;
    FACTS_EACH(facts, FACT_DNS, dns_fact, fact)
        if (fact->outcome <= DNS_FAILED
            && strings_contain(&dc->addresses, fact->address))
            return true;
    return false;
}


/* Whether nothing of a DC answers although it was asked and other DCs do.
   Where KDC and directory are hosts of their own, a directory that answers
   makes up for no KDC. */
static bool
is_dark(const struct facts *facts, const struct settings *settings,
        const struct target_dc *dc)
{
    bool asked = false;

    FACTS_EACH(facts, FACT_PORT, port_fact, fact)
        asked |= fact->outcome == PORT_FILTERED
                 && strcmp(fact->host, dc->host) == 0;
    if (!asked || was_heard(facts, dc))
        return false;
    for (size_t i = 0; i < settings->dc_count; i++)
        if (was_heard(facts, settings->dcs[i])
            && (settings->dcs[i]->kerberos || !dc->kerberos))
            return true;
    return false;
}


/* Report a DC of which nothing was ever seen: it may be none of this host's
   business, so it is one warning, and not one a port. */
static void
report_dark(const struct facts *facts, const struct settings *settings,
            const struct target_dc *dc, struct findings *findings)
{
    const char *from = settings->numbers->host;
    struct finding *finding = findings_add(
        findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
        outcomes[PORT_FILTERED].code, dc->host,
        "no port of %s was seen open from %s, while other domain controllers "
        "answer: it is down, or a firewall is between", dc->host, from);

    FACTS_EACH(facts, FACT_PORT, port_fact, fact)
        if (strcmp(fact->host, dc->host) == 0)
            sighting_tell(fact, finding);
    finding_remedy(finding,
                   "if it is up: in the firewalls between, allow %s and the "
                   "mail servers -> %s (%s)", from, dc->host,
                   dc->addresses.items[0]);
    finding_remedy(finding,
                   "if it is gone for good: delete its computer object in "
                   "Active Directory Users and Computers; with Samba, on "
                   "another domain controller: samba-tool domain demote "
                   "--remove-other-dead-server=%.*s",
                   (int)strcspn(dc->host, "."), dc->host);
    finding_remedy(finding,
                   "if nothing here should reach it: list the others under "
                   "domain_controllers in the configuration");
    finding_reference(finding, "KB979174");
}


/* Judge all ports of one DC. */
static void
judge_dc(const struct facts *facts, const struct settings *settings,
         const struct target_dc *dc, struct findings *findings)
{
    const struct settings_numbers *numbers = settings->numbers;
    struct target target = {
        .facts = facts,
        .settings = settings,
        .dc = dc,
        .kerberos = true,
        .dark = is_dark(facts, settings, dc),
    };

    if (dc->addresses.count == 0) {
        findings_not_covered(findings, "%s has no address: its ports were not "
                                       "looked at",
                             dc->host);
        return;
    }
    if (target.dark)
        report_dark(facts, settings, dc, findings);
    else
        findings_ruled_out(findings, outcomes[PORT_FILTERED].code, dc->host);
    for (size_t i = 0; i < numbers->ports_kerberos.count; i++)
        judge_port(&target, numbers->ports_kerberos.items[i], findings);
    target.kerberos = false;
    for (size_t i = 0; i < numbers->ports_directory.count; i++)
        judge_port(&target, numbers->ports_directory.items[i], findings);
    for (size_t i = 0; i < numbers->ports_other.count; i++)
        judge_port(&target, numbers->ports_other.items[i], findings);
}


static void
ports_judge(const struct facts *facts, const struct settings *settings,
            struct findings *findings)
{
    for (size_t i = 0; i < settings->dc_count; i++)
        judge_dc(facts, settings, settings->dcs[i], findings);
}


const struct check ports_check = {
    .name = "ports",
    .ok = "PORTS_OK",
    .summary = "the domain controllers' Kerberos and directory ports answer",
    .judge = ports_judge,
};
