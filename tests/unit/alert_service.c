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
        = {"RAISED", "CHANGED", "REPEATED", "RECOVERED", "FLAPPING",
           "WITHDRAWN", "HELD_BACK"};
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


/* Begin to note what is told. */
static void
forget_told(struct service *service)
{
    free(service->told);
    service->told = xstrdup("");
    service->events = 0;
}


void
assert_partial_cycle(struct service *service, const struct findings *judged,
                     const char *expected)
{
    const struct alert_sink sink = {note_event, service};
    const struct alert_time now = {service->now_us, EPOCH + service->now_us};

    forget_told(service);
    findings_end_check(service->findings, 0);
    findings_sort(service->findings);
    alerts_update(service->alerts, judged, service->findings, &now, &sink);
    if (expected)
        assert_string_equal(service->told, expected);
    service->now_us += MINUTE;
    findings_free(service->findings);
    prepare(service);
}


void
assert_cycle(struct service *service, const char *expected)
{
    assert_partial_cycle(service, service->findings, expected);
}


void
assert_withdrawn(struct service *service, const struct strings *checks,
                 const char *expected)
{
    const struct alert_sink sink = {note_event, service};
    const struct alert_time now = {service->now_us, EPOCH + service->now_us};

    forget_told(service);
    alerts_withdraw(service->alerts, checks, &now, &sink);
    assert_string_equal(service->told, expected);
}


void
assert_all_withdrawn(struct service *service)
{
    const struct alert_sink sink = {note_event, service};
    const struct alert_time now = {service->now_us, EPOCH + service->now_us};

    forget_told(service);
    alerts_withdraw_all(service->alerts, "another domain", &now, &sink);
    assert_int_equal(service->last.kind, ALERT_WITHDRAWN);
}


void
service_flap(struct service *service)
{
    for (int i = 0; i < 2; i++) {
        service_find(service, STATUS_CRITICAL, "A", "x");
        assert_cycle(service, "RAISED CRITICAL A x 0;");
        findings_judged(service->findings, "A", "x");
        assert_cycle(service, "RECOVERED OK A x 0;");
    }
    service_find(service, STATUS_CRITICAL, "A", "x");
    assert_cycle(service, "FLAPPING CRITICAL A x 0;");
    findings_judged(service->findings, "A", "x");
    assert_cycle(service, "");
}
