/*
 * As whom to ask: finding credentials by their files, without reading them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "daemon/credentials.h"
#include "daemon/spelling.h"


void
credentials_clear(struct credentials *credentials)
{
    free(credentials->principal);
    free(credentials->keytab);
    free(credentials->ccache);
    free(credentials->password_file);
    free(credentials->description);
    strings_clear(&credentials->tried);
    *credentials = (struct credentials){.principal = NULL};
}


char *
credentials_file(const char *name, struct error *error)
{
    static const char prefix[] = "credential:";
    const char *directory = getenv("CREDENTIALS_DIRECTORY");

    if (strncmp(name, "FILE:", 5) == 0)
        return xstrdup(name + 5);
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return xstrdup(name);
    name += strlen(prefix);
    if (directory && directory[0] == '/')
        return xasprintf("%s/%s", directory, name);
    error_set(error, "finding credential:%s: $CREDENTIALS_DIRECTORY is not "
                     "set; this works in a service of systemd with "
                     "LoadCredential=%s:PATH", name, name);
    return NULL;
}


/* Check that a file can be read by this process, or a directory entered. */
static bool
expect_usable(const char *path, bool directory, struct error *error)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return error_set_errno(error, "%s", path);
    if (directory && !S_ISDIR(status.st_mode))
        return error_set(error, "%s: not a directory", path);
    if (!directory && !S_ISREG(status.st_mode))
        return error_set(error, "%s: not a regular file", path);
    if (!directory && status.st_size == 0)
        return error_set(error, "%s: empty", path);
    /* With the effective identity, as the worker will open it. */
    if (faccessat(AT_FDCWD, path, directory ? R_OK | X_OK : R_OK, AT_EACCESS)
        < 0)
        return error_set_errno(error, "%s", path);
    return true;
}


/*
 * Check that a credential cache can be used, as far as its name tells.
 *
 * Caches that are no files are taken on trust: only libkrb5 knows.
 */
static bool
expect_ccache(const char *name, struct error *error)
{
    if (name[0] == '/')
        return expect_usable(name, false, error);
    if (strncmp(name, "FILE:", 5) == 0)
        return expect_usable(name + 5, false, error);
    if (strncmp(name, "DIR::", 5) == 0)
        return expect_usable(name + 5, false, error);
    if (strncmp(name, "DIR:", 4) == 0)
        return expect_usable(name + 4, true, error);
    if (strncmp(name, "MEMORY:", 7) == 0)
        return error_set(error, "%s: is in another process", name);
    return true;
}


/* Replace a text. */
static void
set_text(char **member, char *text)
{
    free(*member);
    *member = text;
}


/* Describe what was found. */
static void
describe(struct credentials *credentials, const char *kind, const char *name)
{
    const char *principal = credentials->principal;
    char *shown = text_clean(name, strlen(name), 200);

    set_text(&credentials->description,
             *principal ? xasprintf("%s in the %s %s", principal, kind, shown)
                        : xasprintf("the %s %s", kind, shown));
    free(shown);
}


/* Note why some credentials are not used. */
static void
add_tried(struct credentials *credentials, const char *kind,
          const struct error *error)
{
    char *text = xasprintf("%s %s", kind, error->text);
    char *line = text_clean(text, strlen(text), sizeof(error->text));

    strings_add(&credentials->tried, line);
    free(line);
    free(text);
}


/* Use a keytab, if it can be. */
static bool
try_keytab(const char *name, struct credentials *credentials)
{
    struct error error;
    char *path = credentials_file(name, &error);

    if (!path || !expect_usable(path, false, &error)) {
        add_tried(credentials, "keytab", &error);
        free(path);
        return false;
    }
    set_text(&credentials->keytab, path);
    describe(credentials, "keytab", path);
    return true;
}


