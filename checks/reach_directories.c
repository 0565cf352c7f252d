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
    bool hidden = reach_only_in_topology(reach, directory->dc->host);
    struct finding *finding = findings_add(
        reach->findings, everywhere ? STATUS_CRITICAL : STATUS_UNKNOWN,
        everywhere ? IMPACT_MAIL_AT_RISK : IMPACT_MONITORING,
        "LDAP_UNREACHABLE", subject,
        "the directory of %s does not answer%s%s%s%s", directory->dc->host,
        everywhere ? ", here as on every domain controller" : "",
        *detail ? ": " : "", detail,
        hidden ? "; it is a domain controller by the configuration partition "
                 "alone, a branch's or one taken away without metadata "
                 "cleanup" : "");

    add_evidence(reach, directory, finding);
    finding_remedy(finding,
                   "on %s: is the directory service running, and does a "
                   "firewall let %s reach port %" PRId64 "/tcp?",
                   directory->dc->host, reach->settings->numbers->host,
                   directory->port);
    if (hidden)
        reach_tell_topology(reach, directory->dc->host, finding);
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
            ? "; tried at no other domain controller, lest the account be "
              "locked" : "");

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
}
