/*
 * A report as an HTML page: well-formed whatever it holds, roots with what
 * they explain, nothing loaded from elsewhere.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sample_report.h"
#include "tests/unit/text_asserts.h"


/* Write a report as HTML and free it. */
static char *
html_of(struct sample *sample)
{
    char *text = sample_output(sample, FORMAT_HTML);

    sample_free(sample);
    return text;
}


/* ----- a reader that forgives nothing */


/* Read the attributes of a tag: each name="value". */
static const char *
read_attributes(const char *at)
{
    while (*at == ' ') {
        at++;
        while (islower((unsigned char)*at) || *at == '-')
            at++;
        assert_int_equal(strncmp(at, "=\"", 2), 0);
        at += 2;
        at += strcspn(at, "\"<");
        assert_int_equal(*at++, '"');
    }
    return at;
}


/* Read what is between tags: every "&" begins one of the entities. */
static const char *
read_text(const char *at)
{
    for (; *at && *at != '<'; at++) {
        assert_int_not_equal(*at, '>');
        if (*at == '&' && strncmp(at, "&amp;", 5) != 0
            && strncmp(at, "&lt;", 4) != 0 && strncmp(at, "&gt;", 4) != 0
            && strncmp(at, "&quot;", 6) != 0)
            fail_msg("bare & in \"%.40s\"", at);
    }
    return at;
}


/* Read a tag, which opens an element or closes the innermost. */
static const char *
read_tag(const char *at, struct strings *open)
{
    bool closes = at[1] == '/';
    const char *begin = at + 1 + closes;
    size_t length = strspn(begin, "abcdefghijklmnopqrstuvwxyz0123456789");
    char *name = xstrndup(begin, length);

    assert_true(length > 0);
    at = closes ? begin + length : read_attributes(begin + length);
    assert_int_equal(*at, '>');
    if (closes) {
        assert_true(open->count > 0);
        assert_string_equal(open->items[open->count - 1], name);
        free(open->items[--open->count]);
        open->items[open->count] = NULL;
    } else if (strcmp(name, "meta") != 0) {
        strings_add(open, name);
    }
    free(name);
    return at + 1;
}


/* Assert that every element is closed in its turn. */
static void
assert_well_formed(const char *text)
{
    struct strings open = {.items = NULL};
    const char *at = text + strlen("<!DOCTYPE html>");

    assert_int_equal(strncmp(text, "<!DOCTYPE html>\n<html lang=\"en\">", 32),
                     0);
    while (*(at = read_text(at)))
        at = read_tag(at, &open);
    assert_int_equal(open.count, 0);
    strings_clear(&open);
}


/* ----- tests */


static void
a_healthy_run_says_so(void **state)
{
    char *text = html_of(sample_healthy());
    static const char *const parts[] = {
        "<title>OK: corp.example.com - spnhealthd</title>",
        "<header class=\"verdict ok\">",
        "<h1><span class=\"status ok\">OK</span>\n"
        "nothing found that makes mail fail</h1>",
        "<time datetime=\"2026-01-31T12:00:00.123456Z\">2026-01-31 12:00:00 "
        "UTC</time>\nfrom mon.corp.example.com, in 412 ms.</p>",
        "<h2 id=\"findings\">Findings</h2>\n<p>None.</p>",
        "<th scope=\"row\">clock</th>\n<td><span class=\"status ok\">OK",
        "<th scope=\"row\">smtp</th>\n<td colspan=\"5\">nothing to look at",
        "<h3>2 domain controllers</h3>\n<ul>\n<li>dc1.corp.example.com</li>",
        "<h3>1 mail server</h3>",
        "<p>spnhealthd 0.1.0 on mon.corp.example.com</p>",
        NULL,
    };

    (void)state;
    assert_in_order(text, parts);
    assert_well_formed(text);
    assert_null(strstr(text, "id=\"accepted\""));
    assert_null(strstr(text, "as the service saw it"));
    free(text);
}


