/*
 * Findings that somebody has accepted, with a reason and until a day.
 *
 * They are shown as accepted, neither worsen the status nor alert, and count
 * again by themselves once the day has passed.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_ACCEPTANCE_H
#define CHECKS_ACCEPTANCE_H

#include "checks/findings.h"
#include "checks/settings.h"

/*
 * Mark the findings above OK that settings accept at the time of the run; of
 * several acceptances of one finding, the one that lasts longest.
 */
void acceptance_apply(struct findings *findings,
                      const struct settings *settings);

#endif
