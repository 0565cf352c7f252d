/*
 * The keytab worker: which keys are in a keytab, and never the keys.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/exchange.h"
#include "checks/probes/input.h"
#include "checks/probes/keytab.h"

/* One keytab that is being read. */
struct reading {
    const struct kerberos *kerberos;
    const struct keytab_task *task;
    void (*tell)(void *data, const struct keytab_fact *fact);
    void *data;
};


/* Tell a fact of a key, or without one of the keytab itself. */
static void
tell_fact(const struct reading *reading, const krb5_keytab_entry *entry,
          bool readable, const char *detail)
{
    struct keytab_fact *fact = record_new(fact_types[FACT_KEYTAB]);

    fact->base.time_us = instant_now().real_us;
    fact->readable = readable;
    record_set(&fact->host, reading->task->host);
    record_set(&fact->file, reading->task->file);
    record_set(&fact->detail, detail);
    if (entry) {
        char *name = kerberos_name(reading->kerberos, entry->principal);

        record_set(&fact->principal, name);
        fact->kvno = entry->vno;
        fact->etype = entry->key.enctype;
        free(name);
    }
    reading->tell(reading->data, fact);
    record_free(fact_types[FACT_KEYTAB], fact);
}


/* What to do about a keytab that libkrb5 could not read. */
static const char *
advice(krb5_error_code code)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return "have systemd hand a copy to the service (LoadCredential=, see "
               "\"A keytab that only root may read\" in spnhealthd(8)), or "
               "where it runs as a user of its own let that user read it "
               "(setfacl -m u:USER:r)";
    case ENOENT:
    case KRB5_KT_NOTFOUND:
        return "name the right file (keytab:), or copy it here";
    default:
        return "see whether klist -kte reads it, and write it anew if not";
    }
}


/* Tell that libkrb5 could not read it, and why. */
static void
tell_failure(const struct reading *reading, krb5_error_code code)
{
    struct error error;
    char *detail;

    kerberos_fail(reading->kerberos, code, &error, "reading it");
    detail = xasprintf("%s; %s", error.text, advice(code));
    tell_fact(reading, NULL, false, detail);
    free(detail);
}


/* The path of a keytab that is a file, or NULL. */
static const char *
path_of(const char *name)
{
    if (*name != '/' && strchr(name, ':')) {
        if (!text_has_prefix_case(name, "FILE:"))
            return NULL;
        name += strlen("FILE:");
    }
    return name;
}


/* Tell of what could be opened, and never read to an end, as a pipe, or is
   empty: libkrb5 calls that a wrong version.  Returns whether it was one of
   these. */
static bool
tell_oddity(const struct reading *reading)
{
    const char *path = path_of(reading->task->file);
    struct stat status;

    if (!path || stat(path, &status) < 0)
        return false;
    if (!S_ISREG(status.st_mode)) {
        tell_fact(reading, NULL, false,
                  "it is not a regular file; name the keytab (keytab:)");
        return true;
    }
    if (status.st_size > 0)
        return false;
    tell_fact(reading, NULL, true, "the file is empty");
    return true;
}


/* Tell the keys of an open keytab.  Where a key is cut off libkrb5 sees its
   end, for us as for the mail server. */
static void
tell_keys(const struct reading *reading, krb5_keytab keytab)
{
    krb5_context context = reading->kerberos->context;
    int keys = 0;
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(context, keytab, &cursor);

    if (code != 0) {
        tell_failure(reading, code);
        return;
    }
    while ((code = krb5_kt_next_entry(context, keytab, &entry, &cursor)) == 0
           && keys < KEYTAB_KEYS_MOST) {
        tell_fact(reading, &entry, true, "");
        krb5_free_keytab_entry_contents(context, &entry);
        keys++;
    }
    krb5_kt_end_seq_get(context, keytab, &cursor);
    if (code == 0) {
        krb5_free_keytab_entry_contents(context, &entry);
        tell_fact(reading, NULL, false,
                  "it has too many keys: the rest was not read; remove the "
                  "old ones (ktutil, msktutil cleanup)");
    } else if (code != KRB5_KT_END) {
        tell_failure(reading, code);
    } else if (keys == 0) {
        tell_fact(reading, NULL, true, "it has no key");
    }
}


void
keytab_read(const struct kerberos *kerberos, const struct keytab_task *task,
            void (*tell)(void *data, const struct keytab_fact *fact),
            void *data)
{
    struct reading reading = {
        .kerberos = kerberos, .task = task, .tell = tell, .data = data,
    };
    krb5_keytab keytab;
    krb5_error_code code;

    if (tell_oddity(&reading))
        return;
    code = krb5_kt_resolve(kerberos->context, task->file, &keytab);
    if (code != 0) {
        tell_failure(&reading, code);
        return;
    }
    tell_keys(&reading, keytab);
    krb5_kt_close(kerberos->context, keytab);
}


static void
emit_key(void *data, const struct keytab_fact *fact)
{
    (void)data;
    emit_fact(FACT_KEYTAB, fact);
}


/* Work on tasks until there are no more. */
static bool
serve(struct input *input, const struct kerberos *kerberos,
      struct error *error)
{
    struct keytab_task *task;

    while ((task = input_record(input, STDIN_FILENO, &keytab_task_type,
                                error))) {
        keytab_read(kerberos, task, emit_key, NULL);
        emit_done(0);
        record_free(&keytab_task_type, task);
    }
    return !*error->text;
}


int
keytab_main(void)
{
    struct kerberos kerberos;
    struct input input = {.bytes = NULL};
    struct context_task *context;
    struct error error;
    bool good = false;

    context = input_record(&input, STDIN_FILENO, &context_task_type, &error);
    if (!context) {
        if (!*error.text)
            error_set(&error, "the input ended before a context");
    } else {
        good = kerberos_open(&kerberos, context->realm, &error)
               && serve(&input, &kerberos, &error);
        kerberos_close(&kerberos);
    }
    if (!good)
        fprintf(stderr, "spnhealthd-probe: %s\n", error.text);
    record_free(&context_task_type, context);
    input_clear(&input);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
