/*
 * Findings as lines of a file.
 *
 * Each check's result is followed by its findings and measurements, and each
 * finding by its values and its evidence.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/codes.h"
#include "daemon/findings_file.h"
#include "daemon/settings_file.h"

enum { TEXT_MAX = 8192, LIST_MOST = 4096, FINDINGS_MOST = 100000 };

/* The lines, as in findings.h. */
struct result_line {
    char *check;
    int status;
    bool judged;
    int64_t covered, above_ok;
    struct strings not_covered;
    int64_t elapsed_us, judged_us, interval_us;
};
struct finding_line {
    char *code, *subject, *message, *accepted;
    int status, impact;
    int64_t accepted_until_us;
    struct strings remedy, reference, caused_by;
};
struct value_line {
    char *name, *unit;
    double number;
};
struct evidence_line {
    char *probe, *target, *text;
    int64_t time_us;
};
struct measurement_line {
    char *subject, *name, *unit;
    double number, bound;
};

static const struct field result_fields[] = {
    RECORD_STRING(result_line, check, 64),
    RECORD_CHOICE(result_line, status, status_names),
    RECORD_BOOLEAN(result_line, judged),
    RECORD_INTEGER(result_line, covered, 0, INT64_MAX),
    RECORD_INTEGER(result_line, above_ok, 0, INT64_MAX),
    RECORD_STRINGS(result_line, not_covered, TEXT_MAX, LIST_MOST),
    RECORD_INTEGER(result_line, elapsed_us, 0, SETTINGS_SPAN_MAX),
    RECORD_INTEGER(result_line, judged_us, 0, SETTINGS_TIME_MAX),
    RECORD_INTEGER(result_line, interval_us, 0, SETTINGS_SPAN_MAX),
    {.name = NULL},
};
static const struct field finding_fields[] = {
    RECORD_STRING(finding_line, code, 64),
    RECORD_STRING(finding_line, subject, TEXT_MAX),
    RECORD_STRING(finding_line, message, TEXT_MAX),
    RECORD_STRING(finding_line, accepted, TEXT_MAX),
    RECORD_CHOICE(finding_line, status, status_names),
    RECORD_CHOICE(finding_line, impact, impact_names),
    RECORD_INTEGER(finding_line, accepted_until_us, 0, SETTINGS_TIME_MAX),
    RECORD_STRINGS(finding_line, remedy, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(finding_line, reference, TEXT_MAX, LIST_MOST),
    RECORD_STRINGS(finding_line, caused_by, TEXT_MAX, LIST_MOST),
    {.name = NULL},
};
static const struct field value_fields[] = {
    RECORD_STRING(value_line, name, TEXT_MAX),
    RECORD_STRING(value_line, unit, TEXT_MAX),
    RECORD_REAL(value_line, number),
    {.name = NULL},
};
static const struct field evidence_fields[] = {
    RECORD_STRING(evidence_line, probe, TEXT_MAX),
    RECORD_STRING(evidence_line, target, TEXT_MAX),
    RECORD_STRING(evidence_line, text, TEXT_MAX),
    RECORD_INTEGER(evidence_line, time_us, 0, SETTINGS_TIME_MAX),
    {.name = NULL},
};
static const struct field measurement_fields[] = {
    RECORD_STRING(measurement_line, subject, TEXT_MAX),
    RECORD_STRING(measurement_line, name, TEXT_MAX),
    RECORD_STRING(measurement_line, unit, TEXT_MAX),
    RECORD_REAL(measurement_line, number),
    RECORD_REAL(measurement_line, bound),
    {.name = NULL},
};

static const struct record_type
    result_type = {"result", sizeof(struct result_line), result_fields},
    finding_type = {"finding", sizeof(struct finding_line), finding_fields},
    value_type = {"value", sizeof(struct value_line), value_fields},
    evidence_type = {"evidence", sizeof(struct evidence_line),
                     evidence_fields},
    measurement_type = {"measurement", sizeof(struct measurement_line),
                        measurement_fields};

const struct record_type *const findings_types[FINDINGS_TYPES]
    = {&result_type, &finding_type, &value_type, &evidence_type,
       &measurement_type};


/* Write one check's result. */
static void
write_result(const struct check_result *result, FILE *stream)
{
    const struct result_line line = {
        .check = (char *)(uintptr_t)result->check,
        .status = (int)result->status,
        .judged = result->judged,
        .covered = (int64_t)result->covered,
        .above_ok = (int64_t)result->above_ok,
        .not_covered = result->not_covered,
        .elapsed_us = (int64_t)(result->elapsed_s * 1e6),
        .judged_us = result->judged_us,
        .interval_us = result->interval_us,
    };

    record_write(&result_type, &line, stream);
}


/* Write one finding with what belongs to it. */
static void
write_finding(const struct finding *finding, FILE *stream)
{
    static char nothing[] = "";
    const struct finding_line line = {
        .code = (char *)(uintptr_t)finding->code,
        .subject = finding->subject,
        .message = finding->message,
        .accepted = finding->accepted ? finding->accepted : nothing,
        .status = (int)finding->status,
        .impact = (int)finding->impact,
        .accepted_until_us = finding->accepted_until_us,
        .remedy = finding->remedy,
        .reference = finding->reference,
        .caused_by = finding->caused_by,
    };

    record_write(&finding_type, &line, stream);
    for (size_t i = 0; i < finding->value_count; i++) {
        const struct value *value = &finding->values[i];

        record_write(&value_type,
                     &(const struct value_line){value->name, value->unit,
                                                value->number},
                     stream);
    }
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *item = &finding->evidence[i];

        record_write(&evidence_type,
                     &(const struct evidence_line){item->probe, item->target,
                                                   item->text, item->time_us},
                     stream);
    }
}


