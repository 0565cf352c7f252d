/*
 * Messages over a connected socket, one after the other, until a deadline.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "checks/probes/exchange.h"
#include "checks/probes/stream.h"


/* Wait until the socket is ready; fails at the deadline. */
static bool
await(const struct stream *stream, short events, const char *what,
      struct error *error)
{
    struct pollfd polled = {.fd = stream->fd, .events = events};
    int ready;

    do {
        int64_t left_us = stream->deadline_us - instant_now().steady_us;

        if (left_us <= 0)
            return error_set(error, "%s: no answer in time", what);
        ready = poll(&polled, 1, (int)(left_us / 1000) + 1);
    } while (ready == 0 || (ready < 0 && errno == EINTR));
    return ready > 0 || error_set_errno(error, "%s", what);
}


/* Whether a call on a socket is only to be made again. */
static bool
is_passing(int code)
{
    return code == EAGAIN || code == EINTR;
}


bool
stream_send(const struct stream *stream, const uint8_t *bytes, size_t length,
            struct error *error)
{
    while (length > 0) {
        ssize_t sent = send(stream->fd, bytes, length, MSG_NOSIGNAL);

        if (sent < 0 && !is_passing(errno))
            return error_set_errno(error, "sending");
        if (sent < 0 && !await(stream, POLLOUT, "sending", error))
            return false;
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        }
    }
    return true;
}


bool
stream_receive(const struct stream *stream, uint8_t *bytes, size_t length,
               struct error *error)
{
    while (length > 0) {
        ssize_t received;

        /* Also where there is something: it might never end. */
        if (!await(stream, POLLIN, "waiting", error))
            return false;
        received = recv(stream->fd, bytes, length, 0);
        if (received == 0)
            return error_set(error, "it closed the connection");
        if (received < 0 && !is_passing(errno))
            return error_set_errno(error, "receiving");
        if (received > 0) {
            bytes += received;
            length -= (size_t)received;
        }
    }
    return true;
}
