/*
 * libkrb5 for the files behind tickets.h.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <profile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/kerberos.h"

/* With kdc_timesync, which is the default, libkrb5 would take over the KDC's
   clock, and a skew would go unseen.  From 1.21 on it takes no RC4 ticket by
   itself, and what a sender would get could not be told. */
#define PROFILE                                                             \
    "[libdefaults]\n"                                                       \
    "allow_rc4 = true\n"                                                    \
    "default_realm = %s\n"                                                  \
    "dns_canonicalize_hostname = false\n"                                   \
    "dns_lookup_kdc = false\n"                                              \
    "dns_lookup_realm = false\n"                                            \
    "dns_uri_lookup = false\n"                                              \
    "kdc_timesync = 0\n"                                                    \
    "rdns = false\n"

enum { NAME_MOST = 512 };


/* Keep the profile in memory; returns its descriptor or -1. */
static int
write_profile(const char *realm, struct error *error)
{
    int fd = memfd_create("krb5.conf", MFD_CLOEXEC);

    if (fd < 0 || dprintf(fd, PROFILE, realm) < 0) {
        error_set_errno(error, "writing a Kerberos profile to memory");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}


bool
kerberos_open(struct kerberos *kerberos, const char *realm,
              struct error *error)
{
    profile_t profile = NULL;
    char path[32];
    long code;

    *kerberos = (struct kerberos){.profile = write_profile(realm, error)};
    if (kerberos->profile < 0)
        return false;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", kerberos->profile);
    setenv("KRB5_CONFIG", path, 1);
    code = profile_init_path(path, &profile);
    if (code == 0)
        code = krb5_init_context_profile(profile, KRB5_INIT_CONTEXT_SECURE,
                                         &kerberos->context);
    profile_release(profile);
    if (code == 0)
        return true;
    return kerberos_fail(kerberos, (krb5_error_code)code, error,
                         "starting libkrb5 for realm %s", realm);
}


void
kerberos_close(struct kerberos *kerberos)
{
    if (kerberos->context)
        krb5_free_context(kerberos->context);
    if (kerberos->profile >= 0)
        close(kerberos->profile);
}


bool
kerberos_fail(const struct kerberos *kerberos, krb5_error_code code,
              struct error *error, const char *format, ...)
{
    const char *raw = krb5_get_error_message(kerberos->context, code);
    char *reason = text_clean(raw, strlen(raw), sizeof(error->text) / 2);
    va_list arguments;
    char *what;

    krb5_free_error_message(kerberos->context, raw);
    va_start(arguments, format);
    what = xvasprintf(format, arguments);
    va_end(arguments);
    error_set(error, "%s: %s", what, reason);
    free(what);
    free(reason);
    return false;
}


char *
kerberos_name(const struct kerberos *kerberos, krb5_const_principal principal)
{
    char *raw = NULL, *name;

    if (krb5_unparse_name(kerberos->context, principal, &raw) != 0)
        return xstrdup("a principal that cannot be spelled");
    name = text_clean(raw, strlen(raw), NAME_MOST);
    krb5_free_unparsed_name(kerberos->context, raw);
    return name;
}
