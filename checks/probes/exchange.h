/*
 * One exchange of packets: the life of one socket.  Used by net.c alone.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_EXCHANGE_H
#define CHECKS_PROBES_EXCHANGE_H

#include "checks/probes/net.h"

enum exchange_state {
    EXCHANGE_QUEUED,
    EXCHANGE_CONNECTING,
    EXCHANGE_SENDING,
    EXCHANGE_WAITING,
    EXCHANGE_OVER,
};

/* An instant by both clocks, in microseconds. */
struct instant {
    int64_t real_us;    /* CLOCK_REALTIME: what others are compared with */
    int64_t steady_us;  /* CLOCK_MONOTONIC: what deadlines are measured by */
};

struct exchange {
    struct exchange *next;
    struct net_request request;
    enum exchange_state state;
    int fd;                  /* -1 without a socket */
    struct instant started;
    struct instant sent;     /* just before the first byte went out */
    size_t sent_bytes;
    int sendings;            /* of a datagram */
    uint8_t *bytes;          /* received so far */
    size_t length;
    struct net_result result;
};

/* Read both clocks. */
struct instant instant_now(void);

/* A queued exchange, for exchange_free(). */
struct exchange *exchange_new(const struct net_request *request);
void exchange_free(struct exchange *exchange);

/* Open the socket and begin.  May be over at once. */
void exchange_open(struct exchange *exchange);

/* The poll(2) events it waits for. */
short exchange_events(const struct exchange *exchange);

/* Go on after poll(2) said that something happened to the socket. */
void exchange_ready(struct exchange *exchange);

/* When exchange_tick() is due, by CLOCK_MONOTONIC. */
int64_t exchange_due(const struct exchange *exchange);

/* Send a datagram again, or give up: call it when it is due. */
void exchange_tick(struct exchange *exchange, int64_t now_us);

#endif
