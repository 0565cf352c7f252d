/*
 * Does the keytab that this program authenticates with have the right key?
 *
 * A KDC's answer is better than any comparison: one that gives a ticket has
 * proved the key, and one that refuses the pre-authentication has refuted it.
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
#include "checks/setspn.h"

enum { ERROR_PREAUTH_FAILED = 24 };  /* RFC 4120 section 7.5.9 */


/* The keytab's facts have no host: some key of a principal, or NULL. */
static const struct keytab_fact *
find_key(const struct facts *facts, const char *principal)
{
    FACTS_EACH(facts, FACT_KEYTAB, keytab_fact, key)
        if (!*key->host && key->readable
            && text_casecmp(key->principal, principal) == 0)
            return key;
    return NULL;
}


/* Whether some KDC gave a principal a ticket. */
static bool
is_served(const struct facts *facts, const char *principal)
{
    FACTS_EACH(facts, FACT_TGT, tgt_fact, tgt)
        if (tgt->outcome == KDC_OK && strcmp(tgt->principal, principal) == 0)
            return true;
    return false;
}


/* Report a key that a KDC refused. */
static void
report(const struct audit *audit, const struct tgt_fact *tgt,
       const struct keytab_fact *key)
{
    char *file = setspn_quote(key->file);
    char *name = setspn_quote(key->principal);
    struct finding *finding = findings_add(
        audit->findings, STATUS_CRITICAL, IMPACT_MONITORING, "KEYTAB_STALE",
        key->principal,
        "the keytab %s, which spnhealthd itself authenticates with, has "
        "another key of %s than its account: %s refuses it", key->file,
        key->principal, tgt->host);

    finding_evidence(finding, "kdc", tgt->host, tgt->base.time_us,
                     "%s, asked from %s", tgt->detail, tgt->base.seen_from);
    finding_evidence(finding, "keytab", key->base.seen_from,
                     key->base.time_us, "%s has a key of %s, kvno %" PRId64,
                     key->file, key->principal, key->kvno);
    finding_remedy(finding,
                   "on this host, for a computer's account, after kinit as "
                   "who may: msktutil --update --keytab %s, or adcli update "
                   "--host-keytab=%s --computer-password-lifetime=0", file,
                   file);
    finding_remedy(finding,
                   "with Samba, on a domain controller, and then copied here: "
                   "samba-tool domain exportkeytab NEW-KEYTAB --principal=%s",
                   name);
    finding_remedy(finding,
                   "on a Windows domain controller, which sets a new "
                   "password: ktpass -princ %s -mapuser ACCOUNT +rndPass "
                   "-crypto AES256-SHA1 -ptype KRB5_NT_PRINCIPAL -out "
                   "NEW-KEYTAB", name);
    finding_reference(finding, code_find("KEYTAB_STALE")->reference);
    free(name);
    free(file);
}


/* Say why the keytab could not be read. */
static void
note_unreadable(const struct audit *audit)
{
    FACTS_EACH(audit->facts, FACT_KEYTAB, keytab_fact, key)
        if (!*key->host && !key->readable)
            findings_not_covered(audit->findings,
                                 "the keytab %s of spnhealthd itself: %s",
                                 key->file, key->detail);
}


/* Keep what was found before of the keytab: of its principals, or of any where
   these could not be read. */
static void
note_undecided(struct audit *audit)
{
    FACTS_EACH(audit->facts, FACT_KEYTAB, keytab_fact, key) {
        if (*key->host)
            continue;
        if (key->readable)
            findings_undecided(audit->findings, "KEYTAB_STALE",
                               key->principal);
        else
            audit->keytabs_undecided = true;
    }
    FACTS_EACH(audit->facts, FACT_WORKER, worker_fact, worker)
        if (strcmp(worker->worker, "keytab") == 0)
            audit->keytabs_undecided = true;
}


void
accounts_judge_own_keytab(struct audit *audit)
{
    bool decided = false;

    note_unreadable(audit);
    FACTS_EACH(audit->facts, FACT_TGT, tgt_fact, tgt) {
        const struct keytab_fact *key
            = find_key(audit->facts, tgt->principal);

        if (!key)
            continue;
        if (is_served(audit->facts, tgt->principal))
            findings_judged(audit->findings, "KEYTAB_STALE", key->principal);
        else if (tgt->outcome == KDC_REFUSED
                 && tgt->error_code == ERROR_PREAUTH_FAILED)
            report(audit, tgt, key);
        else
            continue;
        decided = true;
    }
    if (!decided)
        note_undecided(audit);
}
