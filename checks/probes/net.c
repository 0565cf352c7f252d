/*
 * Many exchanges of packets at once, each with one named address.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#include "base/memory.h"
#include "checks/probes/exchange.h"

struct net {
    struct exchange *open;    /* those with a socket, in no order */
    size_t open_count;
    struct exchange *queued;  /* in the order of net_start() */
    struct exchange **queue_end;
};


struct net *
net_new(void)
{
    struct net *net = xcalloc(1, sizeof(*net));

    net->queue_end = &net->queued;
    return net;
}


/* Free a list of exchanges. */
static void
free_list(struct exchange *list)
{
    while (list) {
        struct exchange *next = list->next;

        exchange_free(list);
        list = next;
    }
}


void
net_free(struct net *net)
{
    if (!net)
        return;
    free_list(net->open);
    free_list(net->queued);
    free(net);
}


void
net_start(struct net *net, const struct net_request *request)
{
    struct exchange *exchange = exchange_new(request);

    *net->queue_end = exchange;
    net->queue_end = &exchange->next;
}


bool
net_idle(const struct net *net)
{
    return !net->open && !net->queued;
}


/* Open as many queued exchanges as there is room for. */
static void
open_queued(struct net *net)
{
    while (net->queued && net->open_count < NET_SOCKETS_MOST) {
        struct exchange *exchange = net->queued;

        net->queued = exchange->next;
        if (!net->queued)
            net->queue_end = &net->queued;
        exchange_open(exchange);
        exchange->next = net->open;
        net->open = exchange;
        net->open_count++;
    }
}


/* How long poll(2) may wait, in milliseconds; -1 for ever. */
static int
time_to_wait(const struct net *net)
{
    int64_t now_us = instant_now().steady_us, first_us = INT64_MAX;

    for (const struct exchange *each = net->open; each; each = each->next) {
        if (each->state == EXCHANGE_OVER)
            return 0;
        if (exchange_due(each) < first_us)
            first_us = exchange_due(each);
    }
    if (first_us == INT64_MAX)
        return -1;
    if (first_us <= now_us)
        return 0;
    if ((first_us - now_us) / 1000 >= INT_MAX)
        return INT_MAX;
    return (int)((first_us - now_us) / 1000) + 1;
}


/* Wait for the sockets, and for fd; serve those that are ready. */
static bool
wait_and_serve(struct net *net, int fd)
{
    struct pollfd polled[NET_SOCKETS_MOST + 1] = {{.fd = fd,
                                                   .events = POLLIN}};
    struct exchange *each;
    nfds_t count = 1;

    for (each = net->open; each; each = each->next) {
        bool over = each->state == EXCHANGE_OVER;

        polled[count].fd = over ? -1 : each->fd;
        polled[count++].events = over ? 0 : exchange_events(each);
    }
    if (poll(polled, count, time_to_wait(net)) <= 0)
        return false;
    count = 1;
    for (each = net->open; each; each = each->next)
        if (polled[count++].revents)
            exchange_ready(each);
    return polled[0].revents != 0;
}


/* Take the exchanges that are over out of the open ones. */
static struct exchange *
take_finished(struct net *net)
{
    struct exchange *finished = NULL, **place = &net->open;
    int64_t now_us = instant_now().steady_us;

    while (*place) {
        struct exchange *each = *place;

        if (each->state != EXCHANGE_OVER && exchange_due(each) <= now_us)
            exchange_tick(each, now_us);
        if (each->state == EXCHANGE_OVER) {
            *place = each->next;
            each->next = finished;
            finished = each;
            net->open_count--;
        } else {
            place = &each->next;
        }
    }
    return finished;
}


bool
net_turn(struct net *net, int fd)
{
    struct exchange *finished;
    bool readable;

    open_queued(net);
    readable = wait_and_serve(net, fd);
    finished = take_finished(net);
    for (struct exchange *each = finished; each; each = each->next)
        each->request.done(each->request.data, &each->result);
    free_list(finished);
    return readable;
}
