/*
 * One exchange of packets: the life of one socket.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/exchange.h"

enum {
    CHUNK = 64 * 1024,      /* no datagram is longer */
    SENDINGS = 3,           /* of a datagram within its time-out */
    DATAGRAMS_A_TURN = 16,  /* so that a flood on one socket starves no other */
    SHOWN = 40,             /* bytes of a strange answer in the detail */
};

/* How close together two clocks must be read to count as one instant, and how
   far they may drift apart during an exchange before somebody set one. */
#define BRACKET_US 500
#define STEP_US 5000


/* A clock in microseconds. */
static int64_t
read_clock(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}


struct instant
instant_now(void)
{
    struct instant now = {0};

    /* Again if the process was put aside between the readings. */
    for (int tries = 0; tries < 5; tries++) {
        now.steady_us = read_clock(CLOCK_MONOTONIC);
        now.real_us = read_clock(CLOCK_REALTIME);
        if (read_clock(CLOCK_MONOTONIC) - now.steady_us < BRACKET_US)
            break;
    }
    return now;
}


struct exchange *
exchange_new(const struct net_request *request)
{
    struct exchange *exchange = xcalloc(1, sizeof(*exchange));

    exchange->request = *request;
    exchange->state = EXCHANGE_QUEUED;
    exchange->fd = -1;
    return exchange;
}


void
exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    if (exchange->fd >= 0)
        close(exchange->fd);
    free(exchange->bytes);
    free(exchange);
}


/* End an exchange for a reason. */
static void __attribute__((format(printf, 3, 4)))
give_up(struct exchange *exchange, enum port_outcome outcome,
        const char *format, ...)
{
    struct net_result *result = &exchange->result;
    va_list arguments;

    result->outcome = outcome;
    va_start(arguments, format);
    vsnprintf(result->detail, sizeof(result->detail), format, arguments);
    va_end(arguments);
    text_trim_utf8(result->detail);
    exchange->state = EXCHANGE_OVER;
}


/* Whether an error is this host's own, and says nothing of the other. */
static bool
is_own_failure(int code)
{
    switch (code) {
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EINVAL:
    case EMFILE:
    case EMSGSIZE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return true;
    default:
        return false;
    }
}


/*
 * End an exchange by an error of its socket.
 *
 * at_once  Whether the call that began it said so: "network unreachable" is
 *          then this host's lack of a route, and an ICMP message later on.
 */
static void
fail(struct exchange *exchange, const char *doing, int code, bool at_once)
{
    enum port_outcome outcome = PORT_FILTERED;

    if (is_own_failure(code) || (code == ENETUNREACH && at_once))
        outcome = PORT_UNTRIED;
    else if (code == ECONNREFUSED || code == ECONNRESET)
        outcome = PORT_CLOSED;
    give_up(exchange, outcome, "%s: %s", doing, strerror(code));
}


/* End an exchange by bytes that are no answer. */
static void
refuse(struct exchange *exchange, const uint8_t *bytes, size_t length)
{
    size_t shown = length < SHOWN ? length : SHOWN;
    char *text = text_escape(bytes, shown, 4 * SHOWN);

    give_up(exchange, PORT_GARBLED,
            "%zu bytes that are no answer in the protocol: \"%s\"%s", length,
            text, shown < length ? "..." : "");
    free(text);
}


/* End an exchange by the answer to it. */
static void
accept_answer(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    struct net_result *result = &exchange->result;
    struct instant now = instant_now();
    int64_t real_us = now.real_us - exchange->sent.real_us;
    int64_t steady_us = now.steady_us - exchange->sent.steady_us;

    /* Best effort: the answer is here, whatever becomes of this. */
    if (request->farewell)
        send(exchange->fd, request->farewell, request->farewell_length,
             MSG_NOSIGNAL);
    result->outcome = PORT_OPEN;
    result->bytes = exchange->bytes;
    result->length = exchange->length;
    result->times.sent_us = exchange->sent.real_us;
    result->times.received_us = now.real_us;
    result->times.steady = llabs(real_us - steady_us) < STEP_US;
    result->latency_us = steady_us;
    exchange->state = EXCHANGE_OVER;
}


