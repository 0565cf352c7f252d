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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/refusal.h"
#include "tests/unit/scratch_folder.h"

/* 2026-11-21T12:00:00Z. */
#define NOW_US (INT64_C(1795262400) * 1000000)

enum { PREAUTH_FAILED = 24, CLIENT_REVOKED = 18 };

/* How often a run was told of a refusal, and what was said last. */
static int told;
static char said[2048];

/* A memory and whose credentials it is asked for. */
struct fixture {
    struct refusals *refusals;
    struct context_task *context;
};


/* Stands in for the run's own, which needs workers. */
void
run_remember(struct run *run, enum fact_kind kind, const void *fact)
{
    const struct tgt_fact *tgt = fact;
    const struct bind_fact *bind = fact;

    (void)run;
    told++;
    snprintf(said, sizeof(said), "%s",
             kind == FACT_TGT ? tgt->detail : bind->detail);
}


/* Begin in a folder; to be ended with end(). */
static struct fixture
begin(void **state)
{
    struct fixture it = {refusals_new(*state),
                         record_new(&context_task_type)};

    record_set(&it.context->realm, "CORP.EXAMPLE.COM");
    record_set(&it.context->keytab, "/etc/monitor.keytab");
    told = 0;
    return it;
}


static void
end(struct fixture *it)
{
    refusals_free(it->refusals);
    record_free(&context_task_type, it->context);
}


/* Forget all that is not in the file, as another process would. */
static void
restart(struct fixture *it, void **state)
{
    refusals_free(it->refusals);
    it->refusals = refusals_new(*state);
}


/* The fact of a refusal. */
static struct tgt_fact *
make_refusal(void)
{
    struct tgt_fact *tgt = record_new(fact_types[FACT_TGT]);

    tgt->outcome = KDC_REFUSED;
    tgt->error_code = PREAUTH_FAILED;
    record_set(&tgt->detail, "the key is not the account's");
    return tgt;
}


/* Learn of a refusal; returns what refusals_learn() does. */
static char *
learn(struct fixture *it, int64_t now_us)
{
    struct facts *facts = facts_new();
    char *problem;

    facts_add(facts, FACT_TGT, make_refusal(), "here");
    problem = refusals_learn(it->refusals, facts, now_us);
    facts_free(facts);
    return problem;
}


/* A run at a time: what it is told, then one fact that it met. */
static void
run_with(struct fixture *it, int64_t now_us, enum fact_kind kind, void *fact)
{
    struct facts *facts = facts_new();
    char *problem = refusals_apply(it->refusals, it->context, NULL, now_us);

    assert_null(problem);
    if (fact)
        facts_add(facts, kind, fact, "here");
    problem = refusals_learn(it->refusals, facts, now_us);
    assert_null(problem);
    facts_free(facts);
}


/* A run in which a KDC gave this outcome, and an error. */
static void
run_at(struct fixture *it, int64_t now_us, enum kdc_outcome outcome,
       int64_t error_code)
{
    struct tgt_fact *tgt = record_new(fact_types[FACT_TGT]);

    tgt->outcome = (int)outcome;
    tgt->error_code = error_code;
    run_with(it, now_us, FACT_TGT, tgt);
}


static void
refuse(struct fixture *it, int64_t now_us)
{
    run_with(it, now_us, FACT_TGT, make_refusal());
}


/* Whether a run now would be told. */
static bool
is_told(struct fixture *it, int64_t now_us)
{
    told = 0;
    run_with(it, now_us, FACT_TGT, NULL);
    return told == 1;
}


static void
a_refusal_is_passed_on_until_the_limit(void **state)
{
    struct fixture it = begin(state);

    refuse(&it, NOW_US);
    assert_int_equal(told, 0);
    assert_true(is_told(&it, NOW_US + REFUSAL_US - 1));
    assert_false(is_told(&it, NOW_US + REFUSAL_US));
    end(&it);
}


