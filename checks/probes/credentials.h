/*
 * What this host authenticates with: a keytab, or a ticket it already has.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_CREDENTIALS_H
#define CHECKS_PROBES_CREDENTIALS_H

#include "checks/probes/kerberos.h"

/*
 * Open a keytab and choose the principal in it.
 *
 * file        Its MIT name or path.
 * principal   Whom to be; "" for a machine account (HOST$@REALM) of the
 *             default realm, else the first entry of that realm.
 * keytab_out  For the caller to krb5_kt_close().
 * client_out  For the caller to krb5_free_principal().
 *
 * Fails when the keytab cannot be read or has no key of that principal.
 */
bool credentials_open_keytab(const struct kerberos *kerberos, const char *file,
                             const char *principal, krb5_keytab *keytab_out,
                             krb5_principal *client_out, struct error *error);

/*
 * Copy a ticket-granting ticket of a realm from a cache into another.
 *
 * name        The cache's MIT name.
 * principal   Whose it must be; "" for anybody's.
 * realm       The KDC's realm.
 * copy        Initialised here with the cache's principal.
 * client_out  For the caller to krb5_free_principal().
 *
 * Fails when the cache cannot be read, is somebody else's, or holds no such
 * ticket that is still valid.
 */
bool credentials_copy_tgt(const struct kerberos *kerberos, const char *name,
                          const char *principal, const char *realm,
                          krb5_ccache copy, krb5_principal *client_out,
                          struct error *error);

#endif
