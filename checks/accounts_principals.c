/*
 * Do all KDCs of a realm without Active Directory have the same key of a mail
 * server's principals?
 *
 * There each principal has a key of its own, and no directory tells of it: what
 * KDCs have shows in the tickets that they give.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/accounts.h"
#include "checks/setspn.h"

/* What the KDCs show of a principal. */
struct principal_keys {
    const char *name;
    int64_t newest;
    struct strings hosts;   /* that gave a ticket */
    struct strings behind;  /* those of them with an older key */
};


/* Whether a ticket that this realm's KDC gave is for a principal. */
static bool
is_ticket_for(const struct audit *audit, const struct ticket_fact *ticket,
              const char *name)
{
    return ticket->outcome == KDC_OK && ticket->kvno > 0
           && strcmp(ticket->spn, name) == 0
           && text_casecmp(ticket->realm, audit->settings->numbers->realm)
                  == 0;
}


/* Whether a KDC's latest ticket is this one. */
static bool
is_latest(const struct audit *audit, const struct ticket_fact *ticket)
{
    FACTS_EACH(audit->facts, FACT_TICKET, ticket_fact, other)
        if (is_ticket_for(audit, other, ticket->spn)
            && strcmp(other->host, ticket->host) == 0
            && other->base.time_us > ticket->base.time_us)
            return false;
    return true;
}


/* Compare the keys that KDCs have of a principal. */
static struct principal_keys
compare(const struct audit *audit, const char *name)
{
    struct principal_keys keys = {.name = name};

    FACTS_EACH(audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (is_ticket_for(audit, ticket, name) && is_latest(audit, ticket)) {
            strings_add_unique(&keys.hosts, ticket->host);
            if (ticket->kvno > keys.newest)
                keys.newest = ticket->kvno;
        }
    FACTS_EACH(audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (is_ticket_for(audit, ticket, name) && is_latest(audit, ticket)
            && ticket->kvno < keys.newest)
            strings_add_unique(&keys.behind, ticket->host);
    return keys;
}


/* Whether every KDC has shown its key. */
static bool
is_complete(const struct audit *audit, const struct principal_keys *keys)
{
    const struct settings *settings = audit->settings;

    for (size_t i = 0; i < settings->dc_count; i++)
        if (settings->dcs[i]->kerberos
            && !strings_contain(&keys->hosts, settings->dcs[i]->host))
            return false;
    return keys->hosts.count > 0;
}


/* Advise to bring the KDCs together. */
static void
advise(const char *name, struct finding *finding)
{
    char *word = setspn_quote(name);

    finding_remedy(finding,
                   "with MIT Kerberos, on each KDC: kadmin.local getprinc "
                   "%s; then, on the primary, kprop to the one that is "
                   "behind, or where that is left to iprop: kproplog -h",
                   word);
    finding_remedy(finding,
                   "with Heimdal, on each KDC: kadmin -l get %s; then, on "
                   "the primary, hprop to the one that is behind, or where "
                   "that is left to iprop: iprop-log last-version", word);
    free(word);
}


/* Report KDCs with an older key of a principal than others. */
static void
report(const struct audit *audit, const struct watched *watched,
       const struct principal_keys *keys)
{
    char *behind = text_join(&keys->behind);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, STATUS_WARNING,
        accounts_impact(watched, STATUS_WARNING), "ACCOUNT_KVNO_DIVERGED",
        watched->name,
        "%s, %s, has an older key of %s on %s than on other KDCs (kvno "
        "%" PRId64 "); tickets from there open only while the server's "
        "keytab keeps that key", watched->name, owner, keys->name, behind,
        keys->newest);

    finding_value(finding, "kvno", (double)keys->newest, "");
    for (size_t i = 0; i < keys->behind.count; i++)
        finding_concerns(finding, keys->behind.items[i]);
    FACTS_EACH(audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (is_ticket_for(audit, ticket, keys->name)
            && is_latest(audit, ticket))
            finding_evidence(finding, "kdc", ticket->host,
                             ticket->base.time_us,
                             "its ticket for %s has kvno %" PRId64
                             ", seen from %s", ticket->spn, ticket->kvno,
                             ticket->base.seen_from);
    if (finding->remedy.count == 0)
        advise(keys->name, finding);
    free(owner);
    free(behind);
}


/* Judge one principal; returns whether its key is known to be the same on
   every KDC. */
static bool
judge_principal(const struct audit *audit, const struct watched *watched,
                const char *name)
{
    struct principal_keys keys = compare(audit, name);
    bool same = keys.behind.count == 0 && is_complete(audit, &keys);

    if (keys.behind.count > 0)
        report(audit, watched, &keys);
    strings_clear(&keys.hosts);
    strings_clear(&keys.behind);
    return same;
}


void
accounts_judge_principals(struct audit *audit, const struct watched *watched)
{
    size_t asked = 0, same = 0;

    for (size_t i = 0; i < audit->demands->count; i++) {
        const struct demand *demand = &audit->demands->items[i];
        char *name = NULL;

        if (strings_contain(&watched->servers, demand->server->mail->host))
            name = demands_request(audit->demands, demand);
        if (!name)
            continue;
        asked++;
        same += judge_principal(audit, watched, name);
        free(name);
    }
    if (asked > 0
        && !findings_find(audit->findings, "ACCOUNT_KVNO_DIVERGED",
                          watched->name))
        accounts_note_judged(audit, "ACCOUNT_KVNO_DIVERGED", watched->name,
                             same == asked);
}
