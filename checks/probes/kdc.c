/*
 * A KDC's clock from the KRB-ERROR it sends for a request it must refuse.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/der.h"
#include "checks/probes/kdc.h"
#include "checks/probes/kerberos.h"
#include "checks/probes/packet.h"
#include "checks/probes/wire.h"

/* Application tags of RFC 4120 section 5.10. */
enum { TAG_AS_REP = 0x6b, TAG_KRB_ERROR = 0x7e };

/* The length before a message over TCP, RFC 4120 section 7.2.2. */
enum { PREFIX = 4, MESSAGE_MOST = 64 * 1024 };

/* sAMAccountName holds so much of a computer's name before its "$". */
enum { COMPUTER_NAME_MOST = 15 };

/* How far a KDC's stime may lie behind its clock: MIT krb5 1.16 to 1.21
   repeat the first of a second; Windows' clock may advance by its tick only;
   a stamp without microseconds is one in whole seconds. */
#define STEP_MIT_US 1000000
#define STEP_WHOLE_SECOND_US 1000000
#define STEP_WINDOWS_US 16000
#define STEP_OTHER_US 1


char *
kdc_principal(const struct context_task *context,
              const struct packet_task *task)
{
    const char *at = strrchr(context->principal, '@');
    size_t length = strcspn(task->host, ".");
    char *name, *principal;

    if (context->principal[0])
        return xasprintf("%s%s%s", context->principal, at ? "" : "@",
                         at ? "" : context->realm);
    if (length > COMPUTER_NAME_MOST)
        length = COMPUTER_NAME_MOST;
    name = xstrndup(task->host, length);
    text_upper(name);
    principal = xasprintf("%s$@%s", name, context->realm);
    free(name);
    return principal;
}


/*
 * How far stime may lie behind the clock of who sent this error.  MIT's KDC
 * alone explains itself in capitals, "NEEDED_PREAUTH" or "CLIENT LOCKED OUT";
 * Heimdal and Samba write sentences, Windows nothing.
 */
static int64_t
step_of(const krb5_error *message)
{
    const krb5_data *text = &message->text;

    if (message->susec == 0)
        return STEP_WHOLE_SECOND_US;
    if (text->length == 0)
        return STEP_WINDOWS_US;
    for (unsigned int i = 0; i < text->length; i++)
        if (text->data[i] >= 'a' && text->data[i] <= 'z')
            return STEP_OTHER_US;
    return STEP_MIT_US;
}


bool
kdc_read(const uint8_t *bytes, size_t length, struct reading *reading_out,
         unsigned int *code_out, struct error *error)
{
    krb5_data data = {.length = (unsigned int)length,
                      .data = (char *)(uintptr_t)bytes};
    krb5_error *message = NULL;
    struct kerberos kerberos;
    krb5_error_code code;
    bool fine = false;

    *reading_out = (struct reading){.known = false};
    *code_out = 0;
    if (length > 0 && bytes[0] == TAG_AS_REP)
        return true;
    if (!kerberos_open(&kerberos, "UNUSED", error))
        goto done;
    code = krb5_rd_error(kerberos.context, &data, &message);
    if (code != 0) {
        kerberos_fail(&kerberos, code, error, "reading a KRB-ERROR");
    } else if (message->susec < 0 || message->susec > 999999) {
        error_set(error, "a KRB-ERROR whose microseconds are %d",
                  (int)message->susec);
    } else {
        *reading_out = reading_of((uint32_t)message->stime * INT64_C(1000000)
                                  + message->susec, step_of(message));
        *code_out = message->error;
        fine = true;
    }
    krb5_free_error(kerberos.context, message);

done:
    kerberos_close(&kerberos);
    return fine;
}


/* Have libkrb5 write the first AS-REQ for a principal. */
static krb5_error_code
make_request(krb5_context context, const char *principal, krb5_data *out)
{
    krb5_init_creds_context exchange = NULL;
    krb5_principal client = NULL;
    krb5_data nothing = {0}, realm = {0};
    unsigned int flags = 0;
    krb5_error_code code;

    code = krb5_parse_name(context, principal, &client);
    if (code == 0)
        code = krb5_init_creds_init(context, client, NULL, NULL, 0, NULL,
                                    &exchange);
    if (code == 0)
        code = krb5_init_creds_step(context, exchange, &nothing, out, &realm,
                                    &flags);
    krb5_free_data_contents(context, &realm);
    if (exchange)
        krb5_init_creds_free(context, exchange);
    krb5_free_principal(context, client);
    return code;
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    char *principal = kdc_principal(job->context, job->task);
    struct kerberos kerberos;
    krb5_data out = {0};
    uint8_t prefix[PREFIX];
    krb5_error_code code;
    bool fine = false;

    if (!kerberos_open(&kerberos, job->context->realm, error))
        goto done;
    code = make_request(kerberos.context, principal, &out);
    if (code != 0) {
        kerberos_fail(&kerberos, code, error, "making an AS-REQ");
        goto done;
    }
    wire_put_be32(prefix, out.length);
    fine = (job->transport == TRANSPORT_UDP
            || packet_add(job, prefix, sizeof(prefix), error))
           && packet_add(job, out.data, out.length, error);

done:
    if (!fine)
        error_prefix(error, "asking as %s", principal);
    krb5_free_data_contents(kerberos.context, &out);
    kerberos_close(&kerberos);
    free(principal);
    return fine;
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    const struct packet_job *job = data;
    struct der message = {bytes, length};
    size_t size;

    if (job->transport == TRANSPORT_TCP) {
        if (length < PREFIX)
            return length > 0 && bytes[0] != 0 ? NET_GARBLED : NET_MORE;
        size = wire_be32(bytes);
        if (size > MESSAGE_MOST)
            return NET_GARBLED;
        if (length < PREFIX + size)
            return NET_MORE;
        message = (struct der){bytes + PREFIX, length - PREFIX};
    }
    if ((der_tag(&message) != TAG_KRB_ERROR && der_tag(&message) != TAG_AS_REP)
        || der_frame(&message, &size) != NET_COMPLETE
        || size != message.length)
        return NET_GARBLED;
    return NET_COMPLETE;
}


/* Tell what a KDC answered, and to whom. */
static void
remark_code(struct packet_job *job, unsigned int code)
{
    char *principal = kdc_principal(job->context, job->task);

    if (code == 0)
        packet_remark(job, "gave %s a ticket without pre-authentication, and"
                      " with it no clock", principal);
    else
        packet_remark(job, "KRB-ERROR %u for %s: %s", code, principal,
                      error_message(ERROR_TABLE_BASE_krb5 + (long)code));
    free(principal);
}


static bool
answer(struct packet_job *job, const struct net_result *result,
       struct error *error)
{
    size_t prefix = job->transport == TRANSPORT_TCP ? PREFIX : 0;
    struct reading reading;
    unsigned int code;

    if (!kdc_read(result->bytes + prefix, result->length - prefix, &reading,
                  &code, error))
        return false;
    remark_code(job, code);
    packet_emit_clock(job, result, CLOCK_SOURCE_KDC, &reading);
    return true;
}


const struct packet_protocol kdc_protocol = {
    .request = write_request,
    .frame = frame,
    .answer = answer,
};
