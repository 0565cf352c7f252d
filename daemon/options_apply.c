/*
 * The command line: what it does to the configuration.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "daemon/options.h"
#include "daemon/values.h"


/* Replace a text. */
static void
set_text(char **member, const char *text)
{
    free(*member);
    *member = xstrdup(text);
}


/*
 * Name a file from the root on: workers have their own working directory.
 *
 * Returns a string for the caller to free(), or NULL.
 */
static char *
absolute_path(const char *path, struct error *error)
{
    char *folder, *whole;

    if (path[0] == '/')
        return xstrdup(path);
    folder = getcwd(NULL, 0);
    if (!folder) {
        error_set_errno(error, "finding the working directory");
        return NULL;
    }
    whole = xasprintf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
    free(folder);
    return whole;
}


/* Set the name of a keytab or cache; what has no type is a file. */
static void
apply_file(const char *option, const char *name, value_test *test,
           char **member, struct strings *errors)
{
    bool typed = strncmp(name, "FILE:", 5) != 0 && test(name) == NULL;
    const char *path = strncmp(name, "FILE:", 5) == 0 ? name + 5 : name;
    const char *expected = NULL;
    struct error error = {.text = ""};
    char *whole = typed ? xstrdup(name) : absolute_path(path, &error), *line;

    if (whole)
        expected = test(whole);
    if (whole && !expected) {
        free(*member);
        *member = whole;
        return;
    }
    line = xasprintf("--%s: %s", option, expected ? expected : error.text);
    strings_add(errors, line);
    free(line);
    free(whole);
}


/* Let credentials that were given replace all others. */
static void
apply_credentials(const struct options *options,
                  struct credential_names *names, struct strings *errors)
{
    if (options->keytab || options->ccache) {
        set_text(&names->principal, "");
        set_text(&names->keytab, "");
        set_text(&names->ccache, "");
    }
    if (options->keytab)
        apply_file("keytab", options->keytab, value_keytab, &names->keytab,
                   errors);
    if (options->ccache)
        apply_file("ccache", options->ccache, value_ccache, &names->ccache,
                   errors);
    if (options->principal)
        set_text(&names->principal, options->principal);
}


/* Look at these domain controllers only. */
static void
apply_dcs(const struct strings *hosts, struct settings *settings)
{
    size_t kept = 0;

    for (size_t i = 0; i < hosts->count; i++)
        settings_dc(settings, hosts->items[i])->configured = true;
    for (size_t i = 0; i < settings->dc_count; i++) {
        if (strings_contain(hosts, settings->dcs[i]->host))
            settings->dcs[kept++] = settings->dcs[i];
        else
            record_free(&target_dc_type, settings->dcs[i]);
    }
    settings->dc_count = kept;
    settings->numbers->discovered_dcs = false;
}


/* Look at these mail servers only. */
static void
apply_mail(const struct strings *hosts, struct settings *settings)
{
    size_t kept = 0;

    for (size_t i = 0; i < hosts->count; i++)
        settings_mail(settings, hosts->items[i])->origin = MAIL_CONFIGURED;
    for (size_t i = 0; i < settings->mail_count; i++) {
        if (strings_contain(hosts, settings->mail[i]->host))
            settings->mail[kept++] = settings->mail[i];
        else
            record_free(&target_mail_type, settings->mail[i]);
    }
    settings->mail_count = kept;
    settings->numbers->discovered_mail = false;
}


/* Enable these checks and no others. */
static void
apply_checks(const struct strings *names, struct configuration *configuration)
{
    for (size_t i = 0; i < configuration->schedule_count; i++) {
        struct check_schedule *schedule = &configuration->schedule[i];

        schedule->enabled = strings_contain(names, schedule->check->name);
    }
}


void
options_apply(const struct options *options,
              struct configuration *configuration, struct strings *errors)
{
    struct settings *settings = configuration->settings;

    if (options->domain) {
        free(settings->numbers->domain);
        settings->numbers->domain = text_host(options->domain);
    }
    if (options->dcs.count > 0)
        apply_dcs(&options->dcs, settings);
    if (options->mail_servers.count > 0)
        apply_mail(&options->mail_servers, settings);
    if (options->checks.count > 0)
        apply_checks(&options->checks, configuration);
    apply_credentials(options, &configuration->credentials, errors);
}


/* Whether a configuration is for another domain than the command line. */
static bool
is_for_another(const struct configuration *configuration,
               const struct options *options)
{
    const char *domain = configuration->settings->numbers->domain;
    char *wanted = options->domain ? text_host(options->domain) : NULL;
    bool other = wanted && *domain && strcmp(domain, wanted) != 0;

    free(wanted);
    return other;
}


/*
 * Read the configuration file, if there is one to heed.
 *
 * Returns a configuration for the caller to configuration_free(), or NULL
 * with lines appended to errors.
 */
static struct configuration *
read_file(const struct options *options, struct strings *errors)
{
    struct configuration *configuration = configuration_new();
    const char *path = options->configuration_path;
    char *line;

    if (!options->configuration_given && options->mode == MODE_CHECK
        && access(path, F_OK) < 0 && errno == ENOENT)
        return configuration;
    if (!configuration_read(configuration, path, errors)) {
        configuration_free(configuration);
        return NULL;
    }
    if (!is_for_another(configuration, options))
        return configuration;
    if (!options->configuration_given) {
        configuration_free(configuration);
        return configuration_new();
    }
    line = xasprintf("--domain: \"%s\": %s is for the domain %s; expected is "
                     "the file or the option for the other",
                     options->domain, path,
                     configuration->settings->numbers->domain);
    strings_add(errors, line);
    free(line);
    configuration_free(configuration);
    return NULL;
}


struct configuration *
options_configure(const struct options *options, struct strings *errors)
{
    struct configuration *configuration = read_file(options, errors);
    size_t before = errors->count;

    if (!configuration)
        return NULL;
    options_apply(options, configuration, errors);
    if (errors->count > before
        || !configuration_complete(configuration, errors)) {
        configuration_free(configuration);
        return NULL;
    }
    return configuration;
}
