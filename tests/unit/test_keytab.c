/*
 * What is told of a keytab: its keys' principals, versions and types, or why
 * not; never a key.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "checks/probes/keytab.h"
#include "tests/unit/scratch_folder.h"

#define SECRET "do not tell this"

/* A keytab file, and what was told of it. */
struct scene {
    struct kerberos kerberos;
    struct keytab_task *task;
    struct facts *facts;
    size_t count;
    const struct keytab_fact *last;
};


/* Begin with a file that is not there. */
static struct scene
scene_new(void **state)
{
    struct scene scene = {.facts = facts_new()};
    char *path = scratch_path(state, "keytab");
    struct error error;

    assert_true(kerberos_open(&scene.kerberos, "EXAMPLE.COM", &error));
    scene.task = record_new(&keytab_task_type);
    record_set(&scene.task->host, "mx1.example.com");
    record_set(&scene.task->file, path);
    free(path);
    return scene;
}


static void
scene_clear(struct scene *scene)
{
    facts_free(scene->facts);
    record_free(&keytab_task_type, scene->task);
    kerberos_close(&scene->kerberos);
}


/* Append a key to the file. */
static void
add_key(const struct scene *scene, const char *name, krb5_kvno kvno,
        krb5_enctype etype)
{
    krb5_context context = scene->kerberos.context;
    krb5_keytab_entry entry = {.vno = kvno};
    krb5_keytab keytab;
    char bytes[] = SECRET;

    entry.key.enctype = etype;
    entry.key.length = sizeof(bytes);
    entry.key.contents = (krb5_octet *)bytes;
    assert_int_equal(krb5_parse_name(context, name, &entry.principal), 0);
    assert_int_equal(krb5_kt_resolve(context, scene->task->file, &keytab), 0);
    assert_int_equal(krb5_kt_add_entry(context, keytab, &entry), 0);
    krb5_kt_close(context, keytab);
    krb5_free_principal(context, entry.principal);
}


/* Take what is told. */
static void
take(void *data, const struct keytab_fact *fact)
{
    struct scene *scene = data;
    struct keytab_fact *copy = record_copy(fact_types[FACT_KEYTAB], fact);

    assert_string_equal(fact->host, "mx1.example.com");
    assert_true(fact->base.time_us > 0);
    facts_add(scene->facts, FACT_KEYTAB, copy, "mon.example.com");
    scene->last = copy;
    scene->count++;
}


static void
read_it(struct scene *scene)
{
    scene->count = 0;
    keytab_read(&scene->kerberos, scene->task, take, scene);
}


/* Assert that one fact is told, that the file cannot be read, and why. */
static void
expect_unreadable(struct scene *scene, const char *why)
{
    read_it(scene);
    assert_int_equal(scene->count, 1);
    assert_false(scene->last->readable);
    assert_string_equal(scene->last->principal, "");
    if (!strstr(scene->last->detail, why))
        fail_msg("\"%s\" is not in: %s", why, scene->last->detail);
}


static void
every_key_is_told_and_none_is_shown(void **state)
{
    struct scene scene = scene_new(state);
    const struct keytab_fact *fact;
    char *line;

    add_key(&scene, "SMTP/mx1.example.com@EXAMPLE.COM", 2, 18);
    add_key(&scene, "SMTP/mx1.example.com@EXAMPLE.COM", 2, 23);
    add_key(&scene, "MX1$@OTHER.EXAMPLE", 300, 17);
    read_it(&scene);
    assert_int_equal(scene.count, 3);
    fact = (const struct keytab_fact *)facts_first(scene.facts, FACT_KEYTAB);
    assert_true(fact->readable);
    assert_string_equal(fact->file, scene.task->file);
    assert_string_equal(fact->principal, "SMTP/mx1.example.com@EXAMPLE.COM");
    assert_int_equal(fact->kvno, 2);
    assert_int_equal(fact->etype, 18);
    assert_string_equal(scene.last->principal, "MX1$@OTHER.EXAMPLE");
    assert_int_equal(scene.last->kvno, 300);
    assert_int_equal(scene.last->etype, 17);
    line = record_encode(fact_types[FACT_KEYTAB], fact);
    assert_null(strstr(line, SECRET));
    free(line);
    scene_clear(&scene);
}


static void
names_may_say_that_they_are_files(void **state)
{
    struct scene scene = scene_new(state);
    char *name = xasprintf("FILE:%s", scene.task->file);

    add_key(&scene, "MX1$@EXAMPLE.COM", 2, 18);
    record_set(&scene.task->file, name);
    free(name);
    read_it(&scene);
    assert_int_equal(scene.count, 1);
    assert_true(scene.last->readable);
    scene_clear(&scene);
}


