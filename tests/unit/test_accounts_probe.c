/*
 * Accounts: what tells their state, and what stands for nothing.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/accounts.h"
#include "tests/unit/scripted_directory.h"

#define NC "DC=corp,DC=example,DC=com"
#define EX1 "CN=EX1,CN=Computers," NC
#define NOON_US INT64_C(1769860800000000)
#define NOON "134143344000000000"


static int
begin(void **state)
{
    (void)state;
    script_begin();
    return 0;
}


static int
end(void **state)
{
    (void)state;
    script_end();
    return 0;
}


/* Say what kind of server it is. */
static void
add_root(bool active_directory)
{
    script_entry("", "");
    if (active_directory)
        script_value("supportedCapabilities", "1.2.840.113556.1.4.800");
}


/* Add the account of ex1. */
static void
add_account(void)
{
    script_entry(NC, EX1);
    script_value("objectClass", "computer");
    script_value("sAMAccountName", "EX1$");
    script_value("dNSHostName", "EX1.example.com");
}


/* A follow-up that names ex1, to a server of some kind; the connection
   survives it. */
static void
search_more(bool active_directory)
{
    char host[] = "dc1.example.com", base[] = NC;
    const struct session_task task = {
        .host = host,
        .ldap_port = 389,
        .base = base,
    };
    struct followup_task followup = {.hosts = {.items = NULL}};

    strings_add(&followup.hosts, "ex1.example.com");
    strings_add(&followup.accounts, "svc-mail");
    assert_true(accounts_search_more(NULL, &task, &followup,
                                     active_directory));
    strings_clear(&followup.hosts);
    strings_clear(&followup.accounts);
}


/* What a session asks first, of a server that may be Active Directory;
   returns whether it was found to be. */
static bool
search_domain(void)
{
    char host[] = "dc1.example.com", base[] = NC, none[] = "";
    struct session_task task = {
        .host = host,
        .ldap_port = 389,
        .base = base,
        .configuration = none,
    };
    bool active_directory = false;

    strings_add(&task.services, "SMTP");
    strings_add(&task.hosts, "ex1.example.com");
    assert_true(accounts_search_domain(NULL, &task, &active_directory));
    strings_clear(&task.services);
    strings_clear(&task.hosts);
    return active_directory;
}


/* The account as it comes with one attribute, in a run of its own until
   script_end(). */
static const struct account_fact *
account_with(const char *attribute, const char *value)
{
    script_begin();
    add_account();
    if (attribute)
        script_value(attribute, value);
    search_more(true);
    return script_fact(FACT_ACCOUNT, 0);
}


static void
state_of_an_account_is_told(void **state)
{
    const struct account_fact *fact;

    (void)state;
    add_account();
    script_value("objectClass", "msDS-GroupManagedServiceAccount");
    script_value("userAccountControl", "4096");
    script_value("msDS-User-Account-Control-Computed", "8388608");
    script_value("msDS-SupportedEncryptionTypes", "28");
    script_value("msDS-KeyVersionNumber", "7");
    script_value("pwdLastSet", NOON);
    script_value("accountExpires", NOON);
    script_value("lockoutTime", NOON);
    script_value("whenChanged", "20260131120000.0Z");
    search_more(true);
    fact = script_fact(FACT_ACCOUNT, 0);
    assert_string_equal(fact->dn, EX1);
    assert_string_equal(fact->dns_host_name, "ex1.example.com");
    assert_true(fact->computer);
    assert_true(fact->managed);
    assert_int_equal(fact->account_control, 4096);
    assert_int_equal(fact->computed_control, UAC_PASSWORD_EXPIRED);
    assert_int_equal(fact->etypes, 28);
    assert_int_equal(fact->kvno, 7);
    assert_int_equal(fact->password_set_us, NOON_US);
    assert_int_equal(fact->expires_us, NOON_US);
    assert_int_equal(fact->locked_us, NOON_US);
    assert_int_equal(fact->changed_us, NOON_US);
}


