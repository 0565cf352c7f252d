/*
 * A check that saw nothing says so; one that has nothing to see is silent.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/directory.h"

#define ACCOUNTS "accounts userAccountControl"
#define REPLICATION "replication replUpToDateVector"
#define TICKETS "tickets krbtgt"


/* An estate of two DCs whose directories were read, judged by the checks that
   are named. */
static struct estate *
new_estate(bool active_directory)
{
    static const char *const judged[]
        = {"accounts", "replication", "tickets", NULL};
    struct estate *estate = estate_new();

    estate_dc(estate, DC1, 1);
    estate_dc(estate, DC2, 2);
    for (size_t i = 0; judged[i]; i++)
        strings_add_unique(&estate->settings->numbers->checks, judged[i]);
    for (size_t i = 0; i < 2; i++) {
        struct rootdse_fact *root = record_new(fact_types[FACT_ROOTDSE]);

        record_set(&root->host, i == 0 ? DC1 : DC2);
        root->active_directory = active_directory;
        facts_add(estate->facts, FACT_ROOTDSE, root, MON);
    }
    directory_search(estate, DC1, LDAP, SEARCH_SPNS, SEARCH_OK);
    return estate;
}


/* How a DC's bind went, and with what. */
static void
add_bind(struct estate *estate, const char *mechanism)
{
    struct bind_fact *fact = record_new(fact_types[FACT_BIND]);

    record_set(&fact->host, DC1);
    record_set(&fact->mechanism, mechanism);
    fact->port = LDAP;
    facts_add(estate->facts, FACT_BIND, fact, MON);
}


/* An account of which userAccountControl is this. */
static void
add_account(struct estate *estate, int64_t control)
{
    struct account_fact *fact = record_new(fact_types[FACT_ACCOUNT]);

    record_set(&fact->host, DC1);
    record_set(&fact->dn, "CN=EX1,DC=example,DC=com");
    fact->port = LDAP;
    fact->account_control = control;
    facts_add(estate->facts, FACT_ACCOUNT, fact, MON);
}


/* Whether a check is said to be blind, and whether it is said to see. */
static void
expect(struct estate *estate, const char *subject, bool blind, bool sees)
{
    const struct finding *finding;

    estate_judge(estate, &reach_check);
    finding = findings_find(estate->findings, "NOT_PERMITTED", subject);
    assert_int_equal(finding != NULL, blind);
    assert_int_equal(findings_was_judged(estate->findings, "NOT_PERMITTED",
                                         subject),
                     blind || sees);
    estate_free(estate);
}


static void
accounts_without_a_readable_attribute_are_no_verdict(void **state)
{
    struct estate *estate = new_estate(true);

    (void)state;
    add_account(estate, -1);
    expect(estate, ACCOUNTS, true, false);
    estate = new_estate(true);
    add_account(estate, -1);
    add_account(estate, 4096);
    expect(estate, ACCOUNTS, false, true);
}


static void
accounts_elsewhere_than_in_active_directory_have_no_such_attribute(void **state)
{
    struct estate *estate = new_estate(false);

    (void)state;
    add_account(estate, -1);
    expect(estate, ACCOUNTS, false, false);
}


static void
replication_that_cannot_be_read_is_no_verdict(void **state)
{
    struct replica_fact *replica = record_new(fact_types[FACT_REPLICA]);
    struct estate *estate = new_estate(true);

    (void)state;
    expect(estate, REPLICATION, true, false);
    estate = new_estate(true);
    facts_add(estate->facts, FACT_REPLICA, replica, MON);
    expect(estate, REPLICATION, false, true);
}


static void
a_single_directory_does_not_replicate(void **state)
{
    struct estate *estate = new_estate(true);

    (void)state;
    settings_dc(estate->settings, DC2)->ldap = 0;
    expect(estate, REPLICATION, false, false);
}


static void
no_ticket_asked_for_is_no_verdict(void **state)
{
    struct estate *estate = new_estate(true);

    (void)state;
    expect(estate, TICKETS, true, false);
    estate = new_estate(true);
    facts_add(estate->facts, FACT_TGT, record_new(fact_types[FACT_TGT]), MON);
    expect(estate, TICKETS, false, true);
}


static void
a_bind_that_needs_no_ticket_asks_for_none(void **state)
{
    struct estate *estate = new_estate(true);

    (void)state;
    add_bind(estate, "simple");
    expect(estate, TICKETS, false, false);
    estate = new_estate(true);
    add_bind(estate, "GSSAPI");
    expect(estate, TICKETS, true, false);
}


/* The mail server MX1, and its account with this userAccountControl. */
static void
add_mail_account(struct estate *estate, int64_t control)
{
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    directory_computer(estate, DC1, "MX1", "SMTP/" MX1)->account_control
        = control;
}


static void
hidden_mail_accounts_are_no_verdict_though_a_kdc_serves_us(void **state)
{
    struct estate *estate = new_estate(true);

    (void)state;
    facts_add(estate->facts, FACT_TGT, record_new(fact_types[FACT_TGT]), MON);
    add_account(estate, 512);
    add_mail_account(estate, -1);
    expect(estate, ACCOUNTS, true, false);

    estate = new_estate(true);
    facts_add(estate->facts, FACT_TGT, record_new(fact_types[FACT_TGT]), MON);
    add_mail_account(estate, 4096);
    expect(estate, ACCOUNTS, false, true);

    estate = new_estate(true);
    facts_add(estate->facts, FACT_TGT, record_new(fact_types[FACT_TGT]), MON);
    expect(estate, ACCOUNTS, false, true);

    estate = new_estate(false);
    facts_add(estate->facts, FACT_TGT, record_new(fact_types[FACT_TGT]), MON);
    add_mail_account(estate, -1);
    expect(estate, ACCOUNTS, false, true);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_without_a_readable_attribute_are_no_verdict),
        cmocka_unit_test(
            accounts_elsewhere_than_in_active_directory_have_no_such_attribute),
        cmocka_unit_test(replication_that_cannot_be_read_is_no_verdict),
        cmocka_unit_test(a_single_directory_does_not_replicate),
        cmocka_unit_test(no_ticket_asked_for_is_no_verdict),
        cmocka_unit_test(a_bind_that_needs_no_ticket_asks_for_none),
        cmocka_unit_test(
            hidden_mail_accounts_are_no_verdict_though_a_kdc_serves_us),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
