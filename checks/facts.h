/*
 * What was seen: all that probes and checks know of each other.
 *
 * A probe fills a fact and emits it; a check reads facts and judges.  A failed
 * observation is a fact too, with its reason.  Each fact type has one field
 * table (facts.c), which serves the worker's pipe, --record and --replay.
 *
 * Hosts are canonical (text_host()): lower case, no trailing dot.  Offsets are
 * the other clock less this host's.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_FACTS_H
#define CHECKS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "checks/record.h"

/* What begins every fact. */
struct fact {
    struct fact *next;  /* of the same type, in order of arrival */
    char *seen_from;    /* the host that probed, a canonical FQDN */
    int64_t time_us;    /* when it was seen, microseconds since 1970 */
};

enum transport { TRANSPORT_TCP, TRANSPORT_UDP };

/* Which probe a packet task asks for, and which one saw a port. */
enum packet_probe {
    PROBE_CLDAP,    /* netlogon ping, 389/udp */
    PROBE_DNS,
    PROBE_KDC,      /* AS-REQ without pre-authentication */
    PROBE_KPASSWD,  /* harmless message over UDP; TCP is only connected to */
    PROBE_NTP,
    PROBE_ROOTDSE,  /* LDAP search of the rootDSE, 389 or 3268/tcp */
    PROBE_SMB,      /* SMB2 NEGOTIATE */
    PROBE_SMTP,     /* wait for the greeting, QUIT */
    PROBE_TCP,      /* connect only */
};

enum port_outcome {
    PORT_OPEN,      /* the protocol's own answer came (TCP probe: accepted) */
    PORT_CLOSED,    /* refused: RST, ICMP port unreachable */
    PORT_FILTERED,  /* time-out before a connection, no UDP answer, ICMP unreachable */
    PORT_SILENT,    /* accepted, then no answer within the time-out */
    PORT_GARBLED,   /* answered, but not in the protocol, or closed without a word */
    PORT_UNTRIED,   /* not even sent: a failure of this host, see detail */
};

/* A port, seen by its protocol's real message where one exists.  Every packet
   task but a DNS one yields one of these, whatever else it yields. */
struct port_fact {
    struct fact base;
    char *host;
    char *address;       /* numeric */
    int64_t port;
    int transport;       /* enum transport */
    int probe;           /* enum packet_probe */
    int outcome;         /* enum port_outcome */
    int64_t latency_us;  /* from sending to the answer; 0 without one */
    char *detail;        /* for a person: what came, or why nothing did */
};

enum dns_outcome {
    DNS_OK,         /* at least one record of the type asked for */
    DNS_NODATA,     /* the name exists, without such records */
    DNS_NXDOMAIN,
    DNS_FAILED,     /* SERVFAIL, REFUSED and the like: see detail */
    DNS_SILENT,     /* sent, and over TCP accepted, but never answered */
    DNS_CLOSED,     /* the port is closed */
    DNS_UNREACHED,  /* no connection: see detail */
    DNS_GARBLED,
    DNS_UNTRIED,    /* not even sent: a failure of this host, see detail */
};

/* One DNS question to one server, and its answer. */
struct dns_fact {
    struct fact base;
    char *host;          /* the server's host name, or its address if unnamed */
    char *address;       /* the server's numeric address */
    char *name;          /* what was asked, canonical */
    char *kind;          /* "A", "AAAA", "MX", "NS", "SRV" */
    int transport;       /* enum transport, as the task had it */
    int outcome;         /* enum dns_outcome */
    struct strings records;  /* A, AAAA: numeric; NS: host; MX: "10 host";
                                SRV: "priority weight port host" */
    int64_t latency_us;
    char *detail;
};

enum clock_source {
    CLOCK_SOURCE_KDC,   /* stime of a KRB-ERROR */
    CLOCK_SOURCE_LDAP,  /* rootDSE currentTime, whole seconds */
    CLOCK_SOURCE_NTP,
    CLOCK_SOURCE_SMB,   /* SystemTime of SMB2 NEGOTIATE */
    CLOCK_SOURCE_SMTP,  /* date in the greeting, whole seconds */
};

/* Where another host's clock is, as one of its services tells it. */
struct clock_fact {
    struct fact base;
    char *host;
    char *address;
    int source;        /* enum clock_source */
    int64_t low_us;    /* the offset lies in [low_us, high_us] */
    int64_t high_us;
    bool trusted;      /* false: NTP says it is unsynchronised */
    int64_t stratum;   /* NTP; else 0 */
    char *detail;
};

