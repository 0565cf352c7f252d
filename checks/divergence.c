/*
 * Are the mail servers' accounts the same on every domain controller?
 *
 * Each copy tells when it was last changed.  Two that differ have done so at
 * least since the later of both changes; so no history is needed to know that
 * a change should have arrived.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/demands.h"
#include "checks/principal.h"
#include "checks/replication.h"

enum { SPNS_SHOWN = 10 };

/* One domain controller's copy of an account. */
struct twin {
    const struct account_fact *fact;
    bool read_only;
    bool equal;  /* to the newest copy */
};

/* An account's copies. */
struct twins {
    const struct replication *replication;
    char *name;
    struct twin *items;
    size_t count;
    const struct twin *newest;  /* of the writable ones; NULL: none tells */
};

/* What differs between the newest copy and another, a line for each. */
struct differences {
    struct strings attributes;
    struct strings lines;
    bool spns, password;  /* whether these could be compared */
};


/* Add a DC's copy; of several the one read last counts. */
static void
add_copy(struct twins *twins, const struct account_fact *fact)
{
    struct twin *twin = NULL;

    for (size_t i = 0; i < twins->count && !twin; i++)
        if (strcmp(twins->items[i].fact->host, fact->host) == 0)
            twin = &twins->items[i];
    if (!twin) {
        twins->items = xrealloc(twins->items, twins->count + 1,
                                sizeof(*twins->items));
        twin = &twins->items[twins->count++];
        *twin = (struct twin){
            .fact = fact,
            .read_only = topology_read_only(twins->replication->topology,
                                            fact->host),
        };
    }
    if (fact->base.time_us >= twin->fact->base.time_us)
        twin->fact = fact;
}


/* When a copy was last changed, as far as it may be read; or -1. */
static int64_t
changed_us(const struct account_fact *fact)
{
    return fact->changed_us > fact->password_set_us ? fact->changed_us
                                                    : fact->password_set_us;
}


/* Whether two copies have different passwords, and tell since when. */
static bool
passwords_differ(const struct account_fact *left,
                 const struct account_fact *right)
{
    return left->password_set_us > 0 && right->password_set_us > 0
           && left->password_set_us != right->password_set_us;
}


/* Whether one copy is newer than another.  The password tells before all else:
   on Windows a copy also counts as changed when something older arrives. */
static bool
is_newer(const struct account_fact *left, const struct account_fact *right)
{
    if (passwords_differ(left, right))
        return left->password_set_us > right->password_set_us;
    return changed_us(left) > changed_us(right);
}


/* Gather the domain controllers' own copies of an account; one that was moved
   has another name until all know. */
static void
gather(struct twins *twins, const struct holders *holders,
       const struct account *account)
{
    for (size_t i = 0; i < holders->account_count; i++) {
        const struct account *other = &holders->accounts[i];

        if (!account_is(account, other))
            continue;
        for (size_t j = 0; j < other->copy_count; j++)
            if (!holders->views[other->copies[j].view].gc)
                add_copy(twins, other->copies[j].fact);
    }
    for (size_t i = 0; i < twins->count; i++) {
        const struct twin *twin = &twins->items[i];

        if (!twin->read_only && changed_us(twin->fact) >= 0
            && (!twins->newest || is_newer(twin->fact, twins->newest->fact)))
            twins->newest = twin;
    }
}


/* Whether an account has an SPN, as the KDC compares it. */
static bool
has_spn(const struct account_fact *fact, const char *spn)
{
    for (size_t i = 0; i < fact->spns.count; i++)
        if (principal_compare(fact->spns.items[i], spn) == 0)
            return true;
    return false;
}


/* What one copy holds and another does not, "SMTP/a, SMTP/b", for the caller
   to free(); NULL for nothing. */
static char *
list_surplus(const struct account_fact *fact, const struct account_fact *other)
{
    char *list = NULL;
    size_t more = 0, shown = 0;

    for (size_t i = 0; i < fact->spns.count; i++) {
        char *longer;

        if (has_spn(other, fact->spns.items[i]))
            continue;
        if (shown++ >= SPNS_SHOWN) {
            more++;
            continue;
        }
        longer = xasprintf("%s%s%s", list ? list : "", list ? ", " : "",
                           fact->spns.items[i]);
        free(list);
        list = longer;
    }
    if (more > 0) {
        char *longer = xasprintf("%s and %zu more", list, more);

        free(list);
        list = longer;
    }
    return list;
}


/* Note a difference. */
static void
add_difference(struct differences *differences, const char *attribute,
               char *line)
{
    strings_add_unique(&differences->attributes, attribute);
    strings_add(&differences->lines, line);
    free(line);
}


