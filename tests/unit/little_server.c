/*
 * Servers on loopback that behave as a test needs it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/little_server.h"


/* End the test program: without its servers it can say nothing. */
static void
must(bool fine, const char *what)
{
    if (fine)
        return;
    perror(what);
    abort();
}


/* A socket of a type bound to a port of 127.0.0.1, 0 for any. */
static struct little_server
bind_port(int type, int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof(address);
    struct little_server server = {.fd = socket(AF_INET,
                                                type | SOCK_CLOEXEC, 0)};

    must(server.fd >= 0, "socket");
    must(bind(server.fd, (struct sockaddr *)&address, size) == 0, "bind");
    must(getsockname(server.fd, (struct sockaddr *)&address, &size) == 0,
         "getsockname");
    server.port = ntohs(address.sin_port);
    return server;
}


/* Begin a child that dies with the test; true in the child. */
static bool
begin_child(struct little_server *server)
{
    fflush(NULL);
    server->pid = fork();
    must(server->pid >= 0, "fork");
    if (server->pid > 0)
        return false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    return true;
}


struct little_server
little_tcp(little_script *script)
{
    struct little_server server = bind_port(SOCK_STREAM, 0);

    must(listen(server.fd, 64) == 0, "listen");
    if (!script || !begin_child(&server))
        return server;
    for (;;) {
        int fd = accept(server.fd, NULL, NULL);

        if (fd < 0)
            _exit(1);
        script(fd);
        close(fd);
    }
}


struct little_server
little_udp_at(int port, little_script *script)
{
    struct little_server server = bind_port(SOCK_DGRAM, port);

    if (!script || !begin_child(&server))
        return server;
    script(server.fd);
    _exit(0);
}


struct little_server
little_udp(little_script *script)
{
    return little_udp_at(0, script);
}


int
little_closed_port(int type)
{
    struct little_server server = bind_port(type, 0);

    close(server.fd);
    return server.port;
}


void
little_stop(struct little_server *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    }
    close(server->fd);
    *server = (struct little_server){.fd = -1};
}