/* This host's view of itself; one a run. */
struct self_fact {
    struct fact base;
    char *host;            /* FQDN */
    bool synchronized;     /* the kernel, or who keeps its clock, vouches for it */
    int64_t max_error_us;  /* their bound, if synchronized */
    char *detail;
};

/* Answer to a CLDAP netlogon ping (MS-ADTS 6.3.1.9). */
struct netlogon_fact {
    struct fact base;
    char *host;            /* whom we asked */
    char *dns_host_name;   /* who it says it is, canonical */
    char *domain;
    char *forest;
    char *site;            /* the DC's */
    char *client_site;     /* ours, as the DC sees it; may be "" */
    int64_t flags;         /* DS_* below */
};

enum {
    DS_PDC = 0x1, DS_GC = 0x4, DS_LDAP = 0x8, DS_KDC = 0x20,
    DS_TIMESERV = 0x40, DS_CLOSEST = 0x80, DS_WRITABLE = 0x100,
    DS_RODC = 0x800,
};

/* The rootDSE, read without a bind. */
struct rootdse_fact {
    struct fact base;
    char *host;
    int64_t port;
    char *dns_host_name;        /* canonical; "" where the server tells none */
    char *default_nc;           /* "" where there is none (OpenLDAP) */
    char *configuration_nc;
    char *root_nc;              /* the forest root's */
    struct strings naming_contexts;
    bool active_directory;      /* supportedCapabilities names it so */
    bool gc_ready;
    bool synchronized;          /* isSynchronized; true where absent */
    struct strings sasl_mechanisms;
};

/* The first line an SMTP server says. */
struct smtp_fact {
    struct fact base;
    char *host;
    char *address;
    int64_t port;
    int64_t code;    /* 220, 421, 554 ...; 0 if not a reply */
    char *greeting;  /* escaped, without the code */
};

enum kdc_outcome {
    KDC_OK,               /* got what was asked for */
    KDC_REFUSED,          /* pre-authentication or account refused: do not try again */
    KDC_UNKNOWN,          /* principal unknown to this KDC (error 6, 7) */
    KDC_SKEW,             /* KRB_AP_ERR_SKEW */
    KDC_UNREACHED,        /* no answer */
    KDC_FAILED,           /* any other error, also a foreign realm */
    KDC_NO_CREDENTIALS,   /* keytab or cache could not be used here: see detail */
    KDC_REFERRED,         /* sends on to another realm, where it ended: see detail */
};

/* A ticket-granting ticket asked of one KDC. */
struct tgt_fact {
    struct fact base;
    char *host;
    char *principal;
    int outcome;         /* enum kdc_outcome */
    int64_t error_code;  /* RFC 4120 section 7.5.9, 0 if none; 52: the answer
                            fits into no datagram, and TCP did not work; 25
                            with KDC_UNREACHED: no answer to the
                            pre-authentication, which arrived perhaps */
    int64_t nt_status;   /* why, in the KDC's e-data (MS-KILE 2.2.1); or 0 */
    int64_t etype;       /* that the ticket is encrypted by (RFC 3961); 0
                            without one */
    int64_t kvno;        /* of the key that it is encrypted with */
    int transport;       /* enum transport, of the last answer */
    char *detail;
    int64_t latency_us;
};

/*
 * A service ticket asked of one KDC; or a cross-realm one, whose SPN is
 * "krbtgt/OTHER.REALM".  A referral is followed to the other realm's KDC.
 */
struct ticket_fact {
    struct fact base;
    char *host;             /* the KDC that was asked first */
    char *spn;              /* as asked, without its realm */
    char *realm;            /* whose KDC gave or refused it */
    int outcome;            /* enum kdc_outcome */
    int64_t error_code;     /* as in struct tgt_fact */
    int64_t nt_status;
    int64_t etype;          /* the ticket's: the service's key */
    int64_t session_etype;  /* the session key's */
    int64_t kvno;
    int transport;          /* enum transport, of the last answer */
    char *detail;
    int64_t latency_us;
};

/* A key in a keytab; or that the keytab could not be read. */
struct keytab_fact {
    struct fact base;
    char *host;        /* the mail server whose keytab it is; "": the
                          monitoring account's */
    char *file;
    bool readable;     /* false: see detail; the rest is "" and 0 */
    char *principal;
    int64_t kvno;
    int64_t etype;
    char *detail;
};

