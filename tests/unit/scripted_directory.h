/*
 * A directory that answers searches as a script says, for probes whose servers
 * cannot be had: it stands in for search_run() and emit_fact().
 *
 * Only a test that is linked with scripted_directory.c itself gets it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_SCRIPTED_DIRECTORY_H
#define TESTS_UNIT_SCRIPTED_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/facts.h"
#include "tests/unit/packets.h"

/* Begin with an empty directory; and forget it. */
void script_begin(void);
void script_end(void);

/* Add an entry, which searches with this base find whatever their filter. */
void script_entry(const char *base, const char *dn);

/* Give the entry added last a value.  Searches get it if they ask for exactly
   this description. */
void script_value(const char *description, const char *value);
void script_bytes(const char *description, const void *bytes, size_t length);

/* The same, and free the value. */
void script_packet(const char *description, struct packet value);

/* Have searches with this base fail after their entries. */
void script_fail(const char *base, enum search_outcome outcome, bool lost);

/* The facts that were emitted, each also written to a line and read back. */
const struct facts *script_facts(void);

/* How many were emitted of a kind, and the one at an index. */
size_t script_count(enum fact_kind kind);
const void *script_fact(enum fact_kind kind, size_t index);

/* What was asked: "base|filter|attribute,attribute" of each search. */
const struct strings *script_searches(void);

#endif
