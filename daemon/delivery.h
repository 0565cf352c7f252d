/*
 * A report, written where the command line wants it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_DELIVERY_H
#define DAEMON_DELIVERY_H

#include <stdbool.h>

#include "daemon/options.h"
#include "daemon/report.h"

/*
 * Write a report in the format and to the file that were asked for.
 *
 * report  Its colours and width are set to what standard output allows.
 *
 * Fails, having said why on standard error, when it cannot be written.
 */
bool delivery_write(const struct options *options, struct report *report);

#endif
