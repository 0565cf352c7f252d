/*
 * How an entry reaches the journal or syslog, without ever waiting.
 *
 * The journal's protocol is https://systemd.io/JOURNAL_NATIVE_PROTOCOL; the
 * lines for syslog are those of syslog(3), RFC 3164 section 4.1 without a
 * host.
 *
 * The sockets stay open, so that a service out of descriptors can still say
 * so.  Datagrams are addressed one by one: a log that was restarted needs no
 * new connection, and a journal that appears later is used at once.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/log_socket.h"

/* Bytes of a line or field, first and when the socket takes no less. */
enum { TEXT_MOST = 4 * LOG_LINE_MAX, TEXT_LEAST = 64 };

enum outcome {
    OUTCOME_TAKEN,
    OUTCOME_BUSY,          /* somebody is there, and behind */
    OUTCOME_NOBODY,
    OUTCOME_OTHER_SOCKET,  /* a stream is wanted */
};

/* How an entry is put; limit is what a line or field may have, in bytes. */
typedef char *format_function(const struct log_entry *entry, int facility,
                              size_t limit);


/* Write a line of the journal's protocol.  Cleaned once more, whoever made
   the entry: a newline in it would begin another field. */
static void
write_field(FILE *stream, const char *name, const char *text, size_t limit)
{
    char *clean = text_clean(text, strlen(text), limit);

    fprintf(stream, "%s%s\n", name, clean);
    free(clean);
}


/* An entry for the journal.  There is no newline in any value, so that the
   protocol's form for those is not needed. */
static char *
journal_text(const struct log_entry *entry, int facility, size_t limit)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert(stream);
    write_field(stream, "MESSAGE=", entry->message, limit);
    fprintf(stream, "PRIORITY=%" PRId64 "\n", entry->priority);
    fprintf(stream, "SYSLOG_FACILITY=%d\n", LOG_FAC(facility));
    fprintf(stream, "SYSLOG_IDENTIFIER=spnhealthd\n");
    fprintf(stream, "SYSLOG_PID=%d\n", (int)getpid());
    for (size_t i = 0; i < entry->fields.count; i++)
        write_field(stream, "", entry->fields.items[i], limit);
    fclose(stream);
    return text;
}


/* An entry for syslog, in local time as syslog(3) has it. */
static char *
syslog_text(const struct log_entry *entry, int facility, size_t limit)
{
    char *line = xasprintf("%s%s%s", entry->message, *entry->pairs ? " " : "",
                           entry->pairs);
    char *clean = text_clean(line, strlen(line), limit);
    time_t seconds = (time_t)(entry->time_us / 1000000);
    struct tm local;
    char date[32] = "";
    char *text;

    if (localtime_r(&seconds, &local))
        strftime(date, sizeof(date), "%b %e %H:%M:%S", &local);
    text = xasprintf("<%" PRId64 ">%s spnhealthd[%d]: %s",
                     facility | entry->priority, date, (int)getpid(), clean);
    free(line);
    free(clean);
    return text;
}


/* What became of a system call, by errno. */
static enum outcome
outcome_of_errno(void)
{
    switch (errno) {
    case EAGAIN:
    case EINTR:
    case ENOBUFS:
    case ENOMEM:
        return OUTCOME_BUSY;
    case EPROTOTYPE:
        return OUTCOME_OTHER_SOCKET;
    default:
        return OUTCOME_NOBODY;
    }
}


/* The address of a path. */
static struct sockaddr_un
address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    assert(strlen(path) < sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    return address;
}


/* Send an entry as a datagram, the shorter the smaller the socket. */
static enum outcome
send_datagram(struct log_sockets *sockets, const char *path,
              format_function *format, const struct log_entry *entry,
              int facility)
{
    const struct sockaddr_un address = address_of(path);
    bool too_large = true;
    ssize_t sent = -1;

    if (sockets->datagrams < 0)
        sockets->datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t limit = TEXT_MOST; too_large && limit >= TEXT_LEAST;
         limit /= 4) {
        char *text = format(entry, facility, limit);

        sent = sendto(sockets->datagrams, text, strlen(text),
                      MSG_DONTWAIT | MSG_NOSIGNAL,
                      (const struct sockaddr *)&address, sizeof(address));
        too_large = sent < 0 && errno == EMSGSIZE;
        free(text);
    }
    return sent >= 0 ? OUTCOME_TAKEN : outcome_of_errno();
}


/* Drop the connection to syslog, if there is one. */
static void
close_stream(struct log_sockets *sockets)
{
    if (sockets->stream >= 0)
        close(sockets->stream);
    sockets->stream = -1;
}


/* Connect to a syslog that reads streams. */
static bool
open_stream(struct log_sockets *sockets)
{
    const struct sockaddr_un address = address_of(sockets->syslog);
    int saved;

    sockets->stream = socket(AF_UNIX,
                             SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sockets->stream >= 0
        && connect(sockets->stream, (const struct sockaddr *)&address,
                   sizeof(address)) == 0)
        return true;
    saved = errno;
    close_stream(sockets);
    errno = saved;
    return false;
}


/* Send an entry over a connection, with a NUL at its end as syslog(3) has it.
   One that the reader has closed, or that took a part only, is given up for
   another. */
static enum outcome
send_over_stream(struct log_sockets *sockets, const struct log_entry *entry,
                 int facility)
{
    char *text = syslog_text(entry, facility, TEXT_MOST);
    size_t size = strlen(text) + 1;
    enum outcome outcome = OUTCOME_NOBODY;

    for (int turn = 0; turn < 2 && outcome == OUTCOME_NOBODY; turn++) {
        ssize_t sent = -1;

        if (sockets->stream >= 0 || open_stream(sockets))
            sent = send(sockets->stream, text, size, MSG_NOSIGNAL);
        outcome = sent == (ssize_t)size ? OUTCOME_TAKEN
                  : sent >= 0           ? OUTCOME_NOBODY
                                        : outcome_of_errno();
        if (outcome == OUTCOME_NOBODY)
            close_stream(sockets);
    }
    free(text);
    return outcome;
}


void
log_sockets_open(struct log_sockets *sockets, const char *journal,
                 const char *syslog)
{
    sockets->journal = xstrdup(journal);
    sockets->syslog = xstrdup(syslog);
    sockets->datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockets->stream = -1;
}


void
log_sockets_close(struct log_sockets *sockets)
{
    close_stream(sockets);
    if (sockets->datagrams >= 0)
        close(sockets->datagrams);
    free(sockets->journal);
    free(sockets->syslog);
}


bool
log_sockets_send(struct log_sockets *sockets, const struct log_entry *entry,
                 int facility)
{
    enum outcome outcome = send_datagram(sockets, sockets->journal,
                                         journal_text, entry, facility);

    if (outcome == OUTCOME_TAKEN || outcome == OUTCOME_BUSY)
        return outcome == OUTCOME_TAKEN;
    if (sockets->stream < 0) {
        outcome = send_datagram(sockets, sockets->syslog, syslog_text, entry,
                                facility);
        if (outcome != OUTCOME_OTHER_SOCKET)
            return outcome == OUTCOME_TAKEN;
    }
    return send_over_stream(sockets, entry, facility) == OUTCOME_TAKEN;
}
