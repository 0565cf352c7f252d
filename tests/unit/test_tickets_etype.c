/*
 * Which encryption of tickets is too weak, and what the accounts say of it.
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

#define VITAL1 DC1 " " VITAL
#define VITAL2 DC2 " " VITAL
#define KRBTGT1 DC1 " krbtgt/" REALM
#define KRBTGT2 DC2 " krbtgt/" REALM

enum { NO_COMMON_ETYPE = 14 };

/* An estate in which each KDC has a ticket for the vital SPN, still of type
   AES256; and its account as each DC shows it. */
struct scene {
    struct estate *estate;
    struct ticket_fact *first, *second;
    struct account_fact *accounts[2];
};


static int
set_up(void **state)
{
    struct scene *scene = xcalloc(1, sizeof(*scene));
    struct estate *estate = directory_new();

    directory_mail(estate, MX1, MAIL_CONFIGURED);
    for (size_t i = 0; i < 2; i++)
        scene->accounts[i] = directory_computer(
            estate, i ? DC2 : DC1, "MX1",
            "SMTP/mx1 SMTP/" MX1 " SMTPSVC/mx1 " VITAL);
    answers_well(estate, DC1, VITAL);
    answers_well(estate, DC2, VITAL);
    scene->first = answers_ticket(estate, DC1, VITAL, KDC_OK, 0);
    scene->second = answers_ticket(estate, DC2, VITAL, KDC_OK, 0);
    scene->estate = estate;
    *state = scene;
    return 0;
}


static int
tear_down(void **state)
{
    struct scene *scene = *state;

    estate_free(scene->estate);
    free(scene);
    return 0;
}


/* Judge with these types of the two tickets. */
static void
judge_types(struct scene *scene, int64_t first, int64_t second)
{
    scene->first->etype = first;
    scene->second->etype = second;
    estate_judge(scene->estate, &tickets_check);
}


static void
rc4_and_des_are_warnings_naming_the_hardening(void **state)
{
    static const int64_t types[] = {ETYPE_RC4, ETYPE_DES_CBC_CRC,
                                    ETYPE_DES_CBC_MD5, 16};
    struct scene *scene = *state;

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        judge_types(scene, types[i], types[i]);
        estate_expect(scene->estate, "TICKET_ETYPE", VITAL1, STATUS_WARNING);
        estate_expect(scene->estate, "TICKET_ETYPE", VITAL2, STATUS_WARNING);
        estate_expect_count(scene->estate, 2);
        directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                              "CVE-2026-20833");
        directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                              "events 201 to 209");
    }
    judge_types(scene, ETYPE_RC4, ETYPE_RC4);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "RC4 (type 23)");
}


static void
only_a_type_weaker_than_anothers_concerns_the_kdc(void **state)
{
    struct scene *scene = *state;
    const struct finding *finding;

    judge_types(scene, ETYPE_AES128, ETYPE_AES256);
    finding = findings_find(scene->estate->findings, "TICKET_ETYPE", VITAL1);
    assert_true(strings_contain(&finding->concerns, DC1));
    judge_types(scene, ETYPE_RC4, ETYPE_AES256);
    finding = findings_find(scene->estate->findings, "TICKET_ETYPE", VITAL1);
    assert_false(strings_contain(&finding->concerns, DC1));
}


static void
aes_is_fine(void **state)
{
    struct scene *scene = *state;

    judge_types(scene, ETYPE_AES256, ETYPE_AES256);
    estate_expect_count(scene->estate, 0);
    judge_types(scene, ETYPE_AES128, ETYPE_AES128);
    estate_expect_count(scene->estate, 0);
}


static void
remedy_fits_the_account(void **state)
{
    struct scene *scene = *state;
    const struct finding *finding;

    judge_types(scene, ETYPE_RC4, ETYPE_AES256);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "Set-ADComputer MX1$ -KerberosEncryptionType");
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "net ads enctypes set MX1$ 24");
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "Reset-ComputerMachinePassword");

    scene->accounts[0]->managed = true;
    judge_types(scene, ETYPE_RC4, ETYPE_AES256);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "Set-ADServiceAccount MX1$");
    finding = findings_find(scene->estate->findings, "TICKET_ETYPE", VITAL1);
    for (size_t i = 0; i < finding->remedy.count; i++)
        assert_null(strstr(finding->remedy.items[i], "Reset-Computer"));
}


static void
user_account_gets_a_new_password_in_the_directory(void **state)
{
    struct scene *scene = *state;

    record_set(&settings_mail(scene->estate->settings, MX1)->account, "MX1$");
    scene->accounts[0]->computer = scene->accounts[1]->computer = false;
    judge_types(scene, ETYPE_RC4, ETYPE_RC4);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "Set-ADUser MX1$");
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "samba-tool user setpassword MX1$");
}


static void
what_the_account_allows_is_told(void **state)
{
    struct scene *scene = *state;

    judge_types(scene, ETYPE_RC4, ETYPE_AES256);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "shows no msDS-SupportedEncryptionTypes");
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "April 2026");

    scene->accounts[0]->etypes = ETYPES_RC4;
    judge_types(scene, ETYPE_RC4, ETYPE_AES256);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "MX1$ allows RC4 (msDS-SupportedEncryptionTypes "
                          "0x4)");

    scene->accounts[0]->etypes = ETYPES_RC4 | ETYPES_AES256;
    judge_types(scene, ETYPE_RC4, ETYPE_AES256);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "older than its AES keys");
}


