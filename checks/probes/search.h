/*
 * Searches that end: paged (RFC 2696), ranges of values retrieved, bounded in
 * time, number and size whatever the server sends.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SEARCH_H
#define CHECKS_PROBES_SEARCH_H

#include "base/error.h"
#include "checks/facts.h"
#include "checks/probes/directory.h"
#include "checks/probes/entry.h"

enum search_scope { SCOPE_BASE, SCOPE_CHILDREN, SCOPE_SUBTREE };

struct search {
    const char *base;
    enum search_scope scope;
    const char *filter;
    const char *const *attributes;   /* NULL ends them */
    const char *const *raw;          /* those of them whose values stay bytes;
                                        NULL: none */
    int limit;                       /* so many entries are enough; 0: all */

    /* Called for each entry, as soon as it is complete; the entry is
       borrowed. */
    void (*take)(void *data, const struct entry *entry);
    void *data;
};

struct search_result {
    enum search_outcome outcome;
    bool missing;        /* there is no such base */
    int64_t entries;     /* how many were taken */
    bool lost;           /* the connection is of no more use */
    struct error error;  /* unless SEARCH_OK */
};

/*
 * Search.  That there are more than search->limit is no failure.  Entries that came before a failure have been taken nevertheless.
 * Each page, and each range of an attribute's values, has the directory's
 * time-out; search references are skipped.
 */
struct search_result search_run(struct directory *directory,
                                const struct search *search);

#endif
