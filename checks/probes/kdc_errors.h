/*
 * What a KDC's error codes mean for whoever asked it for a ticket.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_KDC_ERRORS_H
#define CHECKS_PROBES_KDC_ERRORS_H

#include <stddef.h>
#include <stdint.h>

#include "checks/facts.h"

/* An error of RFC 4120 section 7.5.9. */
struct kdc_error {
    int64_t code;
    const char *name;          /* as the RFC spells it */
    enum kdc_outcome outcome;  /* if a ticket was asked for */
    const char *advice;        /* what it means, what to do */
};

enum {
    KDC_ERROR_PREAUTH = 25,  /* is required */
    KDC_ERROR_SKEW = 37,
    KDC_ERROR_TOO_BIG = 52,
};

/* Look a code up; NULL for one that no KDC sends for a ticket. */
const struct kdc_error *kdc_error_find(int64_t code);

/*
 * The NTSTATUS that Windows and Samba put into the e-data of an error
 * (MS-KILE section 2.2.1), bare or wrapped in METHOD-DATA.
 *
 * Returns it, or 0 where there is none.
 */
uint32_t kdc_error_status(const void *data, size_t length);

/* What such a status says of the account, and what to do; or NULL. */
const char *kdc_status_advice(int64_t status);

#endif
