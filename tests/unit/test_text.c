/*
 * Text from elsewhere made safe.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"


/* Escape a string and compare. */
static void
assert_escaped(const char *text, size_t length, const char *expected)
{
    char *escaped = text_escape(text, length, 200);

    assert_string_equal(escaped, expected);
    free(escaped);
}


static void
controls_and_bad_bytes_are_escaped(void **state)
{
    (void)state;
    assert_escaped("a\033[31mb", 7, "a\\x1b[31mb");
    assert_escaped("a\0b", 3, "a\\x00b");
    assert_escaped("\r\n\t\x7f", 4, "\\x0d\\x0a\\x09\\x7f");
    assert_escaped("\xff\xfe", 2, "\\xff\\xfe");
    assert_escaped("back\\slash", 10, "back\\x5cslash");
}


static void
valid_utf8_is_kept(void **state)
{
    (void)state;
    assert_escaped("Gr\xc3\xbc\xc3\x9f" "e", 7, "Gr\xc3\xbc\xc3\x9f" "e");
    assert_escaped("\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80");
}


static void
invalid_utf8_is_escaped(void **state)
{
    (void)state;
    assert_escaped("\xc0\x80", 2, "\\xc0\\x80");          /* overlong */
    assert_escaped("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");  /* surrogate */
    assert_escaped("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
    assert_escaped("\xe2\x82", 2, "\\xe2\\x82");          /* cut short */
}


static void
steering_characters_are_escaped(void **state)
{
    (void)state;
    assert_escaped("\xc2\x9b" "31m", 5, "\\xc2\\x9b" "31m");  /* C1 CSI */
    assert_escaped("\xe2\x80\xae", 3, "\\xe2\\x80\\xae");      /* RLO */
    assert_escaped("\xe2\x80\xa8", 3, "\\xe2\\x80\\xa8");      /* LS */
}


static void
long_text_is_cut_at_the_limit(void **state)
{
    char *text = text_escape("abcdefgh", 8, 5);
    char *whole = text_escape("abcde", 5, 5);
    char *escape = text_escape("abc\033", 4, 6);

    (void)state;
    assert_string_equal(text, "abcde...");
    assert_string_equal(whole, "abcde");
    assert_string_equal(escape, "abc...");
    free(text);
    free(whole);
    free(escape);
}


static void
clean_keeps_backslashes_of_printable_text(void **state)
{
    char *kept = text_clean("CN=x\\0ACNF:1", 12, 100);
    char *escaped = text_clean("CN=x\\0A\n", 8, 100);

    (void)state;
    assert_string_equal(kept, "CN=x\\0ACNF:1");
    assert_string_equal(escaped, "CN=x\\x5c0A\\x0a");
    free(kept);
    free(escaped);
}


static void
trimming_removes_only_a_broken_end(void **state)
{
    char broken[] = "ab\xe2\x82", whole[] = "ab\xe2\x82\xac";

    (void)state;
    text_trim_utf8(broken);
    text_trim_utf8(whole);
    assert_string_equal(broken, "ab");
    assert_string_equal(whole, "ab\xe2\x82\xac");
}


static void
hosts_are_lower_case_without_trailing_dots(void **state)
{
    char *host = text_host("DC1.Corp.Example.COM.."), *none = text_host(".");

    (void)state;
    assert_string_equal(host, "dc1.corp.example.com");
    assert_string_equal(none, "");
    free(host);
    free(none);
}


static void
only_dns_names_in_canonical_spelling_are_hosts(void **state)
{
    static const char *const hosts[] = {"dc1", "dc1.corp.example.com",
                                        "_msdcs.x", "3com.com", "a-b_c.d"};
    static const char *const others[] = {"", ".", "a.", ".a", "a..b", "DC1",
                                         "-a.b", "a.-b", "a b", "a\nb", "ä",
                                         "a/b", "*.b", "a;b"};
    char name[300];

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        assert_true(text_is_host(hosts[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(text_is_host(others[i]));
    memset(name, 'a', sizeof(name));
    name[63] = '\0';
    assert_true(text_is_host(name));
    name[63] = 'a', name[64] = '\0';
    assert_false(text_is_host(name));
    for (size_t i = 1; i < sizeof(name); i += 2)
        name[i] = '.';
    name[64] = 'a', name[253] = '\0';
    assert_true(text_is_host(name));
    name[253] = 'a', name[254] = '\0';
    assert_false(text_is_host(name));
}


static void
case_is_folded_for_ascii_only(void **state)
{
    (void)state;
    assert_int_equal(text_casecmp("SMTP/Ex1", "smtp/eX1"), 0);
    assert_true(text_casecmp("a", "b") < 0);
    assert_true(text_casecmp("ab", "a") > 0);
    assert_true(text_casecmp("\xc3\x84", "\xc3\xa4") != 0);
    assert_true(text_has_prefix_case("smtpSVC/x", "SMTPSVC/"));
    assert_false(text_has_prefix_case("SMTP", "SMTPSVC"));
}


static void
times_are_rfc_3339_in_utc(void **state)
{
    char text[TEXT_TIME_SIZE];

    (void)state;
    text_time(1769860800123456, text);
    assert_string_equal(text, "2026-01-31T12:00:00.123456Z");
    text_time(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
}


static void
durations_are_in_units_a_person_would_use(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "0.0 ms"}, {400, "0.4 ms"}, {250000, "250 ms"},
        {999999, "1.0 s"}, {1000000, "1.0 s"}, {-3200000, "-3.2 s"},
        {420000000, "7 min"},
        {423000000, "7 min 3 s"}, {419999990, "7 min"}, {-7, "0.0 ms"},
        {-60, "-0.1 ms"}, {9949, "9.9 ms"}, {9950, "10 ms"},
        {999499, "999 ms"}, {999500, "1.0 s"}, {119600000, "2 min"},
        {172799000000, "2 d"}, {7500000000, "2 h 5 min"},
        {273600000000, "3 d 4 h"}, {INT64_MIN, "-106751991 d 4 h"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = text_duration(cases[i].us);

        assert_string_equal(text, cases[i].text);
        free(text);
    }
}


static void
long_lists_are_joined_in_part(void **state)
{
    static const char *const joined[]
        = {"", "a", "a, b", "a, b, c", "a, b, c, d", "a, b, c, d and 1 more",
           "a, b, c, d and 2 more"};
    struct strings texts = {NULL, 0};

    (void)state;
    for (size_t i = 0; i < sizeof(joined) / sizeof(*joined); i++) {
        char name[] = {(char)('a' + (int)i), '\0'};
        char *text = text_join(&texts);

        assert_string_equal(text, joined[i]);
        free(text);
        strings_add(&texts, name);
    }
    strings_clear(&texts);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_and_bad_bytes_are_escaped),
        cmocka_unit_test(valid_utf8_is_kept),
        cmocka_unit_test(invalid_utf8_is_escaped),
        cmocka_unit_test(steering_characters_are_escaped),
        cmocka_unit_test(long_text_is_cut_at_the_limit),
        cmocka_unit_test(clean_keeps_backslashes_of_printable_text),
        cmocka_unit_test(trimming_removes_only_a_broken_end),
        cmocka_unit_test(hosts_are_lower_case_without_trailing_dots),
        cmocka_unit_test(only_dns_names_in_canonical_spelling_are_hosts),
        cmocka_unit_test(case_is_folded_for_ascii_only),
        cmocka_unit_test(times_are_rfc_3339_in_utc),
        cmocka_unit_test(long_lists_are_joined_in_part),
        cmocka_unit_test(durations_are_in_units_a_person_would_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
