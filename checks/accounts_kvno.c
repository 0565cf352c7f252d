/*
 * Do all domain controllers have the same key of a watched account?
 *
 * A KDC seals tickets with the key that it has.  While a change of password is
 * on its way, tickets of a DC that is behind open with the previous key, which
 * Windows keeps; those of a DC two changes behind do not open any more.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/accounts.h"
#include "checks/codes.h"
#include "checks/replication.h"
#include "checks/setspn.h"

/* An RODC puts its own number into the upper 16 bits (MS-KILE 3.1.5.8). */
enum { RODC_MASK = 0xffff };

/* A key version number that a DC has shown. */
struct sample {
    const char *host;
    const char *probe;  /* "ldap", "kdc" */
    const char *seen_from;
    int64_t kvno;
    int64_t time_us;
    bool read_only;
};

struct samples {
    struct sample *items;
    size_t count;
};

/* What came of comparing them. */
struct comparison {
    int64_t newest;          /* -1 without any */
    int64_t apart;           /* how far the last one is behind */
    int64_t writable_apart;  /* the same without RODCs */
    struct strings behind;   /* hosts */
    int64_t usual_us;        /* what the change may take to reach them */
};


/* Add a sample unless the host has shown the same in the same way. */
static void
add_sample(const struct audit *audit, struct samples *samples,
           struct sample sample)
{
    sample.read_only = topology_read_only(audit->topology, sample.host);
    if (sample.read_only)
        sample.kvno &= RODC_MASK;
    for (size_t i = 0; i < samples->count; i++)
        if (strcmp(samples->items[i].host, sample.host) == 0
            && strcmp(samples->items[i].probe, sample.probe) == 0
            && samples->items[i].kvno == sample.kvno)
            return;
    samples->items = xrealloc(samples->items, samples->count + 1,
                              sizeof(*samples->items));
    samples->items[samples->count++] = sample;
}


/* Collect what directories and KDCs show.  Of an account that an RODC may not
   serve it has no key, and shows none or 0. */
static struct samples
collect(const struct audit *audit, const struct watched *watched)
{
    struct samples samples = {NULL, 0};

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct sight *sight = &watched->sights[i];
        const struct account_fact *fact = sight->fact;

        if (fact && fact->kvno >= 0
            && !(sight->read_only && (fact->kvno & RODC_MASK) == 0))
            add_sample(audit, &samples,
                       (struct sample){.host = fact->host, .probe = "ldap",
                                       .seen_from = fact->base.seen_from,
                                       .kvno = fact->kvno,
                                       .time_us = fact->base.time_us});
    }
    FACTS_EACH(audit->facts, FACT_TICKET, ticket_fact, ticket)
        if (ticket->kvno > 0 && accounts_own_ticket(audit, watched, ticket))
            add_sample(audit, &samples,
                       (struct sample){.host = ticket->host, .probe = "kdc",
                                       .seen_from = ticket->base.seen_from,
                                       .kvno = ticket->kvno,
                                       .time_us = ticket->base.time_us});
    return samples;
}


/* The highest number that a writable DC has shown, or -1. */
static int64_t
find_newest(const struct samples *samples)
{
    int64_t newest = -1;

    for (size_t i = 0; i < samples->count; i++)
        if (!samples->items[i].read_only && samples->items[i].kvno > newest)
            newest = samples->items[i].kvno;
    return newest;
}


int64_t
accounts_newest_kvno(const struct audit *audit, const struct watched *watched)
{
    struct samples samples = collect(audit, watched);
    int64_t newest = find_newest(&samples);

    free(samples.items);
    return newest;
}


/* How far a sample is behind the newest: 0 for an RODC's own key. */
static int64_t
count_behind(const struct sample *sample, int64_t newest)
{
    if (newest < 0)
        return 0;
    return (sample->read_only ? newest & RODC_MASK : newest) - sample->kvno;
}


/* What the newest key may take to reach a DC from those that have it. */
static int64_t
usual_wait_us(const struct audit *audit, const struct samples *samples,
              int64_t newest, const char *to)
{
    int64_t longest_us = 0;

    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *from = &samples->items[i];
        struct allowance allowance;

        if (from->read_only || from->kvno != newest
            || strcmp(from->host, to) == 0)
            continue;
        allowance = topology_allowance(audit->topology, from->host, to);
        if (allowance.usual_us > longest_us)
            longest_us = allowance.usual_us;
    }
    return longest_us;
}


