/*
 * spnhealthd-probe: the worker that speaks with the network.
 *
 * Started by spnhealthd with one word, the kind of worker to be; what to do
 * comes on standard input, what was seen goes to standard output.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/probes/keytab.h"
#include "checks/probes/packet.h"
#include "checks/probes/sandbox.h"
#include "checks/probes/session.h"


int
main(int argc, char **argv)
{
    struct error error;
    int (*work)(void) = NULL;

    if (argc == 2 && strcmp(argv[1], "packet") == 0)
        work = packet_main;
    else if (argc == 2 && strcmp(argv[1], "session") == 0)
        work = session_main;
    else if (argc == 2 && strcmp(argv[1], "keytab") == 0)
        work = keytab_main;
    if (!work) {
        fputs("usage: spnhealthd-probe keytab|packet|session\n"
              "This program is started by spnhealthd, which tells it what to"
              " do on standard input.\n", stderr);
        _exit(EXIT_FAILURE);
    }
    if (!sandbox_enter(&error)) {
        fprintf(stderr, "spnhealthd-probe: entering the sandbox: %s\n",
                error.text);
        _exit(EXIT_FAILURE);
    }
    /* Not exit(): libraries must not run their farewells in a process that
       may hold half-open sessions. */
    _exit(work());
}
