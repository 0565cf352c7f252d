/*
 * The mail servers seen before.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"
#include "daemon/seen.h"

/* RFC 1035 section 2.3.4, with room for lines that are no hosts. */
enum { HOST_MAX = 253, LINE_MAX_BYTES = 4096 };

enum { FILE_MAX = SEEN_MOST * (HOST_MAX + 1) + LINE_MAX_BYTES };

/* What stands above the hosts, for whoever opens the file. */
static const char heading[]
    = "# Mail servers that spnhealthd has seen; one that is gone for good may "
      "be\n# deleted here.\n";


/* Take one line; false if it is to be ignored with a warning. */
static bool
take_line(const struct lines *lines, struct strings *hosts)
{
    if (*lines->text == '#' || lines->length == 0)
        return true;
    if (strlen(lines->text) != lines->length || !text_is_host(lines->text)
        || hosts->count >= SEEN_MOST)
        return false;
    strings_add_unique(hosts, lines->text);
    return true;
}


bool
seen_read(const char *path, struct strings *hosts_out, char **warning_out,
          struct error *error)
{
    enum lines_result result;
    struct lines lines;
    size_t ignored = 0, first = 0;

    *warning_out = NULL;
    if (!lines_open(&lines, path, LINE_MAX_BYTES, FILE_MAX, error))
        return errno == ENOENT
               || error_prefix(error, "reading the mail servers seen before");
    while ((result = lines_next(&lines, error)) == LINES_NEXT)
        if (!take_line(&lines, hosts_out) && ignored++ == 0)
            first = lines.number;
    if (ignored > 0)
        *warning_out = xasprintf("%s:%zu: not a host name, or one too many; "
                                 "%zu such line%s ignored", path, first,
                                 ignored, ignored == 1 ? "" : "s");
    if (result == LINES_FAILED)
        error_prefix(error, "%s:%zu", path, lines.number);
    lines_close(&lines);
    return result == LINES_END;
}


bool
seen_write(const char *path, const struct strings *hosts, struct error *error)
{
    struct strings sorted = {0};
    struct newfile file;

    if (!newfile_open(&file, path, 0600, error))
        return error_prefix(error, "saving the mail servers seen");
    for (size_t i = 0; i < hosts->count && i < SEEN_MOST; i++)
        if (text_is_host(hosts->items[i]))
            strings_add_unique(&sorted, hosts->items[i]);
    strings_sort(&sorted);
    fputs(heading, file.stream);
    for (size_t i = 0; i < sorted.count; i++)
        fprintf(file.stream, "%s\n", sorted.items[i]);
    strings_clear(&sorted);
    if (!newfile_commit(&file, error))
        return error_prefix(error, "saving the mail servers seen");
    return true;
}
