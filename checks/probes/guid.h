/*
 * GUIDs (MS-DTYP 2.3.4).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_GUID_H
#define CHECKS_PROBES_GUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUID_BYTES = 16, GUID_TEXT_SIZE = 37 };

/* Write the bytes of a GUID, whose first three fields are little-endian, as
   "f3a64788-5306-11d1-a9c5-0000f80367c1". */
void guid_write(const uint8_t bytes[GUID_BYTES],
                char text_out[GUID_TEXT_SIZE]);

/* Copy such a text, in small letters.  Returns false unless it is one. */
bool guid_read(const char *text, char text_out[GUID_TEXT_SIZE]);

#endif
