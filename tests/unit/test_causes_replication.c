/*
 * What replication explains, and what only shows at the DC that is behind.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/causes.h"
#include "tests/unit/inquest.h"


static void
what_is_behind_is_explained_by_replication_to_there(void **state)
{
    struct estate *estate = *state;
    struct finding *missing
        = add(estate, STATUS_WARNING, "SPN_MISSING", "SMTP/ex1.corp.example");
    struct finding *elsewhere
        = add(estate, STATUS_WARNING, "SPN_MISSING", "SMTP/ex2.corp.example");
    struct finding *ticket = add(estate, STATUS_WARNING, "TICKET_SPN_UNKNOWN",
                                 DC2 " SMTP/ex1.corp.example");

    finding_concerns(missing, DC2);
    finding_concerns(missing, "EX1$");
    finding_concerns(elsewhere, DC2);
    finding_concerns(elsewhere, "EX2$");
    finding_concerns(ticket, DC2);
    finding_concerns(ticket, "EX1$");
    add(estate, STATUS_WARNING, "REPL_DIVERGED", DC1 "->" DC2 " EX1$");
    causes_apply(estate->findings, estate->settings);
    assert_int_equal(missing->caused_by.count, 1);
    assert_int_equal(elsewhere->caused_by.count, 0);
    assert_true(strings_contain(&ticket->caused_by, "REPL_DIVERGED " DC1
                                                    "->" DC2 " EX1$"));
    assert_true(strings_contain(&ticket->caused_by,
                                "SPN_MISSING SMTP/ex1.corp.example"));
}


/* Whether replication by which DC2 lacks changes of a naming context explains
   a finding that is about this DC. */
static bool
lag_explains(const char *nc, const char *code, const char *subject,
             const char *dc)
{
    char *way = xasprintf(DC1 "->" DC2 " %s", nc);
    struct estate *estate;
    void *state;
    struct finding *effect;
    bool explained;

    inquest_set_up(&state);
    estate = state;
    effect = add(estate, STATUS_CRITICAL, code, subject);
    if (dc)
        finding_concerns(effect, dc);
    add(estate, STATUS_WARNING, "REPL_LAG", way);
    causes_apply(estate->findings, estate->settings);
    explained = effect->caused_by.count > 0;
    estate_free(estate);
    free(way);
    return explained;
}


static void
replication_explains_what_the_dc_behind_lacks(void **state)
{
    const char *nc = "DC=example,DC=com";

    (void)state;
    assert_true(lag_explains(nc, "SPN_MISSING", "SMTP/mx1", DC2));
    assert_true(lag_explains(nc, "ACCOUNT_KVNO_DIVERGED", "MX1$", DC2));
    assert_true(lag_explains(nc, "TICKET_SPN_UNKNOWN", DC2 " SMTP/mx1", DC2));
    assert_true(lag_explains(nc, "TGT_FAILED", DC2 " a@EXAMPLE.COM", DC2));
    assert_false(lag_explains(nc, "SPN_MISSING", "SMTP/mx1", DC1));
    assert_false(lag_explains(nc, "ACCOUNT_KVNO_DIVERGED", "MX1$", DC1));
}


static void
replication_does_not_explain_what_just_shows_at_a_dc(void **state)
{
    const char *nc = "DC=example,DC=com";

    (void)state;
    assert_false(lag_explains(nc, "SPN_MISSING", "SMTP/mx1", NULL));
    assert_false(lag_explains(nc, "TICKET_FAILED", DC2 " SMTP/mx1", NULL));
    assert_false(lag_explains(nc, "TICKET_SPN_UNKNOWN", DC2 " SMTP/mx1",
                              NULL));
    assert_false(lag_explains(nc, "TICKET_ETYPE", DC2 " SMTP/mx1", NULL));
    assert_false(lag_explains(nc, "TGT_FAILED", DC2 " a@EXAMPLE.COM", NULL));
}


static void
other_naming_contexts_hold_no_accounts(void **state)
{
    const char *ticket = DC2 " SMTP/mx1";

    (void)state;
    assert_false(lag_explains("CN=Configuration,DC=example,DC=com",
                              "TICKET_SPN_UNKNOWN", ticket, DC2));
    assert_false(lag_explains("DC=DomainDnsZones,DC=example,DC=com",
                              "TICKET_SPN_UNKNOWN", ticket, DC2));
    assert_false(lag_explains("DC=child,DC=example,DC=com",
                              "TICKET_SPN_UNKNOWN", ticket, DC2));
    assert_true(lag_explains("dc=EXAMPLE,dc=COM", "TICKET_SPN_UNKNOWN",
                             ticket, DC2));
}


static void
a_way_that_fails_explains_all_that_differs_on_it(void **state)
{
    const char *way = DC1 "->" DC2 " DC=corp,DC=example";
    const char *back = DC2 "->" DC1 " DC=corp,DC=example";
    const char *account = DC1 "->" DC2 " EX1$";

    (void)state;
    assert_true(explains("REPL_FAILING", way, "REPL_LAG", way));
    assert_true(explains("REPL_FAILING", way, "REPL_DIVERGED", account));
    assert_false(explains("REPL_FAILING", back, "REPL_DIVERGED", account));
    assert_false(explains("REPL_DIVERGED", account, "ACCOUNT_KVNO_DIVERGED",
                          "EX1$"));
    assert_true(explains("LDAP_UNREACHABLE", DC1 ":389", "REPL_FAILING", way));
    assert_true(explains("LDAP_UNREACHABLE", DC2 ":389", "REPL_FAILING", way));
    assert_false(explains("LDAP_UNREACHABLE", "dc3.corp.example:389",
                          "REPL_FAILING", way));
    assert_true(explains("CLOCK_SKEW", DC2, "REPL_FAILING", way));
}


#define TEST(name)                                                          \
    cmocka_unit_test_setup_teardown(name, inquest_set_up, inquest_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_behind_is_explained_by_replication_to_there),
        cmocka_unit_test(replication_explains_what_the_dc_behind_lacks),
        cmocka_unit_test(replication_does_not_explain_what_just_shows_at_a_dc),
        cmocka_unit_test(other_naming_contexts_hold_no_accounts),
        cmocka_unit_test(a_way_that_fails_explains_all_that_differs_on_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
