/*
 * Whose accounts are watched, and which of them are missing where.
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

enum { ERROR_CLIENT_UNKNOWN = 6 };


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


/* The last measurement of a subject, or NULL. */
static const struct measurement *
find_measurement(const struct estate *estate, const char *subject,
                 const char *name)
{
    for (size_t i = 0; i < estate->findings->measurement_count; i++) {
        const struct measurement *item = &estate->findings->measurements[i];

        if (strcmp(item->subject, subject) == 0
            && strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}


static void
healthy_account_has_no_fault(void **state)
{
    static const char *const codes[] = {
        "ACCOUNT_DISABLED", "ACCOUNT_ETYPES_WEAK", "ACCOUNT_EXPIRED",
        "ACCOUNT_KVNO_DIVERGED", "ACCOUNT_LOCKED", "ACCOUNT_MISSING",
        "ACCOUNT_PASSWORD_EXPIRED", "ACCOUNT_PASSWORD_STALE",
    };
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        directory_expect_judged(estate, codes[i], "MX1$", true);
    assert_true(find_measurement(estate, "MX1$", "kvno")->number == 5);
    assert_true(find_measurement(estate, "MX1$", "password_age")->number
                == 10);
    assert_string_equal(
        find_measurement(estate, "MX1$", "password_age")->unit, "d");
}


static void
accounts_of_others_are_nobody_s_to_judge(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact = accounts_computer(estate, DC1, "OTHER");

    accounts_mx1(estate, NULL, NULL);
    fact->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
configured_server_without_an_account_is_critical(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_MISSING", "MX1$", STATUS_CRITICAL);
    accounts_expect_impact(estate, "ACCOUNT_MISSING", "MX1$",
                           IMPACT_MAIL_FAILS);
    accounts_expect_target(estate, "ACCOUNT_MISSING", "MX1$", DC1);
    accounts_expect_target(estate, "ACCOUNT_MISSING", "MX1$", DC2);
    estate_expect_count(estate, 1);
}


static void
missing_account_goes_by_its_configured_name(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_mail(estate, MX1, MAIL_CONFIGURED)->account,
               "svc-mail");
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_MISSING", "svc-mail", STATUS_CRITICAL);
}


static void
discovered_server_without_an_account_is_not_judged(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, MX1, MAIL_MX);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, MX1);
}


static void
search_that_failed_misses_nothing(void **state)
{
    struct estate *estate = *state;

    directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_TIMED_OUT);
    directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_DENIED);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "MX1$", false);
}


static void
session_that_died_misses_nothing(void **state)
{
    struct estate *estate = *state;
    struct worker_fact *worker = record_new(fact_types[FACT_WORKER]);

    record_set(&worker->worker, "session");
    record_set(&worker->host, DC2);
    worker->outcome = WORKER_KILLED;
    facts_add(estate->facts, FACT_WORKER, worker, MON);
    accounts_computer(estate, DC1, "MX1");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "MX1$", false);
}


static void
account_on_some_dcs_is_a_warning_naming_the_others(void **state)
{
    struct estate *estate = *state;

    accounts_computer(estate, DC1, "MX1")->changed_us = NOW - USUAL - 1;
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_MISSING", "MX1$", STATUS_WARNING);
    accounts_expect_impact(estate, "ACCOUNT_MISSING", "MX1$",
                           IMPACT_MAIL_AT_RISK);
    directory_expect_text(estate, "ACCOUNT_MISSING", "MX1$", "not on " DC2);
    accounts_expect_target(estate, "ACCOUNT_MISSING", "MX1$", DC2);
    estate_expect_count(estate, 1);
}


static void
new_account_may_be_on_its_way(void **state)
{
    struct estate *estate = *state;

    accounts_computer(estate, DC1, "MX1")->changed_us = NOW - USUAL;
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "MX1$", false);
}


static void
lately_changed_copy_does_not_make_an_account_new(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    directory_search(estate, DC3, LDAP, SEARCH_SPNS, SEARCH_OK);
    directory_search(estate, DC3, LDAP, SEARCH_ACCOUNTS, SEARCH_OK);
    accounts_mx1(estate, NULL, NULL);
    accounts_computer(estate, DC1, "MX1")->changed_us = NOW;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_MISSING", "MX1$", STATUS_WARNING);
    directory_expect_text(estate, "ACCOUNT_MISSING", "MX1$", "not on " DC3);
}


static void
account_of_unknown_age_is_not_missed(void **state)
{
    struct estate *estate = *state;

    accounts_computer(estate, DC1, "MX1")->changed_us = -1;
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "MX1$", false);
}


static void
account_that_was_moved_is_on_both_dcs(void **state)
{
    struct estate *estate = *state;

    accounts_computer(estate, DC1, "MX1");
    record_set(&accounts_computer(estate, DC2, "MX1")->dn,
               "CN=MX1,OU=Mail," BASE);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "MX1$", true);
}


static void
copy_of_a_global_catalog_does_not_count(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_mx1(estate, NULL, NULL);
    fact = accounts_computer(estate, DC2, "MX1");
    fact->port = GC;
    fact->account_control |= UAC_DISABLED;
    fact->kvno = -1;
    fact->password_set_us = -1;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
}


