/*
 * Could this program see what it should judge?
 *
 * Names that do not resolve, directories that do not answer or let nobody in,
 * and probes that died: all that keeps the other checks from judging is told
 * here and only here, so this check always runs.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/reach.h"


/* Whether the mail servers are known, where any check needs them. */
static void
judge_mail_servers(const struct reach *reach)
{
    const struct settings *settings = reach->settings;
    const char *domain = settings->numbers->domain;
    bool read = reach_directory_read(reach);
    struct finding *finding;

    if (settings->mail_count >= SETTINGS_MAIL_MOST)
        findings_not_covered(reach->findings,
                             "mail servers beyond the first %d: name those "
                             "that matter under mail_servers in the "
                             "configuration", SETTINGS_MAIL_MOST);
    if (settings->mail_count > 0) {
        findings_judged(reach->findings, "MAIL_SERVERS_NOT_FOUND", domain);
        return;
    }
    if (!strings_contain(&settings->numbers->checks, "spn")
        || settings->dc_count == 0
        || (!read && !reach_name_answered(reach, domain, "MX")))
        return;
    finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING,
        "MAIL_SERVERS_NOT_FOUND", domain,
        "no mail server is known: DNS names none%s",
        read ? ", and the directory has neither an Exchange server nor a "
               "computer with a mail service's SPN"
             : ", and the directory could not be searched");
    finding_remedy(finding, "name them: spnhealthd --check --mail-server "
                            "HOST, or mail_servers in the configuration");
    finding_reference(finding, "RFC 5321 section 5.1");
}


/* How a worker ended, and what to do about it. */
struct ending {
    const char *code;
    const char *words;
    const char *remedy;
};


/* Report one worker that did not end well. */
static void
report_worker(const struct reach *reach, const struct worker_fact *worker)
{
    static const struct ending
        stopped = {"PROBE_TIMEOUT",
                   "the probe had to be stopped at the run's deadline",
                   "if the host is merely slow: a longer probes.deadline in "
                   "the configuration"},
        unstarted = {"PROBE_CRASHED", "the probe could not be started",
                     "on this host: give the service what it lacks, as the "
                     "reason says: processes (TasksMax=), descriptors "
                     "(LimitNOFILE=), memory, or its probe program"},
        failed = {"PROBE_CRASHED",
                  "the probe failed, which is a fault of this program",
                  "please report it with a recording: spnhealthd --check "
                  "--record FILE"};
    const struct ending *ending
        = worker->outcome == WORKER_KILLED      ? &stopped
          : worker->outcome == WORKER_UNSTARTED ? &unstarted
                                                : &failed;
    char *subject = xasprintf("%s %s", worker->worker, worker->host);
    struct finding *finding = findings_add(
        reach->findings, STATUS_UNKNOWN, IMPACT_MONITORING, ending->code,
        subject, "%s: %s", ending->words, worker->detail);

    finding_evidence(finding, "worker", worker->host, worker->base.time_us,
                     "%s, on %s", worker->detail, worker->base.seen_from);
    finding_remedy(finding, "%s", ending->remedy);
    free(subject);
}


/* Say that a worker could be judged, since something came from it. */
static void
judge_worker(const struct reach *reach, const char *worker, const char *host)
{
    char *subject = xasprintf("%s %s", worker, host);

    findings_judged(reach->findings, "PROBE_TIMEOUT", subject);
    findings_judged(reach->findings, "PROBE_CRASHED", subject);
    free(subject);
}


/* Judge how the probes themselves fared. */
static void
judge_workers(const struct reach *reach)
{
    if (facts_first(reach->facts, FACT_PORT)
        || facts_first(reach->facts, FACT_DNS))
        judge_worker(reach, "packet", reach->settings->numbers->host);
    FACTS_EACH(reach->facts, FACT_BIND, bind_fact, bind)
        judge_worker(reach, "session", bind->host);
    FACTS_EACH(reach->facts, FACT_WORKER, worker_fact, worker)
        report_worker(reach, worker);
}


/* Let go of targets that discovery no longer finds. */
static void
judge_gone_targets(const struct reach *reach)
{
    if (!reach->names_settled)
        return;
    findings_judged_all(reach->findings, "HOST_UNRESOLVED");
    if (!reach->answers_settled)
        return;
    findings_judged_all(reach->findings, "LDAP_UNREACHABLE");
    if (!reach->binds_settled)
        return;
    findings_judged_all(reach->findings, "LDAP_BIND_FAILED");
    findings_judged_all(reach->findings, "PROBE_TIMEOUT");
    findings_judged_all(reach->findings, "PROBE_CRASHED");
}


static void
reach_judge(const struct facts *facts, const struct settings *settings,
            struct findings *findings)
{
    struct reach reach = {
        .facts = facts, .settings = settings, .findings = findings,
        .names_settled = true, .answers_settled = true,
        .binds_settled = true,
    };

    reach_judge_names(&reach);
    reach_judge_directories(&reach);
    reach_judge_permissions(&reach);
    judge_mail_servers(&reach);
    judge_workers(&reach);
    judge_gone_targets(&reach);
}


const struct check reach_check = {
    .name = "reach",
    .ok = "REACH_OK",
    .summary = "names resolve, directories answer, and probes end well",
    .judge = reach_judge,
    .always = true,
};
