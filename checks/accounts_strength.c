/*
 * How old a watched account's password is, which encryption its keys may
 * have, and what of it this program may not read.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "checks/accounts.h"
#include "checks/codes.h"
#include "checks/etypes.h"
#include "checks/etypes_advice.h"
#include "checks/setspn.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)

enum {
    WEAK_BITS = ETYPES_DES | ETYPES_RC4,
    STRONG_BITS = ETYPES_AES128 | ETYPES_AES256,
};


int64_t
accounts_password_set_us(const struct watched *watched)
{
    int64_t newest_us = 0;

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;

        if (fact && fact->password_set_us > newest_us)
            newest_us = fact->password_set_us;
    }
    return newest_us;
}


/* Whether an account is disabled on any DC. */
static bool
is_disabled(const struct watched *watched)
{
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;

        if (fact && fact->account_control >= 0
            && (fact->account_control & UAC_DISABLED))
            return true;
    }
    return false;
}


/* Whether an account is a computer's, or managed as one. */
static bool
is_computer(const struct watched *watched)
{
    for (size_t i = 0; i < watched->sight_count; i++)
        if (watched->sights[i].fact && watched->sights[i].fact->computer)
            return true;
    return false;
}


/* Whether an account is a group managed service account. */
static bool
is_managed(const struct watched *watched)
{
    for (size_t i = 0; i < watched->sight_count; i++)
        if (watched->sights[i].fact && watched->sights[i].fact->managed)
            return true;
    return false;
}


/* Advise how to find out why a managed account's password is not changed, which
   domain controllers do by themselves. */
static void
advise_managed(const struct watched *watched, struct finding *finding)
{
    char *word = setspn_quote(watched->name);

    finding_remedy(finding,
                   "on a server that uses it, in PowerShell as an "
                   "administrator: Test-ADServiceAccount %s", word);
    finding_remedy(finding,
                   "in PowerShell on a domain controller: Get-KdsRootKey, "
                   "and Get-ADServiceAccount %s -Properties "
                   "ManagedPasswordIntervalInDays", word);
    free(word);
}


/* Advise how to make a computer change its password. */
static void
advise_change(struct finding *finding)
{
    finding_remedy(finding,
                   "on the server, in PowerShell as an administrator: "
                   "Test-ComputerSecureChannel; if that says True: nltest "
                   "/sc_change_pwd:DOMAIN, and see that Netlogon's "
                   "DisablePasswordChange is 0");
    finding_remedy(finding,
                   "with Samba, on the server: net ads changetrustpw; with "
                   "a keytab: msktutil --auto-update, or adcli update");
}


/* Report a password that was not changed for long. */
static void
report_stale(const struct audit *audit, const struct watched *watched,
             int64_t set_us)
{
    const struct settings_numbers *numbers = audit->settings->numbers;
    int64_t age_us = numbers->time_us - set_us;
    char *age = text_duration(age_us);
    char *limit = text_duration(numbers->password_age_us);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, STATUS_WARNING,
        accounts_impact(watched, STATUS_WARNING), "ACCOUNT_PASSWORD_STALE",
        watched->name,
        "%s, %s, has had its password for %s, more than %s; a computer "
        "changes it every 30 days, unless it cannot",
        watched->name, owner, age, limit);

    accounts_tell_passwords(watched, finding);
    finding_value(finding, "password_age", (double)age_us / (double)DAY_US,
                  "d");
    if (is_managed(watched))
        advise_managed(watched, finding);
    else
        advise_change(finding);
    finding_reference(finding,
                      code_find("ACCOUNT_PASSWORD_STALE")->reference);
    free(owner);
    free(limit);
    free(age);
}


/* Judge the age of a computer's password: a user's is nobody's to change. */
static void
judge_age(struct audit *audit, const struct watched *watched)
{
    const struct settings_numbers *numbers = audit->settings->numbers;
    int64_t set_us = accounts_password_set_us(watched);

    if (set_us > 0)
        findings_measure(audit->findings, watched->name, "password_age",
                         (double)(numbers->time_us - set_us)
                             / (double)DAY_US,
                         -1, "d");
    if (!is_computer(watched))
        return;
    if (set_us == 0)
        accounts_note_undecided(audit, "ACCOUNT_PASSWORD_STALE", watched);
    else if (!is_disabled(watched)
             && numbers->time_us - set_us > numbers->password_age_us)
        report_stale(audit, watched, set_us);
    else
        accounts_note_judged(audit, "ACCOUNT_PASSWORD_STALE", watched->name,
                             watched->complete);
}


/* Whether a copy has "Use DES". */
static bool
uses_des_only(const struct account_fact *fact)
{
    return fact->account_control >= 0
           && (fact->account_control & UAC_DES_ONLY);
}


/* Whether a copy allows nothing but weak encryption.  Without any bit the KDC
   decides, which the check tickets sees. */
