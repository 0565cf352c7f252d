/*
 * Which findings explain which others.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/causes.h"
#include "checks/relations.h"

const struct cause_rule cause_rules[] = {
    {"ACCOUNT_KEY_MISMATCH", "ACCOUNT_KVNO_DIVERGED", CAUSE_SAME_SUBJECT},
    {"ACCOUNT_KVNO_DIVERGED", "REPL_*", CAUSE_BEHIND},
    {"ACCOUNT_MISSING", "REPL_*", CAUSE_BEHIND},
    {"CLOCK_UNMEASURED", "HOST_UNRESOLVED", CAUSE_SAME_HOST},
    {"CLOCK_UNMEASURED", "PORT_*", CAUSE_SAME_HOST},
    {"CLOCK_UNMEASURED", "PROBE_*", CAUSE_SAME_HOST},
    {"DNS_SRV_MISSING", "DNS_UNREACHABLE", CAUSE_ANYWHERE},
    {"DNS_SRV_MISSING", "PROBE_*", CAUSE_NO_DC},
    {"HOST_UNRESOLVED", "DNS_UNREACHABLE", CAUSE_ANYWHERE},
    {"LDAP_BIND_FAILED", "CLOCK_SKEW", CAUSE_CLOCK},
    {"LDAP_BIND_FAILED", "PORT_*", CAUSE_SAME_PORT},
    {"LDAP_BIND_FAILED", "PORT_*", CAUSE_KDC_PORT},
    {"LDAP_BIND_FAILED", "PROBE_*", CAUSE_SAME_HOST},
    {"LDAP_BIND_FAILED", "TGT_FAILED", CAUSE_SAME_HOST},
    {"LDAP_UNREACHABLE", "HOST_UNRESOLVED", CAUSE_SAME_HOST},
    {"LDAP_UNREACHABLE", "PORT_*", CAUSE_SAME_PORT},
    {"LDAP_UNREACHABLE", "PROBE_*", CAUSE_SAME_HOST},
    {"MAIL_SERVERS_NOT_FOUND", "DNS_SRV_MISSING", CAUSE_NO_DC},
    {"MAIL_SERVERS_NOT_FOUND", "DNS_UNREACHABLE", CAUSE_ANYWHERE},
    {"MAIL_SERVERS_NOT_FOUND", "LDAP_BIND_FAILED", CAUSE_NO_LDAP},
    {"MAIL_SERVERS_NOT_FOUND", "LDAP_UNREACHABLE", CAUSE_NO_LDAP},
    {"MAIL_SERVERS_NOT_FOUND", "NOT_PERMITTED", CAUSE_ANYWHERE},
    {"NOT_PERMITTED", "DNS_SRV_MISSING", CAUSE_NO_DC},
    {"NOT_PERMITTED", "DNS_UNREACHABLE", CAUSE_NO_DC},
    {"NOT_PERMITTED", "LDAP_BIND_FAILED", CAUSE_ANYWHERE},
    {"NOT_PERMITTED", "LDAP_UNREACHABLE", CAUSE_NO_LDAP},
    {"NOT_PERMITTED", "PORT_*", CAUSE_NO_KDC},
    {"NOT_PERMITTED", "PROBE_*", CAUSE_NO_LDAP},
    {"PORT_*", "HOST_UNRESOLVED", CAUSE_SAME_HOST},
    {"PROBE_*", "PORT_*", CAUSE_SAME_HOST},
    {"REPL_*", "CLOCK_SKEW", CAUSE_CLOCK},
    {"REPL_*", "HOST_UNRESOLVED", CAUSE_SAME_HOST},
    {"REPL_*", "LDAP_UNREACHABLE", CAUSE_SAME_HOST},
    {"REPL_DIVERGED", "REPL_FAILING", CAUSE_SAME_PAIR},
    {"REPL_DIVERGED", "REPL_LAG", CAUSE_SAME_PAIR},
    {"REPL_LAG", "REPL_FAILING", CAUSE_SAME_PAIR},
    {"SPN_ACCOUNT_DISABLED", "ACCOUNT_DISABLED", CAUSE_SAME_SUBJECT},
    {"SPN_MISSING", "ACCOUNT_MISSING", CAUSE_CONCERN},
    {"SPN_MISSING", "REPL_*", CAUSE_BEHIND},
    {"SPN_ORPHANED", "DNS_UNREACHABLE", CAUSE_ANYWHERE},
    {"SPN_ORPHANED", "HOST_UNRESOLVED", CAUSE_SPN_HOST},
    {"TGT_FAILED", "ACCOUNT_DISABLED", CAUSE_SAME_NAME},
    {"TGT_FAILED", "ACCOUNT_EXPIRED", CAUSE_SAME_NAME},
    {"TGT_FAILED", "ACCOUNT_KVNO_DIVERGED", CAUSE_SAME_NAME},
    {"TGT_FAILED", "ACCOUNT_LOCKED", CAUSE_SAME_NAME},
    {"TGT_FAILED", "ACCOUNT_MISSING", CAUSE_SAME_NAME},
    {"TGT_FAILED", "ACCOUNT_PASSWORD_EXPIRED", CAUSE_SAME_NAME},
    {"TGT_FAILED", "CLOCK_SKEW", CAUSE_CLOCK},
    {"TGT_FAILED", "KEYTAB_STALE", CAUSE_SAME_NAME},
    {"TGT_FAILED", "PORT_*", CAUSE_KDC_PORT},
    {"TGT_FAILED", "REPL_*", CAUSE_BEHIND},
    {"TICKET_*", "CLOCK_SKEW", CAUSE_CLOCK},
    {"TICKET_*", "PORT_*", CAUSE_KDC_PORT},
    {"TICKET_*", "REPL_*", CAUSE_BEHIND},
    {"TICKET_ETYPE", "ACCOUNT_ETYPES_WEAK", CAUSE_CONCERN},
    {"TICKET_FAILED", "ACCOUNT_DISABLED", CAUSE_CONCERN},
    {"TICKET_FAILED", "ACCOUNT_EXPIRED", CAUSE_CONCERN},
    {"TICKET_FAILED", "ACCOUNT_LOCKED", CAUSE_CONCERN},
    {"TICKET_FAILED", "ACCOUNT_PASSWORD_EXPIRED", CAUSE_CONCERN},
    {"TICKET_SPN_NOT_UNIQUE", "SPN_DUPLICATE", CAUSE_SAME_NAME},
    {"TICKET_SPN_UNKNOWN", "SPN_MISSING", CAUSE_SAME_NAME},
    {NULL, NULL, CAUSE_ANYWHERE},
};


bool
cause_matches(const char *pattern, const char *code)
{
    size_t length = strlen(pattern);

    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, code, length - 1) == 0;
    return strcmp(pattern, code) == 0;
}


/* Note what explains one finding by one rule. */
static void
explain(struct finding *effect, const struct cause_rule *rule,
        const struct inquest *inquest)
{
    for (size_t i = 0; i < inquest->findings->count; i++) {
        const struct finding *cause = inquest->findings->items[i];
        char *key;

        if (cause->status == STATUS_OK
            || !cause_matches(rule->cause, cause->code)
            || !relation_holds(rule->relation, inquest, effect, cause))
            continue;
        key = finding_key(cause);
        strings_add_unique(&effect->caused_by, key);
        free(key);
    }
}


void
causes_apply(struct findings *findings, const struct settings *settings)
{
    const struct inquest inquest = {findings, settings};

    for (size_t i = 0; i < findings->count; i++) {
        struct finding *effect = findings->items[i];

        if (effect->status == STATUS_OK)
            continue;
        for (const struct cause_rule *rule = cause_rules; rule->effect; rule++)
            if (cause_matches(rule->effect, effect->code))
                explain(effect, rule, &inquest);
        strings_sort(&effect->caused_by);
    }
}
