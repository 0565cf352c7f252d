/*
 * What does not work, said when it begins and when it is over, and not each
 * time that it is tried.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_COMPLAINTS_H
#define DAEMON_COMPLAINTS_H

#include "base/memory.h"
#include "daemon/log.h"

/* What is complained of now, by topic.  All zero: nothing. */
struct complaints {
    struct strings topics;
    struct strings texts;
};


/*
 * Say, as a warning, that something does not work, unless that was the last
 * thing said of it.
 *
 * topic       What it is, for complaints_end(): "saving the status".
 * message_id  As for log_note().
 */
void complaints_add(struct complaints *complaints, struct log *log,
                    const char *topic, const char *message_id,
                    const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Say that something works again, if it was complained of. */
void complaints_end(struct complaints *complaints, struct log *log,
                    const char *topic);

/* Free what they hold. */
void complaints_clear(struct complaints *complaints);

#endif
