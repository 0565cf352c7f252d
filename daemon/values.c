/*
 * What a value of the configuration or of an option may look like.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "daemon/values.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
    const char *name;
    int64_t us;
} units[] = {
    {"d", VALUES_US_PER_DAY}, {"h", VALUES_US_PER_HOUR},
    {"m", VALUES_US_PER_MINUTE}, {"s", VALUES_US_PER_S}, {"ms", 1000},
};

enum { UNITS = sizeof(units) / sizeof(units[0]) };


/* Whether text has only these characters, and from 1 to so many. */
static bool
consists_of(const char *text, const char *characters, size_t most)
{
    size_t length = strlen(text);

    return length > 0 && length <= most && strspn(text, characters) == length;
}


/* Whether text is printable and has from 1 to so many bytes. */
static bool
is_words(const char *text, size_t most)
{
    return *text && strlen(text) <= most && text_is_printable(text);
}


/* How many labels a host name has, or 0 if it is not one. */
static size_t
count_labels(const char *text)
{
    size_t labels = 0;

    if (strlen(text) > 254)
        return 0;
    while (*text) {
        size_t length = strspn(text, LETTERS DIGITS "-_");

        if (length == 0 || length > 63 || text[0] == '-'
            || text[length - 1] == '-')
            return 0;
        labels++;
        text += length;
        if (*text && *text++ != '.')
            return 0;
    }
    return labels;
}


/* Whether text is a numeric address of either family. */
static bool
is_address(const char *text)
{
    struct in6_addr address;

    return inet_pton(AF_INET, text, &address) == 1
           || inet_pton(AF_INET6, text, &address) == 1;
}


const char *
value_address(const char *text)
{
    return is_address(text) ? NULL
                            : "a numeric address is expected, such as "
                              "192.0.2.1 or 2001:db8::1";
}


const char *
value_domain(const char *text)
{
    if (is_address(text))
        return "the domain's DNS name is expected, not an address";
    return count_labels(text) > 0 ? NULL
                                  : "the domain's DNS name is expected, such "
                                    "as corp.example.com";
}


const char *
value_host(const char *text)
{
    if (is_address(text))
        return "a host's name is expected, not its address: Kerberos knows "
               "hosts by their names";
    return count_labels(text) > 1 ? NULL
                                  : "a host's full name is expected, such as "
                                    "dc1.corp.example.com";
}


/* Whether text is a port from 1 to 65535. */
static bool
is_port(const char *text)
{
    int64_t number;

    return value_integer(text, &number) && number >= 1 && number <= 65535;
}


const char *
value_endpoint(const char *text)
{
    const char *colon = strrchr(text, ':');
    bool fit = false;

    if (colon && is_port(colon + 1)) {
        size_t length = (size_t)(colon - text);
        bool bracketed = length > 2 && text[0] == '[' && colon[-1] == ']';
        char *host = bracketed ? xstrndup(text + 1, length - 2)
                               : xstrndup(text, length);

        fit = bracketed ? is_address(host) : count_labels(host) > 0;
        free(host);
    }
    return fit ? NULL
               : "host and port are expected, such as relay.example.net:25, "
                 "192.0.2.1:25 or [2001:db8::1]:25";
}


/* Whether a probe has a question for a UDP port: without one nothing tells an
   open port from a filtered one. */
static bool
is_udp_service(const char *number)
{
    static const char *const known[] = {"53", "88", "123", "389", "464"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(number, known[i]) == 0)
            return true;
    return false;
}


const char *
value_port(const char *text)
{
    const char *slash = strchr(text, '/');
    bool fit = false;

    if (slash && (strcmp(slash, "/tcp") == 0 || strcmp(slash, "/udp") == 0)) {
        char *number = xstrndup(text, (size_t)(slash - text));

        fit = number[0] != '0' && is_port(number)
              && (strcmp(slash, "/tcp") == 0 || is_udp_service(number));
        free(number);
    }
    return fit ? NULL
               : "a port from 1 to 65535 and its transport are expected, such "
                 "as 88/tcp or 88/udp; of UDP 53, 88, 123, 389 and 464 alone "
                 "can be asked";
}


const char *
value_realm(const char *text)
{
    if (is_words(text, 255) && !strpbrk(text, " /@:\\"))
        return NULL;
    return "a Kerberos realm is expected, such as CORP.EXAMPLE.COM";
}


const char *
value_principal(const char *text)
{
    const char *at = strchr(text, '@');

    if (is_words(text, 512) && !strchr(text, ' ') && at != text
        && (!at || value_realm(at + 1) == NULL))
        return NULL;
    return "a Kerberos principal is expected, such as "
           "spnhealthd@CORP.EXAMPLE.COM";
}


const char *
value_account(const char *text)
{
    if (is_words(text, 256) && !strpbrk(text, "\"/\\[]:;|=,+*?<>@"))
        return NULL;
    return "an account's sAMAccountName is expected, such as EX1$";
}


const char *
value_service(const char *text)
{
    return consists_of(text, LETTERS DIGITS "-_.", 64)
               ? NULL
               : "an SPN's service class is expected, such as SMTPSVC";
}


