/*
 * Values of the directory's replication attributes, built from Microsoft's
 * field tables, for tests to read and to spoil.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/repl_values.h"

/* Seconds from 1601 to 1970. */
#define EPOCH_S UINT64_C(11644473600)

enum { GUID_SIZE = 16 };

#define NC_DN "DC=corp,DC=example,DC=com"
#define SOURCE_DN "CN=NTDS Settings,CN=DC2"

const char repl_cursor_xml[] =
    "<DS_REPL_CURSOR>\r\n"
    "\t<uuidSourceDsaInvocationID>" REPL_INVOCATION
    "</uuidSourceDsaInvocationID>\r\n"
    "\t<usnAttributeFilter>78187493530</usnAttributeFilter>\r\n"
    "\t<ftimeLastSyncSuccess>2026-01-31T12:00:00Z</ftimeLastSyncSuccess>\r\n"
    "\t<pszSourceDsaDN>CN=NTDS Settings,CN=DC2</pszSourceDsaDN>\r\n"
    "</DS_REPL_CURSOR>\r\n";

const char repl_neighbor_xml[] =
    "<DS_REPL_NEIGHBOR>\r\n"
    "\t<pszNamingContext>DC=corp,DC=example,DC=com</pszNamingContext>\r\n"
    "\t<pszSourceDsaDN>CN=NTDS Settings,CN=DC2</pszSourceDsaDN>\r\n"
    "\t<pszSourceDsaAddress>" REPL_SOURCE "._msdcs.corp.example.com"
    "</pszSourceDsaAddress>\r\n"
    "\t<pszAsyncIntersiteTransportDN></pszAsyncIntersiteTransportDN>\r\n"
    "\t<dwReplicaFlags>112</dwReplicaFlags>\r\n"
    "\t<dwReserved>0</dwReserved>\r\n"
    "\t<uuidNamingContextObjGuid>a4a3a2a1-a6a5-a8a7-a9aa-abacadaeafb0"
    "</uuidNamingContextObjGuid>\r\n"
    "\t<uuidSourceDsaObjGuid>" REPL_SOURCE "</uuidSourceDsaObjGuid>\r\n"
    "\t<uuidSourceDsaInvocationID>" REPL_INVOCATION
    "</uuidSourceDsaInvocationID>\r\n"
    "\t<uuidAsyncIntersiteTransportObjGuid>"
    "00000000-0000-0000-0000-000000000000"
    "</uuidAsyncIntersiteTransportObjGuid>\r\n"
    "\t<usnLastObjChangeSynced>78187493530</usnLastObjChangeSynced>\r\n"
    "\t<usnAttributeFilter>78187493531</usnAttributeFilter>\r\n"
    "\t<ftimeLastSyncSuccess>2026-01-31T12:00:00Z</ftimeLastSyncSuccess>\r\n"
    "\t<ftimeLastSyncAttempt>2026-01-31T12:01:00Z</ftimeLastSyncAttempt>\r\n"
    "\t<dwLastSyncResult>1722</dwLastSyncResult>\r\n"
    "\t<cNumConsecutiveSyncFailures>3</cNumConsecutiveSyncFailures>\r\n"
    "</DS_REPL_NEIGHBOR>\r\n";


void
repl_put32(struct packet *value, size_t offset, uint32_t number)
{
    assert(offset + 4 <= value->length);
    for (int i = 0; i < 4; i++)
        value->bytes[offset + (size_t)i] = (uint8_t)(number >> 8 * i);
}


void
repl_put64(struct packet *value, size_t offset, uint64_t number)
{
    repl_put32(value, offset, (uint32_t)number);
    repl_put32(value, offset + 4, (uint32_t)(number >> 32));
}


/* Put the bytes of a GUID that count up from a first one. */
static void
put_guid(struct packet *value, size_t offset, int first)
{
    assert(offset + GUID_SIZE <= value->length);
    for (int i = 0; i < GUID_SIZE; i++)
        value->bytes[offset + (size_t)i] = (uint8_t)(first + i);
}


/* Put a string as UTF-16 with its end, and where it is; returns where the next
   one may be. */
static size_t
put_text(struct packet *value, size_t pointer, size_t offset,
         const char *text)
{
    assert(offset + 2 * strlen(text) + 2 <= value->length);
    repl_put32(value, pointer, (uint32_t)offset);
    for (; *text; text++, offset += 2)
        value->bytes[offset] = (uint8_t)*text;
    return offset + 2;
}


