/*
 * A refused password waits until its file changes or time has passed.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/refusal.h"

enum { LIMIT_US = 1000 };

/* How often a run was told of a refusal. */
static int told;


/* Stands in for the run's own, which needs workers. */
void
run_remember(struct run *run, enum fact_kind kind, const void *fact)
{
    (void)run;
    assert_int_equal(kind, FACT_TGT);
    assert_int_equal(((const struct tgt_fact *)fact)->outcome, KDC_REFUSED);
    told++;
}


/* Learn from a run in which a KDC gave this outcome. */
static void
learn(struct refusal *refusal, const struct context_task *context,
      enum kdc_outcome outcome, int64_t now_us)
{
    struct facts *facts = facts_new();
    struct tgt_fact *tgt = record_new(fact_types[FACT_TGT]);

    tgt->outcome = outcome;
    facts_add(facts, FACT_TGT, tgt, "here");
    refusal_learn(refusal, context, facts, now_us);
    facts_free(facts);
}


static void
a_refusal_is_passed_on_until_the_limit(void **state)
{
    struct refusal refusal = {NULL, 0, 0, NULL};
    struct context_task *context = record_new(&context_task_type);

    (void)state;
    told = 0;
    learn(&refusal, context, KDC_REFUSED, 5);
    refusal_apply(&refusal, context, NULL, 5 + LIMIT_US - 1, LIMIT_US);
    assert_int_equal(told, 1);
    learn(&refusal, context, KDC_REFUSED, 5 + LIMIT_US - 1);
    refusal_apply(&refusal, context, NULL, 5 + LIMIT_US, LIMIT_US);
    assert_int_equal(told, 1);
    refusal_clear(&refusal);
    record_free(&context_task_type, context);
}


static void
success_is_not_remembered(void **state)
{
    struct refusal refusal = {NULL, 0, 0, NULL};
    struct context_task *context = record_new(&context_task_type);

    (void)state;
    told = 0;
    learn(&refusal, context, KDC_OK, 5);
    learn(&refusal, context, KDC_UNREACHED, 5);
    refusal_apply(&refusal, context, NULL, 6, LIMIT_US);
    assert_int_equal(told, 0);
    refusal_clear(&refusal);
    record_free(&context_task_type, context);
}


static void
a_changed_keytab_is_tried_at_once(void **state)
{
    struct refusal refusal = {NULL, 0, 0, NULL};
    struct context_task *context = record_new(&context_task_type);
    char path[] = "./keytab-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    told = 0;
    assert_true(fd >= 0);
    record_set(&context->keytab, path);
    learn(&refusal, context, KDC_REFUSED, 5);
    assert_int_equal(write(fd, "new", 3), 3);
    close(fd);
    refusal_apply(&refusal, context, NULL, 6, LIMIT_US);
    assert_int_equal(told, 0);
    unlink(path);
    refusal_clear(&refusal);
    record_free(&context_task_type, context);
}


static void
another_principal_is_tried_at_once(void **state)
{
    struct refusal refusal = {NULL, 0, 0, NULL};
    struct context_task *context = record_new(&context_task_type);

    (void)state;
    told = 0;
    learn(&refusal, context, KDC_REFUSED, 5);
    record_set(&context->principal, "other@EXAMPLE");
    refusal_apply(&refusal, context, NULL, 6, LIMIT_US);
    assert_int_equal(told, 0);
    refusal_clear(&refusal);
    record_free(&context_task_type, context);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_passed_on_until_the_limit),
        cmocka_unit_test(success_is_not_remembered),
        cmocka_unit_test(a_changed_keytab_is_tried_at_once),
        cmocka_unit_test(another_principal_is_tried_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
