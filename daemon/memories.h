/*
 * What the service keeps of its runs for later ones, in the state directory:
 * refused credentials (refusal.h) and where each DC's USN stood (history.h).
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_MEMORIES_H
#define DAEMON_MEMORIES_H

#include "daemon/history.h"
#include "daemon/refusal.h"
#include "daemon/watch.h"

/* All zero remembers nothing. */
struct memories {
    char *directory;
    struct refusals *refusals;
    struct history *history;
};


/*
 * Use a state directory.  What is remembered of the same one stays, also what
 * could not be saved to it.
 *
 * watch  Told what cannot be read, here and below.
 */
void memories_open(struct memories *memories, const char *directory,
                   struct watch *watch);
void memories_close(struct memories *memories);

/* Tell a run that has just started what earlier ones saw. */
void memories_tell(const struct memories *memories,
                   const struct context_task *context, struct run *run,
                   struct watch *watch);

/* Remember a refusal at once: a run may never end, and must not be repeated
   then with the same password. */
void memories_note(const struct memories *memories, const struct run *run,
                   struct watch *watch);

/* Keep what later runs need of one that has ended. */
void memories_keep(const struct memories *memories, const struct run *run,
                   struct watch *watch);

#endif
