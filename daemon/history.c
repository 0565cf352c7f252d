/*
 * Where each domain controller's USN stood.
 *
 * The samples of a DC are in the order of time, and their USNs never fall.  A
 * restored DC counts anew, under another invocationId; a clock that was set
 * back would show times that are still to come.  Either makes what is kept of
 * before useless, and it is dropped.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checks/topology.h"
#include "daemon/history.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"

enum { VERSION = 1, LINE_MAX_BYTES = 4096,
       FILE_MAX = (HISTORY_MOST + 2) * 512 };

/* Older samples help nobody, with some to spare for a limit that is raised. */
#define KEEP_LEAST_US (INT64_C(24) * 3600 * 1000000)

/* Of a USN that stays, samples are no closer than this. */
#define SPACING_US (INT64_C(5) * 60 * 1000000)

/* A DC and its samples, the oldest first. */
struct line {
    char *host;
    char *invocation;
    struct sample_fact **samples;
    size_t count;
};

struct history {
    struct line **lines;
    size_t count;
};

/* The first line of the file. */
struct header {
    int64_t version;
    char *program;
    int64_t samples;  /* how many lines follow */
};

static const struct field header_fields[] = {
    RECORD_INTEGER(header, version, VERSION, VERSION),
    RECORD_STRING(header, program, 128),
    RECORD_INTEGER(header, samples, 0, HISTORY_MOST),
    {.name = NULL},
};

static const struct record_type header_type
    = {"history", sizeof(struct header), header_fields};


struct history *
history_new(void)
{
    return xcalloc(1, sizeof(struct history));
}


/* Take samples out of a line, and free them. */
static void
drop_samples(struct line *line, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        record_free(fact_types[FACT_SAMPLE], line->samples[i]);
    memmove(line->samples + first, line->samples + first + count,
            (line->count - first - count) * sizeof(*line->samples));
    line->count -= count;
}


/* Drop a line with its samples. */
static void
drop_line(struct history *history, size_t index)
{
    struct line *line = history->lines[index];

    drop_samples(line, 0, line->count);
    free(line->samples);
    free(line->host);
    free(line->invocation);
    free(line);
    history->lines[index] = history->lines[--history->count];
}


/* Forget everything. */
static void
forget(struct history *history)
{
    while (history->count > 0)
        drop_line(history, history->count - 1);
}


void
history_free(struct history *history)
{
    if (!history)
        return;
    forget(history);
    free(history->lines);
    free(history);
}


/* The line of a DC's present life, made if it is new; what is of a former life
   is dropped. */
static struct line *
obtain_line(struct history *history, const char *host, const char *invocation)
{
    struct line *line;

    for (size_t i = 0; i < history->count; i++) {
        line = history->lines[i];
        if (strcmp(line->host, host) != 0)
            continue;
        if (strcmp(line->invocation, invocation) == 0)
            return line;
        drop_line(history, i);
        break;
    }
    line = xcalloc(1, sizeof(*line));
    line->host = xstrdup(host);
    line->invocation = xstrdup(invocation);
    history->lines = xrealloc(history->lines, history->count + 1,
                              sizeof(*history->lines));
    history->lines[history->count++] = line;
    return line;
}


/* Drop a sample where there are too many: of all but the ends the one whose
   neighbours are closest together for their age, so that the past is known the
   better the nearer it is. */
static void
thin(struct line *line)
{
    int64_t end_us = line->samples[line->count - 1]->base.time_us;
    size_t best = 1;
    double least = 0;

    for (size_t i = 1; i + 1 < line->count; i++) {
        int64_t gap_us = line->samples[i + 1]->base.time_us
                         - line->samples[i - 1]->base.time_us;
        int64_t age_us = end_us - line->samples[i]->base.time_us + 1;
        double share = (double)gap_us / (double)age_us;

        if (i == 1 || share < least) {
            least = share;
            best = i;
        }
    }
    drop_samples(line, best, 1);
}


/* Add a sample, which is taken over.  It is the latest: what claims to be
   later, or has a higher USN, is wrong. */
static void
add_sample(struct history *history, struct sample_fact *sample)
{
    struct line *line
        = obtain_line(history, sample->host, sample->invocation);

    for (size_t i = line->count; i > 0; i--)
        if (line->samples[i - 1]->base.time_us >= sample->base.time_us
            || line->samples[i - 1]->usn > sample->usn)
            drop_samples(line, i - 1, 1);
    if (line->count > 1 && line->samples[line->count - 2]->usn == sample->usn
        && sample->base.time_us - line->samples[line->count - 2]->base.time_us
               < SPACING_US)
        drop_samples(line, line->count - 1, 1);
    line->samples = xrealloc(line->samples, line->count + 1,
                             sizeof(*line->samples));
    line->samples[line->count++] = sample;
    if (line->count > HISTORY_DC_MOST)
        thin(line);
}


size_t
history_count(const struct history *history)
{
    size_t count = 0;

    for (size_t i = 0; i < history->count; i++)
        count += history->lines[i]->count;
    return count;
}


/* Read a line of the file; fails for what does not belong there. */
static bool
take_line(struct history *history, const struct lines *lines,
          struct header **header, int64_t now_us, struct error *error)
{
    const struct record_type *const types[]
        = {&header_type, fact_types[FACT_SAMPLE], NULL};
    const struct record_type *type;
    void *record
        = record_decode(types, lines->text, lines->length, &type, error);