/* Find who is behind, and how far. */
static struct comparison
compare(const struct audit *audit, const struct samples *samples)
{
    struct comparison comparison = {.newest = find_newest(samples)};

    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        int64_t apart = count_behind(sample, comparison.newest), wait_us;

        if (apart <= 0)
            continue;
        strings_add_unique(&comparison.behind, sample->host);
        if (apart > comparison.apart)
            comparison.apart = apart;
        if (apart > comparison.writable_apart && !sample->read_only)
            comparison.writable_apart = apart;
        wait_us = usual_wait_us(audit, samples, comparison.newest,
                                sample->host);
        if (wait_us > comparison.usual_us)
            comparison.usual_us = wait_us;
    }
    return comparison;
}


/* Whether what was changed at a time has been so for longer than it may take;
   never if that time is not known (0). */
static bool
is_overdue(const struct audit *audit, int64_t changed_us, int64_t usual_us)
{
    return changed_us > 0
           && audit->settings->numbers->time_us - changed_us > usual_us;
}


/* Whether a DC's copy is of the newest key, by its own number, or where that
   is hidden by the DC's tickets. */
static bool
has_newest(const struct samples *samples, const struct account_fact *fact,
           int64_t newest)
{
    if (fact->kvno >= 0)
        return fact->kvno == newest;
    for (size_t i = 0; i < samples->count; i++)
        if (strcmp(samples->items[i].host, fact->host) == 0
            && samples->items[i].kvno == newest)
            return true;
    return false;
}


/* Since when the newest key has been there, by the copies that have it; 0 if
   none tells.  A copy's own time of change is the most that may be known. */
static int64_t
newest_key_us(const struct watched *watched, const struct samples *samples,
              int64_t newest)
{
    int64_t set_us = 0, changed_us = 0;

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;

        if (!fact || !has_newest(samples, fact, newest))
            continue;
        if (fact->password_set_us > set_us)
            set_us = fact->password_set_us;
        if (fact->changed_us > changed_us)
            changed_us = fact->changed_us;
    }
    return set_us > 0 ? set_us : changed_us;
}


/* Whether DCs are so far apart, or for so long, that it is a fault. */
static bool
is_too_far_apart(const struct audit *audit, const struct watched *watched,
                 const struct samples *samples,
                 const struct comparison *comparison)
{
    int64_t since_us = newest_key_us(watched, samples, comparison->newest);

    if (comparison->writable_apart > 1)
        return true;
    if (comparison->apart > 0 && since_us == 0)
        findings_not_covered(audit->findings,
                             "%s: since when it has had the key of kvno "
                             "%" PRId64 ", no domain controller's copy tells",
                             watched->name, comparison->newest);
    return comparison->apart > 0
           && is_overdue(audit, since_us, comparison->usual_us);
}


/* Tell which DC has which password. */
static void
add_evidence(const struct watched *watched, const struct samples *samples,
             struct finding *finding)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];

        finding_evidence(finding, sample->probe, sample->host,
                         sample->time_us, "%s %" PRId64 "%s, seen from %s",
                         strcmp(sample->probe, "kdc") == 0
                             ? "its tickets have kvno"
                             : "msDS-KeyVersionNumber",
                         sample->kvno, sample->read_only ? " (an RODC)" : "",
                         sample->seen_from);
    }
    accounts_tell_passwords(watched, finding);
}


/* Advise to bring the DCs together. */
static void
complete(const struct watched *watched, const struct samples *samples,
         struct finding *finding)
{
    char *dn = setspn_quote(watched->account->copies[0].fact->dn);

    add_evidence(watched, samples, finding);
    finding_remedy(finding,
                   "on a domain controller, who changed it when: repadmin "
                   "/showobjmeta * %s", dn);
    replication_advise_behind(finding, NULL);
    finding_reference(finding, code_find("ACCOUNT_KVNO_DIVERGED")->reference);
    free(dn);
}


