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
    ROUNDS_MOST = 16,  /* an honest KDC needs two to four */
    REALM_MOST = 255,
    SILENT_MOST = 3,   /* KDCs of other realms: each takes a time-out */
};

/* What libkrb5 wants to be done next. */
struct turn {
    krb5_data request;
    krb5_data realm;      /* whose KDC the request is for */
    unsigned int flags;
    bool too_big;         /* the answer fits into no datagram */
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
    talk->nt_status = 0;
    if (krb5_rd_error(talk->kerberos->context, answer, &refusal) != 0)
        return;
    talk->error_code = refusal->error;
    talk->nt_status = kdc_error_status(refusal->e_data.data,
                                       refusal->e_data.length);
    krb5_free_error(talk->kerberos->context, refusal);
}


/* Tell a KDC's error by its number, and by the status that explains it. */
static enum kdc_outcome
judge_error(const struct conversation *talk, struct error *error)
{
    const struct kdc_error *known = kdc_error_find(talk->error_code);
    const char *advice = kdc_status_advice(talk->nt_status);

    if (!advice)
        advice = known ? known->advice : "see the KDC's log";
    error_set(error, "%s", advice);
    if (talk->nt_status)
        error_prefix(error, "status 0x%08" PRIx64, talk->nt_status);
    if (known)
        error_prefix(error, "it answered with error %" PRId64 " (%s)",
                     known->code, known->name);
    else
        error_prefix(error, "it answered with error %" PRId64,
                     talk->error_code);
    return known ? known->outcome : KDC_FAILED;
}


/* Tell that realms send on to each other. */
static enum kdc_outcome
judge_circle(struct error *error)
{
    error_set(error, "the next step is for a KDC of a realm that was asked"
              " already: the realms disagree on whose the service is");
    return KDC_REFERRED;
}


/* Tell why libkrb5 gave up. */
static enum kdc_outcome
judge_code(struct conversation *talk, krb5_error_code code,
           struct error *error)
{
    int64_t number = (int64_t)code - ERROR_TABLE_BASE_krb5;

    if (talk->error_code != 0 && talk->error_code == number)
        return judge_error(talk, error);
    if (code == KRB5_KDCREP_SKEW) {
        error_set(error, "%s", kdc_error_find(KDC_ERROR_SKEW)->advice);
        return KDC_SKEW;
    }
    if (code == KRB5_KDC_UNREACH)
        return judge_circle(error);
    kerberos_fail(talk->kerberos, code, error, "its answer is no use");
    return code == KRB5_KT_NOTFOUND ? KDC_NO_CREDENTIALS : KDC_FAILED;
}


/* The KDC that a request is for, or NULL. */
static struct route *
find_route(const struct conversation *talk, const krb5_data *realm)
{
    for (size_t i = 0; i < talk->route_count; i++) {
        struct route *route = &talk->routes[i];

        if (realm->length == strlen(route->realm)
            && memcmp(realm->data, route->realm, realm->length) == 0)
            return route;
    }
    return NULL;
}


/* Whether an error settles the matter, though libkrb5 would ask on. */
static bool
is_final(const struct conversation *talk)
{
    const struct kdc_error *known = kdc_error_find(talk->error_code);

    if (!known)
        return false;
    return talk->as ? known->outcome == KDC_REFUSED
                    : known->code != KDC_ERROR_TOO_BIG;
}


/* How a request may be carried.  All that follows the first answer of an AS
   exchange carries pre-authentication. */
static enum courier_manner
choose_manner(const struct conversation *talk, const struct turn *turn)
{
    if (turn->too_big)
        return COURIER_STREAM;
    return talk->as && talk->answered ? COURIER_ONCE : COURIER_ANY;
}


/* Tell that no answer came, or none that fits. */
static enum kdc_outcome
judge_silence(struct conversation *talk, enum courier_manner manner,
              struct error *error)
{
    talk->nt_status = 0;
    switch (manner) {
    case COURIER_ANY:
        talk->error_code = 0;
        error_prefix(error, "no answer: is it up, and can its port be reached"
                     " from here?");
        break;
    case COURIER_ONCE:
        talk->error_code = KDC_ERROR_PREAUTH;
        error_prefix(error, "no answer to the pre-authentication that it"
                     " asked for (error %d, KDC_ERR_PREAUTH_REQUIRED), which"
                     " is not sent again, lest a wrong password be counted"
                     " twice: is it overloaded?", KDC_ERROR_PREAUTH);
        break;
    case COURIER_STREAM:
        talk->error_code = KDC_ERROR_TOO_BIG;
        error_prefix(error, "its answer fits into no datagram (error %d,"
                     " KRB_ERR_RESPONSE_TOO_BIG), and port %" PRId64 "/tcp"
                     " does not answer: let it through", KDC_ERROR_TOO_BIG,
                     talk->asked->courier.port);
        break;
    }
    return KDC_UNREACHED;
}