/* Send a datagram; the first sending starts the measurement. */
static void
send_datagram(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;

    if (exchange->sendings++ == 0)
        exchange->sent = instant_now();
    exchange->state = EXCHANGE_WAITING;
    if (send(exchange->fd, request->bytes, request->length, MSG_NOSIGNAL) >= 0)
        exchange->result.sent = true;
    else if (errno != EAGAIN && errno != EINTR)
        fail(exchange, "sending", errno, exchange->sendings == 1);
}


/* Send what a TCP connection takes of the request. */
static void
send_some(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    ssize_t sent;

    if (exchange->sent_bytes == 0)
        exchange->sent = instant_now();
    sent = send(exchange->fd, request->bytes + exchange->sent_bytes,
                request->length - exchange->sent_bytes, MSG_NOSIGNAL);
    if (sent >= 0)
        exchange->sent_bytes += (size_t)sent;
    else if (errno != EAGAIN && errno != EINTR)
        give_up(exchange, PORT_GARBLED,
                "closed the connection before it was asked: %s",
                strerror(errno));
    if (exchange->sent_bytes == request->length
        && exchange->state == EXCHANGE_SENDING) {
        exchange->state = EXCHANGE_WAITING;
        exchange->result.sent = true;
    }
}


/* A TCP connection has come about, or not. */
static void
finish_connecting(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    socklen_t size = sizeof(int);
    int code = 0;

    if (getsockopt(exchange->fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
        code = errno;
    if (code != 0) {
        fail(exchange, "connecting", code, false);
    } else if (!request->frame) {
        accept_answer(exchange);
    } else if (request->length > 0) {
        exchange->state = EXCHANGE_SENDING;
        send_some(exchange);
    } else {
        exchange->state = EXCHANGE_WAITING;
    }
}


/* Make the connected, nonblocking socket.  Returns an errno, 0 or
   EINPROGRESS; sets the exchange's fd. */
static int
open_socket(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    bool stream = request->transport == TRANSPORT_TCP;
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = stream ? SOCK_STREAM : SOCK_DGRAM,
    };
    struct addrinfo *found = NULL;
    char port[8];
    int code = 0;

    snprintf(port, sizeof(port), "%u", (unsigned int)request->port & 0xffff);
    if (getaddrinfo(request->address, port, &hints, &found) != 0)
        return EINVAL;
    exchange->fd = socket(found->ai_family,
                          found->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          0);
    if (exchange->fd < 0
        || connect(exchange->fd, found->ai_addr, found->ai_addrlen) < 0)
        code = errno;
    freeaddrinfo(found);
    return code;
}


void
exchange_open(struct exchange *exchange)
{
    int code;

    assert(exchange->state == EXCHANGE_QUEUED);
    exchange->started = exchange->sent = instant_now();
    exchange->state = EXCHANGE_CONNECTING;
    code = open_socket(exchange);
    if (code == EINPROGRESS)
        return;
    if (code != 0)
        fail(exchange, "connecting", code, true);
    else if (exchange->request.transport == TRANSPORT_UDP)
        send_datagram(exchange);
    else
        finish_connecting(exchange);
}


short
exchange_events(const struct exchange *exchange)
{
    return exchange->state == EXCHANGE_WAITING ? POLLIN : POLLOUT;
}


/* Read datagrams until one of them is the answer. */
static void
receive_datagrams(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    uint8_t chunk[CHUNK];

    for (int count = 0; count < DATAGRAMS_A_TURN; count++) {
        ssize_t length = recv(exchange->fd, chunk, sizeof(chunk), 0);

        if (length < 0) {
            if (errno != EAGAIN && errno != EINTR)
                fail(exchange, "waiting for an answer", errno, false);
            return;
        }
        exchange->bytes = xrealloc(exchange->bytes, (size_t)length, 1);
        memcpy(exchange->bytes, chunk, (size_t)length);
        exchange->length = (size_t)length;
        if (request->frame(request->data, exchange->bytes, exchange->length)
            == NET_COMPLETE) {
            accept_answer(exchange);
            return;
        }
    }
}


/* A TCP peer hung up before its answer was complete. */
static void
lose_connection(struct exchange *exchange, int code)
{
    char how[64];

    if (code)
        snprintf(how, sizeof(how), ": %s", strerror(code));
    else
        how[0] = '\0';
    if (exchange->length == 0)
        give_up(exchange, PORT_GARBLED,
                "closed the connection without a word%s", how);
    else
        give_up(exchange, PORT_GARBLED,
                "closed the connection after %zu bytes of an answer%s",
                exchange->length, how);
}


/* Read what a TCP connection has, and see whether that is the answer. */
static void
receive_some(struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    uint8_t chunk[CHUNK];
    ssize_t length = recv(exchange->fd, chunk, sizeof(chunk), 0);

    if (length <= 0) {
        if (length == 0 || (errno != EAGAIN && errno != EINTR))
            lose_connection(exchange, length < 0 ? errno : 0);
        return;
    }
    exchange->bytes = xrealloc(exchange->bytes,
                               exchange->length + (size_t)length, 1);
    memcpy(exchange->bytes + exchange->length, chunk, (size_t)length);
    exchange->length += (size_t)length;
    switch (request->frame(request->data, exchange->bytes,
                           exchange->length)) {
    case NET_COMPLETE:
        accept_answer(exchange);
        break;
    case NET_GARBLED:
        refuse(exchange, exchange->bytes, exchange->length);
        break;
    case NET_MORE:
        if (exchange->length > NET_ANSWER_MAX)
            give_up(exchange, PORT_GARBLED, "an answer of more than %d bytes",
                    NET_ANSWER_MAX);
        break;
    }
}


void
exchange_ready(struct exchange *exchange)
{
    if (exchange->state == EXCHANGE_CONNECTING)
        finish_connecting(exchange);
    else if (exchange->state == EXCHANGE_SENDING)
        send_some(exchange);
    else if (exchange->request.transport == TRANSPORT_UDP)
        receive_datagrams(exchange);
    else
        receive_some(exchange);
}


/* How long the exchange may stay in its present state, in microseconds. */
static int64_t
patience(const struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;

    return 1000 * (exchange->state == EXCHANGE_CONNECTING
                   ? request->connect_ms : request->answer_ms);
}


int64_t
exchange_due(const struct exchange *exchange)
{
    const struct net_request *request = &exchange->request;
    int64_t wait_us = patience(exchange);

    if (request->transport == TRANSPORT_UDP && !request->once
        && exchange->sendings < SENDINGS)
        wait_us = wait_us * exchange->sendings / SENDINGS;
    return exchange->started.steady_us + wait_us;
}


/* End an exchange at its deadline: what did the peer do until then? */
static void
run_out(struct exchange *exchange)
{
    char *waited = text_duration(patience(exchange));

    exchange->result.timed_out = true;
    if (exchange->state == EXCHANGE_CONNECTING)
        give_up(exchange, PORT_FILTERED, "no connection within %s", waited);
    else if (exchange->length > 0
             && exchange->request.transport == TRANSPORT_UDP)
        refuse(exchange, exchange->bytes, exchange->length);
    else if (exchange->length > 0)
        give_up(exchange, PORT_GARBLED,
                "only %zu bytes of an answer within %s", exchange->length,
                waited);
    else if (exchange->request.transport == TRANSPORT_UDP)
        give_up(exchange, PORT_FILTERED, "no answer within %s", waited);
    else
        give_up(exchange, PORT_SILENT,
                "accepted the connection, then no answer within %s", waited);
    free(waited);
}


void
exchange_tick(struct exchange *exchange, int64_t now_us)
{
    if (now_us - exchange->started.steady_us >= patience(exchange))
        run_out(exchange);
    else if (exchange->request.transport == TRANSPORT_UDP)
        send_datagram(exchange);
}
