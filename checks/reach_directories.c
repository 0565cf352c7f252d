/*
 * Could the domain controllers' directories be read?
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checks/reach.h"

enum { PORT_LDAPS = 636 };

/* A domain controller's directory, as this host met it. */
struct directory {
    const struct target_dc *dc;
    int64_t port;                  /* of sessions */
    bool asked;                    /* a packet was sent there */
    bool open;                     /* and answered */
    const struct bind_fact *bind;  /* the best one, or NULL */
    const struct tgt_fact *tgt;    /* one that its KDC did not give, or NULL */
};


/* Whether a fact is the rootDSE question to a port. */
static bool
is_question(const struct port_fact *fact, const struct directory *directory)
{
    return fact->probe == PROBE_ROOTDSE && fact->port == directory->port
           && strcmp(fact->host, directory->dc->host) == 0;
}


/* The port that sessions with a DC use: that of LDAPS where it was asked. */
static int64_t
session_port(const struct reach *reach, const struct target_dc *dc)
{
    FACTS_EACH(reach->facts, FACT_PORT, port_fact, fact)
        if (fact->probe == PROBE_ROOTDSE && fact->port == PORT_LDAPS
            && strcmp(fact->host, dc->host) == 0)
            return PORT_LDAPS;
    return dc->ldap;
}


/* Collect what is known of a DC's directory. */
static struct directory
look(const struct reach *reach, const struct target_dc *dc)
{
    struct directory directory = {
        .dc = dc, .port = session_port(reach, dc),
    };

    FACTS_EACH(reach->facts, FACT_PORT, port_fact, fact)
        if (is_question(fact, &directory)) {
            directory.asked |= fact->outcome != PORT_UNTRIED;
            directory.open |= fact->outcome == PORT_OPEN;
        }
    FACTS_EACH(reach->facts, FACT_BIND, bind_fact, bind)
        if (strcmp(bind->host, dc->host) == 0 && bind->port == directory.port
            && (!directory.bind || directory.bind->outcome != BIND_OK))
            directory.bind = bind;
    FACTS_EACH(reach->facts, FACT_TGT, tgt_fact, tgt)
        if (strcmp(tgt->host, dc->host) == 0 && tgt->outcome != KDC_OK)
            directory.tgt = tgt;
    return directory;
}


/* Whether a directory could not be reached, whoever asks. */
static bool
is_unreachable(const struct directory *directory)
{
    if (directory->bind)
        return directory->bind->outcome == BIND_UNREACHED
               || directory->bind->outcome == BIND_TIMED_OUT;
    return directory->asked && !directory->open;
}


/* Whether a directory was reached and let this account in, or not. */
static bool
is_bound(const struct directory *directory)
{
    return directory->bind && directory->bind->outcome == BIND_OK;
}


/* Whether a directory answers, but could not be read for want of valid
   credentials, or of a certificate that is trusted here. */
static bool
is_refused(const struct directory *directory)
{
    if (directory->bind)
        return directory->bind->outcome == BIND_NO_TICKET
               || directory->bind->outcome == BIND_REFUSED
               || directory->bind->outcome == BIND_TLS_FAILED;
    return directory->open && directory->tgt;
}


/* The subject of a directory's findings, for the caller to free(). */
static char *
subject_of(const struct directory *directory)
{
    return xasprintf("%s:%" PRId64, directory->dc->host, directory->port);
}


/* Tell what the packet and the session saw. */
static void
add_evidence(const struct reach *reach, const struct directory *directory,
             struct finding *finding)
{
    const struct bind_fact *bind = directory->bind;
    const struct tgt_fact *tgt = directory->tgt;

    FACTS_EACH(reach->facts, FACT_PORT, port_fact, fact)
        if (is_question(fact, directory))
            finding_evidence(finding, "rootdse", fact->host,
                             fact->base.time_us,
                             "%s port %" PRId64 ": %s%s%s, seen from %s",
                             fact->address, fact->port,
                             port_outcome_names[fact->outcome],
                             *fact->detail ? ", " : "", fact->detail,
                             fact->base.seen_from);
    if (bind)
        finding_evidence(finding, "ldap", bind->host, bind->base.time_us,
                         "%s bind at %s: %s, seen from %s", bind->mechanism,
                         bind->address, bind->detail, bind->base.seen_from);
    if (tgt)
        finding_evidence(finding, "kdc", tgt->host, tgt->base.time_us,
                         "ticket for %s: %s, seen from %s", tgt->principal,
                         tgt->detail, tgt->base.seen_from);
}


