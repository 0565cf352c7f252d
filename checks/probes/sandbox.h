/*
 * What a worker gives up before it reads the first byte from a network.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SANDBOX_H
#define CHECKS_PROBES_SANDBOX_H

#include "base/error.h"

/*
 * Restore the signal mask, die with the parent, leave no core file with
 * tickets in it, hold a bounded number of files, gain no privileges, and, on
 * kernels with Landlock, never write a file again.
 *
 * Reading stays possible: keytabs, /etc, libraries that are loaded later, and
 * /proc, which LeakSanitizer needs.  Address space is not limited, because
 * the sanitizers reserve terabytes of it.
 *
 * Fails only where the kernel refuses what every supported one grants.
 */
bool sandbox_enter(struct error *error);

#endif
