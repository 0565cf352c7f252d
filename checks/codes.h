/*
 * Every finding code, and what it means.
 *
 * What knows codes beforehand reads this table: metrics that must be 0 where
 * nothing is wrong, the log's MESSAGE_ID, the journal's catalogue.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_CODES_H
#define CHECKS_CODES_H

struct code {
    const char *name;        /* "SPN_MISSING" */
    const char *check;       /* which check finds it */
    const char *message_id;  /* the journal's: 32 lower-case hex digits */
    const char *reference;   /* "KB979174", where to read on; or NULL */
    const char *meaning;     /* one line, for a person */
};

/*
 * In alphabetical order; a name of NULL ends them.  A message_id is made once
 * (systemd-id128 new) and never used for another code, not even after its own
 * is gone: logs outlive us.
 */
extern const struct code codes[];

/* The code of a name, or NULL. */
const struct code *code_find(const char *name);

#endif
