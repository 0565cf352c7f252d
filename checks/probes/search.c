/*
 * Searches that end.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "checks/probes/ldaplib.h"
#include "checks/probes/search.h"

enum {
    PAGE_SIZE = 500,          /* Active Directory's own limit is 1000 */
    PAGES_MOST = 4000,
    ENTRIES_MOST = 1000000,
    RANGES_MOST = 64,         /* of one entry, 1500 values each */
    PENDING_BYTES_MOST = 64 * 1024 * 1024,  /* entries that lack values */
};

/* A search in progress. */
struct pass {
    LDAP *ldap;
    int64_t timeout_ms;
    const struct search *search;
    struct berval cookie;     /* of the page last read */
    struct entry **pending;   /* entries of the page that lack values */
    size_t pending_count, pending_bytes;
    struct entry *current;    /* the one of which a range is being read */
    struct search_result result;
};

/* Deals with an entry of an answer; false ends the search. */
typedef bool take_message(struct pass *pass, LDAPMessage *message);


/* Sort a result that is not success. */
static enum search_outcome
judge(int code, const char *text)
{
    switch (code) {
    case LDAP_TIMEOUT:
        return SEARCH_TIMED_OUT;
    case LDAP_NO_SUCH_OBJECT:
        return SEARCH_NO_BASE;
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED:
        return SEARCH_DENIED;
    case LDAP_OPERATIONS_ERROR:
        /* How Active Directory and Samba tell anonymous clients to bind. */
        if (text_has_prefix_case(text, "000004DC")
            || text_has_prefix_case(text, "00002020"))
            return SEARCH_DENIED;
        return SEARCH_FAILED;
    default:
        return SEARCH_FAILED;
    }
}


/* Note that the search has failed, with the server's own words. */
static bool
fail(struct pass *pass, int code, const char *text)
{
    struct search_result *result = &pass->result;

    result->outcome = judge(code, text);
    result->missing = code == LDAP_NO_SUCH_OBJECT;
    /* libldap's own codes are negative; they are all about the connection. */
    result->lost = code < 0;
    if (code == LDAP_TIMEOUT)
        error_set(&result->error, "no answer within %" PRId64 " ms: is the"
                  " server overloaded or hung?", pass->timeout_ms);
    else
        ldaplib_fail(&result->error, code, text);
    return false;
}


/* Note that the server sends what no honest one does. */
static bool
distrust(struct pass *pass, const char *what)
{
    pass->result.outcome = SEARCH_FAILED;
    pass->result.lost = true;
    return error_set(&pass->result.error, "gave up: %s", what);
}


/* Send a request for entries, or for a range of one entry's values; a page
   of "size" entries, or everything without one. */
static bool
send_request(struct pass *pass, const char *base, int scope,
             const char *filter, const char *const *attributes,
             const int *size, int *id_out)
{
    LDAPControl *page = NULL, *controls[2] = {NULL, NULL};
    int code = LDAP_SUCCESS;

    /* Not critical: a server that cannot page sends everything at once. */
    if (size)
        code = ldap_create_page_control(pass->ldap, *size, &pass->cookie, 0,
                                        &page);
    controls[0] = page;
    if (code == LDAP_SUCCESS)
        code = ldap_search_ext(pass->ldap, base, scope, filter,
                               (char **)(uintptr_t)attributes, 0, controls,
                               NULL, NULL, LDAP_NO_LIMIT, id_out);
    ldap_control_free(page);
    return code == LDAP_SUCCESS || fail(pass, code, "");
}


/* Add what a message says of an entry; false if it cannot be read. */
static bool
read_attributes(LDAP *ldap, LDAPMessage *message, BerElement *ber,
                struct entry *entry)
{
    struct berval name, *values = NULL;

