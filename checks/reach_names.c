/*
 * Could the domain controllers and mail servers be found by their names?
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/reach.h"

/* What the name servers together say to a question. */
enum answer {
    ANSWER_UNASKED,
    ANSWER_FAILED,  /* none of them could tell */
    ANSWER_NONE,    /* those that could say that there is nothing */
    ANSWER_FOUND,
};


/* Whether a fact is about a question. */
static bool
is_about(const struct dns_fact *dns, const char *name, const char *kind)
{
    return strcmp(dns->name, name) == 0 && strcmp(dns->kind, kind) == 0;
}


/* What one name server's answer amounts to. */
static enum answer
answer_of(const struct dns_fact *dns)
{
    switch (dns->outcome) {
    case DNS_OK:
        return ANSWER_FOUND;
    case DNS_NODATA:
    case DNS_NXDOMAIN:
        return ANSWER_NONE;
    default:
        return ANSWER_FAILED;
    }
}


/* What all name servers say to a question. */
static enum answer
ask(const struct reach *reach, const char *name, const char *kind)
{
    enum answer best = ANSWER_UNASKED;

    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns)
        if (is_about(dns, name, kind) && answer_of(dns) > best)
            best = answer_of(dns);
    return best;
}


bool
reach_name_answered(const struct reach *reach, const char *name,
                    const char *kind)
{
    return ask(reach, name, kind) >= ANSWER_NONE;
}


/* Tell what each name server said to a question. */
static void
add_answers(const struct reach *reach, const char *name, const char *kind,
            struct finding *finding)
{
    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns)
        if (is_about(dns, name, kind))
            finding_evidence(finding, "dns", dns->host, dns->base.time_us,
                             "%s %s: %s%s%s, seen from %s", name, kind,
                             dns_outcome_names[dns->outcome],
                             *dns->detail ? ", " : "", dns->detail,
                             dns->base.seen_from);
}


/* Whether anything has to be found in DNS: not where the configuration names
   all targets and their addresses. */
static bool
needs_dns(const struct settings *settings)
{
    bool needed = settings->numbers->discovered_dcs
                  || settings->numbers->discovered_mail;

    for (size_t i = 0; i < settings->dc_count; i++)
        needed |= settings->dcs[i]->addresses.count == 0;
    for (size_t i = 0; i < settings->mail_count; i++)
        needed |= settings->mail[i]->addresses.count == 0;
    return needed;
}


/*
 * Whether any name server answers at all, where one is needed.
 *
 * Returns false, after saying so, if those that were asked did not.
 */
static bool
judge_servers(const struct reach *reach)
{
    const char *domain = reach->settings->numbers->domain;
    struct strings told = {NULL, 0};
    struct finding *finding;
    bool asked = false;

    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns) {
        asked = true;
        if (dns->outcome <= DNS_FAILED) {
            findings_judged(reach->findings, "DNS_UNREACHABLE", domain);
            return true;
        }
    }
    if (!asked)
        return true;
    if (!needs_dns(reach->settings)) {
        findings_judged(reach->findings, "DNS_UNREACHABLE", domain);
        return true;
    }
    finding = findings_add(reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING,
                           "DNS_UNREACHABLE", domain,
                           "no name server answers, so nothing of the domain "
                           "can be found");
    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns) {
        if (strings_contain(&told, dns->address))
            continue;
        strings_add(&told, dns->address);
        finding_evidence(finding, "dns", dns->host, dns->base.time_us,
                         "%s %s: %s%s%s, seen from %s", dns->name, dns->kind,
                         dns_outcome_names[dns->outcome],
                         *dns->detail ? ", " : "", dns->detail,
                         dns->base.seen_from);
    }
    finding_remedy(finding, "on this host: put a domain controller's address, "
                            "or a name server that knows %s, into "
                            "/etc/resolv.conf", domain);
    strings_clear(&told);
    return false;
}


