/*
 * What a session asks of a directory, and what becomes of the entries.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/probes/accounts.h"
#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/filter.h"
#include "checks/probes/search.h"

enum { TERMS_MOST = 100, HOST_MOST = 255 };

/* supportedCapabilities of Active Directory and of Samba (MS-ADTS section
   3.1.1.3.4.3.1). */
#define CAPABILITY_ACTIVE_DIRECTORY "1.2.840.113556.1.4.800"

#define TCP_ADDRESS "ncacn_ip_tcp:"

static const char *const account_attributes[] = {
    "dNSHostName", "objectClass", "operatingSystem", "sAMAccountName",
    "servicePrincipalName", "userAccountControl", NULL,
};
static const char *const exchange_attributes[]
    = {"networkAddress", "serialNumber", NULL};
static const char *const root_attributes[] = {"supportedCapabilities", NULL};

/* The searches of one connection. */
struct inquiry {
    struct directory *directory;
    const struct session_task *task;
    int64_t port;
    bool active_directory;
    struct strings hosts;  /* the task's and those of Exchange servers found */
    struct search_result last;
    /* Of entries that could not be chosen by the server: whether to tell. */
    bool (*wanted)(const struct inquiry *inquiry, const struct entry *entry);
};

/* A search of several requests, and what came of it. */
struct quest {
    struct instant start;
    enum search_purpose purpose;
    const char *base;
    struct search_result result;
};


/* Note whether the server is Active Directory, or behaves as such. */
static void
take_root(void *data, const struct entry *entry)
{
    struct inquiry *inquiry = data;

    if (strings_contain(entry_values(entry, "supportedCapabilities"),
                        CAPABILITY_ACTIVE_DIRECTORY))
        inquiry->active_directory = true;
}


/* Ask the rootDSE what kind of server this is. */
static void
ask_kind(struct inquiry *inquiry)
{
    const struct search search = {
        .base = "",
        .filter = "(objectClass=*)",
        .attributes = root_attributes,
        .take = take_root,
        .data = inquiry,
    };

    inquiry->last = search_run(inquiry->directory, &search);
}


static struct quest
begin_quest(enum search_purpose purpose, const char *base)
{
    return (struct quest){
        .start = instant_now(),
        .purpose = purpose,
        .base = base,
        .result = {.outcome = SEARCH_OK},
    };
}


/* Make a request of a quest; the first that fails ends it.  On a connection
   that is lost nothing more is asked, and each quest says so. */
static void
pursue(struct inquiry *inquiry, struct quest *quest, const char *filter,
       const char *const *attributes,
       void (*take)(void *data, const struct entry *entry))
{
    int64_t entries = quest->result.entries;
    const struct search search = {
        .base = quest->base,
        .subtree = true,
        .filter = filter,
        .attributes = attributes,
        .take = take,
        .data = inquiry,
    };

    if (quest->result.outcome != SEARCH_OK)
        return;
    if (inquiry->last.lost)
        inquiry->last.entries = 0;
    else
        inquiry->last = search_run(inquiry->directory, &search);
    quest->result = inquiry->last;
    quest->result.entries += entries;
}


/* Emit what came of a quest. */
static void
end_quest(const struct inquiry *inquiry, struct quest *quest)
{
    struct search_fact *fact = record_new(fact_types[FACT_SEARCH]);

    if (quest->result.outcome != SEARCH_OK)
        error_prefix(&quest->result.error, "searching %s below \"%s\"",
                     inquiry->task->host, quest->base);
    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, inquiry->task->host);
    record_set(&fact->base_dn, quest->base);
    record_set(&fact->detail, quest->result.error.text);
    fact->port = inquiry->port;
    fact->purpose = (int)quest->purpose;
    fact->outcome = (int)quest->result.outcome;
    fact->all_spns = inquiry->task->all_spns
                     && (quest->purpose == SEARCH_SPNS
                         || quest->purpose == SEARCH_FOREST);
    fact->entries = quest->result.entries;
    fact->latency_us = instant_now().steady_us - quest->start.steady_us;
    emit_fact(FACT_SEARCH, fact);
    record_free(fact_types[FACT_SEARCH], fact);
}


