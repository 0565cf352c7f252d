/*
 * A report for a person.
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
#include "tests/unit/sample_report.h"
#include "tests/unit/text_asserts.h"


/* Write a report as text and free it. */
static char *
text_of(struct sample *sample)
{
    char *text = sample_output(sample, FORMAT_TEXT);

    sample_free(sample);
    return text;
}


/* The longest line, in bytes. */
static size_t
longest_line(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t length = strcspn(text, "\n");

        if (length > longest)
            longest = length;
        text += length + (text[length] == '\n');
    }
    return longest;
}


static void
a_healthy_run_is_short_and_has_facts(void **state)
{
    char *text = text_of(sample_healthy());

    (void)state;
    assert_string_equal(
        text,
        "OK        corp.example.com: nothing found that makes mail fail\n"
        "\n"
        "looked at 2 domain controllers: dc1.corp.example.com, "
        "dc2.corp.example.com\n"
        "          1 mail server: ex1.corp.example.com\n"
        "          largest clock offset -250 ms (dc2.corp.example.com)\n"
        "checks    clock  OK        2 judged\n"
        "          smtp   nothing to look at\n"
        "when      2026-01-31 12:00:00 UTC, from mon.corp.example.com, in "
        "412 ms\n");
    free(text);
}


static void
a_replay_does_not_tell_how_long_it_took(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.elapsed_s = 0;
    text = text_of(sample);
    assert_non_null(strstr(text, ", from mon.corp.example.com\n"));
    free(text);
}


static void
the_verdict_comes_first_then_the_worst(void **state)
{
    static const char *const lines[] = {
        "CRITICAL  corp.example.com: 3 findings, mail fails: "
        "SMTPSVC/ex1.corp.example.com\n          is on no account\n",
        "\nCRITICAL  SPN_MISSING SMTPSVC/ex1.corp.example.com\n",
        "          SMTPSVC/ex1.corp.example.com is on no account\n",
        "seen      12:00:00 ldap dc1.corp.example.com: no account has it\n",
        "mend      setspn -S SMTPSVC/ex1.corp.example.com EX1$\n",
        "explains  TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com\n",
        "read      KB979174\n",
        "\nCRITICAL  TICKET_SPN_UNKNOWN dc1 SMTPSVC/ex1.corp.example.com\n",
        "because   SPN_MISSING SMTPSVC/ex1.corp.example.com\n",
        "\nWARNING   CLOCK_SKEW dc2.corp.example.com\n",
        "spn    CRITICAL  ",
        "not seen  spn: dc3.corp.example.com does not answer\n",
        NULL,
    };
    char *text = text_of(sample_broken());

    (void)state;
    assert_begins(text, lines[0]);
    assert_in_order(text, lines);
    free(text);
}


static void
accepted_findings_come_last_and_do_not_count(void **state)
{
    static const char *const lines[] = {
        "CRITICAL  corp.example.com: 2 findings, mail fails: "
        "SMTPSVC/ex1.corp.example.com\n",
        "\nCRITICAL  SPN_MISSING",
        "\naccepted  1 finding that does not count\n"
        "WARNING   CLOCK_SKEW dc2.corp.example.com\n"
        "          accepted until 2026-12-31: moved in <January> & known\n"
        "\nlooked at",
        NULL,
    };
    struct sample *sample = sample_broken();
    char *quiet, *verbose;

    (void)state;
    sample_accept(sample, "CLOCK_SKEW");
    quiet = sample_output(sample, FORMAT_TEXT);
    assert_in_order(quiet, lines);
    assert_null(strstr(quiet, "the clock is 90 s ahead"));
    sample->report.verbosity = 1;
    verbose = text_of(sample);
    assert_non_null(strstr(verbose, "the clock is 90 s ahead"));
    free(quiet);
    free(verbose);
}


static void
all_accepted_is_said(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    sample_accept(sample, "SPN_MISSING");
    sample_accept(sample, "TICKET_SPN_UNKNOWN");
    sample_accept(sample, "CLOCK_SKEW");
    text = text_of(sample);
    assert_begins(text, "OK        corp.example.com: nothing found but what "
                  "is accepted\n\naccepted  3 findings that do not count\n");
    free(text);
}


static void
what_was_judged_before_says_so(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.age_us = INT64_C(180000000);
    text = text_of(sample);
    assert_begins(text, "OK        corp.example.com: nothing found that makes "
                  "mail fail\n          as the service saw it 3 min ago\n\n"
                  "looked at");
    free(text);
}


static void
what_is_stale_says_what_to_do(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    sample->report.age_us = INT64_C(7500000000);
    sample->report.stale = true;
    text = text_of(sample);
    assert_begins(text, "UNKNOWN   corp.example.com: last judged 2 h 5 min "
                  "ago: systemctl status\n          spnhealthd\n"
                  "          as the service saw it 2 h 5 min ago\n\n"
                  "note      That is longer ago than the service promises");
    assert_non_null(strstr(text, "\n          systemctl status spnhealthd\n"
                           "\nCRITICAL  SPN_MISSING"));
    free(text);
}


static void
what_is_explained_is_mended_at_its_cause(void **state)
{
    struct sample *sample = sample_broken();
    char *quiet = sample_output(sample, FORMAT_TEXT), *verbose;

    (void)state;
    assert_null(strstr(quiet, "the root's remedy"));
    assert_null(strstr(quiet, "measured"));
    sample->report.verbosity = 1;
    verbose = text_of(sample);
    assert_non_null(strstr(verbose, "mend      the root's remedy\n"));
    assert_non_null(strstr(verbose, "measured  clock dc1.corp.example.com: "
                           "offset 0.4 ms +/- 0.7 ms\n"));
    free(quiet);
    free(verbose);
}


