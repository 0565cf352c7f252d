/*
 * The journal's catalogue explains every line that has a MESSAGE_ID.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "base/text.h"
#include "checks/codes.h"
#include "daemon/log_entry.h"
#include "tests/unit/scratch_folder.h"

enum { COLUMNS = 76, ID_LENGTH = 32 };

/* The catalogue, each entry from its id to the next "-- ". */
static struct strings entries;


/* A file of the sources, for the caller to free(). */
static char *
read_source(const char *name)
{
    const char *source = getenv("srcdir");
    char *path = xasprintf("%s/%s", source ? source : ".", name);
    char *text = scratch_read(path);

    free(path);
    return text;
}


/* cmocka's setup of the group: split the catalogue. */
static int
read_catalogue(void **state)
{
    char *text = read_source("etc/spnhealthd.catalog"), *at, *next;

    (void)state;
    for (at = strstr(text, "\n-- "); at; at = next) {
        char *entry;

        at += strlen("\n-- ");
        next = strstr(at, "\n-- ");
        entry = xstrndup(at, next ? (size_t)(next + 1 - at) : strlen(at));
        strings_add(&entries, entry);
        free(entry);
    }
    free(text);
    return 0;
}


/* cmocka's teardown of the group. */
static int
free_catalogue(void **state)
{
    (void)state;
    strings_clear(&entries);
    return 0;
}


/* Add what the parentheses of a pattern match, wherever it does. */
static void
add_matches(const char *text, const char *pattern, struct strings *matches)
{
    regmatch_t match[2];
    regex_t compiled;

    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED), 0);
    while (regexec(&compiled, text, 2, match, 0) == 0) {
        char *found = xstrndup(text + match[1].rm_so,
                               (size_t)(match[1].rm_eo - match[1].rm_so));

        strings_add(matches, found);
        free(found);
        text += match[0].rm_eo;
    }
    regfree(&compiled);
}


/* All MESSAGE_IDs: those of findings, then those of log_entry.h. */
static struct strings
all_ids(void)
{
    char *header = read_source("daemon/log_entry.h");
    struct strings ids = {NULL, 0};

    for (const struct code *code = codes; code->name; code++)
        strings_add(&ids, code->message_id);
    add_matches(header, "#define LOG_ID_[A-Z_]+ +\"([0-9a-f]{32})\"", &ids);
    assert_string_equal(ids.items[ids.count - 1], LOG_ID_KEYTAB_CHANGED);
    free(header);
    return ids;
}


static void
every_id_has_one_entry_and_all_are_in_order(void **state)
{
    struct strings ids = all_ids();

    (void)state;
    for (size_t i = 0; i < ids.count && i < entries.count; i++)
        if (strncmp(entries.items[i], ids.items[i], ID_LENGTH) != 0
            || entries.items[i][ID_LENGTH] != '\n')
            fail_msg("the entry of %s is not there, but %.32s",
                     ids.items[i], entries.items[i]);
    assert_int_equal(entries.count, ids.count);
    strings_clear(&ids);
}


static void
no_id_is_used_twice(void **state)
{
    struct strings ids = all_ids(), seen = {NULL, 0};

    (void)state;
    for (size_t i = 0; i < ids.count; i++) {
        assert_false(strings_contain(&seen, ids.items[i]));
        strings_add(&seen, ids.items[i]);
    }
    strings_clear(&ids);
    strings_clear(&seen);
}


static void
every_entry_has_its_headers_and_prose(void **state)
{
    static const char pattern[]
        = "^[0-9a-f]{32}\n"
          "Subject: [^\n]+\n"
          "Defined-By: spnhealthd\n"
          "Support: man:spnhealthd\\(8\\)\n"
          "(Documentation: (man|https)[^ \n]+\n)+"
          "\n"
          "[^\n]{40}";
    regex_t compiled;

    (void)state;
    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    for (size_t i = 0; i < entries.count; i++)
        if (regexec(&compiled, entries.items[i], 0, NULL, 0) != 0)
            fail_msg("headers of %.200s", entries.items[i]);
    regfree(&compiled);
}


