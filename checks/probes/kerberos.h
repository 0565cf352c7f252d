/*
 * libkrb5 for the files behind tickets.h: a context that obeys nothing but
 * this program.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_KERBEROS_H
#define CHECKS_PROBES_KERBEROS_H

#include <krb5.h>

#include "base/error.h"

struct kerberos {
    krb5_context context;
    int profile;  /* a file in memory that stands for krb5.conf */
};

/*
 * Make a context with a profile of its own: no KDC is looked up, no name is
 * canonicalised, and a KDC's clock is never silently adopted.  GSSAPI, which
 * makes its own contexts, is given the same profile through the environment.
 *
 * kerberos_out  For kerberos_close(), also after a failure.
 * realm         The default realm.
 */
bool kerberos_open(struct kerberos *kerberos_out, const char *realm,
                   struct error *error);

void kerberos_close(struct kerberos *kerberos);

/*
 * Set an error that ends in libkrb5's text for a code.
 *
 * Returns false, as error_set().
 */
bool kerberos_fail(const struct kerberos *kerberos, krb5_error_code code,
                   struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A principal spelled out, printable, for the caller to free(). */
char *kerberos_name(const struct kerberos *kerberos,
                    krb5_const_principal principal);

#endif
