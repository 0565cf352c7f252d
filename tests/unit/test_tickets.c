/*
 * What counts as having asked a KDC for tickets, which of its answers counts,
 * and what has healed.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/kdc_answers.h"

#define TGT1 DC1 " " MONITOR

/* Errors of RFC 4120 section 7.5.9. */
enum { DATABASE_DOWN = 29, GENERIC = 60 };


static int
set_up(void **state)
{
    *state = answers_new();
    return 0;
}


static int
tear_down(void **state)
{
    estate_free(*state);
    return 0;
}


static void
judge(struct estate *estate)
{
    estate_judge(estate, &tickets_check);
}


/* The number of a measurement of a host, or -1 without one. */
static double
measured(const struct estate *estate, const char *host, const char *name)
{
    for (size_t i = 0; i < estate->findings->measurement_count; i++) {
        const struct measurement *item = &estate->findings->measurements[i];

        if (strcmp(item->subject, host) == 0 && strcmp(item->name, name) == 0)
            return item->number;
    }
    return -1;
}


static void
good_tickets_everywhere_are_fine(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    directory_expect_judged(estate, "TGT_FAILED", TGT1, true);
    directory_expect_judged(estate, "TICKET_ETYPE", DC2 " krbtgt/" REALM,
                            true);
    directory_expect_judged(estate, "TICKET_FAILED", DC2 " " VITAL, true);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", DC1 " " MINOR, true);
    directory_expect_judged(estate, "TICKET_SPN_NOT_UNIQUE", DC1 " " VITAL,
                            true);
    directory_expect_judged(estate, "TICKET_ETYPE", DC1 " " VITAL, true);
    assert_true(measured(estate, DC1, "tgt_latency") == 0.002);
    assert_true(measured(estate, DC1, "ticket_latency") == 0.003);
    assert_true(measured(estate, DC1, "tickets") == 4);
    assert_true(measured(estate, DC1, "tickets_weak") == 0);
    assert_true(measured(estate, DC1, "session_keys_weaker") == 0);
}


static void
weaker_session_key_is_measured_only(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, VITAL);
    answers_ticket(estate, DC1, VITAL, KDC_OK, 0)->session_etype = ETYPE_RC4;
    answers_well(estate, DC2, NULL);
    judge(estate);
    estate_expect_count(estate, 0);
    assert_true(measured(estate, DC1, "session_keys_weaker") == 1);
    assert_true(measured(estate, DC2, "session_keys_weaker") == 0);
}


static void
unusable_credentials_are_not_the_kdcs_fault(void **state)
{
    struct estate *estate = *state;

    record_set(&answers_tgt(estate, DC1, KDC_NO_CREDENTIALS, 0)->detail,
               "no such keytab");
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "no such keytab");
    directory_expect_judged(estate, "TGT_FAILED", TGT1, false);
    assert_int_equal(estate->findings->results[0].covered, 0);
}


static void
without_credentials_one_line_says_so(void **state)
{
    struct estate *estate = *state;
    const struct check_result *result;

    estate->settings->numbers->credentials = false;
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "there are no credentials");
    result = &estate->findings->results[0];
    assert_int_equal(result->not_covered.count, 1);
    assert_int_equal(result->covered, 0);
}


static void
host_without_kerberos_is_not_asked(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3)->kerberos = 0;
    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    answers_tgt(estate, DC3, KDC_FAILED, DATABASE_DOWN);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
}


static void
latest_answer_counts(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    answers_tgt(estate, DC1, KDC_FAILED, DATABASE_DOWN)->base.time_us = -1;
    judge(estate);
    estate_expect_count(estate, 0);
    answers_tgt(estate, DC1, KDC_FAILED, DATABASE_DOWN)->base.time_us = 1;
    judge(estate);
    estate_expect(estate, "TGT_FAILED", TGT1, STATUS_CRITICAL);
}


