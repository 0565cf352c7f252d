/*
 * One TCP connection to one address, within a time-out.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checks/probes/connect.h"
#include "checks/probes/exchange.h"


/* Wait until a connection has come about; returns an errno or 0. */
static int
await(int fd, int64_t deadline_us)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    socklen_t size = sizeof(int);
    int code = 0, ready;

    do {
        int64_t left_us = deadline_us - instant_now().steady_us;

        ready = poll(&polled, 1, left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return ETIMEDOUT;
    if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
        return errno;
    return code;
}


/* Make a socket and connect it; returns an errno or 0. */
static int
open_socket(const struct addrinfo *where, int64_t deadline_us, int *fd_out)
{
    int fd = socket(where->ai_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int code = 0;

    if (fd < 0)
        return errno;
    if (connect(fd, where->ai_addr, where->ai_addrlen) < 0)
        code = errno == EINPROGRESS ? await(fd, deadline_us) : errno;
    if (code != 0)
        close(fd);
    else
        *fd_out = fd;
    return code;
}


int
connect_address(const char *address, int64_t port, int64_t deadline_us,
                struct error *error)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found = NULL;
    char service[8];
    int code, fd = -1;

    snprintf(service, sizeof(service), "%u", (unsigned int)port & 0xffff);
    code = getaddrinfo(address, service, &hints, &found);
    if (code != 0) {
        error_set(error, "connecting to \"%s\": %s", address,
                  gai_strerror(code));
        return -1;
    }
    code = open_socket(found, deadline_us, &fd);
    freeaddrinfo(found);
    if (code != 0)
        error_set(error, "connecting: %s", strerror(code));
    return fd;
}
