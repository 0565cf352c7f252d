/*
 * What a session is asked when all have told what they found.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/follow_up.h"
#include "tests/unit/estate.h"


/* An estate with a configured mail server at 10.0.0.25 and 10.0.0.26. */
static struct estate *
new_estate(void)
{
    struct estate *estate = estate_new();
    struct target_mail *mail;

    estate_dc(estate, DC1, 1);
    estate_mail(estate, MX1);
    mail = settings_mail(estate->settings, MX1);
    mail->origin = MAIL_CONFIGURED;
    strings_clear(&mail->addresses);
    strings_add(&mail->addresses, "10.0.0.25");
    strings_add(&mail->addresses, "10.0.0.26");
    strings_add_unique(&estate->settings->numbers->checks, "accounts");
    estate->settings->numbers->accounts_handshake = true;
    return estate;
}


/* The SMB sessions that are asked for, joined; for the caller to free(). */
static char *
ask_smb(const struct estate *estate)
{
    struct followup_task *task = record_new(&followup_task_type);
    const struct follow_up follow_up
        = {estate->facts, estate->settings, task};
    char *asked;

    follow_up_smb(&follow_up);
    assert_int_equal(follow_up_is_empty(task), task->smb.count == 0);
    asked = xstrdup(task->smb.count > 0 ? task->smb.items[0] : "");
    assert_true(task->smb.count <= 1);
    record_free(&followup_task_type, task);
    return asked;
}


/* Assert what is asked. */
static void
expect_smb(const struct estate *estate, const char *expected)
{
    char *asked = ask_smb(estate);

    assert_string_equal(asked, expected);
    free(asked);
}


/* How SMB was found at an address of the mail server. */
static void
add_smb(struct estate *estate, int number, enum port_outcome outcome)
{
    estate_port(estate, MON, MX1, number, 445, TRANSPORT_TCP, outcome)->probe
        = PROBE_SMB;
}


static void
a_handshake_is_held_only_if_it_is_configured(void **state)
{
    struct estate *estate = new_estate();

    (void)state;
    expect_smb(estate, MX1 " 10.0.0.25");
    estate->settings->numbers->accounts_handshake = false;
    expect_smb(estate, "");
    estate_free(estate);
}


static void
addresses_at_which_smb_is_closed_are_passed_over(void **state)
{
    struct estate *estate = new_estate();

    (void)state;
    add_smb(estate, 25, PORT_FILTERED);
    expect_smb(estate, MX1 " 10.0.0.26");
    add_smb(estate, 26, PORT_CLOSED);
    expect_smb(estate, "");
    estate_free(estate);
}


static void
the_account_in_use_is_looked_for(void **state)
{
    struct estate *estate = new_estate();
    struct followup_task *task = record_new(&followup_task_type);
    const struct follow_up follow_up
        = {estate->facts, estate->settings, task};
    struct tgt_fact *tgt = record_new(fact_types[FACT_TGT]);
    struct strings hosts = {NULL, 0}, accounts = {NULL, 0};

    (void)state;
    record_set(&tgt->principal, "MON$@EXAMPLE.COM");
    facts_add(estate->facts, FACT_TGT, tgt, MON);
    strings_add(&hosts, MX1);
    follow_up_accounts(&follow_up, &hosts, &accounts);
    assert_int_equal(task->hosts.count, 0);
    assert_int_equal(task->accounts.count, 1);
    assert_string_equal(task->accounts.items[0], "MON$");
    strings_clear(&hosts);
    record_free(&followup_task_type, task);
    estate_free(estate);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_is_held_only_if_it_is_configured),
        cmocka_unit_test(addresses_at_which_smb_is_closed_are_passed_over),
        cmocka_unit_test(the_account_in_use_is_looked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