/* Compare the SPNs.  None at all where nothing else may be read either is
   hidden rather than empty. */
static void
compare_spns(const struct account_fact *newest,
             const struct account_fact *other,
             struct differences *differences)
{
    const struct account_fact *const ends[] = {newest, other};

    if ((newest->spns.count == 0 && newest->account_control < 0)
        || (other->spns.count == 0 && other->account_control < 0))
        return;
    differences->spns = true;
    for (size_t i = 0; i < 2; i++) {
        char *surplus = list_surplus(ends[i], ends[1 - i]);

        if (surplus)
            add_difference(differences, "servicePrincipalName",
                           xasprintf("only %s has %s", ends[i]->host,
                                     surplus));
        free(surplus);
    }
}


/* Compare a number that is negative where it may not be read. */
static void
compare_number(const struct account_fact *newest, int64_t left,
               const struct account_fact *other, int64_t right,
               const char *attribute, struct differences *differences)
{
    if (left < 0 || right < 0 || left == right)
        return;
    add_difference(differences, attribute,
                   xasprintf("%s: %" PRId64 " on %s, %" PRId64 " on %s",
                             attribute, left, newest->host, right,
                             other->host));
}


/* Compare when the password was set. */
static void
compare_password(const struct account_fact *newest,
                 const struct account_fact *other,
                 struct differences *differences)
{
    char left[TEXT_TIME_SIZE] = "never", right[TEXT_TIME_SIZE] = "never";

    if (newest->password_set_us < 0 || other->password_set_us < 0)
        return;
    differences->password = true;
    if (newest->password_set_us == other->password_set_us)
        return;
    if (newest->password_set_us > 0)
        text_time(newest->password_set_us, left);
    if (other->password_set_us > 0)
        text_time(other->password_set_us, right);
    add_difference(differences, "pwdLastSet",
                   xasprintf("pwdLastSet: %s on %s, %s on %s", left,
                             newest->host, right, other->host));
}


/* Compare a copy with the newest one.  The kvno of an RODC is left to the check
   accounts: it may keep an old key, and has a number of its own above. */
static void
compare(const struct twins *twins, const struct twin *twin,
        struct differences *differences)
{
    const struct account_fact *newest = twins->newest->fact;
    const struct account_fact *other = twin->fact;

    compare_spns(newest, other, differences);
    if (!twin->read_only) {
        compare_number(newest, newest->kvno, other, other->kvno,
                       "msDS-KeyVersionNumber", differences);
        differences->password = newest->kvno >= 0 && other->kvno >= 0;
    }
    compare_password(newest, other, differences);
    compare_number(newest, newest->account_control, other,
                   other->account_control, "userAccountControl",
                   differences);
}


/* For how long two copies surely have differed: since the later of the times
   at which their passwords were set, or at which they were changed. */
static int64_t
age_of_difference(const struct twins *twins, const struct twin *twin)
{
    const struct replication *replication = twins->replication;
    const struct account_fact *const ends[] = {twins->newest->fact,
                                               twin->fact};
    bool by_password = passwords_differ(ends[0], ends[1]);
    int64_t age_us = INT64_MAX;

    for (size_t i = 0; i < 2; i++) {
        int64_t stamp_us = by_password ? ends[i]->password_set_us
                                       : changed_us(ends[i]);
        int64_t end_us;

        if (stamp_us < 0)
            continue;
        end_us = pairs_age_us(replication->facts, replication->settings,
                              ends[i]->host, stamp_us);
        if (end_us < age_us)
            age_us = end_us;
    }
    return age_us;
}


/* The attributes that differ, "a, b and c", for the caller to free(). */
static char *
join_attributes(const struct strings *attributes)
{
    char *text = xstrdup(attributes->items[0]);

    for (size_t i = 1; i < attributes->count; i++) {
        const char *between = i + 1 < attributes->count ? ", " : " and ";
        char *longer = xasprintf("%s%s%s", text, between,
                                 attributes->items[i]);

        free(text);
        text = longer;
    }
    return text;
}


/* The naming context that an account of a domain is in: what of its name is
   domain components. */
static const char *
context_of(const char *dn)
{
    for (const char *at = dn; *at; at++)
        if ((at == dn || at[-1] == ',') && text_has_prefix_case(at, "DC="))
            return at;
    return dn;
}