const char *
value_mechanism(const char *text)
{
    return consists_of(text, LETTERS DIGITS "-_", 20)
               ? NULL
               : "the name of a SASL mechanism is expected, such as GSSAPI";
}


const char *
value_site(const char *text)
{
    return consists_of(text, LETTERS DIGITS "-_", 63)
               ? NULL
               : "the name of an Active Directory site is expected: letters, "
                 "digits and hyphens";
}


const char *
value_dn(const char *text)
{
    const char *equals = strchr(text, '=');

    if (is_words(text, 2048) && equals && equals != text)
        return NULL;
    return "a distinguished name is expected, such as DC=corp,DC=example,"
           "DC=com";
}


const char *
value_mail_address(const char *text)
{
    const char *at = strrchr(text, '@');

    if (is_words(text, 320) && at && at != text && !strchr(text, ' ')
        && count_labels(at + 1) > 0)
        return NULL;
    return "a mail address is expected, such as app@corp.example.com";
}


const char *
value_file(const char *text)
{
    if (is_words(text, 4095) && text[0] == '/' && text[strlen(text) - 1] != '/')
        return NULL;
    return "a file's path is expected that begins with /";
}


const char *
value_directory(const char *text)
{
    if (is_words(text, 4095) && text[0] == '/')
        return NULL;
    return "a directory's path is expected that begins with /";
}


const char *
value_secret(const char *text)
{
    static const char prefix[] = "credential:";

    if (strncmp(text, prefix, strlen(prefix)) != 0) {
        return value_file(text) == NULL
                   ? NULL
                   : "a file's path that begins with /, or credential:NAME, "
                     "is expected";
    }
    text += strlen(prefix);
    if (is_words(text, 255) && !strchr(text, '/') && strcmp(text, ".") != 0
        && strcmp(text, "..") != 0)
        return NULL;
    return "credential: is followed by the name that the unit's "
           "LoadCredential= gives it";
}


const char *
value_keytab(const char *text)
{
    if (strncmp(text, "FILE:", 5) == 0)
        return value_file(text + 5);
    return value_secret(text);
}


const char *
value_ccache(const char *text)
{
    static const char *const types[] = {"API:", "KCM:", "KEYRING:"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strncmp(text, types[i], strlen(types[i])) == 0)
            return is_words(text, 4095) ? NULL : "a printable name is expected";
    if (strncmp(text, "FILE:", 5) == 0)
        return value_file(text + 5);
    if (strncmp(text, "DIR:", 4) == 0)
        return value_file(text + (text[4] == ':' ? 5 : 4));
    return value_file(text) == NULL
               ? NULL
               : "a credential cache is expected: a path that begins with /, "
                 "or FILE:, DIR:, KEYRING:, KCM: or API: with its name";
}


const char *
value_mail_log(const char *text)
{
    static const char prefix[] = "journal:";

    if (strncmp(text, prefix, strlen(prefix)) == 0
            ? consists_of(text + strlen(prefix), LETTERS DIGITS ":-_.\\@", 255)
            : value_file(text) == NULL)
        return NULL;
    return "a file's path that begins with /, or journal:UNIT, is expected";
}


const char *
value_code(const char *text)
{
    if (consists_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "_", 64)
        && text[0] >= 'A')
        return NULL;
    return "the code of a finding is expected, such as SPN_ORPHANED";
}


const char *
value_date(const char *text)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    int year, month, day, leap;

    if (strlen(text) == 10 && strspn(text, DIGITS) == 4 && text[4] == '-'
        && strspn(text + 5, DIGITS) == 2 && text[7] == '-'
        && strspn(text + 8, DIGITS) == 2) {
        year = atoi(text);
        month = atoi(text + 5);
        day = atoi(text + 8);
        leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (month >= 1 && month <= 12 && day >= 1
            && day <= lengths[month - 1] + (month == 2 && leap))
            return NULL;
    }
    return "a day is expected, such as 2026-12-31";
}


const char *
value_words(const char *text)
{
    return is_words(text, 512) ? NULL
                               : "a text of at most 512 bytes is expected";
}


bool
value_duration(const char *text, int64_t *us_out)
{
    size_t digits = strspn(text, DIGITS);
    int64_t number;

    if (digits == 0 || digits > 18)
        return false;
    number = strtoll(text, NULL, 10);
    for (size_t i = 0; i < UNITS; i++)
        if (strcmp(text + digits, units[i].name) == 0
            && number <= 36500 * VALUES_US_PER_DAY / units[i].us) {
            *us_out = number * units[i].us;
            return true;
        }
    return false;
}


char *
value_duration_text(int64_t duration_us)
{
    for (size_t i = 0; i < UNITS; i++)
        if (duration_us != 0 && duration_us % units[i].us == 0)
            return xasprintf("%" PRId64 "%s", duration_us / units[i].us,
                             units[i].name);
    return xasprintf("%" PRId64 "ms", duration_us / 1000);
}


bool
value_integer(const char *text, int64_t *number_out)
{
    if (!consists_of(text, DIGITS, 9))
        return false;
    *number_out = strtoll(text, NULL, 10);
    return true;
}
