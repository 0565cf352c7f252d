/*
 * The packet worker: every exchange of single packets, all at the same time.
 *
 * What the protocols have in common is here; each has a file of its own that
 * offers a struct packet_protocol.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_PACKET_H
#define CHECKS_PROBES_PACKET_H

#include "base/error.h"
#include "checks/probes/net.h"
#include "checks/probes/offset.h"
#include "checks/tasks.h"

/* The longest request: an AS-REQ with long names stays well below. */
enum { PACKET_REQUEST_MAX = 2048 };

struct packet_worker;
struct packet_protocol;

/* One task on its way. */
struct packet_job {
    struct packet_worker *worker;
    const struct context_task *context;
    struct packet_task *task;
    const struct packet_protocol *protocol;
    enum transport transport;  /* the task's, or what it had to change to */
    uint8_t nonce[8];          /* random: what only the asked one can repeat */
    uint8_t request[PACKET_REQUEST_MAX];
    size_t request_length;
    char detail[256];          /* of the port fact, if the port is open */
};

struct packet_protocol {
    /* Write the request into the job.  A failure is this host's own.  NULL:
       the server speaks first, or a connection is all that is asked. */
    bool (*request)(struct packet_job *job, struct error *error);

    /* As net_request.frame; data is the job.  NULL: TCP connect only. */
    enum net_frame (*frame)(const void *data, const uint8_t *bytes,
                            size_t length);

    /* Read a complete answer and emit what it tells.  Fails when it is
       garbled. */
    bool (*answer)(struct packet_job *job, const struct net_result *result,
                   struct error *error);

    /* Emit the one fact about how the exchange itself ended.  NULL: a port
       fact.  Returns false when the task must go on by job->transport. */
    bool (*conclude)(struct packet_job *job, const struct net_result *result);

    const uint8_t *farewell;  /* sent after a complete answer; may be NULL */
    size_t farewell_length;
};

/* The protocols, each in the file of its name. */
extern const struct packet_protocol cldap_protocol, dns_protocol,
    kdc_protocol, kpasswd_protocol, ntp_protocol, rootdse_protocol,
    smb_protocol, smtp_protocol, tcp_protocol;


/*
 * Append to the request of a job.
 *
 * Fails when there is no room.
 */
bool packet_add(struct packet_job *job, const void *bytes, size_t length,
                struct error *error);

/* Add to what the port fact will say if the port is open; parts are separated
   by semicolons. */
void packet_remark(struct packet_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Emit what a job's answer tells of the server's clock.  Where nothing is
 * certain, the job's detail says why instead.
 */
void packet_emit_clock(struct packet_job *job,
                       const struct net_result *result,
                       enum clock_source source,
                       const struct reading *reading);

/* When the fact of a result was seen: the time of receipt, or now. */
int64_t packet_time(const struct net_result *result);

/*
 * Be the packet worker: a context and tasks from standard input, facts to
 * standard output, until there are no more.
 *
 * Returns the exit status.
 */
int packet_main(void);

#endif
