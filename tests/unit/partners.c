/*
 * Two domain controllers of one site that take changes from each other.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/directory.h"
#include "tests/unit/partners.h"


int
partners_set_up(void **state)
{
    struct estate *estate = estate_new();

    estate->settings->numbers->time_us = NOW;
    estate_dc(estate, DC1, 1)->ldap = LDAP;
    estate_dc(estate, DC2, 2)->ldap = LDAP;
    forest_dsa(estate, DC1, DC1, "Here");
    forest_dsa(estate, DC1, DC2, "Here");
    forest_directory(estate, DC1, "inv-" DC1, 100);
    forest_directory(estate, DC2, "inv-" DC2, 100);
    directory_search(estate, DC1, LDAP, SEARCH_TOPOLOGY, SEARCH_OK);
    *state = estate;
    return 0;
}


int
partners_tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


void
partners_judge(struct estate *estate)
{
    estate_judge(estate, &replication_check);
}


void
partners_way_back(struct estate *estate)
{
    forest_neighbor(estate, DC1, DOMAIN_NC, DC2, NOW - MINUTE);
    forest_cursor(estate, DC1, DOMAIN_NC, DC2, 100);
}


struct neighbor_fact *
partners_took(struct estate *estate, int64_t ago_us, int64_t usn)
{
    partners_way_back(estate);
    forest_cursor(estate, DC2, DOMAIN_NC, DC1, usn);
    return forest_neighbor(estate, DC2, DOMAIN_NC, DC1, NOW - ago_us);
}


void
partners_expect_number(const struct estate *estate, const char *code,
                       const char *name, double number, const char *unit)
{
    const struct finding *finding
        = findings_find(estate->findings, code, THERE);

    assert_non_null(finding);
    for (size_t i = 0; i < finding->value_count; i++)
        if (strcmp(finding->values[i].name, name) == 0) {
            assert_string_equal(finding->values[i].unit, unit);
            if (isnan(number))
                assert_true(isnan(finding->values[i].number));
            else
                assert_float_equal(finding->values[i].number, number, 0.5);
            return;
        }
    fail_msg("%s has no value %s", code, name);
}
