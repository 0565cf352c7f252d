/*
 * The HTML page's sections on what was found.
 *
 * A finding that others explain stands beneath the first of them that counts,
 * in short: it goes away when that is mended.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/html.h"
#include "daemon/output_html.h"

/* How many findings are shown, evidences of one, and effects of one. */
enum { FINDINGS_MOST = 500, LIST_MOST = 50 };

/* Longer chains of causes than the table of causes.h has. */
enum { CHAIN_MOST = 16 };

/* The findings of a report as trees of what explains what. */
struct forest {
    const struct findings *findings;
    size_t *roots;  /* of each finding the index of the one it stands beneath;
                       its own for one that stands by itself */
};


/* The index of a finding that counts and explains another, which may be the
   other itself if there is none. */
static size_t
find_cause(const struct findings *findings, size_t index)
{
    const struct strings *causes = &findings->items[index]->caused_by;

    for (size_t i = 0; i < causes->count; i++) {
        size_t length = strcspn(causes->items[i], " ");
        const char *subject = causes->items[i] + length;
        char *code = xstrndup(causes->items[i], length);
        const struct finding *cause
            = findings_find(findings, code, *subject ? subject + 1 : "");

        free(code);
        for (size_t k = 0; cause && k < findings->count; k++)
            if (findings->items[k] == cause && finding_counts(cause))
                return k;
    }
    return index;
}


/* The index of the finding that one stands beneath. */
static size_t
find_root(const struct findings *findings, size_t index)
{
    size_t root = index;

    for (int step = 0; step < CHAIN_MOST; step++) {
        size_t cause = find_cause(findings, root);

        if (cause == root)
            return root;
        root = cause;
    }
    /* They explain each other in a circle: each stands by itself. */
    return index;
}


/* Say how many were left out. */
static void
write_rest(FILE *stream, const char *tag, size_t count, size_t shown)
{
    if (shown < count)
        html_format(stream, tag, "and %zu more", count - shown);
}


static void
write_evidence(const struct finding *finding, FILE *stream)
{
    size_t shown = finding->evidence_count < LIST_MOST
                       ? finding->evidence_count : LIST_MOST;

    if (shown == 0)
        return;
    fputs("<h4>Seen</h4>\n<ul>\n", stream);
    for (size_t i = 0; i < shown; i++) {
        const struct evidence *item = &finding->evidence[i];
        char when[TEXT_TIME_SIZE];

        /* Of "2026-01-31T12:00:00.123456Z" the time of day. */
        text_time(item->time_us, when);
        html_format(stream, "li", "%.8s %s %s: %s",
                    strchr(when, 'T') ? strchr(when, 'T') + 1 : when,
                    item->probe, item->target, item->text);
    }
    write_rest(stream, "li", finding->evidence_count, shown);
    fputs("</ul>\n", stream);
}


/* One remedy: where to run it, "on dc1: nltest /dsregdns", then the command by
   itself, so that a click selects it. */
static void
write_command(const char *remedy, FILE *stream)
{
    const char *colon = strstr(remedy, ": ");

    if (colon)
        html_format(stream, "p class=\"dim\"", "%.*s:", (int)(colon - remedy),
                    remedy);
    html_element(stream, "pre", colon ? colon + 2 : remedy);
}


static void
write_remedies(const struct finding *finding, FILE *stream)
{
    if (finding->remedy.count > 0)
        html_element(stream, "h4", "Mend");
    for (size_t i = 0; i < finding->remedy.count; i++)
        write_command(finding->remedy.items[i], stream);
}


/* Write texts with commas between them, the first LIST_MOST of them. */
static void
write_joined(const struct strings *list, FILE *stream)
{
    for (size_t i = 0; i < list->count && i < LIST_MOST; i++) {
        fputs(i > 0 ? ", " : "", stream);
        html_text(stream, list->items[i]);
    }
    if (list->count > LIST_MOST)
        fprintf(stream, " and %zu more", list->count - LIST_MOST);
}


static void
write_list(const char *heading, const struct strings *list, FILE *stream)
{
    if (list->count == 0)
        return;
    html_element(stream, "h4", heading);
    fputs("<p>", stream);
    write_joined(list, stream);
    fputs("</p>\n", stream);
}


