/*
 * What checks are told: the part of the configuration that judgement needs,
 * and the targets that discovery ended with.
 *
 * A recording holds exactly this beside the facts.  The field tables are in
 * settings.c.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_SETTINGS_H
#define CHECKS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "checks/facts.h"
#include "checks/record.h"

/* Numbers as they stand in DESIGN: seconds and so on become these units. */
struct settings_numbers {
    char *domain;            /* canonical */
    char *realm;
    char *host;              /* this host's FQDN */
    int64_t time_us;         /* when the run began */
    int64_t timeout_us;      /* of an exchange */
    int64_t clock_warn_us;
    int64_t clock_crit_us;
    int64_t password_age_us;      /* beyond, a password is stale */
    int64_t replication_warn_us;  /* 0: from the path between the DCs */
    int64_t replication_crit_us;  /* likewise */
    bool accounts_handshake;      /* mail servers prove their own keys */
    bool duplicates_all;     /* scope: all */
    bool duplicates_forest;
    bool discovered_dcs;     /* domain_controllers: auto */
    bool discovered_mail;    /* mail_servers: auto */
    bool credentials;        /* some were given or found */
    struct strings services;       /* checks.spn.services, capitals */
    struct strings shared_names;   /* canonical */
    struct strings ports_kerberos; /* "88/tcp", numbers as configured */
    struct strings ports_directory;
    struct strings ports_other;
    struct strings checks;         /* names of the checks to judge */
};

/* A domain controller to look at. */
struct target_dc {
    char *host;                /* canonical */
    struct strings addresses;  /* numeric; empty if it did not resolve */
    bool configured;           /* named in the configuration or an option */
    /* Where its services listen, if not at the usual port. */
    int64_t kerberos, kpasswd, ldap, gc, ntp, smb;
};

/* As many mail servers are looked at; beyond, what was discovered is left
   out, and the check reach says so. */
enum { SETTINGS_MAIL_MOST = 1024 };

enum { MAIL_CONFIGURED = 1, MAIL_MX = 2, MAIL_EXCHANGE = 4, MAIL_SPN = 8,
       MAIL_SEEN = 16 };

/* A mail server to look at. */
struct target_mail {
    char *host;                /* canonical */
    struct strings addresses;
    char *account;             /* sAMAccountName; "" = the computer with that dNSHostName */
    struct strings names;      /* further FQDNs */
    struct strings services;   /* capitals; empty = the settings' */
    char *keytab;              /* its own, readable here; "": none */
    int64_t port;
    int64_t origin;            /* MAIL_* flags: how it is known */
};

/* A finding that somebody has accepted for a while: it is shown, but neither
   worsens the status nor alerts. */
struct acceptance {
    char *code;
    char *subject;     /* a glob(7) pattern; upper and lower case are alike */
    char *reason;
    int64_t until_us;  /* from when on it counts again, since 1970 */
};

struct settings {
    struct settings_numbers *numbers;
    struct target_dc **dcs;
    size_t dc_count;
    struct target_mail **mail;
    size_t mail_count;
    struct acceptance **accepted;
    size_t accepted_count;
};

extern const struct record_type settings_numbers_type, target_dc_type,
    target_mail_type, acceptance_type;

/* Empty settings, or a deep copy of others; for settings_free(). */
struct settings *settings_new(void);
struct settings *settings_copy(const struct settings *settings);
void settings_free(struct settings *settings);

/*
 * The target of a host, added if it is new.  The pointer stays valid until
 * settings_free().
 */
struct target_dc *settings_dc(struct settings *settings, const char *host);
struct target_mail *settings_mail(struct settings *settings, const char *host);

/* Add an acceptance, taking it over. */
void settings_accept(struct settings *settings, struct acceptance *acceptance);

/* The target of a host, or NULL. */
const struct target_dc *settings_find_dc(const struct settings *settings,
                                         const char *host);
const struct target_mail *settings_find_mail(const struct settings *settings,
                                             const char *host);

#endif
