/*
 * How what two findings are about may be related.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/causes.h"
#include "checks/pairs.h"
#include "checks/ports.h"
#include "checks/relations.h"


/* Whether a finding's subject begins with the KDC: "kdc principal". */
static bool
names_kdc_first(const struct finding *finding)
{
    return cause_matches("TGT_*", finding->code)
           || cause_matches("TICKET_*", finding->code);
}


/* The host of a subject such as "host", "host:88/udp", "session host" or "kdc
   principal"; not NUL-terminated. */
static const char *
host_of(const struct finding *finding, size_t *length_out)
{
    const char *space = strrchr(finding->subject, ' ');
    const char *host = finding->subject;

    if (names_kdc_first(finding)) {
        *length_out = strcspn(host, " ");
        return host;
    }
    if (space)
        host = space + 1;
    *length_out = strcspn(host, ":");
    return host;
}


/* Whether a finding is about a host. */
static bool
is_about_host(const struct finding *finding, const char *name, size_t length)
{
    size_t own_length;
    const char *own = host_of(finding, &own_length);

    return own_length == length && memcmp(own, name, length) == 0;
}


/* The hosts of a pair, "a<->b" or "a->b object". */
struct arrow {
    const char *from;
    const char *to;
    size_t from_length, to_length;
    const char *rest;  /* what follows after the space, or "" */
};


/* Read a finding's pair; false if it has none. */
static bool
read_pair(const struct finding *finding, struct arrow *pair_out)
{
    const char *subject = finding->subject, *arrow = strstr(subject, "->");
    size_t before;

    if (!arrow)
        return false;
    before = (size_t)(arrow - subject);
    if (before > 0 && subject[before - 1] == '<')
        before--;
    pair_out->from = subject;
    pair_out->from_length = before;
    pair_out->to = arrow + 2;
    pair_out->to_length = strcspn(pair_out->to, " ");
    pair_out->rest = pair_out->to + pair_out->to_length;
    if (*pair_out->rest == ' ')
        pair_out->rest++;
    return true;
}


/* Whether two findings are about the same host; of a pair, either will do. */
static bool
same_host(const struct finding *left, const struct finding *right)
{
    struct arrow pair;
    size_t length;
    const char *host;

    if (read_pair(left, &pair))
        return is_about_host(right, pair.from, pair.from_length)
               || is_about_host(right, pair.to, pair.to_length);
    if (read_pair(right, &pair))
        return is_about_host(left, pair.from, pair.from_length)
               || is_about_host(left, pair.to, pair.to_length);
    host = host_of(left, &length);
    return is_about_host(right, host, length);
}


/* Whether a cause's "host:389/tcp", or the whole "host", is the effect's
   "host:389". */
static bool
same_port(const struct finding *effect, const struct finding *cause)
{
    size_t length = strlen(effect->subject);

    if (!strchr(cause->subject, ':'))
        return same_host(effect, cause);
    return strncmp(effect->subject, cause->subject, length) == 0
           && strcmp(cause->subject + length, "/tcp") == 0;
}


/* Whether a finding says that a host's KDC does not answer.  88/udp alone is
   no cause: libkrb5 goes on by TCP, and then it is not CRITICAL. */
static bool
is_kdc_port(const struct settings *settings, const struct finding *finding)
{
    size_t length;
    const char *host = host_of(finding, &length);
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


/* Whether a host's tickets depend on the clock of a finding: its own, that of
   a pair it is in, this host's, or the domain's as a whole. */
static bool
depends_on_clock(const struct settings *settings, const struct finding *effect,
                 const struct finding *skew)
{
    return stops_kerberos(settings, skew)
           && (same_host(effect, skew)
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
           && (is_about_host(finding, dc->host, strlen(dc->host))
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
                   && is_about_host(finding, dc->host, strlen(dc->host));
        }
        if (!down)
            return false;
    }
    return true;
}


/* Whether a cause's subject is the name in an effect's "kdc name", a principal
   of which an account has only the first part. */
static bool
same_name(const struct finding *effect, const struct finding *cause)
{
    const char *space = strchr(effect->subject, ' ');
    size_t length = strlen(cause->subject);
    const char *name = space ? space + 1 : "";

    return text_has_prefix_case(name, cause->subject)
           && (name[length] == '\0'
               || (name[length] == '@' && !strchr(cause->subject, '/')));
}


/* Whether an effect says that it concerns somebody. */
static bool
concerns(const struct finding *effect, const char *name, size_t length)
{
    for (size_t i = 0; i < effect->concerns.count; i++)
        if (strlen(effect->concerns.items[i]) == length
            && strncasecmp(effect->concerns.items[i], name, length) == 0)
            return true;
    return false;
}


/* Whether an effect comes of what a DC lacks, and a cause says that changes do
   not come there: those of the domain, where the accounts are, or of one
   account that the effect is about, too. */
static bool
is_behind(const struct settings *settings, const struct finding *effect,
          const struct finding *cause)
{
    struct arrow pair;

    if (!read_pair(cause, &pair)
        || !concerns(effect, pair.to, pair.to_length))
        return false;
    return pairs_rank(settings, pair.rest) == NC_DOMAIN
           || text_casecmp(pair.rest, effect->subject) == 0
           || concerns(effect, pair.rest, strlen(pair.rest));
}


/* Whether two findings are about the same way between two hosts. */
static bool
same_pair(const struct finding *left, const struct finding *right)
{
    struct arrow one, other;

    return read_pair(left, &one) && read_pair(right, &other)
           && one.from_length == other.from_length
           && one.to_length == other.to_length
           && memcmp(one.from, other.from, one.from_length) == 0
           && memcmp(one.to, other.to, one.to_length) == 0;
}


bool
relation_holds(enum cause_relation relation, const struct inquest *inquest,
               const struct finding *effect, const struct finding *cause)
{
    switch (relation) {
    case CAUSE_ANYWHERE:
        return true;
    case CAUSE_SAME_SUBJECT:
        return strcmp(effect->subject, cause->subject) == 0;
    case CAUSE_SAME_HOST:
        return same_host(effect, cause) || is_of_packets(cause);
    case CAUSE_SAME_PORT:
        return same_port(effect, cause);
    case CAUSE_SAME_NAME:
        return same_name(effect, cause);
    case CAUSE_SAME_PAIR:
        return same_pair(effect, cause);
    case CAUSE_CONCERN:
        return concerns(effect, cause->subject, strlen(cause->subject));
    case CAUSE_BEHIND:
        return is_behind(inquest->settings, effect, cause);
    case CAUSE_KDC_PORT:
        return is_kdc_port(inquest->settings, cause)
               && same_host(effect, cause);
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
