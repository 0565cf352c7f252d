/*
 * As whom to ask: which credentials are found, and what is said of those that
 * are not.
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

#include "daemon/credentials.h"
#include "tests/unit/scratch_folder.h"

/* A configuration, files that may serve it, and what was found. */
struct scene {
    struct configuration *configuration;
    struct credentials found;
    char *keytab;   /* a file */
    char *cache;    /* another one */
    char *missing;  /* no file */
};


static struct scene
scene_new(void **state)
{
    struct scene scene = {
        .configuration = configuration_new(),
        .keytab = scratch_write(state, "keytab", "k", 1),
        .cache = scratch_write(state, "cache", "c", 1),
        .missing = scratch_path(state, "missing"),
    };

    unsetenv("KRB5CCNAME");
    unsetenv("CREDENTIALS_DIRECTORY");
    return scene;
}


static void
scene_clear(struct scene *scene)
{
    credentials_clear(&scene->found);
    configuration_free(scene->configuration);
    free(scene->keytab);
    free(scene->cache);
    free(scene->missing);
}


/* Name credentials; NULL changes nothing. */
static void
name(struct scene *scene, const char *keytab, const char *ccache)
{
    struct credential_names *names = &scene->configuration->credentials;

    if (keytab)
        record_set(&names->keytab, keytab);
    if (ccache)
        record_set(&names->ccache, ccache);
}


/* Search, the machine having this keytab; whether something was found. */
static bool
search(struct scene *scene, const char *machine_keytab)
{
    credentials_clear(&scene->found);
    return credentials_search(scene->configuration, machine_keytab,
                              &scene->found);
}


static void
a_named_keytab_comes_first(void **state)
{
    struct scene scene = scene_new(state);
    char *described = xasprintf("mon@A.B in the keytab %s", scene.keytab);

    setenv("KRB5CCNAME", scene.cache, 1);
    name(&scene, scene.keytab, scene.cache);
    record_set(&scene.configuration->credentials.principal, "mon@A.B");
    assert_true(search(&scene, scene.cache));
    assert_string_equal(scene.found.keytab, scene.keytab);
    assert_string_equal(scene.found.ccache, "");
    assert_string_equal(scene.found.principal, "mon@A.B");
    assert_string_equal(scene.found.description, described);
    assert_int_equal(scene.found.tried.count, 0);
    free(described);
    scene_clear(&scene);
}


static void
a_named_cache_comes_after_an_unusable_keytab(void **state)
{
    struct scene scene = scene_new(state);

    name(&scene, scene.missing, scene.cache);
    assert_true(search(&scene, scene.keytab));
    assert_string_equal(scene.found.keytab, "");
    assert_string_equal(scene.found.ccache, scene.cache);
    assert_int_equal(scene.found.tried.count, 1);
    scene_clear(&scene);
}


static void
nobody_else_stands_in_for_named_credentials(void **state)
{
    struct scene scene = scene_new(state);
    char *why = xasprintf("keytab %s: No such file or directory",
                          scene.missing);

    setenv("KRB5CCNAME", scene.cache, 1);
    name(&scene, scene.missing, NULL);
    assert_false(search(&scene, scene.keytab));
    assert_string_equal(scene.found.keytab, "");
    assert_string_equal(scene.found.ccache, "");
    assert_string_equal(scene.found.description, "none");
    assert_int_equal(scene.found.tried.count, 1);
    assert_string_equal(scene.found.tried.items[0], why);
    free(why);
    scene_clear(&scene);
}


static void
the_environment_comes_before_the_machine(void **state)
{
    struct scene scene = scene_new(state);

    setenv("KRB5CCNAME", scene.cache, 1);
    assert_true(search(&scene, scene.keytab));
    assert_string_equal(scene.found.ccache, scene.cache);
    assert_string_equal(scene.found.keytab, "");
    setenv("KRB5CCNAME", scene.missing, 1);
    assert_true(search(&scene, scene.keytab));
    assert_string_equal(scene.found.ccache, "");
    assert_string_equal(scene.found.keytab, scene.keytab);
    setenv("KRB5CCNAME", "", 1);
    assert_true(search(&scene, scene.keytab));
    assert_string_equal(scene.found.keytab, scene.keytab);
    scene_clear(&scene);
}


static void
types_of_caches_are_told_apart(void **state)
{
    struct scene scene = scene_new(state);
    const char *folder = *state;
    const struct {
        char *name;
        bool good;
    } trials[] = {
        {xasprintf("FILE:%s", scene.cache), true},
        {xasprintf("FILE:%s", scene.missing), false},
        {xasprintf("FILE:%s", folder), false},
        {xasprintf("DIR:%s", folder), true},
        {xasprintf("DIR:%s", scene.cache), false},
        {xasprintf("DIR:%s", scene.missing), false},
        {xasprintf("DIR::%s", scene.cache), true},
        {xasprintf("DIR::%s", scene.missing), false},
        {xstrdup("KCM:"), true},
        {xstrdup("KEYRING:persistent:0"), true},
        {xstrdup("API:x"), true},
        {xstrdup("MEMORY:x"), false},
    };

    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
        setenv("KRB5CCNAME", trials[i].name, 1);
        if (search(&scene, scene.missing) != trials[i].good)
            fail_msg("%s", trials[i].name);
        assert_string_equal(scene.found.ccache,
                            trials[i].good ? trials[i].name : "");
        free(trials[i].name);
    }
    scene_clear(&scene);
}


