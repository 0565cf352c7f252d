/*
 * The field table of each fact type, and the store of a run's facts.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "checks/facts.h"

/* Limits, generous for real estates and small for memory. */
enum {
    HOST_MAX = 255,           /* RFC 1035 section 2.3.4 */
    ADDRESS_MAX = 64,         /* numeric, with a scope */
    DETAIL_MAX = 600,
    DN_MAX = 2048,
    NAME_MAX_BYTES = 512,
    SPN_MAX = 1024,
    SPNS_MOST = 65536,
    CURSORS_MOST = 16384,     /* every DC that ever was, and each restore */
    CURSOR_MAX = 96,
    ORIGINS_MOST = 256,       /* of some objects */
    GUID_MAX = 36,
    SITES_MOST = 1024,
    RECORDS_MOST = 512,
    PORT_MAX = 65535,
};

/* Ten years each way: NTP and Kerberos stamps beyond that are nonsense, and
   sums of a few offsets stay far from overflow. */
#define OFFSET_MAX (INT64_C(10) * 366 * 86400 * 1000000)
#define TIME_MAX (INT64_C(253402300800) * 1000000)
#define LATENCY_MAX (INT64_C(3600) * 1000000)

#define RECORD_TIME(tag)                                                   \
    { .name = "time_us", .kind = FIELD_INTEGER,                            \
      .offset = offsetof(struct tag, base.time_us), .minimum = 0,          \
      .maximum = TIME_MAX }

const char *const transport_names[] = {"tcp", "udp", NULL};
const char *const packet_probe_names[]
    = {"cldap", "dns", "kdc", "kpasswd", "ntp", "rootdse", "smb", "smtp",
       "tcp", NULL};
const char *const port_outcome_names[]
    = {"open", "closed", "filtered", "silent", "garbled", "untried", NULL};
const char *const dns_outcome_names[]
    = {"ok", "nodata", "nxdomain", "failed", "silent", "closed", "unreached",
       "garbled", "untried",
       NULL};
const char *const clock_source_names[]
    = {"kdc", "ldap", "ntp", "smb", "smtp", NULL};
const char *const search_purpose_names[]
    = {"exchange", "accounts", "spns", "forest", "topology", "trusts",
       "replicas", "pending", NULL};
static const char *const kdc_outcome_names[]
    = {"ok", "refused", "unknown", "skew", "unreached", "failed",
       "no-credentials", "referred", NULL};
static const char *const bind_outcome_names[]
    = {"ok", "unreached", "timed-out", "tls-failed", "no-ticket", "refused",
       NULL};
static const char *const search_outcome_names[]
    = {"ok", "denied", "failed", "timed-out", "no-base", NULL};
static const char *const smb_outcome_names[]
    = {"accepted", "refused", "unreached", "untried", "unclear", NULL};
static const char *const worker_outcome_names[]
    = {"killed", "crashed", "lied", "unstarted", NULL};

static const struct field port_fields[] = {
    RECORD_TIME(port_fact),
    RECORD_STRING(port_fact, host, HOST_MAX),
    RECORD_STRING(port_fact, address, ADDRESS_MAX),
    RECORD_INTEGER(port_fact, port, 0, PORT_MAX),
    RECORD_CHOICE(port_fact, transport, transport_names),
    RECORD_CHOICE(port_fact, probe, packet_probe_names),
    RECORD_CHOICE(port_fact, outcome, port_outcome_names),
    RECORD_INTEGER(port_fact, latency_us, 0, LATENCY_MAX),
    RECORD_STRING(port_fact, detail, DETAIL_MAX),
    {.name = NULL},
};

static const struct field dns_fields[] = {
    RECORD_TIME(dns_fact),
    RECORD_STRING(dns_fact, host, HOST_MAX),
    RECORD_STRING(dns_fact, address, ADDRESS_MAX),
    RECORD_STRING(dns_fact, name, HOST_MAX),
    RECORD_STRING(dns_fact, kind, 8),
    RECORD_CHOICE(dns_fact, transport, transport_names),
    RECORD_CHOICE(dns_fact, outcome, dns_outcome_names),
    RECORD_STRINGS(dns_fact, records, NAME_MAX_BYTES, RECORDS_MOST),
    RECORD_INTEGER(dns_fact, latency_us, 0, LATENCY_MAX),
    RECORD_STRING(dns_fact, detail, DETAIL_MAX),
    {.name = NULL},
};

