/*
 * How one port of a DC was seen, whichever probe looked.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SIGHTING_H
#define CHECKS_SIGHTING_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/settings.h"

/* One address of the port, seen from one host; borrowed from the facts. */
struct sighting {
    const struct fact *base;
    const char *address;
    const char *probe;
    enum port_outcome outcome;
    int64_t latency_us;
    const char *detail;
};


/*
 * Collect what is known of a port from every host and address.
 *
 * Over UDP a mute server looks like a filter: such a port counts as
 * PORT_SILENT where the same TCP port is, and as PORT_FILTERED elsewhere.
 * A name server's port is seen by its answer to the question for NS records.
 *
 * port       Where the service listens at this DC.
 * count_out  How many sightings there are.
 *
 * Returns an array for the caller to free(), or NULL for none.
 */
struct sighting *sightings_collect(const struct facts *facts,
                                   const struct target_dc *dc, int64_t port,
                                   enum transport transport,
                                   size_t *count_out);

/* Whether the same TCP port was found so at a sighting's address by the same
   host. */
bool sighting_tcp_is(const struct facts *facts, const struct target_dc *dc,
                     int64_t port, const struct sighting *sighting,
                     enum port_outcome outcome);

/* Add how a port was found to a finding's evidence. */
void sighting_tell(const struct port_fact *fact, struct finding *finding);

#endif
