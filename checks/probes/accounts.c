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
#include "checks/probes/adtime.h"
#include "checks/probes/emit.h"
#include "checks/probes/filter.h"
#include "checks/probes/quest.h"
#include "checks/probes/rootdse.h"

enum { TERMS_MOST = 100, HOST_MOST = 255 };

/* supportedCapabilities of Active Directory and of Samba (MS-ADTS section
   3.1.1.3.4.3.1). */
#define CAPABILITY_ACTIVE_DIRECTORY "1.2.840.113556.1.4.800"

#define TCP_ADDRESS "ncacn_ip_tcp:"

/* What is asked of an account. */
static const char *const account_attributes[] = {
    /* Only Active Directory has these, which it makes up when asked. */
    "msDS-KeyVersionNumber", "msDS-User-Account-Control-Computed",
    /* A global catalog's partial copy lacks these. */
    "accountExpires", "lockoutTime", "msDS-SupportedEncryptionTypes",
    "pwdLastSet", "whenChanged",
    /* These are everywhere. */
    "dNSHostName", "objectClass", "operatingSystem", "sAMAccountName",
    "servicePrincipalName", "userAccountControl", NULL,
};
enum { CONSTRUCTED_COUNT = 2, PARTIAL_START = 7 };

static const char *const exchange_attributes[]
    = {"networkAddress", "serialNumber", NULL};
static const char *const root_attributes[] = {"supportedCapabilities", NULL};

/* The searches of one connection. */
struct inquiry {
    struct channel channel;
    const struct session_task *task;
    bool active_directory;
    const char *const *attributes;   /* to ask of accounts */
    struct strings hosts;  /* the task's and those of Exchange servers found */
    const struct strings *accounts;
    /* Of entries that could not be chosen by the server: whether to tell. */
    bool (*wanted)(const struct inquiry *inquiry, const struct entry *entry);
};


/* Note whether the server is Active Directory, or behaves as such. */
static void
take_root(void *data, const struct entry *entry)
{
    bool *active_directory = data;

    *active_directory
        = strings_contain(entry_values(entry, "supportedCapabilities"),
                          CAPABILITY_ACTIVE_DIRECTORY);
}


/* Ask the rootDSE whether this is Active Directory. */
static bool
ask_kind(struct channel *channel)
{
    bool active_directory = false;
    const struct search search = {
        .base = "",
        .filter = "(objectClass=*)",
        .attributes = root_attributes,
        .take = take_root,
        .data = &active_directory,
    };

    channel->last = search_run(channel->directory, &search);
    return active_directory;
}


/* Note what kind of server is asked. */
static void
set_kind(struct inquiry *inquiry, bool active_directory)
{
    inquiry->active_directory = active_directory;
    inquiry->attributes = account_attributes;
    if (!active_directory)
        inquiry->attributes += CONSTRUCTED_COUNT;
}


