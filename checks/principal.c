/*
 * Service principal names: parsing, spelling, comparing.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/principal.h"

enum { PORT_LAST = 65535 };

/* A stretch of a string. */
struct span {
    const char *start;
    size_t length;
};


/* A name without the white space around it. */
static struct span
trim(const char *text)
{
    struct span span = {text + strspn(text, " \t"), 0};

    span.length = strlen(span.start);
    while (span.length > 0
           && (span.start[span.length - 1] == ' '
               || span.start[span.length - 1] == '\t'))
        span.length--;
    return span;
}


/* A folded copy of a stretch. */
static char *
fold_span(const char *start, size_t length)
{
    char *copy = xstrndup(start, length);

    text_lower(copy);
    return copy;
}


/* Whether a byte may stand in a class, a host or a port; what is not ASCII
   may, since AD permits names in other scripts. */
static bool
is_name_byte(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.'
           || byte == '_' || byte >= 0x80;
}


/* Check one part that clients make from a host name or the like. */
static bool
check_part(const char *what, const char *part, size_t length,
           struct error *error)
{
    if (length == 0)
        return error_set(error, "the %s is empty", what);
    for (size_t i = 0; i < length; i++)
        if (!is_name_byte((unsigned char)part[i]))
            return error_set(error, "the %s contains \"%c\"", what, part[i]);
    return true;
}


/* Check that a host has no empty label, as "a..b" and "a.b." have. */
static bool
check_host(const char *host, size_t length, struct error *error)
{
    if (!check_part("host", host, length, error))
        return false;
    if (host[0] == '.' || host[length - 1] == '.')
        return error_set(error, "the host begins or ends with a dot");
    if (memmem(host, length, "..", 2))
        return error_set(error, "the host contains two dots in a row");
    return true;
}


bool
principal_parse(const char *text, struct principal *principal_out,
                struct error *error)
{
    const char *host, *host_end, *port = "", *name = "";
    size_t service_length = strcspn(text, "/"), host_length, port_length = 0;

    if (strpbrk(text, " \t"))
        return error_set(error, "it contains a space");
    if (text[service_length] != '/')
        return error_set(error, "it has no \"/\"");
    if (!check_part("class", text, service_length, error))
        return false;
    host = text + service_length + 1;
    host_length = strcspn(host, ":/");
    if (!check_host(host, host_length, error))
        return false;
    host_end = host + host_length;
    if (*host_end == ':') {
        port = host_end + 1;
        port_length = strcspn(port, "/");
        if (!check_part("port", port, port_length, error))
            return false;
        host_end = port + port_length;
    }
    if (*host_end == '/') {
        name = host_end + 1;
        if (!*name || strchr(name, '/'))
            return error_set(error, *name ? "it has more than three parts"
                                          : "the last part is empty");
    }
    principal_out->service = fold_span(text, service_length);
    principal_out->host = fold_span(host, host_length);
    principal_out->port = fold_span(port, port_length);
    principal_out->name = fold_span(name, strlen(name));
    return true;
}


bool
principal_parse_numeric(const char *text, struct principal *principal_out,
                        struct error *error)
{
    struct principal parsed;
    const char *port;
    long number;

    if (!principal_parse(text, &parsed, error))
        return false;
    port = parsed.port;
    number = strtol(port, NULL, 10);
    if (*port
        && (strspn(port, "0123456789") != strlen(port) || number < 1
            || number > PORT_LAST)) {
        error_set(error, "\"%s\" is not a port", port);
        principal_clear(&parsed);
        return false;
    }
    *principal_out = parsed;
    return true;
}


void
principal_clear(struct principal *principal)
{
    free(principal->service);
    free(principal->host);
    free(principal->port);
    free(principal->name);
    *principal = (struct principal){NULL, NULL, NULL, NULL};
}


char *
principal_canonical(const char *text)
{
    struct span span = trim(text);
    char *canonical = fold_span(span.start, span.length);
    size_t class_length = strcspn(canonical, "/");
    char rest = canonical[class_length];

    canonical[class_length] = '\0';
    text_upper(canonical);
    canonical[class_length] = rest;
    return canonical;
}


/* Fold an ASCII letter. */
static int
fold(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a'
                                          : (unsigned char)letter;
}


int
principal_compare(const char *left, const char *right)
{
    struct span a = trim(left), b = trim(right);

    for (size_t i = 0; i < a.length && i < b.length; i++)
        if (fold(a.start[i]) != fold(b.start[i]))
            return fold(a.start[i]) - fold(b.start[i]);
    return (a.length > b.length) - (a.length < b.length);
}


bool
principal_is_service(const char *text, const struct strings *services)
{
    struct span span = trim(text);

    for (size_t i = 0; i < services->count; i++) {
        size_t length = strlen(services->items[i]);

        if (length <= span.length
            && text_has_prefix_case(span.start, services->items[i])
            && (length == span.length || span.start[length] == '/'))
            return true;
    }
    return false;
}


bool
principal_any_service(const struct strings *names,
                      const struct strings *services)
{
    for (size_t i = 0; i < names->count; i++)
        if (principal_is_service(names->items[i], services))
            return true;
    return false;
}


bool
principal_host_is_fqdn(const char *host)
{
    struct in_addr address;

    return strchr(host, '.') && inet_pton(AF_INET, host, &address) != 1;
}
