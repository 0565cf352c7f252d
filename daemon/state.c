/*
 * What survives a restart of the service.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/history.h"
#include "daemon/latest.h"
#include "daemon/lines.h"
#include "daemon/newfile.h"
#include "daemon/refusal.h"
#include "daemon/seen.h"
#include "daemon/settings_file.h"
#include "daemon/state.h"

#define ALERTS_FILE "alerts"
#define DAMAGED_FILE "alerts.damaged"
#define LOCK_FILE "lock"
#define MARK_FILE "logged"

enum { VERSION = 1, LINE_MAX_BYTES = 64 * 1024,
       FILE_MAX = 128 * 1024 * 1024 };

/*
 * A mark: the generation of the file that it belongs to, and how many entries
 * had left the log's queue, by the count of the process that wrote the file.
 *
 * A process has logged 5 entries and saves a file with 3 more: its header says
 * "taken" 5.  It logs one, marks 6, and is killed.  The next process reads 6,
 * leaves out the first entry of the three, and logs the second: it has taken 1
 * by its own count, and marks 7, because that is what the file counts by.
 * Once it has saved a file of its own, it marks by its own count.
 */
#define MARK_FORMAT "%020" PRId64 " %020zu\n"
enum { MARK_SIZE = 42 };

struct state {
    char *directory;
    int lock;            /* -1: not locked */
    int mark;            /* -1: not open */
    int64_t generation;  /* of the file that was written, or read, last */
    size_t taken_before; /* what our count lacks of the file's; see mark */
};

/* The first line of the file. */
struct header {
    int64_t version;
    char *program;
    char *domain;
    int64_t generation;  /* when it was written; another one each time */
    int64_t taken;       /* entries that had left the log's queue */
    int64_t alerts;      /* how many lines of either kind follow */
    int64_t entries;
};

static const struct field header_fields[] = {
    RECORD_INTEGER(header, version, VERSION, VERSION),
    RECORD_STRING(header, program, 128),
    RECORD_STRING(header, domain, 512),
    RECORD_INTEGER(header, generation, 1, SETTINGS_TIME_MAX),
    RECORD_INTEGER(header, taken, 0, INT64_MAX),
    RECORD_INTEGER(header, alerts, 0, ALERT_KEYS_MAX),
    RECORD_INTEGER(header, entries, 0, LOG_QUEUE_MAX),
    {.name = NULL},
};

static const struct record_type header_type
    = {"state", sizeof(struct header), header_fields};

/* The file being read. */
struct reading {
    struct header *header;  /* NULL before the first line */
    struct alert_table *table;
    struct log *log;
    const struct alert_time *now;
    int64_t logged;         /* entries at the beginning that were logged */
    int64_t alerts, entries;
};


char *
state_path(const struct state *state, const char *name)
{
    return xasprintf("%s/%s", state->directory, name);
}


/* Open a file of the directory, which is made if need be; -1 on failure. */
static int
open_file(const struct state *state, const char *name, struct error *error)
{
    char *path = state_path(state, name);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (file < 0)
        error_set_errno(error, "opening %s", path);
    free(path);
    return file;
}


/* Who holds the lock, as they wrote into it; 1, which surely is none of us,
   if they did not. */
static long
read_holder(int lock)
{
    char text[24] = "";
    long holder;

    if (pread(lock, text, sizeof(text) - 1, 0) <= 0)
        return 1;
    holder = strtol(text, NULL, 10);
    return holder > 0 ? holder : 1;
}


/* Remove what services that were killed have left half written. */
static void
sweep(const struct state *state)
{
    static const char *const names[]
        = {ALERTS_FILE, HISTORY_FILE, LATEST_FILE, REFUSALS_FILE, SEEN_FILE,
           NULL};

    for (const char *const *name = names; *name; name++) {
        char *path = state_path(state, *name);

        newfile_sweep(path);
        free(path);
    }
}


