/*
 * Do the mail servers' keytabs hold the keys that KDCs seal tickets with?
 *
 * A keytab is a copy of keys, made once.  When the account's password changes,
 * by a tool that does not write this file, or on another computer, tickets are
 * sealed with a key that the server does not have, and nothing in the
 * directory looks wrong.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checks/accounts.h"
#include "checks/codes.h"
#include "checks/etypes.h"
#include "checks/keyring.h"
#include "checks/principal.h"
#include "checks/setspn.h"


/* As many principals are named in commands. */
enum { COMMANDS_MOST = 8 };


/* Advise how Samba exports the keys of all principals that lack theirs. */
static void
advise_export(const struct strings *principals, struct finding *finding)
{
    for (size_t i = 0; i < principals->count && i < COMMANDS_MOST; i++) {
        char *name = setspn_quote(principals->items[i]);

        finding_remedy(finding,
                       "with Samba, on a domain controller, and then copied "
                       "there: samba-tool domain exportkeytab NEW-KEYTAB "
                       "--principal=%s", name);
        free(name);
    }
}


/* Advise how to write a keytab anew; the first principal is the one that
   senders depend on most. */
static void
advise(const struct ring *ring, const struct strings *principals,
       struct finding *finding)
{
    const char *principal = principals->items[0];
    char *file = setspn_quote(ring->file);
    char *name = setspn_quote(principal);
    char *account = setspn_quote(ring->watched->name);

    finding_remedy(finding, "on %s, see what it has: klist -kte %s",
                   ring->server->mail->host, file);
    if (ring->audit->plain) {
        finding_remedy(finding, "on the KDC: kadmin.local ktadd -norandkey "
                                "-k %s %s", file, name);
    } else {
        finding_remedy(finding,
                       "on the server, by what joined it: msktutil --update "
                       "--keytab %s, or adcli update --host-keytab=%s "
                       "--computer-password-lifetime=0, or net ads keytab "
                       "create; kinit first, as the old key lets none of "
                       "them in", file, file);
        advise_export(principals, finding);
        finding_remedy(finding,
                       "on a Windows domain controller, which sets a new "
                       "password: ktpass -princ %s -mapuser %s +rndPass "
                       "-crypto AES256-SHA1 -ptype KRB5_NT_PRINCIPAL -out "
                       "NEW-KEYTAB", name, account);
    }
    free(account);
    free(name);
    free(file);
}


/* Tell what the keytab has of its faulty principals, and who has which key. */
static void
add_evidence(const struct ring *ring, const struct strings *principals,
             struct finding *finding)
{
    enum { MOST = 20 };
    const char *host = ring->audit->settings->numbers->host;
    int64_t now_us = ring->audit->settings->numbers->time_us;

