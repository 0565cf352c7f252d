/*
 * A mail server's keytab, held against the keys that KDCs seal tickets with.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/etypes.h"
#include "checks/keyring.h"
#include "checks/principal.h"

enum { RANK_ACCOUNT, RANK_SERVICE, RANK_MAIL, RANK_MAIL_HOST };


/* The name of a principal without its realm, for the caller to free(); NULL if
   it is of another realm. */
static char *
local_name(const struct ring *ring, const char *principal)
{
    const char *realm = strrchr(principal, '@');

    if (!realm
        || text_casecmp(realm + 1, ring->audit->settings->numbers->realm) != 0)
        return NULL;
    return xstrndup(principal, (size_t)(realm - principal));
}


/* Whether a service's name belongs to a mail server: its account holds it, or
   nobody does and it is of a mail service and one of its hosts. */
static bool
is_own_service(const struct ring *ring, const char *name)
{
    struct group group = holders_find(ring->audit->holders, name);
    struct principal parts;
    struct error error;
    bool own = false;

    for (size_t i = 0; i < group.count; i++)
        if (ring->watched->account
            && account_is(group.first[i].account, ring->watched->account))
            return true;
    if (group.count > 0
        || !principal_is_service(name, &ring->server->services)
        || !principal_parse(name, &parts, &error))
        return false;
    own = mail_goes_by(ring->server->mail, parts.host);
    principal_clear(&parts);
    return own;
}


/* Whether a name is that of the server's account, with or without the "$" that
   ends a computer's. */
static bool
is_own_account(const struct ring *ring, const char *name)
{
    const char *account = ring->watched->name;
    size_t length = strlen(name);

    return length > 0 && text_has_prefix_case(account, name)
           && (!account[length] || strcmp(account + length, "$") == 0);
}


/* Whether a principal in the keytab has a key of the server's account. */
static bool
is_own(const struct ring *ring, const char *principal)
{
    char *name = local_name(ring, principal);
    bool own = name && (strchr(name, '/') ? is_own_service(ring, name)
                                          : is_own_account(ring, name));

    free(name);
    return own;
}


/* How much senders depend on a principal: the mail service at the server's own
   name before its other names, and these before what else the account has. */
static int
rank_principal(const struct ring *ring, const char *principal)
{
    char *name = local_name(ring, principal);
    const char *host = strchr(name, '/');
    int rank = host ? RANK_SERVICE : RANK_ACCOUNT;

    if (host && principal_is_service(name, &ring->server->services))
        rank = text_casecmp(host + 1, ring->server->mail->host) == 0
                   ? RANK_MAIL_HOST : RANK_MAIL;
    free(name);
    return rank;
}


bool
ring_opens(const struct ring *ring, const struct ticket_fact *ticket,
           const char *principal)
{
    char *name;
    bool same;

    if (!ring->audit->plain)
        return accounts_own_ticket(ring->audit, ring->watched, ticket);
    name = local_name(ring, principal);
    same = ticket->outcome == KDC_OK && strcmp(ticket->spn, name) == 0;
    free(name);
    return same;
}


/* The current key version number of a principal, or -1.  In Active Directory
   it is the account's. */
