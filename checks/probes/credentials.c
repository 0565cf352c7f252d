/*
 * What this host authenticates with: a keytab, or a ticket it already has.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "checks/probes/credentials.h"

/* No honest keytab or cache has more; one that is a pipe might. */
enum { ENTRIES_MOST = 10000 };


/* Whether a component of a principal is this text. */
static bool
has_component(const krb5_data *component, const char *text)
{
    return component->length == strlen(text)
           && memcmp(component->data, text, component->length) == 0;
}


/* Whether a principal is spelled like a machine account, "HOST$". */
static bool
is_machine(krb5_const_principal principal)
{
    const krb5_data *name = &principal->data[0];

    return principal->length == 1 && name->length > 1
           && name->data[name->length - 1] == '$';
}


/* Whether a principal is of the context's default realm. */
static bool
is_local(const struct kerberos *kerberos, krb5_const_principal principal)
{
    char *realm = NULL;
    bool local;

    if (krb5_get_default_realm(kerberos->context, &realm) != 0)
        return false;
    local = has_component(&principal->realm, realm);
    krb5_free_default_realm(kerberos->context, realm);
    return local;
}


/* Choose a principal of a keytab that is open; sets the error if none fits. */
static bool
choose_client(const struct kerberos *kerberos, krb5_keytab keytab,
              const char *file, krb5_principal *client_out,
              struct error *error)
{
    krb5_context context = kerberos->context;
    krb5_principal chosen = NULL;
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(context, keytab, &cursor);

    if (code != 0)
        return kerberos_fail(kerberos, code, error, "reading keytab %s", file);
    for (int i = 0; i < ENTRIES_MOST; i++) {
        code = krb5_kt_next_entry(context, keytab, &entry, &cursor);
        if (code != 0)
            break;
        if (is_local(kerberos, entry.principal)
            && (!chosen || (is_machine(entry.principal)
                            && !is_machine(chosen)))) {
            krb5_free_principal(context, chosen);
            chosen = NULL;
            krb5_copy_principal(context, entry.principal, &chosen);
        }
        krb5_free_keytab_entry_contents(context, &entry);
    }
    krb5_kt_end_seq_get(context, keytab, &cursor);
    *client_out = chosen;
    if (chosen)
        return true;
    if (code != 0 && code != KRB5_KT_END)
        return kerberos_fail(kerberos, code, error, "reading keytab %s", file);
    return error_set(error, "keytab %s has no key of this realm: export one,"
                     " or name the right keytab", file);
}


/* Read the principal that was asked for, and see that it has a key. */
static bool
check_client(const struct kerberos *kerberos, krb5_keytab keytab,
             const char *file, const char *name, krb5_principal *client_out,
             struct error *error)
{
    krb5_context context = kerberos->context;
    krb5_principal client;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_parse_name(context, name, &client);

    if (code != 0)
        return kerberos_fail(kerberos, code, error, "reading principal %s",
                             name);
    code = krb5_kt_get_entry(context, keytab, client, 0, 0, &entry);
    if (code != 0) {
        krb5_free_principal(context, client);
        return kerberos_fail(kerberos, code, error,
                             "finding a key of %s in keytab %s", name, file);
    }
    krb5_free_keytab_entry_contents(context, &entry);
    *client_out = client;
    return true;
}


bool
credentials_open_keytab(const struct kerberos *kerberos, const char *file,
                        const char *principal, krb5_keytab *keytab_out,
                        krb5_principal *client_out, struct error *error)
{
    krb5_keytab keytab;
    krb5_error_code code = krb5_kt_resolve(kerberos->context, file, &keytab);
    bool found;

    if (code != 0)
        return kerberos_fail(kerberos, code, error, "opening keytab %s", file);
    if (*principal)
        found = check_client(kerberos, keytab, file, principal, client_out,
                             error);
    else
        found = choose_client(kerberos, keytab, file, client_out, error);
    if (!found) {
        krb5_kt_close(kerberos->context, keytab);
        return false;
    }
    *keytab_out = keytab;
    return true;
}