static void
findings_name_what_to_read(void **state)
{
    size_t index = 0;

    (void)state;
    for (const struct code *code = codes; code->name; code++, index++)
        if (code->reference
            && !strstr(strstr(entries.items[index], "\n\n"), code->reference))
            fail_msg("the entry of %s does not name %s", code->name,
                     code->reference);
}


static void
findings_say_what_to_do(void **state)
{
    size_t index = 0;

    (void)state;
    /* Commands are indented. */
    for (const struct code *code = codes; code->name; code++, index++)
        if (!strstr(entries.items[index], "\n    "))
            fail_msg("the entry of %s has no command", code->name);
}


static void
lines_fit_a_terminal(void **state)
{
    char *text = read_source("etc/spnhealthd.catalog"), *at = text, *end;

    (void)state;
    while ((end = strchr(at, '\n'))) {
        *end = '\0';
        if (strlen(at) > COLUMNS || !text_is_printable(at)
            || (end > at && end[-1] == ' '))
            fail_msg("too long, not printable or blank at its end: %s", at);
        at = end + 1;
    }
    assert_int_equal(*at, '\0');
    free(text);
}


/* The entry in the log that this explains. */
static struct log_entry *
logged_entry(const char *text)
{
    static const struct {
        const char *message_id;
        enum alert_kind kind;
    } kinds[] = {
        {LOG_ID_RECOVERED, ALERT_RECOVERED},
        {LOG_ID_FLAPPING, ALERT_FLAPPING},
        {LOG_ID_WITHDRAWN, ALERT_WITHDRAWN},
        {LOG_ID_HELD_BACK, ALERT_HELD_BACK},
    };
    struct alert_event event = {
        .kind = ALERT_RAISED,
        .subject = "subject",
        .message = "message",
        .reference = "",
    };

    for (size_t i = 0; i < 4; i++)
        if (strncmp(text, kinds[i].message_id, ID_LENGTH) == 0)
            event.kind = kinds[i].kind;
    for (const struct code *code = codes; code->name; code++)
        if (strncmp(text, code->message_id, ID_LENGTH) == 0)
            event.code = code->name;
    if (!event.code && event.kind == ALERT_RAISED)
        return log_entry_of_note(LOG_INFO, NULL, 0, "");
    if (!event.code)
        event.code = "SPN_MISSING";
    return log_entry_of_event(&event, "host", "domain", 0);
}


/* Whether an entry has a field. */
static bool
has_field(const struct log_entry *entry, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < entry->fields.count; i++)
        if (strncmp(entry->fields.items[i], name, length) == 0
            && entry->fields.items[i][length] == '=')
            return true;
    return false;
}


static void
what_is_filled_in_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < entries.count; i++) {
        struct log_entry *entry = logged_entry(entries.items[i]);
        struct strings names = {NULL, 0};

        add_matches(entries.items[i], "@([A-Z_]+)@", &names);
        for (size_t name = 0; name < names.count; name++)
            if (!has_field(entry, names.items[name]))
                fail_msg("no field %s for %.120s", names.items[name],
                         entries.items[i]);
        strings_clear(&names);
        record_free(&log_entry_type, entry);
    }
}


static void
names_from_the_network_are_in_no_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < entries.count; i++) {
        struct strings commands = {NULL, 0};

        add_matches(entries.items[i], "\n    ([^\n]*)", &commands);
        for (size_t line = 0; line < commands.count; line++)
            if (strstr(commands.items[line], "@SPNHEALTHD_SUBJECT@")
                || strstr(commands.items[line], "@SPNHEALTHD_SEEN_FROM@"))
                fail_msg("not to be pasted: %s", commands.items[line]);
        strings_clear(&commands);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_has_one_entry_and_all_are_in_order),
        cmocka_unit_test(no_id_is_used_twice),
        cmocka_unit_test(every_entry_has_its_headers_and_prose),
        cmocka_unit_test(findings_name_what_to_read),
        cmocka_unit_test(findings_say_what_to_do),
        cmocka_unit_test(lines_fit_a_terminal),
        cmocka_unit_test(what_is_filled_in_is_there),
        cmocka_unit_test(names_from_the_network_are_in_no_command),
    };

    return cmocka_run_group_tests(tests, read_catalogue, free_catalogue);
}
