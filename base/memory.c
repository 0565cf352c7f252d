/*
 * Allocation that cannot fail, and the list of strings built on it.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"


/* End the process: nothing in this program goes on usefully without memory. */
static void __attribute__((noreturn))
out_of_memory(void)
{
    fputs("spnhealthd: out of memory\n", stderr);
    abort();
}


void *
xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        out_of_memory();
    return memory;
}


void *
xrealloc(void *memory, size_t count, size_t size)
{
    memory = reallocarray(memory, count ? count : 1, size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}


char *
xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}


char *
xstrndup(const char *text, size_t length)
{
    size_t used = strnlen(text, length);
    char *copy = xcalloc(used + 1, 1);

    /* Not strndup(), whose checked version reads beyond bytes that no NUL
       ends. */
    memcpy(copy, text, used);
    return copy;
}


char *
xvasprintf(const char *format, va_list arguments)
{
    char *text;

    if (vasprintf(&text, format, arguments) < 0)
        out_of_memory();
    return text;
}


char *
xasprintf(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    return text;
}


void
strings_add(struct strings *list, const char *text)
{
    /* Room doubles at each power of two, counting the closing NULL. */
    if ((list->count & (list->count + 1)) == 0)
        list->items = xrealloc(list->items, 2 * (list->count + 1),
                               sizeof(*list->items));
    list->items[list->count++] = xstrdup(text);
    list->items[list->count] = NULL;
}


int
strings_contain(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return 1;
    return 0;
}


void
strings_add_unique(struct strings *list, const char *text)
{
    if (!strings_contain(list, text))
        strings_add(list, text);
}


/* Order two elements of a list for qsort(3). */
static int
compare_strings(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}


void
strings_sort(struct strings *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof(*list->items), compare_strings);
}


void
strings_clear(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    list->items = NULL;
    list->count = 0;
}
