/*
 * Which service principal names each mail server needs, and on which account.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_DEMANDS_H
#define CHECKS_DEMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/facts.h"
#include "checks/holders.h"
#include "checks/settings.h"

/* A mail server that is to be judged. */
struct server {
    const struct target_mail *mail;
    const struct account *account;  /* NULL: configured, and none was found */
    struct strings services;        /* expected of it */
};

/* One SPN that a mail server needs. */
struct demand {
    char *spn;  /* canonical */
    const struct server *server;
    bool vital;         /* without it mail fails */
    bool further_name;  /* of a virtual server or connector, KB914137 */
};

struct demands {
    struct server *servers;
    size_t server_count;
    struct demand *items;
    size_t count;
    struct strings unjudged;  /* why other mail servers are not judged */
    struct strings hidden;    /* the accounts of those that are not, because
                                 nothing of these may be read */
    bool plain;               /* the realm is none of Active Directory */
};


/*
 * Work out what the settings' mail servers need.
 *
 * holders  An index of the facts; borrowed until demands_free().
 *
 * A host known by its SPN alone is a mail server only if it answers as one.
 * One that was discovered, and has no account in this domain, is judged by
 * nobody here: it may be a hoster's.  Names that several servers share are
 * demanded of none.
 *
 * Returns demands for the caller to demands_free().
 */
struct demands *demands_new(const struct facts *facts,
                            const struct settings *settings,
                            const struct holders *holders);
void demands_free(struct demands *demands);

/* Say which mail servers the running check does not judge, and why: without a
   directory their accounts only seem to be missing. */
void demands_tell_unjudged(const struct demands *demands,
                           const struct holders *holders,
                           struct findings *findings);

/*
 * The name that a sender asks a KDC for: the SPN itself; in a plain realm,
 * where names are case-sensitive, "smtp/host.example" as RFC 4954 section 4
 * has the service, and nothing for a short name, which clients complete first.
 *
 * Returns a name for the caller to free(), or NULL.
 */
char *demands_request(const struct demands *demands,
                      const struct demand *demand);

/* Whether an SPN is needed by a server that is surely one: configured, an MX
   or an Exchange server. */
bool demands_contain(const struct demands *demands, const char *spn);

/* Whether the directory is known to be another than Active Directory, so that
   neither Exchange nor IIS can use it. */
bool demands_realm_is_plain(const struct facts *facts);

/* Whether a mail server goes by a name, its short one included. */
bool mail_goes_by(const struct target_mail *mail, const char *name);

/* Whether a host answers as a mail server. */
bool mail_answers(const struct facts *facts, const char *host);

/*
 * Whether nothing but an MX or SRV record, now or once, ties a mail server to
 * the domain: its host is of another one, and no account has its name.  It is
 * a hoster's, then; its clock is none of Kerberos', and nobody there asked for
 * probes.
 */
bool mail_is_outside(const struct facts *facts,
                     const struct settings *settings,
                     const struct target_mail *mail);

/*
 * The account of a mail server as the domain controllers' own copies show it,
 * or NULL: the configured one, else the computer with its dNSHostName, else
 * the computer of its short name that has no dNSHostName.
 */
const struct account *mail_account(const struct holders *holders,
                                   const struct target_mail *mail);

#endif
