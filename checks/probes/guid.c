/*
 * GUIDs (MS-DTYP 2.3.4).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "checks/probes/guid.h"
#include "checks/probes/wire.h"


void
guid_write(const uint8_t bytes[GUID_BYTES], char text_out[GUID_TEXT_SIZE])
{
    snprintf(text_out, GUID_TEXT_SIZE,
             "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned int)wire_le32(bytes), wire_le16(bytes + 4),
             wire_le16(bytes + 6), bytes[8], bytes[9], bytes[10], bytes[11],
             bytes[12], bytes[13], bytes[14], bytes[15]);
}


bool
guid_read(const char *text, char text_out[GUID_TEXT_SIZE])
{
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (strlen(text) != strlen(pattern))
        return false;
    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == 'x' ? !strchr("0123456789abcdefABCDEF", text[i])
                              : text[i] != pattern[i])
            return false;
    memcpy(text_out, text, GUID_TEXT_SIZE);
    text_lower(text_out);
    return true;
}
