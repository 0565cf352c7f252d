/*
 * How far a replica has come, as it stands in bytes in the directory.
 *
 * Nothing of the strings in these structures is needed: their offsets are
 * never followed.  Numbers are little-endian.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_REPL_BLOBS_H
#define CHECKS_PROBES_REPL_BLOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "checks/probes/guid.h"

/* How far a replica has taken in what one DC wrote. */
struct repl_cursor {
    char invocation[GUID_TEXT_SIZE];
    int64_t usn;
    int64_t time_us;  /* of the last success, since 1970; 0: not known */
};

/* The cursors of a replica.  All zero is none; the caller frees "items". */
struct repl_cursors {
    struct repl_cursor *items;
    size_t count;
};

/* A partner that a replica takes changes from. */
struct repl_neighbor {
    char source[GUID_TEXT_SIZE];      /* objectGUID of its NTDS Settings */
    char invocation[GUID_TEXT_SIZE];
    int64_t usn;         /* of the last of its objects taken in */
    int64_t success_us;  /* the last one, since 1970; 0: never */
    int64_t attempt_us;
    uint32_t result;     /* of the last attempt, a Win32 error */
    uint32_t failures;   /* in a row */
};

/*
 * Add the cursors of an UPTODATE_VECTOR of version 1 or 2, the value of
 * replUpToDateVector (MS-DRSR 5.203, 5.204).
 *
 * Fails, and adds nothing, when it is cut short or holds what cannot be.
 */
bool repl_blobs_read_vector(const uint8_t *bytes, size_t length,
                            struct repl_cursors *cursors,
                            struct error *error);

/* Add a DS_REPL_CURSOR_BLOB, a value of msDS-NCReplCursors;binary (MS-ADTS
   2.2.6), likewise. */
bool repl_blobs_read_cursor(const uint8_t *bytes, size_t length,
                            struct repl_cursors *cursors,
                            struct error *error);

/*
 * Read a REPS_FROM of version 1 or 2, a value of repsFrom (MS-DRSR 5.170).
 *
 * Fails, and leaves neighbor_out alone, when it is cut short or holds what
 * cannot be.
 */
bool repl_blobs_read_partner(const uint8_t *bytes, size_t length,
                             struct repl_neighbor *neighbor_out,
                             struct error *error);

/* Read a DS_REPL_NEIGHBORW_BLOB, a value of
   msDS-NCReplInboundNeighbors;binary (MS-ADTS 2.2.2), likewise. */
bool repl_blobs_read_neighbor(const uint8_t *bytes, size_t length,
                              struct repl_neighbor *neighbor_out,
                              struct error *error);

/*
 * Add the writers of what changed of an object beyond a local USN, each once
 * with the highest USN that it gave (replPropertyMetaData, MS-ADTS
 * 3.1.1.1.9).
 *
 * Values of links have no place in it: where nothing else changed, nothing is
 * added.
 *
 * Fails, and adds nothing, as repl_blobs_read_vector(), and when there are
 * more writers than any object has.
 */
bool repl_blobs_read_origins(const uint8_t *bytes, size_t length,
                             int64_t beyond_usn, struct repl_cursors *origins,
                             struct error *error);

/* Append a cursor. */
void repl_cursors_add(struct repl_cursors *cursors,
                      const struct repl_cursor *cursor);

#endif