/* Whether anything shows that this is Active Directory. */
static bool
is_active_directory(const struct reach *reach, const char *locator)
{
    FACTS_EACH(reach->facts, FACT_ROOTDSE, rootdse_fact, rootdse)
        if (rootdse->active_directory)
            return true;
    return facts_first(reach->facts, FACT_NETLOGON)
           || ask(reach, locator, "SRV") == ANSWER_FOUND;
}


/* Judge one of the records by which clients find domain controllers. */
static void
judge_record(struct reach *reach, const char *name)
{
    struct finding *finding;

    switch (ask(reach, name, "SRV")) {
    case ANSWER_UNASKED:
    case ANSWER_FAILED:
        reach->names_settled = false;
        return;
    case ANSWER_FOUND:
        findings_judged(reach->findings, "DNS_SRV_MISSING", name);
        return;
    case ANSWER_NONE:
        break;
    }
    finding = findings_add(reach->findings, STATUS_WARNING,
                           IMPACT_MAIL_AT_RISK, "DNS_SRV_MISSING", name,
                           "DNS has no SRV record %s: clients that look for "
                           "it find no server", name);
    add_answers(reach, name, "SRV", finding);
    finding_remedy(finding, "on each domain controller: nltest /dsregdns, or "
                            "restart the service Netlogon; with Samba: "
                            "samba_dnsupdate --verbose");
    finding_reference(finding, "RFC 2782");
}


/* Judge the records, in Active Directory; a plain Kerberos realm has only
   those that somebody thought useful. */
static void
judge_records(struct reach *reach, const char *locator)
{
    const char *domain = reach->settings->numbers->domain;
    char *tcp = xasprintf("_kerberos._tcp.%s", domain);
    char *udp = xasprintf("_kerberos._udp.%s", domain);
    char *forest = NULL;

    FACTS_EACH(reach->facts, FACT_NETLOGON, netlogon_fact, netlogon)
        if (!forest && *netlogon->forest)
            forest = text_host(netlogon->forest);
    judge_record(reach, locator);
    judge_record(reach, tcp);
    judge_record(reach, udp);
    if (forest) {
        char *catalog = xasprintf("_gc._tcp.%s", forest);

        if (ask(reach, catalog, "SRV") != ANSWER_UNASKED)
            judge_record(reach, catalog);
        free(catalog);
    }
    free(forest);
    free(udp);
    free(tcp);
}


/* Whether the name servers say that the domain itself does not exist. */
static bool
domain_is_unknown(const struct reach *reach)
{
    const char *domain = reach->settings->numbers->domain;
    bool unknown = false;

    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns) {
        if (strcmp(dns->name, domain) != 0)
            continue;
        if (dns->outcome == DNS_OK || dns->outcome == DNS_NODATA)
            return false;
        unknown |= dns->outcome == DNS_NXDOMAIN;
    }
    return unknown;
}


/* Why no domain controller was found, with the domain to follow. */
static const char *
why_no_dc(const struct reach *reach, const char *locator)
{
    switch (ask(reach, locator, "SRV")) {
    case ANSWER_UNASKED:
        return "no name server was asked for those of ";
    case ANSWER_FAILED:
        return "no name server could tell of one for ";
    case ANSWER_FOUND:
    case ANSWER_NONE:
        break;
    }
    return "DNS names none for ";
}


/* Report that there is nobody to ask anything of. */
static void
report_no_dc(const struct reach *reach, const char *locator)
{
    const char *domain = reach->settings->numbers->domain;
    bool unknown = domain_is_unknown(reach);
    struct finding *finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING, "DNS_SRV_MISSING",
        locator, "no domain controller was found: %s%s%s",
        unknown ? "the domain " : why_no_dc(reach, locator), domain,
        unknown ? " does not exist in DNS; is it spelled right, and do this "
                  "host's name servers know it?" : "");

    add_answers(reach, locator, "SRV", finding);
    add_answers(reach, domain, "NS", finding);
    finding_remedy(finding, "name them: spnhealthd --check --domain %s --dc "
                            "HOST, or domain_controllers in the "
                            "configuration", domain);
    finding_remedy(finding, "on this host: let /etc/resolv.conf name a "
                            "domain controller");
    finding_reference(finding, "RFC 2782");
}


