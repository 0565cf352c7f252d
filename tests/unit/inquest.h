/*
 * Findings to explain, for tests of their causes.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_INQUEST_H
#define TESTS_UNIT_INQUEST_H

#include "tests/unit/estate.h"

/* cmocka's set-up and tear-down: an estate with one DC, and room for
   findings. */
int inquest_set_up(void **state);
int inquest_tear_down(void **state);

/* Add a finding. */
struct finding *add(struct estate *estate, enum status status,
                    const char *code, const char *subject);

/* Whether the table says that one finding, UNKNOWN, is explained by another
   one, CRITICAL, in an estate with DC1. */
bool explains(const char *cause_code, const char *cause,
              const char *effect_code, const char *effect);

#endif
