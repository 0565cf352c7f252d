/*
 * Whether a mail server has the key of its own account.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/smb_dialogue.h"
#include "checks/probes/smb_session.h"
#include "checks/probes/spnego.h"

enum { PORT_SMB = 445 };

/* What a server answers that could not open the ticket, or that its own domain
   does not let in (MS-ERREF 2.3.1): STATUS_LOGON_FAILURE,
   STATUS_NO_TRUST_LSA_SECRET, STATUS_NO_TRUST_SAM_ACCOUNT,
   STATUS_TRUSTED_DOMAIN_FAILURE, STATUS_TRUSTED_RELATIONSHIP_FAILURE. */
static const uint32_t refusals[]
    = {0xc000006d, 0xc000018a, 0xc000018b, 0xc000018c, 0xc000018d};

/* What a service without the key says (RFC 4120 section 7.5.9). */
enum {
    AP_ERR_BAD_INTEGRITY = 31,
    AP_ERR_MODIFIED = 41,
    AP_ERR_BAD_KEYVER = 44,
    AP_ERR_NO_KEY = 45,
};

/* One authentication. */
struct attempt {
    OM_uint32 flags;          /* of gss_init_sec_context(3) */
    gss_name_t target;        /* borrowed */
    gss_cred_id_t own;        /* borrowed */
    gss_ctx_id_t security;
    struct smb_dialogue dialogue;
    bool proven;              /* the server could decrypt the ticket */
    uint32_t krb_error;       /* that it sent; 0 without one */
    enum smb_outcome outcome;
    struct error detail;
};


/* Set an error that ends in GSSAPI's text for a failure. */
static bool
fail(OM_uint32 major, OM_uint32 minor, struct error *error, const char *what)
{
    OM_uint32 more = 0, ignored;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    char *reason;

    if (minor != 0)
        gss_display_status(&ignored, minor, GSS_C_MECH_CODE,
                           (gss_OID)(uintptr_t)gss_mech_krb5, &more, &text);
    else
        gss_display_status(&ignored, major, GSS_C_GSS_CODE, GSS_C_NO_OID,
                           &more, &text);
    reason = text_clean(text.value ? text.value : "", text.length,
                        sizeof(error->text) / 2);
    error_set(error, "%s: %s", what, reason);
    gss_release_buffer(&ignored, &text);
    free(reason);
    return false;
}


/* Name the service as its ticket in the cache does. */
static bool
name_target(const char *host, const char *realm, gss_name_t *target_out,
            struct error *error)
{
    char *text = xasprintf("cifs/%s@%s", host, realm);
    gss_buffer_desc name = {strlen(text), text};
    OM_uint32 minor, major
        = gss_import_name(&minor, &name,
                          (gss_OID)(uintptr_t)GSS_KRB5_NT_PRINCIPAL_NAME,
                          target_out);

    free(text);
    return !GSS_ERROR(major)
           || fail(major, minor, error, "naming the service");
}


/* Take the tickets in the cache for credentials. */
static bool
take_credentials(const char *cache, gss_cred_id_t *own_out,
                 struct error *error)
{
    gss_key_value_element_desc element = {"ccache", cache};
    const gss_key_value_set_desc store = {1, &element};
    gss_OID_set_desc kerberos = {1, (gss_OID)(uintptr_t)gss_mech_krb5};
    OM_uint32 minor, major
        = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
                                &kerberos, GSS_C_INITIATE, &store, own_out,
                                NULL, NULL);

    return !GSS_ERROR(major)
           || fail(major, minor, error, "using the tickets");
}


/*
 * Read the server's token, if there is one already, and write ours.
 *
 * ours_out  For gss_release_buffer().
 *
 * Returns GSSAPI's status: GSS_S_COMPLETE once the server has proved itself.
 */
static OM_uint32
take_step(struct attempt *attempt, const struct der *theirs,
          gss_buffer_t ours_out)
{
    gss_buffer_desc input = {theirs->length,
                             (void *)(uintptr_t)theirs->bytes};
    OM_uint32 minor, major
        = gss_init_sec_context(&minor, attempt->own, &attempt->security,
                               attempt->target,
                               (gss_OID)(uintptr_t)gss_mech_krb5,
                               attempt->flags, 0, GSS_C_NO_CHANNEL_BINDINGS,
                               &input, NULL, ours_out, NULL, NULL);

    if (GSS_ERROR(major))
        fail(major, minor, &attempt->detail,
             theirs->length > 0 ? "reading its token" : "making a token");
    return major;
}


/* Send a token and receive the answer. */
static bool
send_token(struct attempt *attempt, const struct der *bare,
           struct der *answer_out)
{
    uint8_t *bytes = xcalloc(bare->length + SPNEGO_MORE_MOST, 1);
    const struct der token = {bytes, spnego_wrap(bare, bytes)};
    bool sent;

    if (token.length > SMB2_TOKEN_MOST)
        sent = error_set(&attempt->detail, "the ticket is too big for SMB");
    else
        sent = smb_dialogue_set_up(&attempt->dialogue, &token, answer_out,
                                   &attempt->detail);
    free(bytes);
    return sent;
}


/* Read how the server answers a ticket. */
static void
read_answer(struct attempt *attempt, const struct der *answer)
{
    gss_buffer_desc ours = GSS_C_EMPTY_BUFFER;
    OM_uint32 ignored;
    struct der inner;

    if (!spnego_unwrap(answer, &inner) || inner.length == 0
        || spnego_read_error(&inner, &attempt->krb_error))
        return;
    attempt->proven = take_step(attempt, &inner, &ours) == GSS_S_COMPLETE;
    gss_release_buffer(&ignored, &ours);
}


