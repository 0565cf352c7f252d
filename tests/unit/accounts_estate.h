/*
 * Accounts and their keys, for tests of the check accounts, a line each.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_ACCOUNTS_ESTATE_H
#define TESTS_UNIT_ACCOUNTS_ESTATE_H

#include "tests/unit/directory.h"

#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)
/* When everything is judged. */
#define NOW (20000 * DAY)
/* What a change may usually take from one DC to another. */
#define USUAL (5 * MINUTE)

#define MONITOR "mon@EXAMPLE.COM"
#define MX1_SPN "SMTP/" MX1
#define MX1_KEY MX1_SPN "@EXAMPLE.COM"
#define MX1_KEYTAB "/etc/mx1.keytab"


/* An estate with DC1 and DC2, which were searched completely; nothing is
   watched yet. */
struct estate *accounts_estate_new(void);

/*
 * A healthy computer as one DC shows it, with the SPNs of a mail server: kvno
 * 5, its password 10 days old, AES allowed.
 */
struct account_fact *accounts_computer(struct estate *estate, const char *dc,
                                       const char *name);

/* The mail server MX1, configured; its account on both DCs, where the facts
   are wanted. */
struct target_mail *accounts_mx1(struct estate *estate,
                                 struct account_fact **on_dc1_out,
                                 struct account_fact **on_dc2_out);

/* A healthy user as one DC shows it. */
struct account_fact *accounts_user(struct estate *estate, const char *dc,
                                   const char *name);

/* The account that this program is, healthy on both DCs, and a ticket for it
   from DC1; returns DC1's copy. */
struct account_fact *accounts_monitor(struct estate *estate);

/* What a KDC says to the principal that this program is. */
struct tgt_fact *accounts_tgt(struct estate *estate, const char *kdc,
                              const char *principal,
                              enum kdc_outcome outcome);

/* A ticket for an SPN, sealed with a key. */
struct ticket_fact *accounts_ticket(struct estate *estate, const char *kdc,
                                    const char *spn, int64_t kvno,
                                    int64_t etype);

/* A key in the keytab of a host, "" for this program's own. */
struct keytab_fact *accounts_key(struct estate *estate, const char *host,
                                 const char *principal, int64_t kvno,
                                 int64_t etype);

/* A keytab, or what is left of it, that could not be read. */
void accounts_unreadable_keytab(struct estate *estate, const char *host);

/* How MX1 took a ticket for its own account. */
struct smb_session_fact *accounts_session(struct estate *estate,
                                          enum smb_outcome outcome,
                                          int64_t nt_status);

/* Judge with the check accounts. */
void accounts_judge_estate(struct estate *estate);

/* Assert the impact of a finding. */
void accounts_expect_impact(const struct estate *estate, const char *code,
                            const char *subject, enum impact impact);

/* Assert that a finding has evidence from a host. */
void accounts_expect_target(const struct estate *estate, const char *code,
                            const char *subject, const char *target);

#endif
