/*
 * Results of Windows' functions in words.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/memory.h"
#include "checks/win32.h"

/* From here on a result is an HRESULT, which repadmin shows as negative. */
#define HRESULT_FIRST INT64_C(0x80000000)

static const struct {
    int64_t result;
    const char *text;
} results[] = {
    {0, "no error"},
    {2, "not found"},
    {5, "access denied"},
    {8, "out of memory"},
    {14, "out of memory"},
    {31, "a general failure"},
    {53, "the network path was not found"},
    {58, "the server did not do what was asked"},
    {64, "the connection was lost"},
    {112, "the disk is full"},
    {121, "no answer in time"},
    {240, "the session was ended"},
    {1127, "a disk failed"},
    {1225, "the connection was refused"},
    {1231, "the network cannot be reached"},
    {1232, "the host cannot be reached"},
    {1256, "the partner is not available, after an earlier failure"},
    {1326, "the logon was refused: wrong password"},
    {1396, "the name of the target account is wrong"},
    {1398, "the clocks are too far apart"},
    {1722, "the RPC server is unavailable"},
    {1723, "the RPC server is too busy"},
    {1726, "the remote procedure call failed"},
    {1727, "the remote procedure call failed and was not carried out"},
    {1753, "no more endpoints: the partner's directory does not listen"},
    {1818, "the remote procedure call was cancelled"},
    {1825, "a security package failed, as for clocks or keys"},
    {1908, "no domain controller was found for the domain"},
    {8240, "there is no such object"},
    {8333, "the object was not found"},
    {8418, "the schemas do not match"},
    {8419, "the domain controller's own object was not found"},
    {8438, "the partner is too busy"},
    {8439, "the distinguished name is not valid"},
    {8440, "the naming context is not valid"},
    {8442, "an internal error of replication"},
    {8443, "the database is inconsistent"},
    {8444, "the partner could not be contacted"},
    {8446, "replication ran out of memory"},
    {8451, "an error of the database"},
    {8452, "the partner has no replica of the naming context, or removes it"},
    {8453, "replication was refused: access denied"},
    {8454, "the partner's version does not support it"},
    {8455, "the call was cancelled"},
    {8456, "the source has its outbound replication switched off"},
    {8457, "the destination has its inbound replication switched off"},
    {8458, "two objects have the same name"},
    {8459, "the source was reinstalled"},
    {8460, "the parent of an object is missing"},
    {8461, "something more urgent came first"},
    {8463, "the partner was shutting down"},
    {8464, "the sets of partial attributes do not match"},
    {8465, "the source has only a partial replica"},
    {8466, "the partner could not contact another server it needs"},
    {8477, "asked, and not answered yet"},
    {8524, "DNS does not know the partner"},
    {8589, "no principal name for the partner can be made: its computer "
           "account is not linked to its server object"},
    {8606, "an object that was deleted here lives on there: lingering "
           "objects"},
    {8614, "the last success is longer ago than the tombstone lifetime"},
    {0x8009030C, "the logon was refused"},
    {0x80090311, "no domain controller could vouch for it"},
    {0x80090322, "the target principal name is wrong: a machine password or "
                 "principal name differs between domain controllers"},
    {0x80090324, "the clocks are too far apart"},
    {0x80090342, "the KDC supports none of the encryption types"},
};


const char *
win32_text(int64_t result)
{
    for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
        if (results[i].result == result)
            return results[i].text;
    return NULL;
}


char *
win32_name(int64_t result)
{
    const char *text = win32_text(result);
    char number[24];

    if (result < HRESULT_FIRST)
        snprintf(number, sizeof(number), "%" PRId64, result);
    else
        snprintf(number, sizeof(number), "0x%" PRIx64, (uint64_t)result);
    return text ? xasprintf("%s: %s", number, text)
                : xasprintf("error %s", number);
}