static void
a_root_stands_with_what_it_explains(void **state)
{
    char *text = html_of(sample_broken());
    static const char *const parts[] = {
        "<h1><span class=\"status critical\">CRITICAL</span>\n3 findings, "
        "mail fails: SMTPSVC/ex1.corp.example.com is on no account</h1>",
        "<article class=\"finding critical\">\n<h3>",
        "SPN_MISSING SMTPSVC/ex1.corp.example.com</span>",
        "<p>SMTPSVC/ex1.corp.example.com is on no account</p>",
        "<h4>Mend</h4>\n"
        "<pre>setspn -S SMTPSVC/ex1.corp.example.com EX1$</pre>",
        "<h4>Explains</h4>\n<ul>\n<li><span class=\"status critical\">",
        "<strong>TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com</strong>",
        "<p>the KDC knows no such principal</p>\n</li>\n</ul>",
        "<h4>Seen</h4>\n<ul>\n<li>12:00:00 ldap dc1.corp.example.com: no "
        "account has it</li>",
        "<h4>Read</h4>\n<p>KB979174</p>\n</article>",
        "<article class=\"finding warning\">\n<h3>",
        "CLOCK_SKEW dc2.corp.example.com",
        "<li>dc3.corp.example.com does not answer</li>",
        NULL,
    };

    (void)state;
    assert_in_order(text, parts);
    assert_int_equal(count_of(text, "<article"), 2);
    /* It goes away with its cause. */
    assert_null(strstr(text, "the root&apos;s remedy"));
    assert_null(strstr(text, "the root's remedy"));
    assert_well_formed(text);
    free(text);
}


static void
a_command_stands_by_itself(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    finding_remedy(sample->findings->items[0],
                   "on dc1: nltest /dsregdns: then wait");
    text = html_of(sample);
    assert_has(text, "<p class=\"dim\">on dc1:</p>\n"
               "<pre>nltest /dsregdns: then wait</pre>");
    free(text);
}


static void
a_chain_of_causes_stands_beneath_its_first(void **state)
{
    struct sample *sample = sample_broken();
    struct finding *finding = sample->findings->items[2];
    char *text;

    (void)state;
    assert_string_equal(finding->code, "CLOCK_SKEW");
    strings_add(&finding->caused_by,
                "TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com");
    text = html_of(sample);
    assert_int_equal(count_of(text, "<article"), 1);
    assert_has(text, "<p>the clock is 90 s ahead</p>\n<p class=\"dim\">also "
               "because of TICKET_SPN_UNKNOWN dc1 "
               "SMTPSVC/ex1.corp.example.com</p>\n</li>");
    assert_well_formed(text);
    free(text);
}


static void
a_circle_of_causes_hides_nothing(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    strings_add(&sample->findings->items[0]->caused_by,
                "TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com");
    text = html_of(sample);
    assert_int_equal(count_of(text, "<article"), 3);
    assert_has(text, "<h4>Because of</h4>\n<p>SPN_MISSING "
               "SMTPSVC/ex1.corp.example.com</p>");
    free(text);
}


static void
accepted_findings_have_their_own_section(void **state)
{
    struct sample *sample = sample_broken();
    static const char *const parts[] = {
        "2 findings, mail is at risk: the KDC knows",
        "<h2 id=\"findings\">",
        "TICKET_SPN_UNKNOWN dc1",
        "<h4>Because of</h4>\n<p>SPN_MISSING",
        "<h2 id=\"accepted\">Accepted</h2>",
        "SPN_MISSING SMTPSVC/ex1.corp.example.com</span>",
        "<p>Accepted until 2026-12-31: moved in &lt;January&gt; &amp; "
        "known</p>\n</article>",
        "<h2 id=\"checks\">",
        NULL,
    };
    char *text;

    (void)state;
    sample_accept(sample, "SPN_MISSING");
    sample->findings->items[0]->impact = IMPACT_MAIL_AT_RISK;
    text = html_of(sample);
    assert_in_order(text, parts);
    assert_well_formed(text);
    free(text);
}


static void
hostile_bytes_make_no_markup(void **state)
{
    char *text = html_of(sample_hostile());

    (void)state;
    assert_well_formed(text);
    assert_has(text, "&lt;j&gt;&amp;k;");
    assert_null(strstr(text, "<j>"));
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\xc2\x9b"));
    free(text);
}


