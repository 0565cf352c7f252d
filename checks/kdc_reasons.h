/*
 * Why a KDC gives no ticket, in words, and which commands mend it.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_KDC_REASONS_H
#define CHECKS_KDC_REASONS_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/findings.h"

/* Where the fault lies. */
enum kdc_blame {
    BLAME_ACCOUNT,   /* the state of the account */
    BLAME_SECRET,    /* the key that was used is not the account's */
    BLAME_CLOCK,
    BLAME_NETWORK,   /* between this host and the KDC */
    BLAME_KDC,       /* the KDC itself, or what is not known better */
};

struct kdc_reason {
    int64_t code;         /* RFC 4120 section 7.5.9's, or an NTSTATUS */
    enum kdc_blame blame;
    const char *words;    /* "the account is disabled" */
    const char *windows;  /* the command that an account's name follows */
    const char *samba;    /* with Samba; both may be NULL */
    bool new_password;    /* the account needs one */
};


/*
 * Look up why a KDC refused.
 *
 * error_code  Its error; 0 without one.
 * nt_status   The NTSTATUS with it, which is more precise; 0 without one.
 *
 * Returns NULL for what is not known.
 */
const struct kdc_reason *kdc_reason_find(int64_t error_code,
                                         int64_t nt_status);

/*
 * Advise how to mend an account.
 *
 * reason   May be NULL, or one that no command mends: nothing is advised.
 * account  As the directory or the KDC has it; is quoted where it must be.
 */
void kdc_reason_advise(const struct kdc_reason *reason, const char *account,
                       struct finding *finding);

/* Advise to give an account a new password, which a computer must do itself
   lest it be locked out of the domain. */
void kdc_reason_advise_password(const char *account, bool computer,
                                struct finding *finding);

#endif
