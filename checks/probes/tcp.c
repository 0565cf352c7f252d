/*
 * A TCP port that is only connected to.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/probes/packet.h"

const struct packet_protocol tcp_protocol = {.frame = NULL};
