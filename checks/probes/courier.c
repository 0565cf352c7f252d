/*
 * Carrying Kerberos messages to one KDC and its answers back.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/probes/courier.h"
#include "checks/probes/exchange.h"
#include "checks/probes/net.h"

enum {
    DATAGRAM_MOST = 1465,  /* libkrb5's own limit: beyond, fragments get lost */
    LENGTH_BYTES = 4,      /* before a message over TCP */
    LEAST_MS = 1,
};

/* First bytes of the answers: KRB-ERROR, AS-REP and TGS-REP. */
enum { TAG_ERROR = 0x7e, TAG_AS_REP = 0x6b, TAG_TGS_REP = 0x6d };

/* A message. */
struct parcel {
    const void *message;
    size_t length;
    bool once;  /* must not arrive twice */
};

/* What became of one. */
struct delivery {
    uint8_t *answer;  /* NULL: none came */
    size_t length;
    bool sent;            /* the message has gone out in full */
    struct error reason;  /* why none came */
};


/* Whether a message begins as a KDC's answers do. */
static bool
is_answer(const uint8_t *bytes, size_t length)
{
    return length > 0
           && (bytes[0] == TAG_ERROR || bytes[0] == TAG_AS_REP
               || bytes[0] == TAG_TGS_REP);
}


static enum net_frame
frame_datagram(const void *data, const uint8_t *bytes, size_t length)
{
    (void)data;
    return is_answer(bytes, length) ? NET_COMPLETE : NET_GARBLED;
}


static enum net_frame
frame_stream(const void *data, const uint8_t *bytes, size_t length)
{
    uint32_t announced;

    (void)data;
    if (length < LENGTH_BYTES)
        return NET_MORE;
    memcpy(&announced, bytes, LENGTH_BYTES);
    announced = ntohl(announced);
    if (announced == 0 || announced > NET_ANSWER_MAX - LENGTH_BYTES)
        return NET_GARBLED;
    if (length > LENGTH_BYTES
        && !is_answer(bytes + LENGTH_BYTES, length - LENGTH_BYTES))
        return NET_GARBLED;
    return length - LENGTH_BYTES < announced ? NET_MORE : NET_COMPLETE;
}


/* Keep a copy of what came, or why nothing did. */
static void
receive(struct delivery *delivery, enum transport way,
        const struct net_result *result)
{
    size_t skip = way == TRANSPORT_TCP ? LENGTH_BYTES : 0;

    delivery->sent = result->sent;
    if (result->outcome != PORT_OPEN) {
        error_set(&delivery->reason, "%s", result->detail);
        return;
    }
    delivery->length = result->length - skip;
    delivery->answer = xcalloc(delivery->length, 1);
    memcpy(delivery->answer, result->bytes + skip, delivery->length);
}


static void
receive_datagram(void *data, const struct net_result *result)
{
    receive(data, TRANSPORT_UDP, result);
}


static void
receive_stream(void *data, const struct net_result *result)
{
    receive(data, TRANSPORT_TCP, result);
}


/* Send a message one way and wait: so long for a connection, and so long in
   all. */
static struct delivery
deliver(const struct courier *courier, enum transport way,
        const struct parcel *parcel, int64_t connect_ms, int64_t answer_ms)
{
    bool stream = way == TRANSPORT_TCP;
    size_t skip = stream ? LENGTH_BYTES : 0;
    uint32_t announced = htonl((uint32_t)parcel->length);
    uint8_t *bytes = xcalloc(parcel->length + LENGTH_BYTES, 1);
    struct delivery delivery = {.answer = NULL};
    struct net *net = net_new();
    const struct net_request request = {
        .address = courier->address,
        .port = courier->port,
        .transport = way,
        .bytes = bytes,
        .length = skip + parcel->length,
        .once = parcel->once,
        .connect_ms = connect_ms,
        .answer_ms = answer_ms,
        .frame = stream ? frame_stream : frame_datagram,
        .done = stream ? receive_stream : receive_datagram,
        .data = &delivery,
    };

    memcpy(bytes, &announced, skip);
    memcpy(bytes + skip, parcel->message, parcel->length);
    net_start(net, &request);
    while (!net_idle(net))
        net_turn(net, -1);
    net_free(net);
    free(bytes);
    return delivery;
}


/* The time left of the time-out, in milliseconds. */
static int64_t
time_left(const struct courier *courier, int64_t start_us)
{
    int64_t used_us = instant_now().steady_us - start_us;
    int64_t left_ms = courier->timeout_ms - used_us / 1000;

    return left_ms > LEAST_MS ? left_ms : LEAST_MS;
}


/* Send a message over TCP alone. */
static struct delivery
carry_stream(struct courier *courier, const struct parcel *parcel,
             struct error *error)
{
    struct delivery delivery = {.answer = NULL};

    if (!courier->tcp_failure) {
        delivery = deliver(courier, TRANSPORT_TCP, parcel,
                           courier->timeout_ms, courier->timeout_ms);
        if (delivery.answer)
            courier->way = TRANSPORT_TCP;
        else
            courier->tcp_failure = xstrdup(delivery.reason.text);
    }
    if (courier->tcp_failure)
        error_set(error, "over TCP: %s", courier->tcp_failure);
    return delivery;
}


/* Send a message one way and, without an answer, the other; one that must go
   once only where it has not gone yet. */
static struct delivery
carry_either(struct courier *courier, const struct parcel *parcel,
             struct error *error)
{
    int64_t start_us = instant_now().steady_us, left_ms;
    int64_t half_ms = (courier->timeout_ms + 1) / 2;
    bool stream = parcel->length > DATAGRAM_MOST
                  || courier->way == TRANSPORT_TCP;
    enum transport way = stream ? TRANSPORT_TCP : TRANSPORT_UDP;
    struct delivery first, second;

    first = deliver(courier, way, parcel, half_ms,
                    parcel->once ? courier->timeout_ms : half_ms);
    if (first.answer) {
        courier->way = way;
        return first;
    }
    if (parcel->once && first.sent) {
        courier->silent = true;
        error_set(error, "over %s, sent once: %s", stream ? "TCP" : "UDP",
                  first.reason.text);
        return first;
    }
    way = stream ? TRANSPORT_UDP : TRANSPORT_TCP;
    left_ms = time_left(courier, start_us);
    second = deliver(courier, way, parcel, left_ms, left_ms);
    if (second.answer) {
        courier->way = way;
        return second;
    }
    courier->silent = true;
    error_set(error, "over %s: %s; over %s: %s", stream ? "TCP" : "UDP",
              first.reason.text, stream ? "UDP" : "TCP", second.reason.text);
    return second;
}


bool
courier_carry(struct courier *courier, const void *message, size_t length,
              enum courier_manner manner, uint8_t **answer_out,
              size_t *answer_length_out, struct error *error)
{
    const struct parcel parcel = {message, length, manner == COURIER_ONCE};
    struct delivery delivery;

    if (courier->silent)
        return error_set(error, "it did not answer before, and was not asked"
                         " again");
    if (manner == COURIER_STREAM)
        delivery = carry_stream(courier, &parcel, error);
    else
        delivery = carry_either(courier, &parcel, error);
    if (!delivery.answer)
        return false;
    *answer_out = delivery.answer;
    *answer_length_out = delivery.length;
    return true;
}


bool
courier_failed(const struct courier *courier)
{
    return courier->silent || courier->tcp_failure;
}


void
courier_clear(struct courier *courier)
{
    free(courier->tcp_failure);
    courier->tcp_failure = NULL;
}