/* One finding beneath its root. */
static void
write_effect(const struct finding *effect, const struct finding *root,
             FILE *stream)
{
    char *root_key = finding_key(root);
    struct strings others = {0};

    for (size_t i = 0; i < effect->caused_by.count; i++)
        if (strcmp(effect->caused_by.items[i], root_key) != 0)
            strings_add(&others, effect->caused_by.items[i]);
    fputs("<li>", stream);
    html_status(stream, effect->status);
    html_format(stream, "strong", "%s %s", effect->code, effect->subject);
    html_element(stream, "p", effect->message);
    if (others.count > 0) {
        fputs("<p class=\"dim\">also because of ", stream);
        write_joined(&others, stream);
        fputs("</p>\n", stream);
    }
    fputs("</li>\n", stream);
    strings_clear(&others);
    free(root_key);
}


/* What a finding explains. */
static void
write_effects(const struct forest *forest, size_t root, FILE *stream)
{
    const struct findings *findings = forest->findings;
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++) {
        if (i == root || forest->roots[i] != root
            || !finding_counts(findings->items[i]))
            continue;
        if (count == 0)
            fputs("<h4>Explains</h4>\n<ul>\n", stream);
        if (count < LIST_MOST)
            write_effect(findings->items[i], findings->items[root], stream);
        count++;
    }
    write_rest(stream, "li", count, count < LIST_MOST ? count : LIST_MOST);
    if (count > 0)
        fputs("</ul>\n", stream);
}


/* The heading of a finding and its message. */
static void
write_heading(const struct finding *finding, FILE *stream)
{
    fputs("<h3>", stream);
    html_status(stream, finding->status);
    html_format(stream, "span", "%s %s", finding->code, finding->subject);
    fputs("</h3>\n", stream);
    html_element(stream, "p", finding->message);
}


/* One finding that stands by itself, with what it explains. */
static void
write_finding(const struct forest *forest, size_t root, FILE *stream)
{
    const struct finding *finding = forest->findings->items[root];

    fprintf(stream, "<article class=\"finding %s\">\n",
            html_class(finding->status));
    write_heading(finding, stream);
    write_remedies(finding, stream);
    write_effects(forest, root, stream);
    write_list("Because of", &finding->caused_by, stream);
    write_evidence(finding, stream);
    write_list("Read", &finding->reference, stream);
    fputs("</article>\n", stream);
}


/* Write each tree where the worst of its findings is, the first FINDINGS_MOST
   of them. */
static void
write_trees(const struct forest *forest, FILE *stream)
{
    const struct findings *findings = forest->findings;
    bool *seen = xcalloc(findings->count, sizeof(*seen));
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++) {
        size_t root = forest->roots[i];

        if (!finding_counts(findings->items[i]) || seen[root])
            continue;
        seen[root] = true;
        if (count++ < FINDINGS_MOST)
            write_finding(forest, root, stream);
    }
    write_rest(stream, "p", count,
               count < FINDINGS_MOST ? count : FINDINGS_MOST);
    free(seen);
}


/* The findings that are accepted, in short. */
static void
write_accepted(const struct findings *findings, FILE *stream)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = findings->items[i];
        char *until;

        if (!finding->accepted || count++ >= FINDINGS_MOST)
            continue;
        until = report_accepted_until(finding);
        fputs("<article class=\"finding\">\n", stream);
        write_heading(finding, stream);
        html_format(stream, "p", "Accepted until %s: %s", until,
                    finding->accepted);
        fputs("</article>\n", stream);
        free(until);
    }
    write_rest(stream, "p", count,
               count < FINDINGS_MOST ? count : FINDINGS_MOST);
}


void
output_html_findings(const struct report *report, FILE *stream)
{
    const struct findings *findings = report->findings;
    struct forest forest = {
        .findings = findings,
        .roots = xcalloc(findings->count, sizeof(*forest.roots)),
    };

    for (size_t i = 0; i < findings->count; i++)
        forest.roots[i] = find_root(findings, i);
    fputs("<section>\n<h2 id=\"findings\">Findings</h2>\n", stream);
    if (report_above_ok(report) == 0)
        html_element(stream, "p", "None.");
    write_trees(&forest, stream);
    fputs("</section>\n", stream);
    if (report_accepted(report) > 0) {
        fputs("<section>\n<h2 id=\"accepted\">Accepted</h2>\n", stream);
        html_element(stream, "p",
                     "The configuration accepts these: they neither alert nor "
                     "worsen the status.");
        write_accepted(findings, stream);
        fputs("</section>\n", stream);
    }
    free(forest.roots);
}
