/*
 * LDAP messages as bytes (RFC 4511): one search of the rootDSE and its
 * answer.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <lber.h>
#include <stdlib.h>
#include <string.h>

#include "checks/probes/der.h"
#include "checks/probes/ldapmsg.h"
#include "checks/probes/wire.h"

/* Tags of RFC 4511 appendix B that occur here. */
enum {
    TAG_SEARCH = 0x63,
    TAG_SEARCH_ENTRY = 0x64,
    TAG_SEARCH_DONE = 0x65,
    TAG_SEARCH_REFERENCE = 0x73,
    TAG_FILTER_AND = 0xa0,
    TAG_FILTER_EQUALITY = 0xa3,
    TAG_FILTER_PRESENT = 0x87,
};

/* The version that a netlogon ping asks for, MS-ADTS 6.3.1.1: V5, V5EX and
   the next closest site; little-endian. */
static const uint8_t netlogon_version[4] = {0x16, 0, 0, 0};


/*
 * Take a whole LDAPMessage and open it.
 *
 * operation_out  Its operation, tag and all.
 */
static bool
take_message(struct der *from, uint32_t *id_out, struct der *operation_out)
{
    return der_take(from, DER_SEQUENCE, operation_out)
           && der_take_number(operation_out, DER_INTEGER, id_out);
}


enum net_frame
ldapmsg_frame(const uint8_t *bytes, size_t length, uint32_t wanted)
{
    struct der rest = {bytes, length}, operation;

    while (rest.length > 0) {
        enum net_frame whole;
        uint32_t id;
        size_t size;

        if (der_tag(&rest) != DER_SEQUENCE)
            return NET_GARBLED;
        whole = der_frame(&rest, &size);
        if (whole != NET_COMPLETE)
            return whole;
        if (!take_message(&rest, &id, &operation) || id != wanted)
            return NET_GARBLED;
        if (der_tag(&operation) == TAG_SEARCH_DONE)
            return rest.length == 0 ? NET_COMPLETE : NET_GARBLED;
        if (der_tag(&operation) != TAG_SEARCH_ENTRY
            && der_tag(&operation) != TAG_SEARCH_REFERENCE)
            return NET_GARBLED;
    }
    return NET_MORE;
}


uint32_t
ldapmsg_id(const struct packet_job *job)
{
    return (wire_be32(job->nonce) & 0x7fffffff) | 1;
}


/* Write the filter of a search; negative on failure. */
static int
write_filter(BerElement *ber, const char *domain)
{
    if (!domain)
        return ber_printf(ber, "ts", (ber_tag_t)TAG_FILTER_PRESENT,
                          "objectClass");
    return ber_printf(ber, "t{t{ss}t{so}}", (ber_tag_t)TAG_FILTER_AND,
                      (ber_tag_t)TAG_FILTER_EQUALITY, "DnsDomain", domain,
                      (ber_tag_t)TAG_FILTER_EQUALITY, "NtVer",
                      (const char *)netlogon_version,
                      (ber_len_t)sizeof(netlogon_version));
}


/* Write the whole message; negative on failure. */
static int
write_message(BerElement *ber, uint32_t id, const char *const *attributes,
              const char *domain)
{
    int written;

    /* Base "", scope base, never dereference, no limits, types and values. */
    written = ber_printf(ber, "{it{seeiib", (ber_int_t)id,
                         (ber_tag_t)TAG_SEARCH, "", 0, 0, 0, 0, 0);
    if (written >= 0)
        written = write_filter(ber, domain);
    if (written >= 0)
        written = ber_printf(ber, "{");
    for (; written >= 0 && *attributes; attributes++)
        written = ber_printf(ber, "s", *attributes);
    if (written >= 0)
        written = ber_printf(ber, "}}}");
    return written;
}


bool
ldapmsg_write_search(struct packet_job *job, const char *const *attributes,
                     const char *domain, struct error *error)
{
    BerElement *ber = ber_alloc_t(LBER_USE_DER);
    struct berval whole = {0};
    bool fine;

    fine = ber && write_message(ber, ldapmsg_id(job), attributes, domain) >= 0
           && ber_flatten2(ber, &whole, 0) >= 0;
    if (fine)
        fine = packet_add(job, whole.bv_val, whole.bv_len, error);
    else
        error_set(error, "encoding an LDAP search failed");
    ber_free(ber, 1);
    return fine;
}


/* Take the name and the values of one attribute. */
static bool
read_attribute(struct der *from, ldapmsg_take *take, void *data)
{
    struct der attribute, name, values, value;
    char text[64] = "";

    if (!der_take(from, DER_SEQUENCE, &attribute)
        || !der_take(&attribute, DER_OCTETS, &name)
        || !der_take(&attribute, DER_SET, &values))
        return false;
    /* A longer name is none of those asked for. */
    if (name.length < sizeof(text))
        memcpy(text, name.bytes, name.length);
    while (values.length > 0) {
        if (!der_take(&values, DER_OCTETS, &value))
            return false;
        take(data, text, value.bytes, value.length);
    }
    return true;
}


/* Take the values of an entry. */
static bool
read_entry(struct der *operation, ldapmsg_take *take, void *data)
{
    struct der entry, name, attributes;

    if (!der_take(operation, TAG_SEARCH_ENTRY, &entry)
        || !der_take(&entry, DER_OCTETS, &name)
        || !der_take(&entry, DER_SEQUENCE, &attributes))
        return false;
    while (attributes.length > 0)
        if (!read_attribute(&attributes, take, data))
            return false;
    return true;
}


bool
ldapmsg_read(const uint8_t *bytes, size_t length, uint32_t wanted,
             ldapmsg_take *take, void *data, uint32_t *result_out,
             struct error *error)
{
    struct der rest = {bytes, length}, operation, done;
    uint32_t id;

    while (take_message(&rest, &id, &operation) && id == wanted) {
        switch (der_tag(&operation)) {
        case TAG_SEARCH_DONE:
            if (!der_take(&operation, TAG_SEARCH_DONE, &done)
                || !der_take_number(&done, DER_ENUMERATED, result_out))
                return error_set(error, "an LDAP result without its code");
            return true;
        case TAG_SEARCH_ENTRY:
            if (!read_entry(&operation, take, data))
                return error_set(error, "an LDAP entry that is malformed");
            break;
        case TAG_SEARCH_REFERENCE:
            break;
        default:
            return error_set(error, "an LDAP message that answers no search");
        }
    }
    return error_set(error, "no LDAP message that answers the search");
}