    if (!record)
        return false;
    if (type == &header_type && !*header) {
        *header = record;
        return true;
    }
    if (type == &header_type || !*header) {
        record_free(type, record);
        return error_set(error, "its first line, and no other, should be its "
                                "header");
    }
    (*header)->samples--;
    if (((struct sample_fact *)record)->base.time_us > now_us)
        record_free(type, record);
    else
        add_sample(history, record);
    return true;
}


/* Read all lines; fails for the first bad one. */
static bool
read_lines(struct history *history, struct lines *lines, int64_t now_us,
           struct error *error)
{
    struct header *header = NULL;
    enum lines_result result;
    bool good = true;

    while (good && (result = lines_next(lines, error)) == LINES_NEXT)
        good = take_line(history, lines, &header, now_us, error)
               || error_prefix(error, "line %zu", lines->number);
    if (good && result == LINES_FAILED)
        good = false;
    else if (good && (!header || header->samples != 0))
        good = error_set(error, "it ends early, or goes on too long");
    record_free(&header_type, header);
    return good;
}


char *
history_load(struct history *history, const char *path, int64_t now_us)
{
    struct lines lines;
    struct error error;
    bool good;

    forget(history);
    if (!lines_open(&lines, path, LINE_MAX_BYTES, FILE_MAX, &error)) {
        if (errno == ENOENT)
            return NULL;
        return xasprintf("reading the history of replication: %s: it begins "
                         "anew", error.text);
    }
    good = read_lines(history, &lines, now_us, &error);
    lines_close(&lines);
    if (good)
        return NULL;
    forget(history);
    return xasprintf("reading the history of replication from %s: %s: it "
                     "begins anew", path, error.text);
}


/* Write the file's lines. */
static void
write_lines(const struct history *history, FILE *stream)
{
    static char program[] = PACKAGE_STRING;
    const struct header header = {
        .version = VERSION,
        .program = program,
        .samples = (int64_t)history_count(history),
    };

    record_write(&header_type, &header, stream);
    for (size_t i = 0; i < history->count; i++)
        for (size_t j = 0; j < history->lines[i]->count; j++)
            record_write(fact_types[FACT_SAMPLE],
                         history->lines[i]->samples[j], stream);
}


bool
history_save(const struct history *history, const char *path,
             struct error *error)
{
    struct newfile file;
    bool saved = newfile_open(&file, path, 0600, error);

    if (saved) {
        write_lines(history, file.stream);
        saved = newfile_commit(&file, error);
    }
    return saved
           || error_prefix(error, "saving the history of replication");
}


/* How old a sample may be and still help. */
static int64_t
keep_us(const struct facts *facts, const struct settings *settings)
{
    struct topology *topology = topology_new(facts, settings);
    int64_t most_us = 2 * topology_longest(topology).crit_us;

    topology_free(topology);
    return most_us > KEEP_LEAST_US ? most_us : KEEP_LEAST_US;
}


/* Drop samples that are too old, or from the future, and lines without any. */
static void
expire(struct history *history, int64_t oldest_us, int64_t now_us)
{
    for (size_t i = history->count; i > 0; i--) {
        struct line *line = history->lines[i - 1];

        while (line->count > 0
               && line->samples[0]->base.time_us < oldest_us)
            drop_samples(line, 0, 1);
        while (line->count > 0
               && line->samples[line->count - 1]->base.time_us > now_us)
            drop_samples(line, line->count - 1, 1);
        if (line->count == 0)
            drop_line(history, i - 1);
    }
}


/* Make room where there are too many samples in all: from where there are
   most. */
static void
limit(struct history *history)
{
    for (size_t count = history_count(history); count > HISTORY_MOST;
         count--) {
        size_t longest = 0;

        for (size_t i = 1; i < history->count; i++)
            if (history->lines[i]->count > history->lines[longest]->count)
                longest = i;
        if (history->lines[longest]->count > 2)
            thin(history->lines[longest]);
        else
            drop_line(history, longest);
    }
}


void
history_learn(struct history *history, const struct facts *facts,
              const struct settings *settings, int64_t now_us)
{
    FACTS_EACH(facts, FACT_DIRECTORY, directory_fact, directory) {
        struct sample_fact *sample;

        /* A USN that could not be read is 0. */
        if (!*directory->invocation || directory->usn == 0
            || directory->base.time_us > now_us)
            continue;
        sample = record_new(fact_types[FACT_SAMPLE]);
        record_set(&sample->host, directory->host);
        record_set(&sample->invocation, directory->invocation);
        sample->usn = directory->usn;
        sample->base.time_us = directory->base.time_us;
        add_sample(history, sample);
    }
    expire(history, now_us - keep_us(facts, settings), now_us);
    limit(history);
}


void
history_tell(const struct history *history, int64_t now_us,
             void (*remember)(void *closure, enum fact_kind kind,
                              const void *fact),
             void *closure)
{
    for (size_t i = 0; i < history->count; i++)
        for (size_t j = 0; j < history->lines[i]->count; j++)
            if (history->lines[i]->samples[j]->base.time_us <= now_us)
                remember(closure, FACT_SAMPLE, history->lines[i]->samples[j]);
}
