/*
 * A refused password is not tried again.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/refusal.h"


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


/* What tells one set of credentials from another; holds no secret. */
static char *
describe_credentials(const struct context_task *context)
{
    char *keytab = file_version(context->keytab);
    char *ccache = file_version(context->ccache);
    char *password = file_version(context->password_file);
    char *text = xasprintf("%s|%s|%s|%s|%s", context->principal, keytab, ccache,
                           context->bind_dn, password);

    free(keytab);
    free(ccache);
    free(password);
    return text;
}


void
refusal_clear(struct refusal *refusal)
{
    if (refusal->fact)
        record_free(fact_types[refusal->kind], refusal->fact);
    free(refusal->credentials);
    memset(refusal, 0, sizeof(*refusal));
}


void
refusal_apply(struct refusal *refusal, const struct context_task *context,
              struct run *run, int64_t now_us, int64_t limit_us)
{
    char *credentials;

    if (!refusal->credentials)
        return;
    credentials = describe_credentials(context);
    if (strcmp(credentials, refusal->credentials) == 0
        && now_us - refusal->at_us < limit_us)
        run_remember(run, refusal->kind, refusal->fact);
    else
        refusal_clear(refusal);
    free(credentials);
}


void
refusal_learn(struct refusal *refusal, const struct context_task *context,
              const struct facts *facts, int64_t now_us)
{
    const void *found = NULL;
    enum fact_kind kind = FACT_TGT;

    if (refusal->credentials)
        return;  /* this run was told of it */
    FACTS_EACH(facts, FACT_TGT, tgt_fact, tgt)
        if (tgt->outcome == KDC_REFUSED)
            found = tgt;
    FACTS_EACH(facts, FACT_BIND, bind_fact, bind)
        if (context->bind == BIND_SIMPLE && bind->outcome == BIND_REFUSED) {
            found = bind;
            kind = FACT_BIND;
        }
    if (!found)
        return;
    refusal->credentials = describe_credentials(context);
    refusal->at_us = now_us;
    refusal->kind = kind;
    refusal->fact = record_copy(fact_types[kind], found);
}
