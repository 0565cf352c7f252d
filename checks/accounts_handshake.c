/*
 * Does a mail server have the key of its own account?
 *
 * Nothing in a directory tells.  But a server that cannot open a ticket for
 * its own account refuses an SMB session with it, and will refuse mail for
 * the same reason; where it accepts one, and SMTP alone fails, the account is
 * not to blame.
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

/* What a server says that could not open the ticket, or that its own domain
   does not let in (MS-ERREF section 2.3.1). */
static const struct {
    int64_t nt_status;
    const char *words;
} refusals[] = {
    /* With a Kerberos error inside, which the probe has read. */
    {0xc0000016, "it cannot decrypt the ticket"},
    {0xc000006d, "logon failure"},
    {0xc000018a, "it has no secret of its own"},
    {0xc000018b, "its domain has no account for it"},
    {0xc000018c, "its domain does not trust it"},
    {0xc000018d, "its trust relationship with the domain has failed"},
};


/* What a refusal says that speaks of a wrong key, or NULL. */
static const char *
refusal_words(const struct smb_session_fact *session)
{
    if (session->outcome != SMB_REFUSED)
        return NULL;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
        if (refusals[i].nt_status == session->nt_status)
            return refusals[i].words;
    return NULL;
}


/* Advise how to make server and account agree again. */
static void
advise(struct finding *finding)
{
    finding_remedy(finding,
                   "on the mail server, in PowerShell as an administrator: "
                   "Test-ComputerSecureChannel -Verbose, and if that says "
                   "False: Test-ComputerSecureChannel -Repair");
    finding_remedy(finding,
                   "or there: nltest /sc_verify:DOMAIN, then nltest "
                   "/sc_reset:DOMAIN; or netdom resetpwd "
                   "/server:DOMAIN-CONTROLLER /userd:ADMINISTRATOR "
                   "/passwordd:*");
    finding_remedy(finding,
                   "with Samba, on the mail server: net ads testjoin, then "
                   "net ads changetrustpw, or adcli update "
                   "--computer-password-lifetime=0");
}


/* Report a server that did not take a ticket for its account. */
static void
report(const struct audit *audit, const struct watched *watched,
       const struct smb_session_fact *session, const char *refusal)
{
    struct finding *finding = findings_add(
        audit->findings, STATUS_WARNING,
        accounts_impact(watched, STATUS_WARNING), "ACCOUNT_KEY_MISMATCH",
        watched->name,
        "%s does not accept a ticket for its own account %s over SMB (%s), "
        "as one that has another key would: then mail to it fails the same "
        "way (a ruling that was never verified on Windows)",
        session->host, watched->name, refusal);

    finding_evidence(finding, "smb", session->host, session->base.time_us,
                     "%s port 445/tcp: %s (0x%" PRIx64 ")%s%s, from %s",
                     session->address, refusal, session->nt_status,
                     *session->detail ? ": " : "", session->detail,
                     session->base.seen_from);
    if (finding->remedy.count == 0) {
        advise(finding);
        finding_reference(finding,
                          code_find("ACCOUNT_KEY_MISMATCH")->reference);
    }
}


/* Whether an account's servers run Windows, where SMB belongs to the system:
   elsewhere nobody need serve it. */
static bool
is_windows(const struct watched *watched)
{
    for (size_t i = 0; i < watched->sight_count; i++) {
        const struct account_fact *fact = watched->sights[i].fact;

        if (fact && text_has_prefix_case(fact->operating_system, "Windows"))
            return true;
    }
    return false;
}


/* Say why a session tells nothing of the key. */
static void
note_unjudged(struct audit *audit, const struct watched *watched,
              const struct smb_session_fact *session)
{
    accounts_note_undecided(audit, "ACCOUNT_KEY_MISMATCH", watched);
    if (session->outcome == SMB_UNREACHED && !is_windows(watched))
        return;
    if (session->outcome == SMB_REFUSED)
        findings_not_covered(audit->findings,
                             "%s: it refused an SMB session for another "
                             "reason than its key (0x%" PRIx64 ")%s%s",
                             session->host, session->nt_status,
                             *session->detail ? ": " : "", session->detail);
    else
        findings_not_covered(audit->findings,
                             "%s: whether it has the key of its account "
                             "could not be tried over SMB: %s",
                             session->host, session->detail);
}


/* Whether a session with a server was held, or tried. */
static bool
is_tried(const struct audit *audit, const char *host)
{
    FACTS_EACH(audit->facts, FACT_SMB_SESSION, smb_session_fact, session)
        if (strcmp(session->host, host) == 0)
            return true;
    return false;
}


/* Say which of an account's servers should have been tried and were not. */
static void
note_untried(struct audit *audit, const struct watched *watched)
{
    for (size_t i = 0; i < watched->servers.count; i++) {
        const char *server = watched->servers.items[i];

        if (is_tried(audit, server))
            continue;
        accounts_note_undecided(audit, "ACCOUNT_KEY_MISMATCH", watched);
        if (is_windows(watched))
            findings_not_covered(audit->findings,
                                 "%s: no SMB session was held to try whether "
                                 "it has the key of its account; is 445/tcp "
                                 "open?", server);
    }
}


void
accounts_judge_handshakes(struct audit *audit)
{
    if (audit->settings->numbers->accounts_handshake)
        for (size_t i = 0; i < audit->watched_count; i++)
            note_untried(audit, &audit->watched[i]);
    FACTS_EACH(audit->facts, FACT_SMB_SESSION, smb_session_fact, session) {
        const struct watched *watched
            = accounts_of_server(audit, session->host);
        const char *refusal = refusal_words(session);

        if (!watched)
            continue;
        if (refusal)
            report(audit, watched, session, refusal);
        else if (session->outcome != SMB_ACCEPTED)
            note_unjudged(audit, watched, session);
        else
            accounts_note_judged(audit, "ACCOUNT_KEY_MISMATCH", watched->name,
                                 true);
    }
}
