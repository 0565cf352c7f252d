/*
 * How one port of a DC was seen, whichever probe looked.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "checks/sighting.h"

enum { PORT_DNS = 53 };


/* Whether a name server accepts connections but does not answer over them
   either, which tells a mute server from a filter. */
static bool
dns_is_mute_over_tcp(const struct facts *facts, const struct dns_fact *udp)
{
    FACTS_EACH(facts, FACT_DNS, dns_fact, fact)
        if (fact->transport == TRANSPORT_TCP && fact->outcome == DNS_SILENT
            && strcmp(fact->address, udp->address) == 0
            && strcmp(fact->base.seen_from, udp->base.seen_from) == 0)
            return true;
    return false;
}


/* What a name server's answer says of its port: a refusal to answer the
   question is an answer. */
static enum port_outcome
outcome_of_dns(const struct facts *facts, const struct dns_fact *fact)
{
    switch (fact->outcome) {
    case DNS_SILENT:
        return fact->transport == TRANSPORT_TCP
                       || dns_is_mute_over_tcp(facts, fact)
                   ? PORT_SILENT : PORT_FILTERED;
    case DNS_UNREACHED:
        return PORT_FILTERED;
    case DNS_CLOSED:
        return PORT_CLOSED;
    case DNS_GARBLED:
        return PORT_GARBLED;
    case DNS_UNTRIED:
        return PORT_UNTRIED;
    default:
        return PORT_OPEN;
    }
}


/* Append a sighting to an array. */
static void
add_sighting(struct sighting **sightings, size_t *count,
             const struct sighting *sighting)
{
    *sightings = xrealloc(*sightings, *count + 1, sizeof(**sightings));
    (*sightings)[(*count)++] = *sighting;
}


bool
sighting_tcp_is(const struct facts *facts, const struct target_dc *dc,
                int64_t port, const struct sighting *sighting,
                enum port_outcome outcome)
{
    FACTS_EACH(facts, FACT_PORT, port_fact, fact)
        if (fact->transport == TRANSPORT_TCP && fact->port == port
            && fact->outcome == (int)outcome
            && strcmp(fact->host, dc->host) == 0
            && strcmp(fact->address, sighting->address) == 0
            && strcmp(fact->base.seen_from, sighting->base->seen_from) == 0)
            return true;
    return false;
}


/* Collect what the probes of services saw. */
static void
collect_ports(const struct facts *facts, const struct target_dc *dc,
              int64_t port, enum transport transport,
              struct sighting **sightings, size_t *count)
{
    FACTS_EACH(facts, FACT_PORT, port_fact, fact) {
        struct sighting sighting = {
            .base = &fact->base,
            .address = fact->address,
            .probe = packet_probe_names[fact->probe],
            .outcome = (enum port_outcome)fact->outcome,
            .latency_us = fact->latency_us,
            .detail = fact->detail,
        };

        if (fact->port != port || fact->transport != (int)transport
            || strcmp(fact->host, dc->host) != 0)
            continue;
        if (transport == TRANSPORT_UDP && fact->outcome == PORT_FILTERED
            && sighting_tcp_is(facts, dc, port, &sighting, PORT_SILENT))
            sighting.outcome = PORT_SILENT;
        add_sighting(sightings, count, &sighting);
    }
}


/* Collect what questions to a name server showed. */
static void
collect_dns(const struct facts *facts, const struct target_dc *dc,
            enum transport transport, struct sighting **sightings,
            size_t *count)
{
    FACTS_EACH(facts, FACT_DNS, dns_fact, fact) {
        struct sighting sighting = {
            .base = &fact->base,
            .address = fact->address,
            .probe = packet_probe_names[PROBE_DNS],
            .outcome = outcome_of_dns(facts, fact),
            .latency_us = fact->latency_us,
            .detail = fact->detail,
        };

        if (fact->transport == (int)transport
            && strcmp(fact->kind, "NS") == 0
            && strings_contain(&dc->addresses, fact->address))
            add_sighting(sightings, count, &sighting);
    }
}


struct sighting *
sightings_collect(const struct facts *facts, const struct target_dc *dc,
                  int64_t port, enum transport transport, size_t *count_out)
{
    struct sighting *sightings = NULL;

    *count_out = 0;
    collect_ports(facts, dc, port, transport, &sightings, count_out);
    if (port == PORT_DNS)
        collect_dns(facts, dc, transport, &sightings, count_out);
    return sightings;
}


void
sighting_tell(const struct port_fact *fact, struct finding *finding)
{
    finding_evidence(finding, packet_probe_names[fact->probe], fact->host,
                     fact->base.time_us,
                     "%s port %" PRId64 "/%s is %s from %s%s%s",
                     fact->address, fact->port,
                     transport_names[fact->transport],
                     port_outcome_names[fact->outcome], fact->base.seen_from,
                     *fact->detail ? ": " : "", fact->detail);
}