/* Report a directory that does not answer. */
static void
report_unreachable(const struct reach *reach,
                   const struct directory *directory, bool everywhere)
{
    char *subject = subject_of(directory);
    const char *detail = directory->bind ? directory->bind->detail : "";
    struct finding *finding = findings_add(
        reach->findings, everywhere ? STATUS_CRITICAL : STATUS_UNKNOWN,
        everywhere ? IMPACT_MAIL_AT_RISK : IMPACT_MONITORING,
        "LDAP_UNREACHABLE", subject,
        "the directory of %s does not answer%s%s%s", directory->dc->host,
        everywhere ? ", here as on every domain controller" : "",
        *detail ? ": " : "", detail);

    add_evidence(reach, directory, finding);
    finding_remedy(finding,
                   "on %s: is the directory service running, and does a "
                   "firewall let %s reach port %" PRId64 "/tcp?",
                   directory->dc->host, reach->settings->numbers->host,
                   directory->port);
    free(subject);
}


/* Whether what failed was a secret, which the program will not try again. */
static bool
is_wrong_secret(const struct directory *directory)
{
    return (directory->tgt && directory->tgt->outcome == KDC_REFUSED)
           || (directory->bind && directory->bind->outcome == BIND_REFUSED
               && strcmp(directory->bind->mechanism, "simple") == 0);
}


/* How to be let in, by what failed. */
static void
advise_refused(const struct directory *directory, struct finding *finding)
{
    const struct bind_fact *bind = directory->bind;

    if (bind && bind->outcome == BIND_TLS_FAILED)
        finding_remedy(finding,
                       "on this host: name the CA of the domain controllers' "
                       "certificates under ldap in the configuration "
                       "(ca_file:); openssl s_client -connect %s:%" PRId64
                       "%s shows theirs",
                       directory->dc->host, directory->port,
                       directory->port == PORT_LDAPS ? ""
                                                     : " -starttls ldap");
    else if (bind && strcmp(bind->mechanism, "simple") == 0)
        finding_remedy(finding, "on this host: correct bind_dn and the "
                                "content of password_file under ldap in the "
                                "configuration");
    else
        finding_remedy(finding, "on this host: klist -k KEYTAB, then kinit -k "
                                "-t KEYTAB PRINCIPAL; if that fails, make the "
                                "keytab anew");
}


/* Report a directory that does not let this account in. */
static void
report_refused(const struct reach *reach, const struct directory *directory)
{
    char *subject = subject_of(directory);
    const char *detail = directory->tgt ? directory->tgt->detail
                                        : directory->bind->detail;
    struct finding *finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING,
        "LDAP_BIND_FAILED", subject, "%s%s", detail,
        is_wrong_secret(directory)
            ? "; tried once and not again, lest the account be locked" : "");

    add_evidence(reach, directory, finding);
    advise_refused(directory, finding);
    free(subject);
}


/* Judge one directory. */
static void
judge_directory(struct reach *reach, const struct directory *directory,
                bool everywhere)
{
    char *subject = subject_of(directory);

    if (is_unreachable(directory)) {
        report_unreachable(reach, directory, everywhere);
    } else if (directory->open || directory->bind) {
        findings_judged(reach->findings, "LDAP_UNREACHABLE", subject);
        if (is_refused(directory))
            report_refused(reach, directory);
    } else {
        reach->answers_settled = false;
    }
    if (is_bound(directory)) {
        findings_judged(reach->findings, "LDAP_BIND_FAILED", subject);
        findings_measure(reach->findings, directory->dc->host,
                         "bind_latency",
                         (double)directory->bind->latency_us / 1e6, -1, "s");
    } else {
        reach->binds_settled = false;
    }
    free(subject);
}


bool
reach_directory_read(const struct reach *reach)
{
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (search->purpose == SEARCH_SPNS && search->outcome == SEARCH_OK)
            return true;
    return false;
}


/* Advise how to come by credentials. */
static void
advise_credentials(const struct reach *reach, struct finding *finding)
{
    const char *realm = reach->settings->numbers->realm;

    finding_remedy(finding,
                   "on a domain controller, an ordinary account and its "
                   "keytab: net user spnhealthd * /add /domain, then ktpass "
                   "-princ spnhealthd@%s -mapuser spnhealthd -crypto "
                   "AES256-SHA1 -ptype KRB5_NT_PRINCIPAL -pass * -out "
                   "spnhealthd.keytab", realm);
    finding_remedy(finding,
                   "with Samba: samba-tool user create spnhealthd "
                   "--random-password, then samba-tool domain exportkeytab "
                   "spnhealthd.keytab --principal=spnhealthd@%s", realm);
    finding_remedy(finding, "on this host: spnhealthd --check --domain %s "
                            "--keytab spnhealthd.keytab",
                   reach->settings->numbers->domain);
}