    for (size_t i = 0; i < principals->count && i < MOST; i++) {
        char *versions = ring_describe(ring, principals->items[i]);

        finding_evidence(finding, "keytab", host, now_us,
                         "%s has of %s: kvno %s", ring->file,
                         principals->items[i], versions);
        free(versions);
    }
    for (size_t i = 0; i < ring->watched->sight_count; i++) {
        const struct account_fact *fact = ring->watched->sights[i].fact;

        if (fact && fact->kvno >= 0)
            finding_evidence(finding, "ldap", fact->host, fact->base.time_us,
                             "msDS-KeyVersionNumber %" PRId64 " of %s",
                             fact->kvno, fact->dn);
    }
    FACTS_EACH(ring->audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (principals->count > 0
            && ring_opens(ring, ticket, principals->items[0])) {
            char *type = etype_text(ticket->etype);

            finding_evidence(finding, "kdc", ticket->host,
                             ticket->base.time_us,
                             "a ticket for %s has kvno %" PRId64 ", %s",
                             ticket->spn, ticket->kvno, type);
            free(type);
        }
}


/* Report a keytab whose principals lack keys; the first is its subject. */
static void
report_stale(const struct ring *ring, const struct judgement *first,
             const struct strings *principals)
{
    char *has = ring_describe(ring, first->principal);
    char *type = first->etype ? etype_text(first->etype) : xstrdup("");
    struct strings named = {NULL, 0};
    struct finding *finding = findings_add(
        ring->audit->findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS,
        "KEYTAB_STALE", first->principal,
        "the keytab %s of %s has, of %s, kvno %s; but KDCs seal its tickets "
        "with kvno %" PRId64 "%s%s", ring->file, ring->server->mail->host,
        first->principal, has, first->kvno, *type ? " " : "", type);

    finding_value(finding, "kvno", (double)first->kvno, "");
    finding_value(finding, "principals", (double)principals->count, "");
    add_evidence(ring, principals, finding);
    strings_add(&named, first->principal);
    for (size_t i = 0; i < principals->count; i++)
        strings_add_unique(&named, principals->items[i]);
    advise(ring, &named, finding);
    strings_clear(&named);
    finding_reference(finding, code_find("KEYTAB_STALE")->reference);
    free(type);
    free(has);
}


/* The principal that senders ask for first, for the caller to free(); that of
   the account itself where no service is expected. */
static char *
first_principal(const struct ring *ring)
{
    const struct strings *services = &ring->server->services;
    const char *realm = ring->audit->settings->numbers->realm;
    char *spn, *name, *principal;

    if (services->count == 0)
        return xasprintf("%s@%s", ring->watched->name, realm);
    spn = xasprintf("%s/%s", services->items[0], ring->server->mail->host);
    name = principal_canonical(spn);
    principal = xasprintf("%s@%s", name, realm);
    free(name);
    free(spn);
    return principal;
}


/* Report a keytab that has nothing of its server. */
static void
report_foreign(const struct ring *ring)
{
    char *principal = first_principal(ring);
    struct strings alone = {&principal, 1};
    struct finding *finding = findings_add(
        ring->audit->findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS,
        "KEYTAB_STALE", principal,
        "the keytab %s of %s has no key of that server's account %s at all",
        ring->file, ring->server->mail->host, ring->watched->name);

    add_evidence(ring, &(struct strings){NULL, 0}, finding);
    advise(ring, &alone, finding);
    finding_reference(finding, code_find("KEYTAB_STALE")->reference);
    free(principal);
}


/* Whether a judgement is the one to tell of a keytab: what senders depend on
   most, and always the same of several. */
static bool
comes_first(const struct judgement *left, const struct judgement *right)
{
    return left->rank != right->rank
               ? left->rank > right->rank
               : strcmp(left->principal, right->principal) < 0;
}


/* Say that a keytab is not judged, and why. */
static void
note_unjudged(const struct ring *ring, const char *why)
{
    findings_not_covered(ring->audit->findings, "%s: its keytab %s: %s",
                         ring->server->mail->host, ring->file, why);
}


/* As note_unjudged(), and which principals it has is not known. */
static void
note_unread(const struct ring *ring, const char *why)
{
    ring->audit->keytabs_undecided = true;
    note_unjudged(ring, why);
}


/* Judge each of the server's principals; report them together. */
static void
judge_principals(const struct ring *ring, const struct strings *principals)
{
    struct judgement first = {.principal = NULL};
    struct strings faulty = {NULL, 0};
    bool unknown = false;

    for (size_t i = 0; i < principals->count; i++) {
        struct judgement one = ring_judge(ring, principals->items[i]);

        if (one.fault == FAULT_UNKNOWN) {
            findings_undecided(ring->audit->findings, "KEYTAB_STALE",
                               one.principal);
            unknown = true;
        }
        if (one.fault == FAULT_NONE || one.fault == FAULT_WAITING)
            accounts_note_judged(ring->audit, "KEYTAB_STALE", one.principal,
                                 one.fault == FAULT_NONE
                                     && (ring->watched->complete
                                         || ring->audit->plain));
        if (one.fault < FAULT_KVNO)
            continue;
        strings_add(&faulty, one.principal);
        if (!first.principal || comes_first(&one, &first))
            first = one;
    }
    if (first.principal && ring->unreadable)
        note_unread(ring, ring->unreadable);
    else if (first.principal)
        report_stale(ring, &first, &faulty);
    else if (unknown)
        note_unjudged(ring, "the current version of its keys is not known");
    strings_clear(&faulty);
}


/* Judge the keytab of a server. */
static void
judge_ring(const struct ring *ring)
{
    struct strings own = {NULL, 0};

    ring_list(ring, &own);
    if (own.count > 0)
        judge_principals(ring, &own);
    else if (ring->unreadable)
        note_unread(ring, ring->unreadable);
    else
        report_foreign(ring);
    strings_clear(&own);
}


void
accounts_judge_keytabs(struct audit *audit)
{
    for (size_t i = 0; i < audit->demands->server_count; i++) {
        const struct server *server = &audit->demands->servers[i];
        struct ring ring;

        if (ring_open(audit, server, &ring))
            judge_ring(&ring);
        else if (*server->mail->keytab)
            note_unread(&ring, "it was not read");
    }
}
