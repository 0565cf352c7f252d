/*
 * What the kernel vouches for of its own clock.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/timex.h>

#include <cmocka.h>

#include "checks/probes/self.h"

#define NOW_S INT64_C(1769860800)
#define NOW_US (NOW_S * 1000000)

static struct self_fact *fact;


static int
setup(void **state)
{
    (void)state;
    fact = record_new(fact_types[FACT_SELF]);
    return 0;
}


static int
teardown(void **state)
{
    (void)state;
    record_free(fact_types[FACT_SELF], fact);
    return 0;
}


/* A kernel whose clock is in step. */
static struct timex
good_kernel(void)
{
    return (struct timex){.status = STA_PLL | STA_NANO, .maxerror = 1234,
                          .time = {.tv_sec = NOW_S, .tv_usec = 999000000}};
}


static void
a_clock_in_step_is_vouched_for(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    self_judge(TIME_OK, &kernel, NOW_US + 999000, fact);
    assert_true(fact->synchronized);
    assert_int_equal(fact->max_error_us, 1234);
}


static void
an_unsynchronised_one_is_not(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    self_judge(TIME_ERROR, &kernel, NOW_US + 999000, fact);
    assert_false(fact->synchronized);
    kernel.status |= STA_UNSYNC;
    self_judge(TIME_OK, &kernel, NOW_US + 999000, fact);
    assert_false(fact->synchronized);
    assert_int_equal(fact->max_error_us, 0);
}


static void
a_faked_clock_is_not(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    self_judge(TIME_OK, &kernel, NOW_US + 999000 + 1000000, fact);
    assert_false(fact->synchronized);
    self_judge(TIME_OK, &kernel, NOW_US + 999000 - 1000000, fact);
    assert_false(fact->synchronized);
    self_judge(TIME_OK, &kernel, NOW_US + 999000 + 999999, fact);
    assert_true(fact->synchronized);
}


static void
microseconds_are_read_where_the_kernel_has_them(void **state)
{
    struct timex kernel = good_kernel();

    (void)state;
    kernel.status &= ~STA_NANO;
    kernel.time.tv_usec = 999000;
    self_judge(TIME_OK, &kernel, NOW_US + 1500000, fact);
    assert_true(fact->synchronized);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_clock_in_step_is_vouched_for, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_unsynchronised_one_is_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_faked_clock_is_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            microseconds_are_read_where_the_kernel_has_them, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