/* Emit an Exchange server for an address of it. */
static void
take_address(struct inquiry *inquiry, const struct entry *entry,
             const char *address)
{
    struct exchange_fact *fact;
    char *server;

    if (!text_has_prefix_case(address, TCP_ADDRESS))
        return;
    address += strlen(TCP_ADDRESS);
    if (!strchr(address, '.') || strlen(address) > HOST_MOST)
        return;
    server = text_host(address);
    fact = record_new(fact_types[FACT_EXCHANGE]);
    fact->base.time_us = instant_now().real_us;
    record_set(&fact->host, inquiry->task->host);
    record_set(&fact->server, server);
    record_set(&fact->dn, entry->dn);
    record_set(&fact->version, entry_value(entry, "serialNumber"));
    emit_fact(FACT_EXCHANGE, fact);
    record_free(fact_types[FACT_EXCHANGE], fact);
    strings_add_unique(&inquiry->hosts, server);
    free(server);
}


static void
take_exchange(void *data, const struct entry *entry)
{
    const struct strings *addresses = entry_values(entry, "networkAddress");

    for (size_t i = 0; i < addresses->count; i++)
        take_address(data, entry, addresses->items[i]);
}


/* userAccountControl, or -1 where it is not readable or no number. */
static int64_t
account_control(const struct entry *entry)
{
    const char *text = entry_value(entry, "userAccountControl");
    char *end;
    long long number = strtoll(text, &end, 10);

    /* It is a signed 32-bit number in the directory. */
    if (end == text || *end || number < INT32_MIN || number > UINT32_MAX)
        return -1;
    return (int64_t)(uint32_t)number;
}


/* Whether an entry is a computer's account.  A directory that is not Active
   Directory has classes of its own: there a computer is what has a name in
   DNS. */
static bool
is_computer(const struct inquiry *inquiry, const struct entry *entry)
{
    const struct strings *classes = entry_values(entry, "objectClass");

    if (!inquiry->active_directory && *entry_value(entry, "dNSHostName"))
        return true;
    for (size_t i = 0; i < classes->count; i++)
        if (text_casecmp(classes->items[i], "computer") == 0)
            return true;
    return false;
}


/* Emit an account. */
static void
take_account(void *data, const struct entry *entry)
{
    const struct inquiry *inquiry = data;
    const struct strings *spns = entry_values(entry, "servicePrincipalName");
    struct account_fact *fact;
    char *host;

    if (!inquiry->active_directory && !inquiry->wanted(inquiry, entry))
        return;
    fact = record_new(fact_types[FACT_ACCOUNT]);
    host = text_host(entry_value(entry, "dNSHostName"));
    fact->base.time_us = instant_now().real_us;
    fact->port = inquiry->port;
    record_set(&fact->host, inquiry->task->host);
    record_set(&fact->dn, entry->dn);
    record_set(&fact->sam_account_name, entry_value(entry, "sAMAccountName"));
    record_set(&fact->dns_host_name, host);
    record_set(&fact->operating_system,
               entry_value(entry, "operatingSystem"));
    fact->computer = is_computer(inquiry, entry);
    fact->account_control = account_control(entry);
    for (size_t i = 0; i < spns->count; i++)
        strings_add(&fact->spns, spns->items[i]);
    emit_fact(FACT_ACCOUNT, fact);
    record_free(fact_types[FACT_ACCOUNT], fact);
    free(host);
}


/* Whether an entry has an SPN of a class that is searched for. */
static bool
holds_service(const struct inquiry *inquiry, const struct entry *entry)
{
    const struct session_task *task = inquiry->task;
    const struct strings *spns = entry_values(entry, "servicePrincipalName");

    for (size_t i = 0; i < spns->count; i++)
        for (size_t j = 0; j < task->services.count; j++)
            if (text_has_prefix_case(spns->items[i], task->services.items[j])
                && spns->items[i][strlen(task->services.items[j])] == '/')
                return true;
    return task->all_spns && spns->count > 0;
}


