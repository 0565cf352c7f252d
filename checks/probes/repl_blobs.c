/*
 * How far a replica has come, as it stands in bytes in the directory.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "checks/probes/adtime.h"
#include "checks/probes/repl_blobs.h"
#include "checks/probes/wire.h"

/* UPTODATE_VECTOR_V1_EXT and _V2_EXT, and UPTODATE_CURSOR_V1 and _V2. */
enum {
    VECTOR_VERSION = 0,
    VECTOR_COUNT = 8,
    VECTOR_CURSORS = 16,
    CURSOR_INVOCATION = 0,
    CURSOR_USN = 16,
    CURSOR_V1_SIZE = 24,
    CURSOR_TIME = 24,
    CURSOR_V2_SIZE = 32,
};

/* DS_REPL_CURSOR_BLOB begins like a cursor of version 2, and the offset of a
   string follows. */
enum { CURSOR_BLOB_STRINGS = 36 };

/* What replPropertyMetaData holds, one entry for each attribute. */
enum {
    METADATA_VERSION = 0,
    METADATA_COUNT = 8,
    METADATA_ENTRIES = 16,
    ENTRY_WRITER = 16,
    ENTRY_WRITER_USN = 32,
    ENTRY_LOCAL_USN = 40,
    ENTRY_SIZE = 48,
    WRITERS_MOST = 16,
};

/* REPS_FROM.  Two numbers more follow it by the document, which Samba does
   without: they are not needed. */
enum {
    PARTNER_VERSION = 0,
    PARTNER_LENGTH = 8,
    PARTNER_FAILURES = 12,
    PARTNER_SUCCESS = 16,
    PARTNER_ATTEMPT = 24,
    PARTNER_RESULT = 32,
    PARTNER_USN = 136,
    PARTNER_SOURCE = 160,
    PARTNER_INVOCATION = 176,
    PARTNER_SIZE = 208,
};

/* DS_REPL_NEIGHBORW_BLOB. */
enum {
    NEIGHBOR_SOURCE = 40,
    NEIGHBOR_INVOCATION = 56,
    NEIGHBOR_USN = 88,
    NEIGHBOR_SUCCESS = 104,
    NEIGHBOR_ATTEMPT = 112,
    NEIGHBOR_RESULT = 120,
    NEIGHBOR_FAILURES = 124,
    NEIGHBOR_STRINGS = 128,
};


void
repl_cursors_add(struct repl_cursors *cursors,
                 const struct repl_cursor *cursor)
{
    cursors->items = xrealloc(cursors->items, cursors->count + 1,
                              sizeof(*cursors->items));
    cursors->items[cursors->count++] = *cursor;
}


/* Check that a structure has its fixed part. */
static bool
expect_size(size_t length, size_t size, struct error *error)
{
    if (length < size)
        return error_set(error, "%zu bytes, where at least %zu must be",
                         length, size);
    return true;
}


/* Read an update sequence number, which is never negative. */
static bool
read_usn(const uint8_t *bytes, int64_t *usn_out, struct error *error)
{
    uint64_t usn = wire_le64(bytes);

    if (usn > INT64_MAX)
        return error_set(error, "%" PRIu64 " is no update sequence number",
                         usn);
    *usn_out = (int64_t)usn;
    return true;
}


static bool
read_time(const uint8_t *bytes, int64_t *time_out, struct error *error)
{
    uint64_t time = wire_le64(bytes);

    if (!adtime_stored(time, time_out))
        return error_set(error, "%" PRIu64 " is no time", time);
    return true;
}


/* Read a cursor's three fields.  Its time is but an ornament: one that cannot
   be is as good as none, which is what version 1 has. */
static bool
read_cursor(const uint8_t *bytes, bool timed, struct repl_cursor *cursor,
            struct error *error)
{
    *cursor = (struct repl_cursor){.time_us = 0};
    guid_write(bytes + CURSOR_INVOCATION, cursor->invocation);
    if (timed)
        adtime_stored(wire_le64(bytes + CURSOR_TIME), &cursor->time_us);
    return read_usn(bytes + CURSOR_USN, &cursor->usn, error);
}


bool
repl_blobs_read_vector(const uint8_t *bytes, size_t length,
                       struct repl_cursors *cursors, struct error *error)
{
    size_t size, before = cursors->count;
    uint32_t version, count;
    struct repl_cursor cursor;

    if (!expect_size(length, VECTOR_CURSORS, error))
        return false;
    version = wire_le32(bytes + VECTOR_VERSION);
    count = wire_le32(bytes + VECTOR_COUNT);
    if (version != 1 && version != 2)
        return error_set(error, "version %" PRIu32 ", neither 1 nor 2",
                         version);
    size = version == 1 ? CURSOR_V1_SIZE : CURSOR_V2_SIZE;
    if (count > (length - VECTOR_CURSORS) / size)
        return error_set(error, "%" PRIu32 " cursors in %zu bytes", count,
                         length);
    bytes += VECTOR_CURSORS;
    for (; count > 0; count--, bytes += size) {
        if (!read_cursor(bytes, version == 2, &cursor, error)) {
            cursors->count = before;
            return false;
        }
        repl_cursors_add(cursors, &cursor);
    }
    return true;
}