/* Report DCs that have an older key. */
static void
report_behind(const struct audit *audit, const struct watched *watched,
              const struct samples *samples,
              const struct comparison *comparison)
{
    bool fatal = comparison->writable_apart > 1;
    enum status status = fatal ? STATUS_CRITICAL : STATUS_WARNING;
    char *behind = text_join(&comparison->behind);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, status, accounts_impact(watched, status),
        "ACCOUNT_KVNO_DIVERGED", watched->name,
        "%s, %s, has an older password on %s: %" PRId64 " change%s behind "
        "(kvno %" PRId64 "); tickets from there %s%s",
        watched->name, owner, behind, comparison->apart,
        comparison->apart > 1 ? "s" : "", comparison->newest,
        fatal ? "are sealed with a key that the server does not keep"
              : "are sealed with its previous key",
        comparison->apart > 1 && !fatal
            ? " (by a read-only domain controller, which was never verified "
              "on Windows)" : "");

    finding_value(finding, "kvno", (double)comparison->newest, "");
    finding_value(finding, "apart", (double)comparison->apart, "");
    for (size_t i = 0; i < comparison->behind.count; i++)
        finding_concerns(finding, comparison->behind.items[i]);
    complete(watched, samples, finding);
    free(owner);
    free(behind);
}


/* The DCs whose pwdLastSet is not that of the one where it is the newest. */
static struct strings
find_other_times(const struct watched *watched)
{
    int64_t newest_us = accounts_password_set_us(watched);
    struct strings hosts = {NULL, 0};

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;

        if (fact && fact->password_set_us >= 0
            && fact->password_set_us != newest_us)
            strings_add_unique(&hosts, fact->host);
    }
    return hosts;
}


/* What a change may take to any of these hosts. */
static int64_t
usual_wait_for_us(const struct audit *audit, const struct watched *watched,
                  const struct strings *hosts)
{
    int64_t longest_us = 0;

    for (size_t i = 0; i < watched->sight_count; i++)
        for (size_t j = 0; j < hosts->count; j++) {
            const char *from = watched->sights[i].host;
            struct allowance allowance;

            if (strings_contain(hosts, from))
                continue;
            allowance = topology_allowance(audit->topology, from,
                                           hosts->items[j]);
            if (allowance.usual_us > longest_us)
                longest_us = allowance.usual_us;
        }
    return longest_us;
}


/* Report passwords that were set at different times, though each is as many
   changes old. */
static void
report_times(const struct audit *audit, const struct watched *watched,
             const struct samples *samples, const struct strings *others)
{
    char *hosts = text_join(others);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, STATUS_WARNING,
        accounts_impact(watched, STATUS_WARNING), "ACCOUNT_KVNO_DIVERGED",
        watched->name,
        "%s, %s, has another pwdLastSet on %s, with the same kvno as far as "
        "it is known: its password was set on two domain controllers that "
        "did not replicate, or pwdLastSet alone was written",
        watched->name, owner, hosts);

    for (size_t i = 0; i < others->count; i++)
        finding_concerns(finding, others->items[i]);
    complete(watched, samples, finding);
    free(owner);
    free(hosts);
}


/* Judge the times where the numbers are equal; returns whether something was
   found, or may be after a while. */
static bool
judge_times(const struct audit *audit, const struct watched *watched,
            const struct samples *samples)
{
    struct strings others = find_other_times(watched);
    bool differ = others.count > 0;

    if (differ
        && is_overdue(audit, accounts_password_set_us(watched),
                      usual_wait_for_us(audit, watched, &others)))
        report_times(audit, watched, samples, &others);
    strings_clear(&others);
    return differ;
}


/* Whether every DC has shown a number, or at least a time. */
static bool
is_decided(const struct watched *watched)
{
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct sight *sight = &watched->sights[i];

        if (sight->fact && sight->fact->kvno < 0
            && sight->fact->password_set_us < 0)
            return false;
    }
    return watched->complete;
}


void
accounts_judge_kvno(struct audit *audit, const struct watched *watched)
{
    struct samples samples = collect(audit, watched);
    struct comparison comparison = compare(audit, &samples);

    if (comparison.newest >= 0)
        findings_measure(audit->findings, watched->name, "kvno",
                         (double)comparison.newest, -1, "");
    if (is_too_far_apart(audit, watched, &samples, &comparison))
        report_behind(audit, watched, &samples, &comparison);
    else if (watched->account)
        accounts_note_judged(audit, "ACCOUNT_KVNO_DIVERGED", watched->name,
                             comparison.apart == 0
                                 && !judge_times(audit, watched, &samples)
                                 && is_decided(watched));
    strings_clear(&comparison.behind);
    free(samples.items);
}
