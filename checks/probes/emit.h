/*
 * The worker's answers: one record a line on standard output.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_EMIT_H
#define CHECKS_PROBES_EMIT_H

#include <stdint.h>

#include "checks/facts.h"

/*
 * Write a fact as one whole line.
 *
 * kind  Its kind.
 * fact  Borrowed.
 *
 * Ends the process quietly when nobody reads any more: the parent that asked
 * is gone, or has had enough.
 */
void emit_fact(enum fact_kind kind, const void *fact);

/* Write that a task is finished; its facts come before. */
void emit_done(int64_t id);

#endif
