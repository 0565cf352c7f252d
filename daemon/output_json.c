/*
 * A report as one JSON object.  Its keys, their order and their meaning are a
 * promise (version 1): every key is always there.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/output.h"

/* More than any text a record may hold, escaped. */
enum { STRING_MAX = 8192 };

/* Beyond 2^53 a double no longer tells neighbouring integers apart. */
static const double INTEGER_MAX = 9007199254740992.0;


static json_t *
json_text(const char *text)
{
    char *clean = text_clean(text, strlen(text), STRING_MAX);
    json_t *value = json_string(clean);

    free(clean);
    return value;
}


/* A number without a fraction that it does not have: 2, not 2.0. */
static json_t *
json_double(double number)
{
    if (!isfinite(number))
        return json_null();
    if (fabs(number) < INTEGER_MAX && number == (double)(json_int_t)number)
        return json_integer((json_int_t)number);
    return json_real(number);
}


/* An elapsed time, to the microsecond. */
static json_t *
json_elapsed(double seconds)
{
    return json_double((double)(json_int_t)(seconds * 1e6 + 0.5) / 1e6);
}


static json_t *
json_time(int64_t time_us)
{
    char text[TEXT_TIME_SIZE];

    text_time(time_us, text);
    return json_string(text);
}


static json_t *
json_list(const struct strings *list)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_text(list->items[i]));
    return array;
}


/* The values of a finding: an object of name to value and unit. */
static json_t *
json_values(const struct finding *finding)
{
    json_t *object = json_object();

    for (size_t i = 0; i < finding->value_count; i++) {
        const struct value *value = &finding->values[i];

        json_object_set_new(object, value->name,
                            json_pack("{s:o, s:o}",
                                      "value", json_double(value->number),
                                      "unit", json_text(value->unit)));
    }
    return object;
}


static json_t *
json_evidence(const struct finding *finding)
{
    json_t *array = json_array();

    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *item = &finding->evidence[i];

        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:o, s:o}",
                                        "probe", json_text(item->probe),
                                        "target", json_text(item->target),
                                        "time", json_time(item->time_us),
                                        "text", json_text(item->text)));
    }
    return array;
}


/* Why and until when a finding is accepted; null if it is not. */
static json_t *
json_accepted(const struct finding *finding)
{
    json_t *object;
    char *until;

    if (!finding->accepted)
        return json_null();
    until = report_accepted_until(finding);
    object = json_pack("{s:o, s:s}", "reason", json_text(finding->accepted),
                       "until", until);
    free(until);
    return object;
}


static json_t *
json_finding(const struct finding *finding)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
                     "s:o}",
                     "check", json_text(finding->check),
                     "code", json_text(finding->code),
                     "subject", json_text(finding->subject),
                     "status", json_text(status_name(finding->status)),
                     "impact", json_text(impact_name(finding->impact)),
                     "message", json_text(finding->message),
                     "values", json_values(finding),
                     "evidence", json_evidence(finding),
                     "remedy", json_list(&finding->remedy),
                     "reference", json_list(&finding->reference),
                     "caused_by", json_list(&finding->caused_by),
                     "accepted", json_accepted(finding));
}


static json_t *
json_findings(const struct findings *findings)
{
    json_t *array = json_array();

    for (size_t i = 0; i < findings->count; i++)
        json_array_append_new(array, json_finding(findings->items[i]));
    return array;
}


static json_t *
json_checks(const struct findings *findings)
{
    json_t *array = json_array();

    for (size_t i = 0; i < findings->result_count; i++) {
        const struct check_result *result = &findings->results[i];
        json_t *status = result->judged
                             ? json_text(status_name(result->status))
                             : json_null();

        json_array_append_new(
            array, json_pack("{s:o, s:o, s:I, s:I, s:o, s:o}",
                             "check", json_text(result->check),
                             "status", status,
                             "covered", (json_int_t)result->covered,
                             "findings", (json_int_t)result->above_ok,
                             "not_covered", json_list(&result->not_covered),
                             "elapsed", json_elapsed(result->elapsed_s)));
    }
    return array;
}


static json_t *
json_measurements(const struct findings *findings)
{
    json_t *array = json_array();

    for (size_t i = 0; i < findings->measurement_count; i++) {
        const struct measurement *item = &findings->measurements[i];
        json_t *bound = item->bound < 0 ? json_null()
                                        : json_double(item->bound);

        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
                                        "check", json_text(item->check),
                                        "subject", json_text(item->subject),
                                        "name", json_text(item->name),
                                        "value", json_double(item->number),
                                        "bound", bound,
                                        "unit", json_text(item->unit)));
    }
    return array;
}


static json_t *
json_targets(const struct report *report)
{
    struct strings dcs = {0}, mail = {0};
    json_t *object;

    report_hosts(report, &dcs, &mail);
    object = json_pack("{s:o, s:o}", "domain_controllers", json_list(&dcs),
                       "mail_servers", json_list(&mail));
    strings_clear(&dcs);
    strings_clear(&mail);
    return object;
}


void
output_json(const struct report *report, FILE *stream)
{
    json_t *root = json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "version", 1,
        "program", json_text(report->program),
        "time", json_time(report->time_us),
        "host", json_text(report->host),
        "domain", json_text(report->domain),
        "status", json_text(status_name(report_status(report))),
        "elapsed", json_elapsed(report->elapsed_s),
        "age", report->age_us < 0 ? json_null()
                                  : json_elapsed((double)report->age_us / 1e6),
        "findings", json_findings(report->findings),
        "checks", json_checks(report->findings),
        "measurements", json_measurements(report->findings),
        "targets", json_targets(report));

    /* 15 digits are what a double surely keeps: 0.0004 stays 0.0004. */
    json_dumpf(root, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', stream);
    json_decref(root);
}