/* Whether a list has a text, in whatever case. */
static bool
contains_case(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_casecmp(list->items[i], text) == 0)
            return true;
    return false;
}


/* Whether an entry is the account of a host, or one that is searched for. */
static bool
is_known(const struct inquiry *inquiry, const struct entry *entry)
{
    return contains_case(&inquiry->hosts, entry_value(entry, "dNSHostName"))
           || contains_case(&inquiry->task->accounts,
                            entry_value(entry, "sAMAccountName"));
}


/* Ask for the Exchange servers.  An organisation without Exchange has no such
   container. */
static void
ask_exchange(struct inquiry *inquiry)
{
    struct quest quest = begin_quest(SEARCH_EXCHANGE,
                                     inquiry->task->configuration);

    pursue(inquiry, &quest, "(objectClass=msExchExchangeServer)",
           exchange_attributes, take_exchange);
    if (quest.result.missing) {
        quest.result.outcome = SEARCH_OK;
        quest.result.error.text[0] = '\0';
    }
    end_quest(inquiry, &quest);
}


/* Ask for the accounts with any of these values, so many at a time. */
static void
ask_values(struct inquiry *inquiry, struct quest *quest,
           const char *attribute, const struct strings *values,
           const char *rest)
{
    struct filter filter = {.text = NULL};

    for (size_t i = 0; i < values->count; i++) {
        char *text;

        filter_add(&filter, attribute, values->items[i], rest);
        if (filter.terms < TERMS_MOST && i + 1 < values->count)
            continue;
        text = filter_take(&filter);
        pursue(inquiry, quest, text, account_attributes, take_account);
        free(text);
    }
}


/*
 * Ask for the holders of SPNs of the mail services, or of any.
 *
 * A directory that is not Active Directory need not have a matching rule for
 * servicePrincipalName (that of OpenLDAP's msuser.schema has none), and a
 * filter for a value would then match nothing: ask for every holder, and
 * choose here.
 */
static void
ask_spns(struct inquiry *inquiry, enum search_purpose purpose,
         const char *base)
{
    const struct session_task *task = inquiry->task;
    struct quest quest = begin_quest(purpose, base);

    inquiry->wanted = holds_service;
    if (inquiry->active_directory && !task->all_spns)
        ask_values(inquiry, &quest, "servicePrincipalName", &task->services,
                   "/*");
    else
        pursue(inquiry, &quest, "(servicePrincipalName=*)",
               account_attributes, take_account);
    end_quest(inquiry, &quest);
}


/* Ask for the accounts of the mail servers known by now. */
static void
ask_accounts(struct inquiry *inquiry)
{
    const struct session_task *task = inquiry->task;
    struct quest quest = begin_quest(SEARCH_ACCOUNTS, task->base);

    inquiry->wanted = is_known;
    if (inquiry->active_directory) {
        ask_values(inquiry, &quest, "dNSHostName", &inquiry->hosts, "");
        ask_values(inquiry, &quest, "sAMAccountName", &task->accounts, "");
    } else {
        /* As for SPNs. */
        pursue(inquiry, &quest, "(|(dNSHostName=*)(sAMAccountName=*))",
               account_attributes, take_account);
    }
    end_quest(inquiry, &quest);
}


bool
accounts_search_domain(struct directory *directory,
                       const struct session_task *task)
{
    struct inquiry inquiry = {
        .directory = directory,
        .task = task,
        .port = task->ldap_port,
    };

    for (size_t i = 0; i < task->hosts.count; i++)
        strings_add_unique(&inquiry.hosts, task->hosts.items[i]);
    ask_kind(&inquiry);
    if (*task->configuration)
        ask_exchange(&inquiry);
    ask_spns(&inquiry, SEARCH_SPNS, task->base);
    ask_accounts(&inquiry);
    strings_clear(&inquiry.hosts);
    return !inquiry.last.lost;
}


void
accounts_search_forest(struct directory *directory,
                       const struct session_task *task)
{
    struct inquiry inquiry = {
        .directory = directory,
        .task = task,
        .port = task->gc_port,
        .active_directory = true,
    };

    ask_spns(&inquiry, SEARCH_FOREST, "");
}
