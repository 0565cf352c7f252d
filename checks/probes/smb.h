/*
 * A Windows server's clock from its answer to SMB2 NEGOTIATE (MS-SMB2
 * 2.2.4), which needs no credentials.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_SMB_H
#define CHECKS_PROBES_SMB_H

#include "base/error.h"
#include "checks/probes/offset.h"

/*
 * Read a NEGOTIATE response in its NetBIOS frame.
 *
 * bytes, length  May be anything.
 * reading_out    SystemTime; not known if the server refused to negotiate,
 *                which the detail then tells, or left it unset.
 *
 * Fails when it is no such response.
 */
bool smb_read(const uint8_t *bytes, size_t length, struct reading *reading_out,
              struct error *error);

#endif
