/*
 * A worker that needs no network: it answers every task at once, for a small
 * healthy estate, but for the faults that a file names.
 *
 * usage: FAKE_PROBE_FAULTS=FILE fake_probe packet|session
 *
 * FILE is read at the start and has a fault a line:
 *
 *   down HOST             nothing of the host answers
 *   closed HOST PORT      that port refuses connections
 *   skew HOST SECONDS     its clock is so far ahead
 *   missing SPN           the mail server's account lacks it
 *   duplicate SPN         another account holds it too
 *   malformed HOW-MANY    the mail server's account holds so many of them
 *
 * or says how the worker itself fails, "packet" or "session HOST" being its
 * name:
 *
 *   NAME crash AFTER      it dies of a signal after so many answers
 *   NAME garbage AFTER    it writes what is no fact, and goes on
 *   NAME hang AFTER       it never ends
 *   NAME slow MS          it takes so long before each answer
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checks/tasks.h"

#define DOMAIN "corp.example.com"
#define BASE "DC=corp,DC=example,DC=com"
#define CONFIGURATION "CN=Configuration," BASE
#define MAIL_HOST "ex1." DOMAIN

#define MONTH_US (INT64_C(30) * 86400 * 1000000)

enum { LATENCY_US = 500, CLOCK_BOUND_US = 1000 };

/* The hosts and their addresses. */
static const struct {
    const char *host;
    const char *address;
    bool dc;
} hosts[] = {
    {"dc1." DOMAIN, "192.0.2.1", true},
    {"dc2." DOMAIN, "192.0.2.2", true},
    {MAIL_HOST, "192.0.2.25", false},
};
enum { HOSTS = sizeof(hosts) / sizeof(hosts[0]) };

static const char *const mail_spns[] = {
    "SMTP/" MAIL_HOST, "SMTP/ex1", "SMTPSVC/" MAIL_HOST, "SMTPSVC/ex1", NULL,
};

static struct strings faults;
/* "packet"; "session HOST", once it has its task. */
static char *worker_name;
static int64_t answers;


