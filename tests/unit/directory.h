/*
 * What directories show, for tests of judges, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_DIRECTORY_H
#define TESTS_UNIT_DIRECTORY_H

#include "tests/unit/estate.h"

#define BASE "DC=example,DC=com"
#define MX1_DN "CN=MX1,CN=Computers," BASE
#define OLD "old.example.com"

enum { LDAP = 389, GC = 3268 };


/* An estate with DC1 and DC2, whose SPNs were read completely and which hold
   none yet, to be judged by the checks spn and duplicates. */
struct estate *directory_new(void);

/* A search on a DC, which ended so. */
struct search_fact *directory_search(struct estate *estate, const char *dc,
                                     int64_t port,
                                     enum search_purpose purpose,
                                     enum search_outcome outcome);

/*
 * An enabled computer under Windows as one DC shows it.
 *
 * name  Its sAMAccountName without "$", also its CN; its dNSHostName is that
 *       in example.com, in lower case.
 * spns  Separated by spaces.
 */
struct account_fact *directory_computer(struct estate *estate, const char *dc,
                                        const char *name, const char *spns);

/* As directory_computer(), on DC1 and DC2 alike. */
void directory_computers(struct estate *estate, const char *name,
                         const char *spns);

/* An account of another domain as a global catalog shows it. */
struct account_fact *directory_foreign(struct estate *estate, const char *dc,
                                       const char *dn, const char *sam,
                                       const char *spn);

/* The mail server MX1, configured, with all its SPNs on both DCs. */
struct target_mail *directory_mx1(struct estate *estate);

/* A mail server known so. */
struct target_mail *directory_mail(struct estate *estate, const char *host,
                                   int64_t origin);

/* What the name server at an address says of a name. */
void directory_dns(struct estate *estate, const char *address,
                   const char *name, const char *kind,
                   enum dns_outcome outcome);

/* What DC1's and DC2's DNS say of a host's A and AAAA records. */
void directory_host(struct estate *estate, const char *host,
                    enum dns_outcome outcome);

/* Assert that a key was judged in this run, or was not. */
void directory_expect_judged(const struct estate *estate, const char *code,
                             const char *subject, bool judged);

/* Assert that one line of what could not be seen contains this, or that
   there is none at all (NULL). */
void directory_expect_not_covered(const struct estate *estate,
                                  const char *part);

/* Assert that a finding's message, evidence or remedy contains this. */
void directory_expect_text(const struct estate *estate, const char *code,
                           const char *subject, const char *part);

#endif