    for (;;) {
        struct attribute *attribute;

        if (ldap_get_attribute_ber(ldap, message, ber, &name, &values)
            != LDAP_SUCCESS)
            return false;
        if (!name.bv_val)
            return true;
        attribute = entry_attribute(entry, name.bv_val, name.bv_len);
        for (size_t i = 0; attribute && values && values[i].bv_val; i++)
            entry_add(entry, attribute, values[i].bv_val, values[i].bv_len);
        ber_memfree(values);
        values = NULL;
    }
}


/* Make an entry of a message; NULL if it cannot be read. */
static struct entry *
read_entry(LDAP *ldap, LDAPMessage *message, const char *const *raw)
{
    struct entry *entry = NULL;
    BerElement *ber = NULL;
    struct berval dn;

    if (ldap_get_dn_ber(ldap, message, &ber, &dn) == LDAP_SUCCESS) {
        entry = entry_new(dn.bv_val ? dn.bv_val : "", dn.bv_len, raw);
        if (!read_attributes(ldap, message, ber, entry)) {
            entry_free(entry);
            entry = NULL;
        }
    }
    ber_free(ber, 0);
    return entry;
}


/* Hand a complete entry to whoever searches. */
static bool
hand_over(struct pass *pass, const struct entry *entry)
{
    if (entry->cut)
        return distrust(pass, "an entry has more values than can be kept");
    pass->search->take(pass->search->data, entry);
    if (++pass->result.entries >= ENTRIES_MOST)
        return distrust(pass, "the server sends entries without end");
    return true;
}


/* Whether the search has as many entries as it wants. */
static bool
has_enough(const struct pass *pass)
{
    size_t entries = (size_t)pass->result.entries + pass->pending_count;

    return pass->search->limit > 0 && entries >= (size_t)pass->search->limit;
}


/* Deal with an entry: complete ones are handed over at once, so that they
   count whatever comes after them. */
static bool
take_entry(struct pass *pass, LDAPMessage *message)
{
    struct entry *entry;
    bool good;

    if (has_enough(pass))
        return true;
    entry = read_entry(pass->ldap, message, pass->search->raw);
    if (!entry)
        return distrust(pass, "the server sent an entry that cannot be read");
    if (!entry_unfinished(entry)) {
        good = hand_over(pass, entry);
        entry_free(entry);
        return good;
    }
    pass->pending = xrealloc(pass->pending, pass->pending_count + 1,
                             sizeof(struct entry *));
    pass->pending[pass->pending_count++] = entry;
    pass->pending_bytes += entry->bytes;
    return pass->pending_bytes <= PENDING_BYTES_MOST
           || distrust(pass, "too many entries have too many values");
}


/* Add the values of an entry to the one that lacks them. */
static bool
take_values(struct pass *pass, LDAPMessage *message)
{
    BerElement *ber = NULL;
    struct berval dn;
    bool good = ldap_get_dn_ber(pass->ldap, message, &ber, &dn)
                    == LDAP_SUCCESS
                && read_attributes(pass->ldap, message, ber, pass->current);

    ber_free(ber, 0);
    return good
           || distrust(pass, "the server sent an entry that cannot be read");
}


/* Take the cookie of the next page out of a final answer; none: the end. */
static void
read_cookie(struct pass *pass, LDAPControl **controls)
{
    LDAPControl *page
        = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    struct berval cookie = {.bv_val = NULL};
    ber_int_t estimate;

    if (page
        && ldap_parse_pageresponse_control(pass->ldap, page, &estimate,
                                           &cookie) != LDAP_SUCCESS)
        cookie = (struct berval){.bv_val = NULL};
    ber_memfree(pass->cookie.bv_val);
    pass->cookie = cookie;
}


/* Read a final answer, which is freed here. */
static bool
read_end(struct pass *pass, LDAPMessage *message)
{
    LDAPControl **controls = NULL;
    char *raw = NULL, *text;
    int code = LDAP_OTHER;
    int parsed = ldap_parse_result(pass->ldap, message, &code, NULL, &raw,
                                   NULL, &controls, 1);
    bool good = parsed == LDAP_SUCCESS && code == LDAP_SUCCESS;

    read_cookie(pass, controls);
    ldap_controls_free(controls);
    if (!good) {
        text = text_clean(raw ? raw : "", raw ? strlen(raw) : 0, 240);
        fail(pass, parsed == LDAP_SUCCESS ? code : parsed, text);
        free(text);
    }
    ldap_memfree(raw);
    return good;
}


