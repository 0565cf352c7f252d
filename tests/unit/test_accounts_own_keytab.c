/*
 * What KDCs tell of the keytab that this program authenticates with.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/accounts_estate.h"


static int
set_up(void **state)
{
    *state = accounts_estate_new();
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


/* This program's own keytab with a key, and a KDC's answer to it. */
static void
own_key(struct estate *estate, enum kdc_outcome outcome, int64_t error_code)
{
    accounts_tgt(estate, DC1, MONITOR, outcome)->error_code = error_code;
    accounts_key(estate, "", MONITOR, 1, ETYPE_AES256);
}


static void
own_keytab_that_a_kdc_refutes_is_critical(void **state)
{
    struct estate *estate = *state;

    own_key(estate, KDC_REFUSED, 24);
    accounts_judge_estate(estate);
    estate_expect(estate, "KEYTAB_STALE", MONITOR, STATUS_CRITICAL);
    accounts_expect_impact(estate, "KEYTAB_STALE", MONITOR,
                           IMPACT_MONITORING);
    accounts_expect_target(estate, "KEYTAB_STALE", MONITOR, DC1);
}


static void
own_keytab_that_a_kdc_proves_is_fine_whatever_its_number(void **state)
{
    struct estate *estate = *state;

    own_key(estate, KDC_OK, 0);
    accounts_user(estate, DC1, "mon");
    accounts_user(estate, DC2, "mon");
    accounts_tgt(estate, DC2, MONITOR, KDC_REFUSED)->error_code = 24;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "KEYTAB_STALE", MONITOR, true);
}


static void
other_answers_tell_nothing_of_the_own_keytab(void **state)
{
    struct estate *estate = *state;

    own_key(estate, KDC_REFUSED, 18);
    accounts_tgt(estate, DC2, MONITOR, KDC_UNREACHED);
    accounts_judge_estate(estate);
    assert_null(findings_find(estate->findings, "KEYTAB_STALE", MONITOR));
    directory_expect_judged(estate, "KEYTAB_STALE", MONITOR, false);
}


static void
own_keytab_that_is_unreadable_is_not_covered(void **state)
{
    struct estate *estate = *state;

    accounts_unreadable_keytab(estate, "");
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "spnhealthd itself: Permission");
    directory_expect_judged(estate, "KEYTAB_STALE", MONITOR, false);
}


static void
keytab_worker_that_died_heals_nothing(void **state)
{
    struct estate *estate = *state;
    struct worker_fact *worker = record_new(fact_types[FACT_WORKER]);

    record_set(&worker->worker, "keytab");
    record_set(&worker->host, MON);
    facts_add(estate->facts, FACT_WORKER, worker, MON);
    accounts_mx1(estate, NULL, NULL);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "KEYTAB_STALE", MONITOR, false);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(own_keytab_that_a_kdc_refutes_is_critical),
        ESTATE_TEST(own_keytab_that_a_kdc_proves_is_fine_whatever_its_number),
        ESTATE_TEST(other_answers_tell_nothing_of_the_own_keytab),
        ESTATE_TEST(own_keytab_that_is_unreadable_is_not_covered),
        ESTATE_TEST(keytab_worker_that_died_heals_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