static const struct field clock_fields[] = {
    RECORD_TIME(clock_fact),
    RECORD_STRING(clock_fact, host, HOST_MAX),
    RECORD_STRING(clock_fact, address, ADDRESS_MAX),
    RECORD_CHOICE(clock_fact, source, clock_source_names),
    RECORD_INTEGER(clock_fact, low_us, -OFFSET_MAX, OFFSET_MAX),
    RECORD_INTEGER(clock_fact, high_us, -OFFSET_MAX, OFFSET_MAX),
    RECORD_BOOLEAN(clock_fact, trusted),
    RECORD_INTEGER(clock_fact, stratum, 0, 255),
    RECORD_STRING(clock_fact, detail, DETAIL_MAX),
    {.name = NULL},
};

static const struct field self_fields[] = {
    RECORD_TIME(self_fact),
    RECORD_STRING(self_fact, host, HOST_MAX),
    RECORD_BOOLEAN(self_fact, synchronized),
    RECORD_INTEGER(self_fact, max_error_us, 0, OFFSET_MAX),
    RECORD_STRING(self_fact, detail, DETAIL_MAX),
    {.name = NULL},
};

static const struct field netlogon_fields[] = {
    RECORD_TIME(netlogon_fact),
    RECORD_STRING(netlogon_fact, host, HOST_MAX),
    RECORD_STRING(netlogon_fact, dns_host_name, HOST_MAX),
    RECORD_STRING(netlogon_fact, domain, HOST_MAX),
    RECORD_STRING(netlogon_fact, forest, HOST_MAX),
    RECORD_STRING(netlogon_fact, site, HOST_MAX),
    RECORD_STRING(netlogon_fact, client_site, HOST_MAX),
    RECORD_INTEGER(netlogon_fact, flags, 0, UINT32_MAX),
    {.name = NULL},
};

static const struct field rootdse_fields[] = {
    RECORD_TIME(rootdse_fact),
    RECORD_STRING(rootdse_fact, host, HOST_MAX),
    RECORD_INTEGER(rootdse_fact, port, 0, PORT_MAX),
    RECORD_STRING(rootdse_fact, dns_host_name, HOST_MAX),
    RECORD_STRING(rootdse_fact, default_nc, DN_MAX),
    RECORD_STRING(rootdse_fact, configuration_nc, DN_MAX),
    RECORD_STRING(rootdse_fact, root_nc, DN_MAX),
    RECORD_STRINGS(rootdse_fact, naming_contexts, DN_MAX, RECORDS_MOST),
    RECORD_BOOLEAN(rootdse_fact, active_directory),
    RECORD_BOOLEAN(rootdse_fact, gc_ready),
    RECORD_BOOLEAN(rootdse_fact, synchronized),
    RECORD_STRINGS(rootdse_fact, sasl_mechanisms, 64, 64),
    {.name = NULL},
};

static const struct field smtp_fields[] = {
    RECORD_TIME(smtp_fact),
    RECORD_STRING(smtp_fact, host, HOST_MAX),
    RECORD_STRING(smtp_fact, address, ADDRESS_MAX),
    RECORD_INTEGER(smtp_fact, port, 0, PORT_MAX),
    RECORD_INTEGER(smtp_fact, code, 0, 999),
    RECORD_STRING(smtp_fact, greeting, NAME_MAX_BYTES),
    {.name = NULL},
};