static int64_t
current_kvno(const struct ring *ring, const char *principal)
{
    int64_t newest = -1;

    if (!ring->audit->plain)
        return accounts_newest_kvno(ring->audit, ring->watched);
    FACTS_EACH(ring->audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (ticket->kvno > newest && ring_opens(ring, ticket, principal))
            newest = ticket->kvno;
    return newest;
}


/* Whether a key in the ring is a principal's. */
static bool
is_key_of(const struct ring *ring, const struct keytab_fact *key,
          const char *principal)
{
    return key->readable
           && strcmp(key->host, ring->server->mail->host) == 0
           && strcmp(key->principal, principal) == 0;
}


/* Whether a key is of this version: keytabs of old tools hold its last 8 bits
   alone, and libkrb5 takes them too. */
static bool
is_version(const struct keytab_fact *key, int64_t kvno)
{
    return key->kvno == kvno || key->kvno == (kvno & UINT8_MAX);
}


/* Whether the keytab has a principal's key of a version; etype 0 stands for
   any. */
static bool
has_key(const struct ring *ring, const char *principal, int64_t kvno,
        int64_t etype)
{
    FACTS_EACH(ring->audit->facts, FACT_KEYTAB, keytab_fact, key)
        if (is_key_of(ring, key, principal) && is_version(key, kvno)
            && (!etype || key->etype == etype))
            return true;
    return false;
}


/* Whether the keytab has a principal's key that is newer than any DC's. */
static bool
has_newer_key(const struct ring *ring, const char *principal, int64_t kvno)
{
    FACTS_EACH(ring->audit->facts, FACT_KEYTAB, keytab_fact, key)
        if (is_key_of(ring, key, principal) && key->kvno > kvno)
            return true;
    return false;
}


/* Whether the password was changed so lately that tickets may still be sealed
   with the previous key. */
static bool
is_fresh(const struct ring *ring)
{
    int64_t set_us = accounts_password_set_us(ring->watched);

    return set_us > 0
           && ring->audit->settings->numbers->time_us - set_us
                  <= topology_longest(ring->audit->topology).usual_us;
}


/* Whether all tickets that were given are sealed with one version of the key,
   so that there is nothing to wait for. */
static bool
is_sealed_everywhere(const struct ring *ring, const char *principal,
                     int64_t kvno)
{
    bool any = false;

    FACTS_EACH(ring->audit->facts, FACT_TICKET, ticket_fact, ticket) {
        if (!ring_opens(ring, ticket, principal))
            continue;
        if (ticket->kvno != kvno)
            return false;
        any = true;
    }
    return any;
}


/* The type of a current ticket for which a principal has no key, or 0. */
static int64_t
missing_etype(const struct ring *ring, const char *principal, int64_t kvno)
{
    FACTS_EACH(ring->audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (ticket->kvno == kvno && ring_opens(ring, ticket, principal)
            && !has_key(ring, principal, kvno, ticket->etype))
            return ticket->etype;
    return 0;
}


/* Judge that the current version is not there.  A DC that was not seen may
   have given the server a newer one. */
static enum fault
judge_absence(const struct ring *ring, const char *principal, int64_t kvno)
{
    if (has_key(ring, principal, kvno - 1, 0) && is_fresh(ring)
        && !is_sealed_everywhere(ring, principal, kvno))
        return FAULT_WAITING;
    if (!ring->watched->complete && has_newer_key(ring, principal, kvno))
        return FAULT_UNKNOWN;
    return FAULT_KVNO;
}


struct judgement
ring_judge(const struct ring *ring, const char *principal)
{
    struct judgement judgement = {
        .principal = principal,
        .rank = rank_principal(ring, principal),
        .kvno = current_kvno(ring, principal),
    };

    if (judgement.kvno < 0) {
        judgement.fault = FAULT_UNKNOWN;
    } else if (!has_key(ring, principal, judgement.kvno, 0)) {
        judgement.fault = judge_absence(ring, principal, judgement.kvno);
    } else {
        judgement.etype = missing_etype(ring, principal, judgement.kvno);
        judgement.fault = judgement.etype ? FAULT_ETYPE : FAULT_NONE;
    }
    return judgement;
}


char *
ring_describe(const struct ring *ring, const char *principal)
{
    struct strings versions = {NULL, 0};
    char *text;

    FACTS_EACH(ring->audit->facts, FACT_KEYTAB, keytab_fact, key) {
        char *type, *version;

        if (!is_key_of(ring, key, principal))
            continue;
        type = etype_text(key->etype);
        version = xasprintf("%" PRId64 " %s", key->kvno, type);
        strings_add_unique(&versions, version);
        free(version);
        free(type);
    }
    text = versions.count > 0 ? text_join(&versions) : xstrdup("none");
    strings_clear(&versions);
    return text;
}


bool
ring_open(struct audit *audit, const struct server *server,
          struct ring *ring)
{
    bool seen = false;

    *ring = (struct ring){
        .audit = audit,
        .watched = accounts_of_server(audit, server->mail->host),
        .server = server,
        .file = server->mail->keytab,
    };
    FACTS_EACH(audit->facts, FACT_KEYTAB, keytab_fact, key) {
        if (strcmp(key->host, server->mail->host) != 0)
            continue;
        ring->file = key->file;
        if (!key->readable)
            ring->unreadable = key->detail;
        seen = true;
    }
    return seen;
}


void
ring_list(const struct ring *ring, struct strings *principals)
{
    FACTS_EACH(ring->audit->facts, FACT_KEYTAB, keytab_fact, key)
        if (key->readable
            && strcmp(key->host, ring->server->mail->host) == 0
            && is_own(ring, key->principal))
            strings_add_unique(principals, key->principal);
}
