/*
 * All that a new check needs.
 *
 * A check judges and never looks: facts and settings in, findings out, with
 * no I/O and no clock of its own.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_CHECK_H
#define CHECKS_CHECK_H

#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/settings.h"

struct check {
    const char *name;
    const char *summary;  /* one line for --list-checks */
    const char *ok;       /* the code of its finding when all is well */
    /* NULL for a check whose configuration is known and which is not built
       yet: it is listed as such and never reported as done. */
    void (*judge)(const struct facts *facts, const struct settings *settings,
                  struct findings *findings);
    bool always;  /* runs whatever is chosen, and is not configured */
};

/* The checks that are built, one a file. */
extern const struct check accounts_check, clock_check, duplicates_check,
    ports_check, reach_check, replication_check, spn_check, tickets_check;

/* All checks in alphabetical order; NULL ends them. */
extern const struct check *const checks[];

/* The check of a name, or NULL. */
const struct check *check_find(const char *name);

/*
 * Judge with every check that settings name, and those that always run, then
 * add each one's OK finding, the causes (causes.h) and the order.
 *
 * Returns findings for the caller to findings_free().
 */
struct findings *checks_judge(const struct facts *facts,
                              const struct settings *settings);

#endif