static void
what_is_not_readable_is_not_zero(void **state)
{
    const struct account_fact *fact = account_with(NULL, NULL);

    (void)state;
    assert_false(fact->managed);
    assert_int_equal(fact->account_control, -1);
    assert_int_equal(fact->computed_control, -1);
    assert_int_equal(fact->etypes, 0);
    assert_int_equal(fact->kvno, -1);
    assert_int_equal(fact->password_set_us, -1);
    assert_int_equal(fact->expires_us, -1);
    assert_int_equal(fact->locked_us, 0);
    assert_int_equal(fact->changed_us, -1);
    script_end();
}


/* Check what a stored time becomes. */
static void
expect_time(const char *attribute, const char *value, int64_t expected)
{
    const struct account_fact *fact = account_with(attribute, value);
    int64_t found = strcmp(attribute, "pwdLastSet") == 0
                        ? fact->password_set_us
                    : strcmp(attribute, "accountExpires") == 0
                        ? fact->expires_us
                    : strcmp(attribute, "lockoutTime") == 0
                        ? fact->locked_us : fact->changed_us;

    if (found != expected)
        fail_msg("%s %s became %lld", attribute, value, (long long)found);
    script_end();
}


static void
password_times_have_their_bounds(void **state)
{
    (void)state;
    expect_time("pwdLastSet", "0", 0);
    expect_time("pwdLastSet", "1", 1);
    expect_time("pwdLastSet", "116444736000000000", 1);
    expect_time("pwdLastSet", "116444736000000020", 2);
    expect_time("pwdLastSet", "2650467743999999999",
                INT64_C(253402300799999999));
    expect_time("pwdLastSet", "2650467744000000000", -1);
    expect_time("pwdLastSet", "9223372036854775807", -1);
    expect_time("pwdLastSet", "-1", -1);
    expect_time("pwdLastSet", "soon", -1);
    expect_time("pwdLastSet", "99999999999999999999", -1);
}


static void
accounts_may_never_expire(void **state)
{
    (void)state;
    expect_time("accountExpires", "0", 0);
    expect_time("accountExpires", "9223372036854775807", 0);
    expect_time("accountExpires", "2650467744000000000", 0);
    expect_time("accountExpires", "2650467743999999999",
                INT64_C(253402300799999999));
    expect_time("accountExpires", "1", 1);
    expect_time("accountExpires", "-1", -1);
    expect_time("accountExpires", "", -1);
    expect_time("accountExpires", "9223372036854775808", -1);
}


static void
lockouts_have_their_bounds(void **state)
{
    (void)state;
    expect_time("lockoutTime", "0", 0);
    expect_time("lockoutTime", NOON, NOON_US);
    expect_time("lockoutTime", "9223372036854775807", 0);
    expect_time("lockoutTime", "-5", 0);
    expect_time("lockoutTime", "x", 0);
}


static void
change_times_have_their_bounds(void **state)
{
    (void)state;
    expect_time("whenChanged", "20260131120000.0Z", NOON_US);
    expect_time("whenChanged", "16010101000000.0Z", -1);
    expect_time("whenChanged", "20261331120000.0Z", -1);
    expect_time("whenChanged", NOON, -1);
}


static void
words_have_their_bounds(void **state)
{
    const struct account_fact *fact
        = account_with("userAccountControl", "-2147483648");

    (void)state;
    assert_int_equal(fact->account_control, 0x80000000);
    script_end();
    fact = account_with("userAccountControl", "4294967296");
    assert_int_equal(fact->account_control, -1);
    script_end();
    fact = account_with("msDS-KeyVersionNumber", "-1");
    assert_int_equal(fact->kvno, 0xffffffff);
    script_end();
    fact = account_with("msDS-SupportedEncryptionTypes", "x");
    assert_int_equal(fact->etypes, 0);
    script_end();
}


