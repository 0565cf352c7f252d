/*
 * Configurations given as text.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_CONFIGURATION_TEXT_H
#define TESTS_UNIT_CONFIGURATION_TEXT_H

#include "daemon/configuration.h"

/*
 * Read bytes as a configuration file in the test's scratch folder.
 *
 * errors  Appended to, without the file's name: "1:9: domain: ...".
 *
 * Returns a configuration for configuration_free(), or NULL after errors.
 */
struct configuration *configuration_bytes(void **state, const void *bytes,
                                          size_t length,
                                          struct strings *errors);

/* Read a text that must be right. */
struct configuration *configuration_good(void **state, const char *text);

/* Read a text that must yield these errors, one a line, and no others. */
void configuration_bad(void **state, const char *text, const char *errors);

/* Read bytes that must yield this one error, however long they are. */
void configuration_bad_bytes(void **state, const void *bytes, size_t length,
                             const char *error);

#endif