/* Lock the directory, writing who we are into the lock. */
static bool
take_lock(struct state *state, long *busy_out, struct error *error)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char holder[24];
    int lock, length;

    if (mkdir(state->directory, 0700) != 0 && errno != EEXIST)
        return error_set_errno(error, "making the state directory %s",
                               state->directory);
    lock = open_file(state, LOCK_FILE, error);
    if (lock < 0)
        return false;
    /* Not flock(2): a worker would hold that too until it runs its program,
       and keep a service out that is started again at once. */
    if (fcntl(lock, F_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            *busy_out = read_holder(lock);
        error_set_errno(error, "locking %s", state->directory);
        close(lock);
        return false;
    }
    state->lock = lock;
    length = snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());
    /* For a person alone: it may fail. */
    if (ftruncate(lock, 0) == 0 && pwrite(lock, holder, (size_t)length, 0) < 0)
        errno = 0;
    sweep(state);
    return true;
}


struct state *
state_open(const char *directory, long *busy_out, struct error *error)
{
    struct state *state = xcalloc(1, sizeof(*state));

    *busy_out = 0;
    state->directory = xstrdup(directory);
    state->lock = state->mark = -1;
    take_lock(state, busy_out, error);
    return state;
}


/* Close what is open in the directory, and unlock it. */
static void
let_go(struct state *state)
{
    if (state->lock >= 0)
        close(state->lock);
    if (state->mark >= 0)
        close(state->mark);
    state->lock = state->mark = -1;
}


/* Whether the lock is that of the directory still, and not of one that was
   moved away. */
static bool
is_locked(const struct state *state)
{
    char *path = state_path(state, LOCK_FILE);
    struct stat ours, there;
    bool same = state->lock >= 0 && fstat(state->lock, &ours) == 0
                && stat(path, &there) == 0 && ours.st_dev == there.st_dev
                && ours.st_ino == there.st_ino;

    free(path);
    return same;
}


/* Lock the directory, if that need be done again. */
static bool
keep_lock(struct state *state, struct error *error)
{
    long busy = 0;

    if (is_locked(state))
        return true;
    let_go(state);
    return take_lock(state, &busy, error);
}


void
state_free(struct state *state)
{
    if (!state)
        return;
    let_go(state);
    free(state->directory);
    free(state);
}


/* How many of a file's entries were logged after it was written. */
static int64_t
read_mark(const struct state *state, const struct header *header)
{
    char text[MARK_SIZE + 1] = "";
    char *path = state_path(state, MARK_FILE);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int64_t generation = 0, taken = 0;

    if (file >= 0 && pread(file, text, MARK_SIZE, 0) == MARK_SIZE
        && sscanf(text, "%" SCNd64 " %" SCNd64, &generation, &taken) != 2)
        generation = 0;
    if (file >= 0)
        close(file);
    free(path);
    if (generation != header->generation || taken < header->taken)
        return 0;
    return taken - header->taken;
}


/* Take a record over, or free it and fail. */
static bool
take_record(const struct state *state, struct reading *reading,
            const struct record_type *type, void *record,
            struct error *error)
{
    if (type == &header_type && !reading->header) {
        reading->header = record;
        reading->logged = read_mark(state, record);
        return true;
    }
    if (type == &header_type || !reading->header) {
        record_free(type, record);
        return error_set(error, "its first line, and no other, should be its "
                         "header");
    }
    if (type == &alert_type) {
        struct alert *alert = alert_restore(record, reading->now);

        reading->alerts++;
        return (alert && alert_table_insert(reading->table, alert))
               || error_set(error, "not an alert, or there twice");
    }
    if (reading->entries++ < reading->logged)
        record_free(type, record);
    else
        log_restore(reading->log, record);
    return true;
}


/* Read all lines, going on after bad ones; fails for the first of them. */
static bool
read_lines(const struct state *state, struct reading *reading,
           struct lines *lines, struct error *error)
{
    const struct record_type *const types[]
        = {&header_type, &alert_type, &log_entry_type, NULL};
    enum lines_result result;
    bool good = true;

    while ((result = lines_next(lines, error)) == LINES_NEXT) {
        const struct record_type *type;
        struct error reason;
        void *record = record_decode(types, lines->text, lines->length, &type,
                                     &reason);

        if (record && take_record(state, reading, type, record, &reason))
            continue;
        if (good)
            error_set(error, "line %zu: %s", lines->number, reason.text);
        good = false;
    }
    if (result == LINES_FAILED || !good)
        return false;
    if (!reading->header)
        return error_set(error, "it is empty");
    if (reading->alerts != reading->header->alerts
        || reading->entries != reading->header->entries)
        return error_set(error, "it ends early");
    return true;
}


