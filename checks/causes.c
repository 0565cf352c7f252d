/*
 * Which findings explain which others.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/causes.h"
#include "checks/ports.h"

const struct cause_rule cause_rules[] = {
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
    {"SPN_ORPHANED", "DNS_UNREACHABLE", CAUSE_ANYWHERE},
    {"SPN_ORPHANED", "HOST_UNRESOLVED", CAUSE_SPN_HOST},
    {NULL, NULL, CAUSE_ANYWHERE},
};

/* The findings that are being explained. */
struct inquest {
    struct findings *findings;
    const struct settings *settings;
};


bool
cause_matches(const char *pattern, const char *code)
{
    size_t length = strlen(pattern);

    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, code, length - 1) == 0;
    return strcmp(pattern, code) == 0;
}


/* The host of a subject such as "host", "host:88/udp" or "session host"; not
   NUL-terminated. */
static const char *
subject_host(const char *subject, size_t *length_out)
{
    const char *space = strrchr(subject, ' ');
    const char *host = space ? space + 1 : subject;

    *length_out = strcspn(host, ":");
    return host;
}


/* Whether the hosts of two subjects are the same. */
static bool
same_host(const char *left, const char *right)
{
    size_t left_length, right_length;
    const char *left_host = subject_host(left, &left_length);
    const char *right_host = subject_host(right, &right_length);

    return left_length == right_length
           && memcmp(left_host, right_host, left_length) == 0;
}


/* Whether a cause's "host:389/tcp", or the whole "host", is the effect's
   "host:389". */
static bool
same_port(const char *effect, const char *cause)
{
    size_t length = strlen(effect);

    if (!strchr(cause, ':'))
        return same_host(effect, cause);
    return strncmp(effect, cause, length) == 0
           && strcmp(cause + length, "/tcp") == 0;
}


/* Whether a finding says that a host's KDC does not answer.  88/udp alone is
   no cause: libkrb5 goes on by TCP, and then it is not CRITICAL. */
static bool
is_kdc_port(const struct settings *settings, const struct finding *finding)
{
    size_t length;
    const char *host = subject_host(finding->subject, &length);
    char *name = xstrndup(host, length);
    const struct target_dc *dc = settings_find_dc(settings, name);
    const char *colon = strchr(finding->subject, ':');

    free(name);
    return dc && colon && finding->status == STATUS_CRITICAL
           && cause_matches("PORT_*", finding->code)
           && strtoll(colon + 1, NULL, 10) == port_of_dc(dc, 88);
}


/* Whether a clock's offset is such that Kerberos refuses. */
static bool
stops_kerberos(const struct settings *settings, const struct finding *skew)
{
    double limit_s = (double)settings->numbers->clock_crit_us / 1e6;

    for (size_t i = 0; i < skew->value_count; i++)
        if (strcmp(skew->values[i].name, "offset") == 0)
            return fabs(skew->values[i].number) >= limit_s;
    return false;
}


/* Whether one of a pair's hosts, "a<->b", is a subject's. */
static bool
in_pair(const char *subject, const char *pair)
{
    const char *arrow = strstr(pair, "<->");
    char *first;
    bool found;

    if (!arrow)
        return false;
    first = xstrndup(pair, (size_t)(arrow - pair));
    found = same_host(subject, first) || same_host(subject, arrow + 3);
    free(first);
    return found;
}


/* Whether a host's tickets depend on the clock of a finding: its own, that of
   a pair it is in, this host's, or the domain's as a whole. */
static bool
depends_on_clock(const struct settings *settings, const struct finding *effect,
                 const struct finding *skew)
{
    return stops_kerberos(settings, skew)
           && (same_host(effect->subject, skew->subject)
               || in_pair(effect->subject, skew->subject)
               || strcmp(skew->subject, settings->numbers->host) == 0
               || strcmp(skew->subject, settings->numbers->domain) == 0);
}


/* Whether a host is the one within an SPN, by its full or its short name. */
static bool
is_host_of_spn(const char *host, const char *spn)
{
    const char *slash = strchr(spn, '/');
    const char *name = slash ? slash + 1 : spn;
    size_t length = strcspn(name, ":/");

    if (length == 0 || strncmp(host, name, length) != 0)
        return false;
    return host[length] == '\0'
           || (host[length] == '.' && !memchr(name, '.', length));
}


/* Whether a finding is about the packet worker, without which no host is found
   to answer. */
static bool
is_of_packets(const struct finding *finding)
{
    return cause_matches("PROBE_*", finding->code)
           && strncmp(finding->subject, "packet ", 7) == 0;
}


/* Whether a finding says that a DC could not be searched. */
static bool
denies_search(const struct finding *finding, const struct target_dc *dc)
{
    return finding->status != STATUS_OK
           && (cause_matches("LDAP_*", finding->code)
               || cause_matches("PROBE_*", finding->code)
               || cause_matches("HOST_UNRESOLVED", finding->code))
           && (same_host(finding->subject, dc->host)
               || is_of_packets(finding));
}


/* Whether not one DC could be searched. */
static bool
no_ldap(const struct inquest *inquest)
{
    for (size_t i = 0; i < inquest->settings->dc_count; i++) {
        const struct target_dc *dc = inquest->settings->dcs[i];
        bool denied = dc->ldap == 0;

        for (size_t j = 0; !denied && j < inquest->findings->count; j++)
            denied = denies_search(inquest->findings->items[j], dc);
        if (!denied)
            return false;
    }
    return true;
}


/* Whether not one KDC answers. */
static bool
no_kdc(const struct inquest *inquest)
{
    for (size_t i = 0; i < inquest->settings->dc_count; i++) {
        const struct target_dc *dc = inquest->settings->dcs[i];
        bool down = dc->kerberos == 0;

        for (size_t j = 0; !down && j < inquest->findings->count; j++) {
            const struct finding *finding = inquest->findings->items[j];

            down = is_kdc_port(inquest->settings, finding)
                   && same_host(finding->subject, dc->host);
        }
        if (!down)
            return false;
    }
    return true;
}


/* Whether two findings whose codes a rule names are related as it says. */
static bool
is_related(enum cause_relation relation, const struct inquest *inquest,
           const struct finding *effect, const struct finding *cause)
{
    switch (relation) {
    case CAUSE_ANYWHERE:
        return true;
    case CAUSE_SAME_HOST:
        return same_host(effect->subject, cause->subject)
               || is_of_packets(cause);
    case CAUSE_SAME_PORT:
        return same_port(effect->subject, cause->subject);
    case CAUSE_KDC_PORT:
        return is_kdc_port(inquest->settings, cause)
               && same_host(effect->subject, cause->subject);
    case CAUSE_CLOCK:
        return depends_on_clock(inquest->settings, effect, cause);
    case CAUSE_SPN_HOST:
        return is_host_of_spn(cause->subject, effect->subject);
    case CAUSE_NO_DC:
        return inquest->settings->dc_count == 0;
    case CAUSE_NO_LDAP:
        return no_ldap(inquest);
    case CAUSE_NO_KDC:
        return is_kdc_port(inquest->settings, cause) && no_kdc(inquest);
    }
    return false;
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
            || !is_related(rule->relation, inquest, effect, cause))
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
