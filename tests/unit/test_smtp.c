/*
 * Greetings of mail servers: when they are complete, their code and date.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/smtp.h"

/* 2026-11-21T09:00:00Z. */
#define DATE_US (INT64_C(1795251600) * 1000000)

#define EXCHANGE "220 ex1.corp.example.com Microsoft ESMTP MAIL Service"    \
                 " ready at Sat, 21 Nov 2026 10:00:00 +0100\r\n"


static enum net_frame
frame(const char *text)
{
    return smtp_frame((const uint8_t *)text, strlen(text));
}


/* Read a greeting; the fact is for record_free(). */
static struct smtp_fact *
read_greeting(const char *text, struct reading *reading)
{
    struct smtp_fact *fact = record_new(fact_types[FACT_SMTP]);

    smtp_read((const uint8_t *)text, strlen(text), fact, reading);
    return fact;
}


static void
a_greeting_is_complete_after_its_last_line(void **state)
{
    (void)state;
    assert_int_equal(frame(""), NET_MORE);
    assert_int_equal(frame("220 mx1"), NET_MORE);
    assert_int_equal(frame("220 mx1\r\n"), NET_COMPLETE);
    assert_int_equal(frame("220\r\n"), NET_COMPLETE);
    assert_int_equal(frame("220-wait\r\n"), NET_MORE);
    assert_int_equal(frame("220-wait\r\n220 mx1\r\n"), NET_COMPLETE);
    assert_int_equal(frame("220-wait\r\n220-longer\r\n"), NET_MORE);
    assert_int_equal(frame("554 no\n"), NET_COMPLETE);
}


static void
a_line_that_is_no_reply_ends_the_wait(void **state)
{
    (void)state;
    assert_int_equal(frame("SSH-2.0-OpenSSH_9\r\n"), NET_COMPLETE);
    assert_int_equal(frame("\r\n"), NET_COMPLETE);
}


static void
endless_greetings_are_garbled(void **state)
{
    char *text = xcalloc(20000, 1);

    (void)state;
    memset(text, 'x', 2048);
    assert_int_equal(frame(text), NET_MORE);
    memset(text, 'x', 2049);
    assert_int_equal(frame(text), NET_GARBLED);
    text[0] = '\0';
    for (int i = 0; i < 1640; i++)
        memcpy(text + 10 * (size_t)i, "220-wait\r\n", 10);
    assert_int_equal(frame(text), NET_GARBLED);
    free(text);
}


static void
exchange_tells_its_time(void **state)
{
    struct reading reading;
    struct smtp_fact *fact = read_greeting(EXCHANGE, &reading);

    (void)state;
    assert_int_equal(fact->code, 220);
    assert_memory_equal(fact->greeting, "ex1.corp.example.com Micro", 26);
    assert_true(reading.known);
    assert_int_equal(reading.earliest_us, DATE_US);
    assert_int_equal(reading.latest_us, DATE_US + 1000000);
    record_free(fact_types[FACT_SMTP], fact);
}


static void
dates_are_found_wherever_they_stand(void **state)
{
    static const char *const texts[] = {
        "Sat, 21 Nov 2026 10:00:00 +0100",
        "21 Nov 2026 09:00:00 +0000 is when",
        "mx ESMTP Sendmail 8.17; Sat, 21 Nov 2026 05:00:00 -0400",
        "Version: 6.0 ready at  Sat, 21 Nov 2026 09:00:00 GMT",
        "Sat, 21 Nov 2026 04:00:00 -0500 (EST)",
    };
    int64_t date_us;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        date_us = 0;
        assert_true(smtp_find_date(texts[i], &date_us));
        assert_int_equal(date_us, DATE_US);
    }
}


static void
what_is_no_date_is_none(void **state)
{
    static const char *const texts[] = {
        "", "mx1 ESMTP Postfix", "21 Nov 2026", "21 Nov 2026 10:00:00",
        "21 Nov 2026 10:00:00 CET", "21 Foo 2026 10:00:00 +0000",
        "21 anF 2026 10:00:00 +0000", "32 Nov 2026 10:00:00 +0000",
        "0 Nov 2026 10:00:00 +0000", "21 Nov 1969 10:00:00 +0000",
        "21 Nov 2026 24:00:00 +0000", "21 Nov 2026 10:60:00 +0000",
        "21 Nov 2026 10:00:00 +2400", "21 Nov 2026 10:00:00 +0060",
        "21 Nov 2026 10:-1:00 +0000",
    };
    int64_t date_us;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(smtp_find_date(texts[i], &date_us));
}


static void
a_refusal_tells_no_time(void **state)
{
    struct reading reading;
    struct smtp_fact *fact = read_greeting(
        "421 busy at 21 Nov 2026 10:00:00 +0100\r\n", &reading);

    (void)state;
    assert_int_equal(fact->code, 421);
    assert_false(reading.known);
    record_free(fact_types[FACT_SMTP], fact);
}


static void
strange_greetings_are_made_printable(void **state)
{
    struct reading reading;
    struct smtp_fact *fact = read_greeting("220 \033[31mred\007\r\n",
                                           &reading);

    (void)state;
    assert_string_equal(fact->greeting, "\\x1b[31mred\\x07");
    record_free(fact_types[FACT_SMTP], fact);
    fact = read_greeting("220****2***0\r\n", &reading);
    assert_int_equal(fact->code, 0);
    assert_string_equal(fact->greeting, "220****2***0");
    record_free(fact_types[FACT_SMTP], fact);
    fact = read_greeting("220\r\n", &reading);
    assert_int_equal(fact->code, 220);
    assert_string_equal(fact->greeting, "");
    record_free(fact_types[FACT_SMTP], fact);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_greeting_is_complete_after_its_last_line),
        cmocka_unit_test(a_line_that_is_no_reply_ends_the_wait),
        cmocka_unit_test(endless_greetings_are_garbled),
        cmocka_unit_test(exchange_tells_its_time),
        cmocka_unit_test(dates_are_found_wherever_they_stand),
        cmocka_unit_test(what_is_no_date_is_none),
        cmocka_unit_test(a_refusal_tells_no_time),
        cmocka_unit_test(strange_greetings_are_made_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
