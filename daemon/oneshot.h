/*
 * One run, or the replay of recorded ones, and its report.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_ONESHOT_H
#define DAEMON_ONESHOT_H

#include "daemon/options.h"

/*
 * Do what --check asks: run or replay, judge, record, report.
 *
 * options  Borrowed.
 *
 * Returns the exit status: the worst finding's, or STATUS_UNKNOWN with a
 * message on standard error when nothing could be done.
 */
int oneshot_main(const struct options *options);

#endif