static void
nothing_is_loaded_or_run(void **state)
{
    char *text = html_of(sample_broken());

    (void)state;
    assert_has(text, "default-src 'none'; style-src 'unsafe-inline'");
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<link"));
    assert_null(strstr(text, "src=\""));
    assert_null(strstr(text, "url("));
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
    free(text);
}


static void
headings_skip_no_level(void **state)
{
    struct sample *sample = sample_broken();
    char *text;
    int level = 0;

    (void)state;
    sample_accept(sample, "CLOCK_SKEW");
    text = html_of(sample);
    for (const char *at = text; (at = strstr(at, "<h")); at++)
        if (isdigit((unsigned char)at[2])) {
            assert_in_range(at[2] - '0', 1, level + 1);
            level = at[2] - '0';
        }
    assert_int_equal(count_of(text, "<h1"), 1);
    free(text);
}


static void
clocks_have_offset_and_bound(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "clock");
    findings_measure(sample->findings, "dc2.corp.example.com", "offset_kdc",
                     0.5, 0.25, "s");
    findings_end_check(sample->findings, 0);
    for (size_t i = 0; i < sample->findings->count; i++)
        if (strcmp(sample->findings->items[i]->code, "CLOCK_SKEW") == 0)
            sample->findings->items[i]->check = "clock";
    findings_sort(sample->findings);
    text = html_of(sample);
    assert_has(text, "How far each clock is ahead of that of "
               "mon.corp.example.com; 60.0 s is a warning, 5 min critical");
    assert_has(text, "<th scope=\"row\">dc1.corp.example.com</th>\n"
               "<td><span class=\"status ok\">OK</span>\n</td>\n"
               "<td class=\"number\">0.4 ms \xc2\xb1 0.7 ms</td>\n"
               "<td></td>\n");
    assert_has(text, "<th scope=\"row\">dc2.corp.example.com</th>\n"
               "<td><span class=\"status warning\">WARNING</span>\n</td>\n"
               "<td class=\"number\">-250 ms \xc2\xb1 1.0 ms</td>\n"
               "<td>kdc 500 ms \xc2\xb1 250 ms</td>\n");
    assert_well_formed(text);
    free(text);
}


static void
ports_are_a_row_a_host_and_a_column_a_port(void **state)
{
    struct sample *sample = sample_healthy();
    struct findings *findings = sample->findings;
    char *text;

    (void)state;
    findings_begin_check(findings, "ports");
    findings_measure(findings, "dc1:389/tcp", "open", 1, -1, "");
    findings_measure(findings, "dc1:88/udp", "open", 1, -1, "");
    findings_measure(findings, "dc1:88/udp", "latency", 0.0015, -1, "s");
    findings_measure(findings, "dc1:88/tcp", "open", 0, -1, "");
    findings_measure(findings, "dc2:88/tcp", "open", 0, -1, "");
    findings_add(findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
                 "PORT_SILENT", "dc2:88/tcp", "mute");
    findings_end_check(findings, 0);
    findings_sort(findings);
    text = html_of(sample);
    assert_has(text, "<th scope=\"col\">Host</th>\n"
               "<th scope=\"col\">88/tcp</th>\n"
               "<th scope=\"col\">88/udp</th>\n"
               "<th scope=\"col\">389/tcp</th>\n</tr>");
    assert_has(text, "<th scope=\"row\">dc1</th>\n"
               "<td class=\"bad\">no answer</td>\n<td>1.5 ms</td>\n"
               "<td>open</td>\n</tr>");
    assert_has(text, "<th scope=\"row\">dc2</th>\n"
               "<td class=\"bad\">silent</td>\n"
               "<td class=\"dim\">not asked</td>\n"
               "<td class=\"dim\">not asked</td>\n</tr>");
    assert_well_formed(text);
    free(text);
}


static void
other_measurements_have_a_table(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    findings_begin_check(sample->findings, "duplicates");
    findings_measure(sample->findings, "corp.example.com", "spns", 412, -1,
                     "");
    findings_end_check(sample->findings, 0);
    text = html_of(sample);
    assert_has(text, "<td>duplicates</td>\n<td>corp.example.com</td>\n"
               "<td>spns</td>\n<td class=\"number\">412</td>\n");
    free(text);
}