static void
another_process_is_told_too(void **state)
{
    struct fixture it = begin(state);

    refuse(&it, NOW_US);
    restart(&it, state);
    assert_true(is_told(&it, NOW_US + 1));
    end(&it);
}


static void
being_told_prolongs_nothing(void **state)
{
    struct fixture it = begin(state);

    refuse(&it, NOW_US);
    /* The run has among its facts what it was told. */
    refuse(&it, NOW_US + REFUSAL_US - 1);
    assert_int_equal(told, 1);
    assert_false(is_told(&it, NOW_US + REFUSAL_US));
    end(&it);
}


static void
a_clock_that_was_set_back_ends_it(void **state)
{
    struct fixture it = begin(state);

    refuse(&it, NOW_US);
    assert_true(is_told(&it, NOW_US - REFUSAL_US + 1));
    assert_false(is_told(&it, NOW_US - REFUSAL_US));
    end(&it);
}


static void
what_is_said_tells_when_and_how_to_try_at_once(void **state)
{
    struct fixture it = begin(state);
    char *path = scratch_path(state, REFUSALS_FILE);
    char wanted[1024];

    refuse(&it, NOW_US);
    assert_true(is_told(&it, NOW_US + 1));
    snprintf(wanted, sizeof(wanted), "refused at 2026-11-21T12:00:00Z and not "
             "tried again before 2026-11-21T13:00:00Z, unless "
             "/etc/monitor.keytab changes or %s is removed: the key is not "
             "the account's", path);
    assert_string_equal(said, wanted);
    free(path);
    end(&it);
}


static void
the_file_may_be_removed(void **state)
{
    struct fixture it = begin(state);
    char *path = scratch_path(state, REFUSALS_FILE);

    refuse(&it, NOW_US);
    assert_int_equal(unlink(path), 0);
    assert_false(is_told(&it, NOW_US + 1));
    free(path);
    end(&it);
}


static void
the_file_is_for_its_owner_alone(void **state)
{
    struct fixture it = begin(state);
    char *path = scratch_path(state, REFUSALS_FILE);
    struct stat stat_of;

    refuse(&it, NOW_US);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    assert_int_equal(scratch_count(state), 1);
    free(path);
    end(&it);
}


static void
a_link_in_its_place_is_not_followed(void **state)
{
    struct fixture it = begin(state);
    char *path = scratch_path(state, REFUSALS_FILE);
    char *victim = scratch_write(state, "victim", "", 0);
    struct stat stat_of;

    assert_null(refusals_apply(it.refusals, it.context, NULL, NOW_US));
    assert_int_equal(symlink(victim, path), 0);
    assert_null(learn(&it, NOW_US));
    assert_int_equal(stat(victim, &stat_of), 0);
    assert_int_equal(stat_of.st_size, 0);
    assert_int_equal(lstat(path, &stat_of), 0);
    assert_true(S_ISREG(stat_of.st_mode));
    free(victim);
    free(path);
    end(&it);
}


static void
success_is_not_remembered(void **state)
{
    struct fixture it = begin(state);

    run_at(&it, NOW_US, KDC_OK, 0);
    run_at(&it, NOW_US, KDC_UNREACHED, 0);
    assert_false(is_told(&it, NOW_US + 1));
    assert_int_equal(scratch_count(state), 0);
    end(&it);
}


static void
a_disabled_account_is_tried_again(void **state)
{
    struct fixture it = begin(state);

    run_at(&it, NOW_US, KDC_REFUSED, CLIENT_REVOKED);
    assert_false(is_told(&it, NOW_US + 1));
    end(&it);
}


/* A run in which a bind by a mechanism was refused. */
static void
refuse_bind(struct fixture *it, const char *mechanism)
{
    struct bind_fact *bind = record_new(fact_types[FACT_BIND]);

    bind->outcome = BIND_REFUSED;
    record_set(&bind->mechanism, mechanism);
    run_with(it, NOW_US, FACT_BIND, bind);
}