/* Whether so many other realms have been asked in vain that a KDC not yet
   known to be silent is to be left alone. */
static bool
is_enough(const struct conversation *talk, const struct route *route)
{
    int silent = 0;

    for (size_t i = 1; i < talk->route_count; i++)
        silent += courier_failed(&talk->routes[i].courier);
    return route != talk->routes && !courier_failed(&route->courier)
           && silent >= SILENT_MOST;
}


/* Tell that a KDC is not asked because others did not answer. */
static enum kdc_outcome
judge_enough(struct conversation *talk, struct error *error)
{
    talk->error_code = talk->nt_status = 0;
    error_set(error, "not asked: %d KDCs of other realms did not answer, and"
              " to wait for more would take too long; is the way to them"
              " open?", SILENT_MOST);
    return KDC_UNREACHED;
}


/* Tell that there is nobody to carry a request to. */
static enum kdc_outcome
judge_stranger(const struct conversation *talk, struct error *error)
{
    const char *own = talk->routes[0].realm;

    if (talk->as) {
        error_set(error, "the next step is for a KDC of realm %s, not of %s:"
                  " the principal belongs to another realm", talk->realm,
                  own);
        return KDC_FAILED;
    }
    error_set(error, "the next step is for a KDC of realm %s, and none is"
              " known: does the host belong to that realm?", talk->realm);
    return KDC_REFERRED;
}


/* Carry the request and read the answer; KDC_OK to go on. */
static enum kdc_outcome
exchange(struct conversation *talk, const struct turn *turn,
         krb5_data *answer, struct error *error)
{
    struct route *own = talk->routes;
    struct route *route = find_route(talk, &turn->realm);
    enum courier_manner manner = choose_manner(talk, turn);
    uint8_t *bytes;
    size_t length;

    /* libkrb5 would ask where it started once more. */
    if (route == own && talk->asked && talk->asked != own)
        return judge_circle(error);
    free(talk->realm);
    talk->realm = text_clean(turn->realm.data, turn->realm.length, REALM_MOST);
    if (!route || (talk->as && route != own))
        return judge_stranger(talk, error);
    talk->asked = route;
    if (is_enough(talk, route))
        return judge_enough(talk, error);
    if (!courier_carry(&route->courier, turn->request.data,
                       turn->request.length, manner, &bytes, &length, error))
        return judge_silence(talk, manner, error);
    talk->answered = true;
    answer->data = (char *)bytes;
    answer->length = (unsigned int)length;
    talk->transport = route->courier.way;
    note_error(talk, answer);
    return is_final(talk) ? judge_error(talk, error) : KDC_OK;
}


/* Take turns until there is a ticket or an error. */
static enum kdc_outcome
take_turns(struct conversation *talk, krb5_data *answer, struct error *error)
{
    bool too_big = false;

    for (int round = 0; round < ROUNDS_MOST; round++) {
        struct turn turn = {.flags = 0};
        krb5_error_code code = take_step(talk, answer, &turn);
        enum kdc_outcome outcome = KDC_OK;
        /* Both kinds of conversation have the same flag. */
        bool over = !(turn.flags & KRB5_INIT_CREDS_STEP_FLAG_CONTINUE);

        free(answer->data);
        *answer = (krb5_data){.data = NULL};
        /* The same request is there again, to be sent over TCP, once. */
        too_big = code == KRB5KRB_ERR_RESPONSE_TOO_BIG && !too_big;
        turn.too_big = too_big;
        if (too_big)
            over = false;
        else if (code != 0)
            outcome = judge_code(talk, code, error);
        if (outcome == KDC_OK && !over)
            outcome = exchange(talk, &turn, answer, error);
        free_turn(talk, &turn);
        if (over || outcome != KDC_OK)
            return outcome;
    }
    error_set(error, "it answered %d times without coming to an end",
              ROUNDS_MOST);
    return KDC_FAILED;
}


enum kdc_outcome
conversation_hold(struct conversation *talk, struct error *error)
{
    krb5_data answer = {.data = NULL};
    enum kdc_outcome outcome = take_turns(talk, &answer, error);

    free(answer.data);
    if (outcome != KDC_OK && talk->asked && talk->asked != talk->routes)
        error_prefix(error, "sent on to KDC %s of realm %s",
                     talk->asked->host, talk->asked->realm);
    return outcome;
}


void
conversation_clear(struct conversation *talk)
{
    free(talk->realm);
    talk->realm = NULL;
}