static void
missing_file_is_told_with_what_to_do(void **state)
{
    struct scene scene = scene_new(state);

    expect_unreadable(&scene, "not found");
    expect_unreadable(&scene, "name the right file");
    scene_clear(&scene);
}


static void
file_without_the_right_to_read_is_told_with_what_to_do(void **state)
{
    struct scene scene = scene_new(state);

    add_key(&scene, "MX1$@EXAMPLE.COM", 2, 18);
    /* Root reads everything, so it becomes somebody else for this. */
    assert_int_equal(chmod(*state, 0711), 0);
    assert_int_equal(chmod(scene.task->file, 0), 0);
    if (getuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    expect_unreadable(&scene, "Permission denied");
    expect_unreadable(&scene, "reading it: Permission denied; have systemd "
                      "hand a copy to the service (LoadCredential=");
    assert_int_equal(seteuid(getuid()), 0);
    scene_clear(&scene);
}


static void
keytab_without_keys_is_readable(void **state)
{
    struct scene scene = scene_new(state);

    free(scratch_write(state, "keytab", "", 0));
    read_it(&scene);
    assert_int_equal(scene.count, 1);
    assert_true(scene.last->readable);
    assert_string_equal(scene.last->principal, "");
    free(scratch_write(state, "keytab", "\5\2", 2));
    read_it(&scene);
    assert_int_equal(scene.count, 1);
    assert_true(scene.last->readable);
    assert_string_equal(scene.last->principal, "");
    scene_clear(&scene);
}


static void
garbage_is_told_as_such(void **state)
{
    static const char bytes[] = "no keytab at all\n\033[31m";
    struct scene scene = scene_new(state);

    free(scratch_write(state, "keytab", bytes, sizeof(bytes)));
    expect_unreadable(&scene, "klist -kte");
    scene_clear(&scene);
}


static void
keys_before_one_that_is_cut_off_are_told(void **state)
{
    struct scene scene = scene_new(state);
    struct stat status;

    add_key(&scene, "MX1$@EXAMPLE.COM", 2, 18);
    assert_int_equal(stat(scene.task->file, &status), 0);
    add_key(&scene, "MX1$@EXAMPLE.COM", 3, 18);
    assert_int_equal(truncate(scene.task->file, status.st_size + 10), 0);
    read_it(&scene);
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.last->kvno, 2);
    scene_clear(&scene);
}


static void
too_many_keys_are_cut_off(void **state)
{
    struct scene scene = scene_new(state);

    for (unsigned int i = 0; i < KEYTAB_KEYS_MOST; i++)
        add_key(&scene, "MX1$@EXAMPLE.COM", i + 1, 18);
    read_it(&scene);
    assert_int_equal(scene.count, KEYTAB_KEYS_MOST);
    assert_true(scene.last->readable);
    add_key(&scene, "MX1$@EXAMPLE.COM", 1, 17);
    read_it(&scene);
    assert_int_equal(scene.count, KEYTAB_KEYS_MOST + 1);
    assert_false(scene.last->readable);
    assert_non_null(strstr(scene.last->detail, "too many keys"));
    scene_clear(&scene);
}


static void
what_never_ends_is_not_read(void **state)
{
    struct scene scene = scene_new(state);

    assert_int_equal(mkfifo(scene.task->file, 0600), 0);
    expect_unreadable(&scene, "not a regular file");
    record_set(&scene.task->file, "/dev/zero");
    expect_unreadable(&scene, "not a regular file");
    record_set(&scene.task->file, *state);
    expect_unreadable(&scene, "not a regular file");
    scene_clear(&scene);
}


static void
keytabs_of_other_types_are_left_to_libkrb5(void **state)
{
    struct scene scene = scene_new(state);

    record_set(&scene.task->file, "NONSENSE:x");
    expect_unreadable(&scene, "Unknown Key table type");
    scene_clear(&scene);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
#define FOLDER_TEST(test) \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
        FOLDER_TEST(every_key_is_told_and_none_is_shown),
        FOLDER_TEST(names_may_say_that_they_are_files),
        FOLDER_TEST(missing_file_is_told_with_what_to_do),
        FOLDER_TEST(file_without_the_right_to_read_is_told_with_what_to_do),
        FOLDER_TEST(keytab_without_keys_is_readable),
        FOLDER_TEST(garbage_is_told_as_such),
        FOLDER_TEST(keys_before_one_that_is_cut_off_are_told),
        FOLDER_TEST(too_many_keys_are_cut_off),
        FOLDER_TEST(what_never_ends_is_not_read),
        FOLDER_TEST(keytabs_of_other_types_are_left_to_libkrb5),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
