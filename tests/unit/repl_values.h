/*
 * Values of the directory's replication attributes, built from Microsoft's
 * field tables, for tests to read and to spoil.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_REPL_VALUES_H
#define TESTS_UNIT_REPL_VALUES_H

#include <stdbool.h>

#include "tests/unit/packets.h"

/* What they tell of the partner. */
#define REPL_SOURCE "04030201-0605-0807-090a-0b0c0d0e0f10"
#define REPL_INVOCATION "14131211-1615-1817-191a-1b1c1d1e1f20"
#define REPL_USN INT64_C(0x123456789a)
#define REPL_SUCCESS_US (PACKETS_TIME_S * 1000000)
#define REPL_ATTEMPT_US (REPL_SUCCESS_US + INT64_C(60000000))
enum { REPL_RESULT = 1722, REPL_FAILURES = 3 };

/*
 * A replUpToDateVector (MS-DRSR 5.203, 5.204) for packet_free().  Its cursors
 * are of REPL_INVOCATION, but for the last byte, which counts up; so do their
 * USNs from REPL_USN.
 *
 * version   1 or 2.
 * filetime  Version 2: times as Samba has them, not as seconds.
 */
struct packet repl_vector(int version, int count, bool filetime);

/*
 * A value of repsFrom (MS-DRSR 5.170).
 *
 * version  1 or 2.
 * tail     Whether the two last numbers before the data are there, as the
 *          document has them and Samba has not.
 */
struct packet repl_partner(int version, bool tail);

/*
 * A replPropertyMetaData (MS-ADTS 3.1.1.1.9).  The attributes were written as
 * the cursors of repl_vector() say, and have come here with the local USNs
 * REPL_USN, REPL_USN + 1 and so on.
 */
struct packet repl_metadata(int count);

/* A DS_REPL_CURSOR_BLOB (MS-ADTS 2.2.6) and a DS_REPL_NEIGHBORW_BLOB
   (2.2.2). */
struct packet repl_cursor_blob(void);
struct packet repl_neighbor_blob(void);

/* The same two as XML. */
extern const char repl_cursor_xml[], repl_neighbor_xml[];

/* Overwrite numbers in a value. */
void repl_put32(struct packet *value, size_t offset, uint32_t number);
void repl_put64(struct packet *value, size_t offset, uint64_t number);

#endif
