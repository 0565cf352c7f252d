/*
 * The mail servers seen before, in a file of the state directory: one that
 * has lost its SPNs, or its place in DNS, is looked for still.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_SEEN_H
#define DAEMON_SEEN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"

/* The file's name in the state directory. */
#define SEEN_FILE "mail-servers"

/* As many servers are remembered. */
enum { SEEN_MOST = 4096 };


/*
 * Read the file; one that does not exist is empty.
 *
 * path         The file.
 * hosts_out    The hosts in it are added, each once.
 * warning_out  What was ignored, "FILE:LINE: ...", for the caller to free();
 *              NULL if nothing was.
 *
 * Fails when the file cannot be read, or is far too large.
 */
bool seen_read(const char *path, struct strings *hosts_out,
               char **warning_out, struct error *error);

/*
 * Replace the file in one step; it stays as it was on failure.
 *
 * hosts  Canonical; at most SEEN_MOST are written, sorted.
 */
bool seen_write(const char *path, const struct strings *hosts,
                struct error *error);

#endif
