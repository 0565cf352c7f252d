/*
 * Field tables of what a worker is asked to do.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/tasks.h"

enum {
    HOST_MAX = 255, ADDRESS_MAX = 64, PATH_MAX_BYTES = 4096, DN_MAX = 2048,
    NAME_MAX_BYTES = 512, LIST_MOST = 4096, PORT_MAX = 65535,
    TIMEOUT_MAX = 3600000,
    KDC_MAX = 2 * HOST_MAX + ADDRESS_MAX + 8, PENDING_MAX = DN_MAX + HOST_MAX + 24,
};

static const char *const bind_names[] = {"gssapi", "simple", "anonymous", NULL};
static const char *const tls_names[] = {"none", "starttls", "ldaps", NULL};

static const struct field context_fields[] = {
    RECORD_STRING(context_task, host, HOST_MAX),
    RECORD_STRING(context_task, domain, HOST_MAX),
    RECORD_STRING(context_task, realm, HOST_MAX),
    RECORD_INTEGER(context_task, timeout_ms, 1, TIMEOUT_MAX),
    RECORD_INTEGER(context_task, smtp_timeout_ms, 1, TIMEOUT_MAX),
    RECORD_STRING(context_task, principal, NAME_MAX_BYTES),
    RECORD_STRING(context_task, keytab, PATH_MAX_BYTES),
    RECORD_STRING(context_task, ccache, PATH_MAX_BYTES),
    RECORD_CHOICE(context_task, bind, bind_names),
    RECORD_STRING(context_task, bind_dn, DN_MAX),
    RECORD_STRING(context_task, password_file, PATH_MAX_BYTES),
    RECORD_CHOICE(context_task, tls, tls_names),
    RECORD_STRING(context_task, ca_file, PATH_MAX_BYTES),
    RECORD_INTEGER(context_task, verbosity, 0, 9),
    {.name = NULL},
};

static const struct field packet_fields[] = {
    RECORD_INTEGER(packet_task, id, 0, INT64_MAX),
    RECORD_CHOICE(packet_task, probe, packet_probe_names),
    RECORD_CHOICE(packet_task, transport, transport_names),
    RECORD_STRING(packet_task, host, HOST_MAX),
    RECORD_STRING(packet_task, address, ADDRESS_MAX),
    RECORD_INTEGER(packet_task, port, 1, PORT_MAX),
    RECORD_STRING(packet_task, name, HOST_MAX),
    RECORD_STRING(packet_task, kind, 8),
    {.name = NULL},
};

static const struct field session_fields[] = {
    RECORD_STRING(session_task, host, HOST_MAX),
    RECORD_STRING(session_task, address, ADDRESS_MAX),
    RECORD_STRING(session_task, kdc_host, HOST_MAX),
    RECORD_STRING(session_task, kdc_address, ADDRESS_MAX),
    RECORD_INTEGER(session_task, kdc_port, 1, PORT_MAX),
    RECORD_INTEGER(session_task, ldap_port, 0, PORT_MAX),
    RECORD_INTEGER(session_task, gc_port, 0, PORT_MAX),
    RECORD_STRING(session_task, base, DN_MAX),
    RECORD_STRING(session_task, configuration, DN_MAX),
    RECORD_STRINGS(session_task, services, NAME_MAX_BYTES, LIST_MOST),
    RECORD_BOOLEAN(session_task, all_spns),
    RECORD_STRINGS(session_task, hosts, HOST_MAX, LIST_MOST),
    RECORD_STRINGS(session_task, accounts, NAME_MAX_BYTES, LIST_MOST),
    RECORD_BOOLEAN(session_task, topology),
    RECORD_BOOLEAN(session_task, replicas),
    {.name = NULL},
};

static const struct field followup_fields[] = {
    RECORD_STRINGS(followup_task, spns, NAME_MAX_BYTES, LIST_MOST),
    RECORD_STRINGS(followup_task, realms, HOST_MAX, LIST_MOST),
    RECORD_STRINGS(followup_task, kdcs, KDC_MAX, LIST_MOST),
    RECORD_STRINGS(followup_task, hosts, HOST_MAX, LIST_MOST),
    RECORD_STRINGS(followup_task, accounts, NAME_MAX_BYTES, LIST_MOST),
    RECORD_STRINGS(followup_task, pending, PENDING_MAX, LIST_MOST),
    RECORD_STRINGS(followup_task, smb, KDC_MAX, LIST_MOST),
    {.name = NULL},
};

static const struct field keytab_fields[] = {
    RECORD_STRING(keytab_task, host, HOST_MAX),
    RECORD_STRING(keytab_task, file, PATH_MAX_BYTES),
    {.name = NULL},
};

static const struct field done_fields[] = {
    RECORD_INTEGER(done_task, id, 0, INT64_MAX),
    {.name = NULL},
};

const struct record_type context_task_type
    = {"context", sizeof(struct context_task), context_fields};
const struct record_type packet_task_type
    = {"packet_task", sizeof(struct packet_task), packet_fields};
const struct record_type session_task_type
    = {"session_task", sizeof(struct session_task), session_fields};
const struct record_type followup_task_type
    = {"followup_task", sizeof(struct followup_task), followup_fields};
const struct record_type keytab_task_type
    = {"keytab_task", sizeof(struct keytab_task), keytab_fields};
const struct record_type done_task_type
    = {"done", sizeof(struct done_task), done_fields};
