/*
 * What a worker gives up before it reads the first byte from a network.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checks/probes/sandbox.h"

/* More than the packet worker's sockets, less than would hurt the host. */
enum { FILES_MOST = 1024 };

/* Every way to change a file system that Landlock has known since its first
   version.  Rights that are not named here, as reading, stay granted. */
#define LANDLOCK_WRITING                                                    \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR          \
     | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR        \
     | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG            \
     | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO          \
     | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)


/* Take signals as they come, but for SIGPIPE: a peer that hangs up is an
   observation, not the end of the worker. */
static bool
reset_signals(struct error *error)
{
    sigset_t none;

    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return error_set_errno(error, "unblocking signals");
    signal(SIGPIPE, SIG_IGN);
    return true;
}


/* Lower a limit, never asking for more than there is.  The hard limit stays:
   valgrind does not let go of it. */
static bool
limit(int resource, rlim_t most, const char *what, struct error *error)
{
    struct rlimit now;

    if (getrlimit(resource, &now) < 0)
        return error_set_errno(error, "reading the limit of %s", what);
    if (now.rlim_cur > most)
        now.rlim_cur = most;
    if (setrlimit(resource, &now) < 0)
        return error_set_errno(error, "limiting %s", what);
    return true;
}


/* Make the file system read-only for this process.  Kernels before 5.13, and
   those without Landlock, are left as they are. */
static void
forbid_writing(void)
{
    const struct landlock_ruleset_attr rules
        = {.handled_access_fs = LANDLOCK_WRITING};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules),
                          0);

    if (fd < 0)
        return;
    syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}


bool
sandbox_enter(struct error *error)
{
    if (!reset_signals(error)
        || !limit(RLIMIT_CORE, 0, "core files", error)
        || !limit(RLIMIT_NOFILE, FILES_MOST, "open files", error))
        return false;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return error_set_errno(error, "asking to die with the parent");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, "giving up new privileges");
    forbid_writing();
    return true;
}