static const struct field tgt_fields[] = {
    RECORD_TIME(tgt_fact),
    RECORD_STRING(tgt_fact, host, HOST_MAX),
    RECORD_STRING(tgt_fact, principal, NAME_MAX_BYTES),
    RECORD_CHOICE(tgt_fact, outcome, kdc_outcome_names),
    RECORD_INTEGER(tgt_fact, error_code, 0, UINT32_MAX),
    RECORD_INTEGER(tgt_fact, nt_status, 0, UINT32_MAX),
    RECORD_INTEGER(tgt_fact, etype, INT32_MIN, INT32_MAX),
    RECORD_INTEGER(tgt_fact, kvno, 0, UINT32_MAX),
    RECORD_CHOICE(tgt_fact, transport, transport_names),
    RECORD_STRING(tgt_fact, detail, DETAIL_MAX),
    RECORD_INTEGER(tgt_fact, latency_us, 0, LATENCY_MAX),
    {.name = NULL},
};

static const struct field bind_fields[] = {
    RECORD_TIME(bind_fact),
    RECORD_STRING(bind_fact, host, HOST_MAX),
    RECORD_STRING(bind_fact, address, ADDRESS_MAX),
    RECORD_INTEGER(bind_fact, port, 0, PORT_MAX),
    RECORD_CHOICE(bind_fact, outcome, bind_outcome_names),
    RECORD_STRING(bind_fact, mechanism, 64),
    RECORD_STRING(bind_fact, detail, DETAIL_MAX),
    RECORD_INTEGER(bind_fact, latency_us, 0, LATENCY_MAX),
    {.name = NULL},
};

static const struct field search_fields[] = {
    RECORD_TIME(search_fact),
    RECORD_STRING(search_fact, host, HOST_MAX),
    RECORD_INTEGER(search_fact, port, 0, PORT_MAX),
    RECORD_CHOICE(search_fact, purpose, search_purpose_names),
    RECORD_CHOICE(search_fact, outcome, search_outcome_names),
    RECORD_STRING(search_fact, base_dn, DN_MAX),
    RECORD_BOOLEAN(search_fact, all_spns),
    RECORD_INTEGER(search_fact, entries, 0, INT32_MAX),
    RECORD_STRING(search_fact, detail, DETAIL_MAX),
    RECORD_INTEGER(search_fact, latency_us, 0, LATENCY_MAX),
    {.name = NULL},
};

static const struct field account_fields[] = {
    RECORD_TIME(account_fact),
    RECORD_STRING(account_fact, host, HOST_MAX),
    RECORD_INTEGER(account_fact, port, 0, PORT_MAX),
    RECORD_STRING(account_fact, dn, DN_MAX),
    RECORD_STRING(account_fact, sam_account_name, NAME_MAX_BYTES),
    RECORD_STRING(account_fact, dns_host_name, HOST_MAX),
    RECORD_STRING(account_fact, operating_system, NAME_MAX_BYTES),
    RECORD_BOOLEAN(account_fact, computer),
    RECORD_BOOLEAN(account_fact, managed),
    RECORD_INTEGER(account_fact, account_control, -1, UINT32_MAX),
    RECORD_INTEGER(account_fact, computed_control, -1, UINT32_MAX),
    RECORD_INTEGER(account_fact, etypes, 0, UINT32_MAX),
    RECORD_INTEGER(account_fact, kvno, -1, UINT32_MAX),
    RECORD_INTEGER(account_fact, password_set_us, -1, TIME_MAX),
    RECORD_INTEGER(account_fact, expires_us, -1, TIME_MAX),
    RECORD_INTEGER(account_fact, locked_us, 0, TIME_MAX),
    RECORD_INTEGER(account_fact, changed_us, -1, TIME_MAX),
    RECORD_STRINGS(account_fact, spns, SPN_MAX, SPNS_MOST),
    {.name = NULL},
};

static const struct field exchange_fields[] = {
    RECORD_TIME(exchange_fact),
    RECORD_STRING(exchange_fact, host, HOST_MAX),
    RECORD_STRING(exchange_fact, server, HOST_MAX),
    RECORD_STRING(exchange_fact, dn, DN_MAX),
    RECORD_STRING(exchange_fact, version, NAME_MAX_BYTES),
    {.name = NULL},
};