static void
a_simple_bind_is_remembered_and_no_other(void **state)
{
    struct fixture it = begin(state);

    record_set(&it.context->password_file, "/etc/password");
    refuse_bind(&it, "GSSAPI");
    assert_false(is_told(&it, NOW_US + 1));
    refuse_bind(&it, "simple");
    assert_true(is_told(&it, NOW_US + 1));
    assert_non_null(strstr(said, "unless /etc/password changes"));
    end(&it);
}


static void
a_changed_keytab_is_tried_at_once(void **state)
{
    struct fixture it = begin(state);
    char *keytab = scratch_write(state, "keytab", "old", 3);

    record_set(&it.context->keytab, keytab);
    refuse(&it, NOW_US);
    assert_true(is_told(&it, NOW_US + 1));
    free(keytab);
    keytab = scratch_write(state, "keytab", "newer", 5);
    assert_false(is_told(&it, NOW_US + 2));
    free(keytab);
    end(&it);
}


static void
other_credentials_are_tried_at_once(void **state)
{
    struct fixture it = begin(state);

    refuse(&it, NOW_US);
    record_set(&it.context->principal, "other@CORP.EXAMPLE.COM");
    assert_false(is_told(&it, NOW_US + 1));
    record_set(&it.context->principal, "");
    record_set(&it.context->realm, "OTHER.EXAMPLE");
    assert_false(is_told(&it, NOW_US + 1));
    record_set(&it.context->realm, "CORP.EXAMPLE.COM");
    assert_true(is_told(&it, NOW_US + 1));
    end(&it);
}


static void
the_oldest_of_too_many_is_forgotten(void **state)
{
    struct fixture it = begin(state);
    char name[32];

    for (int i = 0; i <= REFUSALS_MOST; i++) {
        snprintf(name, sizeof(name), "p%d", i);
        record_set(&it.context->principal, name);
        refuse(&it, NOW_US + i);
    }
    restart(&it, state);
    assert_true(is_told(&it, NOW_US + REFUSALS_MOST));
    record_set(&it.context->principal, "p1");
    assert_true(is_told(&it, NOW_US + REFUSALS_MOST));
    record_set(&it.context->principal, "p0");
    assert_false(is_told(&it, NOW_US + REFUSALS_MOST));
    end(&it);
}


static void
names_that_are_not_printable_are_remembered(void **state)
{
    struct fixture it = begin(state);

    free(it.context->keytab);
    it.context->keytab = xstrdup("/etc/\x1b[31m\xff.keytab");
    refuse(&it, NOW_US);
    restart(&it, state);
    assert_true(is_told(&it, NOW_US + 1));
    assert_null(strchr(said, '\x1b'));
    end(&it);
}


static void
a_directory_that_is_not_there_is_not_made(void **state)
{
    struct fixture it = begin(state);
    char *absent = scratch_path(state, "absent"), *problem;

    refusals_free(it.refusals);
    it.refusals = refusals_new(absent);
    assert_null(refusals_apply(it.refusals, it.context, NULL, NOW_US));
    problem = learn(&it, NOW_US);
    assert_non_null(problem);
    assert_non_null(strstr(problem, absent));
    assert_int_equal(scratch_count(state), 0);
    free(problem);
    free(absent);
    end(&it);
}


static void
what_cannot_be_saved_is_known_until_it_can(void **state)
{
    struct fixture it = begin(state);
    char *path = scratch_path(state, REFUSALS_FILE), *problem;

    /* A folder cannot be replaced by a file. */
    assert_null(refusals_apply(it.refusals, it.context, NULL, NOW_US));
    assert_int_equal(mkdir(path, 0700), 0);
    problem = learn(&it, NOW_US);
    assert_non_null(problem);
    free(problem);
    assert_null(refusals_apply(it.refusals, it.context, NULL, NOW_US + 1));
    assert_int_equal(told, 1);
    assert_non_null(strstr(said, "or the service is restarted: "));

    assert_int_equal(rmdir(path), 0);
    assert_null(learn(&it, NOW_US + 1));
    restart(&it, state);
    assert_true(is_told(&it, NOW_US + REFUSAL_US - 1));
    assert_false(is_told(&it, NOW_US + REFUSAL_US));
    free(path);
    end(&it);
}


