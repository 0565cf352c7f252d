/*
 * A refused password is not tried again.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"
#include "daemon/refusal.h"
#include "daemon/settings_file.h"

enum { VERSION = 1 };

enum {
    CREDENTIALS_MAX = 4096,
    LINE_MAX_BYTES = 16 * 1024,
    FILE_MAX = REFUSALS_MOST * 2 * LINE_MAX_BYTES,
};

/* RFC 4120 section 7.5.9: what a KDC says to a wrong key. */
enum { PREAUTH_FAILED = 24, BAD_INTEGRITY = 31 };

/* The file's first line. */
struct header {
    int64_t version;
    char *program;
};

static const struct field header_fields[] = {
    RECORD_INTEGER(header, version, VERSION, VERSION),
    RECORD_STRING(header, program, 128),
    {.name = NULL},
};

static const struct record_type header_type
    = {"refusals", sizeof(struct header), header_fields};

/* A line of it; the one after it is the fact. */
struct refusal {
    char *credentials;  /* what was refused */
    int64_t at_us;      /* when */
    enum fact_kind kind;
    void *fact;         /* a struct tgt_fact or bind_fact; NULL: none yet */
};

static const struct field refusal_fields[] = {
    RECORD_STRING(refusal, credentials, CREDENTIALS_MAX),
    RECORD_INTEGER(refusal, at_us, 0, SETTINGS_TIME_MAX),
    {.name = NULL},
};

static const struct record_type refusal_type
    = {"refusal", sizeof(struct refusal), refusal_fields};

struct refusals {
    char *path;
    struct refusal *items[REFUSALS_MOST];  /* in the order they came */
    size_t count;
    bool unsaved;       /* one of them is not in the file */
    char *credentials;  /* of the run that was last told; NULL before */
};


struct refusals *
refusals_new(const char *directory)
{
    struct refusals *refusals = xcalloc(1, sizeof(*refusals));

    refusals->path = xasprintf("%s/%s", directory, REFUSALS_FILE);
    return refusals;
}


/* Free one. */
static void
refusal_free(struct refusal *refusal)
{
    if (refusal->fact)
        record_free(fact_types[refusal->kind], refusal->fact);
    record_free(&refusal_type, refusal);
}


/* Forget one, by its place. */
static void
forget(struct refusals *refusals, size_t place)
{
    refusal_free(refusals->items[place]);
    refusals->count--;
    memmove(refusals->items + place, refusals->items + place + 1,
            (refusals->count - place) * sizeof(*refusals->items));
}


/* Forget all. */
static void
forget_all(struct refusals *refusals)
{
    while (refusals->count > 0)
        forget(refusals, refusals->count - 1);
}


void
refusals_free(struct refusals *refusals)
{
    if (!refusals)
        return;
    forget_all(refusals);
    free(refusals->credentials);
    free(refusals->path);
    free(refusals);
}


/* Add one, in place of the oldest if there are too many. */
static void
add(struct refusals *refusals, struct refusal *refusal)
{
    if (refusals->count == REFUSALS_MOST)
        forget(refusals, 0);
    refusals->items[refusals->count++] = refusal;
}


/* What tells one version of a file from another, for the caller to free().
   The name may begin with MIT's type of keytab or cache, "FILE:". */
static char *
file_version(const char *name)
{
    size_t type = strcspn(name, ":/");
    const char *path = name[type] == ':' ? name + type + 1 : name;
    struct stat stat_of;

    if (stat(path, &stat_of) < 0)
        return xstrdup(name);
    return xasprintf("%s %" PRIu64 " %" PRId64 ".%09ld %" PRId64, name,
                     (uint64_t)stat_of.st_ino, (int64_t)stat_of.st_mtim.tv_sec,
                     stat_of.st_mtim.tv_nsec, (int64_t)stat_of.st_size);
}


/* What tells one set of credentials from another, spelled as the file will
   have it; holds no secret. */
static char *
describe_credentials(const struct context_task *context)
{
    char *keytab = file_version(context->keytab);
    char *ccache = file_version(context->ccache);
    char *password = file_version(context->password_file);
    char *raw = xasprintf("%s|%s|%s|%s|%s|%s", context->realm,
                          context->principal, keytab, ccache,
                          context->bind_dn, password);
    char *text = text_clean(raw, strlen(raw), CREDENTIALS_MAX);

    free(raw);
    free(keytab);
    free(ccache);
    free(password);
    return text;
}