static void
catalog_does_not_tell_what_the_account_allows(void **state)
{
    struct scene *scene = *state;
    struct estate *estate = scene->estate;
    struct ticket_fact *third;

    estate_dc(estate, DC3, 3)->ldap = 0;
    answers_tgt(estate, DC3, KDC_OK, 0);
    third = answers_ticket(estate, DC3, VITAL, KDC_OK, 0);
    third->etype = ETYPE_RC4;
    scene->accounts[0]->etypes = scene->accounts[1]->etypes = ETYPES_RC4;
    directory_foreign(estate, DC1, MX1_DN, "MX1$", VITAL);
    judge_types(scene, ETYPE_AES256, ETYPE_AES256);
    directory_expect_text(estate, "TICKET_ETYPE", DC3 " " VITAL,
                          "MX1$ allows RC4");
}


static void
weaker_of_two_kdcs_is_told(void **state)
{
    struct scene *scene = *state;

    judge_types(scene, ETYPE_AES128, ETYPE_AES256);
    estate_expect(scene->estate, "TICKET_ETYPE", VITAL1, STATUS_WARNING);
    estate_expect_count(scene->estate, 1);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "but " DC2 " with AES256");
    directory_expect_judged(scene->estate, "TICKET_ETYPE", VITAL2, true);
}


static void
types_that_are_not_known_are_not_compared(void **state)
{
    struct scene *scene = *state;

    judge_types(scene, 99, ETYPE_AES256);
    estate_expect_count(scene->estate, 0);
    judge_types(scene, INT32_MIN, -1);
    estate_expect_count(scene->estate, 0);
    directory_expect_judged(scene->estate, "TICKET_ETYPE", VITAL1, true);
}


static void
ticket_that_could_not_be_read_is_not_judged(void **state)
{
    struct scene *scene = *state;

    directory_search(scene->estate, DC1, LDAP, SEARCH_TRUSTS, SEARCH_OK);
    judge_types(scene, 0, ETYPE_AES256);
    estate_expect_count(scene->estate, 0);
    directory_expect_judged(scene->estate, "TICKET_ETYPE", VITAL1, false);
    directory_expect_judged(scene->estate, "TICKET_FAILED", VITAL1, true);
}


static void
no_common_type_is_critical_with_both_sides_named(void **state)
{
    struct scene *scene = *state;

    scene->accounts[0]->etypes = ETYPES_RC4;
    scene->first->outcome = KDC_FAILED;
    scene->first->error_code = NO_COMMON_ETYPE;
    judge_types(scene, 0, ETYPE_AES256);
    estate_expect(scene->estate, "TICKET_ETYPE", VITAL1, STATUS_CRITICAL);
    estate_expect_count(scene->estate, 1);
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "MX1$ allows RC4");
    directory_expect_text(scene->estate, "TICKET_ETYPE", VITAL1,
                          "that " MON " asks for");
    directory_expect_judged(scene->estate, "TICKET_FAILED", VITAL1, true);
    directory_expect_judged(scene->estate, "TICKET_SPN_UNKNOWN", VITAL1,
                            true);
}


static void
no_common_type_in_another_site_is_a_warning(void **state)
{
    struct scene *scene = *state;

    answers_two_sites(scene->estate);
    scene->second->outcome = KDC_FAILED;
    scene->second->error_code = NO_COMMON_ETYPE;
    judge_types(scene, ETYPE_AES256, 0);
    estate_expect(scene->estate, "TICKET_ETYPE", VITAL2, STATUS_WARNING);
}


static void
weak_tgt_is_krbtgts(void **state)
{
    struct scene *scene = *state;
    struct tgt_fact *tgt = answers_tgt(scene->estate, DC1, KDC_OK, 0);

    tgt->etype = ETYPE_RC4;
    tgt->base.time_us = 1;
    judge_types(scene, ETYPE_AES256, ETYPE_AES256);
    estate_expect(scene->estate, "TICKET_ETYPE", KRBTGT1, STATUS_WARNING);
    estate_expect_count(scene->estate, 1);
    directory_expect_text(scene->estate, "TICKET_ETYPE", KRBTGT1,
                          "krbtgt has no AES keys");
    directory_expect_judged(scene->estate, "TICKET_ETYPE", KRBTGT2, true);
    directory_expect_judged(scene->estate, "TGT_FAILED", DC1 " " MONITOR,
                            true);
}


static void
rodc_has_a_krbtgt_of_its_own(void **state)
{
    struct scene *scene = *state;
    struct tgt_fact *tgt = answers_tgt(scene->estate, DC1, KDC_OK, 0);

    tgt->etype = ETYPE_AES128;
    tgt->base.time_us = 1;
    judge_types(scene, ETYPE_AES256, ETYPE_AES256);
    estate_expect(scene->estate, "TICKET_ETYPE", KRBTGT1, STATUS_WARNING);
    estate_netlogon(scene->estate, DC1, DS_RODC);
    judge_types(scene, ETYPE_AES256, ETYPE_AES256);
    estate_expect_count(scene->estate, 0);
}


#define SCENE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(rc4_and_des_are_warnings_naming_the_hardening),
        SCENE_TEST(only_a_type_weaker_than_anothers_concerns_the_kdc),
        SCENE_TEST(aes_is_fine),
        SCENE_TEST(remedy_fits_the_account),
        SCENE_TEST(user_account_gets_a_new_password_in_the_directory),
        SCENE_TEST(what_the_account_allows_is_told),
        SCENE_TEST(catalog_does_not_tell_what_the_account_allows),
        SCENE_TEST(weaker_of_two_kdcs_is_told),
        SCENE_TEST(types_that_are_not_known_are_not_compared),
        SCENE_TEST(ticket_that_could_not_be_read_is_not_judged),
        SCENE_TEST(no_common_type_is_critical_with_both_sides_named),
        SCENE_TEST(no_common_type_in_another_site_is_a_warning),
        SCENE_TEST(weak_tgt_is_krbtgts),
        SCENE_TEST(rodc_has_a_krbtgt_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
