/*
 * Who a domain controller says it is: the netlogon ping (MS-ADTS 6.3.3).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/probes/cldap.h"
#include "checks/probes/emit.h"
#include "checks/probes/ldapmsg.h"
#include "checks/probes/packet.h"
#include "checks/probes/wire.h"

/* Operation codes: a response, one of a paused service, and one that does not
   know the (absent) user. */
enum { OPCODE_RESPONSE = 23, OPCODE_PAUSED = 24, OPCODE_USER_UNKNOWN = 25 };

enum { AT_OPCODE = 0, AT_FLAGS = 4, AT_NAMES = 24 };

/* The names in their order. */
enum {
    NAME_FOREST, NAME_DOMAIN, NAME_HOST, NAME_NETBIOS_DOMAIN,
    NAME_NETBIOS_HOST, NAME_USER, NAME_DC_SITE, NAME_CLIENT_SITE,
    NAMES
};

enum { NAME_SIZE = 256, LABEL_MOST = 63, POINTER_BITS = 0xc0 };


/*
 * Take a name compressed as in RFC 1035 section 4.1.4.
 *
 * at        Where it begins; moved behind it.
 * name_out  Its labels with dots between, NUL-terminated.
 *
 * A pointer must lead further back than the labels it continues began, so
 * that no walk is endless.
 */
static bool
take_name(const uint8_t *bytes, size_t length, size_t *at,
          char name_out[NAME_SIZE])
{
    size_t here = *at, begin = *at, used = 0;
    bool jumped = false;

    while (here < length && bytes[here] != 0) {
        size_t label = bytes[here];

        if ((label & POINTER_BITS) == POINTER_BITS) {
            if (length - here < 2)
                return false;
            if (!jumped)
                *at = here + 2;
            jumped = true;
            here = wire_be16(bytes + here) & 0x3fff;
            if (here >= begin)
                return false;
            begin = here;
            continue;
        }
        if (label > LABEL_MOST || length - here - 1 < label
            || used + label + 2 > NAME_SIZE)
            return false;
        if (used > 0)
            name_out[used++] = '.';
        memcpy(name_out + used, bytes + here + 1, label);
        used += label;
        here += label + 1;
    }
    if (here >= length)
        return false;
    if (!jumped)
        *at = here + 1;
    name_out[used] = '\0';
    return true;
}


/* Set a member to a host's or domain's name, spelled canonically. */
static void
set_host(char **member, const char *name)
{
    char *host = text_host(name);

    record_set(member, host);
    free(host);
}


bool
cldap_read_netlogon(const uint8_t *bytes, size_t length,
                    struct netlogon_fact *fact, struct error *error)
{
    char names[NAMES][NAME_SIZE];
    size_t at = AT_NAMES;
    unsigned int opcode;

    if (length < AT_NAMES)
        return error_set(error, "a netlogon response of only %zu bytes",
                         length);
    opcode = wire_le16(bytes + AT_OPCODE);
    if (opcode < OPCODE_RESPONSE || opcode > OPCODE_USER_UNKNOWN)
        return error_set(error, "a netlogon response of unknown kind %u",
                         opcode);
    for (int i = 0; i < NAMES; i++)
        if (!take_name(bytes, length, &at, names[i]))
            return error_set(error, "a netlogon response whose name %d is"
                             " malformed", i + 1);
    fact->flags = wire_le32(bytes + AT_FLAGS);
    set_host(&fact->dns_host_name, names[NAME_HOST]);
    set_host(&fact->domain, names[NAME_DOMAIN]);
    set_host(&fact->forest, names[NAME_FOREST]);
    record_set(&fact->site, names[NAME_DC_SITE]);
    record_set(&fact->client_site, names[NAME_CLIENT_SITE]);
    return true;
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    static const char *const attributes[] = {"Netlogon", NULL};

    return ldapmsg_write_search(job, attributes, job->context->domain,
                                error);
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    return ldapmsg_frame(bytes, length, ldapmsg_id(data));
}


/* The value of the one attribute asked for. */
struct blob {
    const uint8_t *bytes;
    size_t length;
};


static void
take_value(void *data, const char *attribute, const uint8_t *value,
           size_t length)
{
    struct blob *blob = data;

    if (text_casecmp(attribute, "Netlogon") == 0)
        *blob = (struct blob){value, length};
}


static bool
answer(struct packet_job *job, const struct net_result *result,
       struct error *error)
{
    const struct record_type *type = fact_types[FACT_NETLOGON];
    struct netlogon_fact *fact;
    struct blob blob = {NULL, 0};
    uint32_t code;
    bool fine;

    if (!ldapmsg_read(result->bytes, result->length, ldapmsg_id(job),
                      take_value, &blob, &code, error))
        return false;
    if (!blob.bytes) {
        packet_remark(job, "answers, but does not serve the domain %s",
                      job->context->domain);
        return true;
    }
    fact = record_new(type);
    fact->base.time_us = packet_time(result);
    record_set(&fact->host, job->task->host);
    fine = cldap_read_netlogon(blob.bytes, blob.length, fact, error);
    if (fine)
        emit_fact(FACT_NETLOGON, fact);
    record_free(type, fact);
    return fine;
}


const struct packet_protocol cldap_protocol = {
    .request = write_request,
    .frame = frame,
    .answer = answer,
};