/* Ask for entries below the base of a quest. */
static void
pursue(struct inquiry *inquiry, struct quest *quest, const char *filter,
       const char *const *attributes,
       void (*take)(void *data, const struct entry *entry))
{
    const struct search search = {
        .base = quest->base,
        .scope = SCOPE_SUBTREE,
        .filter = filter,
        .attributes = attributes,
        .take = take,
        .data = inquiry,
    };

    quest_ask(quest, &search);
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


/* When the password was set; 0 if it must be changed, -1 if that is not
   readable. */
static int64_t
password_set(const struct entry *entry)
{
    int64_t filetime = adtime_read(entry_value(entry, "pwdLastSet"));
    int64_t time_us;

    if (filetime < 0 || !adtime_filetime((uint64_t)filetime, &time_us))
        return -1;
    /* 0 means something else than long ago. */
    return filetime > 0 && time_us == 0 ? 1 : time_us;
}


/* When the account expires; 0 if never, -1 if that is not readable. */
static int64_t
expires(const struct entry *entry)
{
    int64_t filetime = adtime_read(entry_value(entry, "accountExpires"));
    int64_t time_us;

    if (filetime < 0)
        return -1;
    /* "Never" is 0 or 2^63-1; what is beyond all calendars is as good. */
    if (filetime == 0 || !adtime_filetime((uint64_t)filetime, &time_us))
        return 0;
    return time_us == 0 ? 1 : time_us;
}


/* When the account was locked; 0 if it is not, or that is not readable. */
static int64_t
locked(const struct entry *entry)
{
    int64_t filetime = adtime_read(entry_value(entry, "lockoutTime"));
    int64_t time_us = 0;

    if (filetime > 0)
        adtime_filetime((uint64_t)filetime, &time_us);
    return time_us;
}


/* When the entry last changed on this server, or -1. */
static int64_t
changed(const struct entry *entry)
{
    int64_t time_us;

    if (!rootdse_read_time(entry_value(entry, "whenChanged"), &time_us))
        return -1;
    return time_us;
}


/* Whether an entry is a computer's account.  A directory that is not Active
   Directory has classes of its own: there a computer is what has a name in
   DNS. */
static bool
is_computer(const struct inquiry *inquiry, const struct entry *entry)
{
    if (!inquiry->active_directory && *entry_value(entry, "dNSHostName"))
        return true;
    return entry_is(entry, "computer");
}


/* Read what tells the state of an account and its password. */
static void
take_state(struct account_fact *fact, const struct entry *entry)
{
    fact->managed = entry_is(entry, "msDS-GroupManagedServiceAccount");
    fact->account_control = entry_word(entry, "userAccountControl", -1);
    fact->computed_control
        = entry_word(entry, "msDS-User-Account-Control-Computed", -1);
    fact->etypes = entry_word(entry, "msDS-SupportedEncryptionTypes", 0);
    fact->kvno = entry_word(entry, "msDS-KeyVersionNumber", -1);
    fact->password_set_us = password_set(entry);
    fact->expires_us = expires(entry);
    fact->locked_us = locked(entry);
    fact->changed_us = changed(entry);
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
    fact->port = inquiry->channel.port;
    record_set(&fact->host, inquiry->task->host);
    record_set(&fact->dn, entry->dn);
    record_set(&fact->sam_account_name, entry_value(entry, "sAMAccountName"));
    record_set(&fact->dns_host_name, host);
    record_set(&fact->operating_system,
               entry_value(entry, "operatingSystem"));
    fact->computer = is_computer(inquiry, entry);
    take_state(fact, entry);
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
           || contains_case(inquiry->accounts,
                            entry_value(entry, "sAMAccountName"));
}


/* Ask for the Exchange servers.  An organisation without Exchange has no such
   container. */
static void
ask_exchange(struct inquiry *inquiry)
{
    struct quest quest = quest_begin(&inquiry->channel, SEARCH_EXCHANGE,
                                     inquiry->task->configuration);

    pursue(inquiry, &quest, "(objectClass=msExchExchangeServer)",
           exchange_attributes, take_exchange);
    if (quest.result.missing) {
        quest.result.outcome = SEARCH_OK;
        quest.result.error.text[0] = '\0';
    }
    quest_end(&quest);
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
        pursue(inquiry, quest, text, inquiry->attributes, take_account);
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
    struct quest quest = quest_begin(&inquiry->channel, purpose, base);

    quest.all_spns = task->all_spns;
    inquiry->wanted = holds_service;
    if (inquiry->active_directory && !task->all_spns)
        ask_values(inquiry, &quest, "servicePrincipalName", &task->services,
                   "/*");
    else
        pursue(inquiry, &quest, "(servicePrincipalName=*)",
               inquiry->attributes, take_account);
    quest_end(&quest);
}


/* Ask for the accounts of the mail servers known by now. */
static void
ask_accounts(struct inquiry *inquiry)
{
    struct quest quest = quest_begin(&inquiry->channel, SEARCH_ACCOUNTS,
                                     inquiry->task->base);

    inquiry->wanted = is_known;
    if (inquiry->active_directory) {
        ask_values(inquiry, &quest, "dNSHostName", &inquiry->hosts, "");
        ask_values(inquiry, &quest, "sAMAccountName", inquiry->accounts, "");
    } else {
        /* As for SPNs. */
        pursue(inquiry, &quest, "(|(dNSHostName=*)(sAMAccountName=*))",
               inquiry->attributes, take_account);
    }
    quest_end(&quest);
}


/* Begin to ask a domain's directory about hosts and accounts. */
static struct inquiry
begin(struct directory *directory, const struct session_task *task,
      const struct strings *hosts, const struct strings *accounts)
{
    struct inquiry inquiry = {
        .channel = {
            .directory = directory,
            .host = task->host,
            .port = task->ldap_port,
        },
        .task = task,
        .accounts = accounts,
    };

    for (size_t i = 0; i < hosts->count; i++)
        strings_add_unique(&inquiry.hosts, hosts->items[i]);
    return inquiry;
}


bool
accounts_search_domain(struct directory *directory,
                       const struct session_task *task,
                       bool *active_directory_out)
{
    struct inquiry inquiry = begin(directory, task, &task->hosts,
                                   &task->accounts);

    *active_directory_out = ask_kind(&inquiry.channel);
    set_kind(&inquiry, *active_directory_out);
    if (*task->configuration)
        ask_exchange(&inquiry);
    ask_spns(&inquiry, SEARCH_SPNS, task->base);
    ask_accounts(&inquiry);
    strings_clear(&inquiry.hosts);
    return !inquiry.channel.last.lost;
}


bool
accounts_search_more(struct directory *directory,
                     const struct session_task *task,
                     const struct followup_task *followup,
                     bool active_directory)
{
    struct inquiry inquiry;

    if (followup->hosts.count == 0 && followup->accounts.count == 0)
        return true;
    inquiry = begin(directory, task, &followup->hosts, &followup->accounts);
    set_kind(&inquiry, active_directory);
    ask_accounts(&inquiry);
    strings_clear(&inquiry.hosts);
    return !inquiry.channel.last.lost;
}


void
accounts_search_forest(struct directory *directory,
                       const struct session_task *task)
{
    struct inquiry inquiry = {
        .channel = {
            .directory = directory,
            .host = task->host,
            .port = task->gc_port,
        },
        .task = task,
        .active_directory = true,
        .attributes = account_attributes + PARTIAL_START,
    };

    ask_spns(&inquiry, SEARCH_FOREST, "");
}
