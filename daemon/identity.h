/*
 * This host's own name.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_IDENTITY_H
#define DAEMON_IDENTITY_H

/*
 * This host's FQDN: its host name if that has a dot, else the first name in
 * the hosts file that is the host name with a domain, else the host name.
 * DNS is not asked: it may be what is broken.
 *
 * hosts_path  Normally /etc/hosts.
 *
 * Returns a canonical host name for the caller to free().
 */
char *identity_host(const char *hosts_path);

#endif
