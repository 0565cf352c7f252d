/*
 * Which SPNs a mail server needs, on which account, and who is a mail server.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/directory.h"

#define ALL_BUT_FQDN "SMTP/mx1 SMTP/" MX1 " SMTPSVC/mx1"


static int
set_up(void **state)
{
    *state = directory_new();
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
    estate_judge(estate, &spn_check);
}


static void
further_name_needs_its_spn_and_cites_its_article(void **state)
{
    struct estate *estate = *state;

    strings_add(&directory_mx1(estate)->names, "mail.example.com");
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/mail.example.com",
                  STATUS_CRITICAL);
    estate_expect(estate, "SPN_MISSING", "SMTP/mail.example.com",
                  STATUS_WARNING);
    estate_expect_count(estate, 2);
    assert_string_equal(estate->findings->items[0]->reference.items[0],
                        "KB914137");
}


static void
shared_names_need_no_spn(void **state)
{
    struct estate *estate = *state;

    strings_add(&directory_mx1(estate)->names, "mail.example.com");
    strings_add(&estate->settings->numbers->shared_names, "mail.example.com");
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
name_of_several_servers_needs_no_spn(void **state)
{
    struct estate *estate = *state;

    strings_add(&directory_mx1(estate)->names, "mail.example.com");
    directory_computers(estate, "MX2",
                        "SMTP/mx2 SMTP/mx2.example.com SMTPSVC/mx2 "
                        "SMTPSVC/mx2.example.com");
    strings_add(
        &directory_mail(estate, "mx2.example.com", MAIL_CONFIGURED)->names,
        "mail.example.com");
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
account_of_the_configuration_is_the_right_one(void **state)
{
    struct estate *estate = *state;
    struct target_mail *mail = directory_mx1(estate);

    record_set(&mail->account, "svc-mail");
    directory_computers(estate, "SVC-MAIL", "");
    judge(estate);
    estate_expect(estate, "SPN_WRONG_ACCOUNT", "SMTPSVC/" MX1,
                  STATUS_CRITICAL);
    estate_expect_count(estate, 4);
}


static void
computer_without_dns_host_name_is_known_by_its_name(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    record_set(&directory_computer(estate, DC1, "MX1",
                                   ALL_BUT_FQDN " SMTPSVC/" MX1)
                    ->dns_host_name, "");
    record_set(&directory_computer(estate, DC2, "MX1",
                                   ALL_BUT_FQDN " SMTPSVC/" MX1)
                    ->dns_host_name, "");
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
computer_of_another_suffix_is_not_the_server(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, "mx1.example.net", MAIL_CONFIGURED);
    directory_computers(estate, "MX1", "");
    judge(estate);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/mx1.example.net",
                          "no computer account has the dNSHostName");
}


static void
configured_server_without_account_misses_its_spns(void **state)
{
    struct estate *estate = *state;

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
    estate_expect_count(estate, 4);
    directory_expect_text(estate, "SPN_MISSING", "SMTPSVC/" MX1,
                          "no computer account has the dNSHostName " MX1);
}


static void
mx_of_a_hoster_gets_no_verdict(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_mail(estate, "mx.hoster.net", MAIL_MX);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "mx.hoster.net");
}


static void
server_of_another_domain_gets_no_verdict(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    record_set(&directory_foreign(estate, DC1,
                                  "CN=EX,DC=child,DC=example,DC=com", "EX$",
                                  "SMTP/ex")
                    ->dns_host_name, "ex.child.example.com");
    directory_mail(estate, "ex.child.example.com", MAIL_CONFIGURED);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "domain child.example.com");
}


static void
holder_of_an_spn_is_a_mail_server_only_if_it_answers(void **state)
{
    struct estate *estate = *state;

    directory_mx1(estate);
    directory_computers(estate, "WEB", "SMTP/web");
    directory_host(estate, "web.example.com", DNS_OK);
    directory_mail(estate, "web.example.com", MAIL_SPN);
    judge(estate);
    estate_expect_count(estate, 0);

    estate_port(estate, MON, "web.example.com", 9, 25, TRANSPORT_TCP,
                PORT_OPEN)->probe = PROBE_SMTP;
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/web.example.com",
                  STATUS_CRITICAL);
}


static void
greeting_makes_a_mail_server(void **state)
{
    struct estate *estate = *state;
    struct smtp_fact *fact = record_new(fact_types[FACT_SMTP]);

    directory_computers(estate, "WEB", "SMTP/web");
    directory_host(estate, "web.example.com", DNS_OK);
    directory_mail(estate, "web.example.com", MAIL_SPN);
    record_set(&fact->host, "web.example.com");
    fact->code = 554;
    facts_add(estate->facts, FACT_SMTP, fact, MON);
    judge(estate);
    estate_expect_count(estate, 0);
    fact->code = 220;
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/web.example.com",
                  STATUS_CRITICAL);
}


static void
linux_server_needs_smtp_alone(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_computer(estate, DC1, "MX1", "SMTP/mx1")
                    ->operating_system, "Debian GNU/Linux");
    record_set(&directory_computer(estate, DC2, "MX1", "SMTP/mx1")
                    ->operating_system, "Debian GNU/Linux");
    directory_mail(estate, MX1, MAIL_MX);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTP/" MX1, STATUS_CRITICAL);
    estate_expect_count(estate, 1);
}


static void
linux_server_named_on_the_command_line_needs_smtp_alone(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_computer(estate, DC1, "MX1",
                                   "SMTP/mx1 SMTP/" MX1)
                    ->operating_system, "redhat-linux-gnu");
    record_set(&directory_computer(estate, DC2, "MX1",
                                   "SMTP/mx1 SMTP/" MX1)
                    ->operating_system, "redhat-linux-gnu");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect_count(estate, 0);
}


static void
server_joined_without_a_system_needs_smtp_alone(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_computer(estate, DC1, "MX1",
                                   "SMTP/mx1 SMTP/" MX1)
                    ->operating_system, "");
    record_set(&directory_computer(estate, DC2, "MX1",
                                   "SMTP/mx1 SMTP/" MX1)
                    ->operating_system, "");
    directory_mail(estate, MX1, MAIL_MX);
    judge(estate);
    estate_expect_count(estate, 0);

    settings_mail(estate->settings, MX1)->origin |= MAIL_EXCHANGE;
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
}


static void
hidden_account_gets_no_verdict(void **state)
{
    struct estate *estate = *state;
    struct account_fact *one = directory_computer(estate, DC1, "MX1", "");
    struct account_fact *two = directory_computer(estate, DC2, "MX1", "");

    one->account_control = two->account_control = -1;
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect_count(estate, 0);
    directory_expect_not_covered(estate, "may be read");
    assert_int_equal(estate->findings->results[0].status, STATUS_UNKNOWN);

    /* What can be read and is empty is another matter. */
    two->account_control = 0x1000;
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
}