/* Whether a fact says that a key or password is wrong.  An account that is
   disabled or expired says so whatever the key, and counts nothing. */
static bool
is_refusal(enum fact_kind kind, const void *fact)
{
    const struct tgt_fact *tgt = fact;
    const struct bind_fact *bind = fact;

    if (kind == FACT_TGT)
        return tgt->outcome == KDC_REFUSED
               && (tgt->error_code == PREAUTH_FAILED
                   || tgt->error_code == BAD_INTEGRITY);
    return bind->outcome == BIND_REFUSED
           && strcmp(bind->mechanism, "simple") == 0;
}


/* What is being read of the file. */
struct reading {
    struct refusals *refusals;
    bool begun;               /* after the header */
    struct refusal *refusal;  /* that still lacks its fact, or NULL */
};


/* Take a record over, or free it and fail. */
static bool
take_record(struct reading *reading, const struct record_type *type,
            void *record, struct error *error)
{
    enum fact_kind kind = type == fact_types[FACT_TGT] ? FACT_TGT : FACT_BIND;
    bool is_fact = type == fact_types[kind];
    bool expected;

    if (type == &header_type)
        expected = !reading->begun;
    else
        expected = reading->begun && is_fact == (reading->refusal != NULL)
                   && (!is_fact || is_refusal(kind, record));
    if (!expected || type == &header_type)
        record_free(type, record);
    if (!expected)
        return error_set(error, "not what should stand there");
    if (type == &header_type) {
        reading->begun = true;
    } else if (type == &refusal_type) {
        reading->refusal = record;
    } else {
        reading->refusal->kind = kind;
        reading->refusal->fact = record;
        add(reading->refusals, reading->refusal);
        reading->refusal = NULL;
    }
    return true;
}


/* Read all lines. */
static bool
read_lines(struct reading *reading, struct lines *lines, struct error *error)
{
    const struct record_type *const types[]
        = {&header_type, &refusal_type, fact_types[FACT_TGT],
           fact_types[FACT_BIND], NULL};
    enum lines_result result;

    while ((result = lines_next(lines, error)) == LINES_NEXT) {
        const struct record_type *type;
        void *record = record_decode(types, lines->text, lines->length, &type,
                                     error);

        if (!record || !take_record(reading, type, record, error))
            return false;
    }
    if (result == LINES_END && (!reading->begun || reading->refusal))
        return error_set(error, "the file ends early");
    return result == LINES_END;
}


/* Read the file in place of what is remembered; returns why that failed, or
   NULL.  There may be none. */
static char *
load(struct refusals *refusals)
{
    struct reading reading = {.refusals = refusals};
    struct lines lines;
    struct error error;
    char *warning = NULL;
    bool whole;

    forget_all(refusals);
    if (!lines_open(&lines, refusals->path, LINE_MAX_BYTES, FILE_MAX, &error))
        return errno == ENOENT
                   ? NULL
                   : xasprintf("reading which passwords were refused: %s: one "
                               "may be tried again", error.text);
    whole = read_lines(&reading, &lines, &error);
    if (!whole) {
        warning = xasprintf("reading which passwords were refused: %s:%zu: "
                            "%s: forgotten, one may be tried again",
                            refusals->path, lines.number, error.text);
        forget_all(refusals);
    }
    if (reading.refusal)
        refusal_free(reading.refusal);
    lines_close(&lines);
    return warning;
}


/* Give the file to whom the directory belongs: a one-shot of root's writes
   what the service reads. */
static void
give_away(const struct newfile *file)
{
    const char *slash = strrchr(file->path, '/');
    char *directory = xstrndup(file->path, (size_t)(slash - file->path));
    struct stat stat_of;

    if (geteuid() == 0 && stat(directory, &stat_of) == 0
        && fchown(fileno(file->stream), stat_of.st_uid, stat_of.st_gid) < 0)
        errno = 0;  /* then the service warns that it cannot read it */
    free(directory);
}


/* Write the file. */
static bool
save(const struct refusals *refusals, struct error *error)
{
    static char program[] = PACKAGE_STRING;
    const struct header header = {VERSION, program};
    struct newfile file;

    if (!newfile_replace(&file, refusals->path, 0600, error))
        return false;
    give_away(&file);
    record_write(&header_type, &header, file.stream);
    for (size_t i = 0; i < refusals->count; i++) {
        const struct refusal *refusal = refusals->items[i];

        record_write(&refusal_type, refusal, file.stream);
        record_write(fact_types[refusal->kind], refusal->fact, file.stream);
    }
    return newfile_commit(&file, error);
}