static void
files_that_cannot_serve_are_told_with_the_reason(void **state)
{
    struct scene scene = scene_new(state);
    const char *folder = *state;
    char *empty = scratch_write(state, "empty", "", 0);
    char *why = xasprintf("keytab %s: empty", empty);

    assert_false(search(&scene, empty));
    assert_string_equal(scene.found.tried.items[0], why);
    free(why);
    why = xasprintf("keytab %s: not a regular file", folder);
    assert_false(search(&scene, folder));
    assert_string_equal(scene.found.tried.items[0], why);
    free(why);
    free(empty);
    scene_clear(&scene);
}


static void
a_file_without_the_right_to_read_is_not_used(void **state)
{
    struct scene scene = scene_new(state);

    /* Root reads everything, so it becomes somebody else for this. */
    assert_int_equal(chmod(*state, 0711), 0);
    assert_int_equal(chmod(scene.keytab, 0), 0);
    if (getuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_false(search(&scene, scene.keytab));
    assert_int_equal(seteuid(getuid()), 0);
    assert_non_null(strstr(scene.found.tried.items[0], "Permission denied"));
    scene_clear(&scene);
}


static void
names_from_the_environment_are_shown_escaped(void **state)
{
    struct scene scene = scene_new(state);

    setenv("KRB5CCNAME", "/x\033[31m", 1);
    assert_false(search(&scene, scene.missing));
    assert_null(strchr(scene.found.tried.items[0], '\033'));
    setenv("KRB5CCNAME", "KCM:\033[31m", 1);
    assert_true(search(&scene, scene.missing));
    assert_null(strchr(scene.found.description, '\033'));
    scene_clear(&scene);
}


static void
credentials_of_systemd_are_found_by_name(void **state)
{
    struct scene scene = scene_new(state);

    name(&scene, "credential:keytab", NULL);
    record_set(&scene.configuration->ldap.password_file, "credential:p");
    assert_false(search(&scene, scene.keytab));
    assert_int_equal(scene.found.tried.count, 2);
    assert_non_null(strstr(scene.found.tried.items[1],
                           "$CREDENTIALS_DIRECTORY is not set"));
    setenv("CREDENTIALS_DIRECTORY", *state, 1);
    assert_true(search(&scene, scene.missing));
    assert_string_equal(scene.found.keytab, scene.keytab);
    assert_memory_equal(scene.found.password_file, *state, strlen(*state));
    assert_string_equal(scene.found.password_file + strlen(*state), "/p");
    unsetenv("CREDENTIALS_DIRECTORY");
    scene_clear(&scene);
}


static void
a_type_before_a_keytab_is_taken_off(void **state)
{
    struct scene scene = scene_new(state);
    char *typed = xasprintf("FILE:%s", scene.keytab);

    name(&scene, typed, NULL);
    assert_true(search(&scene, scene.missing));
    assert_string_equal(scene.found.keytab, scene.keytab);
    free(typed);
    scene_clear(&scene);
}


static void
the_advice_has_commands_for_both_kinds_of_directory(void **state)
{
    static const char *const parts[] = {
        "No credentials (",
        "New-ADUser spnhealthd -UserPrincipalName spnhealthd@corp.example.com",
        "ktpass -princ spnhealthd@CORP.EXAMPLE.COM ",
        "-crypto AES256-SHA1",
        "samba-tool user create spnhealthd ",
        "samba-tool domain exportkeytab spnhealthd.keytab ",
        "--principal=spnhealthd@CORP.EXAMPLE.COM\n",
        "--check --domain corp.example.com --keytab spnhealthd.keytab\n",
    };
    struct scene scene = scene_new(state);
    struct settings_numbers *numbers = scene.configuration->settings->numbers;
    char *advice;

    record_set(&numbers->domain, "corp.example.com");
    record_set(&numbers->realm, "CORP.EXAMPLE.COM");
    advice = credentials_advice(scene.configuration);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (!strstr(advice, parts[i]))
            fail_msg("%s\nis without \"%s\"", advice, parts[i]);
    free(advice);
    scene_clear(&scene);
}


static void
who_named_credentials_needs_no_new_account(void **state)
{
    struct scene scene = scene_new(state);
    char *expected = xasprintf("No credentials (keytab %s: No such file or "
                               "directory): only what needs none is judged.\n",
                               scene.missing);
    char *advice;

    name(&scene, scene.missing, NULL);
    advice = credentials_advice(scene.configuration);
    assert_string_equal(advice, expected);
    free(advice);
    free(expected);
    scene_clear(&scene);
}


static void
other_binds_need_no_keytab(void **state)
{
    struct scene scene = scene_new(state);

    scene.configuration->ldap.bind = BIND_ANONYMOUS;
    assert_false(search(&scene, scene.missing));
    assert_int_equal(scene.found.tried.count, 0);
    scene_clear(&scene);
}


#define TEST(name)                                                            \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_named_keytab_comes_first),
        TEST(a_named_cache_comes_after_an_unusable_keytab),
        TEST(nobody_else_stands_in_for_named_credentials),
        TEST(the_environment_comes_before_the_machine),
        TEST(types_of_caches_are_told_apart),
        TEST(files_that_cannot_serve_are_told_with_the_reason),
        TEST(a_file_without_the_right_to_read_is_not_used),
        TEST(names_from_the_environment_are_shown_escaped),
        TEST(credentials_of_systemd_are_found_by_name),
        TEST(a_type_before_a_keytab_is_taken_off),
        TEST(the_advice_has_commands_for_both_kinds_of_directory),
        TEST(who_named_credentials_needs_no_new_account),
        TEST(other_binds_need_no_keytab),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
