/*
 * What systemd wants to hear of a service: sd_notify(3)'s protocol.
 *
 * Its few lines are here, and not in a library, so that the parent process
 * stays as small as it is.  Where no one listens ($NOTIFY_SOCKET is not set),
 * all succeed and do nothing.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum notify_state {
    NOTIFY_READY,      /* started, or done with reloading */
    NOTIFY_RELOADING,
    NOTIFY_STOPPING,
    NOTIFY_WATCHDOG,   /* still alive */
    NOTIFY_STATUS,     /* nothing but the status line */
};


/*
 * Tell systemd.
 *
 * status  A line for "systemctl status", cleaned here; NULL: no new one.
 *
 * Fails when $NOTIFY_SOCKET is no socket's name, or sending fails; it never
 * waits for whoever should read.
 */
bool notify_send(enum notify_state state, const char *status,
                 struct error *error);

/*
 * How often to send NOTIFY_WATCHDOG: half of what systemd allows.
 *
 * Returns microseconds; 0 if no watchdog waits for this process.
 */
int64_t notify_watchdog_us(void);

#endif