static const struct field ticket_fields[] = {
    RECORD_TIME(ticket_fact),
    RECORD_STRING(ticket_fact, host, HOST_MAX),
    RECORD_STRING(ticket_fact, spn, SPN_MAX),
    RECORD_STRING(ticket_fact, realm, HOST_MAX),
    RECORD_CHOICE(ticket_fact, outcome, kdc_outcome_names),
    RECORD_INTEGER(ticket_fact, error_code, 0, UINT32_MAX),
    RECORD_INTEGER(ticket_fact, nt_status, 0, UINT32_MAX),
    RECORD_INTEGER(ticket_fact, etype, INT32_MIN, INT32_MAX),
    RECORD_INTEGER(ticket_fact, session_etype, INT32_MIN, INT32_MAX),
    RECORD_INTEGER(ticket_fact, kvno, 0, UINT32_MAX),
    RECORD_CHOICE(ticket_fact, transport, transport_names),
    RECORD_STRING(ticket_fact, detail, DETAIL_MAX),
    RECORD_INTEGER(ticket_fact, latency_us, 0, LATENCY_MAX),
    {.name = NULL},
};

static const struct field keytab_fields[] = {
    RECORD_TIME(keytab_fact),
    RECORD_STRING(keytab_fact, host, HOST_MAX),
    RECORD_STRING(keytab_fact, file, DN_MAX),
    RECORD_BOOLEAN(keytab_fact, readable),
    RECORD_STRING(keytab_fact, principal, NAME_MAX_BYTES),
    RECORD_INTEGER(keytab_fact, kvno, 0, UINT32_MAX),
    RECORD_INTEGER(keytab_fact, etype, INT32_MIN, INT32_MAX),
    RECORD_STRING(keytab_fact, detail, DETAIL_MAX),
    {.name = NULL},
};

static const struct field smb_session_fields[] = {
    RECORD_TIME(smb_session_fact),
    RECORD_STRING(smb_session_fact, host, HOST_MAX),
    RECORD_STRING(smb_session_fact, address, ADDRESS_MAX),
    RECORD_CHOICE(smb_session_fact, outcome, smb_outcome_names),
    RECORD_INTEGER(smb_session_fact, nt_status, 0, UINT32_MAX),
    RECORD_STRING(smb_session_fact, detail, DETAIL_MAX),
    RECORD_INTEGER(smb_session_fact, latency_us, 0, LATENCY_MAX),
    {.name = NULL},
};

static const struct field domain_fields[] = {
    RECORD_TIME(domain_fact),
    RECORD_STRING(domain_fact, host, HOST_MAX),
    RECORD_STRING(domain_fact, domain, HOST_MAX),
    RECORD_STRING(domain_fact, nc, DN_MAX),
    {.name = NULL},
};

static const struct field trust_fields[] = {
    RECORD_TIME(trust_fact),
    RECORD_STRING(trust_fact, host, HOST_MAX),
    RECORD_STRING(trust_fact, partner, HOST_MAX),
    RECORD_INTEGER(trust_fact, direction, 0, UINT32_MAX),
    RECORD_INTEGER(trust_fact, kind, 0, UINT32_MAX),
    RECORD_INTEGER(trust_fact, attributes, 0, UINT32_MAX),
    RECORD_INTEGER(trust_fact, etypes, 0, UINT32_MAX),
    {.name = NULL},
};

static const struct field dsa_fields[] = {
    RECORD_TIME(dsa_fact),
    RECORD_STRING(dsa_fact, host, HOST_MAX),
    RECORD_STRING(dsa_fact, server, HOST_MAX),
    RECORD_STRING(dsa_fact, dn, DN_MAX),
    RECORD_STRING(dsa_fact, site, NAME_MAX_BYTES),
    RECORD_STRING(dsa_fact, guid, GUID_MAX),
    RECORD_STRING(dsa_fact, invocation, GUID_MAX),
    RECORD_INTEGER(dsa_fact, options, 0, UINT32_MAX),
    RECORD_BOOLEAN(dsa_fact, read_only),
    RECORD_STRINGS(dsa_fact, ncs, DN_MAX, RECORDS_MOST),
    {.name = NULL},
};

