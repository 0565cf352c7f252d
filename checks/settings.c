/*
 * What checks are told: field tables and lookups.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/settings.h"

enum { TEXT_MAX = 512, PATH_MAX_BYTES = 4096, LIST_MOST = 4096, PORT_LAST = 65535 };

static const struct field numbers_fields[] = {
    RECORD_STRING(settings_numbers, domain, TEXT_MAX),
    RECORD_STRING(settings_numbers, realm, TEXT_MAX),
    RECORD_STRING(settings_numbers, host, TEXT_MAX),
    RECORD_INTEGER(settings_numbers, time_us, 0, INT64_MAX),
    RECORD_INTEGER(settings_numbers, timeout_us, 0, INT64_MAX),
    RECORD_INTEGER(settings_numbers, clock_warn_us, 0, INT64_MAX),
    RECORD_INTEGER(settings_numbers, clock_crit_us, 0, INT64_MAX),
    RECORD_INTEGER(settings_numbers, password_age_us, 0, INT64_MAX),
    RECORD_INTEGER(settings_numbers, replication_warn_us, 0, INT64_MAX),
    RECORD_INTEGER(settings_numbers, replication_crit_us, 0, INT64_MAX),
    RECORD_BOOLEAN(settings_numbers, accounts_handshake),
    RECORD_BOOLEAN(settings_numbers, duplicates_all),
    RECORD_BOOLEAN(settings_numbers, duplicates_forest),
    RECORD_BOOLEAN(settings_numbers, discovered_dcs),
    RECORD_BOOLEAN(settings_numbers, discovered_mail),
    RECORD_BOOLEAN(settings_numbers, credentials),
    RECORD_STRINGS(settings_numbers, services, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(settings_numbers, shared_names, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(settings_numbers, ports_kerberos, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(settings_numbers, ports_directory, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(settings_numbers, ports_other, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(settings_numbers, checks, TEXT_MAX, LIST_MOST),
    {.name = NULL},
};

static const struct field dc_fields[] = {
    RECORD_STRING(target_dc, host, TEXT_MAX),
    RECORD_STRINGS(target_dc, addresses, TEXT_MAX, LIST_MOST),
    RECORD_BOOLEAN(target_dc, configured),
    RECORD_INTEGER(target_dc, kerberos, 0, PORT_LAST),
    RECORD_INTEGER(target_dc, kpasswd, 0, PORT_LAST),
    RECORD_INTEGER(target_dc, ldap, 0, PORT_LAST),
    RECORD_INTEGER(target_dc, gc, 0, PORT_LAST),
    RECORD_INTEGER(target_dc, ntp, 0, PORT_LAST),
    RECORD_INTEGER(target_dc, smb, 0, PORT_LAST),
    {.name = NULL},
};

static const struct field mail_fields[] = {
    RECORD_STRING(target_mail, host, TEXT_MAX),
    RECORD_STRINGS(target_mail, addresses, TEXT_MAX, LIST_MOST),
    RECORD_STRING(target_mail, account, TEXT_MAX),
    RECORD_STRINGS(target_mail, names, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(target_mail, services, TEXT_MAX, LIST_MOST),
    RECORD_STRING(target_mail, keytab, PATH_MAX_BYTES),
    RECORD_INTEGER(target_mail, port, 0, PORT_LAST),
    RECORD_INTEGER(target_mail, origin, 0, 31),
    {.name = NULL},
};

static const struct field acceptance_fields[] = {
    RECORD_STRING(acceptance, code, 64),
    RECORD_STRING(acceptance, subject, TEXT_MAX),
    RECORD_STRING(acceptance, reason, TEXT_MAX),
    RECORD_INTEGER(acceptance, until_us, 0, INT64_MAX),
    {.name = NULL},
};

const struct record_type settings_numbers_type
    = {"settings", sizeof(struct settings_numbers), numbers_fields};
const struct record_type target_dc_type
    = {"domain_controller", sizeof(struct target_dc), dc_fields};
const struct record_type target_mail_type
    = {"mail_server", sizeof(struct target_mail), mail_fields};
const struct record_type acceptance_type
    = {"accepted", sizeof(struct acceptance), acceptance_fields};


struct settings *
settings_new(void)
{
    struct settings *settings = xcalloc(1, sizeof(*settings));

    settings->numbers = record_new(&settings_numbers_type);
    return settings;
}


void
settings_free(struct settings *settings)
{
    if (!settings)
        return;
    record_free(&settings_numbers_type, settings->numbers);
    for (size_t i = 0; i < settings->dc_count; i++)
        record_free(&target_dc_type, settings->dcs[i]);
    for (size_t i = 0; i < settings->mail_count; i++)
        record_free(&target_mail_type, settings->mail[i]);
    for (size_t i = 0; i < settings->accepted_count; i++)
        record_free(&acceptance_type, settings->accepted[i]);
    free(settings->dcs);
    free(settings->mail);
    free(settings->accepted);
    free(settings);
}


struct settings *
settings_copy(const struct settings *settings)
{
    struct settings *copy = xcalloc(1, sizeof(*copy));

    copy->numbers = record_copy(&settings_numbers_type, settings->numbers);
    copy->dcs = xcalloc(settings->dc_count, sizeof(*copy->dcs));
    copy->mail = xcalloc(settings->mail_count, sizeof(*copy->mail));
    for (; copy->dc_count < settings->dc_count; copy->dc_count++)
        copy->dcs[copy->dc_count]
            = record_copy(&target_dc_type, settings->dcs[copy->dc_count]);
    for (; copy->mail_count < settings->mail_count; copy->mail_count++)
        copy->mail[copy->mail_count] = record_copy(
            &target_mail_type, settings->mail[copy->mail_count]);
    for (size_t i = 0; i < settings->accepted_count; i++)
        settings_accept(copy, record_copy(&acceptance_type,
                                          settings->accepted[i]));
    return copy;
}


void
settings_accept(struct settings *settings, struct acceptance *acceptance)
{
    settings->accepted = xrealloc(settings->accepted,
                                  settings->accepted_count + 1,
                                  sizeof(*settings->accepted));
    settings->accepted[settings->accepted_count++] = acceptance;
}


const struct target_dc *
settings_find_dc(const struct settings *settings, const char *host)
{
    for (size_t i = 0; i < settings->dc_count; i++)
        if (strcmp(settings->dcs[i]->host, host) == 0)
            return settings->dcs[i];
    return NULL;
}


const struct target_mail *
settings_find_mail(const struct settings *settings, const char *host)
{
    for (size_t i = 0; i < settings->mail_count; i++)
        if (strcmp(settings->mail[i]->host, host) == 0)
            return settings->mail[i];
    return NULL;
}


struct target_dc *
settings_dc(struct settings *settings, const char *host)
{
    const struct target_dc *found = settings_find_dc(settings, host);
    struct target_dc *dc;

    if (found)
        return (struct target_dc *)(uintptr_t)found;
    dc = record_new(&target_dc_type);
    record_set(&dc->host, host);
    dc->kerberos = 88;
    dc->kpasswd = 464;
    dc->ldap = 389;
    dc->gc = 3268;
    dc->ntp = 123;
    dc->smb = 445;
    settings->dcs = xrealloc(settings->dcs, settings->dc_count + 1,
                             sizeof(*settings->dcs));
    settings->dcs[settings->dc_count++] = dc;
    return dc;
}


struct target_mail *
settings_mail(struct settings *settings, const char *host)
{
    const struct target_mail *found = settings_find_mail(settings, host);
    struct target_mail *mail;

    if (found)
        return (struct target_mail *)(uintptr_t)found;
    mail = record_new(&target_mail_type);
    record_set(&mail->host, host);
    mail->port = 25;
    settings->mail = xrealloc(settings->mail, settings->mail_count + 1,
                              sizeof(*settings->mail));
    settings->mail[settings->mail_count++] = mail;
    return mail;
}
