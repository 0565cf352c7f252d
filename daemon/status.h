/*
 * --status: what the running service last saw, without looking.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include "daemon/options.h"

/*
 * Show what the service has saved.
 *
 * Returns the exit status: that of what it saw, UNKNOWN where it is missing or
 * older than two intervals of a check.
 */
int status_main(const struct options *options);

#endif