static const struct field site_link_fields[] = {
    RECORD_TIME(site_link_fact),
    RECORD_STRING(site_link_fact, host, HOST_MAX),
    RECORD_STRING(site_link_fact, name, NAME_MAX_BYTES),
    RECORD_STRINGS(site_link_fact, sites, NAME_MAX_BYTES, SITES_MOST),
    RECORD_INTEGER(site_link_fact, interval_us, 0, TIME_MAX),
    RECORD_INTEGER(site_link_fact, cost, 0, UINT32_MAX),
    RECORD_INTEGER(site_link_fact, options, 0, UINT32_MAX),
    {.name = NULL},
};

static const struct field subnet_fields[] = {
    RECORD_TIME(subnet_fact),
    RECORD_STRING(subnet_fact, host, HOST_MAX),
    RECORD_STRING(subnet_fact, subnet, ADDRESS_MAX),
    RECORD_STRING(subnet_fact, site, NAME_MAX_BYTES),
    {.name = NULL},
};

static const struct field directory_fields[] = {
    RECORD_TIME(directory_fact),
    RECORD_STRING(directory_fact, host, HOST_MAX),
    RECORD_STRING(directory_fact, dsa, DN_MAX),
    RECORD_STRING(directory_fact, invocation, GUID_MAX),
    RECORD_INTEGER(directory_fact, usn, 0, INT64_MAX),
    RECORD_BOOLEAN(directory_fact, synchronized),
    RECORD_INTEGER(directory_fact, tombstone_us, 0, TIME_MAX),
    {.name = NULL},
};

static const struct field replica_fields[] = {
    RECORD_TIME(replica_fact),
    RECORD_STRING(replica_fact, host, HOST_MAX),
    RECORD_STRING(replica_fact, nc, DN_MAX),
    RECORD_STRINGS(replica_fact, cursors, CURSOR_MAX, CURSORS_MOST),
    {.name = NULL},
};

static const struct field neighbor_fields[] = {
    RECORD_TIME(neighbor_fact),
    RECORD_STRING(neighbor_fact, host, HOST_MAX),
    RECORD_STRING(neighbor_fact, nc, DN_MAX),
    RECORD_STRING(neighbor_fact, source, GUID_MAX),
    RECORD_STRING(neighbor_fact, invocation, GUID_MAX),
    RECORD_INTEGER(neighbor_fact, usn, 0, INT64_MAX),
    RECORD_INTEGER(neighbor_fact, success_us, 0, TIME_MAX),
    RECORD_INTEGER(neighbor_fact, attempt_us, 0, TIME_MAX),
    RECORD_INTEGER(neighbor_fact, result, 0, UINT32_MAX),
    RECORD_INTEGER(neighbor_fact, failures, 0, UINT32_MAX),
    RECORD_BOOLEAN(neighbor_fact, constructed),
    {.name = NULL},
};

static const struct field pending_fields[] = {
    RECORD_TIME(pending_fact),
    RECORD_STRING(pending_fact, host, HOST_MAX),
    RECORD_STRING(pending_fact, destination, HOST_MAX),
    RECORD_STRING(pending_fact, nc, DN_MAX),
    RECORD_INTEGER(pending_fact, usn, 0, INT64_MAX),
    RECORD_INTEGER(pending_fact, count, 0, INT32_MAX),
    RECORD_STRING(pending_fact, dn, DN_MAX),
    RECORD_INTEGER(pending_fact, changed_us, 0, TIME_MAX),
    RECORD_INTEGER(pending_fact, traced, 0, INT32_MAX),
    RECORD_STRINGS(pending_fact, origins, CURSOR_MAX, ORIGINS_MOST),
    {.name = NULL},
};