/* The time of the last success, or a later one, as a FILETIME. */
static uint64_t
filetime_of(uint64_t later_s)
{
    return (EPOCH_S + (uint64_t)PACKETS_TIME_S + later_s) * 10000000;
}


static struct packet
empty_value(size_t length)
{
    return (struct packet){.bytes = xcalloc(length, 1), .length = length};
}


struct packet
repl_vector(int version, int count, bool filetime)
{
    size_t size = version == 1 ? 24 : 32, offset = 16;
    struct packet value = empty_value(offset + (size_t)count * size);

    repl_put32(&value, 0, (uint32_t)version);
    repl_put32(&value, 8, (uint32_t)count);
    for (int i = 0; i < count; i++, offset += size) {
        put_guid(&value, offset, 0x11);
        value.bytes[offset + 15] = (uint8_t)(0x20 + i);
        repl_put64(&value, offset + 16, (uint64_t)(REPL_USN + i));
        if (version == 2)
            repl_put64(&value, offset + 24,
                       filetime ? filetime_of(0)
                                : EPOCH_S + (uint64_t)PACKETS_TIME_S);
    }
    return value;
}


struct packet
repl_metadata(int count)
{
    size_t size = 48, offset = 16;
    struct packet value = empty_value(offset + (size_t)count * size);

    repl_put32(&value, 0, 1);
    repl_put32(&value, 8, (uint32_t)count);
    for (int i = 0; i < count; i++, offset += size) {
        repl_put32(&value, offset, 0x90000 + (uint32_t)i);
        repl_put32(&value, offset + 4, 1);
        repl_put64(&value, offset + 8, EPOCH_S + (uint64_t)PACKETS_TIME_S);
        put_guid(&value, offset + 16, 0x11);
        value.bytes[offset + 31] = (uint8_t)(0x20 + i);
        repl_put64(&value, offset + 32, (uint64_t)(REPL_USN + i));
        repl_put64(&value, offset + 40, (uint64_t)(REPL_USN + i));
    }
    return value;
}


struct packet
repl_partner(int version, bool tail)
{
    static const char address[] = REPL_SOURCE "._msdcs.corp.example.com";
    size_t header = tail ? 216 : 208;
    struct packet value = empty_value(header + 4 + sizeof(address));

    repl_put32(&value, 0, (uint32_t)version);
    repl_put32(&value, 8, (uint32_t)value.length);
    repl_put32(&value, 12, REPL_FAILURES);
    repl_put64(&value, 16, EPOCH_S + (uint64_t)PACKETS_TIME_S);
    repl_put64(&value, 24, EPOCH_S + (uint64_t)PACKETS_TIME_S + 60);
    repl_put32(&value, 32, REPL_RESULT);
    repl_put32(&value, 36, (uint32_t)header);
    repl_put32(&value, 40, 4 + sizeof(address));
    repl_put32(&value, 44, 0x70);
    memset(value.bytes + 48, 0x5a, 84);
    repl_put64(&value, 136, REPL_USN);
    repl_put64(&value, 152, REPL_USN + 1);
    put_guid(&value, 160, 0x01);
    put_guid(&value, 176, 0x11);
    put_guid(&value, 192, 0xa1);
    repl_put32(&value, header, sizeof(address));
    memcpy(value.bytes + header + 4, address, sizeof(address));
    return value;
}


struct packet
repl_cursor_blob(void)
{
    struct packet value = empty_value(36 + 2 * sizeof(SOURCE_DN));

    put_guid(&value, 0, 0x11);
    repl_put64(&value, 16, REPL_USN);
    repl_put64(&value, 24, filetime_of(0));
    put_text(&value, 32, 36, SOURCE_DN);
    return value;
}


struct packet
repl_neighbor_blob(void)
{
    struct packet value
        = empty_value(128 + 2 * sizeof(NC_DN) + 2 * sizeof(SOURCE_DN));

    put_text(&value, 4, put_text(&value, 0, 128, NC_DN), SOURCE_DN);
    repl_put32(&value, 16, 0x70);
    put_guid(&value, 24, 0xa1);
    put_guid(&value, 40, 0x01);
    put_guid(&value, 56, 0x11);
    repl_put64(&value, 88, REPL_USN);
    repl_put64(&value, 96, REPL_USN + 1);
    repl_put64(&value, 104, filetime_of(0));
    repl_put64(&value, 112, filetime_of(60));
    repl_put32(&value, 120, REPL_RESULT);
    repl_put32(&value, 124, REPL_FAILURES);
    return value;
}