static void
active_directory_is_asked_for_what_it_makes_up(void **state)
{
    (void)state;
    search_more(true);
    /* By host, by account; its kind is known. */
    assert_int_equal(script_searches()->count, 2);
    assert_string_equal(script_searches()->items[0],
                        NC "|(|(dNSHostName=ex1.example.com))|"
                        "msDS-KeyVersionNumber,"
                        "msDS-User-Account-Control-Computed,accountExpires,"
                        "lockoutTime,msDS-SupportedEncryptionTypes,"
                        "pwdLastSet,whenChanged,dNSHostName,objectClass,"
                        "operatingSystem,sAMAccountName,"
                        "servicePrincipalName,userAccountControl");
    assert_int_equal(script_count(FACT_SEARCH), 1);
}


static void
other_directories_are_not(void **state)
{
    (void)state;
    add_account();
    search_more(false);
    assert_int_equal(script_searches()->count, 1);
    assert_null(strstr(script_searches()->items[0], "msDS-Key"));
    assert_non_null(strstr(script_searches()->items[0], "|accountExpires,"));
    assert_int_equal(script_count(FACT_ACCOUNT), 1);
}


static void
kind_of_server_is_asked_and_told(void **state)
{
    (void)state;
    add_root(true);
    assert_true(search_domain());
    /* The rootDSE, holders, accounts by host. */
    assert_int_equal(script_searches()->count, 3);
    assert_string_equal(script_searches()->items[0],
                        "|(objectClass=*)|supportedCapabilities");
    assert_non_null(strstr(script_searches()->items[1],
                           "|(|(servicePrincipalName=SMTP/*))|"));
    script_end();
    script_begin();
    add_root(false);
    assert_false(search_domain());
    assert_non_null(strstr(script_searches()->items[1],
                           "|(servicePrincipalName=*)|"));
}


static void
global_catalog_is_asked_for_what_it_has(void **state)
{
    char host[] = "dc1.example.com";
    struct session_task task = {.host = host, .gc_port = 3268};
    const struct account_fact *fact;

    (void)state;
    strings_add(&task.services, "SMTP");
    script_entry("", EX1);
    script_value("dNSHostName", "ex1.example.com");
    script_value("userAccountControl", "4096");
    script_value("pwdLastSet", NOON);
    accounts_search_forest(NULL, &task);
    assert_string_equal(script_searches()->items[0],
                        "|(|(servicePrincipalName=SMTP/*))|"
                        "dNSHostName,objectClass,operatingSystem,"
                        "sAMAccountName,servicePrincipalName,"
                        "userAccountControl");
    fact = script_fact(FACT_ACCOUNT, 0);
    assert_int_equal(fact->port, 3268);
    assert_int_equal(fact->account_control, 4096);
    assert_int_equal(fact->password_set_us, -1);
    strings_clear(&task.services);
}


static void
followup_without_names_asks_nothing(void **state)
{
    char host[] = "dc1.example.com";
    const struct session_task task = {.host = host};
    const struct followup_task followup = {.hosts = {.items = NULL}};

    (void)state;
    assert_true(accounts_search_more(NULL, &task, &followup, true));
    assert_int_equal(script_searches()->count, 0);
}


#define ACCOUNTS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ACCOUNTS_TEST(state_of_an_account_is_told),
        cmocka_unit_test(what_is_not_readable_is_not_zero),
        cmocka_unit_test(password_times_have_their_bounds),
        cmocka_unit_test(accounts_may_never_expire),
        cmocka_unit_test(lockouts_have_their_bounds),
        cmocka_unit_test(change_times_have_their_bounds),
        cmocka_unit_test(words_have_their_bounds),
        ACCOUNTS_TEST(active_directory_is_asked_for_what_it_makes_up),
        ACCOUNTS_TEST(other_directories_are_not),
        ACCOUNTS_TEST(kind_of_server_is_asked_and_told),
        ACCOUNTS_TEST(global_catalog_is_asked_for_what_it_has),
        ACCOUNTS_TEST(followup_without_names_asks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
