/*
 * From the configuration to what a run needs.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/context.h"
#include "daemon/credentials.h"
#include "daemon/identity.h"
#include "daemon/seen.h"

enum { US_PER_MS = 1000 };


char *
context_host(void)
{
    return identity_host("/etc/hosts");
}


struct context_task *
context_new(const struct configuration *configuration, const char *host,
            int verbosity, struct strings *tried)
{
    const struct settings_numbers *numbers = configuration->settings->numbers;
    const struct ldap_options *ldap = &configuration->ldap;
    struct context_task *context = record_new(&context_task_type);
    struct credentials credentials;

    record_set(&context->host, host);
    record_set(&context->domain, numbers->domain);
    record_set(&context->realm, numbers->realm);
    context->timeout_ms = configuration->probes.timeout_us / US_PER_MS;
    context->smtp_timeout_ms
        = configuration->probes.smtp_timeout_us / US_PER_MS;
    context->bind = ldap->bind;
    record_set(&context->bind_dn, ldap->bind_dn);
    credentials_find(configuration, &credentials);
    record_set(&context->principal, credentials.principal);
    record_set(&context->keytab, credentials.keytab);
    record_set(&context->ccache, credentials.ccache);
    record_set(&context->password_file, credentials.password_file);
    for (size_t i = 0; i < credentials.tried.count; i++)
        strings_add(tried, credentials.tried.items[i]);
    credentials_clear(&credentials);
    context->tls = ldap->tls;
    record_set(&context->ca_file, ldap->ca_file);
    context->verbosity = verbosity;
    return context;
}


bool
context_has_credentials(const struct context_task *context)
{
    return context->bind == BIND_ANONYMOUS || *context->keytab
           || *context->ccache || *context->password_file;
}


/* Find the mail servers' keytabs.  One that systemd did not pass keeps its
   name, which the worker then cannot open. */
static void
find_keytabs(struct settings *settings)
{
    for (size_t i = 0; i < settings->mail_count; i++) {
        struct target_mail *mail = settings->mail[i];
        struct error error;
        char *path = *mail->keytab ? credentials_file(mail->keytab, &error)
                                   : NULL;

        if (path)
            record_set(&mail->keytab, path);
        free(path);
    }
}


struct settings *
context_settings(const struct configuration *configuration,
                 const struct context_task *context)
{
    struct settings *settings = settings_copy(configuration->settings);

    record_set(&settings->numbers->host, context->host);
    settings->numbers->timeout_us = configuration->probes.timeout_us;
    settings->numbers->credentials = context_has_credentials(context);
    find_keytabs(settings);
    return settings;
}


char *
context_add_seen(const struct configuration *configuration,
                 struct settings *settings)
{
    char *path = xasprintf("%s/%s", configuration->state_directory, SEEN_FILE);
    char *warning = NULL;
    struct strings hosts = {NULL, 0};
    struct error error;

    if (settings->numbers->discovered_mail
        && !seen_read(path, &hosts, &warning, &error))
        warning = xstrdup(error.text);
    for (size_t i = 0; i < hosts.count; i++)
        settings_mail(settings, hosts.items[i])->origin |= MAIL_SEEN;
    strings_clear(&hosts);
    free(path);
    return warning;
}
