/*
 * A run's facts in a file, with the settings they are judged by: --record and
 * --replay.
 *
 * JSON Lines: a header, the settings, the targets, then every fact.  Nothing
 * secret is in it: settings hold none, and no fact does.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_RECORDING_H
#define DAEMON_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/facts.h"
#include "checks/settings.h"

/* The largest file that is read. */
enum { RECORDING_MAX = 256 * 1024 * 1024 };


/*
 * Save a run, readable by its owner alone.
 *
 * path        Replaced in one step, or left as it was on failure.
 * program     Name and version, "spnhealthd 0.1.0".
 * settings    Those that were judged by, with the targets found; its host and
 *             time go into the header.
 * facts       Seen from one host.
 * elapsed_us  How long the run took.
 *
 * Fails when facts come from several hosts, or the file cannot be written.
 */
bool recording_write(const char *path, const char *program,
                     const struct settings *settings,
                     const struct facts *facts, int64_t elapsed_us,
                     struct error *error);

/*
 * Read a recording.
 *
 * settings_inout  NULL before the first file: set to its settings, for the
 *                 caller to settings_free().  Those of further files are
 *                 ignored, but for their targets, which are added.
 * facts           The file's facts are added, seen from the header's host.
 *
 * Fails, with "FILE:LINE: what is wrong", for anything that recording_write()
 * would not write.  Settings and facts may then hold a part of the file, and
 * are the caller's to free.
 */
bool recording_read(const char *path, struct settings **settings_inout,
                    struct facts *facts, struct error *error);

#endif
