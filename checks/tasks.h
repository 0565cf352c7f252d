/*
 * What a worker is asked to do: lines of JSON on its standard input.
 *
 * A worker's first line is a context; then come tasks, until end of file.
 * The packet worker works on all its tasks at once and answers each with
 * facts and one "done".  A session worker gets a session task, answers with
 * facts and a "done", and waits, its connection open, for the one follow-up
 * that what all sessions found calls for; or for the end of its input.  The
 * keytab worker reads keytabs.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_TASKS_H
#define CHECKS_TASKS_H

#include "checks/facts.h"
#include "checks/record.h"

enum bind_method { BIND_GSSAPI, BIND_SIMPLE, BIND_ANONYMOUS };
enum tls_method { TLS_NONE, TLS_STARTTLS, TLS_LDAPS };

/* The verbosity at which every task and fact is shown as it passes. */
enum { CONTEXT_TRACE = 9 };

/* What every task of a worker shares. */
struct context_task {
    char *host;           /* this host's FQDN */
    char *domain;
    char *realm;
    int64_t timeout_ms;        /* of an exchange */
    int64_t smtp_timeout_ms;   /* of waiting for an SMTP server */
    /* Credentials: names of files, never their content. */
    char *principal;      /* "" = the keytab's, preferring HOST$@REALM; the cache's */
    char *keytab;         /* MIT keytab name or path; "" = none */
    char *ccache;         /* MIT ccache name; "" = none */
    int bind;             /* enum bind_method */
    char *bind_dn;
    char *password_file;
    int tls;              /* enum tls_method */
    char *ca_file;
    int64_t verbosity;    /* how often -v was given; CONTEXT_TRACE: --trace */
};

/* One exchange of packets. */
struct packet_task {
    int64_t id;
    int probe;        /* enum packet_probe */
    int transport;    /* enum transport */
    char *host;       /* canonical, for the facts */
    char *address;    /* numeric */
    int64_t port;
    char *name;       /* DNS: the name asked; else "" */
    char *kind;       /* DNS: "A", "AAAA", "MX", "NS", "SRV"; else "" */
};

/* One DC's LDAP session, tickets for it first; or tickets alone. */
struct session_task {
    char *host;               /* canonical; the principal is ldap/host */
    char *address;            /* numeric */
    char *kdc_host;           /* the KDC to ask: the same host's if it has one */
    char *kdc_address;        /* numeric */
    int64_t kdc_port;
    int64_t ldap_port;        /* 389, or 636 with tls: ldaps; 0: no LDAP */
    int64_t gc_port;          /* 3268 or 3269; 0: no forest search here */
    char *base;               /* the domain's naming context */
    char *configuration;      /* the configuration's; "" = no Exchange search */
    struct strings services;  /* classes of SPNs to search for */
    bool all_spns;            /* search for every SPN instead */
    struct strings hosts;     /* mail servers known so far: search by dNSHostName */
    struct strings accounts;  /* and by sAMAccountName */
    bool topology;            /* read domains, DCs, sites and trusts */
    bool replicas;            /* read how far replication has come */
};

/* What to do in a session once all sessions have told what they found. */
struct followup_task {
    struct strings spns;      /* to ask this KDC tickets for */
    struct strings realms;    /* to ask cross-realm tickets for, both ways */
    struct strings kdcs;      /* "REALM HOST ADDRESS PORT": KDCs of other
                                 realms, for referrals; the first is tried */
    struct strings hosts;     /* further accounts, by dNSHostName */
    struct strings accounts;  /* and by sAMAccountName */
    struct strings pending;   /* "USN HOST NC": is there anything in a naming
                                 context beyond what that host has? */
    struct strings smb;       /* "HOST ADDRESS": mail servers to hold an SMB
                                 session with */
};

/* A keytab to read. */
struct keytab_task {
    char *host;  /* the mail server whose it is; "": the monitoring account's */
    char *file;  /* MIT keytab name or path */
};

/* A worker's word that a task is finished, after its facts: the packet task's
   id; 0 from any other worker. */
struct done_task {
    int64_t id;
};

extern const struct record_type context_task_type, packet_task_type,
    session_task_type, followup_task_type, keytab_task_type, done_task_type;

#endif
