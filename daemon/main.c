/*
 * spnhealthd: is Kerberos authentication between mail servers healthy, and if
 * not, why?
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/findings.h"
#include "daemon/oneshot.h"
#include "daemon/options.h"
#include "daemon/service.h"
#include "daemon/status.h"


/* Put lines of errors on standard error. */
static void
complain(const struct strings *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        fprintf(stderr, "spnhealthd: %s\n", errors->items[i]);
}


/* Read the configuration and say whether it can be used. */
static int
test_configuration(const struct options *options)
{
    struct strings errors = {NULL, 0};
    struct configuration *configuration = options_configure(options, &errors);
    int status = configuration ? STATUS_OK : STATUS_UNKNOWN;

    complain(&errors);
    if (configuration) {
        printf("%s: the configuration is valid\n",
               options->configuration_path);
        for (size_t i = 0; i < configuration->unbuilt.count; i++)
            printf("note: %s\n", configuration->unbuilt.items[i]);
    }
    configuration_free(configuration);
    strings_clear(&errors);
    return status;
}


/* Do what the options ask for. */
static int
obey(const struct options *options)
{
    switch (options->mode) {
    case MODE_SERVICE:
        return service_main(options);
    case MODE_CHECK:
        return oneshot_main(options);
    case MODE_STATUS:
        return status_main(options);
    case MODE_TEST_CONFIG:
        return test_configuration(options);
    case MODE_LIST_CHECKS:
        options_print_checks(stdout);
        break;
    case MODE_VERSION:
        puts(PACKAGE_STRING);
        break;
    case MODE_HELP:
        options_print_help(stdout);
        break;
    }
    if (fflush(stdout) == 0)
        return STATUS_OK;
    fprintf(stderr, "spnhealthd: writing to standard output: %s\n",
            strerror(errno));
    return STATUS_UNKNOWN;
}


int
main(int argc, char **argv)
{
    struct options options = {0};
    struct strings errors = {NULL, 0};
    int status = STATUS_UNKNOWN;

    signal(SIGPIPE, SIG_IGN);
    if (options_parse(argc, argv, &options, &errors))
        status = obey(&options);
    complain(&errors);
    strings_clear(&errors);
    options_clear(&options);
    return status;
}
