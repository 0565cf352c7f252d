/*
 * What a log reads, at sockets that a test makes.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_LOG_READER_H
#define TESTS_UNIT_LOG_READER_H

/* Read at a path, replacing what is there: datagrams, or connections.  The
   socket is the caller's to close(). */
int reader_datagrams(const char *path);
int reader_stream(const char *path);

/* What came next, for the caller to free(); NULL: nothing is there. */
char *reader_next(int reader);

/* What came next must be this. */
void assert_read(int reader, const char *expected);

/* What came next must have this in it. */
void assert_read_part(int reader, const char *part);

/* Nothing is left to read. */
void assert_read_nothing(int reader);

#endif
