/*
 * The messages by which a KDC is asked for one ticket.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/probes/conversation.h"
#include "checks/probes/kdc_errors.h"

enum {
    ROUNDS_MOST = 16,       /* an honest KDC needs two to four */
    PROTOCOL_CODES = 128,   /* of libkrb5's codes, the first so many */
};

/* What libkrb5 wants to be done next. */
struct turn {
    krb5_data request;
    krb5_data realm;
    unsigned int flags;
};


/* Have libkrb5 read an answer and write the next request. */
static krb5_error_code
take_step(const struct conversation *talk, krb5_data *answer,
          struct turn *turn)
{
    krb5_context context = talk->kerberos->context;

    if (talk->as)
        return krb5_init_creds_step(context, talk->as, answer, &turn->request,
                                    &turn->realm, &turn->flags);
    return krb5_tkt_creds_step(context, talk->tgs, answer, &turn->request,
                               &turn->realm, &turn->flags);
}


static void
free_turn(const struct conversation *talk, struct turn *turn)
{
    krb5_free_data_contents(talk->kerberos->context, &turn->request);
    krb5_free_data_contents(talk->kerberos->context, &turn->realm);
}


/* Keep what an answer says, if it is an error. */
static void
note_error(struct conversation *talk, const krb5_data *answer)
{
    krb5_error *refusal = NULL;

    talk->error_code = 0;
    talk->status = NULL;
    if (krb5_rd_error(talk->kerberos->context, answer, &refusal) != 0)
        return;
    talk->error_code = refusal->error;
    talk->status = kdc_error_status(refusal->e_data.data,
                                    refusal->e_data.length);
    krb5_free_error(talk->kerberos->context, refusal);
}


/* Tell a KDC's error by its number. */
static enum kdc_outcome
judge_error(const struct conversation *talk, struct error *error)
{
    const struct kdc_error *known = kdc_error_find(talk->error_code);

    if (!known) {
        error_set(error, "it answered with error %" PRId64, talk->error_code);
        return KDC_FAILED;
    }
    if (talk->status)
        error_set(error, "it answered with error %" PRId64 " (%s): the"
                  " account cannot log on: %s", known->code, known->name,
                  talk->status);
    else
        error_set(error, "it answered with error %" PRId64 " (%s): %s",
                  known->code, known->name, known->advice);
    return known->outcome;
}


/* Tell why libkrb5 gave up. */
static enum kdc_outcome
judge_code(struct conversation *talk, krb5_error_code code,
           struct error *error)
{
    int64_t number = (int64_t)code - ERROR_TABLE_BASE_krb5;

    if (number > 0 && number < PROTOCOL_CODES) {
        talk->error_code = number;
        return judge_error(talk, error);
    }
    if (code == KRB5_KDCREP_SKEW) {
        error_set(error, "%s", kdc_error_find(KDC_ERROR_SKEW)->advice);
        return KDC_SKEW;
    }
    kerberos_fail(talk->kerberos, code, error, "its answer is no use");
    return code == KRB5_KT_NOTFOUND ? KDC_NO_CREDENTIALS : KDC_FAILED;
}


/* Whether the next request is for the KDC's own realm. */
static bool
is_for_us(const struct conversation *talk, const krb5_data *realm,
          struct error *error)
{
    char *other;

    if (realm->length == strlen(talk->realm)
        && memcmp(realm->data, talk->realm, realm->length) == 0)
        return true;
    other = text_clean(realm->data, realm->length, 255);
    error_set(error, "the next step is for a KDC of realm %s, not of %s: the"
              " principal or the host belongs to another realm", other,
              talk->realm);
    free(other);
    return false;
}


/* Carry the request and read the answer; KDC_OK to go on. */
static enum kdc_outcome
exchange(struct conversation *talk, const struct turn *turn,
         krb5_data *answer, struct error *error)
{
    const struct kdc_error *known;
    uint8_t *bytes;
    size_t length;

    if (!is_for_us(talk, &turn->realm, error))
        return KDC_FAILED;
    if (!courier_carry(talk->courier, turn->request.data,
                       turn->request.length, &bytes, &length, error)) {
        error_prefix(error, "no answer: is it up, and can its port be reached"
                     " from here?");
        return KDC_UNREACHED;
    }
    answer->data = (char *)bytes;
    answer->length = (unsigned int)length;
    note_error(talk, answer);
    known = kdc_error_find(talk->error_code);
    if (talk->as && known && known->outcome == KDC_REFUSED)
        return judge_error(talk, error);
    return KDC_OK;
}


enum kdc_outcome
conversation_hold(struct conversation *talk, struct error *error)
{
    krb5_data answer = {.data = NULL};

    for (int round = 0; round < ROUNDS_MOST; round++) {
        struct turn turn = {.flags = 0};
        krb5_error_code code = take_step(talk, &answer, &turn);
        enum kdc_outcome outcome = KDC_OK;
        /* Both kinds of conversation have the same flag. */
        bool over = !(turn.flags & KRB5_INIT_CREDS_STEP_FLAG_CONTINUE);

        free(answer.data);
        answer = (krb5_data){.data = NULL};
        if (code == KRB5KRB_ERR_RESPONSE_TOO_BIG && !talk->courier->tcp_only) {
            /* The same request is there again, to be sent over TCP. */
            talk->courier->tcp_only = true;
            over = false;
        } else if (code != 0) {
            outcome = judge_code(talk, code, error);
        }
        if (outcome == KDC_OK && !over)
            outcome = exchange(talk, &turn, &answer, error);
        free_turn(talk, &turn);
        if (over || outcome != KDC_OK) {
            free(answer.data);
            return outcome;
        }
    }
    free(answer.data);
    error_set(error, "it answered %d times without coming to an end",
              ROUNDS_MOST);
    return KDC_FAILED;
}