static void
latest_of_several_searches_counts(void **state)
{
    struct estate *estate = *state;
    struct account_fact *older, *newer;

    accounts_mx1(estate, &older, NULL);
    newer = accounts_computer(estate, DC1, "MX1");
    newer->base.time_us = NOW + SECOND;
    older->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
}


static void
servers_that_share_an_account_are_judged_once(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_mail(estate, MX1, MAIL_CONFIGURED)->account,
               "svc-mail");
    record_set(&directory_mail(estate, OLD, MAIL_CONFIGURED)->account,
               "svc-mail");
    accounts_user(estate, DC1, "svc-mail")->account_control |= UAC_DISABLED;
    accounts_user(estate, DC2, "svc-mail")->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_DISABLED", "svc-mail", STATUS_CRITICAL);
    directory_expect_text(estate, "ACCOUNT_DISABLED", "svc-mail",
                          "mail servers " MX1 ", " OLD);
    estate_expect_count(estate, 1);
}


static void
monitoring_account_is_watched_and_stops_no_mail(void **state)
{
    struct estate *estate = *state;

    accounts_tgt(estate, DC1, MONITOR, KDC_OK);
    accounts_user(estate, DC1, "mon")->account_control |= UAC_DISABLED;
    accounts_user(estate, DC2, "mon")->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_DISABLED", "mon", STATUS_CRITICAL);
    accounts_expect_impact(estate, "ACCOUNT_DISABLED", "mon",
                           IMPACT_MONITORING);
}


static void
mail_server_that_monitors_itself_is_judged_for_mail(void **state)
{
    struct estate *estate = *state;
    struct account_fact *fact;

    accounts_tgt(estate, DC1, "MX1$@EXAMPLE.COM", KDC_OK);
    accounts_mx1(estate, &fact, NULL);
    fact->account_control |= UAC_DISABLED;
    accounts_judge_estate(estate);
    accounts_expect_impact(estate, "ACCOUNT_DISABLED", "MX1$",
                           IMPACT_MAIL_FAILS);
    estate_expect_count(estate, 1);
}


static void
monitor_that_no_kdc_knows_is_missing(void **state)
{
    struct estate *estate = *state;

    accounts_tgt(estate, DC1, MONITOR, KDC_UNKNOWN)->error_code
        = ERROR_CLIENT_UNKNOWN;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_MISSING", "mon", STATUS_CRITICAL);
    accounts_expect_impact(estate, "ACCOUNT_MISSING", "mon",
                           IMPACT_MONITORING);
}


static void
monitor_that_one_kdc_does_not_know_is_missing_there(void **state)
{
    struct estate *estate = *state;

    /* Without a ticket there is no session with DC2. */
    directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_FAILED);
    accounts_user(estate, DC1, "mon");
    accounts_tgt(estate, DC1, MONITOR, KDC_OK);
    accounts_tgt(estate, DC2, MONITOR, KDC_UNKNOWN)->error_code
        = ERROR_CLIENT_UNKNOWN;
    accounts_judge_estate(estate);
    estate_expect(estate, "ACCOUNT_MISSING", "mon", STATUS_WARNING);
    accounts_expect_target(estate, "ACCOUNT_MISSING", "mon", DC2);
}


static void
monitor_that_a_kdc_serves_is_not_missing(void **state)
{
    struct estate *estate = *state;

    accounts_tgt(estate, DC1, MONITOR, KDC_OK);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "no directory shows");
}


static void
monitor_of_another_realm_is_not_judged(void **state)
{
    struct estate *estate = *state;

    accounts_tgt(estate, DC1, "mon@OTHER.EXAMPLE", KDC_OK);
    accounts_tgt(estate, DC1, "host/mon.example.com@EXAMPLE.COM", KDC_OK);
    accounts_tgt(estate, DC1, "", KDC_UNREACHED);
    accounts_tgt(estate, DC1, "@EXAMPLE.COM", KDC_UNREACHED);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, NULL);
}


static void
accounts_that_are_gone_have_healed(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "GONE$", true);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "GONE$", true);
    directory_expect_judged(estate, "KEYTAB_STALE", "GONE$@EXAMPLE.COM",
                            true);
}


static void
nothing_is_gone_while_the_monitor_is_not_known(void **state)
{
    struct estate *estate = *state;

    accounts_mx1(estate, NULL, NULL);
    accounts_tgt(estate, DC1, "", KDC_NO_CREDENTIALS);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "GONE$", false);
    directory_expect_judged(estate, "ACCOUNT_LOCKED", "MX1$", true);
}


static void
nothing_has_healed_on_a_dc_that_was_not_seen(void **state)
{
    struct estate *estate = *state;

    estate_dc(estate, DC3, 3);
    accounts_mx1(estate, NULL, NULL);
    accounts_judge_estate(estate);
    estate_expect_count(estate, 0);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_STALE", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_ETYPES_WEAK", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_MISSING", "GONE$", false);
    directory_expect_not_covered(estate, DC3);
}


