/*
 * The HTML page's table of ports: a row for each host, a column for each port.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/html.h"
#include "daemon/output_html.h"

/* What is known of one port of one host; all NULL if it was not asked. */
struct cell {
    const struct measurement *open, *latency;
};

/* All ports, "88/tcp", of all hosts. */
struct matrix {
    struct strings hosts, ports;
    struct cell *cells;  /* host by host */
};


/* The host and the port of a measurement of a port, for the caller to free();
   false for any other measurement. */
static bool
split_port(const struct measurement *item, char **host_out, char **port_out)
{
    const char *colon = strrchr(item->subject, ':');

    if (strcmp(item->check, "ports") != 0 || !colon)
        return false;
    *host_out = xstrndup(item->subject, (size_t)(colon - item->subject));
    *port_out = xstrdup(colon + 1);
    return true;
}


/* Order ports for qsort(3): by number, then transport. */
static int
compare_ports(const void *left, const void *right)
{
    const char *a = *(char *const *)left, *b = *(char *const *)right;
    int x = atoi(a), y = atoi(b);

    return x == y ? strcmp(a, b) : (x > y) - (x < y);
}


/* Find which hosts and ports there are. */
static void
matrix_size(struct matrix *matrix, const struct findings *findings)
{
    char *host, *port;

    for (size_t i = 0; i < findings->measurement_count; i++)
        if (split_port(&findings->measurements[i], &host, &port)) {
            strings_add_unique(&matrix->hosts, host);
            strings_add_unique(&matrix->ports, port);
            free(host);
            free(port);
        }
    if (matrix->ports.count > 0)
        qsort(matrix->ports.items, matrix->ports.count, sizeof(char *),
              compare_ports);
    matrix->cells = xcalloc(matrix->hosts.count * matrix->ports.count,
                            sizeof(*matrix->cells));
}


/* Where a text is in a list that holds it. */
static size_t
position(const struct strings *list, const char *text)
{
    size_t i = 0;

    while (strcmp(list->items[i], text) != 0)
        i++;
    return i;
}


/* Enter what was measured into the cells. */
static void
matrix_fill(struct matrix *matrix, const struct findings *findings)
{
    char *host, *port;

    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];
        struct cell *cell;

        if (!split_port(item, &host, &port))
            continue;
        cell = &matrix->cells[position(&matrix->hosts, host)
                              * matrix->ports.count
                              + position(&matrix->ports, port)];
        if (strcmp(item->name, "open") == 0)
            cell->open = item;
        else if (strcmp(item->name, "latency") == 0)
            cell->latency = item;
        free(host);
        free(port);
    }
}


/* What is wrong with a port, in a word. */
static const char *
port_fault(const struct findings *findings, const char *subject)
{
    static const struct {
        const char *code, *word;
    } faults[] = {
        {"PORT_CLOSED", "closed"},
        {"PORT_FILTERED", "filtered"},
        {"PORT_SILENT", "silent"},
        {"PORT_GARBLED", "garbled"},
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        if (findings_find(findings, faults[i].code, subject))
            return faults[i].word;
    return "no answer";
}


static void
write_cell(const struct findings *findings, const struct cell *cell,
           FILE *stream)
{
    char *latency;

    if (!cell->open) {
        html_element(stream, "td class=\"dim\"", "not asked");
    } else if (cell->open->number <= 0) {
        html_element(stream, "td class=\"bad\"",
                     port_fault(findings, cell->open->subject));
    } else if (cell->latency) {
        latency = report_number(cell->latency->number, cell->latency->unit);
        html_element(stream, "td", latency);
        free(latency);
    } else {
        html_element(stream, "td", "open");
    }
}


static void
write_matrix(const struct findings *findings, const struct matrix *matrix,
             FILE *stream)
{
    const struct cell *cell = matrix->cells;
    char *heads = xstrdup("Host");

    for (size_t i = 0; i < matrix->ports.count; i++) {
        char *longer = xasprintf("%s|%s", heads, matrix->ports.items[i]);

        free(heads);
        heads = longer;
    }
    html_begin_table(stream, "ports", "Ports",
                     "How long each port took to answer as its service "
                     "should, or what it did instead", heads);
    for (size_t i = 0; i < matrix->hosts.count; i++) {
        fputs("<tr>\n", stream);
        html_element(stream, "th scope=\"row\"", matrix->hosts.items[i]);
        for (size_t k = 0; k < matrix->ports.count; k++)
            write_cell(findings, cell++, stream);
        fputs("</tr>\n", stream);
    }
    html_end_table(stream);
    free(heads);
}


void
output_html_ports(const struct findings *findings, FILE *stream)
{
    struct matrix matrix = {.cells = NULL};

    matrix_size(&matrix, findings);
    matrix_fill(&matrix, findings);
    if (matrix.hosts.count > 0)
        write_matrix(findings, &matrix, stream);
    free(matrix.cells);
    strings_clear(&matrix.hosts);
    strings_clear(&matrix.ports);
}
