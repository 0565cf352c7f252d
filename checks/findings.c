/*
 * The store of what the checks concluded.
 *
 * A large directory yields tens of thousands of keys, so they are found by
 * hash (keys.h) rather than by walking the list.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/findings.h"
#include "checks/keys.h"

/* The subject of a key that stands for all subjects of its code; a finding
   is never spelled so. */
#define EVERY_SUBJECT "*"


/* Make room for one more element; room doubles at each power of two. */
static void *
grow(void *items, size_t count, size_t size)
{
    if ((count & (count + 1)) != 0)
        return items;
    return xrealloc(items, 2 * (count + 1), size);
}


struct findings *
findings_new(void)
{
    struct findings *findings = xcalloc(1, sizeof(*findings));

    findings->index = keys_new();
    return findings;
}


static void
finding_free(struct finding *finding)
{
    for (size_t i = 0; i < finding->value_count; i++) {
        free(finding->values[i].name);
        free(finding->values[i].unit);
    }
    for (size_t i = 0; i < finding->evidence_count; i++) {
        free(finding->evidence[i].probe);
        free(finding->evidence[i].target);
        free(finding->evidence[i].text);
    }
    free(finding->values);
    free(finding->evidence);
    free(finding->subject);
    free(finding->message);
    free(finding->accepted);
    strings_clear(&finding->remedy);
    strings_clear(&finding->reference);
    strings_clear(&finding->concerns);
    strings_clear(&finding->caused_by);
    free(finding);
}


void
findings_free(struct findings *findings)
{
    if (!findings)
        return;
    for (size_t i = 0; i < findings->count; i++)
        finding_free(findings->items[i]);
    for (size_t i = 0; i < findings->measurement_count; i++) {
        free(findings->measurements[i].subject);
        free(findings->measurements[i].name);
        free(findings->measurements[i].unit);
    }
    for (size_t i = 0; i < findings->result_count; i++)
        strings_clear(&findings->results[i].not_covered);
    free(findings->items);
    free(findings->measurements);
    free(findings->results);
    keys_free(findings->index);
    keys_free(findings->subjects);
    strings_clear(&findings->judged_keys);
    strings_clear(&findings->undecided_keys);
    free(findings);
}


/* The result of the check that runs, or ran last. */
static struct check_result *
current(struct findings *findings)
{
    assert(findings->result_count > 0);
    return &findings->results[findings->result_count - 1];
}


void
findings_add_result(struct findings *findings,
                    const struct check_result *result)
{
    findings->results = grow(findings->results, findings->result_count,
                             sizeof(*findings->results));
    findings->results[findings->result_count++] = *result;
}


void
findings_begin_check(struct findings *findings, const char *check)
{
    assert(!findings->subjects);
    findings_add_result(findings, &(const struct check_result){.check = check});
    findings->subjects = keys_new();
}


void
findings_end_check(struct findings *findings, double elapsed_s)
{
    struct check_result *result = current(findings);

    assert(findings->subjects);
    result->elapsed_s = elapsed_s;
    result->covered = keys_count(findings->subjects);
    result->judged = result->covered > 0 || result->not_covered.count > 0;
    if (result->covered == 0 && result->judged)
        result->status = STATUS_UNKNOWN;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = findings->items[i];

        if (finding->check != result->check || !finding_counts(finding))
            continue;
        result->above_ok++;
        if (status_worse(finding->status, result->status))
            result->status = finding->status;
    }
    keys_free(findings->subjects);
    findings->subjects = NULL;
}


/* The entry of a key, which counts as judged from here on. */
static struct key *
judge_key(struct findings *findings, const char *code, const char *subject)
{
    char *text = xasprintf("%s %s", code, subject);
    struct key *key = keys_find(findings->index, text);

    if (!key) {
        strings_add(&findings->judged_keys, text);
        key = keys_put(
            findings->index,
            findings->judged_keys.items[findings->judged_keys.count - 1]);
    }
    free(text);
    return key;
}


/* As judge_key(), and its subject counts as covered by the running check. */
static struct key *
cover_key(struct findings *findings, const char *code, const char *subject)
{
    struct key *key = judge_key(findings, code, subject);

    if (findings->subjects)
        keys_put(findings->subjects, strchr(key->text, ' ') + 1);
    return key;
}