enum smb_outcome {
    SMB_ACCEPTED,   /* it could decrypt the ticket: it has the account's key */
    SMB_REFUSED,    /* it answered, and did not accept the ticket */
    SMB_UNREACHED,
    SMB_UNTRIED,    /* no ticket for it: see detail */
    SMB_UNCLEAR,    /* it answered, but nothing that proves either: see
                       detail */
};

/* An SMB session with a mail server, authenticated by a ticket for its own
   account and ended at once: whether the host has the key that the KDC has. */
struct smb_session_fact {
    struct fact base;
    char *host;          /* the mail server */
    char *address;
    int outcome;         /* enum smb_outcome */
    int64_t nt_status;   /* of its answer; 0 without one */
    char *detail;
    int64_t latency_us;
};

enum bind_outcome {
    BIND_OK,
    BIND_UNREACHED,    /* no connection, or lost */
    BIND_TIMED_OUT,
    BIND_TLS_FAILED,
    BIND_NO_TICKET,    /* no credentials, or the KDC gave no ticket: see detail */
    BIND_REFUSED,      /* the server refused the bind */
};

/* An LDAP connection and its bind. */
struct bind_fact {
    struct fact base;
    char *host;
    char *address;
    int64_t port;
    int outcome;       /* enum bind_outcome */
    char *mechanism;   /* "GSSAPI", "simple", "anonymous" */
    char *detail;
    int64_t latency_us;
};

/* What a search was for. */
enum search_purpose {
    SEARCH_EXCHANGE,  /* Exchange servers in the configuration partition */
    SEARCH_ACCOUNTS,  /* the accounts of the mail servers known so far */
    SEARCH_SPNS,      /* holders of the mail services' SPNs, or of any SPN */
    SEARCH_FOREST,    /* the same through the global catalog */
    SEARCH_TOPOLOGY,  /* domains, DCs, sites and site links of the forest */
    SEARCH_TRUSTS,    /* trusted domains */
    SEARCH_REPLICAS,  /* how far the DC has taken in each naming context */
    SEARCH_PENDING,   /* what another DC has not taken in from this one */
};

enum search_outcome {
    SEARCH_OK,        /* complete */
    SEARCH_DENIED,    /* insufficientAccessRights or the like */
    SEARCH_FAILED,    /* any other result, or the connection broke: see detail */
    SEARCH_TIMED_OUT,
    SEARCH_NO_BASE,   /* there is no such base, or it is hidden */
};

/* A search and whether it was complete.  It follows the facts of what it
   found; without it nothing can be said about what was not found. */
struct search_fact {
    struct fact base;
    char *host;        /* the DC */
    int64_t port;
    int purpose;       /* enum search_purpose */
    int outcome;       /* enum search_outcome */
    char *base_dn;
    bool all_spns;     /* SEARCH_SPNS, SEARCH_FOREST: any service class */
    int64_t entries;
    char *detail;
    int64_t latency_us;
};

/* An account as one DC shows it.  The same account may come in several facts
   from one DC (found by several searches). */
struct account_fact {
    struct fact base;
    char *host;               /* the DC */
    int64_t port;             /* 3268 and 3269: a global catalog's copy */
    char *dn;
    char *sam_account_name;   /* "" if not readable */
    char *dns_host_name;      /* canonical, "" if none */
    char *operating_system;   /* "" if none */
    bool computer;            /* objectClass computer, which gMSAs also have;
                                 outside AD whatever has a dNSHostName */
    bool managed;             /* objectClass msDS-GroupManagedServiceAccount */
    int64_t account_control;  /* userAccountControl; -1 if not readable */
    int64_t computed_control; /* msDS-User-Account-Control-Computed; or -1 */
    int64_t etypes;           /* msDS-SupportedEncryptionTypes; 0 where it is
                                 absent, which may also mean not readable */
    int64_t kvno;             /* msDS-KeyVersionNumber; -1 if not readable */
    int64_t password_set_us;  /* pwdLastSet, microseconds since 1970; 0: must
                                 be changed; -1 if not readable */
    int64_t expires_us;       /* accountExpires; 0: never; -1 if not readable */
    int64_t locked_us;        /* lockoutTime; 0: not locked, or not readable */
    int64_t changed_us;       /* whenChanged, on this DC; -1 if not readable */
    struct strings spns;      /* as stored; not printable ones escaped */
};

