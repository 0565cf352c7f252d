/*
 * Facts as lines: what is written is read back, and nothing else is.
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

#include "checks/facts.h"
#include "checks/tasks.h"

#define PORT_LINE(port, outcome)                                            \
    "{\"type\":\"port\",\"time_us\":1,\"host\":\"dc1\",\"address\":"        \
    "\"10.0.0.1\",\"port\":" port ",\"transport\":\"udp\",\"probe\":"       \
    "\"kdc\",\"outcome\":\"" outcome "\",\"latency_us\":5,\"detail\":\"\"}"


/* Decode a line as a fact; NULL if refused. */
static void *
decode(const char *line, const struct record_type **type)
{
    struct error error;

    return record_decode(fact_types, line, strlen(line), type, &error);
}


static void
assert_refused(const char *line)
{
    const struct record_type *type;
    struct error error = {""};

    assert_null(record_decode(fact_types, line, strlen(line), &type, &error));
    assert_true(strlen(error.text) > 0);
}


static void
a_line_is_read_back_as_written(void **state)
{
    const char *line = PORT_LINE("88", "filtered");
    const struct record_type *type;
    struct port_fact *fact = decode(line, &type);
    char *again;

    (void)state;
    assert_non_null(fact);
    assert_ptr_equal(type, fact_types[FACT_PORT]);
    assert_int_equal(fact->port, 88);
    assert_int_equal(fact->outcome, PORT_FILTERED);
    assert_int_equal(fact->transport, TRANSPORT_UDP);
    again = record_encode(type, fact);
    assert_string_equal(again, line);
    free(again);
    record_free(type, fact);
}


static void
every_fact_type_survives_the_round_trip(void **state)
{
    (void)state;
    for (int kind = 0; kind < FACT_KINDS; kind++) {
        void *fact = record_new(fact_types[kind]);
        char *line = record_encode(fact_types[kind], fact), *again;
        const struct record_type *type;
        void *read = decode(line, &type);

        assert_non_null(read);
        assert_ptr_equal(type, fact_types[kind]);
        again = record_encode(type, read);
        assert_string_equal(again, line);
        free(line);
        free(again);
        record_free(type, read);
        record_free(type, fact);
    }
}


static void
limits_are_inclusive(void **state)
{
    const struct record_type *type;
    void *fact;

    (void)state;
    fact = decode(PORT_LINE("65535", "open"), &type);
    assert_non_null(fact);
    record_free(type, fact);
    assert_refused(PORT_LINE("65536", "open"));
    assert_refused(PORT_LINE("-1", "open"));
}


static void
strangers_are_refused(void **state)
{
    (void)state;
    assert_refused("");
    assert_refused("null");
    assert_refused("[]");
    assert_refused("{}");
    assert_refused("{\"type\":\"nonsense\"}");
    assert_refused("{\"type\":\"port\"}");
    assert_refused("{\"type\":7}");
    assert_refused(PORT_LINE("88", "ajar"));
    assert_refused(PORT_LINE("\"88\"", "open"));
    assert_refused(PORT_LINE("88.5", "open"));
    assert_refused(PORT_LINE("88,\"extra\":1", "open"));
    assert_refused(PORT_LINE("88,\"port\":88", "open"));
    assert_refused("{\"type\":\"port\"");
}


static void
control_characters_are_refused_on_reading(void **state)
{
    (void)state;
    assert_refused("{\"type\":\"self\",\"time_us\":1,\"host\":\"a\\u001b\","
                   "\"synchronized\":true,\"max_error_us\":0,\"detail\":\"\"}");
    assert_refused("{\"type\":\"self\",\"time_us\":1,\"host\":\"a\\u0000\","
                   "\"synchronized\":true,\"max_error_us\":0,\"detail\":\"\"}");
}


static void
over_long_strings_are_refused_on_reading(void **state)
{
    char line[1024];

    (void)state;
    snprintf(line, sizeof(line),
             "{\"type\":\"self\",\"time_us\":1,\"host\":\"%0256d\","
             "\"synchronized\":true,\"max_error_us\":0,\"detail\":\"\"}", 0);
    assert_refused(line);
}


static void
writing_cleans_and_cuts_strings(void **state)
{
    struct smtp_fact *fact = record_new(fact_types[FACT_SMTP]);
    const struct record_type *type;
    char *line;
    void *read;

    (void)state;
    free(fact->greeting);
    fact->greeting = malloc(2000);
    memset(fact->greeting, 'x', 1999);
    fact->greeting[0] = '\033';
    fact->greeting[1999] = '\0';
    line = record_encode(fact_types[FACT_SMTP], fact);
    read = decode(line, &type);
    assert_non_null(read);
    assert_memory_equal(((struct smtp_fact *)read)->greeting, "\\x1bxxx", 7);
    free(line);
    record_free(type, read);
    record_free(fact_types[FACT_SMTP], fact);
}


static void
a_copy_owns_its_own(void **state)
{
    struct session_task *task = record_new(&session_task_type), *copy;
    char *line, *again;

    (void)state;
    record_set(&task->host, "dc1.example");
    task->kdc_port = task->ldap_port = 1;
    task->all_spns = true;
    strings_add(&task->hosts, "ex1.example");
    copy = record_copy(&session_task_type, task);
    line = record_encode(&session_task_type, task);
    record_free(&session_task_type, task);
    again = record_encode(&session_task_type, copy);
    assert_string_equal(again, line);
    free(line);
    free(again);
    record_free(&session_task_type, copy);
}


static void
facts_keep_their_order_and_origin(void **state)
{
    struct facts *facts = facts_new();
    int64_t expected = 1;

    (void)state;
    for (int64_t i = 1; i <= 3; i++) {
        struct self_fact *fact = record_new(fact_types[FACT_SELF]);

        fact->max_error_us = i;
        facts_add(facts, FACT_SELF, fact, i < 3 ? "a" : "b");
    }
    FACTS_EACH(facts, FACT_SELF, self_fact, self)
        assert_int_equal(self->max_error_us, expected++);
    assert_int_equal(expected, 4);
    assert_int_equal(facts_count(facts), 3);
    assert_int_equal(facts_vantages(facts)->count, 2);
    facts_free(facts);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_read_back_as_written),
        cmocka_unit_test(every_fact_type_survives_the_round_trip),
        cmocka_unit_test(limits_are_inclusive),
        cmocka_unit_test(strangers_are_refused),
        cmocka_unit_test(control_characters_are_refused_on_reading),
        cmocka_unit_test(over_long_strings_are_refused_on_reading),
        cmocka_unit_test(writing_cleans_and_cuts_strings),
        cmocka_unit_test(a_copy_owns_its_own),
        cmocka_unit_test(facts_keep_their_order_and_origin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
