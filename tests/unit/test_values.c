/*
 * What values may look like: each kind's boundaries.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "daemon/values.h"

/* A text, and whether it is fit. */
struct trial {
    const char *text;
    bool fit;
};


/* Try all texts of a kind; NULL ends them. */
static void
try_all(value_test *test, const struct trial *trials)
{
    for (; trials->text; trials++) {
        const char *expected = test(trials->text);

        if ((expected == NULL) != trials->fit)
            fail_msg("\"%s\": %s", trials->text,
                     expected ? expected : "accepted");
    }
}


static void
durations_have_one_number_and_one_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {
        {"0s", 0}, {"1ms", 1000}, {"500ms", 500000}, {"30s", 30000000},
        {"5m", 300000000}, {"4h", INT64_C(14400000000)},
        {"1d", INT64_C(86400000000)}, {"007s", 7000000},
        {"36500d", INT64_C(3153600000000000)},
    };
    static const char *const bad[] = {
        "", "5", "s", "-1s", "+1s", " 1s", "1 s", "1s ", "1.5s", "1h30m",
        "1S", "1w", "1us", "36501d", "999999999999999999d",
        "9999999999999999999999s", "0x5s",
    };
    int64_t us = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(value_duration(good[i].text, &us));
        assert_int_equal(us, good[i].us);
    }
    us = 42;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (value_duration(bad[i], &us))
            fail_msg("\"%s\" was accepted", bad[i]);
    assert_int_equal(us, 42);
}


static void
durations_are_written_as_they_are_read(void **state)
{
    static const char *const texts[]
        = {"1ms", "1500ms", "59s", "61s", "2m", "90m", "3h", "25h", "1d"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t us;
        char *text;

        assert_true(value_duration(texts[i], &us));
        text = value_duration_text(us);
        assert_string_equal(text, texts[i]);
        free(text);
    }
}


static void
integers_have_no_sign_and_nine_digits(void **state)
{
    int64_t number = -1;

    (void)state;
    assert_true(value_integer("999999999", &number));
    assert_int_equal(number, 999999999);
    assert_true(value_integer("0", &number));
    assert_int_equal(number, 0);
    assert_false(value_integer("1000000000", &number));
    assert_false(value_integer("", &number));
    assert_false(value_integer("-1", &number));
    assert_false(value_integer("1.0", &number));
    assert_false(value_integer("1e3", &number));
    assert_false(value_integer("0x1", &number));
}


/* A host name of labels of 63 letters, so many bytes long, for free(). */
static char *
long_host(size_t length)
{
    char *host = xcalloc(length + 1, 1);

    for (size_t i = 0; i < length; i++)
        host[i] = i % 64 == 63 ? '.' : 'a';
    return host;
}


static void
hosts_are_full_names(void **state)
{
    static const struct trial trials[] = {
        {"dc1.corp.example.com", true}, {"DC1.Corp.Example.Com.", true},
        {"a.b", true}, {"3com.example", true}, {"_srv.example", true},
        {"xn--bcher-kva.example", true}, {"dc1", false}, {"dc1.", false},
        {"", false}, {".", false}, {"a..b", false}, {".a.b", false},
        {"a.b..", false}, {"-a.b", false}, {"a-.b", false}, {"a b.c", false},
        {"10.0.0.1", false}, {"2001:db8::1", false}, {"b\303\274cher.x", false},
        {"a.b:25", false}, {"a/b.c", false}, {NULL, false},
    };
    char *longest = long_host(253), *label = long_host(63);
    char *longer = long_host(255);
    char *good = xasprintf("%s.b", label), *bad = xasprintf("a%s.b", label);

    (void)state;
    try_all(value_host, trials);
    assert_null(value_host(longest));
    assert_non_null(value_host(longer));
    assert_null(value_host(good));
    assert_non_null(value_host(bad));
    free(longest);
    free(longer);
    free(label);
    free(good);
    free(bad);
}