enum {
    UAC_DISABLED = 0x2,
    UAC_LOCKED = 0x10,               /* computed */
    UAC_NORMAL = 0x200,
    UAC_NEVER_EXPIRES = 0x10000,     /* the password */
    UAC_DES_ONLY = 0x200000,
    UAC_PASSWORD_EXPIRED = 0x800000, /* computed */
};

/* Bits of msDS-SupportedEncryptionTypes (MS-KILE 2.2.7). */
enum {
    ETYPES_DES = 0x1 | 0x2,
    ETYPES_RC4 = 0x4,
    ETYPES_AES128 = 0x8,
    ETYPES_AES256 = 0x10,
};

/* Encryption types of tickets and keys (RFC 3961, RFC 4757). */
enum {
    ETYPE_DES_CBC_CRC = 1, ETYPE_DES_CBC_MD5 = 3, ETYPE_AES128 = 17,
    ETYPE_AES256 = 18, ETYPE_RC4 = 23,
};

/* A domain of the forest (a crossRef object), as one DC shows it. */
struct domain_fact {
    struct fact base;
    char *host;      /* the DC */
    char *domain;    /* its DNS name, canonical */
    char *nc;        /* its naming context */
};

/* A trusted domain, as one DC shows it (MS-ADTS 6.1.6.7). */
struct trust_fact {
    struct fact base;
    char *host;           /* the DC */
    char *partner;        /* DNS name, canonical; of an old domain its short one */
    int64_t direction;    /* TRUST_INBOUND: they trust us; TRUST_OUTBOUND */
    int64_t kind;         /* trustType: 1 NT 4, 2 Active Directory, 3 MIT */
    int64_t attributes;   /* trustAttributes */
    int64_t etypes;       /* msDS-SupportedEncryptionTypes; 0 where absent */
};

enum { TRUST_INBOUND = 1, TRUST_OUTBOUND = 2 };

/* A DC's directory service (nTDSDSA) in the configuration partition, as one
   DC shows it. */
struct dsa_fact {
    struct fact base;
    char *host;            /* the DC that was asked */
    char *server;          /* dNSHostName of the DC it describes, canonical */
    char *dn;              /* of its NTDS Settings */
    char *site;            /* the site's name */
    char *guid;            /* objectGUID; replication partners go by it */
    char *invocation;      /* invocationId; cursors go by it */
    int64_t options;       /* DSA_* below */
    bool read_only;        /* an RODC */
    struct strings ncs;    /* naming contexts it holds, also partial ones of an
                              RODC, but not those of a global catalog */
};

enum { DSA_GC = 1, DSA_NO_INBOUND = 2, DSA_NO_OUTBOUND = 4 };

/* A site link. */
struct site_link_fact {
    struct fact base;
    char *host;             /* the DC that was asked */
    char *name;
    struct strings sites;   /* their names */
    int64_t interval_us;    /* replInterval */
    int64_t cost;
    int64_t options;        /* 1: changes are notified at once */
};

/* A subnet and its site. */
struct subnet_fact {
    struct fact base;
    char *host;             /* the DC that was asked */
    char *subnet;           /* "10.53.0.0/24" */
    char *site;
};

/* A DC's own place in replication. */
struct directory_fact {
    struct fact base;
    char *host;             /* the DC */
    char *dsa;              /* dsServiceName: the DN of its NTDS Settings */
    char *invocation;       /* "" if not readable */
    int64_t usn;            /* highestCommittedUSN, read at time_us */
    bool synchronized;      /* isSynchronized */
    int64_t tombstone_us;   /* the forest's tombstoneLifetime, its default
                               where absent; 0 if not readable */
};

/* How far a DC has taken in what others wrote to a naming context: its
   up-to-dateness vector. */
struct replica_fact {
    struct fact base;
    char *host;              /* the DC */
    char *nc;
    struct strings cursors;  /* "INVOCATION USN TIME": of each writer the
                                highest USN taken in, and when the vector last
                                said so, microseconds since 1970 or 0 */
};

/* A partner that a DC takes changes from (repsFrom, or MS-ADTS 2.2.2). */
struct neighbor_fact {
    struct fact base;
    char *host;               /* the DC that takes */
    char *nc;
    char *source;             /* objectGUID of the partner's NTDS Settings */
    char *invocation;         /* the partner's */
    int64_t usn;              /* how far, in the partner's USNs */
    int64_t success_us;       /* the last one, since 1970; 0: never */
    int64_t attempt_us;
    int64_t result;           /* of the last attempt, a Win32 error */
    int64_t failures;         /* in a row */
    bool constructed;         /* from msDS-NCReplInboundNeighbors, else from
                                 repsFrom */
};

