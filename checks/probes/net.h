/*
 * Many exchanges of packets at once, each with one named address.
 *
 * One thread, nonblocking connected sockets, one poll(2).  An exchange is a
 * request and the answer to it; it ends with the answer, with an error from
 * the network, or at its deadline.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_NET_H
#define CHECKS_PROBES_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/facts.h"

/* How many exchanges have a socket at once; the others wait their turn. */
enum { NET_SOCKETS_MOST = 256 };

/* The longest answer that is read, in bytes. */
enum { NET_ANSWER_MAX = 128 * 1024 };

/* What the bytes received so far are. */
enum net_frame {
    NET_MORE,      /* the beginning of an answer; TCP only */
    NET_COMPLETE,  /* an answer to our request */
    NET_GARBLED,   /* anything else.  Ends a TCP exchange; a UDP one goes on
                      waiting, because anybody can forge a datagram. */
};

/* When an exchange took place, in microseconds since 1970 by this host. */
struct net_times {
    int64_t sent_us;      /* before the request was first sent */
    int64_t received_us;  /* after the answer had arrived */
    bool steady;          /* nobody set this host's clock in between */
};

struct net_result {
    enum port_outcome outcome;
    bool timed_out;        /* the reason is the deadline */
    bool sent;             /* the whole request has gone out */
    const uint8_t *bytes;  /* the answer, for PORT_OPEN; borrowed */
    size_t length;
    struct net_times times;  /* for PORT_OPEN */
    int64_t latency_us;      /* from sending to the answer; 0 without one */
    char detail[320];        /* why there is no answer; "" for PORT_OPEN */
};

/* An exchange to be.  What it points to is borrowed until "done" is called. */
struct net_request {
    const char *address;  /* numeric */
    int64_t port;
    enum transport transport;
    const uint8_t *bytes;  /* to send; none where the server speaks first */
    size_t length;
    bool once;             /* a datagram that is not sent again */
    const uint8_t *farewell;  /* sent after a complete answer; may be NULL */
    size_t farewell_length;
    int64_t connect_ms;  /* how long a TCP connection may take */
    int64_t answer_ms;   /* how long everything may take */

    /* Judge what has arrived: over TCP all bytes so far, over UDP one
       datagram.  NULL over TCP: being connected is the answer. */
    enum net_frame (*frame)(const void *data, const uint8_t *bytes,
                            size_t length);

    /* Called once; may start further exchanges. */
    void (*done)(void *data, const struct net_result *result);
    void *data;
};

struct net;

/* An engine without exchanges, for net_free(). */
struct net *net_new(void);

/* Give up all exchanges, without a word to those who wait.  Accepts NULL. */
void net_free(struct net *net);

/* Start an exchange, or queue it.  "done" is only called from net_turn(). */
void net_start(struct net *net, const struct net_request *request);

/* Whether there is nothing to wait for. */
bool net_idle(const struct net *net);

/*
 * Wait until something happens, and deal with it.
 *
 * fd  A descriptor to watch beside the exchanges, or -1.
 *
 * Returns whether fd can be read without blocking.
 */
bool net_turn(struct net *net, int fd);

#endif
