/*
 * Which findings explain which others.
 *
 * One table declares it by codes; it has no cycle, which the unit test proves,
 * so a symptom always leads to a root.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_CAUSES_H
#define CHECKS_CAUSES_H

#include "checks/findings.h"
#include "checks/settings.h"

/* How the subjects of two findings must be related. */
enum cause_relation {
    CAUSE_ANYWHERE,   /* whatever the subjects: it concerns the whole domain */
    CAUSE_SAME_SUBJECT,
    CAUSE_SAME_HOST,  /* the same host, one of a pair's, or the packet worker of
                         them all */
    CAUSE_SAME_PORT,  /* "host:389" by "host:389/tcp" or by "host" */
    CAUSE_SAME_NAME,  /* "kdc name" by the name, or by the account "name" where
                         it is a principal of a realm */
    CAUSE_SAME_PAIR,  /* "a->b ..." by "a->b ..." */
    CAUSE_CONCERN,    /* the effect says that it concerns the cause's subject */
    CAUSE_BEHIND,     /* "a->b NC", the domain's, or "a->b account": the effect
                         says that it concerns b, which lacks what others have,
                         and that account */
    CAUSE_KDC_PORT,   /* the host's Kerberos port, if nothing replaces it */
    CAUSE_CLOCK,      /* a clock that the host's tickets depend on, and so far
                         off that Kerberos refuses */
    CAUSE_SPN_HOST,   /* the host within the effect's SPN */
    CAUSE_NO_DC,      /* while no domain controller is known at all */
    CAUSE_NO_LDAP,    /* while not one of them could be searched */
    CAUSE_NO_KDC,     /* a Kerberos port, while not one of them works */
};

struct cause_rule {
    const char *effect;  /* a code; one ending in "*" stands for all that */
    const char *cause;   /* begin so */
    enum cause_relation relation;
};

/* The table; a rule without an effect ends it. */
extern const struct cause_rule cause_rules[];

/* Whether a rule's code stands for a finding's. */
bool cause_matches(const char *pattern, const char *code);

/* Fill caused_by of every finding above OK that others above OK explain. */
void causes_apply(struct findings *findings, const struct settings *settings);

#endif
