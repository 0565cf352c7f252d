/*
 * Each question is asked once, and answers of several name servers combine.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/inquiry.h"

static char first_server[] = "10.0.0.1", second_server[] = "10.0.0.2";
static char *server_addresses[] = {first_server, second_server, NULL};
static const struct strings servers = {server_addresses, 2};


/* Count tasks, and free them. */
static void
count_task(void *closure, struct packet_task *task)
{
    ++*(int *)closure;
    record_free(&packet_task_type, task);
}


/* Add a name server's answer to the question for x.example's MX. */
static void
answer(struct facts *facts, const char *server, enum dns_outcome outcome)
{
    struct dns_fact *fact = record_new(fact_types[FACT_DNS]);

    record_set(&fact->address, server);
    record_set(&fact->name, "x.example");
    record_set(&fact->kind, "MX");
    fact->outcome = outcome;
    facts_add(facts, FACT_DNS, fact, "here");
}


static void
a_question_is_asked_once(void **state)
{
    struct inquiry *inquiry = inquiry_new(&servers);
    int tasks = 0;

    (void)state;
    inquiry_set_sink(inquiry, count_task, &tasks);
    inquiry_resolve(inquiry, "x.example", "MX");
    inquiry_resolve(inquiry, "x.example", "MX");
    assert_int_equal(tasks, 2);
    inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_UDP, "dc1", "10.0.0.1", 88);
    inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_UDP, "dc1", "10.0.0.1", 88);
    assert_int_equal(tasks, 3);
    inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_TCP, "dc1", "10.0.0.1", 88);
    inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_UDP, "dc1", "10.0.0.9", 88);
    inquiry_ask(inquiry, PROBE_KDC, TRANSPORT_UDP, "dc1", "10.0.0.1", 8888);
    assert_int_equal(tasks, 6);
    inquiry_free(inquiry);
}


/* What two name servers' outcomes come to; -1 for one that has not spoken. */
static enum dns_state
combine(int first, int second, bool *settled_out)
{
    struct inquiry *inquiry = inquiry_new(&servers);
    struct facts *facts = facts_new();
    enum dns_state combined;

    if (first >= 0)
        answer(facts, "10.0.0.1", (enum dns_outcome)first);
    if (second >= 0)
        answer(facts, "10.0.0.2", (enum dns_outcome)second);
    answer(facts, "10.9.9.9", DNS_OK);  /* not one of ours */
    combined = inquiry_state(inquiry, facts, "x.example", "MX");
    *settled_out = inquiry_settled(inquiry, facts, "x.example", "MX");
    facts_free(facts);
    inquiry_free(inquiry);
    return combined;
}


static void
one_positive_answer_is_enough(void **state)
{
    bool settled;

    (void)state;
    assert_int_equal(combine(DNS_OK, -1, &settled), DNS_STATE_FOUND);
    assert_true(settled);
    assert_int_equal(combine(DNS_NXDOMAIN, DNS_OK, &settled), DNS_STATE_FOUND);
}


static void
absence_needs_every_server_to_be_done(void **state)
{
    bool settled;

    (void)state;
    assert_int_equal(combine(DNS_NXDOMAIN, -1, &settled), DNS_STATE_PENDING);
    assert_true(settled);
    assert_int_equal(combine(DNS_NODATA, DNS_SILENT, &settled),
                     DNS_STATE_ABSENT);
}


static void
silence_is_not_absence(void **state)
{
    bool settled;

    (void)state;
    assert_int_equal(combine(DNS_SILENT, -1, &settled), DNS_STATE_PENDING);
    assert_false(settled);
    assert_int_equal(combine(DNS_SILENT, DNS_FAILED, &settled),
                     DNS_STATE_UNKNOWN);
    assert_true(settled);
}


static void
records_name_hosts_and_ports(void **state)
{
    int64_t port;

    (void)state;
    assert_string_equal(inquiry_record_host("0 100 88 dc1.x", "SRV", &port),
                        "dc1.x");
    assert_int_equal(port, 88);
    assert_string_equal(inquiry_record_host("10 mx.x", "MX", NULL), "mx.x");
    assert_null(inquiry_record_host("0 .", "MX", NULL));
    assert_null(inquiry_record_host("0 ", "MX", NULL));
    assert_null(inquiry_record_host("garbage", "MX", NULL));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_asked_once),
        cmocka_unit_test(one_positive_answer_is_enough),
        cmocka_unit_test(absence_needs_every_server_to_be_done),
        cmocka_unit_test(silence_is_not_absence),
        cmocka_unit_test(records_name_hosts_and_ports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
