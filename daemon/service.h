/*
 * The service: checks at their intervals, alerts through syslog.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "daemon/options.h"

/* What systemd is told not to restart after: sysexits(3) EX_CONFIG. */
enum { SERVICE_BAD_CONFIGURATION = 78 };

/*
 * Run in the foreground until SIGTERM or SIGINT.
 *
 * options  Name the configuration file; borrowed.
 *
 * Returns the exit status: 0 after a stop, SERVICE_BAD_CONFIGURATION when the
 * configuration at the start is unusable, 1 for any other failure to start.
 */
int service_main(const struct options *options);

#endif
