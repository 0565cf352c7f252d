/*
 * Are the accounts of the mail servers usable, with one password everywhere?
 *
 * The SPN is found, and still nobody gets in, where the account behind it is
 * disabled or locked, where one domain controller has an older password than
 * the server (KB843106, KB979174), or where a keytab was left behind by the
 * last change (KB914137: "encrypted using the wrong key").  The account that
 * this program runs as is judged by the same rules, though mail does not
 * depend on it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>

#include "checks/accounts.h"
#include "checks/check.h"

/* Every code of this check whose subject is an account. */
static const char *const all_codes[] = {
    "ACCOUNT_DISABLED", "ACCOUNT_ETYPES_WEAK", "ACCOUNT_EXPIRED",
    "ACCOUNT_KEY_MISMATCH", "ACCOUNT_KVNO_DIVERGED", "ACCOUNT_LOCKED",
    "ACCOUNT_MISSING", "ACCOUNT_PASSWORD_EXPIRED", "ACCOUNT_PASSWORD_STALE",
};


/* Whether the principal that this program authenticates as is not known, so
   that what was found of its account before stands. */
static bool
monitor_is_unknown(const struct facts *facts)
{
    FACTS_EACH(facts, FACT_TGT, tgt_fact, tgt)
        if (!*tgt->principal)
            return true;
    return false;
}


/* Let go of accounts that nobody watches any more. */
static void
judge_gone_accounts(const struct audit *audit)
{
    if (!holders_are_complete(audit->holders, audit->settings)
        || monitor_is_unknown(audit->facts))
        return;
    for (size_t i = 0; i < sizeof(all_codes) / sizeof(*all_codes); i++)
        findings_judged_all(audit->findings, all_codes[i]);
    if (!audit->keytabs_undecided && audit->demands->hidden.count == 0)
        findings_judged_all(audit->findings, "KEYTAB_STALE");
}


/* Keep what was found before of an account that cannot be seen. */
static void
note_unseen(const struct audit *audit, const char *name)
{
    for (size_t i = 0; i < sizeof(all_codes) / sizeof(*all_codes); i++)
        findings_undecided(audit->findings, all_codes[i], name);
}


/* Judge an account's keys, and list what of it may not be read: elsewhere than
   in Active Directory it has neither keys nor attributes. */
static void
judge_keys(struct audit *audit, const struct watched *watched)
{
    if (audit->plain) {
        accounts_judge_principals(audit, watched);
        return;
    }
    accounts_judge_kvno(audit, watched);
    accounts_note_hidden(audit, watched);
}


/* Judge all that is watched. */
static void
judge_all(struct audit *audit)
{
    demands_tell_unjudged(audit->demands, audit->holders, audit->findings);
    for (size_t i = 0; i < audit->demands->hidden.count; i++)
        note_unseen(audit, audit->demands->hidden.items[i]);
    accounts_watch(audit);
    for (size_t i = 0; i < audit->watched_count; i++) {
        if (audit->watched[i].sight_count == 0)
            note_unseen(audit, audit->watched[i].name);
        accounts_judge_existence(audit, &audit->watched[i]);
        accounts_judge_state(audit, &audit->watched[i]);
        accounts_judge_strength(audit, &audit->watched[i]);
        judge_keys(audit, &audit->watched[i]);
    }
    accounts_judge_keytabs(audit);
    accounts_judge_own_keytab(audit);
    accounts_judge_handshakes(audit);
    judge_gone_accounts(audit);
    accounts_unwatch(audit);
}


static void
accounts_judge(const struct facts *facts, const struct settings *settings,
               struct findings *findings)
{
    struct audit audit = {
        .facts = facts, .settings = settings, .findings = findings,
    };

    audit.holders = holders_new(facts, settings);
    audit.demands = demands_new(facts, settings, audit.holders);
    audit.topology = topology_new(facts, settings);
    audit.plain = demands_realm_is_plain(facts);
    holders_count_seen(audit.holders, facts, settings, findings);
    judge_all(&audit);
    topology_free(audit.topology);
    demands_free(audit.demands);
    holders_free(audit.holders);
}


const struct check accounts_check = {
    .name = "accounts",
    .ok = "ACCOUNTS_OK",
    .summary = "the mail servers' accounts, passwords and keytabs are usable",
    .judge = accounts_judge,
};
