/*
 * Lines of the log: what they say, how badly, and the fields that the journal
 * has beside the text.
 *
 * Severities are those of RFC 5424 section 6.2.1.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_LOG_ENTRY_H
#define DAEMON_LOG_ENTRY_H

#include <stdint.h>

#include "checks/record.h"
#include "daemon/alerts.h"

/* The longest line, in bytes, without what syslog puts before it. */
enum { LOG_LINE_MAX = 1024 };

/* MESSAGE_IDs of what is no finding; those of findings are in checks/codes.c.
   Each has its entry in etc/spnhealthd.catalog, and none is ever used for
   anything else. */
#define LOG_ID_STARTED         "f21b9c1267bb4556bbfe6ed901a5f6e9"
#define LOG_ID_STOPPED         "048e6548db6f4b1a9a391d96a21e48ea"
#define LOG_ID_RELOADED        "842b910d25ad41e7a5001e8f382e002a"
#define LOG_ID_RELOAD_FAILED   "dc8392974bbc49a693454d7a2280c0f3"
#define LOG_ID_RECOVERED       "79029ae05b44495dbfc440f5e320bb60"
#define LOG_ID_FLAPPING        "82d0d1d703ec4bd0832227bb8d5d0544"
#define LOG_ID_WITHDRAWN       "d1d1e78edd6744fe8ebffe07dc5fa676"
#define LOG_ID_HELD_BACK       "91903659ebc045a3b7960a240bfa94d3"
#define LOG_ID_DROPPED         "010e5e48b09644449084a2f051e9c9f9"
#define LOG_ID_STATE_UNSAVED   "72a43b2169fd49aa807b7762fb9f6ec1"
#define LOG_ID_KEYTAB_CHANGED  "d50a912880d444198f17172a2c386160"

/* A line that is to be logged. */
struct log_entry {
    int64_t priority;       /* LOG_CRIT and so on */
    int64_t time_us;        /* when it was written, wall clock */
    char *message;          /* for a person, printable */
    char *pairs;            /* key=value ..., where fields have no place */
    struct strings fields;  /* "NAME=value", for the journal */
};

/* For record_new(), record_free(), and to keep entries in a file. */
extern const struct record_type log_entry_type;


/*
 * The entry of an event:
 *
 * CRITICAL SPN_MISSING SMTPSVC/ex2: message [KB979174] code=SPN_MISSING
 * subject=SMTPSVC/ex2 status=CRITICAL impact=mail-fails since=... ...
 *
 * host     The host that looked.
 * domain   Whose mail it is about.
 * time_us  Now, wall clock, in microseconds since 1970.
 *
 * Message and pairs together are at most LOG_LINE_MAX bytes: what is too long
 * is cut in the message, so that the values stay whole.
 *
 * Returns an entry for the caller to record_free().
 */
struct log_entry *log_entry_of_event(const struct alert_event *event,
                                     const char *host, const char *domain,
                                     int64_t time_us);

/* The entry of a line of the service's own, cleaned and cut as an alert's;
   message_id may be NULL.  For the caller to record_free(). */
struct log_entry *log_entry_of_note(int priority, const char *message_id,
                                    int64_t time_us, const char *text);

#endif
