/*
 * Results of Windows' functions in words: those that replication ends with.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_WIN32_H
#define CHECKS_WIN32_H

#include <stdint.h>

/* What a result means (MS-ERREF section 2.2; HRESULTs: section 2.1), or
   NULL. */
const char *win32_text(int64_t result);

/* "1722: the RPC server is unavailable", for the caller to free(); a result
   that is not known by its number alone. */
char *win32_name(int64_t result);

#endif
