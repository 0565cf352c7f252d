/*
 * Findings to explain, for tests of their causes.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include "checks/causes.h"
#include "tests/unit/inquest.h"


int
inquest_set_up(void **state)
{
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    estate->findings = findings_new();
    findings_begin_check(estate->findings, "test");
    *state = estate;
    return 0;
}


int
inquest_tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


struct finding *
add(struct estate *estate, enum status status, const char *code,
    const char *subject)
{
    return findings_add(estate->findings, status, IMPACT_MONITORING, code,
                        subject, "-");
}


bool
explains(const char *cause_code, const char *cause, const char *effect_code,
         const char *effect)
{
    struct estate *estate;
    void *state;
    const struct finding *symptom;
    bool explained;

    inquest_set_up(&state);
    estate = state;
    symptom = add(estate, STATUS_UNKNOWN, effect_code, effect);
    finding_value(add(estate, STATUS_CRITICAL, cause_code, cause), "offset",
                  -420, "s");
    causes_apply(estate->findings, estate->settings);
    explained = symptom->caused_by.count > 0;
    estate_free(estate);
    return explained;
}
