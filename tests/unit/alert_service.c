/*
 * A service in miniature, which the tests of alerts let run.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/unit/alert_service.h"


/* An alert_sink's tell(). */
static void
note_event(void *closure, const struct alert_event *event)
{
    static const char *const kinds[]
        = {"RAISED", "CHANGED", "REPEATED", "RECOVERED", "HELD_BACK"};
    struct service *service = closure;
    char *longer = xasprintf("%s%s %s %s %s %zu;", service->told,
                             kinds[event->kind], status_name(event->status),
                             event->code, event->subject, event->count);

    free(service->told);
    service->told = longer;
    service->events++;
    service->last = *event;
}


/* Begin the findings of a cycle. */
static void
prepare(struct service *service)
{
    service->findings = findings_new();
    findings_begin_check(service->findings, "test");
}


struct service *
service_new(int64_t confirm, int64_t repeat_us)
{
    struct service *service = xcalloc(1, sizeof(*service));

    service->alerts = alerts_new(confirm, repeat_us);
    service->told = xstrdup("");
    prepare(service);
    return service;
}


void
service_free(struct service *service)
{
    alerts_free(service->alerts);
    findings_free(service->findings);
    free(service->told);
    free(service);
}


struct finding *
service_find(struct service *service, enum status status, const char *code,
             const char *subject)
{
    return findings_add(service->findings, status, IMPACT_MAIL_FAILS, code,
                        subject, "message of %s", code);
}


void
assert_cycle(struct service *service, const char *expected)
{
    const struct alert_sink sink = {note_event, service};

    free(service->told);
    service->told = xstrdup("");
    service->events = 0;
    findings_end_check(service->findings, 0);
    findings_sort(service->findings);
    alerts_update(service->alerts, service->findings, service->now_us,
                  EPOCH + service->now_us, &sink);
    if (expected)
        assert_string_equal(service->told, expected);
    service->now_us += MINUTE;
    findings_free(service->findings);
    prepare(service);
}