/* Set a damaged file aside; returns what to say of it. */
static char *
set_aside(const struct state *state, const char *path,
          const struct error *reason)
{
    char *aside = state_path(state, DAMAGED_FILE);
    char *warning;

    if (rename(path, aside) == 0)
        warning = xasprintf("reading the standing alerts from %s: %s: what "
                            "can be read of it counts, and the rest will be "
                            "told again; the file is kept as %s",
                            path, reason->text, aside);
    else
        warning = xasprintf("reading the standing alerts from %s: %s: what "
                            "can be read of it counts, and the rest will be "
                            "told again; keeping the file as %s: %s",
                            path, reason->text, aside, strerror(errno));
    free(aside);
    return warning;
}


/* Until the file is replaced, marks count on where the process that wrote it
   stopped; what has left this process' queue before does not belong to it. */
static void
continue_marks(struct state *state, const struct reading *reading)
{
    state->generation = reading->header->generation;
    state->taken_before = (size_t)(reading->header->taken + reading->logged)
                          - log_taken(reading->log);
}


char *
state_load(struct state *state, struct alert_table *table, struct log *log,
           const struct alert_time *now, char **domain_out)
{
    struct reading reading = {.table = table, .log = log, .now = now};
    char *path = state_path(state, ALERTS_FILE), *warning = NULL;
    struct lines lines;
    struct error error;

    *domain_out = NULL;
    if (lines_open(&lines, path, LINE_MAX_BYTES, FILE_MAX, &error)) {
        if (!read_lines(state, &reading, &lines, &error))
            warning = set_aside(state, path, &error);
        else
            continue_marks(state, &reading);
        lines_close(&lines);
    } else if (errno != ENOENT) {
        warning = xasprintf("reading the standing alerts: %s: they are not "
                            "known, and will be told again", error.text);
    }
    if (reading.header)
        *domain_out = xstrdup(reading.header->domain);
    record_free(&header_type, reading.header);
    free(path);
    return warning;
}


/* Write the file's lines. */
static void
write_lines(FILE *stream, const char *domain, const struct alert_table *table,
            const struct log *log, const struct alert_time *now,
            int64_t generation)
{
    static char program[] = PACKAGE_STRING;
    const struct header header = {
        .version = VERSION,
        .program = program,
        .domain = (char *)(uintptr_t)domain,
        .generation = generation,
        .taken = (int64_t)log_taken(log),
        .alerts = (int64_t)table->count,
        .entries = (int64_t)log_queue_count(log),
    };

    record_write(&header_type, &header, stream);
    for (size_t i = 0; i < table->count; i++) {
        struct alert *alert = alert_save(table->items[i], now);

        record_write(&alert_type, alert, stream);
        record_free(&alert_type, alert);
    }
    for (size_t i = 0; i < log_queue_count(log); i++)
        record_write(&log_entry_type, log_queue_item(log, i), stream);
}


bool
state_save(struct state *state, const char *domain,
           const struct alert_table *table, const struct log *log,
           const struct alert_time *now, struct error *error)
{
    char *path = state_path(state, ALERTS_FILE);
    int64_t generation = now->wall_us > state->generation
                             ? now->wall_us
                             : state->generation % SETTINGS_TIME_MAX + 1;
    struct newfile file;
    bool saved;

    saved = keep_lock(state, error)
            && newfile_open(&file, path, 0600, error);
    if (saved) {
        write_lines(file.stream, domain, table, log, now, generation);
        saved = newfile_commit(&file, error);
    }
    if (saved) {
        state->generation = generation;
        state->taken_before = 0;
    } else {
        error_prefix(error, "saving the standing alerts");
    }
    free(path);
    return saved;
}


void
state_mark(struct state *state, size_t taken)
{
    char text[MARK_SIZE + 1];
    struct error ignored;

    if (state->mark < 0)
        state->mark = open_file(state, MARK_FILE, &ignored);
    snprintf(text, sizeof(text), MARK_FORMAT, state->generation,
             state->taken_before + taken);
    if (state->mark >= 0
        && pwrite(state->mark, text, MARK_SIZE, 0) != MARK_SIZE) {
        close(state->mark);
        state->mark = -1;
    }
}
