/*
 * Findings as lines of a file: part of the service's status.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_FINDINGS_FILE_H
#define DAEMON_FINDINGS_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "checks/findings.h"
#include "checks/record.h"

/* The types of their lines. */
enum { FINDINGS_TYPES = 5 };
extern const struct record_type *const findings_types[FINDINGS_TYPES];


/* Write all of them, check by check; what fails shows in ferror(stream).  What
   was judged and not found is of a run, and not written. */
void findings_write(const struct findings *findings, FILE *stream);

/*
 * Add what a record of one of those types says; the record stays the
 * caller's.
 *
 * Fails when it is nothing that findings_write() would write after what was
 * taken before, or names a check or code that this version has not.
 */
bool findings_take(struct findings *findings, const struct record_type *type,
                   const void *record, struct error *error);

#endif
