/*
 * Messages over a connected socket, one after the other, until a deadline.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_STREAM_H
#define CHECKS_PROBES_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A connection, as connect_address() makes it. */
struct stream {
    int fd;               /* nonblocking */
    int64_t deadline_us;  /* of all that is done, by CLOCK_MONOTONIC */
};

/* Send all of a message. */
bool stream_send(const struct stream *stream, const uint8_t *bytes,
                 size_t length, struct error *error);

/* Receive so many bytes, neither less nor more. */
bool stream_receive(const struct stream *stream, uint8_t *bytes_out,
                    size_t length, struct error *error);

#endif