/* Report a copy that is behind. */
static void
report(const struct twins *twins, const struct twin *twin,
       const struct differences *differences, const char *subject,
       enum status status)
{
    const struct account_fact *newest = twins->newest->fact;
    const struct account_fact *other = twin->fact;
    int64_t age_us = age_of_difference(twins, twin);
    char *age = text_duration(age_us);
    char *attributes = join_attributes(&differences->attributes);
    struct finding *finding = findings_add(
        twins->replication->findings, status, IMPACT_MAIL_AT_RISK,
        "REPL_DIVERGED", subject,
        "%s: %s has had another %s than %s for at least %s, and is the newer",
        twins->name, newest->host, attributes, other->host, age);

    finding_value(finding, "age", (double)age_us / 1e6, "s");
    for (size_t i = 0; i < differences->lines.count; i++)
        finding_evidence(finding, "ldap", other->host, other->base.time_us,
                         "%s", differences->lines.items[i]);
    replication_advise(finding, newest->host, other->host,
                       context_of(newest->dn));
    free(attributes);
    free(age);
}


/* Judge what differs between a copy and the newest one; false while it may
   still follow, or may differ in what is hidden. */
static bool
judge_differences(struct twins *twins, struct twin *twin,
                  const struct differences *differences, const char *subject)
{
    const struct replication *replication = twins->replication;
    const char *source = twins->newest->fact->host;
    const char *destination = twin->fact->host;
    struct allowance allowance
        = topology_allowance(replication->topology, source, destination);
    enum status status
        = replication_status(replication, source, destination, &allowance,
                             age_of_difference(twins, twin));

    if (differences->lines.count > 0) {
        if (status != STATUS_OK)
            report(twins, twin, differences, subject, status);
        return status != STATUS_OK;
    }
    twin->equal = differences->spns && differences->password;
    if (twin->equal)
        findings_judged(replication->findings, "REPL_DIVERGED", subject);
    else
        findings_not_covered(replication->findings,
                             "%s: too little of it may be read on %s and %s "
                             "to know whether it is the same there",
                             twins->name, source, destination);
    return twin->equal;
}


/* Judge a copy against the newest one; false if that was left open. */
static bool
judge_twin(struct twins *twins, struct twin *twin)
{
    struct differences differences = {.spns = false};
    char *subject = xasprintf("%s->%s %s", twins->newest->fact->host,
                              twin->fact->host, twins->name);
    bool decided;

    compare(twins, twin, &differences);
    decided = judge_differences(twins, twin, &differences, subject);
    free(subject);
    strings_clear(&differences.attributes);
    strings_clear(&differences.lines);
    return decided;
}


/* Say that copies which are equal do not differ, whichever was the newer one
   when they did. */
static void
rule_out(const struct twins *twins)
{
    for (size_t i = 0; i < twins->count; i++)
        for (size_t j = 0; j < twins->count; j++) {
            char *subject;

            if (i == j || !twins->items[i].equal || !twins->items[j].equal)
                continue;
            subject = xasprintf("%s->%s %s", twins->items[i].fact->host,
                                twins->items[j].fact->host, twins->name);
            findings_ruled_out(twins->replication->findings, "REPL_DIVERGED",
                               subject);
            free(subject);
        }
}


/* Judge one account; whether all of its copies could be. */
static bool
judge_account(const struct replication *replication,
              const struct holders *holders, const struct account *account)
{
    struct twins twins = {.replication = replication,
                          .name = account_name(account)};
    bool complete = true;

    gather(&twins, holders, account);
    if (!twins.newest && twins.count > 1) {
        complete = false;
        findings_not_covered(replication->findings,
                             "%s: when it was changed may not be read",
                             twins.name);
    }
    for (size_t i = 0; twins.newest && i < twins.count; i++) {
        if (&twins.items[i] == twins.newest)
            twins.items[i].equal = true;
        else
            complete = judge_twin(&twins, &twins.items[i]) && complete;
    }
    rule_out(&twins);
    free(twins.items);
    free(twins.name);
    return complete;
}


bool
replication_judge_divergence(const struct replication *replication)
{
    const struct settings *settings = replication->settings;
    struct holders *holders = holders_new(replication->facts, settings);
    const struct account **done
        = xcalloc(settings->mail_count, sizeof(*done));
    bool complete = holders_are_complete(holders, settings);
    size_t done_count = 0;

    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct account *account
            = mail_account(holders, settings->mail[i]);
        bool known = !account;

        for (size_t j = 0; j < done_count && !known; j++)
            known = account_is(done[j], account);
        if (known)
            continue;
        done[done_count++] = account;
        complete = judge_account(replication, holders, account) && complete;
    }
    free(done);
    holders_free(holders);
    return complete;
}