static void
lines_keep_to_the_width(void **state)
{
    struct sample *sample = sample_broken();
    char *text = sample_output(sample, FORMAT_TEXT);

    (void)state;
    assert_in_range(longest_line(text), 60, 80);
    free(text);
    sample->report.width = 60;
    text = sample_output(sample, FORMAT_TEXT);
    assert_in_range(longest_line(text), 50, 60);
    free(text);
    sample->report.width = 1;
    free(text_of(sample));
}


static void
commands_are_never_broken(void **state)
{
    static const char command[]
        = "setspn -S SMTPSVC/a-rather-long-name.branch-office.corp.example.com"
          " A-RATHER-LONG-NAME$ and more words than any line has room for";
    struct sample *sample = sample_broken();
    char *line = xasprintf("\nmend      %s\n", command);
    char *text;

    (void)state;
    strings_clear(&sample->findings->items[0]->remedy);
    finding_remedy(sample->findings->items[0], "%s", command);
    text = text_of(sample);
    assert_non_null(strstr(text, line));
    free(text);
    free(line);
}


static void
long_lists_are_cut_without_v(void **state)
{
    struct sample *sample = sample_broken();
    char *text;

    (void)state;
    for (int i = 0; i < 7; i++)
        finding_evidence(sample->findings->items[0], "ldap", "dc", i,
                         "witness %d", i);
    text = sample_output(sample, FORMAT_TEXT);
    assert_non_null(strstr(text, "witness 4\n          and 2 more (-v shows "
                           "them)\n"));
    assert_null(strstr(text, "witness 5"));
    free(text);
    sample->report.verbosity = 1;
    text = text_of(sample);
    assert_non_null(strstr(text, "witness 6"));
    free(text);
}


static void
colour_is_only_where_it_is_wanted(void **state)
{
    struct sample *sample = sample_broken();
    char *text = sample_output(sample, FORMAT_TEXT);

    (void)state;
    assert_null(strchr(text, '\033'));
    free(text);
    sample->report.color = true;
    text = text_of(sample);
    assert_begins(text, "\033[1;31mCRITICAL\033[0m  ");
    assert_non_null(strstr(text, "\033[1;33mWARNING\033[0m   "));
    free(text);
}


static void
advice_on_credentials_is_the_first_line(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    sample->report.credentials_advice
        = "no credentials: only what anyone may see was judged\n"
          "samba-tool user create spnhealthd --random-password";
    text = text_of(sample);
    assert_begins(text,
                  "note      no credentials: only what anyone may see was "
                  "judged\n"
                  "          samba-tool user create spnhealthd "
                  "--random-password\n\nOK  ");
    free(text);
}


static void
what_could_not_be_judged_is_no_reassurance(void **state)
{
    struct sample *sample = sample_healthy();
    char *text;

    (void)state;
    strings_add(&sample->findings->results[0].not_covered, "dc3");
    sample->report.strict = true;
    text = text_of(sample);
    assert_begins(text, "UNKNOWN   corp.example.com: nothing found, but 1 "
                  "thing could not be seen\n");
    free(text);
}


static void
a_remedy_is_written_once(void **state)
{
    struct sample *sample = sample_broken();
    struct finding *finding = findings_add(
        sample->findings, STATUS_CRITICAL, IMPACT_MAIL_FAILS, "SPN_MISSING",
        "SMTPSVC/ex2.corp.example.com", "is on no account, either");
    char *text;

    (void)state;
    finding_remedy(finding, "setspn -S SMTPSVC/ex1.corp.example.com EX1$");
    findings_sort(sample->findings);
    text = text_of(sample);
    assert_non_null(strstr(text, "mend      setspn -S SMTPSVC/ex1"));
    assert_non_null(strstr(text, "mend      as SPN_MISSING "
                                 "SMTPSVC/ex1.corp.example.com, above\n"));
    free(text);
}


static void
hostile_bytes_do_not_reach_the_terminal(void **state)
{
    struct sample *sample = sample_hostile();
    char *text;

    (void)state;
    sample->report.verbosity = 1;
    text = text_of(sample);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\xff'));
    for (char *at = text; (at = strchr(at, '\n'));)
        *at = ' ';
    assert_true(text_is_printable(text));
    free(text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_run_is_short_and_has_facts),
        cmocka_unit_test(a_replay_does_not_tell_how_long_it_took),
        cmocka_unit_test(the_verdict_comes_first_then_the_worst),
        cmocka_unit_test(accepted_findings_come_last_and_do_not_count),
        cmocka_unit_test(all_accepted_is_said),
        cmocka_unit_test(what_was_judged_before_says_so),
        cmocka_unit_test(what_is_stale_says_what_to_do),
        cmocka_unit_test(what_is_explained_is_mended_at_its_cause),
        cmocka_unit_test(lines_keep_to_the_width),
        cmocka_unit_test(commands_are_never_broken),
        cmocka_unit_test(long_lists_are_cut_without_v),
        cmocka_unit_test(colour_is_only_where_it_is_wanted),
        cmocka_unit_test(advice_on_credentials_is_the_first_line),
        cmocka_unit_test(what_could_not_be_judged_is_no_reassurance),
        cmocka_unit_test(a_remedy_is_written_once),
        cmocka_unit_test(hostile_bytes_do_not_reach_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