static void
domains_may_have_one_label(void **state)
{
    static const struct trial trials[] = {
        {"corp", true}, {"corp.example.com", true}, {"10.0.0.1", false},
        {"", false}, {"corp example", false}, {"::1", false}, {NULL, false},
    };

    (void)state;
    try_all(value_domain, trials);
}


static void
addresses_are_numeric(void **state)
{
    static const struct trial trials[] = {
        {"192.0.2.1", true}, {"2001:db8::1", true}, {"::", true},
        {"192.0.2", false}, {"192.0.2.256", false}, {"[::1]", false},
        {"fe80::1%eth0", false}, {"localhost", false}, {"", false},
        {NULL, false},
    };

    (void)state;
    try_all(value_address, trials);
}


static void
endpoints_have_a_host_and_a_port(void **state)
{
    static const struct trial trials[] = {
        {"relay.example.net:25", true}, {"192.0.2.1:65535", true},
        {"[2001:db8::1]:25", true}, {"relay:25", true}, {"relay", false},
        {"relay:0", false}, {"relay:65536", false}, {":25", false},
        {"[]:25", false}, {"[relay]:25", false}, {"2001:db8::1:25", false},
        {"relay:", false}, {"", false}, {"]:25", false}, {NULL, false},
    };

    (void)state;
    try_all(value_endpoint, trials);
}


static void
ports_name_their_transport(void **state)
{
    static const struct trial trials[] = {
        {"1/tcp", true}, {"88/udp", true}, {"65535/tcp", true},
        {"53/udp", true}, {"123/udp", true}, {"389/udp", true},
        {"464/udp", true}, {"137/udp", false}, {"3268/udp", false},
        {"0/tcp", false}, {"65536/tcp", false}, {"088/tcp", false},
        {"88", false}, {"88/", false}, {"88/TCP", false}, {"/tcp", false},
        {"88/sctp", false}, {"88/tcp/udp", false}, {"-1/tcp", false},
        {"", false}, {NULL, false},
    };

    (void)state;
    try_all(value_port, trials);
}


static void
names_of_kerberos_are_recognised(void **state)
{
    static const struct trial realms[] = {
        {"CORP.EXAMPLE.COM", true}, {"corp", true}, {"", false},
        {"A B", false}, {"A@B", false}, {"A/B", false}, {NULL, false},
    };
    static const struct trial principals[] = {
        {"spnhealthd", true}, {"MON$@CORP.EXAMPLE.COM", true},
        {"host/mon.corp.example.com@CORP.EXAMPLE.COM", true}, {"", false},
        {"@CORP", false}, {"a@", false}, {"a@b@c", false}, {"a b", false},
        {"a\033b", false}, {NULL, false},
    };

    (void)state;
    try_all(value_realm, realms);
    try_all(value_principal, principals);
}


static void
names_of_the_directory_are_recognised(void **state)
{
    static const struct trial accounts[] = {
        {"EX1$", true}, {"svc mail", true}, {"svc-mail", true}, {"", false},
        {"CORP\\ex1", false}, {"a@b", false}, {"a/b", false}, {NULL, false},
    };
    static const struct trial services[] = {
        {"SMTPSVC", true}, {"smtp", true}, {"MSSQLSvc", true}, {"", false},
        {"SMTP/", false}, {"a b", false}, {NULL, false},
    };
    static const struct trial sites[] = {
        {"Default-First-Site-Name", true}, {"A_1", true}, {"", false},
        {"a b", false}, {"a.b", false}, {NULL, false},
    };
    static const struct trial dns[] = {
        {"DC=corp,DC=example,DC=com", true}, {"", false}, {"corp", false},
        {"=x", false}, {NULL, false},
    };

    (void)state;
    try_all(value_account, accounts);
    try_all(value_service, services);
    try_all(value_site, sites);
    try_all(value_dn, dns);
}


