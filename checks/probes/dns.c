/*
 * One question to one name server, and its answer (RFC 1035, RFC 2782).
 *
 * The packets are taken apart by glibc's ns_ functions.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/dns.h"
#include "checks/probes/wire.h"

enum { AT_ID = 0, AT_FLAGS = 2, AT_QUESTIONS = 4 };

enum { FLAG_RECURSION_DESIRED = 0x100, FLAG_TRUNCATED = 0x200 };

enum { NAME_MOST = 253, LABEL_MOST = 63 };

/* How many aliases are followed, and how many records kept. */
enum { ALIASES_MOST = 16, RECORDS_MOST = 512 };

/* What precedes the name in the data of an MX and of an SRV record. */
enum { MX_HEAD = 2, SRV_HEAD = 6 };

static const struct {
    const char *kind;
    ns_type type;
} types[] = {
    {"A", ns_t_a}, {"AAAA", ns_t_aaaa}, {"MX", ns_t_mx}, {"NS", ns_t_ns},
    {"SRV", ns_t_srv},
};


/* The number of a kind, or ns_t_invalid. */
static ns_type
type_of(const char *kind)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].kind, kind) == 0)
            return types[i].type;
    return ns_t_invalid;
}


bool
dns_is_host(const char *name)
{
    size_t length = strlen(name), label = 0;

    if (length == 0 || length > NAME_MOST)
        return false;
    for (const char *each = name; *each; each++) {
        bool alphanumeric = (*each >= 'a' && *each <= 'z')
                            || (*each >= 'A' && *each <= 'Z')
                            || (*each >= '0' && *each <= '9');

        if (*each == '.' ? label == 0
            : !alphanumeric && *each != '-' && *each != '_')
            return false;
        label = *each == '.' ? 0 : label + 1;
        if (label > LABEL_MOST)
            return false;
    }
    return label > 0;
}


size_t
dns_write_query(const struct dns_question *question,
                uint8_t query_out[DNS_QUERY_MAX])
{
    ns_type type = type_of(question->kind);
    int length;

    if (type == ns_t_invalid || !dns_is_host(question->name))
        return 0;
    memset(query_out, 0, NS_HFIXEDSZ);
    wire_put_be16(query_out + AT_ID, question->id);
    wire_put_be16(query_out + AT_FLAGS, FLAG_RECURSION_DESIRED);
    wire_put_be16(query_out + AT_QUESTIONS, 1);
    length = dn_comp(question->name, query_out + NS_HFIXEDSZ,
                     DNS_QUERY_MAX - NS_HFIXEDSZ - 4, NULL, NULL);
    if (length < 0)
        return 0;
    wire_put_be16(query_out + NS_HFIXEDSZ + length, (uint16_t)type);
    wire_put_be16(query_out + NS_HFIXEDSZ + length + 2, ns_c_in);
    return NS_HFIXEDSZ + (size_t)length + 4;
}


/* Parse a response if it answers the question. */
static bool
parse(const struct dns_question *question, const uint8_t *bytes,
      size_t length, ns_msg *message_out)
{
    ns_rr asked;

    return length <= NS_MAXMSG
           && ns_initparse(bytes, (int)length, message_out) == 0
           && ns_msg_id(*message_out) == question->id
           && ns_msg_getflag(*message_out, ns_f_qr) == 1
           && ns_msg_getflag(*message_out, ns_f_opcode) == ns_o_query
           && ns_msg_count(*message_out, ns_s_qd) == 1
           && ns_parserr(message_out, ns_s_qd, 0, &asked) == 0
           && ns_rr_type(asked) == type_of(question->kind)
           && ns_rr_class(asked) == ns_c_in
           && text_casecmp(ns_rr_name(asked), question->name) == 0;
}


/* Whether a header and one question are there and repeat ours, whatever
   follows: a truncated response may end anywhere. */
bool
dns_is_response(const struct dns_question *question, const uint8_t *bytes,
                size_t length)
{
    uint8_t query[DNS_QUERY_MAX];
    size_t size = dns_write_query(question, query);
    ns_msg message;

    if (length < NS_HFIXEDSZ)
        return false;
    if (parse(question, bytes, length, &message))
        return true;
    return dns_is_truncated(bytes, length) && size > 0 && length >= size
           && wire_be16(bytes + AT_ID) == question->id
           && (bytes[AT_FLAGS] & 0x80)
           && memcmp(bytes + NS_HFIXEDSZ, query + NS_HFIXEDSZ,
                     size - NS_HFIXEDSZ) == 0;
}


bool
dns_is_truncated(const uint8_t *bytes, size_t length)
{
    return length >= NS_HFIXEDSZ
           && (wire_be16(bytes + AT_FLAGS) & FLAG_TRUNCATED);
}


/*
 * Expand the name that stands in a record's data.
 *
 * skip  Bytes of the data before it.
 *
 * Returns false if the data is too short or the name malformed.
 */
static bool
expand_name(const ns_msg *message, const ns_rr *record, size_t skip,
            char name_out[NS_MAXDNAME])
{
    return ns_rr_rdlen(*record) > skip
           && dn_expand(ns_msg_base(*message), ns_msg_end(*message),
                        ns_rr_rdata(*record) + skip, name_out,
                        NS_MAXDNAME) >= 0;
}