static void
answer_counts_before_a_later_silence(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    answers_tgt(estate, DC1, KDC_UNREACHED, 0)->base.time_us = 1;
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
what_is_gone_has_healed_only_where_all_was_seen(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, true);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", "gone X/y", true);
    /* Trusts were not read, and theirs are these codes, too. */
    directory_expect_judged(estate, "TICKET_ETYPE", "gone X/y", false);
    directory_search(estate, DC1, LDAP, SEARCH_TRUSTS, SEARCH_OK);
    judge(estate);
    directory_expect_judged(estate, "TICKET_ETYPE", "gone X/y", true);
    directory_expect_judged(estate, "TICKET_FAILED", "gone X/y", true);

    /* One that is there and says nothing heals nothing of its own. */
    estate_dc(estate, DC3, 3);
    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, true);
    directory_expect_judged(estate, "TGT_FAILED", DC3 " " MONITOR, false);
    directory_expect_judged(estate, "TICKET_ETYPE", DC3 " krbtgt/" REALM,
                            false);
    /* Its directory was not read: the names that are needed may be others. */
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", "gone X/y", false);
}


static void
nothing_is_gone_while_nobody_asked(void **state)
{
    struct estate *estate = *state;

    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, false);
    directory_expect_judged(estate, "TICKET_SPN_UNKNOWN", "gone X/y", false);
}


static void
krbtgts_key_is_measured_only(void **state)
{
    struct estate *estate = *state;

    answers_tgt(estate, DC1, KDC_OK, 0)->kvno = 3;
    answers_tgt(estate, DC2, KDC_OK, 0)->kvno = 2;
    judge(estate);
    estate_expect_count(estate, 0);
    assert_true(measured(estate, DC1, "krbtgt_kvno") == 3);
    assert_true(measured(estate, DC2, "krbtgt_kvno") == 2);
}


static void
dc_that_discovery_missed_has_not_healed(void **state)
{
    struct estate *estate = *state;
    struct dsa_fact *dsa = record_new(fact_types[FACT_DSA]);

    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    estate->settings->numbers->discovered_dcs = true;
    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, false);

    answers_two_sites(estate);
    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, true);

    record_set(&dsa->server, "dc.child.example.com");
    strings_add(&dsa->ncs, "CN=Configuration," BASE);
    strings_add(&dsa->ncs, "DC=child," BASE);
    facts_add(estate->facts, FACT_DSA, dsa, MON);
    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, true);

    strings_add(&dsa->ncs, BASE);
    judge(estate);
    directory_expect_judged(estate, "TGT_FAILED", "gone " MONITOR, false);
}


static void
nonsense_is_ignored(void **state)
{
    struct estate *estate = *state;

    answers_well(estate, DC1, NULL);
    answers_well(estate, DC2, NULL);
    answers_tgt(estate, "evil.example.com", KDC_FAILED, DATABASE_DOWN);
    answers_ticket(estate, "evil.example.com", VITAL, KDC_UNKNOWN, 7);
    answers_ticket(estate, DC1, "", KDC_UNKNOWN, 7);
    answers_ticket(estate, "", "", KDC_FAILED, 0);
    answers_ticket(estate, DC1, "HOST/nobody", KDC_UNKNOWN, 7);
    record_set(&answers_tgt(estate, DC1, KDC_FAILED, GENERIC)->principal, "");
    record_set(&answers_tgt(estate, "", KDC_FAILED, GENERIC)->principal, "@");
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(good_tickets_everywhere_are_fine),
        ESTATE_TEST(weaker_session_key_is_measured_only),
        ESTATE_TEST(unusable_credentials_are_not_the_kdcs_fault),
        ESTATE_TEST(without_credentials_one_line_says_so),
        ESTATE_TEST(host_without_kerberos_is_not_asked),
        ESTATE_TEST(latest_answer_counts),
        ESTATE_TEST(answer_counts_before_a_later_silence),
        ESTATE_TEST(what_is_gone_has_healed_only_where_all_was_seen),
        ESTATE_TEST(nothing_is_gone_while_nobody_asked),
        ESTATE_TEST(krbtgts_key_is_measured_only),
        ESTATE_TEST(dc_that_discovery_missed_has_not_healed),
        ESTATE_TEST(nonsense_is_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