static void
files_are_named_from_the_root(void **state)
{
    static const struct trial files[] = {
        {"/etc/krb5.keytab", true}, {"/a b", true}, {"", false}, {"/", false},
        {"a", false}, {"/a/", false}, {"./a", false}, {"/a\nb", false},
        {"/\377", false}, {NULL, false},
    };
    static const struct trial directories[] = {
        {"/var/lib/spnhealthd", true}, {"/var/lib/spnhealthd/", true},
        {"/", true}, {"var", false}, {"", false}, {NULL, false},
    };
    static const struct trial keytabs[] = {
        {"/etc/krb5.keytab", true}, {"FILE:/etc/krb5.keytab", true},
        {"credential:keytab", true}, {"credential:", false},
        {"credential:a/b", false}, {"credential:..", false},
        {"credential:.", false}, {"MEMORY:x", false}, {"FILE:a", false},
        {"", false}, {NULL, false},
    };

    (void)state;
    try_all(value_file, files);
    try_all(value_directory, directories);
    try_all(value_keytab, keytabs);
}


static void
caches_have_a_known_type(void **state)
{
    static const struct trial trials[] = {
        {"/run/krb5cc_0", true}, {"FILE:/run/krb5cc_0", true},
        {"DIR:/run/user/0/krb5cc", true}, {"DIR::/run/krb5cc/tkt", true},
        {"KEYRING:persistent:0", true}, {"KCM:", true}, {"API:x", true},
        {"MEMORY:x", false}, {"FILE:x", false}, {"DIR:x", false},
        {"DIR::x", false}, {"x", false}, {"", false}, {"KCM:\n", false},
        {NULL, false},
    };

    (void)state;
    try_all(value_ccache, trials);
}


static void
days_are_in_the_calendar(void **state)
{
    static const struct trial trials[] = {
        {"2026-12-31", true}, {"2028-02-29", true}, {"2000-02-29", true},
        {"2026-02-29", false}, {"2100-02-29", false}, {"2026-04-31", false},
        {"2026-00-10", false}, {"2026-13-01", false}, {"2026-01-00", false},
        {"2026-01-32", false}, {"26-01-01", false}, {"2026-1-1", false},
        {"2026/01/01", false}, {"2026-12-31 ", false}, {"", false},
        {NULL, false},
    };

    (void)state;
    try_all(value_date, trials);
}


static void
other_words_are_recognised(void **state)
{
    static const struct trial addresses[] = {
        {"app@corp.example.com", true}, {"a@b@corp", true}, {"@corp", false},
        {"app", false}, {"app@", false}, {"a b@corp", false}, {NULL, false},
    };
    static const struct trial logs[] = {
        {"/var/log/mail.log", true}, {"journal:postfix@-.service", true},
        {"journal:", false}, {"journal:a b", false}, {"mail.log", false},
        {NULL, false},
    };
    static const struct trial codes[] = {
        {"SPN_ORPHANED", true}, {"spn_orphaned", false}, {"", false},
        {"1A", false}, {"SPN ORPHANED", false}, {NULL, false},
    };
    static const struct trial mechanisms[] = {
        {"GSSAPI", true}, {"GS2-KRB5", true}, {"", false}, {"A B", false},
        {"ABCDEFGHIJKLMNOPQRSTU", false}, {NULL, false},
    };

    (void)state;
    try_all(value_mail_address, addresses);
    try_all(value_mail_log, logs);
    try_all(value_code, codes);
    try_all(value_mechanism, mechanisms);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_one_number_and_one_unit),
        cmocka_unit_test(durations_are_written_as_they_are_read),
        cmocka_unit_test(integers_have_no_sign_and_nine_digits),
        cmocka_unit_test(hosts_are_full_names),
        cmocka_unit_test(domains_may_have_one_label),
        cmocka_unit_test(addresses_are_numeric),
        cmocka_unit_test(endpoints_have_a_host_and_a_port),
        cmocka_unit_test(ports_name_their_transport),
        cmocka_unit_test(names_of_kerberos_are_recognised),
        cmocka_unit_test(names_of_the_directory_are_recognised),
        cmocka_unit_test(files_are_named_from_the_root),
        cmocka_unit_test(caches_have_a_known_type),
        cmocka_unit_test(days_are_in_the_calendar),
        cmocka_unit_test(other_words_are_recognised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
