/*
 * From the configuration to what a run needs: the settings to judge
 * by and the context that its workers share.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_CONTEXT_H
#define DAEMON_CONTEXT_H

#include "checks/settings.h"
#include "checks/tasks.h"
#include "daemon/configuration.h"

/* This host's FQDN, for the caller to free(). */
char *context_host(void);

/*
 * The workers' context: limits, and names of the credentials to use.
 *
 * verbosity  How often -v was given.
 * tried      A line is appended for each set of credentials that cannot be
 *            used, with the reason.
 *
 * Returns a context for the caller to record_free().
 */
struct context_task *context_new(const struct configuration *configuration,
                                 const char *host, int verbosity,
                                 struct strings *tried);

/* Whether a context names credentials, or needs none. */
bool context_has_credentials(const struct context_task *context);

/*
 * The settings of a run of all enabled checks.
 *
 * Returns settings for the caller to settings_free().
 */
struct settings *context_settings(const struct configuration *configuration,
                                  const struct context_task *context);

/*
 * Add the mail servers that the service has seen before, if mail servers are
 * to be found.
 *
 * Returns what could not be read, a line for the caller to free(), or NULL.
 */
char *context_add_seen(const struct configuration *configuration,
                       struct settings *settings);

#endif
