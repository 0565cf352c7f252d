/*
 * In which states a KDC refuses a watched account, by the directories' word
 * and, for the account that this program runs as, by the KDCs' own.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/accounts.h"
#include "checks/codes.h"
#include "checks/kdc_reasons.h"

enum { ERROR_KEY_EXPIRED = 23 };  /* RFC 4120 section 7.5.9 */

/* NTSTATUS in a KDC's e-data (MS-KILE section 2.2.1). */
#define NT_PASSWORD_EXPIRED 0xc0000071
#define NT_ACCOUNT_DISABLED 0xc0000072
#define NT_ACCOUNT_EXPIRED 0xc0000193
#define NT_PASSWORD_MUST_CHANGE 0xc0000224
#define NT_ACCOUNT_LOCKED_OUT 0xc0000234

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/* A state in which a KDC refuses an account. */
struct condition {
    const char *code;
    const char *words;   /* in a message, after the account */
    enum answer (*ask)(const struct account_fact *fact, int64_t now_us);
    /* What the answer goes by, for the caller to free(). */
    char *(*tell)(const struct account_fact *fact);
    int64_t nt_statuses[2];  /* by which a KDC tells it; 0: none */
    int64_t error_code;      /* by which one tells it without an NTSTATUS */
};

/* Which DCs have said what of a condition. */
struct tally {
    struct strings hosts;     /* it holds */
    struct strings answered;  /* it holds, or does not */
    bool unknown;             /* some DC's copy does not tell */
};


/* The answer in a bit of an attribute, which may not be readable. */
static enum answer
ask_bit(int64_t flags, int64_t bit)
{
    if (flags < 0)
        return ANSWER_UNKNOWN;
    return flags & bit ? ANSWER_YES : ANSWER_NO;
}


static enum answer
ask_disabled(const struct account_fact *fact, int64_t now_us)
{
    (void)now_us;
    return ask_bit(fact->account_control, UAC_DISABLED);
}


/* A KDC serves a computer whatever its lockoutTime says. */
static enum answer
ask_locked(const struct account_fact *fact, int64_t now_us)
{
    (void)now_us;
    return fact->computer ? ANSWER_NO
                          : ask_bit(fact->computed_control, UAC_LOCKED);
}


static enum answer
ask_expired(const struct account_fact *fact, int64_t now_us)
{
    if (fact->expires_us < 0)
        return ANSWER_UNKNOWN;
    return fact->expires_us > 0 && now_us > fact->expires_us ? ANSWER_YES
                                                             : ANSWER_NO;
}


/* Computers change their passwords when they like; no KDC makes them. */
static enum answer
ask_password_expired(const struct account_fact *fact, int64_t now_us)
{
    (void)now_us;
    if (fact->computer)
        return ANSWER_NO;
    if (fact->password_set_us == 0 && fact->account_control >= 0
        && !(fact->account_control & UAC_NEVER_EXPIRES))
        return ANSWER_YES;
    return ask_bit(fact->computed_control, UAC_PASSWORD_EXPIRED);
}


/* Flags and their attribute's name, for the caller to free(). */
static char *
tell_flags(const char *attribute, int64_t flags)
{
    if (flags < 0)
        return xasprintf("%s is not readable", attribute);
    return xasprintf("%s is 0x%llx", attribute, (unsigned long long)flags);
}


/* A time and its attribute's name, for the caller to free(). */
static char *
tell_time(const char *attribute, int64_t time_us)
{
    char text[TEXT_TIME_SIZE];

    if (time_us < 0)
        return xasprintf("%s is not readable", attribute);
    if (time_us == 0)
        return xasprintf("%s is 0", attribute);
    text_time(time_us, text);
    return xasprintf("%s is %s", attribute, text);
}


static char *
tell_control(const struct account_fact *fact)
{
    return tell_flags("userAccountControl", fact->account_control);
}


static char *
tell_computed(const struct account_fact *fact)
{
    return tell_flags("msDS-User-Account-Control-Computed",
                      fact->computed_control);
}


static char *
tell_expiry(const struct account_fact *fact)
{
    return tell_time("accountExpires", fact->expires_us);
}


static char *
tell_password(const struct account_fact *fact)
{
    char *computed = tell_computed(fact);
    char *set = tell_time("pwdLastSet", fact->password_set_us);
    char *text = xasprintf("%s, %s", computed, set);

    free(computed);
    free(set);
    return text;
}


static const struct condition conditions[] = {
    {"ACCOUNT_DISABLED", "is disabled", ask_disabled, tell_control,
     {NT_ACCOUNT_DISABLED, 0}, 0},
    {"ACCOUNT_LOCKED", "is locked after wrong passwords", ask_locked,
     tell_computed, {NT_ACCOUNT_LOCKED_OUT, 0}, 0},
    {"ACCOUNT_EXPIRED", "has expired", ask_expired, tell_expiry,
     {NT_ACCOUNT_EXPIRED, 0}, 0},
    {"ACCOUNT_PASSWORD_EXPIRED",
     "has a password that has expired or must be changed",
     ask_password_expired, tell_password,
     {NT_PASSWORD_EXPIRED, NT_PASSWORD_MUST_CHANGE}, ERROR_KEY_EXPIRED},
};


