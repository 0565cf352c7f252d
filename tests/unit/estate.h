/*
 * Facts and settings for tests of judges, a line each.
 *
 * Everything is seen from "mon.example.com" unless a function takes where.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_ESTATE_H
#define TESTS_UNIT_ESTATE_H

#include "checks/check.h"

#define MON "mon.example.com"
#define DC1 "dc1.example.com"
#define DC2 "dc2.example.com"
#define DC3 "dc3.example.com"
#define MX1 "mx1.example.com"
#define SECOND INT64_C(1000000)

struct estate {
    struct facts *facts;
    struct settings *settings;
    struct findings *findings;  /* of the last estate_judge(), or NULL */
};


/* An empty estate of example.com, judged from MON with the default limits and
   ports; for estate_free(). */
struct estate *estate_new(void);
void estate_free(struct estate *estate);

/* Add a DC with the address 10.0.0.NUMBER, or a mail server. */
struct target_dc *estate_dc(struct estate *estate, const char *host,
                            int number);
void estate_mail(struct estate *estate, const char *host);

/* A service says that its host's clock is in [low, high], in microseconds. */
struct clock_fact *estate_clock(struct estate *estate, const char *from,
                                const char *host, enum clock_source source,
                                int64_t low_us, int64_t high_us);

/* A KDC whose clock is off by this much, known to a millisecond. */
void estate_offset(struct estate *estate, const char *host, int64_t offset_us);

/* What the kernel says of a host's own clock. */
void estate_self(struct estate *estate, const char *from, bool synchronized);

/* How a port of a host was found, at 10.0.0.NUMBER. */
struct port_fact *estate_port(struct estate *estate, const char *from,
                              const char *host, int number, int64_t port,
                              enum transport transport,
                              enum port_outcome outcome);

/* A DC answers a netlogon ping with these flags. */
void estate_netlogon(struct estate *estate, const char *host, int64_t flags);

/* An answer of DNS with one record; "from" asked. */
struct dns_fact *estate_dns(struct estate *estate, const char *name,
                            const char *kind, const char *record);

/* Judge with one check; the findings stay the estate's. */
struct findings *estate_judge(struct estate *estate,
                              const struct check *check);

/* Assert that a finding is there with a status, and that so many are above
   OK in all. */
void estate_expect(const struct estate *estate, const char *code,
                   const char *subject, enum status status);
void estate_expect_count(const struct estate *estate, size_t above_ok);

#endif