/* Read the faults that are to be shown. */
static void
read_faults(void)
{
    const char *path = getenv("FAKE_PROBE_FAULTS");
    FILE *file = path ? fopen(path, "re") : NULL;
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while (file && (length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        strings_add(&faults, line);
    }
    free(line);
    if (file)
        fclose(file);
}


/* Whether there is a fault of that text. */
static bool __attribute__((format(printf, 1, 2)))
has_fault(const char *format, ...)
{
    va_list arguments;
    char *fault;
    bool found;

    va_start(arguments, format);
    fault = xvasprintf(format, arguments);
    va_end(arguments);
    found = strings_contain(&faults, fault);
    free(fault);
    return found;
}


/* The number that a fault ends in, after these words and a space; -1 without
   that fault. */
static int64_t __attribute__((format(printf, 1, 2)))
fault_number(const char *format, ...)
{
    int64_t number = -1;
    va_list arguments;
    size_t length;
    char *words;

    va_start(arguments, format);
    words = xvasprintf(format, arguments);
    va_end(arguments);
    length = strlen(words);
    for (size_t i = 0; i < faults.count; i++)
        if (strncmp(faults.items[i], words, length) == 0
            && faults.items[i][length] == ' ')
            number = strtoll(faults.items[i] + length, NULL, 10);
    free(words);
    return number;
}


/* Fail as the worker is told to, before its next answer. */
static void
maybe_fail(void)
{
    int64_t slow_ms = fault_number("%s slow", worker_name);

    fflush(stdout);
    if (fault_number("%s crash", worker_name) == answers)
        raise(SIGKILL);
    if (fault_number("%s hang", worker_name) == answers)
        for (;;)
            pause();
    if (fault_number("%s garbage", worker_name) == answers)
        printf("\x1b[31m{\"type\":\"port\",\"host\":17}\n");
    if (slow_ms > 0)
        nanosleep(&(struct timespec){slow_ms / 1000,
                                     slow_ms % 1000 * 1000000}, NULL);
    answers++;
}


/* Write a record as a line. */
static void
emit_record(const struct record_type *type, const void *record)
{
    char *line = record_encode(type, record);

    puts(line);
    free(line);
}


/* Begin a fact: all zero, seen now. */
static void *
new_fact(enum fact_kind kind)
{
    struct fact *fact = record_new(fact_types[kind]);
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    fact->time_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    return fact;
}


/* Write a fact and free it. */
static void
emit_fact(enum fact_kind kind, void *fact)
{
    emit_record(fact_types[kind], fact);
    record_free(fact_types[kind], fact);
}


/* ----- packets */

/* Tell what this host's kernel thinks of its clock: it vouches for it. */
static void
emit_self(const struct context_task *context)
{
    struct self_fact *fact = new_fact(FACT_SELF);

    record_set(&fact->host, context->host);
    fact->synchronized = true;
    fact->max_error_us = CLOCK_BOUND_US;
    emit_fact(FACT_SELF, fact);
}


/* Whether the host at an address is down. */
static bool
is_down(const char *address)
{
    for (size_t i = 0; i < HOSTS; i++)
        if (strcmp(hosts[i].address, address) == 0)
            return has_fault("down %s", hosts[i].host);
    return false;
}


/* How a port is found. */
static enum port_outcome
port_outcome(const struct packet_task *task)
{
    if (is_down(task->address))
        return PORT_FILTERED;
    if (has_fault("closed %s %" PRId64, task->host, task->port))
        return PORT_CLOSED;
    return PORT_OPEN;
}


static void
emit_port(const struct packet_task *task, enum port_outcome outcome)
{
    struct port_fact *fact = new_fact(FACT_PORT);

    record_set(&fact->host, task->host);
    record_set(&fact->address, task->address);
    fact->port = task->port;
    fact->transport = task->transport;
    fact->probe = task->probe;
    fact->outcome = (int)outcome;
    fact->latency_us = outcome == PORT_OPEN ? LATENCY_US : 0;
    emit_fact(FACT_PORT, fact);
}


static void
emit_clock(const struct packet_task *task, enum clock_source source)
{
    struct clock_fact *fact = new_fact(FACT_CLOCK);
    int64_t skew_s = fault_number("skew %s", task->host);
    int64_t offset_us = skew_s > 0 ? skew_s * 1000000 : 0;

    record_set(&fact->host, task->host);
    record_set(&fact->address, task->address);
    fact->source = (int)source;
    fact->low_us = offset_us - CLOCK_BOUND_US;
    fact->high_us = offset_us + CLOCK_BOUND_US;
    fact->trusted = true;
    fact->stratum = source == CLOCK_SOURCE_NTP ? 3 : 0;
    emit_fact(FACT_CLOCK, fact);
}


static void
emit_netlogon(const struct packet_task *task)
{
    struct netlogon_fact *fact = new_fact(FACT_NETLOGON);

    record_set(&fact->host, task->host);
    record_set(&fact->dns_host_name, task->host);
    record_set(&fact->domain, DOMAIN);
    record_set(&fact->forest, DOMAIN);
    record_set(&fact->site, "Here");
    record_set(&fact->client_site, "Here");
    fact->flags = DS_GC | DS_LDAP | DS_KDC | DS_TIMESERV | DS_WRITABLE;
    emit_fact(FACT_NETLOGON, fact);
}


static void
emit_rootdse(const struct packet_task *task)
{
    struct rootdse_fact *fact = new_fact(FACT_ROOTDSE);

    record_set(&fact->host, task->host);
    fact->port = task->port;
    record_set(&fact->dns_host_name, task->host);
    record_set(&fact->default_nc, BASE);
    record_set(&fact->configuration_nc, CONFIGURATION);
    record_set(&fact->root_nc, BASE);
    strings_add(&fact->naming_contexts, BASE);
    fact->active_directory = fact->gc_ready = fact->synchronized = true;
    strings_add(&fact->sasl_mechanisms, "GSSAPI");
    emit_fact(FACT_ROOTDSE, fact);
}


static void
emit_greeting(const struct packet_task *task)
{
    struct smtp_fact *fact = new_fact(FACT_SMTP);

    record_set(&fact->host, task->host);
    record_set(&fact->address, task->address);
    fact->port = task->port;
    fact->code = 220;
    record_set(&fact->greeting, MAIL_HOST " ready");
    emit_fact(FACT_SMTP, fact);
}


/* Fill in the records of a DNS question; none of a name that is not there. */
static void
add_records(const struct packet_task *task, struct strings *records)
{
    bool service = strcmp(task->kind, "SRV") == 0 && task->name[0] == '_'
                   && !strstr(task->name, "_submission.");
    bool zone = strcmp(task->kind, "NS") == 0;
    int64_t port = strstr(task->name, "_kerberos.") ? 88
                   : strstr(task->name, "_gc.")     ? 3268 : 389;

    for (size_t i = 0; i < HOSTS; i++) {
        char *target = xasprintf("0 100 %" PRId64 " %s", port, hosts[i].host);

        if (service && hosts[i].dc)
            strings_add(records, target);
        if (zone && hosts[i].dc)
            strings_add(records, hosts[i].host);
        if (strcmp(task->kind, "A") == 0
            && strncmp(task->name, hosts[i].host, strlen(task->name)) == 0)
            strings_add(records, hosts[i].address);
        free(target);
    }
    if (strcmp(task->kind, "MX") == 0)
        strings_add(records, "10 " MAIL_HOST);
}


static void
answer_dns(const struct packet_task *task)
{
    struct dns_fact *fact = new_fact(FACT_DNS);

    record_set(&fact->host, task->host);
    record_set(&fact->address, task->address);
    record_set(&fact->name, task->name);
    record_set(&fact->kind, task->kind);
    fact->transport = task->transport;
    if (is_down(task->address)) {
        fact->outcome = DNS_SILENT;
    } else {
        add_records(task, &fact->records);
        fact->outcome = fact->records.count > 0 ? DNS_OK : DNS_NODATA;
        fact->latency_us = LATENCY_US;
    }
    emit_fact(FACT_DNS, fact);
}


/* Tell what an open port tells beyond that. */
static void
emit_answer(const struct packet_task *task)
{
    switch ((enum packet_probe)task->probe) {
    case PROBE_CLDAP:
        emit_netlogon(task);
        break;
    case PROBE_KDC:
        emit_clock(task, CLOCK_SOURCE_KDC);
        break;
    case PROBE_NTP:
        emit_clock(task, CLOCK_SOURCE_NTP);
        break;
    case PROBE_ROOTDSE:
        emit_rootdse(task);
        break;
    case PROBE_SMB:
        emit_clock(task, CLOCK_SOURCE_SMB);
        break;
    case PROBE_SMTP:
        emit_greeting(task);
        break;
    case PROBE_DNS:
    case PROBE_KPASSWD:
    case PROBE_TCP:
        break;
    }
}


static void
answer_packet(const struct packet_task *task)
{
    const struct done_task done = {.id = task->id};
    enum port_outcome outcome = port_outcome(task);

    maybe_fail();
    if (task->probe == PROBE_DNS) {
        answer_dns(task);
    } else {
        if (outcome == PORT_OPEN)
            emit_answer(task);
        emit_port(task, outcome);
    }
    emit_record(&done_task_type, &done);
}


/* ----- sessions */

static bool
emit_bind(const struct session_task *task, int64_t port)
{
    struct bind_fact *fact = new_fact(FACT_BIND);
    bool up = !is_down(task->address);

    maybe_fail();
    record_set(&fact->host, task->host);
    record_set(&fact->address, task->address);
    fact->port = port;
    fact->outcome = up ? BIND_OK : BIND_UNREACHED;
    record_set(&fact->mechanism, "anonymous");
    fact->latency_us = LATENCY_US;
    emit_fact(FACT_BIND, fact);
    return up;
}


/* An account that one of the DCs shows. */
static struct account_fact *
new_account(const struct session_task *task, int64_t port, const char *name)
{
    struct account_fact *fact = new_fact(FACT_ACCOUNT);
    char *dn = xasprintf("CN=%s,CN=Computers," BASE, name);
    char *account = xasprintf("%s$", name);
    char *host = xasprintf("%s." DOMAIN, name);

    record_set(&fact->host, task->host);
    fact->port = port;
    record_set(&fact->dn, dn);
    record_set(&fact->sam_account_name, account);
    record_set(&fact->dns_host_name, host);
    fact->computer = true;
    fact->account_control = 0x1000;  /* a member computer's */
    fact->computed_control = 0;
    fact->etypes = ETYPES_AES128 | ETYPES_AES256;
    fact->kvno = 2;
    /* The same whichever worker tells it, and never long ago. */
    fact->password_set_us = fact->changed_us
        = fact->base.time_us / MONTH_US * MONTH_US;
    free(dn);
    free(account);
    free(host);
    return fact;
}


/* Give the accounts the SPNs that they hold. */
static void
add_spns(struct account_fact *mail, struct account_fact *other)
{
    int64_t malformed = fault_number("malformed");

    for (const char *const *spn = mail_spns; *spn; spn++) {
        if (!has_fault("missing %s", *spn))
            strings_add(&mail->spns, *spn);
        if (has_fault("duplicate %s", *spn))
            strings_add(&other->spns, *spn);
    }
    for (int64_t i = 0; i < malformed; i++) {
        char *spn = xasprintf("SMTP/wrong %" PRId64, i);

        strings_add(&mail->spns, spn);
        free(spn);
    }
}


/* The accounts that hold mail services' SPNs, and that the search ended. */
static void
search(const struct session_task *task, int64_t port,
       enum search_purpose purpose)
{
    struct account_fact *mail = new_account(task, port, "ex1");
    struct account_fact *other = new_account(task, port, "old1");
    struct search_fact *fact = new_fact(FACT_SEARCH);

    maybe_fail();
    add_spns(mail, other);
    fact->entries = 2;
    emit_fact(FACT_ACCOUNT, mail);
    emit_fact(FACT_ACCOUNT, other);
    record_set(&fact->host, task->host);
    fact->port = port;
    fact->purpose = (int)purpose;
    record_set(&fact->base_dn, BASE);
    fact->latency_us = LATENCY_US;
    emit_fact(FACT_SEARCH, fact);
}


/* What replication goes by: a host has the same digit at all places. */
static char *
guid_of(size_t host)
{
    return xasprintf("%08zx-0000-0000-0000-000000000000", host);
}


/* The two DCs as objects of the configuration partition. */
static void
emit_dsas(const struct session_task *task)
{
    for (size_t i = 0; i < HOSTS; i++) {
        struct dsa_fact *fact;
        char *guid;

        if (!hosts[i].dc)
            continue;
        fact = new_fact(FACT_DSA);
        guid = guid_of(i);
        record_set(&fact->host, task->host);
        record_set(&fact->server, hosts[i].host);
        record_set(&fact->site, "Here");
        record_set(&fact->guid, guid);
        record_set(&fact->invocation, guid);
        strings_add(&fact->ncs, BASE);
        emit_fact(FACT_DSA, fact);
        free(guid);
    }
}


/* Replication from the other DC, as it should be. */
static void
emit_replication(const struct session_task *task)
{
    struct directory_fact *directory = new_fact(FACT_DIRECTORY);
    struct replica_fact *replica = new_fact(FACT_REPLICA);

    record_set(&directory->host, task->host);
    directory->usn = 1000;
    directory->synchronized = true;
    record_set(&replica->host, task->host);
    record_set(&replica->nc, BASE);
    for (size_t i = 0; i < HOSTS; i++) {
        struct neighbor_fact *neighbor;
        char *guid = guid_of(i), *cursor = xasprintf("%s 1000 0", guid);

        if (strcmp(hosts[i].host, task->host) == 0) {
            record_set(&directory->invocation, guid);
        } else if (hosts[i].dc) {
            strings_add(&replica->cursors, cursor);
            neighbor = new_fact(FACT_NEIGHBOR);
            record_set(&neighbor->host, task->host);
            record_set(&neighbor->nc, BASE);
            record_set(&neighbor->source, guid);
            record_set(&neighbor->invocation, guid);
            neighbor->usn = 1000;
            neighbor->success_us = neighbor->attempt_us
                = neighbor->base.time_us;
            emit_fact(FACT_NEIGHBOR, neighbor);
        }
        free(guid);
        free(cursor);
    }
    emit_fact(FACT_DIRECTORY, directory);
    emit_fact(FACT_REPLICA, replica);
}


/* Say that what was asked has been told. */
static void
emit_done(void)
{
    const struct done_task done = {.id = 0};

    emit_record(&done_task_type, &done);
}


static void
hold_session(const struct session_task *task)
{
    worker_name = xasprintf("session %s", task->host);
    if (emit_bind(task, task->ldap_port)) {
        if (task->topology)
            emit_dsas(task);
        if (task->replicas)
            emit_replication(task);
        search(task, task->ldap_port, SEARCH_ACCOUNTS);
        search(task, task->ldap_port, SEARCH_SPNS);
        if (task->gc_port && emit_bind(task, task->gc_port))
            search(task, task->gc_port, SEARCH_FOREST);
    }
    emit_done();
}


/* Answer a line of the parent's. */
static bool
answer(const char *line, size_t length)
{
    static const struct record_type *const types[]
        = {&context_task_type, &packet_task_type, &session_task_type,
           &followup_task_type, NULL};
    const struct record_type *type;
    struct error error;
    void *record = record_decode(types, line, length, &type, &error);

    if (!record) {
        fprintf(stderr, "fake_probe: %s\n", error.text);
        return false;
    }
    if (type == &context_task_type && worker_name)
        emit_self(record);
    else if (type == &packet_task_type)
        answer_packet(record);
    else if (type == &session_task_type)
        hold_session(record);
    else if (type == &followup_task_type)
        emit_done();
    record_free(type, record);
    return fflush(stdout) == 0;
}


int
main(int count, char **arguments)
{
    bool fine = true;
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    read_faults();
    if (count == 2 && strcmp(arguments[1], "packet") == 0)
        worker_name = xstrdup("packet");
    while (fine && (length = getline(&line, &size, stdin)) > 0)
        fine = answer(line, (size_t)length - (line[length - 1] == '\n'));
    /* As the real one ends: nothing is freed, and leaks are not looked for. */
    _exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
}
