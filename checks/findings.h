/*
 * What the checks concluded.
 *
 * Code and subject are a finding's key; it stays the same for as long as the
 * cause does.  Judges also say which keys they judged at all: a finding has
 * healed only when its key was judged and not found.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_FINDINGS_H
#define CHECKS_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

struct keys;

/* Values are the exit statuses; status_worse() knows the order of badness. */
enum status { STATUS_OK, STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN };

enum impact { IMPACT_MAIL_FAILS, IMPACT_MAIL_AT_RISK, IMPACT_MONITORING };

struct value {
    char *name;
    double number;
    char *unit;  /* "s", "" ... */
};

struct evidence {
    char *probe;      /* "ldap", "kdc", "dns", "ntp" ... */
    char *target;     /* which host was asked */
    int64_t time_us;
    char *text;
};

struct finding {
    const char *check;  /* the check's name; static */
    const char *code;   /* static */
    char *subject;
    enum status status;
    enum impact impact;
    char *message;      /* one line, for a person */
    struct value *values;
    size_t value_count;
    struct evidence *evidence;
    size_t evidence_count;
    struct strings remedy;     /* commands, and on which machine */
    struct strings reference;  /* "KB979174", "RFC 4120 section 7.5.9" */
    struct strings concerns;   /* DCs and accounts that it is about besides its
                                  subject; for causes.h alone */
    struct strings caused_by;  /* keys, "CODE subject", of what explains it */
    enum status gravity;       /* the worst of its status and of all that it
                                  explains; set by findings_sort() */
    char *accepted;            /* why it is accepted (acceptance.h); or NULL */
    int64_t accepted_until_us; /* until when, microseconds since 1970 */
};

/* Something measured, healthy or not. */
struct measurement {
    const char *check;
    char *subject;
    char *name;     /* "offset", "latency", "holders" */
    double number;
    double bound;   /* error bound in the same unit; negative if it has none */
    char *unit;
};

/* How one check went. */
struct check_result {
    const char *check;
    enum status status;          /* the worst of its findings that count */
    bool judged;                 /* false: JSON has status null */
    size_t covered;              /* distinct subjects judged */
    size_t above_ok;             /* its findings that count */
    struct strings not_covered;  /* what it could not see, one line each */
    double elapsed_s;
    int64_t judged_us;           /* when, microseconds since 1970 */
    int64_t interval_us;         /* until it is judged again; 0: never */
};

struct findings {
    struct finding **items;  /* as added; findings_sort() puts worst first */
    size_t count;
    struct measurement *measurements;
    size_t measurement_count;
    struct check_result *results;  /* one a check that ran, in their order */
    size_t result_count;
    struct strings judged_keys;    /* "CODE subject" */
    struct strings undecided_keys; /* likewise; see findings_undecided() */
    struct keys *index;            /* of the keys; private */
    struct keys *subjects;         /* of the running check; private */
};


/* The words for statuses and impacts, by value; NULL ends them. */
extern const char *const status_names[], *const impact_names[];

/* The word for a status, "OK"; for an impact, "mail-fails". */
const char *status_name(enum status status);
const char *impact_name(enum impact impact);

/* Whether left is worse than right: CRITICAL > WARNING > UNKNOWN > OK. */
bool status_worse(enum status left, enum status right);

struct findings *findings_new(void);
void findings_free(struct findings *findings);

/* For the runner: all that is added from here on belongs to this check; its
   result is opened, and closed by findings_end_check(). */
void findings_begin_check(struct findings *findings, const char *check);
void findings_end_check(struct findings *findings, double elapsed_s);

/*
 * Add a finding, also marking its key as judged.
 *
 * code     One of JUDGEMENT's codes; static.
 * subject  Its subject in JUDGEMENT's spelling; copied.
 * format   The message.
 *
 * Where the check has added this key before, that finding is returned, with
 * the worse of both statuses (and, when the new one is worse, its message).
 *
 * Returns the finding for adding evidence and so on, valid until
 * findings_free().
 */
struct finding *findings_add(struct findings *findings, enum status status,
                             enum impact impact, const char *code,
                             const char *subject, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Say that a key was looked at and judged, whatever came of it. */
void findings_judged(struct findings *findings, const char *code,
                     const char *subject);

/*
 * As findings_judged() for a key that does not hold, but its subject is not
 * counted as covered: for what is derived from others, as a pair of hosts.
 */
void findings_ruled_out(struct findings *findings, const char *code,
                        const char *subject);

/* For what is read from a file: a check whose result is known already, and
   to which all belongs that is added from here on.  Its list of what is not
   covered is empty. */
void findings_add_result(struct findings *findings,
                         const struct check_result *result);

/* For the runner: add the OK finding of the check that has ended, with the
   domain as its subject. */
void findings_pass(struct findings *findings, const char *code,
                   const char *domain, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Move one check's result, findings and measurements to other findings, which
 * must not have them yet.  What it judged stays behind: that is of the run.
 */
void findings_move_check(struct findings *into, struct findings *from,
                         const char *check);

/*
 * Move what one check found before and a later run of it could not see: its
 * findings above OK whose keys that run has not judged.
 *
 * into    Has the check's later result, which then counts them too.
 * from    The former findings.
 * judged  What the later run has judged.
 */
void findings_move_unjudged(struct findings *into, struct findings *from,
                            const struct findings *judged, const char *check);

/* Say that every subject of a code was judged: what is no longer there, an SPN
   that was deleted for one, cannot be named and has healed all the same. */
void findings_judged_all(struct findings *findings, const char *code);

/* Say that a subject is there and could not be judged: findings_judged_all()
   does not speak of it. */
void findings_undecided(struct findings *findings, const char *code,
                        const char *subject);

/* Say what this check could not see: a line for a person. */
void findings_not_covered(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Note something measured; bound is negative if there is none. */
void findings_measure(struct findings *findings, const char *subject,
                      const char *name, double number, double bound,
                      const char *unit);

void finding_value(struct finding *finding, const char *name, double number,
                   const char *unit);
void finding_evidence(struct finding *finding, const char *probe,
                      const char *target, int64_t time_us, const char *format,
                      ...) __attribute__((format(printf, 5, 6)));
void finding_remedy(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void finding_reference(struct finding *finding, const char *reference);

/* Say that a finding is also about a DC, which lacks what others have, or an
   account. */
void finding_concerns(struct finding *finding, const char *name);

/* The finding of a key, or NULL. */
struct finding *findings_find(const struct findings *findings,
                              const char *code, const char *subject);

/* Whether some check judged a key in this run. */
bool findings_was_judged(const struct findings *findings, const char *code,
                         const char *subject);

/* The key of a finding, "CODE subject", for the caller to free(). */
char *finding_key(const struct finding *finding);

/* Whether a finding counts: above OK, and nobody has accepted it. */
bool finding_counts(const struct finding *finding);

/* The worst status of all findings that count, and of all checks: one that
   could see nothing is UNKNOWN without a finding of its own. */
enum status findings_worst(const struct findings *findings);

/* Order findings: worst first, where a root is as bad as what it explains;
   accepted ones after those that count, roots before what they explain, then
   by check, code and subject; and measurements by check, subject and name. */
void findings_sort(struct findings *findings);

#endif