/* As many of the objects beyond a USN are looked at: where there are so many,
   there may be more. */
enum { PENDING_OBJECTS_MOST = 10 };

/* Whether a DC holds anything of a naming context beyond a USN that another DC
   has taken in. */
struct pending_fact {
    struct fact base;
    char *host;          /* the source DC */
    char *destination;   /* the other DC's host */
    char *nc;
    int64_t usn;         /* that the destination has */
    int64_t count;       /* of objects beyond, as far as they were counted */
    char *dn;            /* the one changed first, or "" */
    int64_t changed_us;  /* when that came to the source; 0 without one */
    int64_t traced;      /* of how many objects it is known who wrote what is
                            beyond */
    struct strings origins;  /* of these "INVOCATION USN CHANGED_US": the
                                writer's, and the highest it gave */
};

/* A DC's highestCommittedUSN as an earlier run saw it: history, kept by the
   service.  time_us tells when. */
struct sample_fact {
    struct fact base;
    char *host;
    char *invocation;
    int64_t usn;
};

/* An Exchange server object as one DC shows it. */
struct exchange_fact {
    struct fact base;
    char *host;      /* the DC */
    char *server;    /* FQDN from networkAddress, canonical */
    char *dn;
    char *version;   /* serialNumber */
};

enum worker_outcome { WORKER_KILLED, WORKER_CRASHED, WORKER_LIED,
                      WORKER_UNSTARTED };

/* A worker that had to be stopped, or died, or wrote what is not a fact. */
struct worker_fact {
    struct fact base;
    char *worker;   /* "packet", "session", "keytab" */
    char *host;     /* its target; this host for "packet" and "keytab" */
    int outcome;    /* enum worker_outcome */
    char *detail;
};

enum fact_kind {
    FACT_ACCOUNT, FACT_BIND, FACT_CLOCK, FACT_DIRECTORY, FACT_DNS, FACT_DOMAIN,
    FACT_DSA, FACT_EXCHANGE, FACT_KEYTAB, FACT_NEIGHBOR, FACT_NETLOGON,
    FACT_PENDING, FACT_PORT, FACT_REPLICA, FACT_ROOTDSE, FACT_SAMPLE,
    FACT_SEARCH, FACT_SELF, FACT_SITE_LINK, FACT_SMB_SESSION, FACT_SMTP,
    FACT_SUBNET, FACT_TGT, FACT_TICKET, FACT_TRUST, FACT_WORKER,
    FACT_KINDS
};

/* The types in the order of enum fact_kind; NULL ends them. */
extern const struct record_type *const fact_types[];

/* Names of enum values as they stand in the lines, by value. */
extern const char *const transport_names[];       /* "tcp", "udp" */
extern const char *const packet_probe_names[];
extern const char *const port_outcome_names[];
extern const char *const dns_outcome_names[];
extern const char *const clock_source_names[];
extern const char *const search_purpose_names[];

/* All facts of a run, possibly from several hosts. */
struct facts;

struct facts *facts_new(void);
void facts_free(struct facts *facts);

/*
 * Take over a fact made by record_new() or record_decode().
 *
 * kind       Its kind.
 * fact       Owned by the store from here on.
 * seen_from  The host that probed; copied.
 */
void facts_add(struct facts *facts, enum fact_kind kind, void *fact,
               const char *seen_from);

/* The first fact of a kind, in order of arrival, or NULL; and all after it by
   "next". */
const struct fact *facts_first(const struct facts *facts, enum fact_kind kind);

/* How many facts there are of all kinds. */
size_t facts_count(const struct facts *facts);

/* The hosts that the facts were seen from, in order of first arrival. */
const struct strings *facts_vantages(const struct facts *facts);

/*
 * Walk the facts of a kind: FACTS_EACH(facts, FACT_PORT, port_fact, port) { }
 * where port is declared as const struct port_fact *.
 */
#define FACTS_EACH(facts, kind, tag, variable)                                \
    for (const struct tag *variable                                           \
         = (const struct tag *)facts_first((facts), (kind));                  \
         variable;                                                            \
         variable = (const struct tag *)variable->base.next)

#endif