static void
smtp_is_vital_beside_other_services_than_smtpsvc(void **state)
{
    struct estate *estate = *state;
    struct target_mail *mail = directory_mail(estate, MX1, MAIL_CONFIGURED);

    directory_computers(estate, "MX1", "SMTP/mx1 IMAP/mx1");
    strings_add(&mail->services, "IMAP");
    strings_add(&mail->services, "SMTP");
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTP/" MX1, STATUS_CRITICAL);
    estate_expect(estate, "SPN_MISSING", "IMAP/" MX1, STATUS_WARNING);
    estate_expect_count(estate, 2);
}


static void
linux_server_with_one_smtpsvc_needs_them_all(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_computer(estate, DC1, "MX1", "SMTPSVC/mx1")
                    ->operating_system, "Linux");
    directory_mail(estate, MX1, MAIL_MX);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
}


static void
windows_server_needs_both_services(void **state)
{
    struct estate *estate = *state;

    record_set(&directory_computer(estate, DC1, "MX1",
                                   "SMTP/mx1 SMTP/" MX1)
                    ->operating_system, "Windows Server 2019");
    directory_mail(estate, MX1, MAIL_EXCHANGE);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
}


static void
server_in_a_realm_without_active_directory_needs_smtp_alone(void **state)
{
    struct estate *estate = *state;
    struct rootdse_fact *rootdse = record_new(fact_types[FACT_ROOTDSE]);
    struct target_mail *mail = directory_mail(estate, MX1, MAIL_CONFIGURED);

    record_set(&mail->account, "mail");
    record_set(&directory_computer(estate, DC1, "mail", "SMTP/mx1 SMTP/" MX1)
                    ->dns_host_name, "");
    record_set(&directory_computer(estate, DC2, "mail", "SMTP/mx1 SMTP/" MX1)
                    ->dns_host_name, "");
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);

    record_set(&rootdse->host, DC1);
    facts_add(estate->facts, FACT_ROOTDSE, rootdse, MON);
    judge(estate);
    estate_expect_count(estate, 0);

    rootdse->active_directory = true;
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
}


static void
foreign_server_needs_smtpsvc_if_nothing_else_is_asked_for(void **state)
{
    struct estate *estate = *state;

    strings_clear(&estate->settings->numbers->services);
    strings_add(&estate->settings->numbers->services, "SMTPSVC");
    record_set(&directory_computer(estate, DC1, "MX1", "SMTP/mx1")
                    ->operating_system, "Linux");
    record_set(&directory_computer(estate, DC2, "MX1", "SMTP/mx1")
                    ->operating_system, "Linux");
    directory_mail(estate, MX1, MAIL_CONFIGURED);
    judge(estate);
    estate_expect(estate, "SPN_MISSING", "SMTPSVC/" MX1, STATUS_CRITICAL);
}


#define ESTATE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ESTATE_TEST(further_name_needs_its_spn_and_cites_its_article),
        ESTATE_TEST(shared_names_need_no_spn),
        ESTATE_TEST(name_of_several_servers_needs_no_spn),
        ESTATE_TEST(account_of_the_configuration_is_the_right_one),
        ESTATE_TEST(computer_without_dns_host_name_is_known_by_its_name),
        ESTATE_TEST(computer_of_another_suffix_is_not_the_server),
        ESTATE_TEST(configured_server_without_account_misses_its_spns),
        ESTATE_TEST(mx_of_a_hoster_gets_no_verdict),
        ESTATE_TEST(server_of_another_domain_gets_no_verdict),
        ESTATE_TEST(holder_of_an_spn_is_a_mail_server_only_if_it_answers),
        ESTATE_TEST(greeting_makes_a_mail_server),
        ESTATE_TEST(linux_server_needs_smtp_alone),
        ESTATE_TEST(linux_server_named_on_the_command_line_needs_smtp_alone),
        ESTATE_TEST(server_joined_without_a_system_needs_smtp_alone),
        ESTATE_TEST(hidden_account_gets_no_verdict),
        ESTATE_TEST(smtp_is_vital_beside_other_services_than_smtpsvc),
        ESTATE_TEST(linux_server_with_one_smtpsvc_needs_them_all),
        ESTATE_TEST(windows_server_needs_both_services),
        ESTATE_TEST(
            server_in_a_realm_without_active_directory_needs_smtp_alone),
        ESTATE_TEST(foreign_server_needs_smtpsvc_if_nothing_else_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