void
findings_judged(struct findings *findings, const char *code,
                const char *subject)
{
    cover_key(findings, code, subject);
}


void
findings_ruled_out(struct findings *findings, const char *code,
                   const char *subject)
{
    judge_key(findings, code, subject);
}


void
findings_judged_all(struct findings *findings, const char *code)
{
    judge_key(findings, code, EVERY_SUBJECT);
}


void
findings_undecided(struct findings *findings, const char *code,
                   const char *subject)
{
    char *text = xasprintf("%s %s", code, subject);

    strings_add_unique(&findings->undecided_keys, text);
    free(text);
}


/* A finding of the current check, not yet with a message. */
static struct finding *
append_finding(struct findings *findings, const char *code,
               const char *subject)
{
    struct finding *finding = xcalloc(1, sizeof(*finding));

    finding->check = current(findings)->check;
    finding->code = code;
    finding->subject = xstrdup(subject);
    findings->items = grow(findings->items, findings->count,
                           sizeof(struct finding *));
    findings->items[findings->count++] = finding;
    return finding;
}


struct finding *
findings_add(struct findings *findings, enum status status, enum impact impact,
             const char *code, const char *subject, const char *format, ...)
{
    struct key *key = cover_key(findings, code, subject);
    struct finding *finding = key->value;
    va_list arguments;

    if (!finding)
        key->value = finding = append_finding(findings, code, subject);
    else if (!status_worse(status, finding->status))
        return finding;
    finding->status = status;
    finding->impact = impact;
    free(finding->message);
    va_start(arguments, format);
    finding->message = xvasprintf(format, arguments);
    va_end(arguments);
    return finding;
}


void
findings_pass(struct findings *findings, const char *code, const char *domain,
              const char *format, ...)
{
    va_list arguments;
    char *message;

    assert(!findings->subjects);
    va_start(arguments, format);
    message = xvasprintf(format, arguments);
    va_end(arguments);
    findings_add(findings, STATUS_OK, IMPACT_MONITORING, code, domain, "%s",
                 message);
    free(message);
}


/* Move one finding, unless another check has found the same. */
static void
move_finding(struct findings *into, struct finding *finding)
{
    struct key *key = judge_key(into, finding->code, finding->subject);

    if (key->value) {
        finding_free(finding);
        return;
    }
    key->value = finding;
    into->items = grow(into->items, into->count, sizeof(struct finding *));
    into->items[into->count++] = finding;
}


/* Move one check's findings. */
static void
move_findings(struct findings *into, struct findings *from, const char *check)
{
    size_t kept = 0;

    for (size_t i = 0; i < from->count; i++) {
        struct finding *finding = from->items[i];

        if (strcmp(finding->check, check) != 0) {
            from->items[kept++] = finding;
            continue;
        }
        judge_key(from, finding->code, finding->subject)->value = NULL;
        move_finding(into, finding);
    }
    from->count = kept;
}


/* Move one check's measurements. */
static void
move_measurements(struct findings *into, struct findings *from,
                  const char *check)
{
    size_t kept = 0;

    for (size_t i = 0; i < from->measurement_count; i++) {
        struct measurement *item = &from->measurements[i];

        if (strcmp(item->check, check) != 0) {
            from->measurements[kept++] = *item;
            continue;
        }
        into->measurements
            = grow(into->measurements, into->measurement_count,
                   sizeof(*into->measurements));
        into->measurements[into->measurement_count++] = *item;
    }
    from->measurement_count = kept;
}


void
findings_move_check(struct findings *into, struct findings *from,
                    const char *check)
{
    size_t kept = 0;

    for (size_t i = 0; i < from->result_count; i++) {
        if (strcmp(from->results[i].check, check) != 0) {
            from->results[kept++] = from->results[i];
            continue;
        }
        findings_add_result(into, &from->results[i]);
    }
    from->result_count = kept;
    move_findings(into, from, check);
    move_measurements(into, from, check);
}


/* Take back that all is well with a check. */
static void
remove_ok(struct findings *findings, const char *check)
{
    size_t kept = 0;

    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = findings->items[i];

        if (finding->status != STATUS_OK
            || strcmp(finding->check, check) != 0) {
            findings->items[kept++] = finding;
            continue;
        }
        judge_key(findings, finding->code, finding->subject)->value = NULL;
        finding_free(finding);
    }
    findings->count = kept;
}