/* Read what answers a request, to its end. */
static bool
read_answers(struct pass *pass, int id, take_message *take)
{
    int64_t deadline_us = ldaplib_deadline(pass->timeout_ms);

    for (;;) {
        LDAPMessage *message = NULL;
        int code = ldaplib_wait(pass->ldap, id, LDAP_MSG_ONE, deadline_us,
                                &message);
        bool good = true;

        if (code != LDAP_SUCCESS)
            return fail(pass, code, "");
        if (ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT)
            return read_end(pass, message);
        if (ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY)
            good = take(pass, message);
        ldap_msgfree(message);
        if (!good)
            return false;
    }
}


/* Ask for the next range of an attribute's values. */
static bool
read_range(struct pass *pass, struct attribute *attribute)
{
    char wanted[256];
    const char *const attributes[] = {wanted, NULL};
    int id;

    snprintf(wanted, sizeof(wanted), "%s;range=%" PRId64 "-*",
             attribute->name, attribute->next);
    /* The answer sets it again, if there is still more. */
    attribute->next = 0;
    return send_request(pass, pass->current->name, LDAP_SCOPE_BASE,
                        "(objectClass=*)", attributes, NULL, &id)
           && read_answers(pass, id, take_values);
}


/* Complete the entries of a page that lack values. */
static bool
complete_pending(struct pass *pass)
{
    for (size_t i = 0; i < pass->pending_count; i++) {
        struct attribute *attribute;
        int ranges = 0;

        pass->current = pass->pending[i];
        while ((attribute = entry_unfinished(pass->current))) {
            if (++ranges > RANGES_MOST)
                return distrust(pass, "an entry's values have no end");
            if (!read_range(pass, attribute))
                return false;
        }
        if (!hand_over(pass, pass->current))
            return false;
    }
    return true;
}


static void
clear_pending(struct pass *pass)
{
    for (size_t i = 0; i < pass->pending_count; i++)
        entry_free(pass->pending[i]);
    free(pass->pending);
    pass->pending = NULL;
    pass->pending_count = pass->pending_bytes = 0;
}


/* Ask for a page of so many entries, and take what comes. */
static bool
ask_page(struct pass *pass, int size)
{
    static const int scopes[] = {
        [SCOPE_BASE] = LDAP_SCOPE_BASE,
        [SCOPE_CHILDREN] = LDAP_SCOPE_ONELEVEL,
        [SCOPE_SUBTREE] = LDAP_SCOPE_SUBTREE,
    };
    const struct search *search = pass->search;
    int id;

    return send_request(pass, search->base, scopes[search->scope],
                        search->filter, search->attributes, &size, &id)
           && read_answers(pass, id, take_entry);
}


/* Read one page, and complete it. */
static bool
read_page(struct pass *pass)
{
    int limit = pass->search->limit;
    bool good = ask_page(pass, limit > 0 ? limit : PAGE_SIZE)
                && complete_pending(pass);

    clear_pending(pass);
    return good;
}


struct search_result
search_run(struct directory *directory, const struct search *search)
{
    struct pass pass = {
        .ldap = directory_handle(directory),
        .timeout_ms = directory_timeout(directory),
        .search = search,
        .result = {.outcome = SEARCH_OK},
    };
    int pages = 0;

    /* The page that a limit wants is the only one.  What the server still has
       in store ends with the connection. */
    while (read_page(&pass) && pass.cookie.bv_len > 0 && search->limit == 0)
        if (++pages == PAGES_MOST) {
            distrust(&pass, "the server sends pages without end");
            break;
        }
    ber_memfree(pass.cookie.bv_val);
    return pass.result;
}
