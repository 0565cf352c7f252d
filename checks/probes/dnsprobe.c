/*
 * The DNS questions of the packet worker: over UDP, and over TCP where the
 * answer does not fit.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>

#include "checks/probes/dns.h"
#include "checks/probes/emit.h"
#include "checks/probes/packet.h"
#include "checks/probes/wire.h"

/* The length before a message over TCP, RFC 1035 section 4.2.2. */
enum { PREFIX = 2 };


/* What a job asks. */
static struct dns_question
question_of(const struct packet_job *job)
{
    return (struct dns_question){job->task->name, job->task->kind,
                                 wire_be16(job->nonce)};
}


/* A message without its TCP prefix. */
static const uint8_t *
message_of(const struct packet_job *job, const uint8_t *bytes, size_t *length)
{
    size_t prefix = job->transport == TRANSPORT_TCP ? PREFIX : 0;

    *length -= prefix;
    return bytes + prefix;
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    struct dns_question question = question_of(job);
    uint8_t query[DNS_QUERY_MAX], prefix[PREFIX];
    size_t length = dns_write_query(&question, query);

    if (length == 0)
        return error_set(error, "\"%s\" %s cannot be asked of a name server",
                         question.name, question.kind);
    wire_put_be16(prefix, (uint16_t)length);
    return (job->transport == TRANSPORT_UDP
            || packet_add(job, prefix, sizeof(prefix), error))
           && packet_add(job, query, length, error);
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    const struct packet_job *job = data;
    struct dns_question question = question_of(job);
    const uint8_t *message;

    if (job->transport == TRANSPORT_TCP) {
        if (length < PREFIX || length < PREFIX + (size_t)wire_be16(bytes))
            return NET_MORE;
        if (length > PREFIX + (size_t)wire_be16(bytes))
            return NET_GARBLED;
    }
    message = message_of(job, bytes, &length);
    return dns_is_response(&question, message, length) ? NET_COMPLETE
                                                       : NET_GARBLED;
}


/* How it ended, where there is no answer to read. */
static enum dns_outcome
outcome_of(const struct net_result *result, int transport)
{
    switch (result->outcome) {
    case PORT_GARBLED:
        return DNS_GARBLED;
    case PORT_CLOSED:
        return DNS_CLOSED;
    case PORT_SILENT:
        return DNS_SILENT;
    case PORT_UNTRIED:
        return DNS_UNTRIED;
    default:
        return result->timed_out && transport == TRANSPORT_UDP
                   ? DNS_SILENT : DNS_UNREACHED;
    }
}


/* Read the answer into the fact. */
static void
read_answer(const struct packet_job *job, const struct net_result *result,
            struct dns_fact *fact)
{
    struct dns_question question = question_of(job);
    size_t length = result->length;
    const uint8_t *message = message_of(job, result->bytes, &length);
    struct error error;

    if (!dns_read(&question, message, length, fact, &error)) {
        strings_clear(&fact->records);
        fact->outcome = DNS_GARBLED;
        record_set(&fact->detail, error.text);
    }
}


/* Whether an answer came by UDP that was too long for it. */
static bool
is_cut_short(const struct packet_job *job, const struct net_result *result)
{
    return result->outcome == PORT_OPEN && job->transport == TRANSPORT_UDP
           && dns_is_truncated(result->bytes, result->length);
}


static bool
conclude(struct packet_job *job, const struct net_result *result)
{
    const struct record_type *type = fact_types[FACT_DNS];
    struct dns_fact *fact;

    if (is_cut_short(job, result)) {
        job->transport = TRANSPORT_TCP;
        return false;
    }
    fact = record_new(type);
    fact->base.time_us = packet_time(result);
    record_set(&fact->host, job->task->host);
    record_set(&fact->address, job->task->address);
    record_set(&fact->name, job->task->name);
    record_set(&fact->kind, job->task->kind);
    fact->transport = job->task->transport;
    fact->latency_us = result->latency_us;
    if (result->outcome == PORT_OPEN) {
        read_answer(job, result, fact);
    } else {
        fact->outcome = (int)outcome_of(result, job->transport);
        record_set(&fact->detail, result->detail);
    }
    emit_fact(FACT_DNS, fact);
    record_free(type, fact);
    return true;
}


const struct packet_protocol dns_protocol = {
    .request = write_request,
    .frame = frame,
    .conclude = conclude,
};
