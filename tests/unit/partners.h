/*
 * Two domain controllers of one site that take changes from each other, for
 * tests of the check replication.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_PARTNERS_H
#define TESTS_UNIT_PARTNERS_H

#include "tests/unit/forest.h"

#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (INT64_C(1800000000) * SECOND)
#define THERE DC1 "->" DC2 " " DOMAIN_NC
#define BACK DC2 "->" DC1 " " DOMAIN_NC

/* RPC_S_SERVER_UNAVAILABLE */
enum { UNAVAILABLE = 1722 };


/* A test's estate: DC1 and DC2, at USN 100 each, in a topology that was
   read; and its end. */
int partners_set_up(void **state);
int partners_tear_down(void **state);

void partners_judge(struct estate *estate);

/* DC1 is well: it took all that DC2 has a minute ago. */
void partners_way_back(struct estate *estate);

/* The same, and DC2 took changes from DC1 for the last time so long ago, and
   has them up to a USN. */
struct neighbor_fact *partners_took(struct estate *estate, int64_t ago_us,
                                    int64_t usn);

/* Assert a value of the finding about the way THERE. */
void partners_expect_number(const struct estate *estate, const char *code,
                            const char *name, double number,
                            const char *unit);

#endif
