/*
 * Servers on loopback that behave as a test needs it: each is a child
 * process, and gone when the test is.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef TESTS_UNIT_LITTLE_SERVER_H
#define TESTS_UNIT_LITTLE_SERVER_H

#include <stdint.h>
#include <sys/types.h>

struct little_server {
    int port;   /* on 127.0.0.1 */
    int fd;     /* the socket, which stays open here too; -1 if closed */
    pid_t pid;  /* 0 without a child */
};

/* What a server does: with a connection, over and over; over UDP, once with
   the socket. */
typedef void little_script(int fd);

/* A TCP port; without a script connections come about and meet silence. */
struct little_server little_tcp(little_script *script);

/* A UDP port; without a script nobody reads. */
struct little_server little_udp(little_script *script);

/* The same number for TCP and UDP. */
struct little_server little_udp_at(int port, little_script *script);

/* A port of either kind (SOCK_STREAM, SOCK_DGRAM) where nothing is. */
int little_closed_port(int type);

/* End a server. */
void little_stop(struct little_server *server);

#endif
