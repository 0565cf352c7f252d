/*
 * The keytab worker: which keys are in a keytab, and never the keys.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_KEYTAB_H
#define CHECKS_PROBES_KEYTAB_H

#include "checks/probes/kerberos.h"
#include "checks/tasks.h"

/* As many keys of a keytab are told; no honest one has more. */
enum { KEYTAB_KEYS_MOST = 1000 };

/*
 * Read a keytab.
 *
 * tell  Called with a fact for each key, and after the last with one that is
 *       not readable if the keytab, or the rest of it, could not be read.  A
 *       keytab without any key yields one that is readable, with the principal
 *       "".  The fact is borrowed for the call.
 * data  Passed to tell.
 */
void keytab_read(const struct kerberos *kerberos,
                 const struct keytab_task *task,
                 void (*tell)(void *data, const struct keytab_fact *fact),
                 void *data);

/*
 * Read a context, then keytab tasks until the end of standard input, and write
 * the facts of each and "done" to standard output.
 *
 * Returns the exit status: EXIT_SUCCESS however the reading went, since that is
 * in the facts; EXIT_FAILURE with a message if there was no context, or a line
 * that is no task.
 */
int keytab_main(void);

#endif