/*
 * Write a record as a fact has it.
 *
 * target_out  The host it names, "" for the root ("no such service"); NULL
 *             for an address.
 *
 * Returns a string for the caller to free(), or NULL if it is malformed.
 */
static char *
spell(const ns_msg *message, const ns_rr *record, char name[NS_MAXDNAME],
      const char **target_out)
{
    const uint8_t *data = ns_rr_rdata(*record);
    size_t length = ns_rr_rdlen(*record);
    char address[INET6_ADDRSTRLEN];
    ns_type type = ns_rr_type(*record);
    size_t skip = type == ns_t_srv ? SRV_HEAD : type == ns_t_mx ? MX_HEAD : 0;

    *target_out = NULL;
    if (type == ns_t_a || type == ns_t_aaaa) {
        int family = type == ns_t_a ? AF_INET : AF_INET6;

        if (length != (type == ns_t_a ? NS_INADDRSZ : NS_IN6ADDRSZ))
            return NULL;
        inet_ntop(family, data, address, sizeof(address));
        return xstrdup(address);
    }
    if (!expand_name(message, record, skip, name))
        return NULL;
    text_lower(name);
    *target_out = name;
    if (type == ns_t_mx)
        return xasprintf("%u %s", wire_be16(data), name);
    if (type == ns_t_srv)
        return xasprintf("%u %u %u %s", wire_be16(data),
                         wire_be16(data + 2), wire_be16(data + 4), name);
    return xstrdup(name);
}


/*
 * Follow the aliases of a name within a response.
 *
 * name  The name asked for; becomes its last alias.
 */
static bool
follow_aliases(ns_msg *message, char name[NS_MAXDNAME], struct error *error)
{
    int count = ns_msg_count(*message, ns_s_an), aliases = 0;
    ns_rr record;

    for (int i = 0; i < count; i++) {
        if (ns_parserr(message, ns_s_an, i, &record) < 0)
            return error_set(error, "a DNS answer whose record %d is"
                             " malformed", i + 1);
        if (ns_rr_type(record) != ns_t_cname
            || text_casecmp(ns_rr_name(record), name) != 0)
            continue;
        if (++aliases > ALIASES_MOST)
            return error_set(error, "a DNS answer whose aliases do not end");
        if (!expand_name(message, &record, 0, name))
            return error_set(error, "a DNS answer with a malformed alias");
        i = -1;
    }
    return true;
}


/* Keep a record, unless it names no possible host; then tell so. */
static void
keep_record(struct dns_fact *fact, const char *record, const char *target)
{
    char *shown, *detail;

    if (!target || dns_is_host(target)) {
        strings_add_unique(&fact->records, record);
        return;
    }
    /* RFC 2782 and RFC 7505: the root says that there is no such service. */
    shown = text_clean(target, strlen(target), 80);
    detail = xasprintf("left out \"%s\", which is no host's name", shown);
    record_set(&fact->detail, target[0] ? detail : "decidedly not available");
    free(detail);
    free(shown);
}


/* Collect the records of the type asked for. */
static bool
collect(const struct dns_question *question, ns_msg *message,
        struct dns_fact *fact, struct error *error)
{
    char owner[NS_MAXDNAME], name[NS_MAXDNAME];
    int count = ns_msg_count(*message, ns_s_an);
    const char *target;
    ns_rr record;

    snprintf(owner, sizeof(owner), "%s", question->name);
    if (!follow_aliases(message, owner, error))
        return false;
    for (int i = 0; i < count && fact->records.count < RECORDS_MOST; i++) {
        char *text;

        if (ns_parserr(message, ns_s_an, i, &record) < 0)
            return error_set(error, "a DNS answer whose record %d is"
                             " malformed", i + 1);
        if (ns_rr_type(record) != type_of(question->kind)
            || ns_rr_class(record) != ns_c_in
            || text_casecmp(ns_rr_name(record), owner) != 0)
            continue;
        text = spell(message, &record, name, &target);
        if (!text)
            return error_set(error, "a DNS answer whose %s record is"
                             " malformed", question->kind);
        keep_record(fact, text, target);
        free(text);
    }
    strings_sort(&fact->records);
    return true;
}


/* The name of a response code of RFC 1035 section 4.1.1. */
static const char *
rcode_text(int rcode)
{
    static const char *const texts[]
        = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

    if (rcode < 0 || rcode >= (int)(sizeof(texts) / sizeof(texts[0])))
        return "an unusual response code";
    return texts[rcode];
}


bool
dns_read(const struct dns_question *question, const uint8_t *bytes,
         size_t length, struct dns_fact *fact, struct error *error)
{
    ns_msg message;
    int rcode;

    if (!parse(question, bytes, length, &message))
        return error_set(error, "a malformed DNS response");
    rcode = ns_msg_getflag(message, ns_f_rcode);
    if (rcode == ns_r_nxdomain) {
        fact->outcome = DNS_NXDOMAIN;
        return true;
    }
    if (rcode != ns_r_noerror) {
        fact->outcome = DNS_FAILED;
        record_set(&fact->detail, rcode_text(rcode));
        return true;
    }
    if (!collect(question, &message, fact, error))
        return false;
    fact->outcome = fact->records.count > 0 ? DNS_OK : DNS_NODATA;
    return true;
}