/* Whether a refusal counts still. */
static bool
is_recent(const struct refusal *refusal, int64_t now_us)
{
    return llabs(now_us - refusal->at_us) < REFUSAL_US;
}


/* The refusal of credentials, or NULL. */
static const struct refusal *
find(const struct refusals *refusals, const char *credentials)
{
    for (size_t i = 0; i < refusals->count; i++)
        if (strcmp(refusals->items[i]->credentials, credentials) == 0)
            return refusals->items[i];
    return NULL;
}


/* A time for a person, to the second. */
static void
write_time(int64_t time_us, char text_out[TEXT_TIME_SIZE])
{
    text_time(time_us, text_out);
    strcpy(strchr(text_out, '.'), "Z");
}


/* Say of a copy of a refusal's fact when it was, and how to have the password
   tried again at once. */
static void
explain(const struct refusals *refusals, const struct refusal *refusal,
        const struct context_task *context, char **detail)
{
    char at[TEXT_TIME_SIZE], until[TEXT_TIME_SIZE];
    char *text;

    write_time(refusal->at_us, at);
    write_time(refusal->at_us + REFUSAL_US, until);
    text = xasprintf("refused at %s and not tried again before %s, unless %s "
                     "changes or %s%s: %s", at, until,
                     refusal->kind == FACT_TGT ? context->keytab
                                               : context->password_file,
                     refusals->unsaved ? "the service is restarted"
                                       : refusals->path,
                     refusals->unsaved ? "" : " is removed", *detail);
    record_set(detail, text);
    free(text);
}


/* Let a run know of a refusal. */
static void
tell(const struct refusals *refusals, const struct refusal *refusal,
     const struct context_task *context, struct run *run)
{
    const struct record_type *type = fact_types[refusal->kind];
    void *fact = record_copy(type, refusal->fact);

    if (refusal->kind == FACT_TGT)
        explain(refusals, refusal, context,
                &((struct tgt_fact *)fact)->detail);
    else
        explain(refusals, refusal, context,
                &((struct bind_fact *)fact)->detail);
    run_remember(run, refusal->kind, fact);
    record_free(type, fact);
}


char *
refusals_apply(struct refusals *refusals, const struct context_task *context,
               struct run *run, int64_t now_us)
{
    char *warning = refusals->unsaved ? NULL : load(refusals);
    const struct refusal *known;

    for (size_t i = refusals->count; i-- > 0;)
        if (!is_recent(refusals->items[i], now_us))
            forget(refusals, i);
    free(refusals->credentials);
    refusals->credentials = describe_credentials(context);
    known = find(refusals, refusals->credentials);
    if (known)
        tell(refusals, known, context, run);
    return warning;
}


/* The fact of a refusal that a run met, or NULL. */
static const void *
find_refusal(const struct facts *facts, enum fact_kind *kind_out)
{
    static const enum fact_kind kinds[] = {FACT_TGT, FACT_BIND};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        for (const struct fact *fact = facts_first(facts, kinds[i]); fact;
             fact = fact->next)
            if (is_refusal(kinds[i], fact)) {
                *kind_out = kinds[i];
                return fact;
            }
    return NULL;
}


/* Remember a refusal of the credentials of the run that was last told. */
static void
remember(struct refusals *refusals, enum fact_kind kind, const void *fact,
         int64_t now_us)
{
    struct refusal *refusal = record_new(&refusal_type);

    record_set(&refusal->credentials, refusals->credentials);
    refusal->at_us = now_us;
    refusal->kind = kind;
    refusal->fact = record_copy(fact_types[kind], fact);
    add(refusals, refusal);
    refusals->unsaved = true;
}


char *
refusals_learn(struct refusals *refusals, const struct facts *facts,
               int64_t now_us)
{
    enum fact_kind kind;
    const void *found = find_refusal(facts, &kind);
    struct error error;

    if (found && !find(refusals, refusals->credentials))
        remember(refusals, kind, found, now_us);
    if (!refusals->unsaved)
        return NULL;
    refusals->unsaved = !save(refusals, &error);
    return refusals->unsaved
               ? xasprintf("remembering that a password was refused: %s",
                           error.text)
               : NULL;
}
