/*
 * A directory that answers searches as a script says.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/search.h"
#include "tests/unit/scripted_directory.h"

enum { ENTRIES_MOST = 64, VALUES_MOST = 1024, FAILURES_MOST = 8 };

struct value {
    char *description;
    struct packet bytes;
};

static struct {
    struct {
        char *base, *dn;
        struct value values[VALUES_MOST];
        size_t count;
    } entries[ENTRIES_MOST];
    size_t count;
    struct {
        char *base;
        enum search_outcome outcome;
        bool lost;
    } failures[FAILURES_MOST];
    size_t failure_count;
    struct strings searches;
    struct facts *facts;
} script;


void
script_begin(void)
{
    memset(&script, 0, sizeof(script));
    script.facts = facts_new();
}


void
script_end(void)
{
    for (size_t i = 0; i < script.count; i++) {
        for (size_t j = 0; j < script.entries[i].count; j++) {
            free(script.entries[i].values[j].description);
            packet_free(&script.entries[i].values[j].bytes);
        }
        free(script.entries[i].base);
        free(script.entries[i].dn);
    }
    for (size_t i = 0; i < script.failure_count; i++)
        free(script.failures[i].base);
    strings_clear(&script.searches);
    facts_free(script.facts);
}


void
script_entry(const char *base, const char *dn)
{
    assert_true(script.count < ENTRIES_MOST);
    script.entries[script.count].base = xstrdup(base);
    script.entries[script.count].dn = xstrdup(dn);
    script.count++;
}


void
script_packet(const char *description, struct packet value)
{
    size_t last = script.count - 1, index = script.entries[last].count++;

    assert_true(index < VALUES_MOST);
    script.entries[last].values[index]
        = (struct value){xstrdup(description), value};
}


void
script_bytes(const char *description, const void *bytes, size_t length)
{
    script_packet(description, packet_copy(bytes, length));
}


void
script_value(const char *description, const char *value)
{
    script_bytes(description, value, strlen(value));
}


void
script_fail(const char *base, enum search_outcome outcome, bool lost)
{
    assert_true(script.failure_count < FAILURES_MOST);
    script.failures[script.failure_count].base = xstrdup(base);
    script.failures[script.failure_count].outcome = outcome;
    script.failures[script.failure_count].lost = lost;
    script.failure_count++;
}


/* Whether a search asks for an attribute. */
static bool
is_asked(const struct search *search, const char *description)
{
    for (size_t i = 0; search->attributes[i]; i++)
        if (text_casecmp(search->attributes[i], description) == 0)
            return true;
    return false;
}


/* Hand an entry to whoever searches. */
static void
hand_over(const struct search *search, size_t index)
{
    const char *dn = script.entries[index].dn;
    struct entry *entry = entry_new(dn, strlen(dn), search->raw);

    for (size_t i = 0; i < script.entries[index].count; i++) {
        const struct value *value = &script.entries[index].values[i];

        if (is_asked(search, value->description))
            entry_add(entry,
                      entry_attribute(entry, value->description,
                                      strlen(value->description)),
                      value->bytes.bytes, value->bytes.length);
    }
    search->take(search->data, entry);
    entry_free(entry);
}


/* Remember what was asked. */
static void
note_search(const struct search *search)
{
    char *text = xasprintf("%s|%s|", search->base, search->filter);

    for (size_t i = 0; search->attributes[i]; i++) {
        char *longer = xasprintf("%s%s%s", text, i > 0 ? "," : "",
                                 search->attributes[i]);

        free(text);
        text = longer;
    }
    strings_add(&script.searches, text);
    free(text);
}


struct search_result
search_run(struct directory *directory, const struct search *search)
{
    struct search_result result = {.outcome = SEARCH_OK};

    (void)directory;
    note_search(search);
    for (size_t i = 0; i < script.count; i++)
        if (strcmp(script.entries[i].base, search->base) == 0
            && (search->limit == 0 || result.entries < search->limit)) {
            hand_over(search, i);
            result.entries++;
        }
    for (size_t i = 0; i < script.failure_count; i++)
        if (strcmp(script.failures[i].base, search->base) == 0) {
            result.outcome = script.failures[i].outcome;
            result.lost = script.failures[i].lost;
            error_set(&result.error, "as the script says");
        }
    return result;
}


void
emit_fact(enum fact_kind kind, const void *fact)
{
    char *line = record_encode(fact_types[kind], fact);
    const struct record_type *type;
    struct error error;
    void *copy = record_decode(fact_types, line, strlen(line), &type, &error);

    if (!copy)
        fail_msg("%s: %s", line, error.text);
    facts_add(script.facts, kind, copy, "mon.example.com");
    free(line);
}


void
emit_done(int64_t id)
{
    (void)id;
    fail_msg("the worker says that, not a probe");
}


const struct facts *
script_facts(void)
{
    return script.facts;
}


size_t
script_count(enum fact_kind kind)
{
    size_t count = 0;

    for (const struct fact *fact = facts_first(script.facts, kind); fact;
         fact = fact->next)
        count++;
    return count;
}


const void *
script_fact(enum fact_kind kind, size_t index)
{
    const struct fact *fact = facts_first(script.facts, kind);

    for (; fact && index > 0; index--)
        fact = fact->next;
    assert_non_null(fact);
    return fact;
}


const struct strings *
script_searches(void)
{
    return &script.searches;
}