/* Whether KDCs were asked and not one answered. */
static bool
no_kdc_answers(const struct reach *reach)
{
    bool asked = false;

    FACTS_EACH(reach->facts, FACT_PORT, port_fact, fact) {
        if (fact->probe != PROBE_KDC)
            continue;
        if (fact->outcome == PORT_OPEN)
            return false;
        asked = true;
    }
    return asked;
}


/* Why no directory could be read. */
static const char *
why_unread(const struct reach *reach)
{
    const char *why = "no directory could be read";

    if (!reach->settings->numbers->credentials
        && !facts_first(reach->facts, FACT_BIND))
        return "there are no credentials to read a directory with";
    if (!facts_first(reach->facts, FACT_BIND) && no_kdc_answers(reach))
        return "no KDC answers, and so there is no ticket to read a directory "
               "with";
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (search->outcome == SEARCH_DENIED)
            why = "every directory refused the search";
    return why;
}


/* Whether a search is the first of its DC that failed: the others fail for the
   same reason. */
static bool
is_first_failure(const struct reach *reach, const struct search_fact *search)
{
    if (search->outcome == SEARCH_OK)
        return false;
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, other) {
        if (other == search)
            break;
        if (other->outcome != SEARCH_OK
            && strcmp(other->host, search->host) == 0)
            return false;
    }
    return true;
}


/* Advise what may let this account read, or read the right place. */
static void
advise_reading(const struct reach *reach, struct finding *finding)
{
    bool denied = false, astray = false;

    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search) {
        denied |= search->outcome == SEARCH_DENIED;
        astray |= search->outcome == SEARCH_NO_BASE;
    }
    if (denied)
        finding_remedy(finding,
                       "in the configuration: credentials of an ordinary "
                       "account, and no anonymous bind; such an account may "
                       "read servicePrincipalName unless its ACLs were "
                       "changed");
    if (astray)
        finding_remedy(finding, "in the configuration: is \"base\" right?  "
                                "Without it the directory's own is read");
}


/* Report a check that could judge nothing, for want of a directory. */
static void
report_not_permitted(const struct reach *reach, const char *check,
                     const char *subject)
{
    struct finding *finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING, "NOT_PERMITTED",
        subject, "the check %s could judge nothing: %s", check,
        why_unread(reach));

    FACTS_EACH(reach->facts, FACT_BIND, bind_fact, bind)
        if (bind->outcome != BIND_OK)
            finding_evidence(finding, "ldap", bind->host, bind->base.time_us,
                             "%s bind: %s, seen from %s", bind->mechanism,
                             bind->detail, bind->base.seen_from);
    FACTS_EACH(reach->facts, FACT_SEARCH, search_fact, search)
        if (is_first_failure(reach, search))
            finding_evidence(finding, "ldap", search->host,
                             search->base.time_us,
                             "search for %s: %s, seen from %s",
                             search_purpose_names[search->purpose],
                             search->detail, search->base.seen_from);
    if (!reach->settings->numbers->credentials)
        advise_credentials(reach, finding);
    advise_reading(reach, finding);
}


/* Judge whether a check that lives on the directory had one. */
static void
judge_permission(const struct reach *reach, const char *check)
{
    char *subject;

    if (!strings_contain(&reach->settings->numbers->checks, check)
        || reach->settings->dc_count == 0)
        return;
    subject = xasprintf("%s servicePrincipalName", check);
    if (reach_directory_read(reach))
        findings_judged(reach->findings, "NOT_PERMITTED", subject);
    else
        report_not_permitted(reach, check, subject);
    free(subject);
}


void
reach_judge_directories(struct reach *reach)
{
    const struct settings *settings = reach->settings;
    size_t down = 0, up = 0;

    for (size_t i = 0; i < settings->dc_count; i++) {
        struct directory directory = look(reach, settings->dcs[i]);

        if (!settings->dcs[i]->ldap)
            continue;
        down += is_unreachable(&directory);
        up += directory.open && !is_unreachable(&directory);
    }
    for (size_t i = 0; i < settings->dc_count; i++) {
        struct directory directory = look(reach, settings->dcs[i]);

        if (settings->dcs[i]->ldap)
            judge_directory(reach, &directory, down > 0 && up == 0);
    }
    judge_permission(reach, "spn");
    judge_permission(reach, "duplicates");
}