/* Have this be the file; what is said of it, NULL for nothing. */
static void
assert_damaged(void **state, const char *text, const char *warning)
{
    struct fixture it = begin(state);
    char *path = scratch_write(state, REFUSALS_FILE, text, strlen(text));
    char *problem = refusals_apply(it.refusals, it.context, NULL, NOW_US + 1);

    assert_int_equal(told, 0);
    assert_non_null(problem);
    if (!strstr(problem, warning) || !strstr(problem, path))
        fail_msg("\"%s\" is not in: %s", warning, problem);
    free(problem);

    /* It is replaced by the next refusal. */
    assert_null(learn(&it, NOW_US + 1));
    assert_true(is_told(&it, NOW_US + 2));
    free(path);
    end(&it);
}


static void
a_damaged_file_is_forgotten_with_a_warning(void **state)
{
    struct fixture it = begin(state);
    char *path = scratch_path(state, REFUSALS_FILE), *good, *second, *third;
    char *text;

    refuse(&it, NOW_US);
    good = scratch_read(path);
    second = strchr(good, '\n') + 1;
    third = strchr(second, '\n') + 1;

    assert_damaged(state, "", "ends early");
    assert_damaged(state, "\xff\xfe", "1: ");
    text = xasprintf("%.*s", (int)(third - good), good);
    assert_damaged(state, text, "ends early");
    free(text);
    assert_damaged(state, second, "1: not what should stand there");
    text = xasprintf("%s%s", good, good);
    assert_damaged(state, text, "4: not what should stand there");
    free(text);
    text = xasprintf("%.*s%s", (int)(second - good), good, third);
    assert_damaged(state, text, "2: not what should stand there");
    free(text);

    /* A fact that is no refusal must not get into a run. */
    text = xstrdup(good);
    memcpy(strstr(text, "\"error_code\":24"), "\"error_code\":18", 15);
    assert_damaged(state, text, "3: not what should stand there");
    free(text);
    text = xstrdup(good);
    memcpy(strstr(text, "\"version\":1"), "\"version\":2", 11);
    assert_damaged(state, text, "1: ");
    free(text);
    free(good);
    free(path);
    end(&it);
}


/* A test with a folder of its own. */
#define WITH_FOLDER(test)                                                   \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_refusal_is_passed_on_until_the_limit),
        WITH_FOLDER(another_process_is_told_too),
        WITH_FOLDER(being_told_prolongs_nothing),
        WITH_FOLDER(a_clock_that_was_set_back_ends_it),
        WITH_FOLDER(what_is_said_tells_when_and_how_to_try_at_once),
        WITH_FOLDER(the_file_may_be_removed),
        WITH_FOLDER(the_file_is_for_its_owner_alone),
        WITH_FOLDER(a_link_in_its_place_is_not_followed),
        WITH_FOLDER(success_is_not_remembered),
        WITH_FOLDER(a_disabled_account_is_tried_again),
        WITH_FOLDER(a_simple_bind_is_remembered_and_no_other),
        WITH_FOLDER(a_changed_keytab_is_tried_at_once),
        WITH_FOLDER(other_credentials_are_tried_at_once),
        WITH_FOLDER(the_oldest_of_too_many_is_forgotten),
        WITH_FOLDER(names_that_are_not_printable_are_remembered),
        WITH_FOLDER(a_directory_that_is_not_there_is_not_made),
        WITH_FOLDER(what_cannot_be_saved_is_known_until_it_can),
        WITH_FOLDER(a_damaged_file_is_forgotten_with_a_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
