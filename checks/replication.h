/*
 * The parts of the check replication, and what its plan has to know.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_REPLICATION_H
#define CHECKS_REPLICATION_H

#include <stdbool.h>

#include "checks/facts.h"
#include "checks/findings.h"
#include "checks/pairs.h"
#include "checks/samples.h"
#include "checks/settings.h"
#include "checks/topology.h"

/* A partner that has nothing new is asked once an hour. */
#define REPLICATION_POLL_US INT64_C(3600000000)

enum {
    REPLICATION_FEW_FAILURES = 2,  /* a partner's restart makes no more */
};

/* What the parts judge with; all is borrowed. */
struct replication {
    const struct facts *facts;
    const struct settings *settings;
    const struct topology *topology;
    const struct samples *samples;
    struct findings *findings;
};

/* How far a destination is behind its source. */
struct lag {
    bool in_sync;         /* it lacks nothing that the source has */
    bool missing;         /* it lacks something, as the source says */
    bool unknown;         /* neither is known, though it should be */
    int64_t lag_us;       /* how long it has lacked it; -1 if not known */
    int64_t most_us;      /* it surely had all that long ago; -1 likewise */
    int64_t history_us;   /* how far samples reach back; -1 without any */
};


/*
 * What to ask a source DC for: whether it has anything that others have not
 * taken in, in the naming contexts that matter to mail.
 *
 * pending_out  Appended to: "USN HOST NC" as struct followup_task has it.
 */
void replication_questions(const struct facts *facts,
                           const struct settings *settings,
                           const char *source_host,
                           struct strings *pending_out);

/*
 * How bad it is that something has taken so long between two DCs.
 *
 * A DC that no mail server's site uses makes it WARNING at most, up to half
 * the tombstone lifetime.
 */
enum status replication_status(const struct replication *replication,
                               const char *source, const char *destination,
                               const struct allowance *allowance,
                               int64_t age_us);

/*
 * The DC for which a pair is too young to be judged, or NULL: it has not
 * finished its first synchronisation since it started, and was not seen at
 * work a usual allowance ago.  Where nothing tells whether it has just
 * started, what a start explains must be all there is.
 */
const char *replication_young_end(const struct replication *replication,
                                  const struct pair *pair);

/* Work out how far a pair's destination is behind. */
struct lag lag_of(const struct replication *replication,
                  const struct pair *pair);

/*
 * Judge whether a pair's destination gets its partner's changes at all:
 * REPL_FAILING.
 *
 * Returns the status; OK also where it stays open, and is not marked as
 * judged.
 */
enum status replication_judge_failing(const struct replication *replication,
                                      const struct pair *pair,
                                      const struct lag *lag);

/*
 * Judge whether a pair's destination is late: REPL_LAG.  Returns likewise.
 *
 * failing  What replication_judge_failing() returned.
 */
enum status replication_judge_lag(const struct replication *replication,
                                  const struct pair *pair,
                                  const struct lag *lag, enum status failing);

/* Advise how to bring up to date whoever is behind: a DC, or NULL where there
   may be several. */
void replication_advise_behind(struct finding *finding, const char *behind);

/* Advise how to replicate a naming context now, and how to look. */
void replication_advise(struct finding *finding, const char *source,
                        const char *destination, const char *nc);

/*
 * Judge whether the mail servers' accounts are the same everywhere:
 * REPL_DIVERGED.
 *
 * Returns whether every copy was seen and judged; one that may still become
 * the same in time is not.
 */
bool replication_judge_divergence(const struct replication *replication);

#endif