/* Write one measurement. */
static void
write_measurement(const struct measurement *item, FILE *stream)
{
    const struct measurement_line line
        = {item->subject, item->name, item->unit, item->number, item->bound};

    record_write(&measurement_type, &line, stream);
}


void
findings_write(const struct findings *findings, FILE *stream)
{
    for (size_t i = 0; i < findings->result_count; i++) {
        const char *check = findings->results[i].check;

        write_result(&findings->results[i], stream);
        for (size_t j = 0; j < findings->count; j++)
            if (strcmp(findings->items[j]->check, check) == 0)
                write_finding(findings->items[j], stream);
        for (size_t j = 0; j < findings->measurement_count; j++)
            if (strcmp(findings->measurements[j].check, check) == 0)
                write_measurement(&findings->measurements[j], stream);
    }
}


/* Begin a check. */
static bool
take_result(struct findings *findings, const struct result_line *line,
            struct error *error)
{
    const struct check *check = check_find(line->check);
    struct check_result result = {
        .status = (enum status)line->status,
        .judged = line->judged,
        .covered = (size_t)line->covered,
        .above_ok = (size_t)line->above_ok,
        .elapsed_s = (double)line->elapsed_us / 1e6,
        .judged_us = line->judged_us,
        .interval_us = line->interval_us,
    };

    if (!check)
        return error_set(error, "this version has no check \"%s\"",
                         line->check);
    for (size_t i = 0; i < findings->result_count; i++)
        if (findings->results[i].check == check->name)
            return error_set(error, "a second result of the check %s",
                             check->name);
    result.check = check->name;
    findings_add_result(findings, &result);
    for (size_t i = 0; i < line->not_covered.count; i++)
        findings_not_covered(findings, "%s", line->not_covered.items[i]);
    return true;
}


/* The static spelling of a code: a finding's, or that of the check that all is
   well with; NULL if it is neither. */
static const char *
known_code(const char *name)
{
    const struct code *code = code_find(name);

    for (size_t i = 0; !code && checks[i]; i++)
        if (strcmp(checks[i]->ok, name) == 0)
            return checks[i]->ok;
    return code ? code->name : NULL;
}


/* Add the texts of a list to an empty one. */
static void
copy_strings(struct strings *to, const struct strings *from)
{
    for (size_t i = 0; i < from->count; i++)
        strings_add(to, from->items[i]);
}


/* Add a finding to the check that was begun last. */
static bool
take_finding(struct findings *findings, const struct finding_line *line,
             struct error *error)
{
    const char *code = known_code(line->code);
    struct finding *finding;

    if (!code)
        return error_set(error, "this version has no code \"%s\"",
                         line->code);
    if (findings->count >= FINDINGS_MOST
        || findings_find(findings, code, line->subject))
        return error_set(error, "%s %s is there already, or one too many",
                         code, line->subject);
    finding = findings_add(findings, (enum status)line->status,
                           (enum impact)line->impact, code, line->subject,
                           "%s", line->message);
    if (*line->accepted) {
        finding->accepted = xstrdup(line->accepted);
        finding->accepted_until_us = line->accepted_until_us;
    }
    copy_strings(&finding->remedy, &line->remedy);
    copy_strings(&finding->reference, &line->reference);
    copy_strings(&finding->caused_by, &line->caused_by);
    return true;
}


/* Add a value or evidence to the finding that was added last. */
static bool
take_detail(struct findings *findings, const struct record_type *type,
            const void *record, struct error *error)
{
    const struct evidence_line *evidence = record;
    const struct value_line *value = record;
    struct finding *finding;

    if (findings->count == 0)
        return error_set(error, "a %s before any finding", type->name);
    finding = findings->items[findings->count - 1];
    if (type == &value_type)
        finding_value(finding, value->name, value->number, value->unit);
    else
        finding_evidence(finding, evidence->probe, evidence->target,
                         evidence->time_us, "%s", evidence->text);
    return true;
}


bool
findings_take(struct findings *findings, const struct record_type *type,
              const void *record, struct error *error)
{
    const struct measurement_line *item = record;

    if (type == &result_type)
        return take_result(findings, record, error);
    if (findings->result_count == 0)
        return error_set(error, "a %s before any check's result", type->name);
    if (type == &finding_type)
        return take_finding(findings, record, error);
    if (type != &measurement_type)
        return take_detail(findings, type, record, error);
    findings_measure(findings, item->subject, item->name, item->number,
                     item->bound, item->unit);
    return true;
}