static const struct field sample_fields[] = {
    RECORD_TIME(sample_fact),
    RECORD_STRING(sample_fact, host, HOST_MAX),
    RECORD_STRING(sample_fact, invocation, GUID_MAX),
    RECORD_INTEGER(sample_fact, usn, 0, INT64_MAX),
    {.name = NULL},
};

static const struct field worker_fields[] = {
    RECORD_TIME(worker_fact),
    RECORD_STRING(worker_fact, worker, 16),
    RECORD_STRING(worker_fact, host, HOST_MAX),
    RECORD_CHOICE(worker_fact, outcome, worker_outcome_names),
    RECORD_STRING(worker_fact, detail, DETAIL_MAX),
    {.name = NULL},
};

#define FACT_TYPE(word)                                                     \
    &(const struct record_type){ .name = #word,                             \
                                 .size = sizeof(struct word##_fact),        \
                                 .fields = word##_fields }

const struct record_type *const fact_types[] = {
    [FACT_ACCOUNT] = FACT_TYPE(account),
    [FACT_BIND] = FACT_TYPE(bind),
    [FACT_CLOCK] = FACT_TYPE(clock),
    [FACT_DIRECTORY] = FACT_TYPE(directory),
    [FACT_DNS] = FACT_TYPE(dns),
    [FACT_DOMAIN] = FACT_TYPE(domain),
    [FACT_DSA] = FACT_TYPE(dsa),
    [FACT_EXCHANGE] = FACT_TYPE(exchange),
    [FACT_KEYTAB] = FACT_TYPE(keytab),
    [FACT_NEIGHBOR] = FACT_TYPE(neighbor),
    [FACT_NETLOGON] = FACT_TYPE(netlogon),
    [FACT_PENDING] = FACT_TYPE(pending),
    [FACT_PORT] = FACT_TYPE(port),
    [FACT_REPLICA] = FACT_TYPE(replica),
    [FACT_ROOTDSE] = FACT_TYPE(rootdse),
    [FACT_SAMPLE] = FACT_TYPE(sample),
    [FACT_SEARCH] = FACT_TYPE(search),
    [FACT_SELF] = FACT_TYPE(self),
    [FACT_SITE_LINK] = FACT_TYPE(site_link),
    [FACT_SMB_SESSION] = FACT_TYPE(smb_session),
    [FACT_SMTP] = FACT_TYPE(smtp),
    [FACT_SUBNET] = FACT_TYPE(subnet),
    [FACT_TGT] = FACT_TYPE(tgt),
    [FACT_TICKET] = FACT_TYPE(ticket),
    [FACT_TRUST] = FACT_TYPE(trust),
    [FACT_WORKER] = FACT_TYPE(worker),
    [FACT_KINDS] = NULL,
};

struct facts {
    struct fact *first[FACT_KINDS];
    struct fact *last[FACT_KINDS];
    size_t count;
    struct strings vantages;
};


struct facts *
facts_new(void)
{
    return xcalloc(1, sizeof(struct facts));
}


void
facts_free(struct facts *facts)
{
    if (!facts)
        return;
    for (int kind = 0; kind < FACT_KINDS; kind++) {
        struct fact *fact = facts->first[kind];

        while (fact) {
            struct fact *next = fact->next;

            free(fact->seen_from);
            record_free(fact_types[kind], fact);
            fact = next;
        }
    }
    strings_clear(&facts->vantages);
    free(facts);
}


void
facts_add(struct facts *facts, enum fact_kind kind, void *added,
          const char *seen_from)
{
    struct fact *fact = added;

    assert(!fact->next && !fact->seen_from);
    fact->seen_from = xstrdup(seen_from);
    if (facts->last[kind])
        facts->last[kind]->next = fact;
    else
        facts->first[kind] = fact;
    facts->last[kind] = fact;
    facts->count++;
    strings_add_unique(&facts->vantages, seen_from);
}


const struct fact *
facts_first(const struct facts *facts, enum fact_kind kind)
{
    return facts->first[kind];
}


size_t
facts_count(const struct facts *facts)
{
    return facts->count;
}


const struct strings *
facts_vantages(const struct facts *facts)
{
    return &facts->vantages;
}
