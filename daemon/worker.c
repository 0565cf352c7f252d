/*
 * A worker: the probe program in a process of its own.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "checks/record.h"
#include "daemon/worker.h"

/* How many reads in a row one worker gets before others have their turn. */
enum { READS_MOST = 16 };

extern char **environ;

/* What steers the libraries of a worker must come from its context alone. */
static const char *const forbidden_environment[] = {
    "KRB5", "LDAP", "SASL", "GSS", "HOSTALIASES=", "LOCALDOMAIN=",
    "RES_OPTIONS=", "RESOLV_", NULL,
};

struct worker {
    pid_t pid;
    int pidfd;    /* -1 once reaped */
    int input;    /* its standard input; -1 once closed */
    int output;   /* its standard output; -1 after end of file */
    bool finish;  /* close input when out is empty */
    char *out;    /* still to be written */
    size_t out_used, out_size;
    char *in;     /* the beginning of a line */
    size_t in_used, in_size;
    int status;   /* from waitpid(), once reaped */
    char obituary[128];
};


/* Copy the environment without what a worker must not obey. */
static char **
worker_environment(void)
{
    size_t count = 0, kept = 0;
    char **copy;

    while (environ[count])
        count++;
    copy = xcalloc(count + 1, sizeof(*copy));
    for (size_t i = 0; i < count; i++) {
        bool forbidden = false;

        for (const char *const *name = forbidden_environment; *name; name++)
            if (strncmp(environ[i], *name, strlen(*name)) == 0)
                forbidden = true;
        if (!forbidden)
            copy[kept++] = environ[i];
    }
    return copy;
}


/* In the child: become the probe program.  Only async-signal-safe calls. */
static void __attribute__((noreturn))
become_probe(const char *path, const char *mode, char **environment, int input,
             int output, pid_t parent)
{
    char *const arguments[]
        = {(char *)(uintptr_t)path, (char *)(uintptr_t)mode, NULL};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0)
        _exit(127);
    syscall(SYS_close_range, 3U, ~0U, 0U);
    execve(path, arguments, environment);
    _exit(127);
}


/* The program to run. */
static const char *
probe_path(void)
{
    const char *path = getenv("SPNHEALTHD_PROBE");

    return path && *path ? path : LIBEXECDIR "/spnhealthd-probe";
}


struct worker *
worker_start(const char *mode, struct error *error)
{
    struct worker *worker = xcalloc(1, sizeof(*worker));
    int to_worker[2] = {-1, -1}, from_worker[2] = {-1, -1};
    const char *path = probe_path();
    char **environment = NULL;
    pid_t parent = getpid();

    worker->pid = -1;
    worker->pidfd = worker->input = worker->output = -1;
    if (access(path, X_OK) < 0) {
        error_set_errno(error, "starting the probe program %s, which "
                               "\"make install\" puts there or "
                               "$SPNHEALTHD_PROBE names", path);
        goto fail;
    }
    if (pipe2(to_worker, O_CLOEXEC) < 0 || pipe2(from_worker, O_CLOEXEC) < 0) {
        error_set_errno(error, "making a pipe for a worker");
        goto fail;
    }
    environment = worker_environment();
    worker->pid = fork();
    if (worker->pid == 0)
        become_probe(path, mode, environment, to_worker[0], from_worker[1],
                     parent);
    free(environment);
    if (worker->pid < 0) {
        error_set_errno(error, "starting a worker process");
        goto fail;
    }
    worker->pidfd = (int)syscall(SYS_pidfd_open, worker->pid, 0);
    if (worker->pidfd < 0) {
        error_set_errno(error, "watching a worker process");
        goto fail;
    }
    close(to_worker[0]);
    close(from_worker[1]);
    worker->input = to_worker[1];
    worker->output = from_worker[0];
    fcntl(worker->input, F_SETFL, O_NONBLOCK);
    fcntl(worker->output, F_SETFL, O_NONBLOCK);
    return worker;

fail:
    for (int i = 0; i < 2; i++) {
        if (to_worker[i] >= 0)
            close(to_worker[i]);
        if (from_worker[i] >= 0)
            close(from_worker[i]);
    }
    worker_free(worker);
    return NULL;
}


/* Close a descriptor once. */
static void
close_once(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}


void
worker_kill(struct worker *worker)
{
    if (worker->pid > 0)
        kill(worker->pid, SIGKILL);
}