/* Have a check's result count a finding more. */
static void
count_finding(struct findings *findings, const struct finding *finding)
{
    for (size_t i = 0; i < findings->result_count; i++) {
        struct check_result *result = &findings->results[i];

        if (strcmp(result->check, finding->check) != 0)
            continue;
        result->above_ok++;
        if (status_worse(finding->status, result->status))
            result->status = finding->status;
    }
}


void
findings_move_unjudged(struct findings *into, struct findings *from,
                       const struct findings *judged, const char *check)
{
    size_t kept = 0;

    for (size_t i = 0; i < from->count; i++) {
        struct finding *finding = from->items[i];

        if (strcmp(finding->check, check) != 0
            || finding->status == STATUS_OK
            || findings_was_judged(judged, finding->code, finding->subject)) {
            from->items[kept++] = finding;
            continue;
        }
        judge_key(from, finding->code, finding->subject)->value = NULL;
        if (finding_counts(finding)) {
            remove_ok(into, check);
            count_finding(into, finding);
        }
        move_finding(into, finding);
    }
    from->count = kept;
}


void
findings_not_covered(struct findings *findings, const char *format, ...)
{
    va_list arguments;
    char *line;

    va_start(arguments, format);
    line = xvasprintf(format, arguments);
    va_end(arguments);
    strings_add_unique(&current(findings)->not_covered, line);
    free(line);
}


void
findings_measure(struct findings *findings, const char *subject,
                 const char *name, double number, double bound,
                 const char *unit)
{
    findings->measurements
        = grow(findings->measurements, findings->measurement_count,
               sizeof(*findings->measurements));
    findings->measurements[findings->measurement_count++]
        = (struct measurement){
            .check = current(findings)->check,
            .subject = xstrdup(subject),
            .name = xstrdup(name),
            .number = number,
            .bound = bound,
            .unit = xstrdup(unit),
        };
}


void
finding_value(struct finding *finding, const char *name, double number,
              const char *unit)
{
    finding->values = grow(finding->values, finding->value_count,
                           sizeof(*finding->values));
    finding->values[finding->value_count++] = (struct value){
        .name = xstrdup(name),
        .number = number,
        .unit = xstrdup(unit),
    };
}


void
finding_evidence(struct finding *finding, const char *probe,
                 const char *target, int64_t time_us, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    finding->evidence = grow(finding->evidence, finding->evidence_count,
                             sizeof(*finding->evidence));
    finding->evidence[finding->evidence_count++] = (struct evidence){
        .probe = xstrdup(probe),
        .target = xstrdup(target),
        .time_us = time_us,
        .text = text,
    };
}


void
finding_remedy(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    char *line;

    va_start(arguments, format);
    line = xvasprintf(format, arguments);
    va_end(arguments);
    strings_add_unique(&finding->remedy, line);
    free(line);
}


void
finding_reference(struct finding *finding, const char *reference)
{
    strings_add_unique(&finding->reference, reference);
}


void
finding_concerns(struct finding *finding, const char *name)
{
    strings_add_unique(&finding->concerns, name);
}


/* The entry of a key that has been judged, or NULL. */
static const struct key *
find_key(const struct findings *findings, const char *code,
         const char *subject)
{
    char *text = xasprintf("%s %s", code, subject);
    const struct key *key = keys_find(findings->index, text);

    free(text);
    return key;
}


struct finding *
findings_find(const struct findings *findings, const char *code,
              const char *subject)
{
    const struct key *key = find_key(findings, code, subject);

    return key ? key->value : NULL;
}


bool
findings_was_judged(const struct findings *findings, const char *code,
                    const char *subject)
{
    char *text;
    bool undecided;

    if (find_key(findings, code, subject))
        return true;
    text = xasprintf("%s %s", code, subject);
    undecided = strings_contain(&findings->undecided_keys, text);
    free(text);
    return !undecided && find_key(findings, code, EVERY_SUBJECT);
}


char *
finding_key(const struct finding *finding)
{
    return xasprintf("%s %s", finding->code, finding->subject);
}
