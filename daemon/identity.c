/*
 * This host's own name.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/identity.h"

enum { HOST_NAME_SIZE = 256 };


/* The name in a line of the hosts file that is host with a domain, or NULL;
   the line is cut up. */
static const char *
name_in_line(char *line, const char *host)
{
    size_t length = strlen(host);
    char *rest = NULL, *word;

    line[strcspn(line, "#\n")] = '\0';
    word = strtok_r(line, " \t", &rest);
    while (word && (word = strtok_r(NULL, " \t", &rest)))
        if (text_has_prefix_case(word, host) && word[length] == '.'
            && text_is_printable(word))
            return word;
    return NULL;
}


char *
identity_host(const char *hosts_path)
{
    char host[HOST_NAME_SIZE] = "", line[1024];
    char *found = NULL;
    FILE *hosts;

    if (gethostname(host, sizeof(host) - 1) < 0 || !*host
        || !text_is_printable(host))
        strcpy(host, "localhost");
    hosts = strchr(host, '.') ? NULL : fopen(hosts_path, "re");
    while (hosts && !found && fgets(line, sizeof(line), hosts)) {
        const char *name = name_in_line(line, host);

        if (name)
            found = text_host(name);
    }
    if (hosts)
        fclose(hosts);
    return found ? found : text_host(host);
}
