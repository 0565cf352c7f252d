/*
 * Kerberos encryption types: their names, and which is the stronger.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "checks/etypes.h"
#include "checks/facts.h"

static const struct type {
    int64_t etype;
    const char *name;
    enum strength strength;
} types[] = {
    {ETYPE_DES_CBC_CRC, "DES", STRENGTH_DES},
    {2, "DES", STRENGTH_DES},
    {ETYPE_DES_CBC_MD5, "DES", STRENGTH_DES},
    {16, "3DES", STRENGTH_3DES},
    {ETYPE_AES128, "AES128", STRENGTH_AES128},
    {ETYPE_AES256, "AES256", STRENGTH_AES256},
    {19, "AES128-SHA256", STRENGTH_AES128},
    {20, "AES256-SHA384", STRENGTH_AES256},
    {ETYPE_RC4, "RC4", STRENGTH_RC4},
    {24, "RC4-EXP", STRENGTH_RC4},
    {25, "Camellia128", STRENGTH_AES128},
    {26, "Camellia256", STRENGTH_AES256},
};

static const struct {
    int64_t bits;
    const char *name;
} supported[] = {
    {ETYPES_DES, "DES"},
    {ETYPES_RC4, "RC4"},
    {ETYPES_AES128, "AES128"},
    {ETYPES_AES256, "AES256"},
};


/* What is known of a type, or NULL. */
static const struct type *
find_type(int64_t etype)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (types[i].etype == etype)
            return &types[i];
    return NULL;
}


char *
etype_text(int64_t etype)
{
    const struct type *type = find_type(etype);

    if (!type)
        return xasprintf("type %" PRId64, etype);
    return xasprintf("%s (type %" PRId64 ")", type->name, etype);
}


enum strength
etype_strength(int64_t etype)
{
    const struct type *type = find_type(etype);

    return type ? type->strength : STRENGTH_UNKNOWN;
}


bool
etype_is_weak(int64_t etype)
{
    enum strength strength = etype_strength(etype);

    return strength != STRENGTH_UNKNOWN && strength < STRENGTH_AES128;
}


char *
etypes_text(int64_t bits)
{
    char *text = xstrdup("");

    for (size_t i = 0; i < sizeof(supported) / sizeof(*supported); i++) {
        char *longer;

        if (!(bits & supported[i].bits))
            continue;
        longer = xasprintf("%s%s%s", text, *text ? ", " : "",
                           supported[i].name);
        free(text);
        text = longer;
    }
    if (*text)
        return text;
    free(text);
    return xstrdup("none");
}