bool
repl_blobs_read_cursor(const uint8_t *bytes, size_t length,
                       struct repl_cursors *cursors, struct error *error)
{
    struct repl_cursor cursor;

    if (!expect_size(length, CURSOR_BLOB_STRINGS, error)
        || !read_cursor(bytes, true, &cursor, error))
        return false;
    repl_cursors_add(cursors, &cursor);
    return true;
}


/* Keep a writer's highest USN among those added from a place on; false if
   there are too many. */
static bool
keep_origin(struct repl_cursors *origins, size_t from,
            const struct repl_cursor *origin, struct error *error)
{
    for (size_t i = from; i < origins->count; i++) {
        struct repl_cursor *known = &origins->items[i];

        if (strcmp(known->invocation, origin->invocation) != 0)
            continue;
        if (known->usn < origin->usn)
            known->usn = origin->usn;
        return true;
    }
    if (origins->count - from >= WRITERS_MOST)
        return error_set(error, "more than %d writers", WRITERS_MOST);
    repl_cursors_add(origins, origin);
    return true;
}


/* Keep the writer of an attribute that changed beyond a local USN. */
static bool
read_origin(const uint8_t *bytes, int64_t beyond_usn,
            struct repl_cursors *origins, size_t from, struct error *error)
{
    struct repl_cursor origin = {.time_us = 0};
    int64_t local_usn;

    if (!read_usn(bytes + ENTRY_LOCAL_USN, &local_usn, error))
        return false;
    if (local_usn <= beyond_usn)
        return true;
    guid_write(bytes + ENTRY_WRITER, origin.invocation);
    return read_usn(bytes + ENTRY_WRITER_USN, &origin.usn, error)
           && keep_origin(origins, from, &origin, error);
}


bool
repl_blobs_read_origins(const uint8_t *bytes, size_t length,
                        int64_t beyond_usn, struct repl_cursors *origins,
                        struct error *error)
{
    size_t before = origins->count;
    uint32_t version, count;

    if (!expect_size(length, METADATA_ENTRIES, error))
        return false;
    version = wire_le32(bytes + METADATA_VERSION);
    count = wire_le32(bytes + METADATA_COUNT);
    if (version != 1)
        return error_set(error, "version %" PRIu32 ", not 1", version);
    if (count > (length - METADATA_ENTRIES) / ENTRY_SIZE)
        return error_set(error, "%" PRIu32 " attributes in %zu bytes", count,
                         length);
    bytes += METADATA_ENTRIES;
    for (; count > 0; count--, bytes += ENTRY_SIZE)
        if (!read_origin(bytes, beyond_usn, origins, before, error)) {
            origins->count = before;
            return false;
        }
    return true;
}


bool
repl_blobs_read_partner(const uint8_t *bytes, size_t length,
                        struct repl_neighbor *neighbor_out,
                        struct error *error)
{
    struct repl_neighbor neighbor;
    uint32_t version, told;

    if (!expect_size(length, PARTNER_SIZE, error))
        return false;
    version = wire_le32(bytes + PARTNER_VERSION);
    told = wire_le32(bytes + PARTNER_LENGTH);
    if (version != 1 && version != 2)
        return error_set(error, "version %" PRIu32 ", neither 1 nor 2",
                         version);
    if (told < PARTNER_SIZE || told > length)
        return error_set(error, "%zu bytes, which say to be %" PRIu32,
                         length, told);
    guid_write(bytes + PARTNER_SOURCE, neighbor.source);
    guid_write(bytes + PARTNER_INVOCATION, neighbor.invocation);
    neighbor.result = wire_le32(bytes + PARTNER_RESULT);
    neighbor.failures = wire_le32(bytes + PARTNER_FAILURES);
    if (!read_usn(bytes + PARTNER_USN, &neighbor.usn, error)
        || !read_time(bytes + PARTNER_SUCCESS, &neighbor.success_us, error)
        || !read_time(bytes + PARTNER_ATTEMPT, &neighbor.attempt_us, error))
        return false;
    *neighbor_out = neighbor;
    return true;
}


bool
repl_blobs_read_neighbor(const uint8_t *bytes, size_t length,
                         struct repl_neighbor *neighbor_out,
                         struct error *error)
{
    struct repl_neighbor neighbor;

    if (!expect_size(length, NEIGHBOR_STRINGS, error))
        return false;
    guid_write(bytes + NEIGHBOR_SOURCE, neighbor.source);
    guid_write(bytes + NEIGHBOR_INVOCATION, neighbor.invocation);
    neighbor.result = wire_le32(bytes + NEIGHBOR_RESULT);
    neighbor.failures = wire_le32(bytes + NEIGHBOR_FAILURES);
    if (!read_usn(bytes + NEIGHBOR_USN, &neighbor.usn, error)
        || !read_time(bytes + NEIGHBOR_SUCCESS, &neighbor.success_us, error)
        || !read_time(bytes + NEIGHBOR_ATTEMPT, &neighbor.attempt_us, error))
        return false;
    *neighbor_out = neighbor;
    return true;
}
