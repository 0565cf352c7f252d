/*
 * The rootDSE of a directory server, read without a bind (RFC 4512 section
 * 5.1, MS-ADTS 3.1.1.3.2).
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "checks/probes/emit.h"
#include "checks/probes/ldapmsg.h"
#include "checks/probes/packet.h"
#include "checks/probes/rootdse.h"

#define US_PER_S INT64_C(1000000)

/* LDAP_CAP_ACTIVE_DIRECTORY_OID, MS-ADTS 3.1.1.3.4.3.1. */
#define ACTIVE_DIRECTORY "1.2.840.113556.1.4.800"

enum { PORT_GLOBAL_CATALOG = 3268, PORT_GLOBAL_CATALOG_TLS = 3269 };

/* Longer than any distinguished name that a fact holds. */
enum { VALUE_MOST = 2048 };

static const char *const attributes[] = {
    "configurationNamingContext",
    "currentTime",
    "defaultNamingContext",
    "dnsHostName",
    "isGlobalCatalogReady",
    "isSynchronized",
    "namingContexts",
    "rootDomainNamingContext",
    "supportedCapabilities",
    "supportedSASLMechanisms",
    NULL,
};

/* An unbindRequest (RFC 4511 section 4.3); the search has an odd id. */
static const uint8_t unbind[] = {0x30, 5, 0x02, 1, 2, 0x42, 0};


bool
rootdse_read_time(const char *text, int64_t *time_out)
{
    struct tm parts = {0};

    if (strspn(text, "0123456789") != 14
        || sscanf(text, "%4d%2d%2d%2d%2d%2d", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
                  &parts.tm_sec) != 6)
        return false;
    text += 14;
    if (*text == '.' || *text == ',')
        text += 1 + strspn(text + 1, "0123456789");
    if (strcmp(text, "Z") != 0)
        return false;
    if (parts.tm_year < 1970 || parts.tm_mon < 1 || parts.tm_mon > 12
        || parts.tm_mday < 1 || parts.tm_mday > 31 || parts.tm_hour > 23
        || parts.tm_min > 59 || parts.tm_sec > 60)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *time_out = timegm(&parts) * US_PER_S;
    return true;
}


/* Note a value of whatever kind under its attribute. */
static void
take_text(struct rootdse *rootdse, const char *attribute, const char *value)
{
    struct rootdse_fact *fact = rootdse->fact;
    const struct {
        const char *attribute;
        char **text;
        struct strings *list;
        bool *truth;
    } places[] = {
        {"configurationNamingContext", &fact->configuration_nc, NULL, NULL},
        {"defaultNamingContext", &fact->default_nc, NULL, NULL},
        {"isGlobalCatalogReady", NULL, NULL, &fact->gc_ready},
        {"isSynchronized", NULL, NULL, &fact->synchronized},
        {"namingContexts", NULL, &fact->naming_contexts, NULL},
        {"rootDomainNamingContext", &fact->root_nc, NULL, NULL},
        {"supportedSASLMechanisms", NULL, &fact->sasl_mechanisms, NULL},
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (text_casecmp(attribute, places[i].attribute) != 0)
            continue;
        if (places[i].text)
            record_set(places[i].text, value);
        else if (places[i].list)
            strings_add(places[i].list, value);
        else
            *places[i].truth = text_casecmp(value, "TRUE") == 0;
    }
}


void
rootdse_take(void *data, const char *attribute, const uint8_t *value,
             size_t length)
{
    struct rootdse *rootdse = data;
    char *text = text_clean(value, length, VALUE_MOST);
    int64_t time_us;

    rootdse->found = true;
    if (text_casecmp(attribute, "dnsHostName") == 0) {
        char *host = text_host(text);

        record_set(&rootdse->fact->dns_host_name, host);
        free(host);
    } else if (text_casecmp(attribute, "currentTime") == 0) {
        if (rootdse_read_time(text, &time_us))
            rootdse->reading = reading_of(time_us, US_PER_S);
    } else if (text_casecmp(attribute, "supportedCapabilities") == 0) {
        if (strcmp(text, ACTIVE_DIRECTORY) == 0)
            rootdse->fact->active_directory = true;
    } else {
        take_text(rootdse, attribute, text);
    }
    free(text);
}


static bool
write_request(struct packet_job *job, struct error *error)
{
    return ldapmsg_write_search(job, attributes, NULL, error);
}


static enum net_frame
frame(const void *data, const uint8_t *bytes, size_t length)
{
    return ldapmsg_frame(bytes, length, ldapmsg_id(data));
}


/* Emit what the entry told.  A global catalog is the same server, and so the
   same clock, as the one on the other port. */
static void
emit_rootdse(struct packet_job *job, const struct net_result *result,
             const struct rootdse *rootdse)
{
    struct rootdse_fact *fact = rootdse->fact;

    fact->base.time_us = packet_time(result);
    record_set(&fact->host, job->task->host);
    fact->port = job->task->port;
    emit_fact(FACT_ROOTDSE, fact);
    if (fact->port != PORT_GLOBAL_CATALOG
        && fact->port != PORT_GLOBAL_CATALOG_TLS)
        packet_emit_clock(job, result, CLOCK_SOURCE_LDAP, &rootdse->reading);
}


static bool
answer(struct packet_job *job, const struct net_result *result,
       struct error *error)
{
    const struct record_type *type = fact_types[FACT_ROOTDSE];
    struct rootdse rootdse = {.fact = record_new(type)};
    uint32_t code;
    bool fine;

    rootdse.fact->synchronized = true;
    fine = ldapmsg_read(result->bytes, result->length, ldapmsg_id(job),
                        rootdse_take, &rootdse, &code, error);
    if (fine && rootdse.found)
        emit_rootdse(job, result, &rootdse);
    else if (fine)
        packet_remark(job, "no rootDSE without a bind: LDAP result %u",
                      (unsigned int)code);
    record_free(type, rootdse.fact);
    return fine;
}


const struct packet_protocol rootdse_protocol = {
    .request = write_request,
    .frame = frame,
    .answer = answer,
    .farewell = unbind,
    .farewell_length = sizeof(unbind),
};