/* Report a host that name servers say has no address. */
static void
report_unresolved(const struct reach *reach, const char *host)
{
    bool hidden = reach_only_in_topology(reach, host);
    struct finding *finding = findings_add(
        reach->findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
        "HOST_UNRESOLVED", host, "DNS has no address for %s%s", host,
        hidden ? ", a domain controller by the configuration partition alone: "
                 "it may have been taken away without metadata cleanup" : "");

    add_answers(reach, host, "A", finding);
    add_answers(reach, host, "AAAA", finding);
    finding_remedy(finding, "in DNS: add the host's A or AAAA record%s",
                   hidden ? "" : ", or take away the SRV or MX records that "
                                 "name it");
    if (hidden)
        reach_tell_topology(reach, host, finding);
}


/* Report a host of which no name server could tell. */
static void
report_untold(const struct reach *reach, const char *host)
{
    struct finding *finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING, "HOST_UNRESOLVED",
        host, "no name server could tell the address of %s", host);

    add_answers(reach, host, "A", finding);
    add_answers(reach, host, "AAAA", finding);
    finding_remedy(finding, "in DNS: add the host's A or AAAA record, or take "
                            "away the SRV or MX records that name it");
}


/* Judge whether a host's name led to an address. */
static void
judge_host(struct reach *reach, const char *host,
           const struct strings *addresses)
{
    enum answer a = ask(reach, host, "A"), aaaa = ask(reach, host, "AAAA");
    enum answer best = a > aaaa ? a : aaaa;

    if (addresses->count > 0 || best == ANSWER_FOUND) {
        findings_judged(reach->findings, "HOST_UNRESOLVED", host);
        return;
    }
    if (best != ANSWER_NONE)
        reach->names_settled = false;
    if (best == ANSWER_NONE)
        report_unresolved(reach, host);
    else if (best == ANSWER_FAILED)
        report_untold(reach, host);
}


/* Judge the names of all targets that have to have an address. */
static void
judge_hosts(struct reach *reach)
{
    const struct settings *settings = reach->settings;

    for (size_t i = 0; i < settings->dc_count; i++)
        judge_host(reach, settings->dcs[i]->host,
                   &settings->dcs[i]->addresses);
    for (size_t i = 0; i < settings->mail_count; i++)
        if (settings->mail[i]->origin & (MAIL_CONFIGURED | MAIL_MX))
            judge_host(reach, settings->mail[i]->host,
                       &settings->mail[i]->addresses);
}


/* Note how fast the name servers answer: the slowest answer of each. */
static void
measure_servers(const struct reach *reach)
{
    struct strings told = {NULL, 0};

    FACTS_EACH(reach->facts, FACT_DNS, dns_fact, dns) {
        int64_t slowest_us = 0;

        if (strings_contain(&told, dns->address))
            continue;
        strings_add(&told, dns->address);
        FACTS_EACH(reach->facts, FACT_DNS, dns_fact, other)
            if (strcmp(other->address, dns->address) == 0
                && other->outcome <= DNS_FAILED
                && other->latency_us > slowest_us)
                slowest_us = other->latency_us;
        if (slowest_us > 0)
            findings_measure(reach->findings, dns->address, "dns_latency",
                             (double)slowest_us / 1e6, -1, "s");
    }
    strings_clear(&told);
}


void
reach_judge_names(struct reach *reach)
{
    const struct settings_numbers *numbers = reach->settings->numbers;
    char *locator = xasprintf("_ldap._tcp.dc._msdcs.%s", numbers->domain);

    measure_servers(reach);
    if (numbers->discovered_mail
        && !reach_name_answered(reach, numbers->domain, "MX"))
        reach->names_settled = false;
    if (is_active_directory(reach, locator) && !reach_topology_settled(reach))
        reach->names_settled = false;
    if (!judge_servers(reach))
        reach->names_settled = false;
    else if (numbers->discovered_dcs && reach->settings->dc_count == 0)
        report_no_dc(reach, locator);
    else if (numbers->discovered_dcs && is_active_directory(reach, locator))
        judge_records(reach, locator);
    judge_hosts(reach);
    free(locator);
}
