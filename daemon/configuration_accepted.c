/*
 * The configuration's "accepted": findings that somebody has accepted, each
 * with a reason and until a day.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "checks/codes.h"
#include "daemon/configuration.h"
#include "daemon/configuration_keys.h"

/* An acceptance being read. */
struct draft {
    char *code;
    char *subject;
    char *reason;
    char *until;
};


/* Read the code of a finding that this version makes. */
static void
read_code(struct schema *schema, const yaml_node_t *node,
          const struct schema_key *key, void *object)
{
    struct draft *draft = object;

    (void)key;
    schema_text(schema, node,
                &(const struct schema_key){
                    .offset = offsetof(struct draft, code),
                    .test = value_code},
                draft);
    if (*draft->code && !code_find(draft->code))
        schema_error(schema, node, "no finding has the code %s; spnhealthd(8) "
                     "lists them", draft->code);
}


static const struct schema_key accepted_keys[] = {
    {.name = "code", .read = read_code, .flags = SCHEMA_REQUIRED},
    {.name = "subject", .read = schema_text, .flags = SCHEMA_REQUIRED,
     .offset = offsetof(struct draft, subject), .test = value_words},
    {.name = "reason", .read = schema_text, .flags = SCHEMA_REQUIRED,
     .offset = offsetof(struct draft, reason), .test = value_words},
    {.name = "until", .read = schema_text, .flags = SCHEMA_REQUIRED,
     .offset = offsetof(struct draft, until), .test = value_date},
    {.name = NULL},
};


/* When a day such as "2026-12-31" is over in UTC, in microseconds since
   1970. */
static int64_t
day_end_us(const char *day)
{
    struct tm end = {
        .tm_year = atoi(day) - 1900,
        .tm_mon = atoi(day + 5) - 1,
        .tm_mday = atoi(day + 8) + 1,
    };
    time_t end_s = timegm(&end);

    return end_s > 0 ? (int64_t)end_s * VALUES_US_PER_S : 0;
}


/* Read one of them into the settings. */
static void
read_acceptance(struct schema *schema, const yaml_node_t *node,
                const struct schema_key *key, void *object)
{
    struct configuration *configuration = object;
    struct draft draft = {xstrdup(""), xstrdup(""), xstrdup(""), xstrdup("")};
    const struct schema_section sections[] = {
        {.keys = accepted_keys, .object = &draft},
        {.keys = NULL},
    };

    (void)key;
    if (schema_sections(schema, node, sections) && *draft.until) {
        struct acceptance *acceptance = record_new(&acceptance_type);

        record_set(&acceptance->code, draft.code);
        record_set(&acceptance->subject, draft.subject);
        record_set(&acceptance->reason, draft.reason);
        acceptance->until_us = day_end_us(draft.until);
        if (acceptance->until_us <= (int64_t)time(NULL) * VALUES_US_PER_S)
            schema_note_unbuilt(schema, "its last day is over, so that "
                                "nothing is accepted by it");
        settings_accept(configuration->settings, acceptance);
    }
    free(draft.code);
    free(draft.subject);
    free(draft.reason);
    free(draft.until);
}


void
configuration_read_accepted(struct schema *schema, const yaml_node_t *node,
                            const struct schema_key *key, void *object)
{
    schema_list(schema, node, read_acceptance, key, object);
}