static void
what_was_judged_before_says_so(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.age_us = INT64_C(180000000);
    text = html_of(sample);
    assert_has(text, ": as the service saw it 3 min ago.</p>");
    assert_null(strstr(text, "systemctl"));
    free(text);
}


static void
the_service_s_page_reads_itself_again(void **state)
{
    const struct report_counters counters = {1, 2, 3, 4, 5};
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.counters = &counters;
    text = html_of(sample);
    assert_has(text, "<meta http-equiv=\"refresh\" content=\"60\">");
    free(text);
    sample = sample_healthy();
    sample->report.counters = &counters;
    sample->report.age_us = 0;
    text = html_of(sample);
    assert_null(strstr(text, "refresh"));
    free(text);
    text = html_of(sample_healthy());
    assert_null(strstr(text, "refresh"));
    free(text);
}


static void
what_is_stale_says_what_to_do(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.age_us = INT64_C(7500000000);
    sample->report.stale = true;
    text = html_of(sample);
    assert_has(text, "<h1><span class=\"status unknown\">UNKNOWN</span>\n"
               "last judged 2 h 5 min ago");
    assert_has(text, "<pre>systemctl status spnhealthd</pre>");
    assert_well_formed(text);
    free(text);
}


static void
advice_on_credentials_is_shown(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.credentials_advice = "no credentials:\nkinit\nklist";
    text = html_of(sample);
    assert_has(text, "<p>no credentials:</p>\n<pre>kinit\nklist"
               "</pre>\n");
    free(text);
}


static void
a_flood_is_cut(void **state)
{
    struct sample *sample = sample_healthy();
    struct findings *findings = sample->findings;
    struct finding *finding = NULL;
    char *text;

    (void)state;
    findings_begin_check(findings, "duplicates");
    for (int i = 0; i < 520; i++) {
        char subject[32];

        snprintf(subject, sizeof(subject), "SMTP/host%03d", i);
        finding = findings_add(findings, STATUS_WARNING, IMPACT_MAIL_AT_RISK,
                               "SPN_DUPLICATE", subject, "twice");
    }
    for (int i = 0; i < 60; i++) {
        finding_evidence(findings->items[1], "ldap", "dc1", 1, "seen %d", i);
        findings_not_covered(findings, "thing %d", i);
        strings_add(&findings->items[1]->caused_by, "GONE x");
    }
    findings_end_check(findings, 0);
    assert_non_null(finding);
    text = html_of(sample);
    assert_int_equal(count_of(text, "<article"), 500);
    assert_has(text, "<p>and 20 more</p>");
    assert_has(text, "seen 49</li>\n<li>and 10 more</li>");
    assert_has(text, "thing 49</li>\n<li>and 10 more</li>");
    assert_has(text, "GONE x and 10 more</p>");
    assert_well_formed(text);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_run_says_so),
        cmocka_unit_test(a_root_stands_with_what_it_explains),
        cmocka_unit_test(a_command_stands_by_itself),
        cmocka_unit_test(a_chain_of_causes_stands_beneath_its_first),
        cmocka_unit_test(a_circle_of_causes_hides_nothing),
        cmocka_unit_test(accepted_findings_have_their_own_section),
        cmocka_unit_test(hostile_bytes_make_no_markup),
        cmocka_unit_test(nothing_is_loaded_or_run),
        cmocka_unit_test(headings_skip_no_level),
        cmocka_unit_test(clocks_have_offset_and_bound),
        cmocka_unit_test(ports_are_a_row_a_host_and_a_column_a_port),
        cmocka_unit_test(other_measurements_have_a_table),
        cmocka_unit_test(what_was_judged_before_says_so),
        cmocka_unit_test(the_service_s_page_reads_itself_again),
        cmocka_unit_test(what_is_stale_says_what_to_do),
        cmocka_unit_test(advice_on_credentials_is_shown),
        cmocka_unit_test(a_flood_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
