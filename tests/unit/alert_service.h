/*
 * A service in miniature, which the tests of alerts let run.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_ALERT_SERVICE_H
#define TESTS_UNIT_ALERT_SERVICE_H

#include "daemon/alerts.h"

#define MINUTE INT64_C(60000000)

/* The wall clock when the monotonic one says 0. */
#define EPOCH INT64_C(1700000000000000)

/* A service that runs a cycle a minute, and what it told in the last one. */
struct service {
    struct alerts *alerts;
    struct findings *findings;  /* of the cycle in preparation */
    int64_t now_us;
    char *told;                 /* "RAISED CRITICAL A x 0;" and so on */
    size_t events;
    struct alert_event last;
};


/* A service without a past; as alerts_new(). */
struct service *service_new(int64_t confirm, int64_t repeat_us);
void service_free(struct service *service);

/* Add a finding to the cycle in preparation. */
struct finding *service_find(struct service *service, enum status status,
                             const char *code, const char *subject);

/* Have "A x" come and go, a cycle each, until it is told to be flapping and is
   not found; confirm must be 1. */
void service_flap(struct service *service);

/* Let the cycle pass; what is told must be this, unless it is NULL. */
void assert_cycle(struct service *service, const char *expected);

/* As assert_cycle(), but only what is judged here was. */
void assert_partial_cycle(struct service *service,
                          const struct findings *judged,
                          const char *expected);

/* Withdraw what other checks than these found; what is told must be this. */
void assert_withdrawn(struct service *service, const struct strings *checks,
                      const char *expected);

/* Withdraw all. */
void assert_all_withdrawn(struct service *service);

#endif
