/*
 * A YAML file in memory, read with suspicion.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_DOCUMENT_H
#define DAEMON_DOCUMENT_H

#include <stdbool.h>
#include <yaml.h>

#include "base/memory.h"

/* The largest file that is read. */
enum { DOCUMENT_MAX = 1024 * 1024 };

/*
 * Read a file that holds one YAML document.
 *
 * path          A regular file in UTF-8.
 * document_out  On success for the caller to yaml_document_delete(); without
 *               a root node where the file is empty.
 * errors        On failure one line is appended, with the file's name, and
 *               line and column where there is one.
 *
 * Refuses whatever is not a file, is too large, or is not well-formed YAML of
 * printable characters; also a second document.  Aliases are not expanded:
 * each is the node that it stands for, so a small file stays small (and a
 * node may contain itself).
 */
bool document_read(const char *path, yaml_document_t *document_out,
                   struct strings *errors);

#endif
