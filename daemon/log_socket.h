/*
 * How an entry reaches the journal or syslog, without ever waiting.
 *
 * We write to the sockets ourselves, because syslog(3) drops a line and says
 * nothing when nobody listens at /dev/log or its reader is behind, and
 * neither reports failure nor lets us keep the line for later.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_LOG_SOCKET_H
#define DAEMON_LOG_SOCKET_H

#include <stdbool.h>

#include "daemon/log_entry.h"

/* Where systemd's journal reads, and any other syslog. */
#define LOG_JOURNAL_PATH "/run/systemd/journal/socket"
#define LOG_SYSLOG_PATH "/dev/log"

struct log_sockets {
    char *journal;  /* a path; so the next one */
    char *syslog;
    int datagrams;  /* a socket for both; -1: none could be had yet */
    int stream;     /* connected to syslog; -1: not */
};


/* Prepare to write to two paths; both are copied. */
void log_sockets_open(struct log_sockets *sockets, const char *journal,
                      const char *syslog);
void log_sockets_close(struct log_sockets *sockets);

/*
 * Hand an entry to the journal, or where there is none, to syslog.
 *
 * facility  As openlog(3) takes it.
 *
 * Returns whether it was taken; if not, nobody listens or the reader is
 * behind.
 */
bool log_sockets_send(struct log_sockets *sockets,
                      const struct log_entry *entry, int facility);

#endif