/* Whether the server's answer is that of one without the key. */
static bool
is_refusal(const struct attempt *attempt)
{
    switch (attempt->krb_error) {
    case 0:
        for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
            if (attempt->dialogue.status == refusals[i])
                return attempt->dialogue.refused;
        return false;
    case AP_ERR_BAD_INTEGRITY:
    case AP_ERR_MODIFIED:
    case AP_ERR_BAD_KEYVER:
    case AP_ERR_NO_KEY:
        return true;
    default:
        return false;
    }
}


/* Tell what came of an attempt. */
static void
judge(struct attempt *attempt)
{
    struct error *detail = &attempt->detail;
    char krb_error[48] = "";

    if (attempt->krb_error != 0)
        snprintf(krb_error, sizeof(krb_error), ", Kerberos error %" PRIu32,
                 attempt->krb_error);
    if (attempt->proven) {
        attempt->outcome = SMB_ACCEPTED;
        error_set(detail, "it proved that it has the account's key");
    } else if (!attempt->dialogue.answered) {
        attempt->outcome = SMB_UNREACHED;
    } else if (is_refusal(attempt)) {
        attempt->outcome = SMB_REFUSED;
        error_set(detail, "it refuses the ticket: status 0x%08" PRIx32 "%s",
                  attempt->dialogue.status, krb_error);
    } else {
        attempt->outcome = SMB_UNCLEAR;
        if (!*detail->text)
            error_set(detail, "it neither proves nor denies that it has the "
                      "account's key: status 0x%08" PRIx32 "%s",
                      attempt->dialogue.status, krb_error);
    }
}


/* Authenticate once, over a connection of its own. */
static void
hold(struct attempt *attempt, const struct context_task *context,
     const char *address)
{
    int64_t deadline_us
        = instant_now().steady_us + context->timeout_ms * 1000;
    gss_buffer_desc ours = GSS_C_EMPTY_BUFFER;
    const struct der nothing = {NULL, 0};
    struct der token, answer;
    OM_uint32 ignored;

    attempt->outcome = SMB_UNTRIED;
    if (!GSS_ERROR(take_step(attempt, &nothing, &ours))) {
        token = (struct der){ours.value, ours.length};
        if (smb_dialogue_open(&attempt->dialogue, address, PORT_SMB,
                              deadline_us, &attempt->detail)
            && send_token(attempt, &token, &answer))
            read_answer(attempt, &answer);
        judge(attempt);
        smb_dialogue_close(&attempt->dialogue);
    }
    gss_release_buffer(&ignored, &ours);
    gss_delete_sec_context(&ignored, &attempt->security, GSS_C_NO_BUFFER);
}


/*
 * Authenticate as a client does; and where the server refuses without saying
 * why by an error of Kerberos, once more with three messages, as RPC does (RFC
 * 4757 section 7.1): there the server proves itself before it looks whether
 * the account may log on.  Samba answers STATUS_LOGON_FAILURE both for want of
 * the key and where it cannot map the account to a user.
 */
static struct attempt
authenticate(const struct context_task *context, const char *address,
             gss_name_t target, gss_cred_id_t own)
{
    const OM_uint32 flags
        = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
    struct attempt first = {.flags = flags, .target = target, .own = own};
    struct attempt second
        = {.flags = flags | GSS_C_DCE_STYLE, .target = target, .own = own};

    hold(&first, context, address);
    if (first.proven || !first.dialogue.refused || first.krb_error != 0)
        return first;
    hold(&second, context, address);
    if (second.outcome != SMB_ACCEPTED)
        return first;
    second.dialogue.status = first.dialogue.status;
    error_set(&second.detail, "it proved that it has the account's key, but "
              "did not let this account log on: status 0x%08" PRIx32,
              first.dialogue.status);
    return second;
}


/* Put the ticket to the server and fill the fact. */
static void
put_ticket(const struct context_task *context, const struct tickets *tickets,
           struct smb_session_fact *fact, struct error *detail)
{
    gss_name_t target = GSS_C_NO_NAME;
    gss_cred_id_t own = GSS_C_NO_CREDENTIAL;
    OM_uint32 ignored;

    if (name_target(fact->host, tickets_realm(tickets), &target, detail)
        && take_credentials(tickets_cache(tickets), &own, detail)) {
        struct attempt attempt = authenticate(context, fact->address, target,
                                              own);

        fact->outcome = (int)attempt.outcome;
        fact->nt_status = attempt.dialogue.status;
        *detail = attempt.detail;
    }
    gss_release_cred(&ignored, &own);
    gss_release_name(&ignored, &target);
}


void
smb_session_try(const struct context_task *context, const char *host,
                const char *address, struct tickets *tickets)
{
    struct smb_session_fact *fact = record_new(fact_types[FACT_SMB_SESSION]);
    char *spn = xasprintf("cifs/%s", host);
    struct error detail = {.text = ""};
    int64_t start_us;

    record_set(&fact->host, host);
    record_set(&fact->address, address);
    fact->outcome = SMB_UNTRIED;
    if (tickets_get(tickets, spn, &detail)) {
        start_us = instant_now().steady_us;
        put_ticket(context, tickets, fact, &detail);
        fact->latency_us = instant_now().steady_us - start_us;
    }
    fact->base.time_us = instant_now().real_us;
    record_set(&fact->detail, detail.text);
    emit_fact(FACT_SMB_SESSION, fact);
    record_free(fact_types[FACT_SMB_SESSION], fact);
    free(spn);
}