static void
hidden_attribute_keeps_no_other_account_s_finding(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->account_control = second->account_control = -1;
    first->kvno = second->kvno = -1;
    first->password_set_us = second->password_set_us = -1;
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "GONE$", true);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "GONE$", true);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_STALE", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_STALE", "GONE$", true);
}


static void
account_that_became_hidden_has_not_healed(void **state)
{
    struct estate *estate = *state;
    struct account_fact *first, *second;

    accounts_mx1(estate, &first, &second);
    first->account_control = second->account_control = -1;
    strings_clear(&first->spns);
    strings_clear(&second->spns);
    accounts_judge_estate(estate);
    directory_expect_not_covered(estate, MX1);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_ETYPES_WEAK", "MX1$", false);
    directory_expect_judged(estate, "KEYTAB_STALE", MX1_KEY, false);
    directory_expect_judged(estate, "ACCOUNT_DISABLED", "GONE$", true);
}


static void
account_that_no_search_could_see_has_not_healed(void **state)
{
    struct estate *estate = *state;

    directory_search(estate, DC1, LDAP, SEARCH_ACCOUNTS, SEARCH_TIMED_OUT);
    directory_search(estate, DC2, LDAP, SEARCH_ACCOUNTS, SEARCH_TIMED_OUT);
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    directory_expect_judged(estate, "ACCOUNT_PASSWORD_STALE", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_ETYPES_WEAK", "MX1$", false);
    directory_expect_judged(estate, "ACCOUNT_KVNO_DIVERGED", "MX1$", false);
}


static void
monitor_that_a_kdc_refuses_is_known_to_it(void **state)
{
    static const struct {
        enum kdc_outcome outcome;
        int64_t error_code;
        bool known;
    } trials[] = {
        {KDC_REFUSED, 18, true}, {KDC_REFUSED, 23, true},
        {KDC_REFUSED, 24, true}, {KDC_SKEW, 37, true},
        {KDC_UNKNOWN, ERROR_CLIENT_UNKNOWN, false},
        {KDC_UNREACHED, 0, false}, {KDC_NO_CREDENTIALS, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++) {
        struct estate *estate = accounts_estate_new();

        accounts_tgt(estate, DC1, MONITOR, trials[i].outcome)->error_code
            = trials[i].error_code;
        accounts_judge_estate(estate);
        assert_int_equal(findings_find(estate->findings, "ACCOUNT_MISSING",
                                       "mon") == NULL, trials[i].known);
        estate_free(estate);
    }
}


static void
account_on_some_dcs_may_have_been_deleted_on_the_others(void **state)
{
    struct estate *estate = *state;

    accounts_computer(estate, DC1, "MX1");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    accounts_judge_estate(estate);
    directory_expect_text(estate, "ACCOUNT_MISSING", "MX1$",
                          "not on " DC2 ", though it is older than what a "
                          "change may take: deleted there just now");
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(healthy_account_has_no_fault),
        ESTATE_TEST(accounts_of_others_are_nobody_s_to_judge),
        ESTATE_TEST(configured_server_without_an_account_is_critical),
        ESTATE_TEST(missing_account_goes_by_its_configured_name),
        ESTATE_TEST(discovered_server_without_an_account_is_not_judged),
        ESTATE_TEST(search_that_failed_misses_nothing),
        ESTATE_TEST(session_that_died_misses_nothing),
        ESTATE_TEST(account_on_some_dcs_is_a_warning_naming_the_others),
        ESTATE_TEST(new_account_may_be_on_its_way),
        ESTATE_TEST(lately_changed_copy_does_not_make_an_account_new),
        ESTATE_TEST(account_of_unknown_age_is_not_missed),
        ESTATE_TEST(account_that_was_moved_is_on_both_dcs),
        ESTATE_TEST(copy_of_a_global_catalog_does_not_count),
        ESTATE_TEST(latest_of_several_searches_counts),
        ESTATE_TEST(servers_that_share_an_account_are_judged_once),
        ESTATE_TEST(monitoring_account_is_watched_and_stops_no_mail),
        ESTATE_TEST(mail_server_that_monitors_itself_is_judged_for_mail),
        ESTATE_TEST(monitor_that_no_kdc_knows_is_missing),
        ESTATE_TEST(monitor_that_one_kdc_does_not_know_is_missing_there),
        ESTATE_TEST(monitor_that_a_kdc_serves_is_not_missing),
        ESTATE_TEST(monitor_of_another_realm_is_not_judged),
        ESTATE_TEST(accounts_that_are_gone_have_healed),
        ESTATE_TEST(nothing_is_gone_while_the_monitor_is_not_known),
        ESTATE_TEST(nothing_has_healed_on_a_dc_that_was_not_seen),
        ESTATE_TEST(hidden_attribute_keeps_no_other_account_s_finding),
        ESTATE_TEST(account_that_became_hidden_has_not_healed),
        ESTATE_TEST(account_that_no_search_could_see_has_not_healed),
        ESTATE_TEST(monitor_that_a_kdc_refuses_is_known_to_it),
        ESTATE_TEST(account_on_some_dcs_may_have_been_deleted_on_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
