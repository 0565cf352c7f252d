/*
 * What systemd wants to hear of a service.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/notify.h"

enum { STATUS_MAX = 512 };


/* Make a socket's address of its name: a path, or with "@" for the NUL an
   abstract one. */
static bool
make_address(const char *name, struct sockaddr_un *address_out,
             socklen_t *size_out, struct error *error)
{
    size_t length = strlen(name);

    if (*name != '/' && *name != '@')
        return error_set(error, "NOTIFY_SOCKET is neither a path nor \"@\" "
                         "and a name: %s", name);
    if (length >= sizeof(address_out->sun_path))
        return error_set(error, "NOTIFY_SOCKET is longer than %zu bytes",
                         sizeof(address_out->sun_path) - 1);
    *address_out = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address_out->sun_path, name, length);
    if (*name == '@')
        address_out->sun_path[0] = '\0';
    /* An abstract name has no end but its length. */
    *size_out = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length
                            + (*name == '/'));
    return true;
}


/* The datagram of a state. */
static char *
make_message(enum notify_state state, const char *status)
{
    static const char *const words[] = {
        [NOTIFY_READY] = "READY=1\n",
        [NOTIFY_RELOADING] = "RELOADING=1\n",
        [NOTIFY_STOPPING] = "STOPPING=1\n",
        [NOTIFY_WATCHDOG] = "WATCHDOG=1\n",
        [NOTIFY_STATUS] = "",
    };
    char *clean, *message;

    if (!status)
        return xstrdup(words[state]);
    /* A newline in it would begin another assignment. */
    clean = text_clean(status, strlen(status), STATUS_MAX);
    message = xasprintf("%sSTATUS=%s\n", words[state], clean);
    free(clean);
    return message;
}


/* The socket to send from, opened once and kept: the watchdog must be fed also
   where descriptors have run out.  -1 on failure. */
static int
get_socket(void)
{
    static int socket_fd = -1;

    if (socket_fd < 0)
        socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return socket_fd;
}


bool
notify_send(enum notify_state state, const char *status, struct error *error)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t size = 0;
    char *message;
    bool sent;
    int socket_fd;

    if (!name || !*name)
        return true;
    if (!make_address(name, &address, &size, error))
        return false;
    socket_fd = get_socket();
    if (socket_fd < 0)
        return error_set_errno(error, "opening a socket to notify systemd");
    message = make_message(state, status);
    sent = sendto(socket_fd, message, strlen(message),
                  MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&address, size) >= 0;
    if (!sent)
        error_set_errno(error, "notifying systemd at %s", name);
    free(message);
    return sent;
}


/* Read an environment variable that is a positive number; 0 if it is none. */
static int64_t
positive_variable(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long long number;

    if (!text || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? number : 0;
}


int64_t
notify_watchdog_us(void)
{
    int64_t interval_us = positive_variable("WATCHDOG_USEC");

    /* The variables may be inherited from a service that started us. */
    if (getenv("WATCHDOG_PID")
        && positive_variable("WATCHDOG_PID") != (int64_t)getpid())
        return 0;
    return interval_us / 2;
}