static bool
is_weak(const struct account_fact *fact)
{
    return uses_des_only(fact)
           || ((fact->etypes & WEAK_BITS) && !(fact->etypes & STRONG_BITS));
}


/* Advise to take DES off an account, if it has it, and to give it AES. */
static void
advise_aes(const struct account_fact *account, struct finding *finding)
{
    char *word = setspn_quote(etypes_account_name(account));

    if (uses_des_only(account))
        finding_remedy(finding,
                       "in PowerShell on a domain member, as a domain "
                       "administrator, without \"Use DES\": "
                       "Set-ADAccountControl %s -UseDESKeyOnly $false", word);
    etypes_advise(account, finding);
    free(word);
}


/* The first copy that allows nothing but weak encryption; there is one. */
static const struct account_fact *
first_weak(const struct watched *watched)
{
    size_t i = 0;

    while (!watched->sights[i].fact || !is_weak(watched->sights[i].fact))
        i++;
    return watched->sights[i].fact;
}


/* Report an account with weak encryption alone. */
static void
report_weak(const struct audit *audit, const struct watched *watched,
            const struct strings *weak)
{
    const struct account_fact *first = first_weak(watched);
    bool des = uses_des_only(first) || !(first->etypes & ETYPES_RC4);
    char *hosts = text_join(weak);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, STATUS_WARNING,
        accounts_impact(watched, STATUS_WARNING), "ACCOUNT_ETYPES_WEAK",
        watched->name, "%s, %s, allows %s (on %s): %s", watched->name, owner,
        des ? "DES alone" : "no encryption stronger than RC4", hosts,
        des ? "hardly any KDC still seals tickets with that"
            : "domain controllers with the updates of 2026 refuse it by "
              "default");

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;
        char *names;

        if (!fact)
            continue;
        names = etypes_text(fact->etypes);
        finding_evidence(finding, "ldap", fact->host, fact->base.time_us,
                         "msDS-SupportedEncryptionTypes 0x%" PRIx64 " (%s)"
                         "%s of %s, seen from %s", fact->etypes, names,
                         uses_des_only(fact)
                             ? ", and userAccountControl with \"Use DES\""
                             : "",
                         fact->dn, fact->base.seen_from);
        free(names);
    }
    advise_aes(first, finding);
    finding_reference(finding, code_find("ACCOUNT_ETYPES_WEAK")->reference);
    free(owner);
    free(hosts);
}


/* Judge which encryption types an account allows. */
static void
judge_etypes(struct audit *audit, const struct watched *watched)
{
    struct strings weak = {NULL, 0};

    for (size_t i = 0; i < watched->sight_count; i++)
        if (watched->sights[i].fact && is_weak(watched->sights[i].fact))
            strings_add(&weak, watched->sights[i].host);
    if (weak.count > 0)
        report_weak(audit, watched, &weak);
    else if (watched->account)
        accounts_note_judged(audit, "ACCOUNT_ETYPES_WEAK", watched->name,
                             watched->complete);
    strings_clear(&weak);
}


void
accounts_judge_strength(struct audit *audit, const struct watched *watched)
{
    judge_age(audit, watched);
    judge_etypes(audit, watched);
}


static bool
hides_control(const struct sight *sight)
{
    return sight->fact->account_control < 0;
}


static bool
hides_computed(const struct sight *sight)
{
    return sight->fact->computed_control < 0 && !sight->fact->computer;
}


static bool
hides_expiry(const struct sight *sight)
{
    return sight->fact->expires_us < 0;
}


static bool
hides_password(const struct sight *sight)
{
    return sight->fact->password_set_us < 0;
}


/* An RODC has no key of an account that it may not serve. */
static bool
hides_kvno(const struct sight *sight)
{
    return sight->fact->kvno < 0 && !sight->read_only;
}


void
accounts_note_hidden(const struct audit *audit, const struct watched *watched)
{
    static const struct {
        const char *name;
        bool (*is_hidden)(const struct sight *sight);
    } attributes[] = {
        {"userAccountControl", hides_control},
        {"msDS-User-Account-Control-Computed", hides_computed},
        {"accountExpires", hides_expiry},
        {"pwdLastSet", hides_password},
        {"msDS-KeyVersionNumber", hides_kvno},
    };

    for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
        struct strings hosts = {NULL, 0};
        char *text;

        for (size_t j = 0; j < watched->sight_count; j++)
            if (watched->sights[j].fact
                && attributes[i].is_hidden(&watched->sights[j]))
                strings_add(&hosts, watched->sights[j].host);
        text = text_join(&hosts);
        if (hosts.count > 0)
            findings_not_covered(audit->findings,
                                 "%s: %s may not be read on %s",
                                 watched->name, attributes[i].name, text);
        free(text);
        strings_clear(&hosts);
    }
}