/* Whether a ticket is a ticket-granting one for a realm's KDC. */
static bool
is_tgt(const krb5_creds *creds, const char *realm)
{
    krb5_const_principal server = creds->server;

    return server->length == 2
           && has_component(&server->data[0], KRB5_TGS_NAME)
           && has_component(&server->data[1], realm);
}


/* How much longer a ticket is valid, in seconds; its times are unsigned. */
static int64_t
time_left(const krb5_creds *creds)
{
    return (int64_t)(uint32_t)creds->times.endtime - (int64_t)time(NULL);
}


/* Copy the ticket-granting tickets of a realm that are still valid. */
static bool
copy_tickets(const struct kerberos *kerberos, krb5_ccache cache,
             const char *name, const char *realm, krb5_ccache copy,
             struct error *error)
{
    krb5_context context = kerberos->context;
    bool found = false, expired = false;
    krb5_cc_cursor cursor;
    krb5_creds creds;
    krb5_error_code code = krb5_cc_start_seq_get(context, cache, &cursor);

    if (code != 0)
        return kerberos_fail(kerberos, code, error,
                             "reading credential cache %s", name);
    for (int i = 0; i < ENTRIES_MOST
                    && krb5_cc_next_cred(context, cache, &cursor, &creds) == 0;
         i++) {
        if (is_tgt(&creds, realm) && time_left(&creds) <= 0)
            expired = true;
        else if (is_tgt(&creds, realm)
                 && krb5_cc_store_cred(context, copy, &creds) == 0)
            found = true;
        krb5_free_cred_contents(context, &creds);
    }
    krb5_cc_end_seq_get(context, cache, &cursor);
    if (found)
        return true;
    return error_set(error, "credential cache %s: %s: run kinit, or give a"
                     " keytab", name,
                     expired ? "its ticket-granting ticket has expired"
                     : "it has no ticket-granting ticket of this realm");
}


/* Whether a cache's owner is whom the configuration names. */
static bool
is_expected(const struct kerberos *kerberos, krb5_const_principal owner,
            const char *principal, const char *name, struct error *error)
{
    krb5_context context = kerberos->context;
    krb5_principal expected;
    krb5_error_code code;
    bool same;
    char *other;

    if (!*principal)
        return true;
    code = krb5_parse_name(context, principal, &expected);
    if (code != 0)
        return kerberos_fail(kerberos, code, error, "reading principal %s",
                             principal);
    same = krb5_principal_compare(context, owner, expected);
    krb5_free_principal(context, expected);
    if (same)
        return true;
    other = kerberos_name(kerberos, owner);
    error_set(error, "credential cache %s is that of %s, not of %s: run kinit"
              " for the latter", name, other, principal);
    free(other);
    return false;
}


bool
credentials_copy_tgt(const struct kerberos *kerberos, const char *name,
                     const char *principal, const char *realm,
                     krb5_ccache copy, krb5_principal *client_out,
                     struct error *error)
{
    krb5_context context = kerberos->context;
    krb5_principal owner = NULL;
    krb5_ccache cache = NULL;
    krb5_error_code code = krb5_cc_resolve(context, name, &cache);
    bool copied = false;

    if (code == 0)
        code = krb5_cc_get_principal(context, cache, &owner);
    if (code == 0)
        code = krb5_cc_initialize(context, copy, owner);
    if (code != 0)
        kerberos_fail(kerberos, code, error, "reading credential cache %s",
                      name);
    else
        copied = is_expected(kerberos, owner, principal, name, error)
                 && copy_tickets(kerberos, cache, name, realm, copy, error);
    if (cache)
        krb5_cc_close(context, cache);
    if (copied)
        *client_out = owner;
    else
        krb5_free_principal(context, owner);
    return copied;
}
