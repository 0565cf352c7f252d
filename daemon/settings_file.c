/*
 * Settings as lines of a file.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/settings_file.h"

/* More targets or acceptances than that are nobody's estate, and looking each
   up would take long. */
enum { TARGETS_MOST = 4096 };

const struct record_type *const settings_types[SETTINGS_TYPES]
    = {&settings_numbers_type, &acceptance_type, &target_dc_type,
       &target_mail_type};


void
settings_write(const struct settings *settings, FILE *stream)
{
    record_write(&settings_numbers_type, settings->numbers, stream);
    for (size_t i = 0; i < settings->accepted_count; i++)
        record_write(&acceptance_type, settings->accepted[i], stream);
    for (size_t i = 0; i < settings->dc_count; i++)
        record_write(&target_dc_type, settings->dcs[i], stream);
    for (size_t i = 0; i < settings->mail_count; i++)
        record_write(&target_mail_type, settings->mail[i], stream);
}


bool
settings_is_host(const char *text)
{
    char *canonical = text_host(text);
    bool same = *text && strcmp(canonical, text) == 0;

    free(canonical);
    return same;
}


/* Refuse times whose sums could overflow. */
static bool
numbers_fit(const struct settings_numbers *numbers)
{
    return numbers->time_us <= SETTINGS_TIME_MAX
           && numbers->timeout_us <= SETTINGS_SPAN_MAX
           && numbers->clock_warn_us <= SETTINGS_SPAN_MAX
           && numbers->clock_crit_us <= SETTINGS_SPAN_MAX;
}


/* Take the numbers, which come once. */
static bool
take_numbers(struct settings_reading *reading,
             struct settings_numbers *numbers, struct error *error)
{
    bool again = reading->has_numbers;

    if (again || !numbers_fit(numbers)) {
        record_free(&settings_numbers_type, numbers);
        return again ? error_set(error, "second settings")
                     : error_set(error, "a time in the settings is out of "
                                 "range");
    }
    record_free(&settings_numbers_type, reading->settings->numbers);
    reading->settings->numbers = numbers;
    reading->has_numbers = true;
    return true;
}


void
settings_append_dc(struct settings *settings, struct target_dc *dc)
{
    settings->dcs = xrealloc(settings->dcs, settings->dc_count + 1,
                             sizeof(*settings->dcs));
    settings->dcs[settings->dc_count++] = dc;
}


void
settings_append_mail(struct settings *settings, struct target_mail *mail)
{
    settings->mail = xrealloc(settings->mail, settings->mail_count + 1,
                              sizeof(*settings->mail));
    settings->mail[settings->mail_count++] = mail;
}


/* Take a domain controller. */
static bool
take_dc(struct settings *settings, struct target_dc *dc, struct error *error)
{
    if (settings->dc_count < TARGETS_MOST && settings_is_host(dc->host)
        && !settings_find_dc(settings, dc->host)) {
        settings_append_dc(settings, dc);
        return true;
    }
    error_set(error, "domain controller \"%s\" is no host name, there already, "
              "or one too many", dc->host);
    record_free(&target_dc_type, dc);
    return false;
}


/* Take a mail server. */
static bool
take_mail(struct settings *settings, struct target_mail *mail,
          struct error *error)
{
    if (settings->mail_count < TARGETS_MOST && settings_is_host(mail->host)
        && !settings_find_mail(settings, mail->host)) {
        settings_append_mail(settings, mail);
        return true;
    }
    error_set(error, "mail server \"%s\" is no host name, there already, or "
              "one too many", mail->host);
    record_free(&target_mail_type, mail);
    return false;
}


/* Take an acceptance. */
static bool
take_acceptance(struct settings *settings, struct acceptance *acceptance,
                struct error *error)
{
    if (settings->accepted_count < TARGETS_MOST) {
        settings_accept(settings, acceptance);
        return true;
    }
    record_free(&acceptance_type, acceptance);
    return error_set(error, "one accepted finding too many");
}


bool
settings_has_type(const struct record_type *type)
{
    for (int i = 0; i < SETTINGS_TYPES; i++)
        if (settings_types[i] == type)
            return true;
    return false;
}


bool
settings_take(struct settings_reading *reading,
              const struct record_type *type, void *record,
              struct error *error)
{
    if (type == &settings_numbers_type)
        return take_numbers(reading, record, error);
    if (type == &acceptance_type)
        return take_acceptance(reading->settings, record, error);
    if (type == &target_dc_type)
        return take_dc(reading->settings, record, error);
    return take_mail(reading->settings, record, error);
}
