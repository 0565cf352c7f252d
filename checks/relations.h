/*
 * How what two findings are about may be related.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_RELATIONS_H
#define CHECKS_RELATIONS_H

#include "checks/causes.h"
#include "checks/findings.h"
#include "checks/settings.h"

/* The findings that are being explained. */
struct inquest {
    struct findings *findings;
    const struct settings *settings;
};

/* Whether two findings whose codes a rule names are related as it says. */
bool relation_holds(enum cause_relation relation,
                    const struct inquest *inquest,
                    const struct finding *effect, const struct finding *cause);

#endif