void
worker_free(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->pid > 0) {
        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    close_once(&worker->pidfd);
    close_once(&worker->input);
    close_once(&worker->output);
    free(worker->out);
    free(worker->in);
    free(worker);
}


/* Append bytes to a buffer that grows by doubling. */
static void
append(char **buffer, size_t *used, size_t *size, const char *bytes,
       size_t length)
{
    while (*size - *used < length) {
        *size = *size ? 2 * *size : 4096;
        *buffer = xrealloc(*buffer, *size, 1);
    }
    memcpy(*buffer + *used, bytes, length);
    *used += length;
}


void
worker_send(struct worker *worker, const char *line)
{
    append(&worker->out, &worker->out_used, &worker->out_size, line,
           strlen(line));
    append(&worker->out, &worker->out_used, &worker->out_size, "\n", 1);
}


void
worker_finish(struct worker *worker)
{
    worker->finish = true;
}


size_t
worker_pollfds(const struct worker *worker, struct pollfd *fds)
{
    size_t count = 0;

    if (worker->input >= 0 && (worker->out_used > 0 || worker->finish))
        fds[count++] = (struct pollfd){worker->input, POLLOUT, 0};
    if (worker->output >= 0)
        fds[count++] = (struct pollfd){worker->output, POLLIN, 0};
    else if (worker->pidfd >= 0)
        fds[count++] = (struct pollfd){worker->pidfd, POLLIN, 0};
    return count;
}


/* Write queued lines; a worker that no longer reads ends by itself. */
static void
write_input(struct worker *worker)
{
    while (worker->input >= 0 && worker->out_used > 0) {
        ssize_t wrote = write(worker->input, worker->out, worker->out_used);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && errno == EAGAIN)
            return;
        if (wrote < 0) {
            close_once(&worker->input);
            return;
        }
        worker->out_used -= (size_t)wrote;
        memmove(worker->out, worker->out + wrote, worker->out_used);
    }
    if (worker->finish)
        close_once(&worker->input);
}


/* Hand over the complete lines among what was read and keep the rest. */
static void
split_lines(struct worker *worker, worker_line_handler *handle, void *closure)
{
    char *start = worker->in, *end = worker->in + worker->in_used, *newline;

    while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
        handle(closure, start, (size_t)(newline - start));
        start = newline + 1;
    }
    worker->in_used = (size_t)(end - start);
    memmove(worker->in, start, worker->in_used);
}


/* Read what there is, but not for ever from one that never stops; an over-long
   line is handed on, to be refused. */
static void
read_output(struct worker *worker, worker_line_handler *handle, void *closure)
{
    char bytes[65536];
    ssize_t got;

    for (int turn = 0; turn < READS_MOST && worker->output >= 0; turn++) {
        got = read(worker->output, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0) {
            if (worker->in_used > 0)
                handle(closure, worker->in, worker->in_used);
            close_once(&worker->output);
            return;
        }
        append(&worker->in, &worker->in_used, &worker->in_size, bytes,
               (size_t)got);
        split_lines(worker, handle, closure);
        if (worker->in_used > RECORD_LINE_MAX) {
            handle(closure, worker->in, worker->in_used);
            worker->in_used = 0;
        }
    }
}


/* Reap the process if it has ended, and say how it did. */
static enum worker_state
reap(struct worker *worker)
{
    if (worker->pid > 0) {
        pid_t ended = waitpid(worker->pid, &worker->status, WNOHANG);

        if (ended == 0 || (ended < 0 && errno == EINTR))
            return WORKER_RUNNING;
        worker->pid = -1;
        close_once(&worker->pidfd);
        close_once(&worker->input);
    }
    if (WIFSIGNALED(worker->status))
        snprintf(worker->obituary, sizeof(worker->obituary),
                 "ended by signal %d (%s)", WTERMSIG(worker->status),
                 strsignal(WTERMSIG(worker->status)));
    else
        snprintf(worker->obituary, sizeof(worker->obituary),
                 "ended with status %d", WEXITSTATUS(worker->status));
    return WIFEXITED(worker->status) && WEXITSTATUS(worker->status) == 0
               ? WORKER_ENDED : WORKER_DIED;
}


enum worker_state
worker_work(struct worker *worker, worker_line_handler *handle, void *closure)
{
    write_input(worker);
    read_output(worker, handle, closure);
    if (worker->output >= 0)
        return WORKER_RUNNING;
    return reap(worker);
}


const char *
worker_obituary(const struct worker *worker)
{
    return worker->obituary;
}
