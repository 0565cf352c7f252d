/*
 * Does the password-changing service answer (RFC 3244)?
 *
 * Sent is a well-formed request with a made-up ticket, which the server
 * cannot but refuse: it logs a failed request and changes nothing.  Anything
 * less than well-formed is met with silence.  Its time is not read, because
 * MIT's has no microseconds.  Over TCP the port is only connected to.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <lber.h>
#include <string.h>
#include <sys/random.h>

#include "checks/probes/der.h"
#include "checks/probes/packet.h"
#include "checks/probes/wire.h"

/* The header: lengths of the whole and of the AP-REQ or AP-REP, and the
   version between them (RFC 3244 section 2). */
enum {
    HEADER = 6,
    AT_LENGTH = 0,
    AT_VERSION = 2,
    AT_AP_LENGTH = 4,
    VERSION_SET_PASSWORD = 0xff80,
    VERSION_REPLY = 1,
};

/* Tags of RFC 4120 section 5.10 and 5.2. */
enum {
    TAG_TICKET = 0x61,
    TAG_AP_REQ = 0x6e,
    TAG_AP_REP = 0x6f,
    TAG_KRB_ERROR = 0x7e,
    TAG_GENERAL_STRING = 0x1b,
    TAG_CONTEXT = 0xa0,
};

enum { KERBEROS_VERSION = 5, MESSAGE_AP_REQ = 14, NAME_SERVICE = 2 };

/* How much random nonsense stands for each encrypted part, and after the
   AP-REQ for the KRB-PRIV. */
enum { CIPHER = 64, PRIVATE = 16 };


/* The constructed context tag [number]. */
static ber_tag_t
context_tag(int number)
{
    return (ber_tag_t)(TAG_CONTEXT + number);
}


/* Write "[number] EncryptedData" (RFC 4120 section 5.2.9). */
static int
write_encrypted(BerElement *ber, int number, const char *cipher)
{
    return ber_printf(ber, "t{{t{i}t{o}}}", context_tag(number),
                      context_tag(0), (ber_int_t)ETYPE_AES256,
                      context_tag(2), cipher, (ber_len_t)CIPHER);
}


/* Write "[3] Ticket" for kadmin/changepw@REALM (section 5.3). */
static int
write_ticket(BerElement *ber, const char *realm, const char *cipher)
{
    const ber_tag_t text = TAG_GENERAL_STRING;
    int written;

    written = ber_printf(ber, "t{t{{t{i}t{ts}t{{t{i}t{{tsts}}}}",
                         context_tag(3), (ber_tag_t)TAG_TICKET,
                         context_tag(0), (ber_int_t)KERBEROS_VERSION,
                         context_tag(1), text, realm, context_tag(2),
                         context_tag(0), (ber_int_t)NAME_SERVICE,
                         context_tag(1), text, "kadmin", text, "changepw");
    if (written >= 0)
        written = write_encrypted(ber, 3, cipher);
    return written < 0 ? written : ber_printf(ber, "}}}");
}


/* Write the AP-REQ (section 5.5.1). */
static int
write_ap_req(BerElement *ber, const char *realm, const char *cipher)
{
    char no_options[4] = {0};
    int written;

    written = ber_printf(ber, "t{{t{i}t{i}t{B}", (ber_tag_t)TAG_AP_REQ,
                         context_tag(0), (ber_int_t)KERBEROS_VERSION,
                         context_tag(1), (ber_int_t)MESSAGE_AP_REQ,
                         context_tag(2), no_options, (ber_len_t)32);
    if (written >= 0)
        written = write_ticket(ber, realm, cipher);
    if (written >= 0)
        written = write_encrypted(ber, 4, cipher);
    return written < 0 ? written : ber_printf(ber, "}}");
}


/* Put the header, the AP-REQ and what follows it into the job. */
static bool
add_message(struct packet_job *job, const struct berval *ap_req,
            const char *nonsense, struct error *error)
{
    uint8_t header[HEADER];

    wire_put_be16(header + AT_LENGTH,
                  (uint16_t)(HEADER + ap_req->bv_len + PRIVATE));
    wire_put_be16(header + AT_VERSION, VERSION_SET_PASSWORD);
    wire_put_be16(header + AT_AP_LENGTH, (uint16_t)ap_req->bv_len);
    return packet_add(job, header, sizeof(header), error)
           && packet_add(job, ap_req->bv_val, ap_req->bv_len, error)
           && packet_add(job, nonsense, PRIVATE, error);
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    BerElement *ber = ber_alloc_t(LBER_USE_DER);
    struct berval ap_req = {0};
    char nonsense[CIPHER];
    bool fine = false;

    if (getrandom(nonsense, sizeof(nonsense), 0) < 0)
        error_set_errno(error, "no random numbers");
    else if (!ber || write_ap_req(ber, job->context->realm, nonsense) < 0
             || ber_flatten2(ber, &ap_req, 0) < 0)
        error_set(error, "encoding an AP-REQ failed");
    else
        fine = add_message(job, &ap_req, nonsense, error);
    ber_free(ber, 1);
    return fine;
}


/* A reply is an AP-REP, or a KRB-ERROR, in the frame of RFC 3244; a KRB-ERROR
   alone is as good a sign of life. */
static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    struct der message = {bytes, length};
    uint8_t wanted = TAG_KRB_ERROR;
    size_t size;

    (void)data;
    if (length >= HEADER && wire_be16(bytes + AT_LENGTH) == length
        && wire_be16(bytes + AT_VERSION) == VERSION_REPLY) {
        if (wire_be16(bytes + AT_AP_LENGTH) != 0)
            wanted = TAG_AP_REP;
        message = (struct der){bytes + HEADER, length - HEADER};
    }
    return der_tag(&message) == wanted
           && der_frame(&message, &size) == NET_COMPLETE
           ? NET_COMPLETE : NET_GARBLED;
}


const struct packet_protocol kpasswd_protocol = {
    .request = write_request,
    .frame = frame,
};
