/*
 * The parts of the check accounts: whose accounts it watches, and what each
 * part judges of them.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_ACCOUNTS_H
#define CHECKS_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/demands.h"
#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/holders.h"
#include "checks/settings.h"
#include "checks/topology.h"

/* What one domain controller shows of an account: its own copy, or that it
   has none. */
struct sight {
    const char *host;
    const char *probe;                /* "ldap"; "kdc" for its word that there
                                         is no such account */
    const struct account_fact *fact;  /* NULL: it has none */
    int64_t time_us;
    bool read_only;                   /* an RODC */
};

/* An account to judge. */
struct watched {
    char *name;                     /* sAMAccountName, as stored if it is */
    const struct account *account;  /* NULL: no DC shows one */
    struct strings servers;         /* the mail servers whose account it is */
    const char *principal;          /* of the monitoring account, else NULL */
    struct sight *sights;
    size_t sight_count;
    bool complete;                  /* they are those of all DCs */
};

/* What the parts work on. */
struct audit {
    const struct facts *facts;
    const struct settings *settings;
    struct findings *findings;
    struct holders *holders;
    struct demands *demands;
    struct topology *topology;
    bool plain;                /* no Active Directory: an account has none of
                                  its attributes, a principal its own key */
    struct watched *watched;
    size_t watched_count;
    bool keytabs_undecided;    /* some could not be judged, whose principals
                                  are not known */
};


/* Find the accounts to judge, and what each DC shows of them. */
void accounts_watch(struct audit *audit);
void accounts_unwatch(struct audit *audit);

/* The watched account of a mail server, or NULL. */
const struct watched *accounts_of_server(const struct audit *audit,
                                         const char *host);

/*
 * Say that nothing is wrong.
 *
 * decided  Whether that was seen on every DC: then the key has healed, if it
 *          was told before.
 */
void accounts_note_judged(struct audit *audit, const char *code,
                          const char *subject, bool decided);

/* Say that a code could not be judged of an account: what was found of it
   before stands, though others may be gone. */
void accounts_note_undecided(const struct audit *audit, const char *code,
                             const struct watched *watched);

/* What a finding on an account leads to: nothing of the monitoring account's
   stops mail. */
enum impact accounts_impact(const struct watched *watched,
                            enum status status);

/* "the account of the mail server mx1.example.com", for the caller to
   free(). */
char *accounts_describe(const struct watched *watched);

/* Tell when the password was set, as each DC shows it. */
void accounts_tell_passwords(const struct watched *watched,
                             struct finding *finding);

/* Whether a ticket that a KDC of this realm gave is sealed with an account's
   key: no other holds its SPN. */
bool accounts_own_ticket(const struct audit *audit,
                         const struct watched *watched,
                         const struct ticket_fact *ticket);

/* Judge whether every DC has an account. */
void accounts_judge_existence(struct audit *audit,
                              const struct watched *watched);

/* Judge whether an account is disabled, locked or expired, or its password
   is. */
void accounts_judge_state(struct audit *audit, const struct watched *watched);

/* Judge the age of a computer's password, and which encryption types an
   account allows. */
void accounts_judge_strength(struct audit *audit,
                             const struct watched *watched);

/* List the attributes that may not be read, where Active Directory has
   them. */
void accounts_note_hidden(const struct audit *audit,
                          const struct watched *watched);

/* Judge whether all DCs have the same key of an account. */
void accounts_judge_kvno(struct audit *audit, const struct watched *watched);

/* The same in a realm without Active Directory: whether all KDCs have the same
   key of each of a mail server's principals. */
void accounts_judge_principals(struct audit *audit,
                               const struct watched *watched);

/* The highest key version number of an account that any DC has, or -1. */
int64_t accounts_newest_kvno(const struct audit *audit,
                             const struct watched *watched);

/* When an account's password was last set, as far as any DC knows; 0 if that
   is not known. */
int64_t accounts_password_set_us(const struct watched *watched);

/* Judge the mail servers' keytabs. */
void accounts_judge_keytabs(struct audit *audit);

/* Judge the keytab that this program authenticates with. */
void accounts_judge_own_keytab(struct audit *audit);

/* Judge how mail servers took a ticket for their own account. */
void accounts_judge_handshakes(struct audit *audit);

#endif