/* Use a credential cache, if it can be. */
static bool
try_ccache(const char *name, struct credentials *credentials)
{
    struct error error;

    if (!expect_ccache(name, &error)) {
        add_tried(credentials, "credential cache", &error);
        return false;
    }
    set_text(&credentials->ccache, xstrdup(name));
    describe(credentials, "credential cache", name);
    return true;
}


/* Find the file with a simple bind's password. */
static void
find_password(const char *name, struct credentials *credentials)
{
    struct error error;
    char *path = *name ? credentials_file(name, &error) : NULL;

    if (path)
        set_text(&credentials->password_file, path);
    else if (*name)
        add_tried(credentials, "password", &error);
}


bool
credentials_search(const struct configuration *configuration,
                   const char *machine_keytab,
                   struct credentials *credentials_out)
{
    const struct credential_names *names = &configuration->credentials;
    const char *environment = getenv("KRB5CCNAME");

    *credentials_out = (struct credentials){
        .principal = xstrdup(names->principal), .keytab = xstrdup(""),
        .ccache = xstrdup(""), .password_file = xstrdup(""),
        .description = xstrdup("none"),
    };
    find_password(configuration->ldap.password_file, credentials_out);
    if (configuration->ldap.bind != BIND_GSSAPI)
        return false;
    if (*names->keytab && try_keytab(names->keytab, credentials_out))
        return true;
    if (*names->ccache && try_ccache(names->ccache, credentials_out))
        return true;
    if (*names->keytab || *names->ccache)
        return false;
    if (environment && *environment
        && try_ccache(environment, credentials_out))
        return true;
    return try_keytab(machine_keytab, credentials_out);
}


bool
credentials_find(const struct configuration *configuration,
                 struct credentials *credentials_out)
{
    return credentials_search(configuration, CREDENTIALS_KEYTAB,
                              credentials_out);
}


/* Whether credentials are named, so that there is an account already. */
static bool
is_named(const struct configuration *configuration)
{
    const struct credential_names *names = &configuration->credentials;

    return *names->keytab || *names->ccache
           || configuration->ldap.bind == BIND_SIMPLE;
}


/* How to make an account and its keytab, lines for the caller to free(). */
static char *
describe_making(const struct settings_numbers *numbers)
{
    const char *domain = numbers->domain, *realm = numbers->realm;

    return xasprintf(
        "  An ordinary account without any rights is enough.\n"
        "On a Windows domain controller, in PowerShell as administrator:\n"
        "  New-ADUser spnhealthd -UserPrincipalName spnhealthd@%s `\n"
        "    -AccountPassword (Read-Host -AsSecureString Password) `\n"
        "    -PasswordNeverExpires $true -KerberosEncryptionType AES256 `\n"
        "    -Enabled $true\n"
        "  ktpass -princ spnhealthd@%s -mapuser spnhealthd `\n"
        "    -crypto AES256-SHA1 -ptype KRB5_NT_PRINCIPAL -pass * `\n"
        "    -out spnhealthd.keytab\n"
        "On a Samba domain controller, as root:\n"
        "  samba-tool user create spnhealthd --random-password\n"
        "  samba-tool user setexpiry spnhealthd --noexpiry\n"
        "  samba-tool domain exportkeytab spnhealthd.keytab \\\n"
        "    --principal=spnhealthd@%s\n"
        "Then, with the keytab copied here and readable by nobody else:\n"
        "  spnhealthd --check --domain %s --keytab spnhealthd.keytab\n",
        domain, realm, realm, domain);
}


char *
credentials_advice(const struct configuration *configuration)
{
    struct credentials credentials;
    char *tried, *making, *advice;

    credentials_find(configuration, &credentials);
    tried = spelling_list(&credentials.tried);
    making = is_named(configuration)
                 ? xstrdup("\n")
                 : describe_making(configuration->settings->numbers);
    advice = xasprintf("No credentials (%s): only what needs none is "
                       "judged.%s", tried, making);
    free(making);
    free(tried);
    credentials_clear(&credentials);
    return advice;
}
