/*
 * The session worker: tickets for one DC, and what its directory holds.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SESSION_H
#define CHECKS_PROBES_SESSION_H

/*
 * Read a context and a session task from standard input, hold the session,
 * and write its facts to standard output.
 *
 * Returns the exit status: EXIT_SUCCESS however the session went, since that
 * is in the facts; EXIT_FAILURE with a message if there was no task.
 */
int session_main(void);

#endif
