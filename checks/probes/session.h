/*
 * The session worker: tickets for one DC, and what its directory holds.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SESSION_H
#define CHECKS_PROBES_SESSION_H

/*
 * Read a context and a session task from standard input, hold the session,
 * and write its facts to standard output, and that it is done.  Then wait for
 * a follow-up, do what it says in the same session, and write likewise; or
 * for the end of the input.
 *
 * Returns the exit status: EXIT_SUCCESS however the session went, since that
 * is in the facts; EXIT_FAILURE with a message if there was no task, or if
 * what followed was none.
 */
int session_main(void);

#endif
