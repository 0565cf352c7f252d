/*
 * What every check last concluded, whenever it ran: what the service knows of
 * the estate.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_LATEST_H
#define DAEMON_LATEST_H

#include "base/error.h"
#include "checks/findings.h"
#include "checks/settings.h"
#include "daemon/report.h"

/* The file's name in the state directory. */
#define LATEST_FILE "status"

/* All zero knows nothing. */
struct latest {
    struct findings *findings;  /* with causes among all of them, sorted */
    struct settings *settings;  /* of the last run */
    int64_t elapsed_us;         /* how long that took */
};


/*
 * Take a run's findings: they replace those of the checks that ran.  A check
 * that always runs sees less when another does not, which had more looked at:
 * what it could not judge then stays.
 *
 * findings  Emptied; what they judged stays behind, as findings_move_check()
 *           has it.
 * settings  Copied.
 */
void latest_take(struct latest *latest, struct findings *findings,
                 const struct settings *settings, int64_t elapsed_us);

/* Forget what checks concluded that are not among these, a list of names. */
void latest_keep(struct latest *latest, const struct strings *checks);

/* The report of it; all that it points to is borrowed. */
struct report latest_report(const struct latest *latest,
                            const struct report_counters *counters);

/* Whether some check's conclusion is older than two of its intervals, or than
   two runs where those take longer, at a time of the wall clock; also where
   that lies before it, or where nothing was concluded. */
bool latest_is_stale(const struct latest *latest, int64_t now_us);

/*
 * Replace the file in one step; it stays as it was on failure.
 */
bool latest_save(const struct latest *latest,
                 const struct report_counters *counters, const char *path,
                 struct error *error);

/*
 * Read the file.
 *
 * latest_out, counters_out  Filled in; the former for latest_clear() also on
 *                           failure.
 *
 * Fails, with "FILE:LINE: what is wrong" or why it cannot be read.
 */
bool latest_load(struct latest *latest_out,
                 struct report_counters *counters_out, const char *path,
                 struct error *error);

/* Free what it holds. */
void latest_clear(struct latest *latest);

#endif