/* What a KDC's answer to the monitoring account tells of a condition. */
static enum answer
answer_of_kdc(const struct condition *condition, const struct tgt_fact *tgt)
{
    if (tgt->outcome == KDC_OK)
        return ANSWER_NO;
    if (tgt->nt_status)
        return tgt->nt_status == condition->nt_statuses[0]
                       || tgt->nt_status == condition->nt_statuses[1]
                   ? ANSWER_YES : ANSWER_UNKNOWN;
    return tgt->error_code && tgt->error_code == condition->error_code
               ? ANSWER_YES : ANSWER_UNKNOWN;
}


/* Count what one DC says. */
static void
count_answer(struct tally *tally, const char *host, enum answer answer)
{
    if (answer == ANSWER_YES)
        strings_add_unique(&tally->hosts, host);
    if (answer != ANSWER_UNKNOWN)
        strings_add_unique(&tally->answered, host);
}


/* Whether a KDC's answer is to the monitoring account. */
static bool
is_about(const struct tgt_fact *tgt, const struct watched *watched)
{
    return watched->principal
           && strcmp(tgt->principal, watched->principal) == 0;
}


/* Ask every DC's copy, and every KDC of the monitoring account. */
static struct tally
take_tally(const struct audit *audit, const struct watched *watched,
           const struct condition *condition)
{
    int64_t now_us = audit->settings->numbers->time_us;
    struct tally tally = {.unknown = false};

    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct sight *sight = &watched->sights[i];
        enum answer answer = sight->fact ? condition->ask(sight->fact, now_us)
                                         : ANSWER_NO;

        count_answer(&tally, sight->host, answer);
        tally.unknown |= answer == ANSWER_UNKNOWN;
    }
    FACTS_EACH(audit->facts, FACT_TGT, tgt_fact, tgt)
        if (is_about(tgt, watched))
            count_answer(&tally, tgt->host, answer_of_kdc(condition, tgt));
    return tally;
}


/* Whether every DC has said. */
static bool
is_decided(const struct audit *audit, const struct tally *tally)
{
    const struct settings *settings = audit->settings;

    for (size_t i = 0; i < settings->dc_count; i++)
        if (settings->dcs[i]->ldap
            && !strings_contain(&tally->answered, settings->dcs[i]->host))
            return false;
    return tally->answered.count > 0 && !tally->unknown;
}


/* Tell what every DC's copy shows, and every KDC has said. */
static void
add_evidence(const struct audit *audit, const struct watched *watched,
             const struct condition *condition, struct finding *finding)
{
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;
        char *text;

        if (!fact)
            continue;
        text = condition->tell(fact);
        finding_evidence(finding, "ldap", fact->host, fact->base.time_us,
                         "%s of %s, seen from %s", text, fact->dn,
                         fact->base.seen_from);
        free(text);
    }
    FACTS_EACH(audit->facts, FACT_TGT, tgt_fact, tgt)
        if (is_about(tgt, watched)
            && answer_of_kdc(condition, tgt) == ANSWER_YES)
            finding_evidence(finding, "kdc", tgt->host, tgt->base.time_us,
                             "%s, asked from %s", tgt->detail,
                             tgt->base.seen_from);
}


/* Report a condition that holds on some DC. */
static void
report(const struct audit *audit, const struct watched *watched,
       const struct condition *condition, const struct tally *tally)
{
    bool all = tally->hosts.count == tally->answered.count;
    char *hosts = text_join(&tally->hosts);
    char *owner = accounts_describe(watched);
    struct finding *finding = findings_add(
        audit->findings, STATUS_CRITICAL,
        accounts_impact(watched, STATUS_CRITICAL), condition->code,
        watched->name, "%s, %s, %s%s%s: KDCs give it no ticket",
        watched->name, owner, condition->words, all ? "" : " on ",
        all ? "" : hosts);

    add_evidence(audit, watched, condition, finding);
    kdc_reason_advise(kdc_reason_find(0, condition->nt_statuses[0]),
                      watched->name, finding);
    finding_reference(finding, code_find(condition->code)->reference);
    free(owner);
    free(hosts);
}


void
accounts_judge_state(struct audit *audit, const struct watched *watched)
{
    for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
        const struct condition *condition = &conditions[i];
        struct tally tally = take_tally(audit, watched, condition);

        if (tally.hosts.count > 0)
            report(audit, watched, condition, &tally);
        else if (tally.answered.count > 0)
            accounts_note_judged(audit, condition->code, watched->name,
                                 is_decided(audit, &tally));
        else
            accounts_note_undecided(audit, condition->code, watched);
        strings_clear(&tally.hosts);
        strings_clear(&tally.answered);
    }
}
