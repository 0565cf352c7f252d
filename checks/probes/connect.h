/*
 * One TCP connection to one address, within a time-out.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_CONNECT_H
#define CHECKS_PROBES_CONNECT_H

#include <stdint.h>

#include "base/error.h"

/*
 * Connect.
 *
 * address      Numeric, of either family.
 * deadline_us  By CLOCK_MONOTONIC.
 *
 * Returns a nonblocking socket for the caller to close(), or -1.
 */
int connect_address(const char *address, int64_t port, int64_t deadline_us,
                    struct error *error);

#endif
